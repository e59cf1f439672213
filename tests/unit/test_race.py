"""The relearning race: against autograd, and what each runner starts from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from excolor.checkpoint import load
from excolor.color import hsv_to_rgb
from excolor.data import draw_batches
from excolor.errors import ExcolorError
from excolor.lab.race import EVERY, RUNNERS, SEEDS, Lane, Race, Runner, follow, lanes_of, start
from excolor.metrics import respond
from excolor.model import ColorAutoencoder, to_vector
from excolor.surgery import HUE, ablate, prune

pytestmark = pytest.mark.numerical

Models = Callable[..., ColorAutoencoder]
VIVID = hsv_to_rgb([[h / 240, 1, 1] for h in range(240)])


def parts(model: ColorAutoencoder, dims: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """What makes these dims, and what reads them."""
    made = torch.cat([model.encoder_out.weight[dims], model.encoder_out.bias[dims, None]], dim=1)
    return made.detach(), model.decoder_in.weight[:, dims].detach()


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_first_hundred_updates_are_those_of_autograd(runner: Runner) -> None:
    network = start(runner, load("robust").run.model, HUE, np.random.default_rng(3))
    batches = draw_batches(100, 0, np.random.default_rng(1)).rgb
    fused = Lane(network, batches).advance([1, 10, 50, 100])
    model = ColorAutoencoder(network.bottleneck, network.hidden).double()
    model.load_state_dict(network.state_dict())
    adam, errors = torch.optim.Adam(model.parameters(), lr=0.01), {}
    for update, rgb in enumerate(torch.tensor(batches, dtype=torch.float64), 1):
        adam.zero_grad()
        F.mse_loss(model(rgb)[2], rgb).backward()
        adam.step()
        with torch.no_grad():
            answers = model(torch.tensor(VIVID))[2].clamp(0, 1).numpy()
        errors[update] = np.square(answers - VIVID).mean()
    # Single against double precision, which Adam's first steps, ± the rate whatever the gradient's size, blow up.
    assert fused == pytest.approx([errors[update] for update in (1, 10, 50, 100)], rel=0.03, abs=1e-4)


def test_what_each_runner_starts_from(random_model: Models) -> None:
    model, dims, kept = random_model(gain=2), [0, 2], [1, 3]
    starts = {runner: start(runner, model, dims, np.random.default_rng(9)) for runner in RUNNERS}
    made, read = parts(model, dims)

    def zero(runner: Runner) -> list[bool]:
        return [not part.any() for part in parts(starts[runner], dims)]

    assert (to_vector(starts["ablated"]) == to_vector(ablate(model, dims))).all()
    assert (to_vector(starts["pruned"]) == to_vector(prune(model, dims))).all()
    assert zero("ablated") == [True, True]
    assert zero("producer") == [True, False]
    assert zero("consumer") == [False, True]
    assert torch.equal(parts(starts["producer"], dims)[1], read)
    assert torch.equal(parts(starts["consumer"], dims)[0], made)
    assert zero("redrawn") == [False, False]
    for part, fan_in in zip(parts(starts["redrawn"], dims), (16, 4), strict=True):
        assert 0.5 / fan_in**0.5 < part.abs().max() <= 1 / fan_in**0.5
    for runner in ("ablated", "producer", "consumer", "redrawn"):
        same = zip(parts(starts[runner], kept), parts(model, kept), strict=True)
        assert all(torch.equal(*pair) for pair in same)
    noise = to_vector(starts["jittered"]) - to_vector(starts["ablated"])
    assert noise.std() == pytest.approx(1e-3, rel=0.2)
    assert np.abs(noise).min() < 1e-4
    assert (to_vector(starts["grays"]) == to_vector(starts["jittered"])).all()
    assert np.abs(np.corrcoef(to_vector(starts["fresh"]), to_vector(model))[0, 1]) < 0.3


def test_all_runners_of_a_seed_get_the_same_batches_but_for_grays(random_model: Models) -> None:
    *colored, grays = lanes_of(random_model(), HUE, np.random.default_rng(0), 20)
    assert len(colored) == len(RUNNERS) - 1
    assert all(lane.batches is colored[0].batches for lane in colored)
    assert np.ptp(grays.batches, axis=-1).max() == 0
    assert np.ptp(grays.batches) > 0.9
    assert np.ptp(colored[0].batches, axis=-1).max() == 1


def test_two_zeros_hold_and_the_ablated_network_is_the_pruned_one(random_model: Models) -> None:
    (*_, last) = follow(random_model(gain=2), HUE, np.random.default_rng(0), 300)
    assert last.errors["pruned"] == pytest.approx(last.errors["ablated"], rel=1e-3, abs=1e-6)
    lane = Lane(ablate(random_model(gain=2), HUE), draw_batches(100, 0, np.random.default_rng(0)).rgb)
    before = lane.state[0].copy()
    lane.advance([100])
    changed = before != lane.state[0]
    assert changed.sum() == changed.size - 2 * 16 - 2 - 2 * 16  # rows, biases and columns of two dims stay zero


def test_the_race_so_far_is_the_beginning_of_the_race(random_model: Models) -> None:
    model = random_model(gain=2)
    looks = list(follow(model, [1], np.random.default_rng(0), 320))
    again = next(follow(model, [1], np.random.default_rng(0), 320))
    assert [each.updates[-1] for each in looks] == [150, 300, 320]
    assert (np.diff(looks[-1].updates) == EVERY).all()
    assert looks[0].left == looks[-1].left == pytest.approx(respond(ablate(model, [1]), VIVID).mse.mean(), rel=1e-5)
    for runner in RUNNERS:
        assert looks[-1].errors[runner].shape == (SEEDS, 65)
        assert np.array_equal(looks[0].errors[runner], looks[-1].errors[runner][:, :31])
        assert np.array_equal(looks[0].errors[runner], again.errors[runner])
        assert np.ptp(looks[-1].errors[runner][:, -1]) > 0  # five seeds


def test_what_was_reached_is_the_first_measurement_down_there() -> None:
    errors = np.array([[0.8, 0.4, 0.5, 0.08, 0.008], [0.8, 0.5, 0.5, 0.5, np.nan], [0.3, 0.2, 0.09, 0.05, 0.01]])
    race = Race(np.arange(0, 25, 5), {"fresh": errors.astype(np.float32)}, 0.8001)
    assert race.to_dict() == {"fresh": {"half": [5, None, 0], "tenth": [15, None, 15], "hundredth": [20, None, None]}}
    assert [race.median("fresh", part) for part in ("half", "tenth", "hundredth")] == [5, 15, np.inf]


def test_a_network_without_any_dim_left_runs_as_the_ablated_one(random_model: Models) -> None:
    (*_, last) = follow(random_model(bottleneck=2), HUE, np.random.default_rng(0), 50)
    assert np.array_equal(last.errors["pruned"], last.errors["ablated"])


def test_a_runner_that_diverges_has_no_error_any_more(random_model: Models) -> None:
    lane = Lane(random_model(), np.full((20, 64, 3), 1e38, np.float32))
    errors = lane.advance([5, 10])
    assert np.isnan(errors).all()


def test_dims_out_of_range_are_refused(random_model: Models) -> None:
    with pytest.raises(ExcolorError, match="dims has 7"):
        next(follow(random_model(), [7], np.random.default_rng(0), 5))

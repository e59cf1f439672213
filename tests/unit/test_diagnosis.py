"""The verdict: each cause on runs that were made to have it, on sound runs none, and both sides of every threshold.

Trainings are chaotic: on another machine a seed may end elsewhere. So what a run is made to have is asked of several
seeds, and nothing is asked of a single one. How many of eight must have it comes from how many of 60 had it, given
beside each: so few that less than one machine in a thousand would see fewer, and more than there would be by accident.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from excolor.checkpoint import PRETRAINED, pretrained
from excolor.color import GRAYS, HUES, hsv_to_rgb
from excolor.config import RunConfig, Weights
from excolor.diagnosis import (
    ANSWERS_GRAY,
    HUE_OFF_PLANE,
    RED_COSINE,
    ROTATED,
    Bound,
    Cause,
    Placement,
    at_least,
    at_most,
    axis_roles,
    causes,
    checks,
    placement,
)
from excolor.measured import measure
from excolor.metrics import FAILS_ABOVE, SURVIVES_TO, Deletion, Intact, Metrics, evaluate, quick_grid, respond
from excolor.model import ColorAutoencoder, from_vector, to_vector
from excolor.schedule import SHIPPED
from excolor.surgery import HUE, ablate
from excolor.training import Run, Stop, train

pytestmark = pytest.mark.numerical

SEEDS = range(8)
ODD = 2  # so many of them may be an exception, where that has been seen once in 60
HALF = 4
ALL_OFF = Weights(**dict.fromkeys(Weights(), 0.0))
every_schedule = pytest.mark.parametrize("schedule", SHIPPED)
# The lesson's causes are those of the experiment's four: neutrality keeps the grays out by itself.
experiments_schedule = pytest.mark.parametrize("schedule", ["robust", "ex-2.7"])


def shown(run: Run) -> tuple[Cause, ...]:
    model = run.model
    return causes(evaluate(model, quick_grid()), placement(model), run.stopped)


@lru_cache(maxsize=128)
def shown_by(config: RunConfig) -> tuple[Cause, ...]:
    return shown(train(config))


def counted(config: RunConfig) -> Counter[Cause]:
    """How many of the seeds show each cause."""
    return Counter(cause for seed in SEEDS for cause in shown_by(dataclasses.replace(config, seed=seed)))


# --- on real runs --------------------------------------------------------------------------------


@every_schedule
def test_with_all_regularizers_nothing_but_a_tint_is_found(schedule: str) -> None:
    # The thresholds of placement were chosen on the robust schedule, of whose 400 runs they name none.
    found = [shown_by(RunConfig(schedule=schedule, seed=seed)) for seed in SEEDS]
    fine = found.count(()) + found.count((Cause.TINTED,))
    assert fine >= (len(SEEDS) - 1 if schedule == "robust" else HALF)


def test_about_half_of_the_robust_runs_are_sound_and_the_others_keep_a_tint() -> None:
    found = [shown_by(RunConfig(seed=seed)) for seed in SEEDS]
    assert 1 <= found.count(()) <= len(SEEDS) - 1  # 57 of 100


@pytest.mark.parametrize("name", PRETRAINED)
def test_nothing_is_found_in_a_checkpoint_that_ships(name: str) -> None:
    model = pretrained(name).run.model
    assert causes(evaluate(model, quick_grid()), placement(model)) == ()


@experiments_schedule
def test_without_separate_grays_lie_in_the_hue_plane(schedule: str) -> None:
    found = counted(RunConfig(schedule=schedule, weights=Weights(separate=0)))
    assert found[Cause.GRAYS_IN_PLANE] >= len(SEEDS) - ODD  # 59 of 60, or all
    assert found[Cause.HUE_OFF_PLANE] <= ODD  # 1 of 60, or none


@every_schedule
def test_without_anchor_the_wheel_lies_in_its_plane_at_any_angle(schedule: str) -> None:
    found = counted(RunConfig(schedule=schedule, weights=Weights(anchor=0)))
    # An angle of chance is within 20° in one run of nine: 52 or 56 of 60 are not.
    assert found[Cause.ROTATED] >= HALF
    assert found.total() - found[Cause.ROTATED] - found[Cause.TINTED] <= 1  # of 120, nothing else in any


@experiments_schedule
def test_without_planarity_grays_and_hue_share_their_dims(schedule: str) -> None:
    found = counted(RunConfig(schedule=schedule, weights=Weights(planarity=0)))
    assert found[Cause.GRAYS_IN_PLANE] >= HALF  # 57 of 60
    assert found[Cause.HUE_OFF_PLANE] >= 1  # 34 or 45 of 60


@every_schedule
def test_with_all_off_nothing_is_where_it_was_wanted_and_the_network_reconstructs(schedule: str) -> None:
    found = counted(RunConfig(schedule=schedule, weights=ALL_OFF))
    assert found[Cause.GRAYS_IN_PLANE] >= HALF  # 59 of 60
    assert found[Cause.HUE_OFF_PLANE] >= HALF - 1  # 49 of 60
    assert found[Cause.RED_OFF_AXIS] >= HALF - 1  # 47 of 60
    assert found[Cause.NOT_CONVERGED] <= 1  # of 120, none


@every_schedule
def test_unitarity_is_not_what_puts_hue_in_its_place(schedule: str) -> None:
    found = [shown_by(RunConfig(schedule=schedule, seed=seed, weights=Weights(unitarity=0))) for seed in SEEDS]
    assert found.count(()) + found.count((Cause.TINTED,)) >= HALF


def test_labels_that_say_nothing_leave_red_anywhere() -> None:
    found = counted(RunConfig(label_noise=1.0))
    assert found[Cause.RED_OFF_AXIS] + found[Cause.ROTATED] >= len(SEEDS) - ODD  # all of 60


def test_a_short_run_has_not_converged() -> None:
    assert counted(RunConfig(steps=20))[Cause.NOT_CONVERGED] == len(SEEDS)


@pytest.mark.parametrize("bottleneck", [2, 3])
def test_a_sphere_with_fewer_directions_than_a_color_has_channels_does_not_converge(bottleneck: int) -> None:
    found = counted(RunConfig(bottleneck=bottleneck, steps=1000))
    assert found[Cause.NOT_CONVERGED] == len(SEEDS)


def test_a_run_at_a_rate_that_is_far_too_high_has_diverged() -> None:
    # At which step and in which term, tests/unit/test_training.py asks.
    too_fast = "STEP,PHASE,ACTION,lr,reg-unit\n0,,,1e30,0.1\n39,,,1e30,0.1\n"
    assert shown(train(RunConfig(schedule=too_fast, steps=40))) == (Cause.DIVERGED,)


def test_a_cancelled_run_has_not_diverged() -> None:
    asked = iter([False] * 30 + [True] * 100)
    run = train(RunConfig(steps=1000), cancelled=lambda: next(asked))
    assert run.stopped is not None
    assert run.stopped.term is None
    assert Cause.DIVERGED not in shown(run)


# --- where a model keeps its colors -------------------------------------------------------------


def turned(model: ColorAutoencoder, matrix: np.ndarray) -> ColorAutoencoder:
    """The same function of color with other latents: z is turned, and the decoder turns it back."""
    copy = from_vector(to_vector(model), model.bottleneck, model.hidden)
    turn = torch.tensor(matrix, dtype=torch.float32)
    with torch.no_grad():
        copy.encoder_out.weight.copy_(turn @ model.encoder_out.weight)
        copy.encoder_out.bias.copy_(turn @ model.encoder_out.bias)
        copy.decoder_in.weight.copy_(model.decoder_in.weight @ turn.T)
    return copy


def in_plane(degrees: float) -> np.ndarray:
    a = math.radians(degrees)
    matrix = np.eye(4)
    matrix[:2, :2] = [[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]
    return matrix


@pytest.fixture(scope="module")
def model() -> ColorAutoencoder:
    return pretrained("robust").run.model


def latents_of(model: ColorAutoencoder, hsv: list[list[float]]) -> np.ndarray:
    return respond(model, hsv_to_rgb(hsv)).u.astype(float)


def test_placement_by_its_definition(model: ColorAutoencoder) -> None:
    hues = latents_of(model, [[hue, 1, 1] for hue in HUES.values()])
    grays = latents_of(model, [[0, 0, value] for value in GRAYS.values()])
    placed = placement(model)
    assert placed.gray_in_plane == pytest.approx(max(float(u[0] ** 2 + u[1] ** 2) for u in grays), abs=1e-6)
    assert placed.hue_off_plane == pytest.approx(float(np.mean([1 - u[0] ** 2 - u[1] ** 2 for u in hues])), abs=1e-6)
    red = latents_of(model, [[0, 1, 1]])[0]
    assert math.cos(math.radians(placed.red_angle)) == pytest.approx(red[0] / math.hypot(red[0], red[1]), abs=1e-5)


@pytest.mark.parametrize("degrees", [0, 30, 90, 150, -45])
def test_turning_the_wheel_in_its_plane_turns_red_and_nothing_else(model: ColorAutoencoder, degrees: float) -> None:
    before, after = placement(model), placement(turned(model, in_plane(degrees)))
    assert after.gray_in_plane == pytest.approx(before.gray_in_plane, abs=1e-5)
    assert after.hue_off_plane == pytest.approx(before.hue_off_plane, abs=1e-5)
    red = latents_of(model, [[0, 1, 1]])[0]
    angle = math.degrees(math.atan2(red[1], red[0])) + degrees
    assert after.red_angle == pytest.approx(abs((angle + 180) % 360 - 180), abs=0.01)


@pytest.mark.parametrize(
    ("matrix", "found"),
    [
        (in_plane(90), (Cause.ROTATED,)),
        (np.eye(4)[[2, 3, 0, 1]], (Cause.GRAYS_IN_PLANE, Cause.HUE_OFF_PLANE, Cause.RED_OFF_AXIS)),
    ],
    ids=["a quarter round", "on another plane"],
)
def test_only_a_wheel_turned_in_its_plane_is_called_rotated(
    matrix: np.ndarray, found: tuple[Cause, ...], model: ColorAutoencoder
) -> None:
    moved = turned(model, matrix)
    assert causes(evaluate(moved, quick_grid()), placement(moved)) == found


def test_the_roles_of_the_axes_are_said_where_they_are_played(model: ColorAutoencoder) -> None:
    roles = axis_roles(model)
    assert roles[:2] == ("warmth", "hue")
    assert sorted(roles[2:]) == ["", "tone"]
    assert axis_roles(turned(model, in_plane(90))) == ("", *roles[1:])
    swapped = axis_roles(turned(model, np.eye(4)[[2, 3, 0, 1]]))
    assert swapped == (*roles[2:], "", "")


# --- both sides of every threshold ---------------------------------------------------------------

SOUND = Placement(gray_in_plane=0.05, hue_off_plane=0.2, red_angle=5.0, turns=1.0)


def metrics(
    max_mse: float = 0.002, red_cosine: float = 0.97, worst_gray: float = 0.001, gray_share: float = 0.99
) -> Metrics:
    gone = Deletion(0.3, 0.01, 0.001, gray_share, 0.2, 0.002)
    colors = tuple((name, 0.0, 0.0, worst_gray if name == "white" else 0.0) for name in GRAYS)
    return Metrics(Intact(max_mse, 1e-5, 1e-4, 0.34), gone, gone, 0.95, red_cosine, False, colors)


def just(value: float, toward: float) -> float:
    return math.nextafter(value, toward)


@pytest.mark.parametrize("bound", [0.0, 0.01, 0.8, 20.0])
def test_a_bound_is_kept_up_to_itself_and_never_by_what_is_not_a_number(bound: float) -> None:
    for value in (bound, just(bound, 100), just(bound, -100), math.inf, -math.inf):
        assert at_least(value, bound) == Bound(value, bound, value >= bound)
        assert at_most(value, bound) == Bound(value, bound, value <= bound)
    assert at_least(bound, bound).kept
    assert at_most(bound, bound).kept
    assert not at_least(math.nan, bound).kept
    assert not at_most(math.nan, bound).kept


@pytest.mark.parametrize(
    ("missed", "changed"),
    [
        ("reconstructs", {"max_mse": just(FAILS_ABOVE, 1)}),
        ("red_on_axis", {"red_cosine": just(RED_COSINE, 0)}),
        ("wheel_not_turned", {"red_angle": just(ROTATED, 180)}),
        ("hues_in_plane", {"hue_off_plane": just(HUE_OFF_PLANE, 1)}),
        ("hues_go_round", {"turns": 0.0}),
        ("grays_survive", {"worst_gray": just(SURVIVES_TO, 1)}),
        ("answers_gray", {"gray_share": just(ANSWERS_GRAY, 0)}),
    ],
)
def test_each_check_is_missed_beyond_its_bound_and_its_cause_is_found(missed: str, changed: dict[str, float]) -> None:
    def made(values: dict[str, float]) -> tuple[Metrics, Placement]:
        of_placement = {name: value for name, value in values.items() if hasattr(SOUND, name)}
        of_metrics = {name: value for name, value in values.items() if name not in of_placement}
        return metrics(**of_metrics), dataclasses.replace(SOUND, **of_placement)

    def not_kept(values: dict[str, float]) -> list[str]:
        return [name for name, check in checks(*made(values)).items() if not check.kept]

    assert not_kept({}) == []
    assert causes(*made({})) == ()
    for values in (changed, dict.fromkeys(changed, math.nan)):
        assert not_kept(values) == [missed]
        assert len(causes(*made(values))) == 1


NOTHING = Placement(math.nan, math.nan, math.nan, math.nan)
EVERYTHING = (Cause.NOT_CONVERGED, Cause.GRAYS_IN_PLANE, Cause.HUE_OFF_PLANE, Cause.RED_OFF_AXIS)


@pytest.mark.parametrize(
    ("shown", "placed", "stopped", "found"),
    [
        (metrics(red_cosine=0.1), Placement(0.05, 0.5, 90.0, 0.0), None, (Cause.HUE_OFF_PLANE, Cause.RED_OFF_AXIS)),
        (metrics(red_cosine=0.0), dataclasses.replace(SOUND, red_angle=90.0), None, (Cause.ROTATED,)),
        (metrics(*[math.nan] * 4), NOTHING, Stop(12, "separate"), (Cause.DIVERGED,)),
        (metrics(*[math.nan] * 4), NOTHING, Stop(12, None), EVERYTHING),
    ],
    ids=["outside its plane there is no angle", "rotated is said once", "diverged says it all", "cancelled does not"],
)
def test_no_cause_repeats_another(
    shown: Metrics, placed: Placement, stopped: Stop | None, found: tuple[Cause, ...]
) -> None:
    assert causes(shown, placed, stopped) == found


number = st.floats(allow_nan=True, allow_infinity=True)


@given(
    max_mse=number, red_cosine=number, worst=number, share=number, gray=number, hue=number, angle=number, turns=number
)
def test_causes_come_gravest_first_each_once_and_none_where_every_check_is_kept(
    max_mse: float,
    red_cosine: float,
    worst: float,
    share: float,
    gray: float,
    hue: float,
    angle: float,
    turns: float,
) -> None:
    shown, placed = metrics(max_mse, red_cosine, worst, share), Placement(gray, hue, angle, turns)
    found = causes(shown, placed)
    order = list(Cause)
    assert list(found) == sorted(set(found), key=order.index)
    assert Cause.DIVERGED not in found
    assert not (Cause.ROTATED in found and {Cause.HUE_OFF_PLANE, Cause.RED_OFF_AXIS} & set(found))
    assert (found == ()) == all(check.kept for check in checks(shown, placed).values())


# --- the hues go round ----------------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [0, 90, -45])
def test_a_wheel_goes_round_once_however_it_is_turned(model: ColorAutoencoder, degrees: float) -> None:
    assert placement(turned(model, in_plane(degrees))).turns == 1


def test_hues_crowded_on_one_side_do_not_go_round() -> None:
    # Without separate they never do but by chance: 38 of 40.
    runs = [train(RunConfig(seed=seed, weights=Weights(separate=0))) for seed in SEEDS]
    assert [placement(run.model).turns for run in runs].count(0) >= len(SEEDS) - ODD


@pytest.mark.parametrize(
    ("schedule", "changed"),
    [
        ("robust", {}),
        ("ex-2.7", {}),
        ("robust", {"label_noise": 0.65, "weights": Weights(separate=5)}),
        ("robust", {"weights": Weights(unitarity=0)}),
    ],
    ids=["robust", "ex-2.7", "separate × 5 with noise", "no unitarity"],
)
def test_no_sound_run_turns_few_answers_gray_or_harms_a_gray(schedule: str, changed: dict[str, Any]) -> None:
    grid = quick_grid()
    for seed in SEEDS:
        run = measure(train(RunConfig(schedule=schedule, seed=seed, **changed)), grid)
        deleted = respond(ablate(run.run.model, HUE), grid.rgb[: grid.even])
        gray = float((np.ptp(deleted.rgb, axis=1) < 0.1).mean())
        answers = respond(ablate(run.run.model, HUE), [[level] * 3 for level in GRAYS.values()])
        # An answer on the very edge may round to either side.
        assert run.checks["answers_gray"].value == pytest.approx(gray, abs=1e-4)
        assert run.checks["grays_survive"].value == pytest.approx(float(answers.mse.max()), abs=1e-6)
        assert run.sound == all(check.kept for check in run.checks.values())
        assert run.tinted == (not run.sound and run.causes == (Cause.TINTED,))
        if run.sound:
            assert gray >= 0.9
            assert float(answers.mse.max()) <= 0.01

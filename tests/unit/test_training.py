"""Training: the same run every time, what it records, how it ends, and where its figures lie."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import excolor
from excolor import training
from excolor.color import hsv_to_rgb
from excolor.config import RunConfig, Weights
from excolor.data import BATCH, LABELS
from excolor.errors import ExcolorError
from excolor.losses import TERMS, labeled_mean
from excolor.measured import Measured, measure
from excolor.metrics import quick_grid, respond
from excolor.model import to_vector
from excolor.schedule import SHIPPED, find
from excolor.surgery import ablate
from excolor.sweeps import summarize
from excolor.training import (
    LOSSES,
    Engine,
    batches,
    generators,
    initial_model,
    moved,
    multipliers,
    plan,
    snapshot_colors,
    snapshot_steps,
    train,
)

pytestmark = pytest.mark.numerical

ENGINES: tuple[Engine, ...] = ("fused", "autograd")
HEADER = "STEP,PHASE,ACTION,lr,reg-separate,reg-anchor,reg-unit,reg-planar\n"
SHORT = RunConfig(seed=5, steps=120)


# The same run every time


@pytest.mark.parametrize("engine", ENGINES)
def test_equal_configurations_give_bitwise_equal_runs(engine: Engine) -> None:
    config = RunConfig("ex-2.7", seed=3, steps=90, label_noise=0.1, weights=Weights(anchor=0.5))
    first, again = train(config, engine), train(RunConfig.from_json(config.to_json()), engine)
    assert first.parameters.tobytes() == again.parameters.tobytes()
    assert first.history.losses.tobytes() == again.history.losses.tobytes()
    assert first.snapshots.latents.tobytes() == again.snapshots.latents.tobytes()


def test_other_trainings_beside_it_change_nothing() -> None:
    configs = [replace(SHORT, seed=seed, steps=1500) for seed in range(4)] * 6
    alone = {config: train(config).parameters.tobytes() for config in configs[:4]}
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda config: train(config).parameters.tobytes(), configs))
    assert together == [alone[config] for config in configs]
    assert len(set(together)) == 4


def test_weights_and_batches_have_generators_of_their_own() -> None:
    wide = replace(SHORT, hidden=20)
    assert batches(wide).rgb.tobytes() == batches(SHORT).rgb.tobytes()
    assert to_vector(initial_model(SHORT)).tobytes() == to_vector(initial_model(replace(SHORT, steps=7))).tobytes()
    one, two = generators(1)
    assert one.random() != two.random()
    given = train(SHORT, drawn=batches(SHORT))
    assert given.parameters.tobytes() == train(SHORT).parameters.tobytes()


# What the schedule says


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("steps", [2, 301, 3001, 6001])
def test_another_length_stretches_the_schedule(name: str, steps: int) -> None:
    planned = plan(RunConfig(name, steps=steps, weights=Weights(unitarity=1, anchor=2, separate=3, planarity=0)))
    for step in {0, 1, steps // 3, steps - 1}:
        sheet = find(name).at(step * 3000 / (steps - 1))
        assert planned.rate[step] == sheet["lr"]
        columns = ("reg-unit", "reg-anchor", "reg-separate", "reg-planar")  # the order of LOSSES
        expected = [sheet[column] * times for column, times in zip(columns, (1, 2, 3, 0), strict=True)]
        expected.append(sheet.get("reg-neutral", 0))
        assert planned.weights[step].tolist() == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("term", "column"), [("separate", 4), ("anchor", 5), ("unitarity", 6), ("planarity", 7)])
def test_a_multiplier_of_0_is_a_schedule_without_the_term(engine: Engine, term: str, column: int) -> None:
    rows = [line.split(",") for line in find("ex-2.7").text.splitlines()]
    without = "\n".join(",".join(row[:column] + row[column + 1 :]) for row in rows)
    assert len(rows[0]) - 1 == len(without.splitlines()[0].split(","))
    off = train(RunConfig("ex-2.7", steps=60, weights=Weights(**{term: 0.0})), engine)
    assert off.parameters.tobytes() == train(RunConfig(without, steps=60), engine).parameters.tobytes()
    assert off.parameters.tobytes() != train(RunConfig("ex-2.7", steps=60), engine).parameters.tobytes()


# Neutrality, which the experiment does without

HAS = "STEP,PHASE,ACTION,lr,reg-planar,reg-neutral\n0,,,0.1,0.5,0.2\n100,,,0.1,0.1,0.4\n"
HAS_NOT = "STEP,PHASE,ACTION,lr,reg-planar\n0,,,0.1,0.5\n100,,,0.1,0.1\n"


def neutrality_of(schedule: str, weight: float | None, steps: int = 101) -> list[float]:
    config = RunConfig(schedule, steps=steps, weights=Weights(neutrality=weight))
    return plan(config).weights[:, LOSSES.index("neutrality")].tolist()


def test_neutrality_has_the_weight_of_its_column_where_there_is_one() -> None:
    column = find(HAS).values("reg-neutral", np.arange(101))
    for weight, times in ((None, 1), (0, 0), (3, 3)):
        assert neutrality_of(HAS, weight) == pytest.approx((times * column).tolist(), rel=1e-15)


def test_without_a_column_a_number_scales_planaritys_curve_with_its_peak_at_a_tenth() -> None:
    planar = find(HAS_NOT).values("reg-planar", np.arange(101))
    assert planar.max() == 0.5
    for weight, peak in ((None, 0), (0, 0), (1, 0.1), (2.5, 0.25)):
        assert neutrality_of(HAS_NOT, weight) == pytest.approx((planar / 0.5 * peak).tolist(), rel=1e-12)
    # The peak is the sheet's own, whether a stretched run meets it or not.
    assert neutrality_of(find("robust").text, 1, steps=2)[0] == pytest.approx(0.01 / 0.02 * 0.1)
    for sheet in (HAS_NOT.replace("reg-planar", "reg-unit"), HAS_NOT.replace(",0.5", ",0").replace(",0.1\n", ",0\n")):
        assert set(neutrality_of(sheet, 1)) == {0}


def test_the_multipliers_are_known_once_the_schedule_is() -> None:
    four = dict.fromkeys(("unitarity", "anchor", "separate", "planarity"), 1.0)
    for schedule, usual in ((HAS, 1.0), (HAS_NOT, 0.0)):
        assert multipliers(RunConfig(schedule)) == four | {"neutrality": usual}
        assert moved(RunConfig(schedule)) == moved(RunConfig(schedule, weights=Weights(neutrality=usual))) == {}
        changed = RunConfig(schedule, weights=Weights(anchor=0, neutrality=1 - usual))
        assert moved(changed) == {"anchor": 0, "neutrality": 1 - usual}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("schedule", ["robust", "ex-2.7"])
def test_neutrality_at_0_changes_nothing(
    schedule: str, noise: float, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = RunConfig(schedule, seed=7, steps=60, label_noise=noise)
    left_to_it, off, on = (
        train(replace(config, weights=Weights(neutrality=weight)), engine) for weight in (None, 0, 1)
    )
    assert off.parameters.tobytes() == left_to_it.parameters.tobytes() != on.parameters.tobytes()
    assert off.history.losses.tobytes() == left_to_it.history.losses.tobytes()
    if engine == "autograd":  # the loop without the term; the kernel has no other
        monkeypatch.setattr(training, "TERMS", TERMS[:4])
        monkeypatch.setattr(training, "LOSSES", (*LOSSES[:4], "reconstruction"))
        without = train(config, engine)
        assert without.parameters.tobytes() == off.parameters.tobytes()
        assert without.history.losses.tobytes() == np.delete(off.history.losses, 4, axis=1).tobytes()


def test_neutrality_brings_grays_out_of_the_plane() -> None:
    def in_plane(weight: float) -> float:
        runs = [train(RunConfig(seed=seed, steps=1000, weights=Weights(neutrality=weight))) for seed in range(7)]
        grays = np.repeat(np.linspace(0, 1, 9), 3).reshape(-1, 3)
        return float(np.median([(respond(run.model, grays).u[:, :2] ** 2).sum(1).mean() for run in runs]))

    assert in_plane(1) < 0.5 * in_plane(0)


def test_label_noise_weakens_what_labels_teach() -> None:
    vivid = hsv_to_rgb([[h / 60, 1, 1] for h in range(60)])

    def off_the_plane(noise: float) -> float:
        runs = [train(RunConfig(seed=seed, steps=1000, label_noise=noise)) for seed in range(7)]
        return float(np.median([(respond(run.model, vivid).u[:, 2:] ** 2).sum(1).mean() for run in runs]))

    # At random labels planarity pulls every color alike, so vibrant ones keep no plane to themselves.
    assert off_the_plane(1) > 1.5 * off_the_plane(0)


# What a run records


@pytest.mark.parametrize("engine", ENGINES)
def test_history_has_gaps_exactly_where_nobody_carries_the_label(engine: Engine) -> None:
    run, drawn = train(SHORT, engine), batches(SHORT)
    assert run.history.losses.shape == (120, len(LOSSES))
    assert len(run.history) == len(drawn) == 120
    gaps = np.isnan(run.history.losses)
    for name, label in (("anchor", "red"), ("planarity", "vibrant"), ("neutrality", "desaturated")):
        nobody = drawn.positives(label).sum(1) == 0
        assert 0 < nobody.sum() < 120
        assert np.array_equal(gaps[:, LOSSES.index(name)], nobody)
    for name in ("unitarity", "separate", "reconstruction"):
        assert not gaps[:, LOSSES.index(name)].any()
    assert run.history.steps.tolist() == list(range(120))
    assert plan(run.config).rate.shape == (120,)
    assert plan(run.config).weights.shape == (120, len(TERMS))


@pytest.mark.parametrize("engine", ENGINES)
def test_history_begins_with_the_losses_of_the_initial_model(engine: Engine) -> None:
    model, drawn = initial_model(SHORT).double(), batches(SHORT)
    rgb = torch.tensor(drawn.rgb[0], dtype=torch.float64)
    z, u, output = model(rgb)
    labels = {label: torch.tensor(drawn.positives(label.name)[0]) for label in LABELS} | {None: None}
    expected = [labeled_mean(term.loss({"z": z, "u": u}[term.layer]), labels[term.label]).item() for term in TERMS]
    seen = train(SHORT, engine).history.losses[0].tolist()
    for name, ours, value in zip(LOSSES, seen, [*expected, ((output - rgb) ** 2).mean().item()], strict=True):
        if name != "separate":  # so early that most latents crowd on the margin of a duplicate
            assert math.isnan(ours) or ours == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize("engine", ENGINES)
def test_snapshots_are_of_the_model_through_training(engine: Engine) -> None:
    run = train(SHORT, engine)
    seen = run.snapshots
    assert seen.latents.shape == (60, 216, 4)
    assert (seen.steps[0], seen.steps[-1]) == (0, 120)
    assert np.all(np.diff(seen.steps) > 0)
    levels = np.unique(snapshot_colors())
    assert levels == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert len(np.unique(snapshot_colors(), axis=0)) == 6**3
    done = [0]
    half = train(SHORT, engine, progress=done.append, cancelled=lambda: done[-1] == seen.steps[30])
    colors = torch.tensor(snapshot_colors())
    for index, model in ((0, initial_model(SHORT)), (30, half.model), (-1, run.model)):
        np.testing.assert_allclose(seen.latents[index], model(colors)[1].detach(), atol=1e-5)


@pytest.mark.parametrize("steps", [1, 2, 30, 59, 61])
def test_a_short_run_has_as_many_snapshots_as_it_can(steps: int) -> None:
    done: list[int] = []
    run = train(RunConfig(steps=steps), progress=done.append)
    assert len(run.history) == steps
    assert run.stopped is None
    expected = min(steps + 1, 60)
    assert len(run.snapshots.steps) == len(run.snapshots.latents) == expected
    assert [0, *done] == run.snapshots.steps.tolist()


def test_half_of_the_snapshots_show_the_first_tenth_of_a_training() -> None:
    for steps in (300, 3001, 100_000):
        moments = snapshot_steps(steps)
        assert (len(moments), moments[0], moments[-1]) == (60, 0, steps)
        assert np.all(np.diff(moments) > 0)
        assert moments[30] == round(steps / 10)
    for steps in (1, 7, 59, 60, 61, 120, 299):
        moments = snapshot_steps(steps)
        assert len(moments) == min(steps + 1, 60)
        assert (moments[0], moments[-1]) == (0, steps)
        assert np.all(np.diff(moments) > 0)


def test_the_trained_model_is_ready_for_use_and_surgery_leaves_it_as_it_is() -> None:
    run = train(RunConfig(steps=5, bottleneck=3, hidden=8))
    model = run.model
    assert not model.training
    assert not any(p.requires_grad for p in model.parameters())
    assert to_vector(model).tobytes() == run.parameters.tobytes()
    assert run.model is model  # made once: pages ask for it a dozen times
    assert not np.array_equal(to_vector(ablate(model, (0,))), run.parameters)
    assert to_vector(model).tobytes() == run.parameters.tobytes()


def test_a_run_that_forgets_is_the_same_network_without_its_past() -> None:
    run = train(RunConfig(steps=5, bottleneck=3))
    bare = run.forgetting()
    assert run.remembers
    assert not bare.remembers
    assert (len(bare.history), len(bare.snapshots)) == (0, 0)
    assert bare.snapshots.latents.shape == (0, 216, 3)
    assert bare.history.losses.shape == (0, len(LOSSES))
    assert (bare.config, bare.key, bare.stopped) == (run.config, run.key, run.stopped)
    assert bare.parameters.tobytes() == run.parameters.tobytes()
    assert run.key == train(run.config).key != train(replace(run.config, seed=1)).key


# How a run ends early


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rate", ["1e30", "1e22"])
def test_a_diverged_run_names_step_and_term_and_keeps_its_history(engine: Engine, rate: str) -> None:
    text = HEADER.replace("lr", "lr::step-end") + f"0,,,0.01,0.01,0.01,0.01,0.01\n70,,,{rate},,,,\n99,,,,,,,\n"
    run = train(RunConfig(text, steps=100, seed=1), engine)
    assert run.stopped is not None
    assert (run.stopped.step, run.stopped.term) == (
        71,
        "unitarity",
    )  # the update of step 70 was the fatal one
    assert run.history.losses.shape == (72, len(LOSSES))
    assert run.history.steps.tolist() == list(range(72))
    assert np.isfinite(run.history.losses[:71, [0, 2, 5]]).all()
    assert not np.isfinite(run.history.losses[71, 0])
    assert run.snapshots.steps[-1] <= 71
    assert len(run.snapshots.steps) == len(run.snapshots.latents)
    sane = train(RunConfig(text.replace(rate, "0.01"), steps=100, seed=1), engine)
    assert sane.history.losses[:71].tobytes() == run.history.losses[:71].tobytes()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_whose_reconstruction_overflows_says_so(engine: Engine) -> None:
    text = HEADER + "0,,,0.01,0,0,0,0\n9,,,0.01,,,,\n"
    drawn = batches(RunConfig(text, steps=10))
    broken = replace(drawn, rgb=drawn.rgb.copy())
    broken.rgb[4, 0] = 3e38  # u has unit length all the same, but (output − 3e38)² is beyond single precision
    run = train(RunConfig(text, steps=10), engine, drawn=broken)
    assert run.stopped is not None
    assert run.stopped.step == 4
    assert run.stopped.term in ("unitarity", "reconstruction")
    assert len(run.history) == 5


@pytest.mark.parametrize("engine", ENGINES)
def test_a_cancelled_run_keeps_what_it_has(engine: Engine) -> None:
    done: list[int] = []
    run = train(SHORT, engine, progress=done.append, cancelled=lambda: len(done) == 10)
    assert run.stopped is not None
    assert (run.stopped.step, run.stopped.term) == (done[-1], None)
    assert len(run.history) == done[-1]
    assert run.snapshots.steps.tolist() == [0, *done]
    full = train(SHORT, engine)
    assert run.history.losses.tobytes() == full.history.losses[: done[-1]].tobytes()
    assert run.snapshots.latents.tobytes() == full.snapshots.latents[:11].tobytes()


def test_a_run_cancelled_at_once_is_the_initial_model() -> None:
    run = train(SHORT, cancelled=lambda: True)
    assert len(run.history) == 0
    assert run.parameters.tobytes() == to_vector(initial_model(SHORT)).tobytes()


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        ("ex-2.8", "schedule is 'ex-2.8'; it must be robust, ex-2.7, clean, or the text"),
        (HEADER + "0,,,fast,,,,", "row 2, lr"),
        (HEADER.replace("lr", "rate") + "0,,,1,1,1,1,1", "has rate; training reads only lr, reg-unit"),
        (HEADER + "0,,,1e31,1,1,1,1", r"row 2, lr is 1e\+31 at step 0; it must be from 0 to 1e\+30"),
    ],
)
def test_a_schedule_that_cannot_be_used_is_refused(schedule: str, says: str) -> None:
    for engine in ENGINES:
        with pytest.raises(ExcolorError, match=says):
            train(RunConfig(schedule), engine)


# Another regularizer


ANOTHER = '''
import sys

import numpy as np

from excolor import losses
from excolor.color import redness

assert not [name for name in sys.modules if name in ("excolor.config", "excolor.data", "excolor.training")]
COLD = losses.Label("cold", lambda rgb: redness(1 - np.asarray(rgb)), 3, 0.5)
CHILL = losses.Term("chill", "subspace", (1, 2, 3), "u", COLD, "reg-chill", lambda u: (u[:, :1] ** 2).sum(-1))
losses.TERMS = (*losses.TERMS, CHILL)

from excolor.config import RunConfig, Weights
from excolor.data import LABELS
from excolor.errors import ExcolorError
from excolor.training import LOSSES, batches, plan, train

assert list(RunConfig().weights) == ["unitarity", "anchor", "separate", "planarity", "neutrality", "chill"]
assert RunConfig().weights.chill == 1
assert RunConfig.from_json(RunConfig(weights=Weights(chill=3)).to_json()).weights["chill"] == 3
assert [label.name for label in LABELS] == ["red", "vibrant", "desaturated", "cold"]
assert LOSSES[-2:] == ("chill", "reconstruction")

TEXT = """STEP,PHASE,ACTION,lr,reg-separate,reg-anchor,reg-unit,reg-planar,reg-chill
0,,,0.01,0.01,0.1,0.1,0.1,0
150,,,0.01,0.01,0.1,0.1,0.1,0.2
299,,,0.01,0.01,0.1,0.1,0.1,0.2
"""
on = RunConfig(TEXT, seed=1, steps=300, weights={"chill": 2})
planned = plan(on).weights
assert planned.shape == (300, 6)
assert (planned[0, 5], planned[299, 5]) == (0, 0.4)
assert planned[75, 3] == 0.1

# Nobody carries a label in some batches: there its loss is a gap, and there alone.
drawn = batches(on)
assert drawn.labels.shape == (4, 300, 64)
who = drawn.positives("cold")
who[40:50] = 0
run = train(on, "autograd", drawn=drawn)
place = LOSSES.index("chill")
seen = run.history.losses[:, place]
assert run.stopped is None
assert run.history.losses.shape == (300, 7)
assert np.array_equal(np.isnan(seen), ~who.any(1))
assert 10 <= np.isnan(seen).sum() < 300

def last(weight):
    run = train(on, "autograd", weights={"chill": weight})
    return np.nanmean(run.history.losses[-50:, place])

assert last(2) < 0.5 * last(0), (last(2), last(0))

try:
    train(on)
except ExcolorError as error:
    print(error)
'''


def test_a_new_regularizer_is_one_entry_in_the_list() -> None:
    root = str(Path(excolor.__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": root}
    command = [sys.executable, "-c", ANOTHER]
    ran = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == (
        "The compiled kernel knows unitarity, anchor, separate, planarity, neutrality; "
        "train other regularizers with the engine 'autograd'."
    )


# Distributions over seeds


def test_both_engines_have_the_same_distribution_of_figures() -> None:
    configs = [RunConfig(seed=seed, steps=200) for seed in range(12)]
    fused, autograd = (
        summarize([measure(train(config, engine), quick_grid()) for config in configs]) for engine in ENGINES
    )
    assert fused["fails"] == autograd["fails"]
    # After 200 steps most runs still are the same run in both engines, so their quantiles are the same but for rounding
    # that has grown in some: a tenth lies far above it, and far below what another loss would change.
    for name in fused.keys() - {"fails", "sound"}:
        for quantile in ("p10", "median", "p90"):
            assert fused[name][quantile] == pytest.approx(autograd[name][quantile], rel=0.1), (name, quantile)


# docs/experiment.md, "Published values and what to expect over seeds", published schedule:
# minimum, median and maximum of another implementation.
EXPECTED = {
    "intact.max_mse": (5.1e-4, 8.3e-4, 1.2e-3),
    "intact.median_mse": (1.0e-5, 1.7e-5, 3.8e-5),
    "hue.max_mse": (0.30, 0.34, 0.66),
    "hue.median_mse": (0.0069, 0.0080, 0.045),
    "hue.gray_mse": (7e-4, 2.3e-3, 8.1e-2),
    "red_cosine": (0.948, 0.976, 0.993),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_published_run_lies_where_another_implementation_has_it(
    name: str, published_trials: list[Measured]
) -> None:
    low, median, high = EXPECTED[name]
    values = [trial.metrics.scores()[name] for trial in published_trials]
    # Other seeds of another generator: a median of 20 strays, and extremes stray further. Of 20,000 times that 20 runs
    # were drawn from 300 of ours, all were within these bounds; the grays' error, which goes over two powers of ten,
    # needs wider ones.
    times = 5 if name == "hue.gray_mse" else 2.5
    assert median / times < float(np.median(values)) < median * times
    assert min(values) > low / times
    assert max(values) < (high * times if name != "red_cosine" else 1)
    if name == "red_cosine":
        assert float(np.median(values)) == pytest.approx(median, abs=0.02)


def test_published_vibrant_colors_selectivity_and_failures(published_trials: list[Measured]) -> None:
    vivid = hsv_to_rgb([[h / 240, 1, 1] for h in range(240)])
    off = [float((respond(trial.run.model, vivid).u[:, 2:] ** 2).sum(1).mean()) for trial in published_trials]
    assert min(off) > 0.05 / 1.5
    # 0.05 / 0.08 / 0.13 is expected. Of 20 out of 300 runs, the median is 0.06 to 0.12, and the largest up to 0.17.
    assert float(np.median(off)) == pytest.approx(0.08, rel=0.5)
    assert max(off) < 0.13 * 1.6
    selectivity = [trial.metrics.selectivity for trial in published_trials]
    # Mean 0.83, sd 0.20, best 0.94 are expected. Five standard errors, 0.20/√20 each.
    assert np.mean(selectivity) == pytest.approx(0.83, abs=0.23)
    assert max(selectivity) == pytest.approx(0.94, abs=0.04)
    # About 6 % fail. That would make more than 7 of 20 once in 100,000 machines.
    assert sum(trial.metrics.fails for trial in published_trials) <= 7
    assert all(trial.config.seed == seed for seed, trial in enumerate(published_trials))
    assert not any(trial.run.remembers for trial in published_trials)
    assert batches(published_trials[0].run.config).rgb.shape == (3001, BATCH, 3)


def test_a_weight_too_small_for_single_precision_stands_in_for_none() -> None:
    sheet = "STEP,PHASE,ACTION,lr,reg-planar\n0,,,0.01,0\n2,,,0.01,{}\n"
    assert all(
        np.isfinite(plan(RunConfig(schedule=sheet.format(value), steps=3)).weights).all() for value in ("1e-320", "1")
    )

"""The last sentences of each page, on networks for which the one and on networks for which the other is true."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from excolor import rows
from excolor.checkpoint import PRETRAINED, pretrained
from excolor.color import GRAYS, HUES
from excolor.config import RunConfig, Weights
from excolor.diagnosis import Cause, placement
from excolor.measured import Measured, measure
from excolor.metrics import evaluate
from excolor.model import ColorAutoencoder, from_vector, to_vector
from excolor.needed import needed
from excolor.studies import Study, combinations
from excolor.training import Run, train
from excolor.ui.sections import ending
from excolor.ui.sections.needed import effects

MakeModel = Callable[..., ColorAutoencoder]
SHORT = RunConfig(steps=20)
NO_SEPARATE = RunConfig(weights=Weights(separate=0))


@cache
def trained(config: RunConfig) -> Measured:
    return measure(train(config))


@cache
def shipped(name: str) -> Measured:
    return measure(pretrained(name).run)


def broken(run: Run) -> Run:
    return dataclasses.replace(run, parameters=np.full_like(run.parameters, np.nan))


# --- Start ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("errors", "showed"),
    [
        ((1e-5, 0.2), "This network gives red back. Once hue is deleted it answers gray"),
        ((1e-5, 0.01), "This network gives red back, and it still does once hue is deleted"),
        ((0.02, 0.2), "This network does not give red back even when nothing is deleted"),
        ((np.nan, np.nan), "This network does not give red back even when nothing is deleted"),
    ],
)
def test_of_one_color(errors: tuple[float, float], showed: str) -> None:
    assert ending.of_one_color("red", ("red", "gray"), errors)[0].startswith(showed)


# --- Network -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_way_through_a_shipped_network(name: str) -> None:
    showed, _limits = ending.of_the_way(pretrained(name).run.model)
    assert "With 4 numbers in the middle this network gives all 17 named colors back." in showed
    assert "never shortens it" in showed


@pytest.mark.parametrize("bottleneck", range(2, 7))
def test_the_way_through_an_untrained_network(bottleneck: int, random_model: MakeModel) -> None:
    showed, _limits = ending.of_the_way(random_model(bottleneck))
    assert f"With {bottleneck} numbers" in showed
    assert "all 17" not in showed
    assert ("nothing is left of a latent" in showed) == (bottleneck == 2)


def test_the_way_through_numbers_out_of_bounds(random_model: MakeModel) -> None:
    model = from_vector(to_vector(random_model()) * np.float32(1e30), 4, 16)
    assert "out of bounds" in ending.of_the_way(model)[0]


# --- Your own schedule -----------------------------------------------------------------------------


def test_of_schedules() -> None:
    runs = {"yours": trained(SHORT), "robust": shipped("robust")}
    runs = {
        name: dataclasses.replace(each, run=dataclasses.replace(each.run, config=SHORT)) for name, each in runs.items()
    }
    assert "From seed 0, of 2 schedules robust came out sound." in ending.of_schedules(runs)[0]
    assert "none came out sound" in ending.of_schedules({"yours": runs["yours"]})[0]


# --- Ablation ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRETRAINED)
def test_both_deletions_of_a_shipped_network(name: str) -> None:
    metrics = shipped(name).metrics
    showed, limits = ending.of_both_deletions(metrics)
    survive = {each[0] for each in metrics.colors if each[3] <= 0.01}
    assert ("black, white and the grays between them" in showed) == (survive == {*GRAYS})
    assert "does not prove that no trace" in limits


@pytest.mark.numerical
def test_both_deletions_where_grays_are_lost() -> None:
    run = trained(NO_SEPARATE)
    showed, _limits = ending.of_both_deletions(run.metrics)
    lost = [name for name in GRAYS if next(each[3] for each in run.metrics.colors if each[0] == name) > 0.01]
    assert lost
    assert f"{ending.listed(lost)} should have survived and did not" in showed


def test_both_deletions_of_a_network_that_answers_nothing(random_model: MakeModel) -> None:
    showed, _limits = ending.of_both_deletions(evaluate(random_model()))
    assert showed.startswith("Even intact, this network gives only ")
    nothing = from_vector(np.full_like(to_vector(random_model()), np.nan), 4, 16)
    showed, limits = ending.of_both_deletions(evaluate(nothing))
    assert "only 0 of the 17" in showed
    assert "only none" in limits or "not gone" in limits


def test_a_hue_that_survives_is_named() -> None:
    metrics = shipped("robust").metrics
    colors = tuple((name, 0.0, 0.0, 0.0 if name in {*GRAYS, "azure"} else 1.0) for name in (*HUES, *GRAYS))
    showed, limits = ending.of_both_deletions(
        dataclasses.replace(metrics, colors=colors, hue=dataclasses.replace(metrics.hue, gray_share=0.5))
    )
    assert "azure should have been lost and survived" in showed
    assert "only 50% of the answers are gray, so this deletion is not clean" in limits


# --- Train ---------------------------------------------------------------------------------------


def test_a_sound_run_and_one_that_is_so_by_luck() -> None:
    run = shipped("robust")
    assert run.sound
    assert ending.of_a_run(run).startswith("It was decided before this training")
    lucky = dataclasses.replace(run, run=dataclasses.replace(run.run, config=RunConfig(weights=Weights(anchor=0))))
    assert ending.of_a_run(lucky).startswith("Red and the hues lie where they should, by luck, for anchor was off")


@pytest.mark.numerical
def test_a_run_that_answers_well_and_keeps_colors_elsewhere() -> None:
    said = ending.of_a_run(trained(NO_SEPARATE))
    assert said.startswith("This run gives every color back")
    assert "does not show where it keeps a concept" in said


def test_a_run_that_keeps_a_tint_has_not_converged_or_has_diverged() -> None:
    run = shipped("robust")
    assert "the others keep a tint" in ending.of_a_run(dataclasses.replace(run, causes=(Cause.TINTED,)))
    assert "does not give every color back" in ending.of_a_run(trained(SHORT))
    assert "diverged" in ending.of_a_run(dataclasses.replace(run, causes=(Cause.DIVERGED,)))


def test_seeds_with_the_same_settings_are_counted() -> None:
    one, other = trained(SHORT), trained(dataclasses.replace(SHORT, seed=1))
    assert ending.of_one_seed(one, [one]).startswith("One seed is one seed.")
    assert ending.of_one_seed(one, [one, trained(dataclasses.replace(SHORT, bottleneck=3))]).startswith("One seed")
    assert "You have tried 2 with these settings, and 0 came out sound" in ending.of_one_seed(one, [one, other])


# --- Deleting or holding back ----------------------------------------------------------------------


def test_of_holding_back() -> None:
    every, without = [*HUES, *GRAYS], [name for name in (*HUES, *GRAYS) if name not in ("red", "cyan")]
    showed, limits = ending.of_holding(every, [name for name in every if name != "red"], without, "red")
    assert showed == "Held back, red costs red. Deleting costs red and cyan. So holding back spares cyan."
    assert "only while it is switched on" in limits
    assert ending.of_holding(every, every, every, "red")[0].endswith("Deleting costs no color either.")
    assert "spares" not in ending.of_holding(every, without, without, "red")[0]
    assert ending.of_holding([], [], [], "red")[0].startswith("Even intact, this network gives only 0 of the 17")


# --- Latent space, Colors and labels -------------------------------------------------------------


def test_the_sphere_of_a_shipped_network_and_of_others(random_model: MakeModel) -> None:
    robust = pretrained("robust").run
    assert "the hues go round in one plane and the grays lie across it" in ending.of_the_sphere(robust)[0]
    assert "three of the 4 dims" in ending.of_the_sphere(robust)[1]
    flat = trained(dataclasses.replace(SHORT, bottleneck=3)).run
    assert "other half of the network" in ending.of_the_sphere(flat)[1]
    placed = placement(trained(NO_SEPARATE).run.model)
    said = ending.of_the_sphere(trained(NO_SEPARATE).run)[0]
    assert ("share it with a gray" in said) == (placed.hue_off_plane <= 0.35 and placed.gray_in_plane > 0.15)
    assert "out of bounds" in ending.of_the_sphere(broken(robust))[0]


def test_labels_that_placed_red_and_labels_that_did_not() -> None:
    robust = pretrained("robust").run
    assert "and that was enough" in ending.of_labels(robust, 0.96)[0]
    assert "Labels alone do not place a color" in ending.of_labels(robust, 0.5)[0]
    free = dataclasses.replace(robust, config=RunConfig(weights=Weights(anchor=0)))
    assert "by luck" in ending.of_labels(free, 0.96)[0]
    assert "not on its axis" in ending.of_labels(free, float("nan"))[0]


# --- Is it really gone? --------------------------------------------------------------------------


def test_what_is_gone_and_what_is_not() -> None:
    showed, limits = ending.of_what_is_gone("hue", 0, False, False, None)
    assert "no named color keeps a tint, and no probe reads hue inside" in showed
    assert "noise" not in showed
    assert "not a language model" in limits
    showed, _limits = ending.of_what_is_gone("warmth", 10, True, True, True)
    assert "10 of 12 vivid colors keep a tint, and a probe still reads some of the hue" in showed
    assert "A little noise brings it back" in showed
    assert "does not bring it back" in ending.of_what_is_gone("dim 3", 1, True, False, False)[0]


# --- Which regularizers are needed? ----------------------------------------------------------------


def test_what_the_sixteen_show_is_counted() -> None:
    studied = Study(SHORT, range(1), axes=(combinations(SHORT),))
    runs = [trained(config) for config in studied]
    found = needed(rows.table_of([rows.row_of(run) for run in runs]))
    showed, limits = effects.ending_of(found)
    sound, tinted = sum(run.sound for run in runs), sum(run.tinted for run in runs)
    assert showed.startswith(
        f"Of 16 runs of the sixteen combinations, {sound} are sound and {tinted} keep only a tint."
    )
    assert ("With none of the combinations do most runs go right" in showed) == (not sound and not tinted)
    assert "may not be needed with others" in limits

"""Sentences that judge: each is said of a run of which it is true, and its neighbor of the run of which that one is."""

from __future__ import annotations

import importlib
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from excolor.checkpoint import pretrained
from excolor.config import RunConfig, Weights
from excolor.diagnosis import Cause, Placement, causes
from excolor.measured import Measured, measure
from excolor.metrics import Metrics, Residue, quick_grid, share_in
from excolor.replay import replayed
from excolor.training import Stop, train
from excolor.ui.components.replay import pace
from excolor.ui.sections.guess import said_before
from excolor.ui.sections.tones import why
from excolor.ui.sections.verdict import verdict
from excolor.ui.words import meant
from tests.support.app import app, sound

NAN = math.nan
SOUND = Placement(gray_in_plane=0.02, hue_off_plane=0.1, red_angle=3, turns=1)


@pytest.fixture(scope="module")
def robust() -> Measured:
    return measure(pretrained("robust").run, quick_grid())


def judged(run: Measured, metrics: Metrics | None = None, **placed: float) -> Measured:
    """The run with other metrics or another placement, and the causes that they have."""
    metrics, placement = metrics or run.metrics, replace(SOUND, **placed)
    return Measured(run.run, metrics, placement, causes(metrics, placement, run.run.stopped))


def with_hue(metrics: Metrics, **changed: float) -> Metrics:
    return replace(metrics, hue=replace(metrics.hue, **changed))


@pytest.fixture(scope="module")
def sections() -> Any:
    """The sections that draw scenes: the component that does can only be imported in an app."""
    sound(AppTest.from_string("from excolor.ui.sections import columns, sphere").run(timeout=240))
    return importlib.import_module("excolor.ui.sections")


# --- the verdict ---------------------------------------------------------------------------------


def test_gray_answers_are_always_beside_those_of_the_intact_network(robust: Measured) -> None:
    few = with_hue(robust.metrics, gray_share=0.34)
    for run in (robust, judged(robust, few), judged(robust, few, hue_off_plane=0.79)):
        assert "of all answers are gray (intact 34%)" in verdict(run)
    # As many as before: nothing was turned gray.
    assert "turns" not in verdict(judged(robust, few, hue_off_plane=0.79))


def test_a_wheel_that_stands_on_its_head_still_has_warmth_on_the_first_axis(robust: Measured) -> None:
    assert "deletes other colors than red and cyan first" in verdict(judged(robust, red_angle=80))
    assert "deletes other colors" not in verdict(judged(robust, red_angle=176))
    assert "holds warmth the wrong way round" in verdict(judged(robust, red_angle=176))


def test_a_run_that_was_stopped_says_so_whatever_else_is_wrong(robust: Measured) -> None:
    early = replace(robust, run=replace(robust.run, stopped=Stop(2000, None)))
    for run in (early, judged(early, red_angle=80)):
        assert verdict(run).startswith("**Stopped early, at step 2000**. So far: ")
    diverged = replace(early, run=replace(robust.run, stopped=Stop(2000, "anchor")), causes=(Cause.DIVERGED,))
    assert "Stopped early" not in verdict(diverged)
    assert "Stopped early" not in verdict(judged(robust, red_angle=80))


def test_more_updates_are_promised_to_nobody(robust: Measured) -> None:
    wrong = replace(robust.metrics, intact=replace(robust.metrics.intact, max_mse=0.2))
    assert "More updates may help" in verdict(judged(robust, wrong))
    narrow = replace(robust, run=replace(robust.run, config=RunConfig(bottleneck=2)))
    assert "More updates will not help" in verdict(judged(narrow, wrong))


# --- Ablation --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("red", "cyan", "said"),
    [(0.96, -0.93, True), (-0.9, 0.8, True), (0.96, 0.3, False), (0.96, -0.1, False), (-0.54, -0.63, False)],
)
def test_cyan_goes_with_red_where_the_two_are_the_ends_of_one_axis(
    red: float, cyan: float, said: bool, robust: Measured, sections: Any
) -> None:
    words = sections.columns.opposed(red, cyan, robust.metrics)
    assert ("**Why is cyan hit like red?**" in words) == said
    assert ("not the ends of the first axis" in words) == (not said)


def ablation(**more: object) -> str:
    """What the summary says with these dims deleted on the right."""
    at = app("ablation.py")
    sound(at.button_group("ablation-dims-4").set_value(more["dims"]).run())
    (words,) = (each.value for each in at.markdown if "**Targets** are" in each.value)
    return words


def test_the_summary_says_which_deletions_have_no_targets_or_no_bystanders() -> None:
    every = ablation(dims=[0, 1, 2, 3])
    assert every.endswith("There are no bystanders.")
    assert "The bystanders have" in every  # the other deletion, of warmth
    none = ablation(dims=[])
    assert none.count("**Without dims") == 1
    hue = ablation(dims=[0, 1])
    assert hue.count("(intact 34%)") == 2
    assert "There are no" not in hue


@pytest.mark.parametrize(
    ("left", "gray", "said", "unsaid"),
    [
        (Residue(0.3, 0.6, 0.95), 1.0, ["*is* tone", "30% to 60%", "100% of all answers are gray (intact 34%)"], []),
        # No separate: what is left follows brightness, and the answers are not gray.
        (Residue(0.1, 0.3, 0.93), 0.02, ["not tone alone", "2% of all answers"], ["*is* tone"]),
        (Residue(0.1, 0.8, 0.47), 0.95, ["not tone alone"], ["*is* tone"]),
        # Two dims: nothing to stretch.
        (Residue(0, 0, NAN), 0, ["nothing is left once hue is deleted"], ["stretches", "–", "0%"]),
        (Residue(0.2, 0.2, NAN), 0, ["20% of the length", "All of them are the same then"], ["to 20%", "–"]),
    ],
)
def test_why_primaries_and_secondaries_are_as_bright_as_they_are(
    left: Residue, gray: float, said: list[str], unsaid: list[str]
) -> None:
    words = why(left, gray, 0.34)
    assert [each for each in said if each not in words] == []
    assert [each for each in unsaid if each in words] == []


# --- Latent space ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("placed", "words"),
    [
        (SOUND, "The vibrant hues go round in the plane of u₀ and u₁. "),
        (replace(SOUND, turns=0), "but do not go round in it. "),
        (replace(SOUND, hue_off_plane=0.49), "do not lie in the plane of u₀ and u₁. "),
        (replace(SOUND, hue_off_plane=0.49, turns=0), "do not lie in the plane of u₀ and u₁. "),
    ],
)
def test_the_caption_says_a_wheel_only_where_there_is_one(placed: Placement, words: str, sections: Any) -> None:
    assert words in sections.sphere.intact(placed)


def test_without_hue_the_caption_says_the_correlation_of_the_metrics_or_that_nothing_is_left(sections: Any) -> None:
    assert "by 0.95, over all hues" in sections.sphere.without_hue(Residue(0.3, 0.6, 0.95))
    assert sections.sphere.without_hue(Residue(0, 0, NAN)).endswith("nothing is left: all points are in the middle.")
    assert "the same for every hue" in sections.sphere.without_hue(Residue(0.2, 0.2, NAN))


def test_points_are_said_to_lie_inside_only_where_they_do(sections: Any) -> None:
    u = np.eye(4, dtype=np.float32)[[0, 1, 2, 3]]
    whole = share_in(u, range(4))
    words = sections.sphere.unseen_words
    # One of the four is in the dim that is not shown.
    assert "leaves out dims [3], which hold 25% of a point on average. 25% of the points" in words(
        whole, share_in(u, [3]), (3,)
    )
    assert words(whole, share_in(u, []), ()).endswith("so all points are on the rim: each is shown whole.")
    assert words(0 * whole, 0 * whole, ()) == "Nothing is left of any point, so all of them are in the middle."


def test_with_hue_deleted_the_dims_that_are_left_are_all_shown() -> None:
    at = app("latent.py")
    at.button_group("latent-view-4").set_value("[2, 3, 1]")
    sound(at.button_group("latent-cut").set_value("hue [0, 1]").run())
    assert any("all points are on the rim" in each.value for each in at.markdown)
    sound(at.button_group("latent-cut").set_value("nothing").run())
    assert any("leaves out dims [0]" in each.value for each in at.markdown)


NOTHING = "STEP,PHASE,ACTION,lr\n0,Train,,0.01\n9,,,0.01\n"

# --- what was meant --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "numbers", "untold"),
    [
        (RunConfig(), "four", None),
        (RunConfig(bottleneck=2), "two", None),
        (RunConfig(bottleneck=6, weights=Weights(separate=0)), "six", None),
        (RunConfig(weights=Weights(anchor=0)), "four", "anchor"),
        (RunConfig(weights=Weights(anchor=0, planarity=0)), "four", "anchor and planarity"),
        # Off in the schedule is as off as by the slider.
        (
            RunConfig(schedule="STEP,PHASE,ACTION,lr\n0,Train,,0.01\n9,,,0.01\n", steps=9),
            "four",
            "anchor and planarity",
        ),
    ],
)
def test_what_a_network_was_not_told_is_said(config: RunConfig, numbers: str, untold: str | None) -> None:
    words = meant(config)
    assert f"the {numbers} numbers" in words
    assert ("was trained without" in words) == (untold is not None)
    assert untold is None or f"without {untold}, so" in words


@pytest.mark.parametrize(
    ("off", "words"),
    [
        (["anchor"], "**anchor**, which pins red to the first axis. In a moment the network is trained without it."),
        (["anchor", "separate"], "In a moment the network is trained without any of them."),
        ([], "The settings: robust, seed 0. In a moment you see what they lead to."),
    ],
)
def test_the_question_says_what_is_switched_off(off: list[str], words: str) -> None:
    assert said_before(off, RunConfig()).endswith(words)


# --- the replay ------------------------------------------------------------------------------------


def test_a_replay_says_how_slowly_it_starts() -> None:
    run = train(steps=1000)
    early = round(1000 / 10)
    assert pace(replayed(run)) == f"It starts slowly: the first {early} updates take half of the time."
    assert run.snapshots.steps[len(run.snapshots) // 2] == early
    # A short run has a moment after each update, and a run that has forgotten its past has none.
    assert pace(replayed(train(steps=40))) == ""
    assert pace(replayed(run.forgetting())) == ""

"""Is it really gone?: asked before it is shown, and every sentence true of the run on screen."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from excolor.checkpoint import pretrained
from excolor.color import named_colors
from excolor.config import RunConfig, Weights
from excolor.data import BATCH, LABELS, expected_positives
from excolor.lab.audit import light_audit
from excolor.lab.race import RUNNERS, Race, Runner
from excolor.lab.ring import gray_floor, ring_colors
from excolor.metrics import respond
from excolor.model import ColorAutoencoder, from_vector, to_vector
from excolor.surgery import HUE, WARMTH, ablate
from excolor.training import Run, train
from excolor.ui import predict
from excolor.ui.laboratory import ablated, at_u, erased_afterwards
from excolor.ui.sections.gone import Subject, back, planned, read, see
from excolor.ui.words import number, percent
from tests.support.app import app, html, log_run, sound, unfold

SHORT = RunConfig(steps=20)
TINTED = RunConfig(seed=9)


@cache
def trained(config: RunConfig) -> Run:
    return train(config)


@cache
def shipped(name: str) -> Run:
    return pretrained(name).run


def subject(run: Run, dims: tuple[int, ...] = HUE) -> Subject:
    return Subject("it", run, dims)


def prose(at: AppTest) -> str:
    return "\n".join([*(each.value for each in at.markdown), *(each.value for each in at.caption)])


# --- asked first -----------------------------------------------------------------------------------


def test_each_part_asks_before_it_shows_and_says_how_the_answer_came_out() -> None:
    at = app("gone.py", predict="")
    heads = ["Can you see it?", "Can a machine read it?", "Does it come back?"]
    assert [each.value for each in at.header] == heads[:1]
    assert "xc-ring" not in html(at)
    at.button_group("predict-seen").set_value(["red", "orange"]).run()
    sound(at.button("predict-reveal").click().run())
    assert "xc-ring" in html(at)
    model, colors = ablate(shipped("robust").model, HUE), named_colors()
    tinted = {name for name, rgb in colors.items() if float(respond(model, rgb).mse[0]) < float(gray_floor(rgb)) - 1e-6}
    (score,) = (each.label for each in at.expander if each.label.startswith("Your prediction"))
    assert f"You named {len(tinted & {'red', 'orange'}) or 'none'} of the {len(tinted)} that kept a tint" in score
    # The next part asks in its turn; whoever skips it is not asked again.
    assert [each.value for each in at.header] == heads[:2]
    assert not at.get("vega_lite_chart")
    sound(at.button("predict-skip").click().run())
    assert len(at.get("vega_lite_chart")) == 4
    assert [each.value for each in at.header] == heads
    sound(at.switch_page("pages/end.py").run())
    assert "Does it keep a tint? robust without hue" in html(at)


def test_a_prediction_about_a_deletion_outlives_the_session_and_goes_with_the_log() -> None:
    asked = predict.Deleted("read", "0" * 64, (0, 2))
    kept = predict.PREDICTIONS
    said = predict._Said(asked, {"read": frozenset({"z"})}, "why")  # pyright: ignore[reportPrivateUsage]
    assert kept.read("", kept.write(said)) == said
    for broken in ({"dims": [2, 0]}, {"dims": [True]}, {"dims": [9]}, {"who": "nobody"}, {"run": "x"}):
        written: dict[str, Any] = dict(kept.write(said))
        written["about"] = written["about"] | broken
        with pytest.raises(Exception, match="no deletion"):
            kept.read("", written)


# --- what is said ----------------------------------------------------------------------------------


@pytest.mark.numerical
@pytest.mark.parametrize("dims", [WARMTH, HUE])
def test_the_ring_and_the_floor_are_those_of_the_network(dims: tuple[int, ...]) -> None:
    at = subject(shipped("robust"), dims)
    answers = respond(ablate(at.run.model, dims), ring_colors()).rgb
    spread = float(np.sqrt(np.square(answers - answers.mean(0)).sum(1).mean()))
    said = see.said(0.4, spread, at)
    assert f"without {at.what} {number(spread)}" in said
    assert percent(spread / 0.4) in said
    tinted = [name for name, found in see.found(at).items() if found.so]
    assert all(name in said for name in tinted)
    assert ("with a tint" in said) == bool(tinted)


@pytest.mark.numerical
def test_without_warmth_half_of_the_circle_is_left_and_more_before_normalizing_than_after() -> None:
    at = subject(shipped("robust"), WARMTH)
    seen = read.of(at)
    audit = light_audit(at.run.model, WARMTH, np.random.default_rng(0))  # the same colors, by the library alone
    for site in ("z", "u"):
        expected = audit.probes["deleted"][site].kernel.scores
        assert [seen.kernel(site, k) for k in (1, 2, 3)] == pytest.approx(expected, abs=0.02)
        assert bool(seen.beyond(site)) == audit.more_than_floors(site)
    said = read.said(seen, at)
    assert "About half of the circle is left" in said
    assert "**Before normalizing more can be read than after**" in said


@pytest.mark.numerical
@pytest.mark.parametrize("name", ["robust", "clean"])
def test_without_hue_tone_is_left_and_nothing_beyond_it(name: str) -> None:
    at = subject(shipped(name))
    said = read.said(read.of(at), at)
    assert "u tells nothing of hue beyond the floors" in said
    assert "What is left is tone" in said


@pytest.mark.numerical
def test_a_score_a_little_above_its_floors_is_called_a_trace() -> None:
    at = subject(shipped("ex-2.7"))
    seen = read.of(at)
    over = max(seen.kernel("u", k) - seen.highest(k) for k in (1, 2, 3))
    said = read.said(seen, at)
    assert ("nothing of hue beyond" in said, "a trace of hue at most" in said) == (over <= 0.05, 0.05 < over < 0.1)


@pytest.mark.numerical
@pytest.mark.parametrize("config", [SHORT, RunConfig(bottleneck=2), RunConfig(bottleneck=3, steps=500)])
def test_sentences_of_other_widths_and_of_broken_runs_follow_their_figures(config: RunConfig) -> None:
    at = subject(trained(config))
    seen = read.of(at)
    said = read.said(seen, at)
    assert ("nothing of hue beyond the floors" in said) == (not seen.beyond("u"))
    assert ("more can be read than after**" in said) == any(
        seen.kernel("z", k) > seen.kernel("u", k) + 0.05 for k in seen.beyond("z")
    )
    assert "nan" not in said + see.said(0.1, 0.05, at)
    assert "hardly tells them apart" in see.said(0.1, 0.05, at)


@pytest.mark.numerical
def test_a_tint_carries_information_or_it_does_not() -> None:
    run = shipped("robust")
    assert read.of_tints(read.of(subject(run)), subject(run)) == ""  # a sound run has none to explain
    seeds = (trained(RunConfig(seed=seed)) for seed in range(40))
    at = next(each for each in map(subject, seeds) if each.measured.tinted)
    seen = read.of(at)
    assert ("tint without information" in read.of_tints(seen, at)) == (not seen.beyond("output"))
    loud = read.Read({**seen.probes, "deleted": seen.probes["intact"]}, seen.floors)
    assert "this tint carries information" in read.of_tints(loud, at)


def race_of(**ends: float) -> Race:
    """A race whose runners go from 0.2 to an end, at once."""
    errors: dict[Runner, Any] = {runner: np.full((5, 601), ends.get(runner, 0.15), np.float32) for runner in RUNNERS}
    for each in errors.values():
        each[:, 0] = 0.2
    return Race(np.arange(0, 3005, 5), errors, 0.2, {})


def test_what_the_race_says_follows_the_runners() -> None:
    came: dict[str, float] = {"producer": 1e-3, "consumer": 1e-3, "fresh": 1e-3}
    race = race_of(**came)
    said = back.said_of_plain(race)
    assert "Never, within 3,000 updates: ablated and pruned." in said
    assert "a fresh network, after 5 updates" in said
    assert "run exactly alike" in said
    assert "Even with the noise, hue does not come back" in back.said_of_shaken(race)
    slow = race_of(**came, jittered=1e-3)
    slow.errors["fresh"][:, :50] = 0.2
    assert "So the zeros flattered the deletion" in back.said_of_shaken(slow)
    slow.errors["jittered"][:, :80] = 0.2
    assert "as good as never having learned" in back.said_of_shaken(slow)
    assert "does not get hue back" in back.said_of_shaken(slow)
    assert "gets hue back all the same" in back.said_of_shaken(race_of(grays=1e-3))
    little = dataclasses.replace(race, left=0.001)
    assert "the race says nothing" in back.said_of_plain(little)
    assert back.reached(race, "ablated", "tenth") == "never"
    race.errors["fresh"][0] = 0.2
    race.errors["fresh"][1, :10] = 0.2
    assert back.reached(race, "fresh", "tenth") == "5 (5 to never)"


@pytest.mark.numerical
def test_what_planning_bought_follows_the_figures() -> None:
    run = shipped("ex-2.7")
    other = trained(planned.without_regularizers(run.config))
    assert not any(other.config.weights.values())
    assert (other.config.seed, other.config.schedule) == (run.config.seed, run.config.schedule)
    left = {"planned": ablated(run, HUE), "unplanned": ablated(other, HUE), "erased": erased_afterwards(other, 3600)}
    compared = planned.Compared(left, at_u(other, HUE)[1], 3600)
    assert "erasing afterwards is at least as clean here" in planned.said(run, other, compared)
    few = planned.Compared(left | {"erased": erased_afterwards(other, 3)}, compared.floors, 3)
    worse = few.readable("erased") or left["planned"].metrics.gray_share > few.left["erased"].metrics.gray_share + 0.02
    assert ("is less clean here" in planned.said(run, other, few)) == worse
    # One that was trained without regularizers has nothing to compare.
    same = planned.Compared(left | {"planned": left["unplanned"]}, compared.floors, 3600)
    assert "itself trained without any regularizer" in planned.said(other, other, same)
    assert "Choose a network that was trained with regularizers" in planned.said(other, other, same)


def test_the_labels_of_a_training_are_counted_by_their_probabilities() -> None:
    run = shipped("robust")
    said = planned.what_is_compared(run, 30)
    for label in LABELS[:2]:
        assert f"“{label.name}” about {round(3001 * expected_positives(label).per_batch):,} times" in said
    assert f"{3001 * BATCH:,} draws" in said
    assert "exact hue of 30 colors" in said
    assert "listened to a label" in planned.what_is_compared(
        trained(RunConfig(weights=Weights(anchor=0, planarity=0), steps=20)), 3
    )


# --- the page --------------------------------------------------------------------------------------


def test_the_race_runs_once_and_its_zeros_are_checked() -> None:
    at = app("gone.py")
    sound(at.button("gone-race").click().run())
    assert "every zero of the ablated network is still exactly 0" in prose(at)
    assert [each.key for each in at.button if each.key == "gone-race"] == []
    unfold(at, "race")
    cells = html(at).partition('aria-label="Updates to relearn"')[2]
    assert re.search(r"ablated: both sides zeroed</th><td>[^<]+</td><td>never</td><td>never</td>", cells)
    sound(at.run())  # from memory
    assert "every zero of the ablated network" in prose(at)


def test_dims_are_those_of_the_address_and_none_is_said_in_a_sentence() -> None:
    at = app("gone.py")
    sound(at.button_group("ablation-dims-4").set_value([0]).run())
    assert "without warmth" in prose(at)
    sound(at.button_group("ablation-dims-4").set_value([]).run())
    assert [each.value for each in at.info] == ["Nothing is deleted. Choose at least one dim."]
    sound(at.button_group("ablation-dims-4").set_value([0, 1, 2, 3]).run())
    assert "without dims [0, 1, 2, 3]" in prose(at)


@pytest.mark.parametrize("damage", ["diverged", "wide", "narrow"])
def test_any_network_is_shown_or_gets_a_sentence(damage: str, run_of: Callable[..., Run]) -> None:
    run = trained(RunConfig(bottleneck=6 if damage == "wide" else 2, steps=50))
    if damage == "diverged":
        model: ColorAutoencoder = from_vector(np.full_like(to_vector(shipped("robust").model), np.nan), 4, 16)
        run = run_of(model)
    at = app("gone.py")
    log_run(at, run)
    at.session_state["model"] = "last run"
    sound(at.run())
    said = [each.value for each in at.warning]
    assert said == (
        ["The numbers of this network run out of bounds, so there is nothing to ask it. Choose another one."]
        if damage == "diverged"
        else []
    )
    assert "nan" not in prose(at)


@pytest.mark.numerical
def test_ablation_and_train_say_in_one_line_what_probes_read() -> None:
    for page in ("ablation.py", "train.py"):
        at = app(page)
        assert "kernel probe" not in prose(at)
        said = prose(unfold(at, "read"))
        assert "With hue deleted, an affine probe reads R²" in said
        assert "No more than the floors" in said or "More than the floors" in said

"""The Train page, run by Streamlit's own test harness: controls, verdicts, the shelf."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from excolor.checkpoint import MAX_BYTES, PRETRAINED
from excolor.config import BOTTLENECKS, MAX_SEED, STEPS, RunConfig, Weights
from excolor.diagnosis import Cause
from excolor.losses import EXPERIMENT
from excolor.measured import Measured
from excolor.schedule import SHIPPED
from excolor.turns import Turns
from excolor.ui import runs, shelf
from excolor.ui.runs import Trained, trained
from excolor.ui.sections import running
from excolor.ui.words import number, percent
from tests.support.app import ROOT, app, html, last_run, named_runs, sound, unfold
from tests.support.search import measured, seed_where

TERMS = list(EXPERIMENT)
PRESETS = {"All on": {}, **{f"No {term}": {term: 0.0} for term in TERMS}, "All off": dict.fromkeys(TERMS, 0.0)}


@pytest.fixture
def at() -> AppTest:
    """The page as a new visitor meets it, with all that is folded away unfolded."""
    return unfold(app("train.py"), "colors", "beside", "keep", "engines")


def run(at: AppTest) -> AppTest:
    return sound(at.run())


def config_of(at: AppTest) -> RunConfig:
    return last_run(at).config


def shown(at: AppTest) -> Trained:
    """The run that the page shows, from the server's memory."""
    return trained(config_of(at), progress=lambda done: pytest.fail("the page did not train it"))


def verdict(at: AppTest) -> str:
    return at.markdown[2].value  # below what to try first, and the words


# How the page's sentence names each cause.
SAID = {
    Cause.DIVERGED: "diverged",
    Cause.NOT_CONVERGED: "Not converged",
    Cause.GRAYS_IN_PLANE: "Grays in the hue plane",
    Cause.GRAYS_HARMED: "Deleting hue harms a gray",
    Cause.TINTED: "Some answers keep a tint",
    Cause.NOT_ROUND: "The hues do not go round",
    Cause.HUE_OFF_PLANE: "Hue is not in the plane",
    Cause.ROTATED: "The wheel is rotated",
    Cause.RED_OFF_AXIS: "Red is not on its axis",
}


def told(at: AppTest) -> None:
    """The verdict names the causes of the run on screen, all of them, in their order, and no other."""
    bold = re.findall(r"\*\*(.+?)\*\*", verdict(at))
    causes = shown(at).measured.causes
    assert len(bold) == max(1, len(causes))
    assert all(SAID[cause] in words for cause, words in zip(causes, bold, strict=False))
    assert causes or bold == ["A sound run"]
    assert "{" not in verdict(at)


def set_all(at: AppTest, **values: Any) -> AppTest:
    """Move controls, named without their prefix."""
    for name, value in values.items():
        match name:
            case "seed":
                at.number_input("train-seed").set_value(value)
            case "noise":
                at.select_slider("train-noise").set_value(value)
            case "schedule" | "bottleneck":
                at.button_group(f"train-{name}").set_value(value)
            case _:
                at.select_slider(f"train-{name}").set_value(value)
    return run(at)


# --- controls ------------------------------------------------------------------------------------


def test_the_page_opens_on_the_defaults_and_says_when_they_are_sound(at: AppTest) -> None:
    assert config_of(at) == RunConfig()
    told(at)
    # 57 of 100 seeds are sound.
    set_all(at, seed=seed_where(RunConfig(), lambda run: run.sound, range(12)))
    told(at)
    assert shown(at).measured.causes == ()
    assert percent(shown(at).measured.metrics.hue.gray_share) in verdict(at)


def test_presets_set_the_sliders_and_lead_to_their_verdict(at: AppTest) -> None:
    made: Mapping[str, set[Cause]] = {
        "No anchor": {Cause.ROTATED},
        "No separate": {Cause.GRAYS_IN_PLANE},
        "No planarity": {Cause.GRAYS_IN_PLANE},
        "All off": {Cause.GRAYS_IN_PLANE, Cause.HUE_OFF_PLANE},
        "All on": set(),
    }

    def all_as_said(run: Measured) -> bool:
        runs = {name: measured(replace(run.config, weights=Weights(**weights))) for name, weights in made_by.items()}
        return run.sound and all(made[name] <= set(each.causes) for name, each in runs.items())

    # A wheel without its anchor stands right by accident in one run of nine.
    made_by = {name: dict.fromkeys(TERMS, 1.0) | PRESETS[name] for name in made}
    seed = seed_where(RunConfig(), all_as_said)
    set_all(at, seed=seed)
    for name in [*PRESETS, "All on"]:
        sound(at.button(f"preset-{name}").click().run())
        weights = dict.fromkeys(TERMS, 1.0) | PRESETS[name]
        assert {term: at.select_slider(f"train-{term}").value for term in TERMS} == weights
        assert config_of(at) == RunConfig(seed=seed, weights=Weights(**weights))
        told(at)
        assert made.get(name, set()) <= set(shown(at).measured.causes), name
        if name == "All on":
            assert shown(at).measured.causes == ()


def test_neutrality_stands_where_the_schedule_has_it_until_somebody_moves_it(at: AppTest) -> None:
    slider = lambda: at.select_slider("train-neutrality").value  # noqa: E731
    set_all(at, steps=100)
    assert slider() == 0
    assert config_of(at).weights.neutrality is None
    set_all(at, neutrality=3.0)
    assert config_of(at).weights.neutrality == 3
    set_all(at, schedule="clean")
    assert slider() == 1
    assert config_of(at) == RunConfig("clean", steps=100)
    sound(at.button("preset-No anchor").click().run())
    assert config_of(at) == RunConfig("clean", steps=100, weights=Weights(anchor=0))
    sound(at.button("preset-All off").click().run())
    assert config_of(at) == RunConfig("clean", steps=100, weights=Weights(**dict.fromkeys(Weights(), 0.0)))
    sound(at.button("preset-All on").click().run())
    assert slider() == 1
    set_all(at, neutrality=0.0)
    assert config_of(at) == RunConfig("clean", steps=100, weights=Weights(neutrality=0))
    assert name_field(at).value == "clean, seed 0, no neutrality, 100 updates"[: shelf.MAX_NAME]
    sound(at.button("reset-neutrality").click().run())
    assert (slider(), config_of(at).weights.neutrality) == (1, None)
    set_all(at, schedule="ex-2.7")
    assert (slider(), config_of(at).weights.neutrality) == (0, None)


def test_each_control_reaches_the_training_and_one_or_all_can_be_reset(at: AppTest) -> None:
    moved = {"unitarity": 0.3, "anchor": 10.0, "separate": 0.01, "planarity": 0.0}
    set_all(at, **moved, steps=300, noise=0.25, schedule="ex-2.7", bottleneck=3, seed=11)
    config = RunConfig("ex-2.7", 11, 300, 3, label_noise=0.25, weights=Weights(**moved))
    assert config_of(at) == config
    told(at)
    for term in TERMS:
        sound(at.button(f"reset-{term}").click().run())
        moved[term] = 1.0
        assert config_of(at).weights == Weights(**moved)
    assert config_of(at).seed == 11
    sound(at.button("reset-all").click().run())
    assert config_of(at) == RunConfig()


@pytest.mark.parametrize("schedule", SHIPPED)
def test_every_width_and_the_extremes_of_every_control(schedule: str, at: AppTest) -> None:
    set_all(at, schedule=schedule, steps=100)
    for bottleneck in BOTTLENECKS:
        set_all(at, bottleneck=bottleneck)
        assert config_of(at) == RunConfig(schedule, steps=100, bottleneck=bottleneck)
        told(at)
    set_all(at, bottleneck=4, noise=1.0)
    told(at)
    for weight in (10.0, 0.01, 0.0):
        set_all(at, **dict.fromkeys(TERMS, weight))
        assert config_of(at).weights == Weights(**dict.fromkeys(TERMS, weight))
        told(at)
    set_all(at, seed=2**32 - 1)
    told(at)


def test_a_bottleneck_that_is_too_narrow_is_not_told_to_train_longer(at: AppTest) -> None:
    set_all(at, steps=1000, bottleneck=2)
    assert "More updates will not help" in verdict(at)
    set_all(at, steps=100, bottleneck=4, seed=1, **dict.fromkeys(TERMS, 0.0))
    assert "will not help" not in verdict(at)


def test_a_run_that_diverges_says_where_and_in_which_term(at: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "STEP,PHASE,ACTION,lr\n0,Train,,0.01\n30,,,0.01\n31,,,1e30\n99,,,1e30\n"
    diverged = trained(RunConfig(schedule=text, steps=100))
    stopped = diverged.measured.run.stopped
    assert stopped is not None
    # No control of the page leads there, so the page is handed the run.
    monkeypatch.setattr(runs, "_train", lambda config, engine, progress: diverged)
    sound(at.number_input("train-seed").set_value(99).run())
    assert verdict(at) == (f"**The run diverged at step {stopped.step}**: its {stopped.term} was no longer a number.")


def test_controls_are_as_they_were_left_when_the_visitor_comes_back(at: AppTest) -> None:
    set_all(at, seed=3, anchor=0.0, bottleneck=5, schedule="ex-2.7", steps=300, noise=0.5)
    config = config_of(at)
    sound(at.switch_page("pages/start.py").run())
    sound(at.switch_page("pages/train.py").run())
    assert config_of(at) == config
    assert at.select_slider("train-anchor").value == 0.0


def test_figures_stand_beside_those_of_the_shipped_checkpoint_or_of_what_is_pinned(at: AppTest) -> None:
    set_all(at, seed=1, steps=1000)
    heads = re.findall(r'<th colspan="3" scope="colgroup">(.*?)</th>', html(at))
    assert heads == ["this run", PRETRAINED[0]]
    log = at.session_state["log"]
    at.session_state["log"] = log.pinning([log.entries[0].key])  # another one, which the page trained first
    heads = re.findall(r'<th colspan="3" scope="colgroup">(.*?)</th>', html(run(at)))
    assert heads == ["this run", "robust, seed 0"]


# --- the shelf -----------------------------------------------------------------------------------


def name_field(at: AppTest) -> Any:
    return next(each for each in at.text_input if str(each.key).startswith("run-name"))


def upload(at: AppTest, name: str, data: bytes) -> AppTest:
    at.file_uploader[0].set_value((name, data, "application/octet-stream"))
    return run(at)


def test_what_was_wrong_with_a_file_is_said_while_it_is_there(at: AppTest) -> None:
    upload(at, "bad.safetensors", b"nonsense")
    (said,) = (each.value for each in at.warning)
    assert "bad.safetensors" in said
    assert [each.value for each in sound(at.run()).warning] == [said]
    sound(at.file_uploader[0].set_value(None).run())
    assert at.warning.len == 0
    upload(at, "bad.safetensors", b"nonsense")
    upload(at, "good.safetensors", (ROOT / "pretrained" / "ex-2.7.safetensors").read_bytes())
    assert at.warning.len == 0
    assert at.success.len == 1


@pytest.mark.parametrize(("typed", "used"), [(-5, 0), (MAX_SEED + 1, MAX_SEED)])
def test_a_number_that_is_no_seed_gives_way_to_the_nearest_and_the_page_says_so(
    at: AppTest, typed: int, used: int
) -> None:
    sound(at.number_input("train-seed").set_value(typed).run())
    assert config_of(at).seed == at.number_input("train-seed").value == used
    said = [each.value for each in at.caption if "seed is a whole number" in each.value]
    assert len(said) == 1
    assert f"{abs(typed):,}" in said[0]
    assert f"{used:,} is used" in said[0]
    sound(at.run())
    assert not [each.value for each in at.caption if "seed is a whole number" in each.value]


def test_the_suggested_name_says_what_was_chosen_and_follows_the_run(at: AppTest) -> None:
    assert name_field(at).value == "robust, seed 0"
    set_all(at, seed=5, anchor=0.0)
    assert name_field(at).value == "robust, seed 5, no anchor"
    set_all(at, anchor=1.0, separate=0.3, schedule="ex-2.7")
    assert name_field(at).value == "ex-2.7, seed 5, separate × 0.3"
    sound(at.button("preset-All off").click().run())
    assert name_field(at).value == "ex-2.7, seed 5, all off"
    sound(at.button("reset-all").click().run())
    set_all(at, bottleneck=3, noise=0.5, steps=300)
    assert name_field(at).value == "robust, seed 0, width 3, 300 updates, 50% noise"[: shelf.MAX_NAME]


def test_a_named_run_is_chosen_on_start_and_ablation_in_place_of_the_shipped_one(at: AppTest) -> None:
    set_all(at, seed=4, anchor=0.0)
    kept = config_of(at)
    name_field(at).set_value("turned wheel")
    sound(at.button("name-run").click().run())
    assert [each.value for each in at.success] == ["Named turned wheel. It can be chosen on every page."]
    sound(at.button("reset-all").click().run())
    assert at.success.len == 0
    for page in ("start", "ablation"):
        sound(at.switch_page(f"pages/{page}.py").run())
        choice = at.button_group(f"{page}-model")
        assert choice.options == [*PRETRAINED, shelf.LAST, "turned wheel"]
        sound(choice.set_value("turned wheel").run())
        assert at.session_state["model"] == "turned wheel"
        assert named_runs(at)["turned wheel"].config == kept
    log = at.session_state["log"]
    at.session_state["log"] = log.without({log.named["turned wheel"].key})
    sound(at.switch_page("pages/start.py").run())
    assert at.session_state["model"] == PRETRAINED[0]


def test_names_that_are_taken_or_empty_get_a_sentence(at: AppTest) -> None:
    set_all(at, steps=100)
    for name in ("robust", "   "):
        name_field(at).set_value(name)
        sound(at.button("name-run").click().run())
        assert len(at.warning) == 1
        assert at.warning[0].value.endswith(".")
    assert named_runs(at) == {}


def test_from_a_broken_wheel_to_its_ablation_in_two_clicks(at: AppTest) -> None:
    sound(at.button("preset-No anchor").click().run())
    sound(at.button("see-ablation").click().run())
    assert at.title[0].value == "What is left when a concept is deleted?"
    assert at.button_group("ablation-model").value == shelf.LAST
    assert config_of(at) == RunConfig(weights=Weights(anchor=0))


def test_a_downloaded_run_is_loaded_again_and_is_the_same_run(at: AppTest) -> None:
    set_all(at, seed=6, separate=0.0, steps=1000)
    data = shelf.file_maker(last_run(at))()
    upload(at, "collapsed.safetensors", data)
    assert [each.value for each in at.success] == ["Loaded as collapsed. It can be chosen on every page."]
    assert named_runs(at)["collapsed"].key == last_run(at).key
    run(at)  # the same file is not loaded again with each run of the page
    assert list(named_runs(at)) == ["collapsed"]


@pytest.mark.parametrize(
    "data",
    [b"", b"junk", b"\x02\x00\x00\x00\x00\x00\x00\x00{}", b"x" * (MAX_BYTES + 1)],
    ids=["empty", "junk", "bare", "large"],
)
def test_a_bad_file_gets_a_sentence_and_changes_nothing(data: bytes, at: AppTest) -> None:
    upload(at, "strange.safetensors", data)
    assert len(at.warning) == 1
    assert re.fullmatch(r"strange\.safetensors .*\.", at.warning[0].value)
    assert named_runs(at) == {}
    assert config_of(at) == RunConfig()


# --- cancelling, and the readable way ------------------------------------------------------------


def test_a_cancelled_run_is_not_trained_and_the_last_one_stays_until_a_control_moves(
    at: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = RunConfig(seed=77)
    at.session_state["cancelled-fused"] = wanted  # what the Cancel button leaves
    monkeypatch.setattr(runs, "_train", lambda *_: pytest.fail("it was cancelled"))
    set_all(at, seed=77)
    assert [each.value for each in at.info] == ["Cancelled. Move any control to train again."]
    assert config_of(at) == RunConfig()
    run(at)
    assert config_of(at) == RunConfig()
    monkeypatch.undo()
    set_all(at, seed=78)
    assert config_of(at) == RunConfig(seed=78)
    set_all(at, seed=77)
    assert config_of(at) == wanted


def test_autograd_is_trained_when_asked_for_and_the_difference_is_measured(at: AppTest) -> None:
    set_all(at, steps=100)
    assert "autograd-wanted" not in at.session_state
    sound(at.button("autograd").click().run())
    slow, fast = trained(config_of(at), "autograd"), shown(at)
    said = at.markdown[-1].value
    for value in (slow.train_s, fast.train_s, slow.measured.metrics.red_cosine, fast.measured.metrics.red_cosine):
        assert number(value) in said
    set_all(at, seed=1)  # another run has not been asked for
    assert "Autograd took" not in at.markdown[-1].value


def test_a_cancelled_autograd_run_stays_cancelled(at: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(at, steps=300, seed=5)
    config = config_of(at)
    at.session_state["autograd-wanted"] = config
    at.session_state["cancelled-autograd"] = config
    monkeypatch.setattr(runs, "_train", lambda *_: pytest.fail("it was cancelled"))
    for _ in range(2):
        run(at)
        assert [each.value for each in at.info] == ["Cancelled. Nothing was changed."]
    monkeypatch.undo()
    sound(at.button("autograd").click().run())
    assert "Autograd took" in at.markdown[-1].value


def test_who_waits_is_told_the_place_in_the_queue_and_can_give_up(at: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(Turns):
        @contextmanager
        def turn(self, who: str, waiting: Callable[[int], None] = lambda ahead: None) -> Generator[None]:
            waiting(3)
            streamlit.stop()  # so that the page stays as it is while one waits
            yield

    monkeypatch.setattr(runs, "turns", Full(1))
    monkeypatch.setattr(running, "NO_TURN_YET", -1)
    at.session_state["train-seed"] = 77_001
    run(at)
    (bar,) = at.get("progress")
    assert bar.proto.text == "Others train too. You are number 4 in the queue."
    monkeypatch.undo()
    sound(at.button("cancel-fused").click().run())
    assert [each.value for each in at.info] == ["Cancelled. Move any control to train again."]


def test_updates_are_shown_as_a_range_around_the_published_number(at: AppTest) -> None:
    options = [int(option) for option in at.select_slider("train-steps").options]
    assert options == sorted(options)
    assert STEPS in options

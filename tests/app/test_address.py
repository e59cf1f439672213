"""Addresses as the pages read and write them: what comes is shown, and what they write brings the same page again."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from excolor import links
from excolor.config import RunConfig
from excolor.log import LINKED
from excolor.schedule import find
from excolor.training import train
from excolor.ui import address, state
from excolor.ui.sections import controls
from tests.support.app import framed, last_run, sound

OWN = find("ex-2.7").text.replace("0.1", "0.2")


def opened(at: AppTest, page: str, query: str) -> AppTest:
    """The app after a visitor has opened one of its pages by an address."""
    at.query_params.clear()
    for word, text in [*parse_qsl(query, keep_blank_values=True), ("predict", "skip")]:
        at.query_params[word] = text
    return sound(at.switch_page(f"pages/{page}.py").run())


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    return sound(framed(monkeypatch).run())


def told(at: AppTest) -> str:
    return " ".join(each.value for each in at.caption)


@pytest.mark.numerical
def test_a_schedule_of_ones_own_travels_and_is_trained_elsewhere(at: AppTest) -> None:
    run = train(schedule=OWN, seed=5)
    opened(at, "train", links.link(run.config, run.key).partition("?")[2])
    assert last_run(at).config == run.config
    assert address.came_out(run.key, links.mark(run.key), False) in told(at)
    assert at.query_params["sheet"] == links.pack(OWN)
    at.button("reset-all").click().run()
    assert last_run(sound(at)).config == RunConfig()
    assert "copied from" not in told(at)


@pytest.mark.numerical
def test_a_model_that_is_not_here_is_trained_from_its_settings_or_said_to_be_missing(at: AppTest) -> None:
    run = train(seed=7, bottleneck=3)
    opened(at, "ablation", "model=mine&seed=7&bottleneck=3&dims=2&surgery=prune&mission=tinted&color=ff0000")
    assert at.session_state[state.LINKED_RUN.key].key == run.key
    assert at.session_state[state.MODEL.key] == LINKED
    assert at.session_state[state.dims(3)] == [2]
    assert at.button_group("ablation-how").value == "prune"
    assert (at.session_state[state.MISSION.key], at.session_state["picked"]) == ("tinted", "#ff0000")
    opened(at, "network", "model=**mine**")
    assert r"There is no model '\*\*mine\*\*' here; robust is shown." in told(at)
    assert at.session_state[state.MODEL.key] == "robust"
    opened(at, "regularizers", "term=anchor&curves=ex-2.7")
    assert at.button_group("regularizers-schedule").value == "ex-2.7"
    assert at.query_params["curves"] == "ex-2.7"
    opened(at, "latent", "model=clean&dims=0&surgery=prune")
    assert at.session_state[state.CUT] == "warmth [0]"
    assert "'surgery' says nothing on this page." in told(at)
    opened(at, "network", "dims=0,3")
    assert at.session_state[state.DELETED.key] == [0, 3]
    assert at.query_params["dims"] == "0,3"
    assert at.session_state[state.MODEL.key] == "clean"
    opened(at, "regularizers", "curves=<b>")
    assert "curves is '\\<b\\>'; it must be robust, ex-2.7, clean." in told(at)
    opened(at, "train", "seed=7&run=<b>")
    assert "run is '\\<b\\>'" in told(at)


def test_another_page_of_the_app_is_no_other_address(at: AppTest) -> None:
    opened(at, "train", "seed=7")
    sound(at.switch_page("pages/ablation.py").run())  # the harness keeps the address
    assert at.session_state[state.MODEL.key] == "robust"
    sound(at.switch_page("pages/train.py").run())
    assert at.session_state[state.SEED] == 7


def test_a_value_between_the_marks_of_a_slider_stands_until_it_is_moved(at: AppTest) -> None:
    opened(at, "train", "separate=0.37&label-noise=0.375&steps=1234&hidden=8")
    config = last_run(at).config
    assert (config.weights.separate, config.label_noise, config.steps, config.hidden) == (0.37, 0.375, 1234, 8)
    at.select_slider("train-separate").set_value(0.5)
    at.button("reset-hidden").click()
    sound(at.run())
    config = last_run(at).config
    assert (config.weights.separate, config.label_noise, config.steps, config.hidden) == (0.5, 0.375, 1234, 16)
    assert len(at.select_slider("train-separate").options) == len(controls.SCALE)


def test_what_is_said_of_a_linked_run_is_true_of_it() -> None:
    same, other = "a" * 64, "b" * 64
    assert "to the last bit" in address.came_out(same, links.mark(same), False)
    assert "another run than the one" in address.came_out(other, links.mark(same), False)
    assert "a part of the link was ignored" in address.came_out(other, links.mark(same), True)
    assert "can lead to another run" in address.came_out(same, "", False)

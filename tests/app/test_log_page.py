"""The log's page: what is found and filtered, what the rows say, and what cannot be restored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from excolor.config import RunConfig, Weights
from excolor.errors import ExcolorError
from excolor.log import Entry, Log
from excolor.measured import Measured, measure
from excolor.metrics import quick_grid
from excolor.training import train
from excolor.ui import log, predict, state
from excolor.ui.sections import controls, logged
from tests.support.app import app, sound

SETTINGS = RunConfig(schedule="ex-2.7", seed=5, steps=300, bottleneck=3, label_noise=0.25, weights=Weights(anchor=0))


@pytest.fixture(scope="module")
def run() -> Measured:
    return measure(train(SETTINGS), quick_grid()).forgetting()


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    found: dict[str, Any] = {}
    monkeypatch.setattr(streamlit, "session_state", found)
    return found


def seeded(run: Measured, seed: int) -> Measured:
    return replace(run, run=replace(run.run, config=replace(run.config, seed=seed)))


def listed(at: AppTest) -> list[str]:
    return at.dataframe[0].value["settings"].tolist() if at.dataframe else []


def test_runs_are_found_by_what_they_are_called_and_filtered_by_what_they_are(run: Measured) -> None:
    at = app()
    at.session_state["log"] = Log().taking(
        [
            Entry(1, seeded(run, 1), name="=mine"),
            Entry(2, seeded(run, 2), pinned=True),
            Entry(3, seeded(run, 31), loaded=True),
        ]
    )
    sound(at.switch_page("pages/log.py").run())
    assert [each.partition("seed ")[2].partition(",")[0] for each in listed(at)] == ["31", "2", "1"]
    assert listed(at)[0].endswith("from a file")
    assert "3 runs, 0 of them sound." in [each.value for each in at.caption]
    sound(at.text_input("log-find").set_value("=MINE").run())
    assert ["seed 1," in each for each in listed(at)] == [True]
    sound(at.text_input("log-find").set_value("seed 31").run())
    assert len(listed(at)) == 1
    at.text_input("log-find").set_value("")
    for name, found in {"sound": 0, "not sound": 3, "named": 1, "pinned": 1}.items():
        sound(at.button_group("log-only").set_value([name]).run())
        assert len(listed(at)) == found
    sound(at.button_group("log-only").set_value(["named", "pinned"]).run())
    assert [each.value for each in at.markdown if "No run is like that" in each.value]


def test_settings_go_back_into_the_controls_and_ask_for_the_same_run() -> None:
    said: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streamlit, "session_state", said)
        controls.ask(SETTINGS)
    at = app("train.py")
    for key in state.CONTROLS:
        at.session_state[key] = said[key]
    sound(at.run())
    assert at.session_state["log"].entries[-1].run.config == SETTINGS


@pytest.mark.parametrize(
    "config",
    [
        RunConfig(hidden=8),
        RunConfig(schedule="STEP,PHASE,ACTION,lr\n0,,,0.1\n100,,,0.1\n"),
        RunConfig(seed=1, steps=50),
    ],
)
def test_what_the_controls_cannot_ask_for_is_said_and_they_stay(session: dict[str, Any], config: RunConfig) -> None:
    with pytest.raises(ExcolorError, match=r"^This run has a .* no control of Train can ask for\.$"):
        controls.ask(config)
    assert session == {}


def test_a_file_brings_predictions_back_but_not_over_ones_own(session: dict[str, Any], run: Measured) -> None:
    log.note(run)
    state.PREDICTIONS.get()[run.config] = {"run": frozenset({"grays"})}
    state.REASONS.get()[run.config] = "because"
    entries = log.exported(log.current().entries)
    assert logged._predictions(entries[0]).startswith("You named")
    session.clear()
    assert log.take_file(entries) == 1
    assert (predict.said(run.config), state.REASONS.get()[run.config]) == ({"run": frozenset({"grays"})}, "because")
    state.PREDICTIONS.get()[run.config] = {"run": frozenset({"tint"})}
    assert log.take_file(entries) == 0
    assert predict.said(run.config) == {"run": frozenset({"tint"})}


def test_no_run_was_made_in_the_future(session: dict[str, Any], run: Measured) -> None:
    log.take_file([Entry(253_402_300_799_000, run)])
    (entry,) = log.current().entries
    log.note(seeded(run, 9))
    assert log.last() is not None
    assert log.current().entries[-1] is log.last()
    assert entry.when < log.current().entries[-1].when + 1

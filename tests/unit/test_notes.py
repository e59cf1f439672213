"""A run in a few kilobytes: what comes back is what was written, and what nobody wrote is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excolor.config import RunConfig
from excolor.errors import ExcolorError
from excolor.measured import Measured, measure
from excolor.metrics import quick_grid
from excolor.notes import measured_of, note_of, note_of_measured, run_of
from excolor.training import Run, Stop, train

WIDE = RunConfig(bottleneck=6, hidden=64, steps=1, label_noise=0.05, seed=2**32 - 1)


def written(note: dict[str, Any]) -> Any:
    return json.loads(json.dumps(note, allow_nan=False))


@pytest.fixture(scope="module")
def run() -> Run:
    return train(steps=30, bottleneck=3, hidden=8, weights={"anchor": 2, "neutrality": 0.3})


@pytest.fixture(scope="module")
def measured(run: Run) -> Measured:
    return measure(run, quick_grid())


@pytest.mark.parametrize("stopped", [None, Stop(12, None), Stop(0, "separate"), Stop(30, "parameters")])
def test_a_run_comes_back_bit_by_bit_without_its_history(run: Run, stopped: Stop | None) -> None:
    again = run_of(written(note_of(replace(run, stopped=stopped))))
    assert (again.config, again.key, again.stopped) == (run.config, run.key, stopped)
    assert again.parameters.dtype == np.float32
    assert not again.remembers


def test_a_run_that_diverged_comes_back_with_what_is_no_number(run: Run) -> None:
    parameters = run.parameters.copy()
    parameters[:3] = np.nan, np.inf, -np.inf
    diverged = replace(run, parameters=parameters, stopped=Stop(3, "parameters"))
    assert run_of(written(note_of(diverged))).parameters.tobytes() == parameters.tobytes()


def test_the_widest_network_has_a_note_of_a_few_kilobytes() -> None:
    assert len(json.dumps(note_of(train(WIDE)))) < 10_000


def test_figures_come_back_as_they_were(measured: Measured) -> None:
    again = measured_of(written(note_of_measured(measured)))
    assert again.metrics == measured.metrics
    assert (again.placement, again.causes, again.checks) == (measured.placement, measured.causes, measured.checks)


def test_a_figure_that_is_no_number_comes_back_as_such(measured: Measured) -> None:
    unknown = replace(measured, metrics=replace(measured.metrics, selectivity=math.nan))
    assert math.isnan(measured_of(written(note_of_measured(unknown))).metrics.selectivity)


Change = Callable[[dict[str, Any]], object]
CHANGES: dict[str, Change] = {
    "no configuration": lambda note: note.pop("config"),
    "no parameters": lambda note: note.pop("parameters"),
    "something else": lambda note: note.update(more=1),
    "an unknown schedule": lambda note: note["config"].update(schedule="nonsense"),
    "another width": lambda note: note["config"].update(bottleneck=4),
    "a width beyond all bounds": lambda note: note["config"].update(hidden=10**9),
    "parameters that are a list": lambda note: note.update(parameters=[0.0] * 95),
    "parameters not in base64": lambda note: note.update(parameters="!" * len(note["parameters"])),
    "parameters too short": lambda note: note.update(parameters=note["parameters"][4:]),
    "an end after the last step": lambda note: note.update(stopped={"step": 31, "term": None}),
    "an end by nothing known": lambda note: note.update(stopped={"step": 3, "term": "<b>"}),
    "an end that is none": lambda note: note.update(stopped=[]),
    "no metrics": lambda note: note.pop("metrics"),
    "a metric too few": lambda note: note["metrics"]["hue"].pop("max_mse"),
    "a metric too many": lambda note: note["metrics"]["intact"].update(target_mse=0.0),
    "a metric that is text": lambda note: note["metrics"]["hue"].update(max_mse="0"),
    "a metric that is true": lambda note: note["metrics"].update(selectivity=True),
    "a metric without end": lambda note: note["metrics"].update(selectivity=math.inf),
    "a metric of hundreds of digits": lambda note: note["metrics"].update(selectivity=10**400),
    "a color too few": lambda note: note["metrics"]["colors"].pop("red"),
    "another color": lambda note: note["metrics"]["colors"].update(beige=note["metrics"]["colors"]["red"]),
    "failing that is a number": lambda note: note["metrics"].update(fails=1),
    "no placement": lambda note: note.update(placement=None),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_nobody_wrote_is_refused_in_a_sentence(measured: Measured, change: Change) -> None:
    note = written(note_of_measured(measured))
    change(note)
    with pytest.raises(ExcolorError, match=r"\.$"):
        measured_of(note)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(anything, st.sampled_from(["config", "parameters", "metrics", "placement", "stopped"]))
def test_anything_else_is_refused_and_nothing_else_is_raised(measured: Measured, value: object, name: str) -> None:
    note = written(note_of_measured(measured)) | {name: value}
    for read, given_ in ((run_of, value), (measured_of, value), (measured_of, note)):
        try:
            read(given_)
        except ExcolorError:
            continue
        assert given_ is note  # the rest is sound
        assert name == "stopped" or value == {}

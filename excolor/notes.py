"""Notes: a run in a few kilobytes of JSON, where a whole checkpoint has no room.

A note has what a run cannot do without: its configuration and its parameters. Its history and its snapshots come back
when it is trained again. Reading trusts nothing, as in `excolor.checkpoint`.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

from excolor.color import named_colors
from excolor.config import RunConfig
from excolor.diagnosis import Placement, causes
from excolor.errors import ExcolorError
from excolor.measured import Measured
from excolor.metrics import Deletion, Intact, Metrics, finite
from excolor.model import parameter_count
from excolor.schedule import find
from excolor.training import LOSSES, Run, Stop, no_history, no_snapshots

_VARIANTS = ("intact", "warmth", "hue")
_Figures = TypeVar("_Figures", Intact, Deletion, Placement)


def note_of(run: Run) -> dict[str, Any]:
    """A run without its history, as plain JSON values."""
    note = {"config": run.config.to_dict(), "parameters": base64.b64encode(_bytes(run)).decode()}
    return note | ({"stopped": vars(run.stopped)} if run.stopped else {})


def run_of(note: object) -> Run:
    """The run that `note_of` wrote down, without a history; if it diverged, its parameters need not be finite.

    Raises:
        ExcolorError: it is no such note, its schedule is unknown or malformed, or it has more or fewer parameters than
            its configuration asks for.
    """
    values = mapping(note, {"config", "parameters"}, {"stopped"})
    config = RunConfig.from_dict(values["config"])
    find(config.schedule)
    past = no_history(), no_snapshots(config.bottleneck)
    return Run(config, _parameters(values["parameters"], config), *past, _stop(values.get("stopped"), config))


def note_of_measured(run: Measured) -> dict[str, Any]:
    """A run with its metrics and its placement, as plain JSON values."""
    measured = {"metrics": run.metrics.to_dict(), "placement": finite(vars(run.placement))}
    return note_of(run.run) | measured


def measured_of(note: object) -> Measured:
    """The run that `note_of_measured` wrote down; its figures are taken as they stand there.

    Raises:
        ExcolorError: as in `run_of`, or a figure is missing or is no number.
    """
    values = mapping(note, {"config", "parameters", "metrics", "placement"}, {"stopped"})
    run = run_of({name: value for name, value in values.items() if name not in ("metrics", "placement")})
    metrics, placed = _metrics(values["metrics"]), _figures(Placement, values["placement"])
    return Measured(run, metrics, placed, causes(metrics, placed, run.stopped))


def _bytes(run: Run) -> bytes:
    return run.parameters.astype("<f4").tobytes()


def _parameters(text: object, config: RunConfig) -> np.ndarray[Any, np.dtype[np.float32]]:
    expected = 4 * parameter_count(config.bottleneck, config.hidden)
    if not isinstance(text, str) or len(text) != 4 * math.ceil(expected / 3):
        raise ExcolorError("A note has other parameters than its configuration asks for.")
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ExcolorError("A note has parameters that are not in base64.") from error
    if len(data) != expected:
        raise ExcolorError("A note has other parameters than its configuration asks for.")
    return np.frombuffer(data, "<f4").astype(np.float32)


def _stop(note: object, config: RunConfig) -> Stop | None:
    match note:
        case None:
            return None
        case {"step": int(step), "term": None | str() as term} if 0 <= step <= config.steps:
            if term is None or term in (*LOSSES, "parameters"):
                return Stop(step, term)
        case _:
            pass
    raise ExcolorError("A note has an end of its run that is none.")


def _metrics(note: object) -> Metrics:
    values = mapping(note, {*_VARIANTS, "selectivity", "red_cosine", "fails", "colors"})
    colors = mapping(values["colors"], named_colors().keys())
    errors = {name: mapping(each, set(_VARIANTS)) for name, each in colors.items()}
    if not isinstance(values["fails"], bool):
        raise ExcolorError("A note does not say whether its run fails.")
    return Metrics(
        intact=_figures(Intact, values["intact"]),
        warmth=_figures(Deletion, values["warmth"]),
        hue=_figures(Deletion, values["hue"]),
        selectivity=_number(values["selectivity"]),
        red_cosine=_number(values["red_cosine"]),
        fails=values["fails"],
        colors=tuple(
            (name, *(_number(errors[name][variant]) for variant in _VARIANTS))  # pyright: ignore[reportArgumentType]
            for name in named_colors()
        ),
    )


def _figures(kind: type[_Figures], note: object) -> _Figures:
    names = {each.name for each in fields(kind)}
    return kind(**{name: _number(value) for name, value in mapping(note, names).items()})


def _number(value: object) -> float:
    """A figure as JSON has it: one that is not finite is None."""
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e30:
        raise ExcolorError("A note has a figure that is no number.")
    return float(value)


def mapping(value: object, needed: AbstractSet[str], allowed: AbstractSet[str] = frozenset()) -> Mapping[str, Any]:
    """What was read from JSON, if it has all of the names that are needed, and no others than those allowed.

    Raises:
        ExcolorError: it has not.
    """
    if not isinstance(value, dict):
        raise ExcolorError(f"A note has {type(value).__name__} where names have values.")
    found: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
    if not needed <= found.keys() or not found.keys() <= {*needed, *allowed}:
        raise ExcolorError(f"A note has other names than {', '.join(sorted(needed))}.")
    return found

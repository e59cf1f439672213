"""The training schedule: a table of keyframes in, the value of every parameter at any step out.

`track` has what a schedule is, `sheet` makes one of the text of a sheet, `cells` has such a text as a table to edit,
and the sheets of `SHIPPED` lie beside them.

    schedule = find("ex-2.7")
    schedule.at(500)["reg-anchor"]
"""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from excolor.errors import ExcolorError, shown, shown_path
from excolor.files import read_up_to
from excolor.losses import TERMS
from excolor.schedule.cells import Cells, cells_of
from excolor.schedule.sheet import ALIASES, FIXED, MAX_ROWS, MAX_STEP, CellError, parse
from excolor.schedule.track import SPACES, TIMINGS, Schedule, Track, minimum_jerk
from excolor.schedule.wording import listed

__all__ = [
    "ALIASES",
    "FIXED",
    "MAX_BYTES",
    "MAX_ROWS",
    "MAX_STEP",
    "MAX_VALUE",
    "PARAMETERS",
    "SHIPPED",
    "SPACES",
    "TIMINGS",
    "CellError",
    "Cells",
    "Schedule",
    "Track",
    "cells_of",
    "decoded",
    "find",
    "for_training",
    "minimum_jerk",
    "parse",
    "read",
    "silent_from",
]

PARAMETERS = ("lr", *ALIASES)
"""The parameters that training reads: the learning rate and the weight of each regularizer."""

SHIPPED = ("robust", "ex-2.7", "clean")
"""The schedules that come with the library: steady over seeds, the published one, and one with neutrality."""

MAX_BYTES = 64_000
MAX_VALUE = 1e30  # of what training reads: it computes in single precision, which ends at 3e38


@lru_cache(maxsize=64)
def find(schedule: str) -> Schedule:
    """A shipped schedule by its name, or the one a CSV text describes: a text is what has a line break.

    Raises:
        ExcolorError: the name is not in `SHIPPED`, or the text is not a sheet (see `parse`).
    """
    if "\n" in schedule or "\r" in schedule:
        return parse(schedule)
    if schedule not in SHIPPED:
        raise ExcolorError(f"schedule is {shown(schedule)}; it must be {', '.join(SHIPPED)}, or the text of a CSV.")
    source = files("excolor.schedule") / f"{schedule}.csv"
    return parse(source.read_text(encoding="utf-8"), schedule)


def read(path: str | Path) -> Schedule:
    """The schedule in a CSV file (UTF-8, up to 64 kB), named after the file.

    Raises:
        ExcolorError: the file is missing, unreadable, no regular file, too large or not UTF-8, or not a sheet (see
            `parse`).
    """
    content = read_up_to(path, MAX_BYTES)
    return parse(decoded(content, f"path is {shown_path(path)}"), Path(path).stem)


def decoded(content: bytes, came: str) -> str:
    """The text of a CSV file; `came` is how an error begins.

    Raises:
        ExcolorError: it has more than 64 kB, or is not UTF-8.
    """
    if len(content) > MAX_BYTES:
        raise ExcolorError(f"{came}; it must be a file of up to {MAX_BYTES // 1000} kB.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ExcolorError(f"{came}; it must be UTF-8, which it is not at byte {error.start}.") from error


def for_training(schedule: Schedule) -> Schedule:
    """The same schedule, known to be fit for training. A regularizer without a column has weight 0.

    Raises:
        ExcolorError: it has no learning rate, or parameters that training does not read: all of them are named at
            once, as neither a misspelt one nor another model's may be ignored.
        CellError: a value is below 0 or above 1e30.
    """
    came = f"schedule {shown(schedule.name)} has"
    unknown = [parameter for parameter in schedule.parameters if parameter not in PARAMETERS]
    if unknown:
        raise ExcolorError(f"{came} {listed(unknown)}; training reads only {listed(PARAMETERS)}.")
    if "lr" not in schedule.parameters:
        raise ExcolorError(f"{came} {listed(schedule.parameters)}; it must have lr, the learning rate.")
    for track in schedule.tracks:
        for step, value, line in zip(track.steps, track.values, track.lines, strict=True):
            if not 0 <= value <= MAX_VALUE:
                right = f"it must be from 0 to {MAX_VALUE:g}"
                raise CellError(line, track.parameter, f"{value:g} at step {step}", right)
    return schedule


def silent_from(schedule: Schedule) -> int:
    """The first step from which on no regularizer has a weight; the number of steps if the last one still has."""
    steps = np.arange(schedule.steps)
    weights = np.array([schedule.weight(term.column, steps) for term in TERMS])
    pushing = np.flatnonzero((weights > 0).any(axis=0))
    return int(pushing[-1]) + 1 if len(pushing) else 0

"""The training schedule: a table of keyframes in, the value of every parameter at any step out.

A sheet is a CSV with the columns STEP, PHASE and ACTION and one more per parameter. Each filled cell is a
key; between two keys a value moves by minimum jerk unless its column says otherwise (`lr:log:linear`).
Animators call such a table a dopesheet. The value at a step depends on the step alone, so nothing has to be
replayed to know it.

Sources: the dopesheet of Experiment 2.7; the minimum-jerk polynomial of Flash and Hogan (1985).
"""

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from excolor.errors import ExcolorError, short, shown, shown_path
from excolor.files import read_up_to

Array = NDArray[np.float64]

PARAMETERS = ("lr", "reg-unit", "reg-anchor", "reg-separate", "reg-planar")
"""The parameters that training reads: the learning rate and the weight of each regularizer."""

SHIPPED = ("ex-2.7", "robust")
"""The schedules that come with the library: the published one, and one that is steadier over seeds."""

MAX_BYTES = 64_000
MAX_ROWS = 10_000
MAX_STEP = 1_000_000
MAX_VALUE = 1e30  # of what training reads: it computes in single precision, which ends at 3e38

_FIXED = ("STEP", "PHASE", "ACTION")

# ASCII digits only, and no group in which two repeats could share a digit: a long cell stays cheap to refuse.
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_ABSOLUTE = re.compile(r"[0-9]+")
_OFFSET = re.compile(r"\+[0-9]+")
_FRACTION = re.compile(r"\+[0-9]*\.[0-9]+")


def minimum_jerk(tau: Array) -> Array:
    """Share of the way covered at the share `tau` of the time: 10τ³ − 15τ⁴ + 6τ⁵.

    Any shape; [0, 1] → [0, 1]. It leaves and arrives at rest and unaccelerated (Flash and Hogan, 1985).
    """
    return tau * tau * tau * (10 + tau * (6 * tau - 15))


def _constant_speed(tau: Array) -> Array:
    return tau


def _jump_at_start(tau: Array) -> Array:
    return np.where(tau > 0, 1.0, 0.0)


def _jump_at_end(tau: Array) -> Array:
    return np.where(tau >= 1, 1.0, 0.0)


# Either blend is a to the last bit at share 0 and b at share 1; a + (b − a) · share can miss b by a rounding.
def _blend_linear(a: Array, b: Array, share: Array) -> Array:
    return (1 - share) * a + share * b


def _blend_log(a: Array, b: Array, share: Array) -> Array:
    return a ** (1 - share) * b**share


TIMINGS: dict[str, Callable[[Array], Array]] = {
    "minjerk": minimum_jerk,
    "linear": _constant_speed,
    "step-start": _jump_at_start,
    "step-end": _jump_at_end,
}
"""Timing name → share of the way at a share of the time. The first is the default."""

SPACES: dict[str, Callable[[Array, Array, Array], Array]] = {"linear": _blend_linear, "log": _blend_log}
"""Space name → (value a, value b, share) to the value between. The first is the default."""


@dataclass(frozen=True)
class Track:
    """The keys of one parameter.

    Attributes:
        parameter: its name.
        space: one of `SPACES`.
        timing: one of `TIMINGS`.
        steps: where the keys are, strictly increasing.
        values: one finite number per key, above 0 in log space.
    """

    parameter: str
    space: str
    timing: str
    steps: tuple[int, ...]
    values: tuple[float, ...]

    def at(self, steps: ArrayLike) -> Array:
        """The value at each step, in the shape of `steps`; it holds before the first key and after the last.

        Every key shows its own value at its own step: `step-start` leaves it right after, `step-end` keeps it
        until the step of the next key.

        Raises:
            ExcolorError: a step is not a number.
        """
        shape = np.shape(steps)
        # One axis even for a single step: numpy's power may round a scalar otherwise than an array.
        at = np.asarray(steps, dtype=np.float64).reshape(-1)
        if np.isnan(at).any():
            raise ExcolorError(f"steps of {self.parameter} has a nan; every step must be a number.")
        keys, values = np.array(self.steps, dtype=np.float64), np.array(self.values, dtype=np.float64)
        if len(keys) == 1:
            return np.full(shape, values[0])
        left = np.clip(np.searchsorted(keys, at, side="right") - 1, 0, len(keys) - 2)
        tau = np.clip((at - keys[left]) / (keys[left + 1] - keys[left]), 0.0, 1.0)
        a, b = values[left], values[left + 1]
        # Rounding must neither carry a value past a key (nor past the largest float, on the way) nor ripple
        # one that two equal keys hold still.
        with np.errstate(over="ignore"):
            between = SPACES[self.space](a, b, TIMINGS[self.timing](tau))
        return np.clip(between, np.minimum(a, b), np.maximum(a, b)).reshape(shape)


@dataclass(frozen=True)
class Schedule:
    """A parsed sheet. Two are equal, and hash alike, when their names and texts are.

    Attributes:
        name: of a shipped schedule, of the file, or "custom".
        text: the CSV it was parsed from.
        last: step of the last row.
        tracks: one per parameter, in the order of the columns.
        phases: (step, name) of every filled PHASE cell.
        actions: (step, name) of every filled ACTION cell.
    """

    name: str
    text: str = field(repr=False)
    last: int = field(compare=False)
    tracks: tuple[Track, ...] = field(compare=False, repr=False)
    phases: tuple[tuple[int, str], ...] = field(compare=False)
    actions: tuple[tuple[int, str], ...] = field(compare=False)

    @property
    def steps(self) -> int:
        """Number of updates of a run that is not stretched: steps 0 … `last`, both included."""
        return self.last + 1

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters, in the order of the columns."""
        return tuple(track.parameter for track in self.tracks)

    def at(self, step: float) -> dict[str, float]:
        """The value of every parameter at a step of the sheet, which need not be whole.

        Raises:
            ExcolorError: the step is not a number.
        """
        return {track.parameter: float(track.at(step)) for track in self.tracks}

    def values(self, parameter: str, steps: ArrayLike) -> Array:
        """The value of one parameter at each step of the sheet, in the shape of `steps`.

        Raises:
            ExcolorError: the sheet has no such parameter, or a step is not a number.
        """
        for track in self.tracks:
            if track.parameter == parameter:
                return track.at(steps)
        known = ", ".join(self.parameters)
        raise ExcolorError(f"parameter is {parameter!r}; schedule {self.name!r} has {known}.")

    def table(self, steps: int) -> dict[str, Array]:
        """Every parameter over a run of `steps` updates, `[steps]` each.

        The sheet is stretched over the run: update i reads it at i · last / (steps − 1). A run of one update
        reads step 0.

        Raises:
            ExcolorError: `steps` is below 1.
        """
        if steps < 1:
            raise ExcolorError(f"steps is {steps}; it must be 1 or more.")
        read_at = np.arange(steps) * self.last / max(steps - 1, 1)
        return {track.parameter: track.at(read_at) for track in self.tracks}


@dataclass(frozen=True)
class _Row:
    """A line of the file that is not blank, its cells free of the spaces around them."""

    line: int
    cells: tuple[str, ...]

    def cell(self, index: int) -> str:
        """The cell of a column, blank where the row is shorter than the header."""
        return self.cells[index] if index < len(self.cells) else ""


@dataclass(frozen=True)
class _Column:
    name: str
    space: str
    timing: str


def parse(text: str, name: str = "custom") -> Schedule:
    """The schedule a CSV describes.

    STEP is absolute (`1000`), a whole offset from the absolute row before it (`+10`), or a fraction of the
    way between the absolute rows around it (`+0.5`), rounded to a whole step. A row may be blank, or shorter
    than the header; a blank cell sets no key. A sheet has up to 10,000 rows and ends by step 1,000,000.

    Raises:
        ExcolorError: the text is not such a sheet; names the row (its line in the file) and the column.
    """
    lines = _lines(text)
    header = next(lines, _Row(1, ()))
    columns = _columns(header)
    rows = _rows(lines, header)
    step, phase, action = ([column.name for column in columns].index(name) for name in _FIXED)
    steps = _resolve([(row.line, row.cell(step)) for row in rows])
    return Schedule(
        name=name,
        text=text,
        last=steps[-1],
        tracks=_tracks(columns, header.line, rows, steps),
        phases=tuple((at, row.cell(phase)) for row, at in zip(rows, steps, strict=True) if row.cell(phase)),
        actions=tuple((at, row.cell(action)) for row, at in zip(rows, steps, strict=True) if row.cell(action)),
    )


@lru_cache(maxsize=64)
def load(schedule: str) -> Schedule:
    """A shipped schedule by its name, or the one a CSV text describes: a text is what has a line break.

    Raises:
        ExcolorError: the name is not in `SHIPPED`, or the text is not a sheet (see `parse`).
    """
    if "\n" in schedule or "\r" in schedule:
        return parse(schedule)
    if schedule not in SHIPPED:
        shipped = " or ".join(SHIPPED)
        raise ExcolorError(f"schedule is {shown(schedule)}; it must be {shipped}, or the text of a CSV.")
    source = files("excolor") / "schedules" / f"{schedule}.csv"
    return parse(source.read_text(encoding="utf-8"), schedule)


def read(path: str | Path) -> Schedule:
    """The schedule in a CSV file (UTF-8, up to 64 kB), named after the file.

    Raises:
        ExcolorError: the file is missing, unreadable, no regular file, too large or not UTF-8, or not a sheet
            (see `parse`).
    """
    content = read_up_to(path, MAX_BYTES)
    if len(content) > MAX_BYTES:
        raise ExcolorError(f"path is {shown_path(path)}; it must be a file of up to {MAX_BYTES // 1000} kB.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = f"it must be UTF-8, which it is not at byte {error.start}"
        raise ExcolorError(f"path is {shown_path(path)}; {problem}.") from error
    return parse(text, Path(path).stem)


def for_training(schedule: Schedule) -> Schedule:
    """The same schedule, known to be fit for training. A regularizer without a column has weight 0.

    Raises:
        ExcolorError: it has no learning rate, a value below 0 or above 1e30, or a parameter that training does not
            read: a misspelt name must not be ignored in silence.
    """
    for track in schedule.tracks:
        if track.parameter not in PARAMETERS:
            known = ", ".join(PARAMETERS)
            came = f"a parameter of schedule {schedule.name!r} is {shown(track.parameter)}"
            raise ExcolorError(f"{came}; it must be one of {known}.")
        for step, value in zip(track.steps, track.values, strict=True):
            if not 0 <= value <= MAX_VALUE:
                came = f"{track.parameter} of schedule {schedule.name!r} is {value:g} at step {step}"
                raise ExcolorError(f"{came}; it must be from 0 to {MAX_VALUE:g}.")
    if "lr" not in schedule.parameters:
        known = ", ".join(schedule.parameters)
        raise ExcolorError(f"schedule {schedule.name!r} has {known}; it must have lr, the learning rate.")
    return schedule


def _refusal(line: int, column: str, came: str, right: str) -> ExcolorError:
    # A quoted column name may hold line breaks, but a message is one sentence on one line.
    return ExcolorError(f"row {line}, {short(' '.join(column.split()))} is {came}; {right}.")


def _lines(text: str) -> Iterator[_Row]:
    """The rows of the text that are not blank. A quoted cell may span lines: its row counts as the first."""
    # Spreadsheets put a byte order mark before the header.
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    reader = csv.reader(lines, strict=True, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            row = _Row(line, tuple(cell.strip() for cell in cells))
            line = reader.line_num + 1
            if any(row.cells):
                yield row
    except csv.Error as error:
        raise _refusal(line, "some cell", f"not CSV ({error})", "a quote must open or close a whole cell") from error


def _rows(lines: Iterator[_Row], header: _Row) -> list[_Row]:
    width = len(header.cells)
    rows: list[_Row] = []
    for row in lines:
        if len(row.cells) > width:
            right = f"it must not be there, as the header ends at cell {width}"
            raise _refusal(row.line, f"cell {width + 1}", shown(row.cells[width]), right)
        if len(rows) == MAX_ROWS:
            raise _refusal(row.line, "STEP", f"in row {MAX_ROWS + 1:,} of the sheet", f"{MAX_ROWS:,} is the most")
        rows.append(row)
    if not rows:
        raise _refusal(header.line + 1, "STEP", "missing", "there must be a row below the header")
    return rows


def _columns(header: _Row) -> list[_Column]:
    columns: dict[str, _Column] = {}
    for index, cell in enumerate(header.cells):
        column = _column(index, cell, header.line)
        if column.name in columns:
            raise _refusal(header.line, column.name, "there twice", "a column must be named once")
        columns[column.name] = column
    for name in _FIXED:
        if name not in columns:
            right = f"the header must have {', '.join(_FIXED)} and a parameter such as lr"
            raise _refusal(header.line, name, f"missing from {shown(','.join(header.cells))}", right)
    if len(columns) == len(_FIXED):
        right = "it must be a parameter such as lr"
        raise _refusal(header.line, f"cell {len(_FIXED) + 1}", "missing", right)
    return list(columns.values())


def _column(index: int, cell: str, line: int) -> _Column:
    name, *spec = (part.strip() for part in cell.split(":"))
    if not name:
        raise _refusal(line, f"cell {index + 1}", shown(cell), "it must have a column name")
    if len(spec) > 2:
        raise _refusal(line, name, shown(cell), "it must be name:space:timing at most")
    if spec and name in _FIXED:
        raise _refusal(line, name, shown(cell), "only a parameter has a space or a timing")
    space, timing = (*spec, "", "")[:2]
    return _Column(
        name=name,
        space=_choice(space, "space", tuple(SPACES), name, line),
        timing=_choice(timing, "timing", tuple(TIMINGS), name, line),
    )


def _choice(part: str, kind: str, options: tuple[str, ...], column: str, line: int) -> str:
    if part and part not in options:
        raise _refusal(line, column, f"of {kind} {shown(part)}", f"it must be {' or '.join(options)}")
    return part or options[0]


def _resolve(cells: Sequence[tuple[int, str]]) -> list[int]:
    """The absolute step of each (line, STEP cell)."""
    steps: list[int] = []
    before: int | None = None
    for (line, cell), after in zip(cells, _absolute_after(cells), strict=True):
        if _ABSOLUTE.fullmatch(cell):
            step = before = _whole(cell, line)
        elif not (_OFFSET.fullmatch(cell) or _FRACTION.fullmatch(cell)):
            right = "it must be a step (1000), a whole offset (+10) or a fraction (+0.5)"
            raise _refusal(line, "STEP", shown(cell), right)
        elif before is None:
            raise _refusal(line, "STEP", shown(cell), "the first must be absolute, such as 0")
        elif _OFFSET.fullmatch(cell):
            step = before + _whole(cell, line)
        else:
            step = _part_way(cell, line, before, after)
        if steps and step <= steps[-1]:
            right = f"it must come after step {steps[-1]}, where the row before it is"
            raise _refusal(line, "STEP", f"{shown(cell)}, step {step}", right)
        if step > MAX_STEP:
            raise _refusal(line, "STEP", f"{shown(cell)}, step {step}", f"it must be {MAX_STEP} at most")
        steps.append(step)
    return steps


def _absolute_after(cells: Sequence[tuple[int, str]]) -> list[int | None]:
    """For each row, the next absolute step below it, or None."""
    found: list[int | None] = []
    after: int | None = None
    for line, cell in reversed(cells):
        found.append(after)
        if _ABSOLUTE.fullmatch(cell):
            after = _whole(cell, line)
    return found[::-1]


def _whole(cell: str, line: int) -> int:
    # Read as a float, which takes any number of digits; int() has a limit, and an error of its own for it.
    step = float(cell)
    if step > MAX_STEP:
        raise _refusal(line, "STEP", shown(cell), f"it must be {MAX_STEP} at most")
    return int(step)


def _part_way(cell: str, line: int, before: int, after: int | None) -> int:
    fraction = float(cell)
    if not 0 < fraction < 1:
        raise _refusal(line, "STEP", shown(cell), "a fraction must be between 0 and 1")
    if after is None:
        raise _refusal(line, "STEP", shown(cell), "a fraction must have an absolute step below it")
    if after <= before:
        right = f"the absolute step below it is {after}, which must come after {before} above it"
        raise _refusal(line, "STEP", shown(cell), right)
    return round(before + fraction * (after - before))


def _tracks(
    columns: Sequence[_Column], header_line: int, rows: Sequence[_Row], steps: Sequence[int]
) -> tuple[Track, ...]:
    keys: dict[str, dict[int, float]] = {column.name: {} for column in columns if column.name not in _FIXED}
    for row, step in zip(rows, steps, strict=True):
        for column, cell in zip(columns, row.cells, strict=False):  # a row may be shorter than the header
            if cell and column.name in keys:
                keys[column.name][step] = _value(cell, row.line, column)
    for name, values in keys.items():
        if not values:
            raise _refusal(header_line, name, "blank in every row", "a parameter must have a value in one")
    return tuple(
        Track(column.name, column.space, column.timing, tuple(found), tuple(found.values()))
        for column in columns
        if (found := keys.get(column.name))
    )


def _value(cell: str, line: int, column: _Column) -> float:
    if not _NUMBER.fullmatch(cell):
        raise _refusal(line, column.name, shown(cell), "it must be a number such as 0.01 or 1e-8")
    value = float(cell)
    if not math.isfinite(value):
        raise _refusal(line, column.name, shown(cell), "it must be a finite number")
    if column.space == "log" and value <= 0:
        raise _refusal(line, column.name, shown(cell), "it must be above 0 in log space")
    return value

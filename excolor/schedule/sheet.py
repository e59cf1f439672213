"""The text of a sheet → rows and columns → the step of each row → the keys of each parameter.

A sheet is a CSV with the columns STEP, PHASE and ACTION and one more per parameter. Each filled cell is a key.
Animators call such a table a dopesheet; the grammar is that of Experiment 2.7 and the others of its series.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from excolor.errors import ExcolorError, shown
from excolor.losses import TERMS
from excolor.schedule.track import SPACES, TIMINGS, Schedule, Track
from excolor.schedule.wording import plain

ALIASES = {term.column: (term.column.removeprefix("reg-"), *term.aliases) for term in TERMS}
"""The weight of each regularizer, and what else its column may be called: the series has changed its names."""

MAX_ROWS = 10_000
MAX_STEP = 1_000_000
MAX_TEXT = 1_000_000  # characters: reading takes a few dozen bytes for each

FIXED = ("STEP", "PHASE", "ACTION")
"""The columns that every sheet has; each of the others is a parameter."""
_PARAMETER = {alias: parameter for parameter, aliases in ALIASES.items() for alias in aliases}

# ASCII digits only, and no group in which two repeats could share a digit: a long cell stays cheap to refuse.
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_ABSOLUTE = re.compile(r"[0-9]+")
_OFFSET = re.compile(r"[+-][0-9]+")
_FRACTION = re.compile(r"[+-][0-9]*\.[0-9]+")


@dataclass(frozen=True)
class Row:
    """A line of the file, its cells free of the spaces around them."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column: the name of its parameter, and how its keys are joined."""

    name: str
    spelling: str  # the name in the file, which errors call it by
    space: str
    timing: str


@dataclass(frozen=True)
class _Cell:
    line: int
    text: str


def parse(text: str, name: str = "custom") -> Schedule:
    """The schedule a CSV describes.

    STEP is absolute (`1000`), or it refers to the absolute rows around it: so many steps after the one above
    (`+10`), so many before the one below (`-10`), or a fraction of the way from the one above (`+0.9`) or back
    from the one below (`-0.1`), rounded to a whole step. Rows of the same step are one row: their cells join.
    A row may be blank, or shorter than the header; a blank cell sets no key. A sheet has up to 10,000 rows and
    a million characters, and ends by step 1,000,000.

    A column is `name`, `name:space` or `name:space:timing`. The weight of a regularizer has the same name in
    every schedule, whichever of its `ALIASES` the header has.

    Raises:
        ExcolorError: the text is too long.
        CellError: the text is not such a sheet; names the row (its line in the file) and the column.
    """
    text_rows = (row for row in lines_of(text) if any(row.cells))
    header = next(text_rows, Row(1, ()))
    columns = columns_of(header)
    rows = _rows(text_rows, header)
    steps = _resolve(rows, [column.name for column in columns].index("STEP"))
    filled = _filled(columns, rows, steps)
    return Schedule(
        name=name,
        text=text,
        last=steps[-1],
        tracks=tuple(
            _track(column, filled[column.name], header.line) for column in columns if column.name not in FIXED
        ),
        phases=tuple((step, cell.text) for step, cell in filled["PHASE"].items()),
        actions=tuple((step, cell.text) for step, cell in filled["ACTION"].items()),
    )


class CellError(ExcolorError):
    """A sheet that is wrong in one place, which is known as data.

    Attributes:
        line: the row, as the line of the file: the header of a sheet as we write them is 1.
        column: as the header calls it, or what else stands for it, such as `cell 5`.
        came: what is there, and what it must not be.
        right: what would be right.
    """

    def __init__(self, line: int, column: str, came: str, right: str) -> None:
        super().__init__(line, column, came, right)  # all of it, so that it can be pickled
        self.line, self.column, self.came, self.right = line, column, came, right

    def __str__(self) -> str:
        return f"row {self.line}, {plain(self.column)} is {self.came}; {self.right}."


# Rows


def lines_of(text: str) -> Iterator[Row]:
    """The rows of the text, blank ones too. A quoted cell may span lines: its row counts as the first."""
    if len(text) > MAX_TEXT:
        raise ExcolorError(f"The schedule has {len(text):,} characters; it must have up to {MAX_TEXT:,}.")
    text = text.removeprefix("\ufeff")  # spreadsheets put a byte order mark before the header
    _refuse_other_separators(text)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            row = Row(line, tuple(cell.strip() for cell in cells))
            line = reader.line_num + 1
            yield row
    except csv.Error as error:
        raise CellError(line, "some cell", f"not CSV ({error})", "a quote must open or close a whole cell") from error


def _refuse_other_separators(text: str) -> None:
    """Spreadsheets write semicolons where the comma is the decimal sign, and tabs when cells are copied."""
    # Before it is read as CSV: quotes that end at a semicolon would be a fault of their own.
    for line, content in enumerate(io.StringIO(text, newline=""), 1):
        if header := content.strip():
            for separator, name in ((";", "semicolons"), ("\t", "tabs")):
                if separator in header and "," not in header:
                    came = f"{shown(header)}, separated by {name}"
                    raise CellError(line, "the header", came, "save the sheet as a CSV separated by commas")
            return


def _rows(text_rows: Iterator[Row], header: Row) -> list[Row]:
    width = len(header.cells)
    rows: list[Row] = []
    for row in text_rows:
        if len(row.cells) > width:
            right = f"it must not be there, as the header ends at cell {width}"
            raise CellError(row.line, f"cell {width + 1}", shown(row.cells[width]), right)
        if len(rows) == MAX_ROWS:
            raise CellError(row.line, "STEP", f"in row {MAX_ROWS + 1:,} of the sheet", f"{MAX_ROWS:,} is the most")
        rows.append(row)
    if not rows:
        raise CellError(header.line + 1, "STEP", "missing", "there must be a row below the header")
    return rows


# Columns


def columns_of(header: Row) -> list[Column]:
    """The columns that a header names.

    Raises:
        CellError: it is not the header of a sheet.
    """
    columns: dict[str, Column] = {}
    for index, cell in enumerate(header.cells):
        column = _column(index, cell, header.line)
        first = columns.setdefault(column.name, column)
        if first.spelling != column.spelling:
            came = f"the same parameter as {first.spelling}"
            raise CellError(header.line, column.spelling, came, "only one of the two columns may stay")
        if first is not column:
            raise CellError(header.line, column.spelling, "there twice", "a column must be named once")
    for name in FIXED:
        if name not in columns:
            right = f"the header must have {', '.join(FIXED)} and a parameter such as lr"
            raise CellError(header.line, name, f"missing from {shown(','.join(header.cells))}", right)
    if len(columns) == len(FIXED):
        right = "it must be a parameter such as lr"
        raise CellError(header.line, f"cell {len(FIXED) + 1}", "missing", right)
    return list(columns.values())


def _column(index: int, cell: str, line: int) -> Column:
    name, *spec = (part.strip() for part in cell.split(":"))
    if not name:
        raise CellError(line, f"cell {index + 1}", shown(cell), "it must have a column name")
    if len(spec) > 2:
        raise CellError(line, name, shown(cell), "it must be name:space:timing at most")
    if spec and name in FIXED:
        raise CellError(line, name, shown(cell), "only a parameter has a space or a timing")
    space, timing = (*spec, "", "")[:2]
    return Column(
        name=_PARAMETER.get(name, name),
        spelling=name,
        space=_choice(space, "space", tuple(SPACES), name, line),
        timing=_choice(timing, "timing", tuple(TIMINGS), name, line),
    )


def _choice(part: str, kind: str, options: tuple[str, ...], column: str, line: int) -> str:
    if part and part not in options:
        raise CellError(line, column, f"of {kind} {shown(part)}", f"it must be {' or '.join(options)}")
    return part or options[0]


# Steps


def _resolve(rows: Sequence[Row], index: int) -> list[int]:
    """The absolute step of each row, from its STEP cell at `index`; no step is below the one before it."""
    # A row may end before its STEP, if the columns are in another order.
    cells = [_Cell(row.line, row.cells[index] if index < len(row.cells) else "") for row in rows]
    steps: list[int] = []
    above: int | None = None
    for cell, below in zip(cells, _absolute_below(cells), strict=True):
        step = _step(cell, above, below)
        if step < 0:
            raise CellError(cell.line, "STEP", f"{shown(cell.text)}, step {step}", "it must be 0 or more")
        if step > MAX_STEP:
            raise CellError(cell.line, "STEP", f"{shown(cell.text)}, step {step}", f"it must be {MAX_STEP} at most")
        if steps and step < steps[-1]:
            right = f"it must not come before step {steps[-1]}, where the row above it is"
            raise CellError(cell.line, "STEP", f"{shown(cell.text)}, step {step}", right)
        if _ABSOLUTE.fullmatch(cell.text):
            above = step
        steps.append(step)
    return steps


def _absolute_below(cells: Sequence[_Cell]) -> list[int | None]:
    """For each row, the next absolute step below it, or None."""
    found: list[int | None] = []
    below: int | None = None
    for cell in reversed(cells):
        found.append(below)
        if _ABSOLUTE.fullmatch(cell.text):
            below = _count(cell)
    return found[::-1]


def _step(cell: _Cell, above: int | None, below: int | None) -> int:
    """The step of a cell between the absolute steps above and below it."""
    if _ABSOLUTE.fullmatch(cell.text):
        return _count(cell)
    fraction = _FRACTION.fullmatch(cell.text)
    if not (fraction or _OFFSET.fullmatch(cell.text)):
        right = "it must be a step (1000), an offset (+10 or -10) or a fraction (+0.5)"
        raise CellError(cell.line, "STEP", shown(cell.text), right)
    back = cell.text.startswith("-")
    if above is None and (fraction or not back):
        raise CellError(cell.line, "STEP", shown(cell.text), "it must have an absolute step such as 0 above it")
    if below is None and (fraction or back):
        raise CellError(cell.line, "STEP", shown(cell.text), "it must have an absolute step such as 1000 below it")
    # What is missing is not used.
    start, end = above or 0, below or 0
    if not fraction:
        return end - _count(cell) if back else start + _count(cell)
    share = abs(float(cell.text))
    if not 0 < share < 1:
        raise CellError(cell.line, "STEP", shown(cell.text), "a fraction must be between 0 and 1")
    if end <= start:
        right = f"the absolute step below it is {end}, which must come after {start} above it"
        raise CellError(cell.line, "STEP", shown(cell.text), right)
    return round(end - share * (end - start) if back else start + share * (end - start))


def _count(cell: _Cell) -> int:
    """The whole number of steps in a cell, without its sign."""
    # Read as a float, which takes any number of digits; int() has a limit, and an error of its own for it.
    count = abs(float(cell.text))
    if count > MAX_STEP:
        raise CellError(cell.line, "STEP", shown(cell.text), f"it must be {MAX_STEP} at most")
    return int(count)


# Keys


def _filled(columns: Sequence[Column], rows: Sequence[Row], steps: Sequence[int]) -> dict[str, dict[int, _Cell]]:
    """The filled cells of each column but STEP, by their step, in ascending order."""
    filled: dict[str, dict[int, _Cell]] = {column.name: {} for column in columns}
    for row, step in zip(rows, steps, strict=True):
        for column, text in zip(columns, row.cells, strict=False):  # a row may be shorter than the header
            if not text or column.name == "STEP":
                continue
            cell = _Cell(row.line, text)
            first = filled[column.name].setdefault(step, cell)
            if first is not cell:
                came = f"{shown(text)} at step {step}, where row {first.line} has {shown(first.text)}"
                raise CellError(row.line, column.spelling, came, "only one of them may stay")
    return filled


def _track(column: Column, cells: Mapping[int, _Cell], header_line: int) -> Track:
    if not cells:
        right = "a parameter must have a value in one"
        raise CellError(header_line, column.spelling, "blank in every row", right)
    values = tuple(_value(cell, column) for cell in cells.values())
    lines = tuple(cell.line for cell in cells.values())
    return Track(column.name, column.space, column.timing, tuple(cells), values, lines)


def _value(cell: _Cell, column: Column) -> float:
    if not _NUMBER.fullmatch(cell.text):
        raise CellError(cell.line, column.spelling, shown(cell.text), "it must be a number such as 0.01 or 1e-8")
    value = float(cell.text)
    if not math.isfinite(value):
        raise CellError(cell.line, column.spelling, shown(cell.text), "it must be a finite number")
    if column.space == "log" and value <= 0:
        raise CellError(cell.line, column.spelling, shown(cell.text), "it must be above 0 in log space")
    return value

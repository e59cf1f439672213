"""A sheet as a table of texts, to be edited cell by cell, and back to the text of a CSV.

Rows keep their places: the header is row 1 and `rows[i]` is row i + 2, as spreadsheets and the errors of `parse` count.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from excolor.errors import shown
from excolor.schedule.sheet import CellError, Column, Row, columns_of, lines_of

_BREAK = re.compile(r"\s*[\r\n]+\s*")


@dataclass(frozen=True)
class Cells:
    """The cells of a sheet, as they were typed: what is in them need not be sound.

    Attributes:
        header: the names of the columns, with their space and timing.
        rows: a cell for each column; a blank row is one that only has blank cells.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        """The CSV, a line for each row: a line break within a cell becomes a space."""
        written = io.StringIO(newline="")
        writer = csv.writer(written, lineterminator="\n")
        writer.writerows([_BREAK.sub(" ", cell).strip() for cell in row] for row in (self.header, *self.rows))
        return written.getvalue()

    @property
    def columns(self) -> list[Column]:
        """What the header says of each column."""
        return columns_of(Row(1, self.header))

    def column(self, name: str) -> int | None:
        """The place of a column, whichever of its names is given; None if there is none."""
        return next((i for i, each in enumerate(self.columns) if name in (each.name, each.spelling)), None)

    def with_row(self, at: int) -> "Cells":
        """With a blank row in `rows[at]`."""
        blank = ("",) * len(self.header)
        return replace(self, rows=(*self.rows[:at], blank, *self.rows[at:]))

    def without_row(self, at: int) -> "Cells":
        """Without `rows[at]`."""
        return replace(self, rows=(*self.rows[:at], *self.rows[at + 1 :]))

    def with_column(self, head: str, first: str) -> "Cells":
        """With one more column at the end, blank but for the first row that has a step."""
        step = self.column("STEP") or 0
        begin = next((i for i, row in enumerate(self.rows) if row[step].strip()), 0)
        rows = tuple((*row, first if i == begin else "") for i, row in enumerate(self.rows))
        return Cells((*self.header, head), rows)

    def without_column(self, at: int) -> "Cells":
        """Without the column in this place."""
        return Cells(_without(self.header, at), tuple(_without(row, at) for row in self.rows))

    def with_head(self, at: int, head: str) -> "Cells":
        """With another name, space or timing of a column."""
        return replace(self, header=(*self.header[:at], head, *self.header[at + 1 :]))


def cells_of(text: str) -> Cells:
    """The cells of a CSV, whose rows may be wrong, but not its header.

    Raises:
        ExcolorError: the text is too long.
        CellError: it is not CSV, its header is not one of a sheet (see `parse`), or a row is longer than the header.
    """
    lines = list(lines_of(text))
    while lines and not any(lines[0].cells):
        del lines[0]
    header, *rows = lines or [Row(1, ())]
    columns_of(header)
    width = len(header.cells)
    for row in rows:
        if any(row.cells[width:]):
            right = f"it must not be there, as the header ends at cell {width}"
            raise CellError(row.line, f"cell {width + 1}", shown(row.cells[width]), right)
    return Cells(header.cells, tuple(_filled_up(row.cells, width) for row in rows))


def _filled_up(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return (*cells[:width], *[""] * (width - len(cells)))


def _without(cells: tuple[str, ...], at: int) -> tuple[str, ...]:
    return cells[:at] + cells[at + 1 :]

"""The student's own schedule: the table that is edited, the sheet that can be trained with, and what is kept of them.

The table may be wrong at a cell, or not finished. The sheet is what it said when it was last right.
"""

from __future__ import annotations

from contextlib import suppress

from excolor.errors import ExcolorError, shown
from excolor.schedule import SHIPPED, Cells, Schedule, cells_of, decoded, find, for_training
from excolor.ui import state
from excolor.ui.store import LAST, single
from excolor.ui.words import counted

MAX_ROWS = 200  # of a table that is edited here
MAX_COLUMNS = 20
MAX_EARLIER = 50  # changes that can be taken back


def text() -> str:
    """The CSV of the session's own sheet, which can be trained with; empty while there is none."""
    return state.SHEET.get()


def cells() -> Cells:
    """The table as it was typed last; at first the own sheet, or the first that ships."""
    draft = state.DRAFT.get()
    if draft is None or draft[0] != text():  # somebody else has put another sheet there
        draft = text(), cells_of(text() or find(SHIPPED[0]).text)
        give(draft[1])
        state.DRAFT.set(draft)
    return draft[1]


def schedule_of(table: Cells) -> Schedule:
    """The schedule of a table, which can be trained with.

    Raises:
        CellError: a cell is wrong.
        ExcolorError: it cannot be trained with for another reason.
    """
    return for_training(find(table.text))


def last_sound() -> Schedule:
    """What the table stood for when it was last right."""
    for table in (cells(), *reversed(state.EARLIER.get())):
        with suppress(ExcolorError):
            return schedule_of(table)
    return find(text() or SHIPPED[0])


def name_of(schedule: Schedule) -> str | None:
    """The shipped schedule that trains as this one does; None if it is the student's own."""
    alike = (name for name in SHIPPED if (find(name).last, find(name).tracks) == (schedule.last, schedule.tracks))
    return next(alike, None)


def type_in(table: Cells) -> None:
    """Take over what was typed into the table, from an editor that shows it already."""
    state.EARLIER.set([*state.EARLIER.get(), cells()][-MAX_EARLIER:])
    _remember(table)


def replace(table: Cells) -> None:
    """Put another table in place of the one that is edited."""
    type_in(table)
    give(table)


def put(sheet: str) -> None:
    """Make a text the own sheet, as it is; one that can be edited here takes the place of the table."""
    if sheet == text():
        return
    with suppress(ExcolorError):
        table = _table_of(sheet)
        replace(table)
        state.DRAFT.set((sheet, table))
    state.SHEET.set(sheet)


def undo() -> None:
    """Take the last change back."""
    *rest, before = state.EARLIER.get()
    state.EARLIER.set(rest)
    _remember(before)
    give(before)


def load(data: bytes, name: str) -> None:
    """Put an uploaded CSV in place of the table; a cell of it may be wrong, and can be mended there.

    Raises:
        ExcolorError: it is too large, not UTF-8, or not a table of a schedule.
    """
    replace(_table_of(decoded(data, f"The file is {shown(name)}")))


def _table_of(text: str) -> Cells:
    table = cells_of(text)
    if len(table.rows) > MAX_ROWS or len(table.header) > MAX_COLUMNS:
        came = f"{counted(len(table.rows), 'row')} and {counted(len(table.header), 'column')}"
        raise ExcolorError(f"The sheet has {came}; here it may have up to {MAX_ROWS} and {MAX_COLUMNS}.")
    return table


def _remember(table: Cells) -> None:
    try:
        schedule = schedule_of(table)
    except ExcolorError:
        pass  # the sheet stays what it was
    else:
        state.SHEET.set("" if name_of(schedule) else schedule.text)
    state.DRAFT.set((text(), table))


def give(table: Cells) -> None:
    """Let the editor begin anew with a table."""
    state.TABLE.set(table)
    state.TABLES.set(state.TABLES.get() + 1)


# --- what the browser keeps -----------------------------------------------------------------------


def _has() -> tuple[str, str] | None:
    """The sheet, and the table where it says something else."""
    draft = state.DRAFT.get()
    typed = draft[1].text if draft is not None and draft[0] == text() and state.EARLIER.get() else ""
    return (text(), "" if typed == text() else typed) if text() or typed else None


def _write(entry: tuple[str, str]) -> dict[str, str]:
    return dict(zip(("sheet", "typed"), entry, strict=True))


def _read(value: object) -> tuple[str, str]:
    match value:
        case {"sheet": str(kept), "typed": str(typed)} if kept or typed:
            if kept:
                schedule_of(_table_of(kept))
            if typed:
                _table_of(typed)
            return kept, typed
        case _:
            raise ExcolorError("An own schedule has no sheet.")


def _take(entry: tuple[str, str]) -> None:
    kept, typed = entry
    if KEPT.name in state.NAMED.get():  # a link's sheet stands there now; this one comes back by taking that back
        if kept != text():
            state.EARLIER.set([*state.EARLIER.get(), cells_of(typed or kept)])
        return
    if text():
        return
    state.SHEET.set(kept)
    before = cells_of(kept or find(SHIPPED[0]).text)
    if state.EARLIER.get() and (draft := state.DRAFT.get()):
        # An open page whose server was started anew has said what was typed, but not what it was when it was right.
        state.DRAFT.set((kept, draft[1]))
        state.EARLIER.set([*state.EARLIER.get(), before])
    elif typed:
        table = cells_of(typed)
        state.DRAFT.set((kept, table))
        state.EARLIER.set([before])
        give(table)


def _drop() -> None:
    for slot in (state.SHEET, state.DRAFT, state.EARLIER, state.TABLE):
        slot.forget()


KEPT = single(f"{LAST}sheet", _has, _write, _read, _take, _drop)

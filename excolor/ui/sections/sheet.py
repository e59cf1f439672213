"""The own schedule as a table to edit: what is wrong in it told at its cell, and its curves before the shipped ones."""

from __future__ import annotations

import hashlib
from typing import Any

import pyarrow as pa
import streamlit as st

from excolor.charts import keyframes
from excolor.errors import ExcolorError
from excolor.losses import TERMS
from excolor.schedule import FIXED, PARAMETERS, SHIPPED, SPACES, TIMINGS, CellError, Cells, Schedule, find
from excolor.ui import kept, panels, sheet, state
from excolor.ui.words import EFFECTS, number, plain, printable

_HELP = {
    "STEP": "1000 is a step, +10 so many after the row above, +0.5 a share of the way to the row below.",
    "PHASE": "A name for what begins here. Training does not read it.",
    "ACTION": "A note. Training does not read it.",
    "lr": "The learning rate: how far an update goes.",
} | {term.column: f"The weight of {term.name}, which {EFFECTS[term.name]}." for term in TERMS if term.name in EFFECTS}
_TOLD = "▲ "  # before the number of a row and the name of a column where something is wrong
_LINES = 2  # the header is row 1, so the first row below it is row 2


def begin_with() -> None:
    """What to begin with, the way back, and the sheet as a file."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="sheet-begin"):
        st.markdown("Begin with", width="content")
        for name in SHIPPED:
            table = sheet.cells_of(find(name).text)
            st.button(name, on_click=sheet.replace, args=(table,), key=f"begin-{name}", disabled=table == sheet.cells())
        st.button("Undo", on_click=sheet.undo, key="sheet-undo", disabled=not state.EARLIER.get())
        st.download_button(
            "Download",
            sheet.cells().text,
            "schedule.csv",
            "text/csv",
            key="sheet-download",
            on_click="ignore",
            help="As a CSV. Load it again here, or train with it: python -m excolor train --schedule schedule.csv",
        )


def table() -> None:
    """The table, and beneath it what is wrong; a change of a cell runs the page again."""
    cells, wrong = sheet.cells(), None
    try:
        sheet.schedule_of(cells)
    except ExcolorError as error:
        wrong = error
    typed = _editor(cells, *_place(cells, wrong))
    if typed != cells:
        sheet.type_in(typed)
        st.rerun()
    if wrong:
        st.warning(f"**{plain(_sentence(wrong))}** Until it is right, all below is of the sheet as it was before.")
    if not kept.browser().keeps(sheet.KEPT, sheet.KEPT.has().get("", ("", ""))):
        st.warning("This sheet is too large for this browser to keep. Download it before you close the page.")
    _rows(cells)
    panels.fold(
        "Columns: add one, take one out, or join its keys in another way", "fold-columns", lambda: _columns(cells)
    )
    panels.fold("Load a sheet from a file", "fold-load-sheet", _load)


def _sentence(wrong: ExcolorError) -> str:
    said = str(wrong)
    return said[:1].upper() + said[1:]


def _place(cells: Cells, wrong: ExcolorError | None) -> tuple[int | None, int | None]:
    """The row and the column where something is wrong, as far as they are known."""
    if not isinstance(wrong, CellError):
        return None, None
    return wrong.line - _LINES, cells.column(wrong.column)


def _editor(cells: Cells, row: int | None, column: int | None) -> Cells:
    """What the editor says; it keeps what was typed since it was given a table."""
    given = state.TABLE.get()
    if given is None or (state.value(_key(given)) is None and given != cells):  # the page was left in between
        sheet.give(cells)
        given = cells
    names = [f"c{i}" for i in range(len(given.header))]
    numbers = [f"{_TOLD if i == row else ''}{i + _LINES}" for i in range(len(given.rows))]
    columns = {name: [each[i] for each in given.rows] for i, name in enumerate(names)}
    config: dict[str, Any] = {
        name: st.column_config.TextColumn(
            f"{_TOLD if i == column else ''}{printable(head)}",
            help=_HELP.get(each.name),
            max_chars=200,
            width="small",
        )
        for i, (name, head, each) in enumerate(zip(names, given.header, given.columns, strict=True))
    }
    edited = st.data_editor(
        pa.table({"row": numbers} | columns),
        key=_key(given),
        num_rows="fixed",
        hide_index=True,
        disabled=["row"],
        column_config={
            "row": st.column_config.TextColumn(
                "row", help="Counted as in the file: the header is row 1.", pinned=True, width=70
            )
        }
        | config,
        alt="The sheet of the schedule: a row for each moment, a column for each number that training reads.",
    )
    said = [edited.column(name).to_pylist() for name in names]
    return Cells(given.header, tuple(tuple(cell or "" for cell in each) for each in zip(*said, strict=True)))


def _key(given: Cells) -> str:
    # With what it was given in its name: a browser whose server was started anew still says what was changed in that.
    return f"sheet-{state.TABLES.get()}-{hashlib.sha256(given.text.encode()).hexdigest()[:8]}"


def _rows(cells: Cells) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="sheet-rows"):
        row = st.selectbox("Row", range(_LINES, len(cells.rows) + _LINES), key="sheet-row", width=90) - _LINES
        full = len(cells.rows) >= sheet.MAX_ROWS
        st.button(
            "Add a row below", on_click=sheet.replace, args=(cells.with_row(row + 1),), key="sheet-add", disabled=full
        )
        alone = len(cells.rows) == 1
        st.button(
            "Delete this row",
            on_click=sheet.replace,
            args=(cells.without_row(row),),
            key="sheet-delete",
            disabled=alone,
        )


def _columns(cells: Cells) -> None:
    there = {each.name: i for i, each in enumerate(cells.columns) if each.name not in FIXED}
    names = [*there, *(name for name in PARAMETERS if name not in there)]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="sheet-columns"):
        name = st.selectbox(
            "Column",
            names,
            format_func=lambda name: printable(name) if name in there else f"{name} (not there)",
            key="sheet-column",
            width=220,
        )
        if name not in there:
            full = len(cells.header) >= sheet.MAX_COLUMNS
            more = cells.with_column(name, "0")
            st.button("Add it", on_click=sheet.replace, args=(more,), key="sheet-add-column", disabled=full)
            return
        at = there[name]
        column = cells.columns[at]
        turn = f"{state.TABLES.get()}-{at}"
        timing = st.selectbox(
            "Between two keys",
            list(TIMINGS),
            list(TIMINGS).index(column.timing),
            key=f"sheet-timing-{turn}",
            width=160,
            help="How a value gets from one key to the next: by minimum jerk, at constant speed, at once (step-start), "
            "or at the last moment (step-end).",
        )
        space = st.segmented_control(
            "Space",
            list(SPACES),
            default=column.space,
            required=True,
            key=f"sheet-space-{turn}",
            help="In log space a value moves by factors, and must be above 0.",
        )
        head = _head(column.spelling, str(space), timing)
        if (space, timing) != (column.space, column.timing):
            sheet.replace(cells.with_head(at, head))
            st.rerun()
        st.button(
            "Take it out",
            on_click=sheet.replace,
            args=(cells.without_column(at),),
            key="sheet-drop-column",
            disabled=len(there) == 1,
        )


def _head(name: str, space: str, timing: str) -> str:
    """The shortest head of a column that says all of it."""
    if timing != next(iter(TIMINGS)):
        return f"{name}:{space}:{timing}"
    return name if space == next(iter(SPACES)) else f"{name}:{space}"


def _load() -> None:
    st.caption(
        "A CSV with the columns STEP, PHASE, ACTION and one for each number, such as the notebook series has them. The "
        "names that its other experiments use (anchor, unit, subspace) are understood."
    )
    # Once a file was taken the field is a new one: an old file, or what was wrong with it, would stay in it.
    upload = st.file_uploader("A schedule", type="csv", key=f"load-sheet-{state.LOADS.get()}")
    if upload is None:
        return
    try:
        sheet.load(upload.getvalue(), upload.name)
    except ExcolorError as error:
        st.warning(plain(_sentence(error)))
        return
    state.LOADS.set(state.LOADS.get() + 1)
    st.rerun()


def curves(schedule: Schedule) -> None:
    """The curves of a schedule before the shipped ones."""
    axes = keyframes.axes_of(schedule)
    shipped = tuple(map(find, SHIPPED))
    # The words stay the same: Streamlit draws a chart anew when they change. The table has the numbers.
    words = (
        "The learning rate and the weights of the sheet against the step, in front of those of the shipped schedules. "
        "The table above has the numbers."
    )
    panels.chart(keyframes.spec_for(axes), keyframes.table_for(axes, schedule, shipped, number), words, "own-curves")
    if schedule.last != axes.last:
        st.caption(
            f"The sheet ends at step {schedule.last:,}. Training stretches it over its {axes.last + 1:,} updates."
        )

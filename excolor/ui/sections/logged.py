"""The log on its page: a table of all runs, what can be done with those selected, the pinned two, and files."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import streamlit as st

from excolor.charts import thumbnail
from excolor.errors import ExcolorError
from excolor.log import MAX_BYTES, MAX_NAME, PINS, Entry, from_json, to_csv, to_json
from excolor.measured import Measured, measure
from excolor.metrics import respond
from excolor.training import Run
from excolor.ui import log, predict, runs, state
from excolor.ui.caches import by_key, metrics_of
from excolor.ui.sections import comparison, controls, guess, keeping, survival
from excolor.ui.sections.verdict import in_short
from excolor.ui.words import counted, plain, settings

# Of each filter: which runs it leaves.
FILTERS: dict[str, Callable[[Entry], bool]] = {
    "sound": lambda entry: entry.run.sound,
    "not sound": lambda entry: not entry.run.sound,
    "named": lambda entry: bool(entry.name),
    "pinned": lambda entry: entry.pinned,
}


def overview() -> None:
    """All runs, the newest first, and what can be done with those that are selected."""
    entries = log.current().entries
    keeping.told()
    if entries:
        shown = _filtered(entries)
        selected = _table(shown) if shown else []
        if not shown:
            st.markdown("No run is like that. Let a filter go, or look for something else.")
        _tools(selected)
    else:
        st.markdown("**There is no run yet.** Every network that you train on the Train page is logged here by itself.")
    if gone := log.went():
        st.caption(gone)
    if deleted := state.LOG_DELETED.get():
        st.button(f"Undo: bring back {_these(deleted)}", on_click=log.undo, key="log-undo")


# --- the table -------------------------------------------------------------------------------------


def _filtered(entries: Sequence[Entry]) -> list[Entry]:
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    wanted = left.text_input("Find", key=state.LOG_FIND, placeholder="a name, a setting, a verdict").casefold()
    chosen = right.pills("Show only", list(FILTERS), selection_mode="multi", key=state.LOG_ONLY)
    found = [
        each
        for each in reversed(entries)
        if all(FILTERS[name](each) for name in chosen) and (not wanted or wanted in _text(each))
    ]
    sound = sum(each.run.sound for each in found)
    of = "" if len(found) == len(entries) else f" of {len(entries)}"
    st.caption(f"{len(found)}{of} {'run' if len(found) == 1 and not of else 'runs'}, {sound} of them sound.")
    return found


def _text(entry: Entry) -> str:
    return " ".join((entry.name, settings(entry.run.config), in_short(entry.run), _reasons(entry))).casefold()


def _table(shown: Sequence[Entry]) -> list[Entry]:
    """The runs in a table; returns those that are selected."""
    # Rows are selected by their places, so other rows are another table.
    these = hashlib.sha256("".join(each.key for each in shown).encode()).hexdigest()[:16]
    told = st.container(key="log-table").dataframe(
        pa.Table.from_pylist([_row(each) for each in shown]),
        key=f"log-rows-{these}",
        hide_index=True,
        row_height=thumbnail.SIDE + 4,
        height=min(38 + (thumbnail.SIDE + 4) * len(shown), 560),
        column_config=_columns(),
        column_order=_order(shown),
        on_select="rerun",
        selection_mode="multi-row",
    )
    return [shown[place] for place in told.selection.rows if place < len(shown)]


def _order(shown: Sequence[Entry]) -> list[str]:
    """The columns, without those in which there is nothing."""
    empty = {name for name in ("name", "pinned") if not any(getattr(each, name) for each in shown)}
    if not any(map(_predictions, shown)):
        empty |= {"predicted", "reason"}
    return [name for name in _row(shown[0]) if name not in empty]


def _row(entry: Entry) -> dict[str, Any]:
    run, metrics = entry.run, entry.run.metrics
    return {
        "wheel": picture(run.run),
        "name": entry.name,
        "pinned": "pinned" if entry.pinned else "",
        "settings": settings(run.config) + (", from a file" if entry.loaded else ""),
        "verdict": in_short(run),
        "checks": sum(check.kept for check in run.checks.values()),
        "max MSE": metrics.intact.max_mse,
        "gray MSE": metrics.hue.gray_mse,
        "gray answers": 100 * metrics.hue.gray_share,
        "selectivity": metrics.selectivity,
        "cosine": metrics.red_cosine,
        "predicted": _predictions(entry),
        "reason": _reasons(entry),
        "trained": datetime.fromtimestamp(entry.when / 1000, UTC),
    }


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "wheel": column.ImageColumn(
            width="small", help="Where the hues lie on dims 0 (up) and 1 (to the right). The triangle is red."
        ),
        "name": column.TextColumn(width="medium", help="A run with a name can be chosen on every page."),
        "pinned": column.TextColumn(width="small", help="The two that are pinned stand side by side below."),
        "settings": column.TextColumn(width="medium", help="Schedule, seed, and what was moved."),
        "verdict": column.TextColumn(width=300, help="What went wrong, gravest first; or that it is sound."),
        "checks": _figure("How many checks of the list for a sound run it keeps."),
        "max MSE": _figure("Intact, of all colors. High: answers are wrong."),
        "gray MSE": _figure("MSE of the grays once hue is deleted. Low: they survive."),
        "gray answers": _figure("Share of all answers that are gray once hue is deleted.", "%.0f %%"),
        "selectivity": _figure("How closely the error after deleting hue follows how vibrant a color is; 1 is best."),
        "cosine": _figure("Of red to the first axis; 1 is exactly there."),
        "predicted": column.TextColumn(width="medium", help="How your predictions came out."),
        "reason": column.TextColumn(width="medium", help="The reason that you gave."),
        "trained": column.DatetimeColumn(format="D MMM, HH:mm", timezone=st.context.timezone or "UTC", width=120),
    }


def _figure(about: str, written: str = "%.2g") -> Any:
    return st.column_config.NumberColumn(format=written, width=96, help=about)


@st.cache_resource(show_spinner=False, max_entries=1024, hash_funcs={Run: by_key})
def picture(run: Run) -> str:
    """A run's color wheel, as an address that holds the picture itself."""
    drawn = thumbnail.svg(respond(run.model, thumbnail.colors()).u)
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()}"


def _predictions(entry: Entry) -> str:
    broke = guess.said_and_found(entry.run)
    survived = survival.of_metrics(entry.run.run.key, entry.run.metrics)
    scores = [predict.score(rows, so) for rows, so in ((broke, "broke"), (survived, "survived")) if rows]
    return " ".join(scores)


def _reasons(entry: Entry) -> str:
    reasons = state.REASONS.get()
    return " ".join(filter(None, (reasons.get(entry.run.config), reasons.get(entry.run.run.key))))


# --- what can be done with a run -------------------------------------------------------------------


def _these(entries: Sequence[Entry]) -> str:
    return plain(log.in_words(entries[0])) if len(entries) == 1 else f"{len(entries)} runs"


def _tools(selected: Sequence[Entry]) -> None:
    if not selected:
        st.caption(
            "Select a run at the left edge of its row, or with the arrow keys and Shift and Space. Then you can name "
            "it, pin it, use it on other pages, or delete it. A click on the head of a column sorts by it."
        )
        return
    st.markdown(f"**{_these(selected)}**")
    try:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="log-tools"):
            if len(selected) == 1:
                _of_one(selected[0])
            _of_all(selected)
    except ExcolorError as error:
        st.warning(plain(str(error)))


def _of_one(entry: Entry) -> None:
    name = st.text_input(
        "Name",
        entry.name or settings(entry.run.config)[:MAX_NAME].strip(),
        key=f"log-name-{entry.key}",
        max_chars=MAX_NAME,
        width=240,
    )
    if st.button("Name it", key="log-call"):
        keeping.say_next_time(f"Named {plain(log.call(entry.key, name))}. It can be chosen on every page.")
    if st.button("Use it", key="log-use", help="On every page that lets you choose a network."):
        keeping.say_next_time(f"{plain(log.use(entry.key))} is now the network of every page.")
    if st.button("Train it again", key="log-restore", help="Puts its settings into the controls of Train."):
        controls.ask(entry.run.config)
        st.switch_page("pages/train.py")


def _of_all(selected: Sequence[Entry]) -> None:
    keys = [each.key for each in selected]
    if all(each.pinned for each in selected):
        if st.button("Unpin", key="log-unpin"):
            state.LOG.set(log.current().unpinning(keys))
            st.rerun()
    elif len(selected) <= PINS and st.button("Pin", key="log-pin", help="Two pinned runs stand side by side below."):
        state.LOG.set(log.current().pinning(keys))
        st.rerun()
    if st.button("Delete", key="log-delete"):
        log.delete(keys)
        keeping.say_next_time(f"Deleted {_these(selected)}.")


def pinned() -> None:
    """The two runs that are pinned, side by side."""
    both = log.current().pinned
    if len(both) == PINS:
        comparison.beside_each_other([(log.in_words(each), each.run) for each in both])
    elif both:
        st.markdown(f"{_these(both)} is pinned. Pin one more to see the two side by side.")
    else:
        st.markdown("Pin two runs to see them side by side: their color wheels, and all their figures.")


# --- files -----------------------------------------------------------------------------------------


def files() -> None:
    """The log as a file, and runs from one."""
    entries = log.current().entries
    if entries:
        st.markdown(
            "**CSV** is a table for a spreadsheet. **JSON** is for this app: it holds the networks themselves, and "
            "brings your runs back here or on another machine. `excolor log FILE` lists it too."
        )
        with st.container(horizontal=True):
            st.download_button(
                "Download as CSV",
                lambda: to_csv(log.exported(entries)).encode("utf-8-sig"),  # by which spreadsheets know the encoding
                "runs.csv",
                key="log-csv",
                on_click="ignore",
            )
            st.download_button(
                "Download as JSON",
                lambda: to_json(log.exported(entries)).encode(),
                "runs.json",
                key="log-json",
                on_click="ignore",
            )
    upload = st.file_uploader(
        "Bring back runs from a JSON file", type="json", key=f"log-load-{state.LOADS.get()}", max_upload_size=_MEGABYTES
    )
    if upload is not None:
        _take(upload.getvalue())


_MEGABYTES = MAX_BYTES // 1_000_000


def _take(data: bytes) -> None:
    place, done = st.empty(), 0

    def measured(run: Run) -> Measured:
        nonlocal done
        done += 1
        runs.turns.step_aside()  # for those who train meanwhile
        place.caption(f"Measuring run {done} again.")
        return measure(run, metrics=metrics_of(run))

    try:
        entries = from_json(data, measured)
    except ExcolorError as error:
        place.empty()
        st.warning(plain(str(error)))
        return
    new = log.take_file(entries)
    state.LOADS.set(state.LOADS.get() + 1)
    here = f" The log had {counted(len(entries) - new, 'run')} of the file already." if new < len(entries) else ""
    keeping.say_next_time(f"New in the log, measured again: {counted(new, 'run')}.{here}")

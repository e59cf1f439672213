"""Above every page: what a mission showed that was just solved, how the open one stands, the list, and the hints."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from excolor.config import RunConfig
from excolor.errors import ExcolorError
from excolor.measured import Measured
from excolor.missions import MISSIONS, Mission, check
from excolor.schedule import find
from excolor.ui import log, state
from excolor.ui.missions.words import GOALS, HINTS, REASONS, SHOWED, TITLES, good, missing
from excolor.ui.store import LAST, Kind, single
from excolor.ui.words import printable, settings

# --- what a session remembers --------------------------------------------------------------------


def _runs() -> list[Measured]:
    return log.made()


def solved() -> dict[str, RunConfig]:
    """The session's solved missions, each with the settings of the run that solved it first."""
    return state.SOLVED.get()


def showed() -> dict[str, str]:
    """What each solved mission showed, by its id, in the order in which they were solved."""
    return state.SHOWED.get()


def opened() -> Mission | None:
    """The mission that is open, if one is."""
    wanted = state.MISSION.get()
    return next((mission for mission in MISSIONS if mission.id == wanted), None)


def _hints() -> dict[str, int]:
    """How many hints of each mission were asked for."""
    return state.HINTS.get()


def _mark() -> list[Mission]:
    """A mission that the last run solves is solved from then on; returns those that are so since now."""
    runs, reason, done = _runs(), state.value(state.MISSION_REASON), solved()
    news = [mission for mission in MISSIONS if mission.id not in done and check(mission, runs, reason).done]
    for mission in news:
        last = runs[-1]
        solved()[mission.id] = last.config
        showed()[mission.id] = SHOWED[mission.id](last)
        state.UNREAD.get().append(mission.id)
    return news


# --- on the page -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Slots:
    """The places of a page that depend on the runs: in the list (none while it is folded), beside its button, the
    banner, and the open one's.
    """

    rows: dict[str, DeltaGenerator]
    count: DeltaGenerator
    banner: DeltaGenerator
    line: DeltaGenerator


# Each run of a page is a thread of its own, and what it drew is of use to it alone.
_drawn = threading.local()


def wait() -> None:
    """Say above that the run counts once it is shown; called when a page asks what will come of it first."""
    slots: _Slots | None = getattr(_drawn, "slots", None)
    mission = opened()
    if slots and mission and mission.id not in solved():
        slots.line.html(_line_html(mission, "This run counts as soon as it is shown: guess first, or skip."))


def note() -> None:
    """Bring what is above up to date; called when a page has put a run into the log."""
    stood = bool(state.UNREAD.get())
    news = _mark()
    slots: _Slots | None = getattr(_drawn, "slots", None)
    if slots is None:
        return
    for mission in news:
        if mission.id in slots.rows:
            slots.rows[mission.id].html(_row_html(mission))
    if news:
        slots.count.html(_count_html())
        if not stood:
            _banner(slots.banner)
    _line(slots.line)


def strip() -> None:
    """The top of a page: the banner, how the open mission stands, the list of missions, and the open one's goal."""
    _mark()
    mission = opened()
    with st.container(key="missions-now", gap=None):
        banner, line = st.empty(), st.empty()
    _banner(banner)
    _line(line)
    with st.container(key="missions", horizontal=True, gap="small"):
        with st.container(
            key="missions-list", horizontal=True, vertical_alignment="center", width="content", gap="small"
        ):
            # In the page's own order, where the keyboard finds it: Streamlit hangs a popover behind all else.
            # Another key with another mission: choosing one closes the list.
            key = f"missions-fold-{mission.id if mission else ''}"
            fold = st.expander("Missions", key=key, type="compact", on_change="rerun")
            with fold, st.container(key="mission-rows"):
                rows = {each.id: _row(each, mission) for each in MISSIONS} if fold.open else {}
            count = st.empty()
            count.html(_count_html())
        if mission:
            st.html(_goal_html(mission))
            _tools(mission)
    _drawn.slots = _Slots(rows, count, banner, line)


def _banner(slot: DeltaGenerator) -> None:
    """What the mission showed that was solved first of those whose banner nobody has closed."""
    unread = state.UNREAD.get()
    if not unread:
        return
    name = unread[0]
    with slot.container(key="mission-showed", horizontal=True, vertical_alignment="center", gap="small"):
        st.html('<span class="xc-verdict" aria-hidden="true">●</span>')
        st.html(
            f'<div class="xc-showed" role="status"><p><b>{_html(TITLES[name])}.</b> {_html(_done(solved()[name]))}</p>'
            f"<p>{_html(showed()[name])}</p></div>"
        )
        st.button("Close", key="mission-read", on_click=_read, type="tertiary")


def _read() -> None:
    del state.UNREAD.get()[:1]


def _line(slot: DeltaGenerator) -> None:
    """How the open mission stands, unless the banner says it."""
    mission = opened()
    if mission is None or mission.id in state.UNREAD.get()[:1]:
        slot.empty()
    else:
        slot.html(_line_html(mission))


def _open(mission: str | None) -> None:
    state.MISSION.set(mission)


def _row(mission: Mission, current: Mission | None) -> DeltaGenerator:
    with st.container(key=f"mission-row-{mission.id}", gap=None):
        st.button(
            TITLES[mission.id],
            key=f"mission-{mission.id}",
            on_click=_open,
            args=(mission.id,),
            type="tertiary",
            disabled=mission is current,
        )
        slot = st.empty()
        slot.html(_row_html(mission))
    return slot


def _tools(mission: Mission) -> None:
    def hint() -> None:
        _hints()[mission.id] = _hints().get(mission.id, 0) + 1

    with st.container(key="mission-tools", horizontal=True, width="content", gap="small"):
        told = _hints().get(mission.id, 0) >= len(HINTS[mission.id])
        st.button("Hint", key="mission-hint", on_click=hint, disabled=told, type="tertiary")
        st.button("Put away", key="mission-close", on_click=_open, args=(None,), type="tertiary")
    if mission.asks:
        st.selectbox(
            "Why did it fail?",
            list(REASONS),
            index=None,
            format_func=REASONS.__getitem__,
            key=state.MISSION_REASON,
            placeholder="Why did it fail?",
            label_visibility="collapsed",
            persist_state="session",
        )


def _count_html() -> str:
    words = f"{len(solved())} of {len(MISSIONS)} done"
    return f'<p class="xc-count">{escape(words)}</p>'


def _done(config: RunConfig) -> str:
    return f"Done with {settings(config)}."


def _row_html(mission: Mission) -> str:
    config = solved().get(mission.id)
    return (
        f'<div class="xc-mission">{_mark_of(config is not None)}'
        f"<p><em>{_html(_done(config) if config else 'Open.')}</em> {_html(GOALS[mission.id])}</p></div>"
    )


def _goal_html(mission: Mission) -> str:
    told = HINTS[mission.id][: _hints().get(mission.id, 0)]
    items = "".join(f"<li>{_html(hint)}</li>" for hint in told)
    return f'<div class="xc-mission"><p>{_html(GOALS[mission.id])}</p>{f"<ol>{items}</ol>" if told else ""}</div>'


def _line_html(mission: Mission, words: str = "") -> str:
    """The open mission; `words` say how it stands where that is not for the runs to say."""
    config, more = solved().get(mission.id), ""
    if config:
        words = _done(config)
    elif not words:
        runs = _runs()
        stands, last = check(mission, runs, state.value(state.MISSION_REASON)), runs[-1] if runs else None
        words, more = missing(stands, last), good(stands, last)
    return (
        f'<div class="xc-mission xc-open">{_mark_of(config is not None)}<p role="status">'
        f"<b>{_html(TITLES[mission.id])}.</b> {_html(words)} <em>{_html(more)}</em></p></div>"
    )


def _html(words: str) -> str:
    """Escaped, and with numbers that stay on one line."""
    return escape(words).replace(" × ", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}")


def _mark_of(done: bool) -> str:
    return f'<span class="xc-mark">{"●" if done else "○"}</span>'


# --- what the browser keeps -----------------------------------------------------------------------

_LONGEST = 1000  # characters of what a mission showed


@dataclass(frozen=True)
class _Solved:
    """A solved mission: the settings of the run that solved it, what it showed, and whether its banner is closed."""

    config: RunConfig
    showed: str
    unread: bool


def _solved_entries() -> dict[str, _Solved]:
    unread = state.UNREAD.get()
    return {name: _Solved(config, showed()[name], name in unread) for name, config in solved().items()}


def _write_solved(entry: _Solved) -> dict[str, Any]:
    return {"config": entry.config.to_dict(), "showed": entry.showed, "unread": entry.unread}


def _read_solved(name: str, value: object) -> _Solved:
    _known(name)
    match value:
        case {"config": config, "showed": str(said), "unread": bool(unread)} if len(said) <= _LONGEST:
            config = RunConfig.from_dict(config)
            find(config.schedule)
            return _Solved(config, printable(said), unread)
        case _:
            raise ExcolorError("A solved mission does not say what it showed.")


def _known(name: str) -> str:
    if name not in TITLES:
        raise ExcolorError("There is no such mission.")
    return name


def _take_solved(entries: Mapping[str, _Solved]) -> None:
    unread = state.UNREAD.get()
    for name, entry in entries.items():
        solved()[name], showed()[name] = entry.config, entry.showed
        if entry.unread and name not in unread:
            unread.append(name)
        elif not entry.unread and name in unread:
            unread.remove(name)


def _drop_solved(entries: Collection[str]) -> None:
    for name in entries:
        solved().pop(name, None)
        showed().pop(name, None)
    state.UNREAD.set([name for name in state.UNREAD.get() if name not in entries])


def _read_hint(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= len(HINTS[_known(name)]):
        raise ExcolorError("There are not so many hints.")
    return value


def _drop_hints(entries: Collection[str]) -> None:
    for name in entries:
        _hints().pop(name, None)


def _take_open(mission: str) -> None:
    if OPEN.name not in state.NAMED.get():
        _open(mission)


SOLVED = Kind("solved", len(MISSIONS), _solved_entries, _write_solved, _read_solved, _take_solved, _drop_solved)
HINTED = Kind(
    "hint", len(MISSIONS), lambda: dict(_hints()), int, _read_hint, lambda told: _hints().update(told), _drop_hints
)
OPEN = single(
    f"{LAST}mission",
    lambda: mission.id if (mission := opened()) else None,
    str,
    lambda value: _known(value if isinstance(value, str) else ""),
    _take_open,
    lambda: _open(None),
)

"""The line above every page: the list of missions, the open one with its state, and its hints."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from excolor.config import RunConfig
from excolor.measured import Measured
from excolor.missions import MISSIONS, Mission, State, check
from excolor.ui import state
from excolor.ui.missions.words import GOALS, HINTS, REASONS, TITLES, in_words
from excolor.ui.words import settings

REMEMBERED = 100  # runs of a session

# --- what a session remembers --------------------------------------------------------------------


def _runs() -> list[Measured]:
    return state.MISSION_RUNS.get()


def solved() -> dict[str, RunConfig]:
    """The session's solved missions, each with the settings of the run that solved it first."""
    return state.SOLVED.get()


def opened() -> Mission | None:
    """The mission that is open, if one is."""
    wanted = state.MISSION.get()
    return next((mission for mission in MISSIONS if mission.id == wanted), None)


def _hints() -> dict[str, int]:
    """How many hints of each mission were asked for."""
    return state.HINTS.get()


def _state(mission: Mission) -> State:
    return check(mission, _runs(), state.value(state.MISSION_REASON))


def _mark() -> list[Mission]:
    """A mission that the last run solves is solved from then on; returns those that are so since now."""
    news = [mission for mission in MISSIONS if mission.id not in solved() and _state(mission).done]
    for mission in news:
        solved()[mission.id] = _runs()[-1].config
    return news


# --- on the page -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Slots:
    """The places of the strip that depend on the runs: in the list, beside its button, and the open mission's."""

    rows: dict[str, DeltaGenerator]
    count: DeltaGenerator
    line: DeltaGenerator | None


# Each run of a page is a thread of its own, and what it drew is of use to it alone.
_drawn = threading.local()


def wait() -> None:
    """Say above that the run counts once it is shown; called when a page asks what will come of it first."""
    slots: _Slots | None = getattr(_drawn, "slots", None)
    mission = opened()
    if slots and slots.line and mission:
        slots.line.html(_line_html(mission, "This run counts as soon as it is shown: guess first, or skip."))


def note(run: Measured) -> None:
    """Take a run as evidence, and bring the strip above up to date; called when a page has trained one."""
    evidence = run.forgetting()
    others = [each for each in _runs() if each.config != run.config]
    state.MISSION_RUNS.set([*others, evidence][-REMEMBERED:])
    news = _mark()
    slots: _Slots | None = getattr(_drawn, "slots", None)
    if slots is None:
        return
    for mission in news:
        slots.rows[mission.id].html(_row_html(mission))
    if news:
        slots.count.html(_count_html())
    mission = opened()
    if mission and slots.line:
        slots.line.html(_line_html(mission))


def strip() -> None:
    """The line at the top of a page: the list of missions, and the open one with its state."""
    _mark()
    mission = opened()
    with st.container(key="missions", horizontal=True, gap="small"):
        with st.container(
            key="missions-list", horizontal=True, vertical_alignment="center", width="content", gap="small"
        ):
            # In the page's own order, where the keyboard finds it: Streamlit hangs a popover behind all else.
            # Another key with another mission: choosing one closes the list.
            fold = st.expander("Missions", key=f"missions-fold-{mission.id if mission else ''}", type="compact")
            with fold, st.container(key="mission-rows"):
                rows = {each.id: _row(each, mission) for each in MISSIONS}
            count = st.empty()
            count.html(_count_html())
        line = None
        if mission:
            line = st.empty()
            line.html(_line_html(mission))
            _tools(mission)
    _drawn.slots = _Slots(rows, count, line)


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


def _row_html(mission: Mission) -> str:
    config = solved().get(mission.id)
    words = f"Done with {settings(config)}." if config else "Open."
    return (
        f'<div class="xc-mission">{_mark_of(config is not None)}'
        f"<p><em>{_html(words)}</em> {_html(GOALS[mission.id])}</p></div>"
    )


def _line_html(mission: Mission, words: str = "") -> str:
    """The open mission; `words` say how it stands while it is not solved."""
    config = solved().get(mission.id)
    if config:
        words = f"Done with {settings(config)}."
    words = words or in_words(_state(mission), _runs()[-1] if _runs() else None)
    told = HINTS[mission.id][: _hints().get(mission.id, 0)]
    items = "".join(f"<li>{_html(hint)}</li>" for hint in told)
    hints = f"<ol>{items}</ol>" if told else ""
    return (
        f'<div class="xc-mission xc-open">{_mark_of(config is not None)}'
        f"<p><b>{_html(TITLES[mission.id])}.</b> {_html(GOALS[mission.id])}</p>"
        f'<p role="status">{_html(words)}</p>{hints}</div>'
    )


def _html(words: str) -> str:
    """Escaped, and with numbers that stay on one line."""
    return escape(words).replace(" × ", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}")


def _mark_of(done: bool) -> str:
    return f'<span class="xc-mark">{"●" if done else "○"}</span>'

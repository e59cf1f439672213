"""What of a session its browser keeps: one list, and the component that carries it there and back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import streamlit as st

from excolor.ui import log, missions, predict, setups, sheet, shelf, state
from excolor.ui.components import store
from excolor.ui.sections import controls
from excolor.ui.store import Browser

# What a student would miss most comes first, should there be no room for all. Runs are known before one is chosen, and
# the own schedule is before the settings that may mean it.
KINDS = (
    predict.PREDICTIONS,
    predict.ASKED,
    missions.SOLVED,
    missions.HINTED,
    missions.OPEN,
    sheet.KEPT,
    controls.SETTINGS,
    log.RUNS,
    shelf.MODEL,
    setups.SETUPS,
)


def browser() -> Browser:
    """What this session knows of its browser's storage."""
    if state.BROWSER.get() is None:
        state.BROWSER.set(Browser())
    return state.BROWSER.get()


# Once a day is never. But a page with a fragment that is to run again asks for everything when a connection that was
# lost is back, and so learns of it if its server was started anew.
@st.fragment(run_every=timedelta(days=1))
def carry() -> None:
    """Tell the browser what to keep, and listen to what it has kept; called when a page has run.

    In a fragment, because a report that changes nothing on the page is none of the page's business.
    """
    if state.PREVIEW.get():
        return
    store.store(browser().outgoing(KINDS), lambda report: browser().hear(report, KINDS), "store")
    if browser().news or state.SEEN.get() != _controls():
        st.rerun()


def page_has_run() -> None:
    """Called when all of a page has run, before `carry`.

    A report of the browser and a control that is moved can come in one message. Streamlit then runs the fragment alone,
    and the page would not hear of the control.
    """
    state.SEEN.set(_controls())


def _controls() -> dict[str, Any]:
    return {key: state.value(key) for key in state.CONTROLS}


def carry_early(place: str) -> None:
    """The same in the middle of a run of a page, where something takes long; `place` tells such moments apart."""
    if state.PREVIEW.get():
        return
    with st.container(key=f"kept-{place}"):
        store.store(browser().outgoing(KINDS) | {"early": True}, lambda _report: None, f"store-{place}")


def clear() -> None:
    """Forget everything that is kept, here and in the browser."""
    browser().clear(KINDS)
    for slot in (state.LOG, state.LAST_MADE, state.LOG_DELETED):
        slot.forget()
    state.CLEARING.forget()

"""The run of the own schedule, beside runs of the shipped ones from the same seed."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from excolor.config import RunConfig
from excolor.measured import Measured
from excolor.schedule import SHIPPED
from excolor.ui import log, missions, runs, sheet, state
from excolor.ui.sections import controls, running
from excolor.ui.sections.verdict import beside, mark, verdict

YOURS = "yours"


def trained() -> dict[str, Measured]:
    """Runs from the seed that is chosen here, by the name of their schedule; yours comes first, if there is one."""
    seed = controls.choose_seed()
    found: dict[str, Measured] = {}
    if sheet.text() and (own := running.with_progress(RunConfig(sheet.text(), seed), "fused", st.empty())):
        found[YOURS] = own.measured
        log.note(own.measured)
        missions.note()
    for name in SHIPPED:
        found[name] = runs.trained(RunConfig(name, seed), waiting=lambda _ahead: _look()).measured
    return found


def _look() -> None:
    state.MODEL.get()  # any look at the session: Streamlit breaks off here what its student no longer wants


def show(found: Mapping[str, Measured]) -> None:
    """The verdict of yours, the checklist of all of them, and the way to Train."""
    own = found.get(YOURS)
    if own:
        with st.container(key="train-verdict", horizontal=True, vertical_alignment="center", gap="small"):
            st.html(mark(own))
            st.markdown(verdict(own))
    elif sheet.text():
        st.info("Cancelled. Change the sheet or the seed to train again.")
    else:
        st.markdown("This is a schedule that ships. Change a cell, and it becomes yours.")
    st.html(beside(found, "The checklist of a sound run, for each schedule"))
    if sheet.text() and st.button("Use it on Train →", key="sheet-use", type="primary"):
        controls.use_own_schedule()
        st.switch_page("pages/train.py")

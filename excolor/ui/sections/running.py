"""Running a training: at once from memory, or with its progress and a way to stop it."""

from __future__ import annotations

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from excolor.config import RunConfig
from excolor.errors import ExcolorError
from excolor.kernel import is_compiled
from excolor.training import Engine
from excolor.ui import kept, panels, state
from excolor.ui.runs import Trained, trained
from excolor.ui.words import plain

NO_ANSWER_YET = 0.3  # seconds after which a run shows its progress
NO_TURN_YET = 0.5  # seconds after which one that waits shows its place


def run_or_stop(config: RunConfig) -> Trained:
    """The run to show: of these settings, or the last one if the student cancelled it.

    Where there is no such run, a sentence says why and the page ends here.
    """
    try:
        made = with_progress(config, "fused", st.empty())
    except ExcolorError as error:
        st.warning(plain(str(error)))
        panels.end_here()
    if made is None:
        st.info("Cancelled. Move any control to train again.")
        made = state.SHOWN.get()
        if made is None:
            panels.end_here()
    state.SHOWN.set(made)
    return made


def with_progress(config: RunConfig, engine: Engine, where: DeltaGenerator) -> Trained | None:
    """Train, or find in memory; None when the student cancelled it.

    Raises:
        ExcolorError: the schedule is not one to train with.
    """
    if state.cancelled(engine).get() == config:
        return None
    if not is_compiled():
        where.info("Preparing the training kernel, once on this machine. This takes a few seconds.")
    start = time.perf_counter()
    shown: DeltaGenerator | None = None

    def cancel() -> None:
        state.cancelled(engine).set(config)

    def say(done: float, words: str, after: float) -> None:
        nonlocal shown
        if shown is None and time.perf_counter() - start > after:
            with where.container():
                kept.carry_early(engine)  # should the server or the browser end before the training does
                shown = st.progress(0.0)
                st.button("Cancel", on_click=cancel, key=f"cancel-{engine}")
        if shown is not None:
            shown.progress(done, words)

    def progress(done: int) -> None:
        say(done / config.steps, f"{done} of {config.steps} updates", NO_ANSWER_YET)

    def waiting(ahead: int | None) -> None:
        state.MODEL.get()  # any look at the session: Streamlit breaks off here what its student no longer wants
        if ahead is None:
            say(0.0, "Somebody else trains with the same settings. That run is shown here too.", NO_TURN_YET)
        else:
            say(0.0, f"Others train too. You are number {ahead + 1} in the queue.", NO_TURN_YET)

    result = trained(config, engine, progress, waiting)
    state.cancelled(engine).forget()
    where.empty()
    return result

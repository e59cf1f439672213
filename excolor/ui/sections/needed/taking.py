"""A run of a cell taken everywhere: it is trained again, logged, chosen on every page, and set on Train."""

from __future__ import annotations

import streamlit as st

from excolor.config import RunConfig
from excolor.errors import ExcolorError
from excolor.ui import log, runs, shelf, state
from excolor.ui.sections import controls
from excolor.ui.words import plain, settings


def take(config: RunConfig, key: str) -> None:
    """Make a run the session's; from a callback.

    Args:
        key: of the run, as the table has it.
    """
    try:
        measured = runs.trained(config).measured
        controls.ask(config)
    except ExcolorError as error:
        state.NEEDED_TAKEN.set((config, plain(str(error))))
        return
    log.note(measured)
    state.MODEL.set(shelf.LAST)
    said = f"Taken: {plain(settings(config))}. Every page now shows this network, and Train is set to it."
    if config.batch_seed is not None:
        said += " But Train draws the batches by its one seed."
    if measured.run.key != key:
        said += " Trained again here it came out otherwise than in the table: another processor or version."
    state.NEEDED_TAKEN.set((config, said))


def say(config: RunConfig) -> None:
    """That this run was taken, as long as it is the session's, and the way to see it."""
    taken, last = state.NEEDED_TAKEN.get(), log.last()
    if not taken or taken[0] != config:
        return
    st.success(taken[1])
    if last and last.run.config == config and shelf.chosen_name() == shelf.LAST:
        st.page_link("pages/ablation.py", label="See its ablation →")

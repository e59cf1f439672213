"""Keeping a run: on the shelf or as a file, loading one from a file, and forgetting one."""

from __future__ import annotations

import streamlit as st

from excolor.errors import ExcolorError
from excolor.training import Run
from excolor.ui import shelf, state
from excolor.ui.words import settings


def keep_and_load(run: Run) -> None:
    """The shelf's tools, beneath what the last of them did."""
    if said := state.SAID.take():
        st.success(said)
    _keep(run)
    _load()
    _forget()


def _keep(run: Run) -> None:
    left, middle, right = st.columns([2, 1, 2], vertical_alignment="bottom")
    # Another run is another name, so it is another field.
    suggested = settings(run.config)[: shelf.MAX_NAME]
    name = left.text_input("Name", suggested, key=f"keep-name {suggested}", max_chars=shelf.MAX_NAME)
    try:
        if middle.button("Keep", key="keep"):
            _say_next_time(f"Kept as {shelf.keep(name, run)}.")
        right.download_button(
            "Download",
            shelf.file_of(run),
            f"{name or 'run'}.safetensors",
            key="download",
            on_click="ignore",
            help="The network, its settings and figures, and what you predicted of it.",
        )
    except ExcolorError as error:
        st.warning(str(error))


def _load() -> None:
    # Once a file was taken the field is a new one: an old file, or what was wrong with it, would stay in it.
    upload = st.file_uploader("Load a checkpoint", type="safetensors", key=f"load-{state.LOADS.get()}")
    if upload is None:
        return
    try:
        name = shelf.load(upload.getvalue(), upload.name)
    except ExcolorError as error:
        st.warning(str(error))
        return
    state.LOADS.set(state.LOADS.get() + 1)
    _say_next_time(f"Loaded as {name}.")


def _forget() -> None:
    removable = list(shelf.kept())
    if removable:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            gone = st.selectbox("Kept runs", removable, key="forget-name")
            st.button("Forget", on_click=shelf.forget, args=(gone,), key="forget")


def _say_next_time(what: str) -> None:
    """Run the page again, whose choices have one more network now, and say so there."""
    state.SAID.set(f"{what} It can be chosen on every page.")
    st.rerun()

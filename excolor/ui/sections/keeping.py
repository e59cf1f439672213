"""Keeping a run: on the shelf or as a file, loading one from a file, forgetting one, and what the browser keeps."""

from __future__ import annotations

import streamlit as st

from excolor.errors import ExcolorError
from excolor.training import Run
from excolor.ui import kept, missions, predict, shelf, state
from excolor.ui.words import counted, plain, printable, settings


def keep_and_load(run: Run) -> None:
    """The shelf's tools, beneath what the last of them did."""
    if said := state.SAID.take():
        st.success(said)
    _browser()
    _keep(run)
    _load()
    _forget()
    _clear()


def _browser() -> None:
    """What the browser keeps, and what it does not, before anything is lost."""
    browser = kept.browser()
    if not browser.available:
        st.warning(
            "This browser keeps nothing for this page: its storage is switched off. What you keep here is gone when "
            "you reload or close it. Download what you want to have again."
        )
        return
    if browser.full:
        st.warning(
            "This browser’s storage is full. What you kept last is gone when you reload or close the page. Forget "
            "another run, or download it."
        )
    if large := [name for name, run in shelf.kept().items() if not browser.keeps(shelf.RUNS, (name, run))]:
        st.warning(
            f"Too large for this browser to keep: {plain(', '.join(large))}. Download what you want to have again."
        )
    st.caption(
        f"This browser keeps up to {shelf.MAX_KEPT} runs with their names, the last {missions.REMEMBERED} runs that "
        f"you trained, {predict.MOST} predictions, your missions and your settings. Close the page and open it again: "
        "they are back, also for whoever uses this browser after you. Nobody else sees them."
    )
    if browser.left_out:
        st.caption(
            f"Of what this browser kept, {counted(browser.left_out, 'thing')} could not be read. It was left out."
        )
    if browser.others:
        st.caption(
            f"Another version of this app has {counted(browser.others, 'thing')} here. Nothing is done with that."
        )


def _keep(run: Run) -> None:
    left, middle, right = st.columns([2, 1, 2], vertical_alignment="bottom")
    # Another run is another name, so it is another field.
    suggested = settings(run.config)[: shelf.MAX_NAME]
    name = left.text_input("Name", suggested, key=f"keep-name {suggested}", max_chars=shelf.MAX_NAME)
    try:
        if middle.button("Keep", key="keep"):
            _say_next_time(f"Kept as {plain(shelf.keep(name, run))}.")
        right.download_button(
            "Download",
            shelf.file_maker(run),
            f"{printable(name) or 'run'}.safetensors",
            key="download",
            on_click="ignore",
            help="The network, its settings and figures, and what you predicted of it.",
        )
    except ExcolorError as error:
        st.warning(plain(str(error)))


def _load() -> None:
    # Once a file was taken the field is a new one: an old file, or what was wrong with it, would stay in it.
    upload = st.file_uploader("Load a checkpoint", type="safetensors", key=f"load-{state.LOADS.get()}")
    if upload is None:
        return
    try:
        name = shelf.load(upload.getvalue(), upload.name)
    except ExcolorError as error:
        st.warning(plain(str(error)))
        return
    state.LOADS.set(state.LOADS.get() + 1)
    _say_next_time(f"Loaded as {plain(name)}.")


def _forget() -> None:
    removable = list(shelf.kept())
    if removable:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            gone = st.selectbox("Kept runs", removable, key="forget-name")
            st.button("Forget", on_click=shelf.forget, args=(gone,), key="forget")


def _clear() -> None:
    """Forget all that the browser keeps, once the student has confirmed it."""
    if not kept.browser().available:
        return
    if not state.CLEARING.get():
        st.button("Clear what this browser keeps", on_click=state.CLEARING.set, args=(True,), key="clear")
        return
    there = (
        counted(len(shelf.kept()), "kept run"),
        counted(len(state.PREDICTIONS.get()), "prediction"),
        counted(len(state.SOLVED.get()), "solved mission"),
    )
    st.markdown(f"Forget **{', '.join(there)}**, the runs that you trained and your settings? There is no way back.")
    with st.container(horizontal=True):
        st.button("Forget all of it", on_click=_cleared, key="clear-all", type="primary")
        st.button("No, keep it", on_click=state.CLEARING.forget, key="clear-none")


def _cleared() -> None:
    kept.clear()
    state.SAID.set("Forgotten. This page has begun anew.")


def _say_next_time(what: str) -> None:
    """Run the page again, whose choices have one more network now, and say so there."""
    state.SAID.set(f"{what} It can be chosen on every page.")
    st.rerun()

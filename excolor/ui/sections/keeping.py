"""Keeping a run: its name in the log, its file, loading one from a file; what the browser keeps, and clearing that."""

from __future__ import annotations

import streamlit as st

from excolor.errors import ExcolorError
from excolor.log import MAX_NAME, MOST
from excolor.measured import Measured
from excolor.ui import kept, log, predict, shelf, state
from excolor.ui.words import counted, plain, printable, settings


def told() -> None:
    """What was done last, once."""
    if said := state.SAID.take():
        st.success(said)


def name_and_load(run: Measured) -> None:
    """The run on the page: a name, its file; and another from a file."""
    told()
    warn()
    _name(run)
    _load()
    st.page_link("pages/log.py", label="All your runs →")


def warn() -> None:
    """That the browser keeps nothing, or not all, before anything is lost."""
    browser = kept.browser()
    if not browser.available:
        st.warning(
            "This browser keeps nothing for this page: its storage is switched off. What you have here is gone when "
            "you reload or close it. Download what you want to have again."
        )
        return
    if browser.full:
        st.warning(
            "This browser’s storage is full. What came last is gone when you reload or close the page. Delete other "
            "runs, or download it."
        )
    if large := [each for each in log.current().entries if log.RUNS.key(each.key) in browser.refused]:
        few = plain("; ".join(map(log.in_words, large[-3:])))
        st.warning(
            f"There is no room in this browser for {counted(len(large), 'run')}: {few}{' …' if len(large) > 3 else ''}"
            ". Download what you want to have again."
        )


def what_is_kept() -> None:
    """What the browser keeps, what of it could not be read, and a way to clear it."""
    browser = kept.browser()
    if not browser.available:
        return
    st.caption(
        f"This browser keeps up to {MOST} runs, {predict.MOST} predictions, your missions and your settings. Close the "
        "page and open it again: they are back, also for whoever uses this browser after you. Nobody else sees them."
    )
    if browser.left_out:
        st.caption(
            f"Of what this browser kept, {counted(browser.left_out, 'thing')} could not be read. It was left out."
        )
    if browser.others:
        st.caption(
            f"Another version of this app has {counted(browser.others, 'thing')} here. Nothing is done with that."
        )
    _clear()


def _name(run: Measured) -> None:
    entry = log.last()
    if entry is None or entry.run.run.key != run.run.key:  # another tab has just taken it out of the log
        return
    left, middle, right = st.columns([2, 1, 2], vertical_alignment="bottom")
    # Another run is another name, so it is another field.
    suggested = entry.name or settings(run.config)[:MAX_NAME].strip()
    name = left.text_input("Name", suggested, key=f"run-name {suggested}", max_chars=MAX_NAME)
    try:
        if middle.button("Name it", key="name-run"):
            say_next_time(f"Named {plain(log.call(entry.key, name))}. It can be chosen on every page.")
        right.download_button(
            "Download",
            shelf.file_maker(run.run),
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
    say_next_time(f"Loaded as {plain(name)}. It can be chosen on every page.")


def _clear() -> None:
    """Forget all that the browser keeps, once the student has confirmed it."""
    if not state.CLEARING.get():
        st.button("Clear what this browser keeps", on_click=state.CLEARING.set, args=(True,), key="clear")
        return
    there = (
        counted(len(log.current().entries), "run"),
        counted(len(state.PREDICTIONS.get()), "prediction"),
        counted(len(state.SOLVED.get()), "solved mission"),
    )
    st.markdown(f"Forget **{', '.join(there)}** and your settings? There is no way back.")
    with st.container(horizontal=True):
        st.button("Forget all of it", on_click=_cleared, key="clear-all", type="primary")
        st.button("No, keep it", on_click=state.CLEARING.forget, key="clear-none")


def _cleared() -> None:
    kept.clear()
    state.SAID.set("Forgotten. This page has begun anew.")


def say_next_time(what: str) -> None:
    """Run the page again, which shows what has changed, and say so there."""
    state.SAID.set(what)
    st.rerun()

"""A study on a page: it is started, watched, cancelled and gone on with, and what is drawn grows with it."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import streamlit as st

from excolor.kernel import is_compiled
from excolor.studies import Study
from excolor.ui import state, study

POLL = 0.5  # seconds between two looks


def watch(asked: Study, key: str, draw: Callable[[pa.Table], None]) -> None:
    """The button that trains a study, its progress, and what `draw` makes of the rows that there are so far.

    What others have trained is not shown before this visitor asks for it. Where the study is too long for a page, a
    sentence says so and what would do.

    Args:
        key: what the keys of the buttons begin with.
        draw: is given rows of `excolor.rows`, at least one; it is called again while they become more.
    """
    if len(asked) > study.MOST_RUNS:
        st.warning(
            f"These would be {len(asked):,} runs. A page trains up to {study.MOST_RUNS:,}; the command `excolor sweep` "
            "trains any number of them."
        )
        return
    running = study.underway(asked)
    ticking = state.ticking(key)
    ticking.set(running.watched_by(state.VISITOR.get()))

    known = is_asked(asked)

    def look() -> None:
        # Where others have trained it nothing ticks, and what the rest of the page says has changed all the same.
        if is_asked(asked) != known:
            st.rerun()
        _look(running, study.name_of(asked), key, draw)

    st.fragment(look, run_every=POLL if ticking.get() else None)()


def start(asked: Study) -> None:
    """Train it, or show it where somebody has done so; from a callback."""
    state.STUDIES_ASKED.get().add(study.name_of(asked))
    study.underway(asked).start(state.VISITOR.get())


def is_asked(asked: Study) -> bool:
    """Whether this visitor has asked for it."""
    return study.name_of(asked) in state.STUDIES_ASKED.get()


def _look(running: study.Underway[study.rows.Row], name: str, key: str, draw: Callable[[pa.Table], None]) -> None:
    me, ticking = state.VISITOR.get(), state.ticking(key)
    watching, asked = running.watched_by(me), name in state.STUDIES_ASKED.get()
    # What ticks is decided when the whole page runs, so both its begin and its end ask for that.
    if watching != ticking.get():
        ticking.set(watching)
        st.rerun()
    done, total = len(running.points) if asked else 0, len(running.configs)
    if watching:
        with st.container(horizontal=True, vertical_alignment="center"):
            words = f"{done:,} of {total:,} networks trained"
            st.progress(done / total, words if is_compiled() else "Preparing the training kernel.")
            st.button("Cancel", on_click=running.cancel, args=(me,), key=f"{key}-cancel")
    elif done < total:
        _button(running, name, key, done)
    if asked and running.error is not None:
        st.warning(f"The runs could not be finished ({running.error}).")
    if done:
        draw(study.table(running))


def _button(running: study.Underway[study.rows.Row], name: str, key: str, done: int) -> None:
    def begin() -> None:
        state.STUDIES_ASKED.get().add(name)
        running.start(state.VISITOR.get())

    with st.container(horizontal=True, vertical_alignment="center"):
        words = "Go on" if done else f"Train {len(running.configs):,} networks"
        st.button(words, on_click=begin, key=f"{key}-start", type="primary")
        if done:
            st.markdown(f"Stopped after {done:,} of {len(running.configs):,} networks, which are remembered.")

"""The question: which of the four can be left out? Asked before anything is trained, and how it came out."""

from __future__ import annotations

import streamlit as st

from excolor.needed import Needed, can_be_left_out
from excolor.ui import panels, predict, state
from excolor.ui.sections import studying
from excolor.ui.sections.needed import ORDER, Subject
from excolor.ui.words import EFFECTS

GROUP = "Can it be left out?"
SO = "can be left out"
_WHO = "needed"
RIGHT = (
    "A run *goes right* if it keeps the checks of Train, or misses only the last of them: without hue, some answers "
    "keep a tint."
)


def ask_or_go_on(subject: Subject) -> None:
    """Ask before this visitor has seen such runs; then the page ends here. What is revealed is trained at once."""
    about = subject.about
    again = state.AGAIN.get() == about
    if predict.due([_WHO], about) and (again or not subject.is_asked):
        st.markdown(RIGHT)
        options = {name: f"{name}: {EFFECTS[name]}" for name in ORDER}
        question = "Which of the four can be left out, alone, without most runs going wrong?"
        predict.ask([_WHO], about, [predict.Choice(_WHO, question, options, "none of them")])
        panels.end_here()
    if subject.study is not None and state.FRESH.get() == about and not subject.is_asked:
        studying.start(subject.study)


def rows_of(found: Needed, said: frozenset[str]) -> list[predict.Row]:
    """Of each of the four what was said, and how the runs without it came out."""
    return [
        predict.Row(GROUP, name, name in said, tally.mostly_right, f"{tally.right} of {tally.runs:,} go right")
        for name, tally in sorted(can_be_left_out(found, found.ways[0]).items(), key=lambda each: ORDER.index(each[0]))
    ]


def reveal(subject: Subject, found: Needed) -> None:
    """What the student said beside what was found; a button to say it where nothing was said."""
    about = subject.about
    said = predict.said(about)
    if said is None:
        predict.again(about)
        return
    rows = rows_of(found, said[_WHO])
    state.CAME_OUT.get()[about] = SO, rows
    without = ", without neutrality" if len(found.ways) > 1 else ""
    threshold = (
        f"**Can it be left out?** Yes, if more than half of the runs go right without it, the other three on{without}. "
        f"{RIGHT}"
    )
    predict.reveal(about, rows, SO, threshold)

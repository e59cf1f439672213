"""Guessing what a run breaks, before it is trained without some regularizers, and what it did break."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from excolor.config import RunConfig
from excolor.measured import Measured
from excolor.training import moved
from excolor.ui import missions, panels, predict, state
from excolor.ui.sections.verdict import figure
from excolor.ui.words import EFFECTS, settings

SETTINGS = "settings"  # what is asked again where no regularizer is off

BREAKS = {
    "answers": "The answers themselves",
    "grays": "The grays, once hue is deleted",
    "plane": "The plane of hue",
    "axis": "Red's place on the first axis",
    "tint": "The gray of the answers, once hue is deleted",
}
# The checks that show each.
SHOWN_BY = {
    "answers": ["reconstructs"],
    "grays": ["grays_survive"],
    "plane": ["hues_in_plane", "hues_go_round"],
    "axis": ["red_on_axis", "wheel_not_turned"],
    "tint": ["answers_gray"],
}


def ask_or_go_on(config: RunConfig) -> None:
    """Ask about the regularizers that are off; while an answer is due, the page ends here."""
    off = [term for term, weight in moved(config).items() if weight == 0]
    # Without one that is off, what is asked again is about the settings as they are.
    asked = predict.due(off or [SETTINGS], config) if off or state.AGAIN.get() == config else []
    if not asked:
        return
    missions.wait()
    st.markdown(said_before([term for term in asked if term != SETTINGS], config))
    choice = predict.Choice("run", "What will break?", BREAKS, "nothing will break")
    predict.ask(asked, config, [choice])
    panels.end_here()


def said_before(off: Sequence[str], config: RunConfig) -> str:
    """What is going to be trained, in words."""
    if not off:
        return f"The settings: {settings(config)}. In a moment you see what they lead to."
    effects = " and ".join(f"**{term}**, which {EFFECTS[term]}" for term in off)
    without = "it" if len(off) == 1 else "any of them"
    return f"Switched off: {effects}. In a moment the network is trained without {without}."


def reveal(run: Measured) -> None:
    """What the student thought would break, beside what did; a button to say it where nothing was said."""
    rows = said_and_found(run)
    if not rows:
        predict.again(run.config)
        return
    predict.reveal(
        run.config, rows, "broke", "**What broke?** Measured on this run, against the bound that a sound run keeps."
    )


def said_and_found(run: Measured) -> list[predict.Row]:
    """What was said would break, beside what did; empty if nothing was said."""
    said = predict.said(run.config)
    if said is None:
        return []
    rows = []
    for name, shown_by in SHOWN_BY.items():
        measured = "; ".join(figure(check, run) for check in shown_by)
        broken = not all(run.checks[check].kept for check in shown_by)
        rows.append(predict.Row("Did it break?", BREAKS[name], name in said["run"], broken, measured))
    return rows

"""Guessing what a run breaks, before it is trained without some regularizers, and what it did break."""

from __future__ import annotations

import streamlit as st

from excolor.config import RunConfig
from excolor.diagnosis import Bound
from excolor.measured import Measured
from excolor.training import moved
from excolor.ui import missions, predict
from excolor.ui.words import EFFECTS, number

BREAKS = {
    "answers": "The answers themselves",
    "grays": "The grays, once hue is deleted",
    "plane": "The plane of hue",
    "axis": "Red's place on the first axis",
    "tint": "The gray of the answers, once hue is deleted",
}
# Of each: the checks that show it, what they measure, which side of the bound is right, and the unit.
MEASURED = {
    "answers": [("reconstructs", "maximum MSE", "at most", "")],
    "grays": [("grays_survive", "MSE of the worst gray", "at most", "")],
    "plane": [("hues_in_plane", "share outside", "at most", ""), ("hues_go_round", "times round", "at least", "")],
    "axis": [("red_on_axis", "cosine", "at least", ""), ("wheel_not_turned", "turned by", "at most", "°")],
    "tint": [("answers_gray", "share that is gray", "at least", "")],
}


def ask_or_go_on(config: RunConfig) -> None:
    """Ask about the regularizers that are off; while an answer is due, the page ends here."""
    off = predict.due([term for term, weight in moved(config).items() if weight == 0], config)
    if not off:
        return
    missions.wait()
    effects = " and ".join(f"**{term}**, which {EFFECTS[term]}" for term in off)
    without = "it" if len(off) == 1 else "any of them"
    st.markdown(f"Switched off: {effects}. In a moment the network is trained without {without}.")
    predict.ask(off, config, [predict.Choice("run", "What will break? Mark nothing if nothing will.", BREAKS)])
    st.stop()


def reveal(run: Measured) -> None:
    """What the student thought would break, beside what did; nothing if the question was skipped."""
    rows = said_and_found(run)
    if rows:
        predict.reveal(
            run.config, rows, "**What broke?** Measured on this run, against the bound that a sound run keeps."
        )


def said_and_found(run: Measured) -> list[predict.Row]:
    """What was said would break, beside what did; empty if nothing was said."""
    said = predict.said(run.config)
    if said is None:
        return []
    rows = []
    for name, shown_by in MEASURED.items():
        measured = ", ".join(_written(*words, run.checks[check]) for check, *words in shown_by)
        broken = not all(run.checks[check].kept for check, *_words in shown_by)
        rows.append(predict.Row("Did it break?", BREAKS[name], name in said["run"], broken, measured))
    return rows


def _written(what: str, side: str, unit: str, metric: Bound) -> str:
    return f"{what} {number(metric.value)}{unit}, {side} {metric.bound:g}{unit}"

"""A regularizer at work on a real batch: the next colors of a run, where they lie, and where each is pushed."""

from __future__ import annotations

import numpy as np
import streamlit as st

from excolor.charts import at_work as chart
from excolor.charts.latents import sub
from excolor.color import describe
from excolor.data import BATCH
from excolor.losses import Term
from excolor.pushes import AHEAD, AtWork, Moment, at_work
from excolor.ui import panels, shelf, state
from excolor.ui.caches import moment_of
from excolor.ui.words import number

SHARES = {"start": 0.0, "a tenth": 0.1, "half": 0.5, "end": 1.0}
FIRST = "half"


def section(term: Term) -> None:
    """Choose a model, a moment of its training and a batch, and see the term push its colors."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        run = shelf.choose("regularizers-model")
        picked = st.segmented_control(
            "Moment of its training",
            list(SHARES),
            default=FIRST,
            required=True,
            key=state.LESSON_MOMENT,
            persist_state="session",
            help="The same settings are trained again up to there: at the start, after a tenth or half of the updates.",
        )
        now = moment_of(run, SHARES[str(picked)])
        ahead = _ahead(term, now)
        st.button("Another batch", key="another-batch", on_click=_go_to, args=(term.name, (ahead + 1) % AHEAD))
        if term.label:
            st.button(
                f"Next with “{term.label.name}”",
                key="next-with",
                on_click=_go_to,
                args=(term.name, now.next_with(term.label.name, (ahead + 1) % AHEAD)),
                help="The next batch in which somebody carries the label.",
            )
    work = at_work(term, now, ahead)
    if not np.isfinite(work.latents).all():
        st.markdown("By then this run had diverged: its latents are no numbers, and there is nothing to draw.")
        return
    for place, dims in zip(st.columns(len(chart.VIEWS), gap="small"), chart.VIEWS, strict=True):
        with place:
            panels.chart(
                chart.spec(dims, term.layer, chart.reach(work)),
                chart.table(work, term.label is not None, dims, number),
                # Words that stay the same: Streamlit draws a chart anew when they change.
                f"The {BATCH} latents of a batch, {term.layer}{sub(dims[0])} to the right and "
                f"{term.layer}{sub(dims[1])} upwards, and an arrow for the push of {term.name} on each. How many are "
                "pushed, and how hard, is said below.",
                f"at-work-{term.name}-{dims[1]}",
            )
    with st.container(key="at-work-said"):
        st.markdown(said(term, now, ahead, work))


def _ahead(term: Term, now: Moment) -> int:
    """How far ahead the batch is that is shown: at first the next in which the term has something to say."""
    first = now.next_with(term.label.name) if term.label else 0
    return state.AHEAD.get().get(term.name, first)


def _go_to(name: str, ahead: int) -> None:
    state.AHEAD.get()[name] = ahead


def said(term: Term, now: Moment, ahead: int, work: AtWork) -> str:
    """What the pictures show, in words."""
    batch = f"**Batch {now.number(ahead):,} of {now.config.steps:,}**, after {now.done:,} updates."
    return f"{batch} {_whom(term, work)} {_how_hard(work)} {_counts(term, now)}"


def _whom(term: Term, work: AtWork) -> str:
    if term.label is None:
        return f"All {BATCH} are pushed, for {term.name} listens to no label."
    carriers = int(work.carriers.sum())
    if not carriers:
        return f"Nobody here carries “{term.label.name}”: **{term.name} says nothing**, and nobody is pushed."
    carry = "carries" if carriers == 1 else "carry"
    return f"**{carriers} of the {BATCH}** {carry} “{term.label.name}”: the square{'' if carriers == 1 else 's'}."


def _how_hard(work: AtWork) -> str:
    if not work.strength.any():
        return ""
    hardest = int(work.strength.argmax())
    (color,) = describe(work.rgb[hardest : hardest + 1])
    return (
        f"Hardest pushed is a {color}, with {number(float(work.strength[hardest]))}. All arrows have the scale of the "
        "one at the lower left."
    )


def _counts(term: Term, now: Moment) -> str:
    weight = now.weights[term.name]
    if not weight:
        return f"The weight of {term.name} is 0 at this moment: **none of this counts.**"
    return f"The weight of {term.name} is {number(weight)} at this moment: every push is multiplied by that."

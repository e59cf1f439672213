"""One regularizer: what it does and to whom, a sample to drag, and the term at work on a real batch."""

from __future__ import annotations

import numpy as np
import streamlit as st

from excolor.charts import gradients
from excolor.data import BATCH, expected_positives
from excolor.losses import Term, source
from excolor.ui import panels, state
from excolor.ui.components import push
from excolor.ui.sections import at_work
from excolor.ui.sections.prose import NAMES, PROSE
from excolor.ui.words import number, percent


def choose() -> str:
    """The control to choose a term with; returns its name."""
    state.begin(state.LESSON_TERM, NAMES[0])
    chosen = st.segmented_control(
        "Regularizer",
        NAMES,
        required=True,
        key=state.LESSON_TERM,
        label_visibility="collapsed",
        persist_state="session",
    )
    return str(chosen)


def show(name: str) -> None:
    """All of one term; on a wide screen it is no taller than the screen, but for what is folded."""
    term, prose = gradients.term(name), PROSE[name]
    st.header(prose.title, anchor=False)
    st.markdown(f"{prose.sentence} {_whom(term)}")
    left, right = st.columns([3, 7], gap="large")
    with left:
        st.markdown(prose.guess)
        push.draw(name, "push")
        with st.expander("Check your guess"):
            st.markdown(prose.answer())
    with right:
        at_work.section(term)
    panels.fold("The formula, the code and the curves", "fold-exactly", lambda: _exactly(term))


def _whom(term: Term) -> str:
    if term.label is None:
        return f"It listens to no label: it acts on **all {BATCH}** samples of a batch."
    found = expected_positives(term.label)
    return (
        f"It acts only on samples with the label “{term.label.name}”: on average **{number(found.per_batch)} of the "
        f"{BATCH}** in a batch, and nobody in {percent(found.without)} of all batches."
    )


def _exactly(term: Term) -> None:
    name, prose = term.name, PROSE[term.name]
    left, right = st.columns([5, 7], gap="large")
    with left:
        effect, moved = gradients.effect(name), gradients.SCENES[name].control
        picks = np.linspace(0, len(effect.positions) - 1, 5).round().astype(int)
        words: list[str] = []
        for position in effect.positions[picks].tolist():
            value, force = effect.at(position)
            at = f"{position:.3g}".replace("-", "−")
            words.append(f"{at}{moved.unit}: value {number(value)}, push {number(force)}")
        alt = f"The value of {name} above, its push below. {moved.name}, {'; '.join(words)}."
        panels.chart(gradients.spec(name), gradients.table(name, number), alt, f"curves-{name}", fixed=True)
    with right:
        st.markdown("The value for one sample:" if term.label else "The value for one sample, the mean of all:")
        st.latex(prose.formula)
        st.code(source(term), language="python", wrap_lines=True)
        st.markdown(
            "The push is the slope of the value’s curve: where the curve is flat, there is none. "
            + ("What would change the length of u is left out: u always has length 1." if term.layer == "u" else "")
        )

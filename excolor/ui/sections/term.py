"""One regularizer: what it says, where it pushes, whom it listens to, and when it counts."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from excolor.charts import gradients, keyframes
from excolor.color import hsv_to_rgb, rgb_to_hex
from excolor.data import BATCH, TRAINING_GRID, expected_positives
from excolor.losses import Label, Term, source
from excolor.schedule import SHIPPED, Schedule, find
from excolor.ui import html, panels
from excolor.ui.sections.prose import PROSE, Prose
from excolor.ui.words import chance, number, percent

_HUES, _SATURATIONS, _VALUES = TRAINING_GRID
_PALER = 1 - 1 / (_SATURATIONS - 1)
EXAMPLES = (
    ("red", (0.0, 1.0, 1.0)),
    ("hue 10°", (1 / _HUES, 1.0, 1.0)),
    ("hue 20°", (2 / _HUES, 1.0, 1.0)),
    ("orange", (3 / _HUES, 1.0, 1.0)),
    (f"saturation {number(_PALER)}", (0.0, _PALER, 1.0)),
    (f"value {number(_PALER)}", (0.0, 1.0, _PALER)),
    ("yellow", (6 / _HUES, 1.0, 1.0)),
    ("cyan", (18 / _HUES, 1.0, 1.0)),
    ("blue", (24 / _HUES, 1.0, 1.0)),
    ("white", (0.0, 0.0, 1.0)),
)
"""Training colors by what to call them, in HSV."""


def show(name: str, chosen: Schedule, others: tuple[Schedule, ...]) -> None:
    """The section of the term of this name.

    Args:
        chosen, others: the schedules whose weight of this term is drawn, the chosen one in front.
    """
    term, prose = gradients.term(name), PROSE[name]
    st.header(prose.title, anchor=term.name)
    st.markdown(prose.sentence)
    left, right = st.columns([5, 7], gap="large")
    with left:
        st.markdown(prose.guess)
        if term.name in gradients.NAMES:
            _picture(term, prose)
        with st.expander("Check your guess"):
            st.markdown(prose.answer())
    with right:
        st.latex(prose.formula)
        st.code(source(term), language="python", wrap_lines=True)
        if term.label is None:
            st.markdown(f"**No label: every sample.** {prose.everyone}")
        else:
            _positives(term.label)
        _weight(term, chosen, others)


def _picture(term: Term, prose: Prose) -> None:
    name = term.name
    effect, moved = gradients.effect(name), gradients.control(name)
    unit = "°" if moved.unit == "degrees" else ""
    picks = np.linspace(0, len(effect.positions) - 1, 5).round().astype(int)
    words: list[str] = []
    for position in effect.positions[picks].tolist():
        value, push = effect.at(position)
        at = f"{position:.3g}".replace("-", "−")
        words.append(f"{at}{unit}: value {number(value)}, push {number(push)}")
    alt = f"{prose.title}. A cross-section of the sphere with the push as an arrow. {moved.name}, {'; '.join(words)}."
    with st.container(key=f"push-{name}"):
        panels.chart(gradients.spec(name), gradients.table(name, number), alt, f"picture-{name}", fixed=True)


def _positives(label: Label) -> None:
    found = expected_positives(label)
    st.markdown(
        f"**It listens to the label “{label.name}”.** The label is drawn by chance, afresh for every sample. Of the "
        f"{BATCH} samples in a batch {number(found.per_batch)} carry it on average; in **{percent(found.without)}** of "
        "the batches nobody does, and then the term is silent. These are some colors of the training set, and how "
        "often they carry it:"
    )
    rgb = hsv_to_rgb([hsv for _name, hsv in EXAMPLES])
    items = [
        html.Html(
            f'<li><i style="background:{fill}"></i><span>{escape(name)}<br><b>{escape(chance(likely))}</b></span></li>'
        )
        for (name, _hsv), fill, likely in zip(EXAMPLES, rgb_to_hex(rgb), label.probability(rgb).tolist(), strict=True)
    ]
    st.html(f'<ul class="xc-positives" aria-label="{escape(label.name)}">{html.joined(items)}</ul>')


def _weight(term: Term, chosen: Schedule, others: tuple[Schedule, ...]) -> None:
    st.markdown(
        "**When it counts.** The push is multiplied by this weight, step by step. Thick: the schedule "
        f"{chosen.name}, which you can change below."
    )
    words: list[str] = []
    # In one order whichever is chosen, because a chart whose words change is drawn anew.
    for schedule in map(find, SHIPPED):
        values = schedule.weight(term.column, np.arange(schedule.steps))
        most = int(np.argmax(values))
        words.append(
            f"{schedule.name}: {number(values[0])} at step 0, at most {number(values[most])} at step {most}, "
            f"{number(values[-1])} at step {schedule.last}"
        )
    panels.chart(
        keyframes.weight_spec(),
        keyframes.weight_table(term.column, chosen, others),
        f"Weight of {term.name} against step. {'; '.join(words)}.",
        f"weight-{term.name}",
    )

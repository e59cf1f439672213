"""What deleting warmth and hue does to a network, color by color, and its metrics beside another's."""

from __future__ import annotations

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from excolor.charts import latents
from excolor.color import named_colors
from excolor.measured import Measured, measure
from excolor.metrics import respond
from excolor.surgery import HUE, WARMTH, ablate
from excolor.training import Run
from excolor.ui import glossary, panels, shelf, state
from excolor.ui.caches import metrics_of, wheel_of
from excolor.ui.components import inspector
from excolor.ui.words import number

VARIANTS = {"intact": (), "− warmth": WARMTH, "− hue": HUE}


def named(run: Run) -> None:
    """A row for each named color: what the network answers, intact and without warmth or hue."""
    colors = np.stack(list(named_colors().values()))
    answers = {title: respond(ablate(run.model, dims), colors) for title, dims in VARIANTS.items()}
    panels.strip(
        list(named_colors()),
        {title: (each.rgb, [number(float(mse)) for mse in each.mse]) for title, each in answers.items()},
        colors,
    )


def beside_another() -> None:
    """Two networks of the student's choice: their color wheels, and all their metrics."""
    st.markdown(glossary.explain("selectivity"))
    last = list(shelf.choices()).index(shelf.LAST)
    left, right = st.columns(2)
    panels.metric_table([_chosen(left, "compare-left", last), _chosen(right, "compare-right", 0)])


def _chosen(place: DeltaGenerator, key: str, first: int) -> tuple[str, Measured]:
    """A control to choose a network with, and its color wheel; returns its name and itself, measured."""
    with place:
        models = shelf.choices()
        name = st.selectbox("Network", list(models), index=first, key=key)
        run = models[name]
        u = respond(run.model, inspector.picked_rgb()).u[0]
        panels.chart(
            latents.spec((1, 0)),
            wheel_of(run),
            # Words that stay the same: Streamlit draws a chart anew when they change. The metrics stand below.
            f"Latents of 512 colors on the hue plane of {name}, the names of the hues around the rim.",
            f"{key}-wheel",
            mark=latents.mark((1, 0), state.picked(), u, state.turn()),
        )
    return name, measure(run, metrics=metrics_of(run))


def of_picked_color(run: Run) -> None:
    """What the network makes of the picked color, at the lower edge of the screen; last on a page."""
    seen = [respond(ablate(run.model, dims), inspector.picked_rgb()) for dims in VARIANTS.values()]
    inspector.table(inspector.look(seen), list(VARIANTS))

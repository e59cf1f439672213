"""What deleting warmth and hue does to a network, color by color, and its metrics beside another's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from excolor.charts import latents
from excolor.checkpoint import PRETRAINED
from excolor.color import named_colors
from excolor.measured import Measured, measure
from excolor.metrics import respond
from excolor.surgery import HUE, WARMTH, ablate
from excolor.training import Run
from excolor.ui import glossary, log, panels, state
from excolor.ui.caches import first_shipped, metrics_of, wheel_of
from excolor.ui.components import inspector
from excolor.ui.words import number, plain

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


def beside_others(run: Measured) -> None:
    """A run beside those that are pinned in the log, or beside the network that ships: color wheels and all metrics."""
    pinned = [(log.in_words(each), each.run) for each in log.current().pinned if each.run.run.key != run.run.key]
    ships = PRETRAINED[0], measure(first_shipped(), metrics=metrics_of(first_shipped()))
    beside_each_other([("this run", run), *(pinned or [ships])])
    st.page_link("pages/log.py", label="Pin other runs to see them here →")


def beside_each_other(networks: Sequence[tuple[str, Measured]]) -> None:
    """Some networks by their names: their color wheels, and all their metrics."""
    st.markdown(glossary.explain("selectivity"))
    for i, ((name, measured), place) in enumerate(zip(networks, st.columns(len(networks)), strict=True)):
        with place:
            st.markdown(f"**{plain(name)}**")
            _wheel(name, measured.run, f"compare-{i}")
    panels.metric_table(networks)


def _wheel(name: str, run: Run, key: str) -> None:
    u = respond(run.model, inspector.picked_rgb()).u[0]
    panels.chart(
        latents.spec((1, 0)),
        wheel_of(run),
        # Words that stay the same: Streamlit draws a chart anew when they change. The metrics stand below.
        f"Latents of 512 colors on the hue plane of {name}, the names of the hues around the rim.",
        f"{key}-wheel",
        mark=latents.mark((1, 0), state.picked(), u, state.turn()),
    )


def of_picked_color(run: Run) -> None:
    """What the network makes of the picked color, at the lower edge of the screen; last on a page."""
    seen = [respond(ablate(run.model, dims), inspector.picked_rgb()) for dims in VARIANTS.values()]
    inspector.table(inspector.look(seen), list(VARIANTS))

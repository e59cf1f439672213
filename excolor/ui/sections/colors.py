"""The training colors: the grid that they form, a sample of it, and what training seldom draws."""

from __future__ import annotations

import numpy as np
import streamlit as st

from excolor.charts import heat_map
from excolor.data import (
    BATCH,
    TRAINING_GRID,
    VIVID,
    cell_shares,
    draw_colors,
    draw_evenly,
    groups,
    shares,
    training_set,
)
from excolor.ui import html, panels, spheres
from excolor.ui.words import number, percent, percents

SAMPLE = 10 * BATCH
HEIGHT = 440  # of the scene, in pixels
NAMES = {"black": "black", "gray": "gray, white", "muted": "muted", "vivid": "vivid"}


def grid() -> None:
    """Guess how many of the colors are black, turn the cubes, and look the guess up."""
    hues, saturations, values = TRAINING_GRID
    points = f"{hues * saturations * values:,}"
    st.markdown(
        f"The training set is {hues} hues × {saturations} saturations × {values} values. **Turn the cubes**; they turn "
        "together. Then draw as training does, and see what becomes rare.\n\n"
        f"**Guess first:** how many of the {points} points are black?"
    )
    _cubes()
    with st.expander("Check your guess"):
        st.markdown(_answer())


@st.fragment
def _cubes() -> None:
    weighted = st.toggle(
        "Draw as in training",
        key="data-weighted",
        persist_state="session",
        help="Off: every point of the grid is drawn alike. On: as the network is trained.",
    )
    # Always the same seed, so that nothing but how it is drawn changes what is drawn.
    draw = draw_colors if weighted else draw_evenly
    drawn = draw((SAMPLE,), np.random.default_rng(0))
    colors, _probability = training_set()
    points, found = len(colors), groups(colors[drawn])
    seen = {name: int(found[name].sum()) for name in ("black", "gray", "vivid")}
    share = {name: each.drawn if weighted else each.points / points for name, each in shares().items()}
    mean = {name: number(SAMPLE * share[name]) for name in seen}
    left, right = st.columns([7, 3], gap="large", vertical_alignment="center")
    with left:
        titles = (f"the grid: {points:,} points", f"{SAMPLE} draws")
        spheres.mount(
            lambda: spheres.hsv_page(titles, drawn, HEIGHT),
            "hsv",
            "Left, the training colors, each at its hue (to the right), value (upwards) and saturation (towards you): "
            "the whole floor is black, the whole back wall gray. Right, those that were drawn.",
            HEIGHT,
        )
    with right:
        st.markdown(f"**The first {BATCH} draws.** That is one batch.")
        st.html(html.tiles(colors[drawn[:BATCH]], f"The first {BATCH} colors that were drawn."))
        st.markdown(
            f"Of all {SAMPLE} draws, **{seen['black']}** are black, **{seen['gray']}** gray or white, and "
            f"**{seen['vivid']}** vivid. On average it would be {mean['black']}, {mean['gray']} and {mean['vivid']}."
        )


def _answer() -> str:
    points, every = len(training_set()[0]), shares()
    black, gray = every["black"], every["gray"]
    distinct = sum(each.distinct for each in every.values())
    return (
        f"**{black.points}**, one in {round(points / black.points)}. At value 0 every hue and every saturation is the "
        f"same black. At saturation 0 every hue is the same gray: {gray.points} points for {gray.distinct} grays, "
        f"white among them. So {points:,} points show only {distinct:,} different colors, and "
        f"{percent((black.points + gray.points) / points)} of the grid is black or gray."
    )


def sampling_weight() -> None:
    """The share of draws that each part of the grid gets, in training, and if all points were drawn alike."""
    points, every, drawn = len(training_set()[0]), shares(), cell_shares()
    least, most = percents(float(drawn.min())), percents(float(drawn.max()))
    left, right = st.columns([5, 6], gap="large")
    with left:
        panels.chart(
            heat_map.spec(float(drawn.max())),
            heat_map.table(drawn),
            f"Share of draws of each saturation and value, in percent: from {least} at value 0 to {most} at saturation "
            "1 and value 1, growing along both.",
            "data-cells",
            fixed=True,
        )
    with right:
        st.markdown(
            "**Share of the draws, in percent,** of each saturation and value, over all hues. Drawn alike, each "
            f"of the {drawn.size} cells would get {percents(1 / drawn.size)}. In training the brightest, most "
            f"saturated cell gets {most}, and black, the whole bottom row, {percents(every['black'].drawn)}."
        )
        rows = {
            name: [
                f"{every[key].points:,}",
                f"{every[key].distinct:,}",
                percents(every[key].points / points),
                percents(every[key].drawn),
            ]
            for key, name in NAMES.items()
        }
        heads = ["points", "colors", "alike", "training"]
        st.html(html.table(heads, rows, "Share of draws of black, gray, muted and vivid colors"))
        st.markdown(
            f"Vivid: saturation times value is at least {number(VIVID)}. How often a point is drawn is divided by how "
            "often its color is there: black with all hues and saturations, a gray with all hues."
        )
        st.latex(r"w = \frac{1 - v}{n_s\, n_h} + \frac{(1 - s)\, v}{n_h} + s\, v")

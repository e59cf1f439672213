"""Label noise on the batches that a student drew: who is labeled now, and how far from its color that is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from excolor.charts import batch
from excolor.data import BLOCK, UNLIKELY, Batches, Noise, noise_between, stream, tallies, unlikely_positives
from excolor.ui import panels, state
from excolor.ui.components.inspector import Inspected
from excolor.ui.sections.labels import draw


def noise(seen: Inspected) -> None:
    """Choose a rate, see what it does to the batches, and take it along to the Train page."""
    n, seed = state.DRAWN.get(), state.DRAW_SEED.get()
    rate = _rate(n)
    clean, noisy = stream(seed, n), stream(seed, n, rate)
    changed = noise_between(clean, noisy)
    left, right = st.columns([6, 5], gap="large")
    with left:
        rows = batch.positives_table(noisy, [each.made for each in changed])
        shown = f"The last {batch.ACROSS * batch.DOWN} colors that got each label"
        panels.chart(
            batch.positives_spec(),
            rows,
            f"{shown}: red, vibrant and desaturated below each other; a cross marks those that got it only because of "
            "the noise. The numbers are said beside it.",
            "data-carriers",
            mark=batch.mark(rows, seen.code, seen.turn),
            fixed=True,
        )
        st.caption(f"{shown}, newest first. ×: only because of the noise.")
    with right, st.container(key="data-noise-said"):
        st.markdown(_effect(rate, clean, noisy, changed))


def _rate(n: int) -> float:
    with st.container(horizontal=True, gap="large", vertical_alignment="bottom"):
        moved = st.slider(
            "label noise",
            0.0,
            1.0,
            step=0.05,
            key="data-noise",
            persist_state="session",
            width=420,
            help="Share of the labels that are drawn at random and say nothing about their color.",
        )
        rate = round(moved, 2)
        if n < BLOCK:
            st.button(f"Draw {BLOCK} first", on_click=draw, args=(BLOCK,), key="data-draw-more")
        if st.button("Train with this noise →", key="data-train"):
            state.put(state.LABEL_NOISE, rate)
            st.switch_page("pages/train.py")
    return rate


def _effect(rate: float, clean: Batches, noisy: Batches, changed: Sequence[Noise]) -> str:
    if not len(clean):
        return "No batch is drawn yet."
    red, vibrant, desaturated = (
        f"{int(each.made.sum())} of {tally.total}" for each, tally in zip(changed, tallies(noisy), strict=True)
    )
    lost = sum(int(each.lost.sum()) for each in changed)
    unlikely, before = unlikely_positives(noisy), unlikely_positives(clean)
    text = (
        f"At noise **{rate:g}**, {red} labels “red” are there only because of the noise (×), {vibrant} “vibrant” and "
        f"{desaturated} “desaturated”; {lost} labels that the color had earned are lost.\n\n"
        f"On colors that would carry the label with less than {100 * UNLIKELY:g}\u00a0% sit **{unlikely[0]}** of the "
        f"labels “red”, **{unlikely[1]}** of the “vibrant” and **{unlikely[2]}** of the “desaturated”; without noise "
        f"{before[0]}, {before[1]} and {before[2]}."
    )
    if before[0]:
        text += (
            " Even without noise some reds are a surprise: such a color is called red very seldom, but there are many "
            "of them."
        )
    return text

"""The labels: the probability of each at each color, and how they fall in batches that a student draws."""

from __future__ import annotations

import streamlit as st

from excolor.charts import batch, label_probability
from excolor.color import describe, hsv_to_rgb
from excolor.config import STEPS
from excolor.data import (
    BATCH,
    BLOCK,
    LABELS,
    TRAINING_GRID,
    Batches,
    expected_positives,
    label_probabilities,
    stream,
    tallies,
)
from excolor.ui import html, panels, state
from excolor.ui.caches import all_shipped, metrics_of
from excolor.ui.components.inspector import Inspected
from excolor.ui.words import chance, number, percents, tenths


def probabilities(seen: Inspected) -> None:
    """The labels against hue, and against the saturation of red."""
    hues, saturations, _values = TRAINING_GRID
    # Pure red, the next hue of the grid, orange, and the next lower saturation.
    palest = 1 / (saturations - 1)
    examples = [[0, 1, 1], [1 / hues, 1, 1], [3 / hues, 1, 1], [0, 1 - palest, 1], [0, palest, 1], [0, 0, 1]]
    red, vibrant, desaturated = label_probabilities(hsv_to_rgb(examples))
    pure, beside, orange, paler = map(percents, red[:4].tolist())
    nearly_white, white = map(percents, desaturated[4:].tolist())
    every_hue, paler_vibrant = percents(float(vibrant[0])), chance(float(vibrant[3]))
    words = {
        "hue": (
            f"Probability of each label against hue: red has {pure} at pure red, {beside} at 10°, {orange} at orange; "
            f"vibrant has {every_hue} at every hue; desaturated has none."
        ),
        "saturation": (
            f"Probability of each label against the saturation of red: red and vibrant have {pure} at saturation 1; at "
            f"the next lower one of the grid red has {paler}, vibrant {paler_vibrant}. Desaturated has {white} at "
            f"saturation 0 and {nearly_white} at the next higher one."
        ),
    }
    for place, axis in zip(st.columns(2, gap="large"), label_probability.AXES, strict=True):
        with place:
            panels.chart(
                label_probability.spec(axis),
                label_probability.table(axis),
                words[axis],
                f"data-chances-{axis}",
                mark=label_probability.mark(axis, seen.code, seen.turn),
            )
    st.markdown(
        f"One step of the grid, 10°, takes “red” from {pure} to {beside}; orange has {orange}. One step of saturation "
        f"takes “vibrant” from {pure} to {paler_vibrant}. That is how steep ½ · redness¹⁰ and ½ · vibrancy¹⁰⁰ are. "
        "Redness is r · (1 − g/2 − b/2), vibrancy is saturation times value. A third label, “desaturated”, is for what "
        f"has next to no vibrancy: ½ · (1 − vibrancy)¹⁰, {white} for white. The experiment does without it; only the "
        "regularizer neutrality listens to it."
    )


def draw(count: int) -> None:
    """Draw more batches, but no more than a training does; a callback."""
    state.DRAWN.set(min(STEPS, state.DRAWN.get() + count))


def _start_over() -> None:
    state.DRAWN.forget()
    state.DRAW_SEED.set(state.DRAW_SEED.get() + 1)


def batches(seen: Inspected) -> None:
    """Draw batches, see who is labeled, and compare the tally with what is to be expected."""
    n, seed = state.DRAWN.get(), state.DRAW_SEED.get()
    drawn = stream(seed, n)
    _buttons(n, seed)
    left, right = st.columns([5, 7], gap="large")
    with left:
        # A chart that changes its size would move the page: before the first draw it is an empty ground.
        last = stream(seed, max(1, n))
        rows = batch.table(last.rgb[-1], last.labels[:, -1])
        rows = rows if n else rows.slice(0, 0)
        panels.chart(
            batch.spec(),
            rows,
            "The 64 colors of the last batch. Who carries a label is said beside it.",
            "data-batch",
            mark=batch.mark(rows, seen.code, seen.turn),
            fixed=True,
        )
    with right:
        with st.container(key="data-said"):
            st.markdown(_last_batch(drawn))
        st.html(_tally(drawn))
        panels.chart(
            batch.empty_batches_spec(),
            batch.empty_batches_table(drawn),
            "Of the last hundred batches, a bar for each that has a label: red, vibrant and desaturated below each "
            "other. The tally says the same in numbers.",
            "data-silence",
        )
    with st.expander("Check your guess"):
        st.markdown(_answer())


def _buttons(n: int, seed: int) -> None:
    full = n >= STEPS
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button("Draw a batch", on_click=draw, args=(1,), key="data-draw", type="primary", disabled=full)
        st.button(f"Draw {BLOCK}", on_click=draw, args=(BLOCK,), key="data-draw-100", disabled=full)
        st.button(
            "Start over",
            on_click=_start_over,
            key="data-again",
            disabled=n == 0,
            help="Empties the tally and takes other draws: the next seed.",
        )
        st.markdown(f"**{n:,}** batches drawn, {n * BATCH:,} colors; seed {seed}")


def _last_batch(drawn: Batches) -> str:
    if not len(drawn):
        return (
            "**Press “Draw a batch”.** A disc with R will mark who is called red, a diamond with V who is called "
            "vibrant, a square with D who is called desaturated."
        )
    parts: list[str] = []
    for label, positive in zip(LABELS, drawn.labels[:, -1], strict=True):
        who = describe(drawn.rgb[-1][positive > 0]) if positive.any() else []
        parts.append(f"{len(who)} got “{label.name}” ({', '.join(who)})" if who else f"nobody got “{label.name}”")
    return f"**Batch {len(drawn):,}:** {'; '.join(parts)}."


def _tally(drawn: Batches) -> html.Html:
    n = len(drawn)
    found, expected = tallies(drawn), list(map(expected_positives, LABELS))
    # Before the first draw the expectation would give the answer away.
    rows = {
        "labels seen": [f"{each.total:,}" for each in found],
        "labels in a batch": [number(each.per_batch) for each in found],
        "… on average": [number(each.per_batch) if n else "–" for each in expected],
        "batches without": [tenths(each.without) for each in found],
        "… to be expected": [tenths(each.without) if n else "–" for each in expected],
    }
    heads = [f"“{label.name}”" for label in LABELS]
    return html.table(heads, rows, f"Labels seen in {n} batches, and the exact expectation")


def _answer() -> str:
    red, vibrant, desaturated = map(expected_positives, LABELS)
    name, run = next(iter(all_shipped().items()))
    return (
        f"In **{100 * red.without:.1f} of 100** batches nobody is called red, in {100 * vibrant.without:.1f} nobody is "
        f"called vibrant, and in {100 * desaturated.without:.1f} nobody desaturated. Then the regularizer that listens "
        "to the label is silent. In a whole training, "
        f"{STEPS:,} batches and {STEPS * BATCH:,} colors, there are about **{round(STEPS * red.per_batch)}** labels "
        f"“red”: one color in {round(BATCH / red.per_batch)}. With no more than that, red’s cosine to the first axis "
        f"came out at {number(metrics_of(run).red_cosine)} in the network {name}, which ships; 1 is exactly there."
    )

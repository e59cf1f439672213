"""A weight against a figure: one weight takes several values, each with many seeds."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import streamlit as st

from excolor import spread
from excolor.charts import against
from excolor.spread import FAILS, SOUND, Floats
from excolor.studies import Study, grid
from excolor.ui import panels, state
from excolor.ui.sections import luck, studying
from excolor.ui.words import FIGURES, counted, number, plain

USUAL = "0.1:10:log7"


def asked() -> Study:
    """The weight at each of its values, under each seed."""
    return Study(luck.one(), state.LUCK_LINE_SEEDS.get(), axes=(grid(state.LUCK_LINE.get()),))


def section() -> None:
    """The chart, trained here or of a sweep."""
    st.markdown(
        "A weight is multiplied by a tenth, by ten, and by values between them. Each value is trained with several "
        "seeds, so that luck can be told from what the weight does."
    )
    if name := luck.sweep():
        table = luck.rows_of(name)
        if table is not None:
            _of_sweep(table)
        return
    with st.container(horizontal=True, gap="large"):
        _choose()
        luck.choose_figure("luck-line-figure")
    study = asked()
    line, seeds = state.LUCK_LINE.get(), luck.ends(state.LUCK_LINE_SEEDS.get())
    st.caption(f"With {plain(luck.about_one())} but for this weight. The values and seeds: {line}, {seeds}.")
    studying.watch(study, "luck-line", lambda table: draw(table, term()))
    luck.show_command(
        luck.command(study, "--seeds", luck.ends(state.LUCK_LINE_SEEDS.get()), "--grid", state.LUCK_LINE.get()),
        "luck-line",
    )


def term() -> str:
    """The weight that is varied."""
    return state.LUCK_LINE.get().partition("=")[0]


def _choose() -> None:
    key = "luck-line-term"
    state.put(key, term())

    def let_go() -> None:
        state.LUCK_LINE.set(f"{state.value(key)}={USUAL}")

    st.selectbox("Weight", luck.NAMES, key=key, on_change=let_go, width=200)


def _of_sweep(table: pa.Table) -> None:
    differ = spread.varied(luck_settings := spread.settings(table)[0])
    if len(differ) != 1 or differ[0] not in luck.NAMES or len([s for s in luck_settings if s[differ[0]]]) < 2:
        st.info(
            "The rows of this sweep do not fit here. They have to differ in one weight, with several values above 0."
        )
        return
    luck.choose_figure("luck-line-figure")
    draw(table, differ[0])


def draw(table: pa.Table, name: str) -> None:
    """The chart, and what it says."""
    weights = spread.column(table, name)
    off = int((~(weights > 0)).sum())
    table = table.filter(pa.array(weights > 0))
    if not len(table):
        return
    weights, groups = spread.column(table, name), spread.groups(table)
    picked = state.value("luck-line-figure") or luck.FIRST_FIGURE
    values = spread.column(table, picked)
    figure = luck.drawn_as(picked, [table])
    said = says(name, picked, weights, values, groups)
    st.markdown(said)
    spec = against.spec(
        figure, FIGURES[picked], f"{name}, times its weight in the schedule", tuple(np.unique(weights).tolist())
    )
    panels.chart(
        spec,
        against.table(figure, weights, values, groups, table["seed"].to_numpy()),
        said.replace("**", ""),
        "luck-line-chart",
    )
    caption = (
        "The line joins the medians, and the band reaches from the 10th to the 90th percentile. A circle is sound, a "
        "triangle keeps a tint, a cross fails or has more wrong with it."
    )
    if lost := int((~np.isfinite(values)).sum()):
        caption += f" {lost:,} without such a number {'is' if lost == 1 else 'are'} not drawn."
    if len(values) - lost > against.MOST_POINTS:
        caption += f" Of the runs, {against.MOST_POINTS} are drawn as points; the band counts all."
    if off:
        caption += f" {off:,} with the weight off are left out: 0 has no place on this axis."
    st.caption(caption)


def says(name: str, picked: str, weights: Floats, values: Floats, groups: spread.Places) -> str:
    """What the weight does, told by its first value, its last one, and the one with the most sound runs."""
    levels = np.unique(weights)
    counts = {float(level): spread.counts(groups[weights == level]) for level in levels}
    low, high = float(levels[0]), float(levels[-1])
    said = f"At {name} × {low:.3g}, {luck.counted(counts[low][FAILS])} fail"
    if high > low:
        said += f", and at × {high:.3g}, {luck.counted(counts[high][FAILS])}"
    best = max(counts, key=lambda level: counts[level][SOUND].share)
    said += (
        f". Most are sound at × {best:.3g}: {luck.counted(counts[best][SOUND])}."
        if counts[best][SOUND].count
        else ". None is sound at any value."
    )
    middles = [spread.spread(values[weights == level]).middle for level in (low, high)]
    if high > low:
        said += f" The median of {luck.of_figure(picked)} goes from {number(middles[0])} to {number(middles[1])}."
    fewest = min(count[FAILS].of for count in counts.values())
    return f"{said} {_few(fewest)}".strip()


def _few(n: int) -> str:
    return f"{counted(n, 'seed')} of each value: the intervals say how roughly the shares are known." if n < 100 else ""

"""A figure of runs against a weight that takes several values: the runs, their median, and how they spread."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor import spread
from excolor.charts.base import as_spec, rows, table_of
from excolor.charts.figures import Figure
from excolor.charts.many import LANES, SHAPES

Floats = NDArray[np.float64]

MOST_POINTS = 600  # of more, some are left out
_ASIDE = 0.35  # of the way to the next value: how far a group's points stand beside the value


@lru_cache(maxsize=32)
def spec(figure: Figure, title: str, weight: str, levels: tuple[float, ...]) -> dict[str, Any]:
    """Points, the band from the 10th to the 90th percentile, the median as a line, and the bound as a dashed one.

    Args:
        levels: the values of the weight, above 0, ascending.
    """
    low, high = levels[0], levels[-1]
    reach = (high / low) ** 0.08 if high > low else 2.0
    x = alt.X("weight:Q", title=weight).scale(type="log", domain=[low / reach, high * reach], nice=False)
    x = x.axis(values=list(levels), format=".2~g", grid=False, labelOverlap=True)
    y = figure.y("figure", title)
    base = alt.Chart(rows())
    ink = alt.Color("ink:N", legend=None).scale(domain=["ink"])

    def of(kind: str) -> alt.Chart:
        return base.transform_filter(f"datum.kind == '{kind}'")

    band = of("middle").mark_area(opacity=0.18).encode(x, figure.y("low", title), alt.Y2("high"), ink)
    line = of("middle").mark_line(strokeWidth=2.5).encode(x, y, ink)
    bound = of("bound").mark_rule(strokeDash=[4, 4], opacity=0.7).encode(y, ink)
    shape = alt.Shape("lane:N", legend=None).scale(domain=list(LANES), range=list(SHAPES))
    strength = alt.Opacity("strength:Q", legend=None, scale=None)
    tooltip = [alt.Tooltip("words:N", title="run")]
    runs = of("run").mark_point(size=34, strokeWidth=1.5).encode(x, y, ink, shape, opacity=strength, tooltip=tooltip)
    said = of("middle").mark_point(filled=True, size=50, opacity=1).encode(x, y, ink, tooltip=tooltip)
    return as_spec(alt.layer(band, bound, runs, line, said).properties(height=340))


def table(figure: Figure, weights: Floats, values: Floats, groups: spread.Places, seeds: NDArray[np.int64]) -> pa.Table:
    """The rows for some runs, each `[N]`: their weights above 0, their figures, what they are (`spread.GROUPS`)."""
    levels = np.unique(weights)
    gap = float(np.diff(np.log(levels)).min()) if len(levels) > 1 else 0.1
    known = np.flatnonzero(np.isfinite(values))
    known = known[spread.thinned(len(known), MOST_POINTS)]
    lanes = np.minimum(groups[known], spread.WRONG)
    aside = weights[known] * np.exp(gap * _ASIDE * (lanes - 1) / 2)
    found = [
        _rows(
            "run",
            aside,
            figure.within(values[known]),
            lane=np.asarray(LANES)[lanes],
            strength=np.where(lanes == spread.WRONG, 1.0, 0.4),
            words=[
                f"seed {seed}, × {weight:.3g}: {value:.2g}, {spread.GROUPS[group]}"
                for seed, weight, value, group in zip(
                    *(each[known].tolist() for each in (seeds, weights, values, groups)), strict=True
                )
            ],
        )
    ]
    for level in levels.tolist():
        here = spread.spread(values[weights == level])
        if np.isfinite(here.middle):
            low, middle, high = (figure.within(np.array([each])) for each in (here.low, here.middle, here.high))
            words = (
                f"× {level:.3g}: median {here.middle:.2g}, 10th to 90th percentile {here.low:.2g} to {here.high:.2g}"
            )
            found.append(_rows("middle", np.array([level]), middle, low=low, high=high, words=words))
    if figure.bound is not None:
        found.append(_rows("bound", levels[:1], np.array([figure.bound])))
    return table_of(**{name: pa.array(np.concatenate([part[name] for part in found]).tolist()) for name in found[0]})


def _rows(kind: str, x: Floats, y: Floats, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"low": y, "high": y, "lane": "", "strength": 1.0, "words": ""} | more
    found = {"kind": kind, "weight": x, "figure": y, **usual, "ink": "ink"}
    return {name: np.broadcast_to(np.asarray(each), x.shape) for name, each in found.items()}

"""A metric of many runs against the label noise that they were trained with: a point for each, and their median."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import altair as alt
import numpy as np
import pyarrow as pa

from excolor.charts.base import ERROR_SCALE, ERROR_TICKS, as_spec, rows, table_of
from excolor.diagnosis import RED_COSINE
from excolor.metrics import FAILS_ABOVE
from excolor.robustness import Metric

State = Literal["sound", "only a tint", "goes wrong"]

_TITLES = {
    "red_cosine": "red's cosine to the first axis",
    "gray_mse": "grays' MSE, hue deleted (root scale)",
    "selectivity": "selectivity (R²)",
    "wrong": "share of runs that go wrong",
}
_LIMITS = {"red_cosine": RED_COSINE, "gray_mse": FAILS_ABOVE}
# What a run is, and the shape of its point.
SHAPES: dict[State, str] = {"sound": "circle", "only a tint": "triangle-up", "goes wrong": "M-1,-1L1,1M-1,1L1,-1"}


@lru_cache(maxsize=4)
def spec(name: Metric) -> dict[str, Any]:
    """Circles for sound runs, triangles for those that only keep a tint, crosses for those that go wrong.

    A line joins the medians, and the limit is drawn where there is one.
    """
    x = alt.X("noise:Q", title="label noise (share of labels drawn at random)")
    x = x.scale(domain=[-0.04, 1.04], nice=False).axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".1f", grid=False)
    y = alt.Y("figure:Q", title=_TITLES[name])
    if name == "gray_mse":
        y = y.scale(ERROR_SCALE).axis(values=ERROR_TICKS, format=".2~f", labelOverlap=False, grid=False)
    elif name == "wrong":
        y = y.scale(domain=[-0.03, 1.03], nice=False).axis(values=[0, 0.25, 0.5, 0.75, 1], format=".0%", grid=False)
    else:
        low, high = (-1.03, 1.03) if name == "red_cosine" else (-0.03, 1.03)
        y = y.scale(domain=[low, high], nice=False).axis(tickCount=5, format=".1~f", grid=False)
    base = alt.Chart(rows())
    ink = alt.Color("ink:N", legend=None).scale(domain=["ink"])
    runs = base.transform_filter("datum.kind == 'run'")
    layers: list[alt.Chart] = []
    if name in _LIMITS:
        # On the side on which a run misses it.
        baseline, away = ("top", 4) if name == "red_cosine" else ("bottom", -4)
        limit = base.transform_filter("datum.kind == 'limit'")
        layers += [
            limit.mark_rule(strokeDash=[4, 4], opacity=0.7).encode(y, ink),
            limit.mark_text(align="left", baseline=baseline, dx=4, dy=away).encode(x, y, ink, alt.Text("words:N")),
        ]
    layers.append(base.transform_filter("datum.kind == 'median'").mark_line(strokeWidth=2).encode(x, y, ink))
    if name == "wrong":
        layers.append(base.transform_filter("datum.kind == 'median'").mark_point(filled=True, size=60, opacity=1))
        layers[-1] = layers[-1].encode(x, y, ink, tooltip=[_noise(), alt.Tooltip("words:N", title="go wrong")])
    else:
        layers.append(
            runs.mark_point(size=48, strokeWidth=1.6, opacity=1).encode(
                x,
                y,
                ink,
                alt.Shape("state:N", legend=None).scale(domain=list(SHAPES), range=list(SHAPES.values())),
                tooltip=[
                    _noise(),
                    alt.Tooltip("seed:N", title="seed"),
                    alt.Tooltip("figure:Q", title="figure", format=".2g"),
                    alt.Tooltip("words:N", title="verdict"),
                ],
            )
        )
    return as_spec(alt.layer(*layers).properties(height=300))


def _noise() -> alt.Tooltip:
    return alt.Tooltip("noise:Q", title="label noise", format=".2f")


def table(
    name: Metric,
    noise: Sequence[float],
    seeds: Sequence[int],
    metrics: Sequence[float],
    states: Sequence[State],
    causes: Sequence[Sequence[str]],
    limit: str,
) -> pa.Table:
    """The rows for some runs, in any order.

    Args:
        noise, seeds, metrics: of each run; for "wrong" its metrics do not matter.
        states: what each run is.
        causes: what is wrong with each run, in words; none for a sound one.
        limit: what is written at the limit.
    """
    found: list[dict[str, Any]] = []
    for rate, seed, value, state, said in zip(noise, seeds, metrics, states, causes, strict=True):
        found.append(_row("run", rate, value, str(seed), state, ", ".join(said) or "a sound run"))
    for rate in sorted(set(noise)):
        here = [row for row in found if row["kind"] == "run" and row["noise"] == rate]
        wrong = sum(row["state"] == "goes wrong" for row in here)
        middle = wrong / len(here) if name == "wrong" else float(np.median([row["figure"] for row in here]))
        found.append(_row("median", rate, middle, "", "", f"{wrong} of {len(here)}"))
    if name == "wrong":  # which draws no single run
        found = [row for row in found if row["kind"] == "median"]
    found.append(_row("limit", -0.04, _LIMITS.get(name, 0.0), "", "", limit))
    shown = [column for column in found[0] if name != "wrong" or column not in ("seed", "state")]
    return table_of(**{column: [row[column] for row in found] for column in shown})


def _row(kind: str, noise: float, number: float, seed: str, state: str, words: str) -> dict[str, Any]:
    row = {"kind": kind, "noise": noise, "figure": float(number), "seed": seed, "state": state, "words": words}
    return row | {"ink": "ink"}

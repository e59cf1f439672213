"""Latents on two dims: the color wheel, seen along the other axes.

After the notebook's "Latents" (Experiment 2.7), in two dimensions. A deleted axis is drawn as a gap.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from excolor.charts.base import FAINT, FONT, GROUND, INK, as_spec, mark_table, pickable, ring, rows, table_of
from excolor.charts.wheel import rim, rim_names, scale
from excolor.color import HUES, describe, hsv_to_rgb, rgb_grid, rgb_to_hex

LEVELS = 8
VIEWS = ((1, 0), (2, 3))  # to the right, upwards: the hue plane with red at the top, and the rest


@lru_cache(maxsize=1)
def colors() -> NDArray[np.float64]:
    """The colors whose latents are drawn: RGB 8³, then the twelve named hues; `[524, 3]`."""
    named = hsv_to_rgb([[hue, 1, 1] for hue in HUES.values()])
    return np.concatenate([rgb_grid(LEVELS).reshape(-1, 3), named])


@lru_cache(maxsize=16)
def spec(dims: tuple[int, int], height: int = 360) -> dict[str, Any]:
    """A point per color, in the one color that the rows give it.

    `height` is in pixels, axes included. It is as wide as its place, and however wide that is, circles are round and as
    large as they can be.
    """
    across, up = dims
    scales = scale("width"), scale("height")
    axis = alt.Axis(values=[-1, 0, 1], format="d", grid=False, domain=False)
    x = alt.X("x:Q", title=f"u{sub(across)}", scale=scales[0], axis=axis)
    y = alt.Y("y:Q", title=f"u{sub(up)}", scale=scales[1], axis=axis)
    base = alt.Chart(rows())
    axes = base.transform_filter("datum.kind == 'axis'").mark_rule(color=FAINT, strokeDash=[2, 3])
    axes = axes.encode(x, y, x2="x2", y2="y2")
    tooltip = [
        alt.Tooltip("label:N", title="true color"),
        alt.Tooltip("output_name:N", title="answer"),
        alt.Tooltip("x:Q", title=f"u{sub(across)}", format=".2f"),
        alt.Tooltip("y:Q", title=f"u{sub(up)}", format=".2f"),
    ]
    points = base.transform_filter("datum.kind == 'color'").mark_circle(size=58, opacity=1)
    points = points.encode(x, y, alt.Color("paint:N", scale=None), tooltip=tooltip)
    names = base.transform_filter("datum.kind == 'name'").mark_text(fontSize=FONT, color=INK)
    names = names.encode(x, y, alt.Text("label:N"))
    chart = alt.layer(rim(*scales), axes, pickable(points), names, *ring(x, y))
    return as_spec(chart.properties(height=height, view=alt.ViewConfig(fill=GROUND, stroke=None)), canvas=True)


def table(
    dims: tuple[int, int],
    u: NDArray[np.float32],
    output: NDArray[np.float32],
    deleted: Collection[int] = (),
    painted: NDArray[Any] | None = None,
) -> pa.Table:
    """The rows for latents `[524, D]` and outputs `[524, 3]` of `colors()`; `deleted` are the dims without an axis.

    Args:
        painted: what the points are painted in, RGB `[524, 3]`, and named by at the rim; `colors()` themselves if None.
    """
    painted = colors() if painted is None else painted
    across, up = dims
    points = len(u) - len(HUES)
    x, y = (u[:, k] if k < u.shape[1] else np.zeros(len(u), np.float32) for k in dims)
    names, places = rim_names(describe(painted[points:]), x[points:], y[points:])
    spans = [(-1.0, 0.0, 1.0, 0.0)] if across not in deleted else []
    spans += [(0.0, -1.0, 0.0, 1.0)] if up not in deleted else []
    blank, gap = [""] * (len(spans) + len(names)), [np.nan] * points
    return table_of(
        kind=["axis"] * len(spans) + ["name"] * len(names) + ["color"] * points,
        x=np.concatenate([[s[0] for s in spans], places[:, 0], x[:points]]),
        y=np.concatenate([[s[1] for s in spans], places[:, 1], y[:points]]),
        x2=[s[2] for s in spans] + [np.nan] * len(names) + gap,
        y2=[s[3] for s in spans] + [np.nan] * len(names) + gap,
        label=[""] * len(spans) + names + describe(colors()[:points]),
        paint=blank + rgb_to_hex(painted[:points]),
        output_name=blank + describe(output[:points]),
        true=blank + rgb_to_hex(colors()[:points]),
    )


def mark(dims: tuple[int, int], code: str | None, u: NDArray[np.float32], turn: int) -> pa.Table:
    """Where the picked color `code` is: at its latents u, `[D]`."""
    x, y = ([float(u[k]) if k < len(u) else 0.0] for k in dims)
    return mark_table(turn, code, x=x, y=y)


def sub(dim: int) -> str:
    """A dim as a subscript."""
    return "₀₁₂₃₄₅"[dim]


def places(u: ArrayLike, dims: tuple[int, int, int]) -> NDArray[np.float64]:
    """Where latents `[N, D]` are in space, seen on three dims, `[N, 3]`; a dim that they do not have is 0."""
    u = np.asarray(u, np.float64)
    return np.nan_to_num(np.stack([u[:, k] if k < u.shape[1] else np.zeros(len(u)) for k in dims], axis=1))

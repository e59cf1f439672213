"""Error along the edges of the HSV cube: against hue, against saturation, against value.

After the notebook's "Reconstruction error" (Experiment 2.7).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor.charts.base import (
    ERROR_SCALE,
    ERROR_TICKS,
    FONT,
    PAGE_INK,
    as_spec,
    mark_table,
    pickable,
    ring,
    rows,
    table_of,
)
from excolor.color import HUES, PRIMARIES, SECONDARIES, exact_rgb, hsv_to_rgb, rgb_to_hex, rgb_to_hsv

Axis = Literal["hue", "saturation", "value"]
AXES: tuple[Axis, ...] = ("hue", "saturation", "value")

_HUES = 72  # every 5°, the named hues among them
_LEVELS = 25
_VALUES = (1.0, 0.75, 0.5, 0.25)
_NAMES = tuple(sorted((*PRIMARIES, *SECONDARIES), key=HUES.__getitem__))
_LABEL_GAP = 0.065  # between two labels at the ends of lines, in the square root of the error
_TITLES = {
    "hue": "hue (degrees), saturation 1",
    "saturation": "saturation, value 1",
    "value": "value, saturation 1",
}


@lru_cache(maxsize=3)
def _series(axis: Axis) -> tuple[list[str], NDArray[Any], NDArray[Any]]:
    """Names of the lines `[L]`, where their points are `[P]`, and the HSV of those `[L, P, 3]`."""
    if axis == "hue":
        x = np.arange(_HUES + 1) * (360 / _HUES)
        hsv = [np.stack([x / 360 % 1, np.ones_like(x), np.full_like(x, v)], -1) for v in _VALUES]
        return [f"v = {v:g}" for v in _VALUES], x, np.stack(hsv)
    x = np.linspace(0, 1, _LEVELS)
    one = np.ones_like(x)
    pairs = [(x, one) if axis == "saturation" else (one, x)] * len(_NAMES)
    hsv = [np.stack([np.full_like(x, HUES[name]), *pair], -1) for name, pair in zip(_NAMES, pairs, strict=True)]
    return list(_NAMES), x, np.stack(hsv)


def colors(axis: Axis) -> NDArray[np.float64]:
    """The colors whose error is drawn, RGB `[N, 3]`."""
    return hsv_to_rgb(_series(axis)[2]).reshape(-1, 3)


@lru_cache(maxsize=3)
def spec(axis: Axis) -> dict[str, Any]:
    """A line for each value (against hue) or hue (against the others), points in the true color, a name at its end."""
    last = 360 if axis == "hue" else 1
    ticks = [0, 60, 120, 180, 240, 300, 360] if axis == "hue" else [0, 0.25, 0.5, 0.75, 1]
    x = (
        alt.X("x:Q", title=_TITLES[axis])
        .scale(domain=[0, last * 1.38], nice=False)
        .axis(values=ticks, format="d" if axis == "hue" else ".2~f", grid=False)
    )
    y = alt.Y("mse:Q", title="MSE (root scale)", scale=ERROR_SCALE).axis(
        values=ERROR_TICKS, format=".2~f", labelOverlap=False
    )
    base = alt.Chart(rows())
    line = base.mark_line(strokeWidth=1, color="#808080").encode(x, y, detail="line:N")
    points = base.mark_point(filled=True, opacity=1, size=22, stroke="#808080", strokeWidth=0.4).encode(
        x,
        y,
        alt.Fill("true:N", scale=None),
        tooltip=[
            alt.Tooltip("line:N", title="line"),
            alt.Tooltip("x:Q", title=axis),
            alt.Tooltip("mse:Q", format=".2g"),
        ],
    )
    names = (
        base.transform_filter(f"datum.x == {last}")
        .mark_text(align="left", dx=6, fontSize=FONT, color=alt.ExprRef(PAGE_INK))
        .encode(x, alt.Y("label_y:Q", scale=ERROR_SCALE), alt.Text("line:N"))
    )
    return as_spec(alt.layer(line, pickable(points), *ring(x, y), names).properties(height=260), canvas=True)


def table(axis: Axis, mse: NDArray[np.float32]) -> pa.Table:
    """The rows for the MSE `[N]` of `colors(axis)`."""
    lines, x, _ = _series(axis)
    ends = mse.reshape(len(lines), len(x))[:, -1]
    return table_of(
        line=np.repeat(lines, len(x)),
        x=np.tile(x, len(lines)),
        mse=mse,
        label_y=np.repeat(spread_labels(ends), len(x)),
        true=rgb_to_hex(colors(axis)),
    )


def mark(axis: Axis, code: str | None, mse: float, turn: int) -> pa.Table:
    """Where the picked color `code` is: its own hue (degrees), saturation or value, and its own MSE.

    On one of the lines when it is one of their colors, and beside them otherwise.
    """
    hue, saturation, value = rgb_to_hsv(exact_rgb(code or "#000000")).tolist()
    return mark_table(turn, code, x=[{"hue": 360 * hue, "saturation": saturation, "value": value}[axis]], mse=[mse])


def spread_labels(ends: NDArray[np.float32]) -> NDArray[np.float64]:
    """Where to write the names of lines that end at these errors, `[L]`: in their order, and never on each other.

    As near to the ends as that allows (isotonic regression of what is left of the heights once the gaps are taken).
    """
    heights = np.sqrt(np.nan_to_num(np.clip(ends.astype(np.float64), 0, 1)))
    order = np.argsort(heights, kind="stable")
    gaps = _LABEL_GAP * np.arange(len(heights))
    free = heights[order] - gaps
    n = range(len(free))
    even = [max(min(free[j : k + 1].mean() for k in n[i:]) for j in n[: i + 1]) for i in n]
    placed = np.empty_like(heights)
    placed[order] = (np.clip(even, 0, 1 - gaps[-1]) + gaps) ** 2
    return placed

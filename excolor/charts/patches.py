"""Four slices of the HSV cube: each color as the network gives it back, with the true color inside.

After the notebook's "Predicted colors · V vs H by S" (Experiment 2.7).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor.charts.base import GROUND, INK, as_spec, mark_table, pickable, picked_rows, rows, table_of
from excolor.color import PATCH_GRID, describe, hex_to_rgb, hsv_grid, hsv_to_rgb, rgb_to_hex

_HUES, _SLICES, _VALUES = PATCH_GRID
_GAP = 1.2  # between two slices, in rows
_INSET = 0.28  # of a patch, on each side of the true color
_STRIDE = _VALUES + _GAP


@lru_cache(maxsize=1)
def colors() -> NDArray[np.float64]:
    """The true colors of the patches, RGB `[768, 3]`: 24 hues × 4 saturations × 8 values."""
    return hsv_to_rgb(hsv_grid(*PATCH_GRID)).reshape(-1, 3)


@lru_cache(maxsize=1)
def spec() -> dict[str, Any]:
    """Hue to the right; below each other four slices of rising saturation, in each value rises upwards."""
    centers = [slice_ * _STRIDE + _VALUES / 2 for slice_ in range(_SLICES)]
    names = ["s = 0", "s = ⅓", "s = ⅔", "s = 1"]
    label = " : ".join(
        f"abs(datum.value - {center}) < 0.1 ? '{name}'" for center, name in zip(centers, names, strict=True)
    )
    x = alt.X("x:Q", title="hue (degrees)").scale(domain=[-5, 365], nice=False)
    x = x.axis(values=[0, 60, 120, 180, 240, 300, 360], grid=False, domain=False, ticks=False)
    y = alt.Y("y:Q", title="value, in slices of saturation")
    y = y.scale(domain=[_SLICES * _STRIDE - _GAP + 0.4, -0.4], nice=False)
    y = y.axis(values=centers, labelExpr=f"{label} : ''", grid=False, domain=False, ticks=False)
    tooltip = [
        alt.Tooltip("name:N", title="true color"),
        alt.Tooltip("true:N", title="true"),
        alt.Tooltip("output:N", title="output"),
        alt.Tooltip("output_name:N", title="looks"),
        alt.Tooltip("mse:Q", title="MSE", format=".2g"),
    ]
    base = alt.Chart(rows())
    outer = base.mark_rect().encode(x, alt.X2("x2"), y, alt.Y2("y2"), alt.Fill("output:N", scale=None), tooltip=tooltip)
    # A hairline in the patch's own color: without it the ground shines through between neighbors.
    outer = outer.encode(stroke=alt.Stroke("output:N", scale=None), strokeWidth=alt.value(1))
    # Without a tooltip the pointer goes through to the patch around it.
    inner = base.mark_rect().encode(
        x=alt.X("tx:Q"), x2="tx2", y=alt.Y("ty:Q"), y2="ty2", color=alt.Color("true:N", scale=None)
    )
    rims = [
        picked_rows().mark_rect(filled=False, stroke=stroke, strokeWidth=width).encode(x, alt.X2("x2"), y, alt.Y2("y2"))
        for stroke, width in ((INK, 5), ("#ffffff", 2))
    ]
    chart = alt.layer(pickable(outer), inner, *rims)
    return as_spec(chart.properties(height=410, view=alt.ViewConfig(fill=GROUND, stroke=None)), canvas=True)


def table(output: NDArray[np.float32], mse: NDArray[np.float32]) -> pa.Table:
    """The rows for a network's reconstruction `[768, 3]` of `colors()`, and its MSE `[768]`."""
    return table_of(**_places(), output=rgb_to_hex(output), output_name=describe(output), mse=mse)


@lru_cache(maxsize=1)
def _places() -> dict[str, pa.Array[Any]]:
    h, s, v = (axis.reshape(-1) for axis in np.meshgrid(*(np.arange(n) for n in PATCH_GRID), indexing="ij"))
    width = 360 / _HUES
    x, y = h * width, s * _STRIDE + (_VALUES - 1 - v)
    placed = table_of(
        x=x,
        x2=x + width,
        y=y,
        y2=y + 1,
        tx=x + _INSET * width,
        tx2=x + (1 - _INSET) * width,
        ty=y + _INSET,
        ty2=y + 1 - _INSET,
        true=rgb_to_hex(colors()),
        name=describe(colors()),
    )
    return {name: placed.column(name).combine_chunks() for name in placed.column_names}


def mark(code: str | None, turn: int) -> pa.Table:
    """Where the picked color `code` is: the patch whose true color is nearest to it."""
    apart = np.linalg.norm(colors() - hex_to_rgb(code or "#000000"), axis=-1)
    nearest = int(apart.argmin())
    at = {name: [_places()[name][nearest].as_py()] for name in ("x", "x2", "y", "y2")}
    return mark_table(turn, code, **at)

"""What each hue becomes when hue is deleted: the brightness of the color beside that of its gray."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor.charts.base import as_spec, mark_table, pickable, ring, rows, table_of
from excolor.color import HUES, describe, exact_rgb, hsv_to_rgb, rgb_to_hex, rgb_to_hsv

_HUES = 72


@lru_cache(maxsize=1)
def colors() -> NDArray[np.float64]:
    """Fully vibrant colors round the wheel, every 5° from red to red, RGB `[73, 3]`."""
    return hsv_to_rgb([[i / _HUES % 1, 1, 1] for i in range(_HUES + 1)])


@lru_cache(maxsize=1)
def spec() -> dict[str, Any]:
    """Two lines against hue: the colors' own brightness, squares; the brightness of the output, circles."""
    names = {str(round(hue * 360)): name for name, hue in HUES.items()} | {"360": "red"}
    labels = " : ".join(f"datum.value == {degrees} ? '{name}'" for degrees, name in names.items())
    x = alt.X("hue:Q", title="hue").scale(domain=[-6, 366], nice=False)
    x = x.axis(values=[int(d) for d in names], labelExpr=f"{labels} : ''", labelAngle=-45, grid=False)
    y = alt.Y("brightness:Q", title="brightness (mean of r, g, b)").scale(domain=[0, 1])
    base = alt.Chart(rows())
    line = base.mark_line(color="#808080").encode(x, y, alt.StrokeDash("kind:N", legend=None), detail="kind:N")
    points = (
        base.transform_filter("datum.hue % 30 == 0")
        .mark_point(filled=True, opacity=1, size=150, stroke="#808080", strokeWidth=1)
        .encode(
            x,
            y,
            alt.Fill("fill:N", scale=None),
            alt.Shape("kind:N", legend=None).scale(domain=["color", "output"], range=["square", "circle"]),
            tooltip=[
                alt.Tooltip("name:N", title="looks"),
                alt.Tooltip("kind:N", title="which"),
                alt.Tooltip("hue:Q", title="hue (degrees)"),
                alt.Tooltip("brightness:Q", format=".2f"),
            ],
        )
    )
    return as_spec(alt.layer(line, pickable(points), *ring(x, y, 300)).properties(height=300))


def table(output: NDArray[np.float32]) -> pa.Table:
    """The rows for the network's output `[73, 3]` on `colors()`."""
    both = np.concatenate([colors(), output])
    return table_of(
        kind=["color"] * len(output) + ["output"] * len(output),
        hue=np.tile(np.arange(_HUES + 1) * (360 / _HUES), 2),
        brightness=both.mean(-1),
        fill=rgb_to_hex(both),
        true=rgb_to_hex(colors()) * 2,
        name=describe(both),
    )


def mark(code: str | None, answer: NDArray[np.float32], turn: int) -> pa.Table:
    """Where the picked color `code` is, and beneath or above it the network's answer to it, RGB `[3]`."""
    rgb = exact_rgb(code or "#000000")
    hue = 360 * float(rgb_to_hsv(rgb)[0])
    return mark_table(turn, code, hue=[hue, hue], brightness=[float(rgb.mean()), float(answer.mean())])

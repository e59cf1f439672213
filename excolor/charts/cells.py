"""A table of numbers as squares, the darker the more, with a label for each row and column."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor.charts.base import FONT, as_spec, rows, table_of

_SHADE = 0.5  # of the ink, at most: the number is written on it
_HALF = 0.47  # of a square's side
_SIDE, _MOST, _AXIS = 36, 640, 60  # pixels: a square, all of them, and the axis below with its title
MOST_WRITTEN = 13  # columns: a number does not fit into more of them
LONG = 11  # characters of a number such as 6.4 × 10⁻⁴
_SIGN = 8  # pixels of a character
Labels = tuple[str, ...]


@lru_cache(maxsize=32)
def spec(left: Labels, below: Labels, left_title: str, below_title: str, long: int) -> dict[str, Any]:
    """A square for each cell, with its number where there is room; its words where the pointer is.

    Args:
        left: a label for each row, from below.
        below: a label for each column.
        long: how many characters the numbers have, which are written where they fit.
    """
    base = alt.Chart(rows())
    x = _axis(alt.X("column:Q", title=below_title), below)
    y = _axis(alt.Y("row:Q", title=left_title), left)
    ink = alt.Color("ink:N", legend=None).scale(domain=["ink"])
    tooltip = [alt.Tooltip("words:N", title="runs")]
    shade = alt.Opacity("shade:Q", legend=None).scale(domain=[0, 1], range=[0, _SHADE])
    # Both layers have the same axes: of two that differ Vega-Lite would make a third.
    drawn = base.mark_rect(strokeWidth=0.5).encode(
        _axis(alt.X("x:Q", title=below_title), below),
        alt.X2("x2"),
        _axis(alt.Y("y:Q", title=left_title), left),
        alt.Y2("y2"),
        ink,
        opacity=shade,
        tooltip=tooltip,
    )
    room = alt.ExprRef(f"width > {len(below) * long * _SIGN} ? 1 : 0")
    written = base.mark_text(fontSize=FONT, opacity=room).encode(x, y, ink, alt.Text("number:N"), tooltip=tooltip)
    return as_spec(
        alt.layer(drawn, written).properties(
            height=min(_SIDE * len(left), _MOST) + _AXIS, view=alt.ViewConfig(stroke=None)
        )
    )


def _axis(channel: Any, labels: Labels) -> Any:
    n = len(labels)
    return channel.scale(domain=[-0.5, n - 0.5], nice=False).axis(
        values=list(range(n)),
        labelExpr=f"{json.dumps(labels, ensure_ascii=False)}[datum.value]",
        grid=False,
        domain=False,
        ticks=False,
        labelOverlap=n > MOST_WRITTEN,
    )


def table(shades: NDArray[np.float64], numbers: list[list[str]], words: list[list[str]]) -> pa.Table:
    """The rows of a table `[R, C]`.

    Args:
        shades: how dark each cell is, in [0, 1]; one that is not a number is not drawn.
        numbers: what is written in it.
        words: what it says to the pointer.
    """
    row, column = (axis.reshape(-1).astype(np.float64) for axis in np.indices(shades.shape))
    fits = shades.shape[1] <= MOST_WRITTEN
    return table_of(
        row=row,
        column=column,
        x=column - _HALF,
        x2=column + _HALF,
        y=row - _HALF,
        y2=row + _HALF,
        shade=np.nan_to_num(np.clip(shades.reshape(-1), 0, 1)),
        number=[each if fits else "" for line in numbers for each in line],
        words=[each for line in words for each in line],
        ink=["ink"] * shades.size,
    )

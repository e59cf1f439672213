"""With which probability a color carries a label: round the wheel from red, and as red goes pale."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor.charts.base import FAINT, FONT, GROUND, INK, as_spec, mark_table, pickable, ring, rows, table_of
from excolor.color import HUES, describe, exact_rgb, hsv_to_rgb, rgb_to_hex, rgb_to_hsv
from excolor.data import LABELS, TRAINING_GRID, label_probabilities

Array = NDArray[Any]
Axis = Literal["hue", "saturation"]
AXES: tuple[Axis, ...] = ("hue", "saturation")

_FINE = 8  # places of a line between two colors of the training set
# Where there is room for the names of the lines: beside the slopes, and over the plateau.
_NAMES = {
    "hue": ((32.0, 0.3), (-108.0, 0.535), (108.0, 0.035)),
    "saturation": ((0.85, 0.3), (1.13, 0.3), (0.27, 0.3)),
}
# Of the lines and points of each label, in the order of `LABELS`.
_LABELS = [label.name for label in LABELS]
_DASHES, _SHAPES = [[1, 0], [5, 3], [1, 3]], ["circle", "diamond", "square"]
_TITLES = {"hue": "hue (degrees from red), saturation 1, value 1", "saturation": "saturation of red, value 1"}


@lru_cache(maxsize=2)
def _line(axis: Axis) -> tuple[Array, Array]:
    """Where the places of a line are, `[N]`, and their HSV, `[N, 3]`; every eighth is in the training set."""
    hues, saturations, _ = TRAINING_GRID
    if axis == "hue":
        x = np.arange(-hues * _FINE // 2, hues * _FINE // 2 + 1) * (360 / hues / _FINE)
        return x, np.stack([x / 360 % 1, np.ones_like(x), np.ones_like(x)], axis=-1)
    x = np.linspace(0, 1, (saturations - 1) * _FINE + 1)
    return x, np.stack([np.zeros_like(x), x, np.ones_like(x)], axis=-1)


@lru_cache(maxsize=2)
def spec(axis: Axis) -> dict[str, Any]:
    """A line for each label, and a point for each color of the training set, in that color."""
    x = alt.X("x:Q", title=_TITLES[axis])
    if axis == "hue":
        names = {round((360 * h + 180) % 360) - 180: name for name, h in HUES.items() if round(h * 12) % 2 == 0}
        names[180] = names[-180]
        text = " : ".join(f"datum.value == {degrees} ? '{name}'" for degrees, name in names.items())
        x = x.scale(domain=[-190, 190], nice=False)
        x = x.axis(values=sorted(names), labelExpr=f"{text} : ''", grid=False)
    else:
        x = x.scale(domain=[-0.03, 1.24], nice=False).axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2~f", grid=False)
    y = alt.Y("probability:Q", title="probability of the label").scale(domain=[-0.02, 0.58], nice=False)
    y = y.axis(values=[0, 0.1, 0.2, 0.3, 0.4, 0.5], format=".0%", labelOverlap=False, grid=False)
    base = alt.Chart(rows())
    line = base.mark_line(strokeWidth=1.5, color=INK).encode(
        x, y, alt.StrokeDash("label:N", legend=None).scale(domain=_LABELS, range=_DASHES)
    )
    points = (
        base.transform_filter("datum.trained")
        .mark_point(filled=True, opacity=1, size=70, stroke=FAINT, strokeWidth=0.6)
        .encode(
            x,
            y,
            alt.Fill("true:N", scale=None),
            alt.Shape("label:N", legend=None).scale(domain=_LABELS, range=_SHAPES),
            tooltip=[
                alt.Tooltip("name:N", title="color"),
                alt.Tooltip("true:N", title="code"),
                alt.Tooltip("label:N", title="label"),
                alt.Tooltip("x:Q", title=axis, format=".2~f"),
                alt.Tooltip("probability:Q", format=".2~%"),
            ],
        )
    )
    words = (
        base.transform_filter("datum.written")
        .mark_text(fontSize=FONT, fontWeight=600, color=INK, baseline="middle")
        .encode(alt.X("words_x:Q"), alt.Y("words_y:Q"), alt.Text("words:N"))
    )
    view = alt.ViewConfig(fill=GROUND, stroke=None)
    return as_spec(alt.layer(line, pickable(points), *ring(x, y), words).properties(height=300, view=view))


@lru_cache(maxsize=2)
def table(axis: Axis) -> pa.Table:
    """The rows of all labels."""
    x, hsv = _line(axis)
    rgb = hsv_to_rgb(hsv)
    n, m = len(x), len(LABELS)
    return table_of(
        x=np.tile(x, m),
        probability=np.concatenate(label_probabilities(rgb)),
        label=np.repeat(_LABELS, n).tolist(),
        trained=np.tile(np.arange(n) % _FINE == 0, m),
        written=np.tile(np.arange(n) == 0, m),
        words_x=np.repeat([place[0] for place in _NAMES[axis]], n),
        words_y=np.repeat([place[1] for place in _NAMES[axis]], n),
        words=np.repeat([f"“{name}”" for name in _LABELS], n).tolist(),
        true=rgb_to_hex(rgb) * m,
        name=describe(rgb) * m,
    )


def mark(axis: Axis, code: str | None, turn: int) -> pa.Table:
    """Where the picked color `code` is: its hue or saturation, and its own probabilities."""
    rgb = exact_rgb(code or "#000000")
    hue, saturation, _value = rgb_to_hsv(rgb).tolist()
    place = (360 * hue + 180) % 360 - 180 if axis == "hue" else saturation
    probability = [float(each) for each in label_probabilities(rgb)]
    return mark_table(turn, code, x=[place] * len(probability), probability=probability)

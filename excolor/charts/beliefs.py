"""What a probe believes: each color where the probe reads its hue, painted in its true one, inside the true wheel."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from excolor.charts.base import FONT, GROUND, INK, as_spec, rows, table_of
from excolor.charts.wheel import rim, scale
from excolor.color import HUES, describe, hsv_to_rgb, rgb_to_hex

_RIM_HUES = 72
_RIM_AT, _NAMES_AT = 1.14, 1.4  # lengths of the circle's radius
_NAMED = ("red", "yellow", "green", "cyan", "blue", "magenta")
_SIDES: dict[int, Literal["center", "left", "right"]] = {
    0: "center",
    1: "left",
    -1: "right",
}  # of a name: where it is written from, left of the middle or right
_REACH = 1.65  # half of the picture: room for names beyond the rim
SHOWN = 350  # colors: with more they cover each other


@lru_cache(maxsize=1)
def spec(height: int = 340) -> dict[str, Any]:
    """A point for each color, and round the rim every hue where it truly is, red at the top."""
    scales = scale("width", _REACH), scale("height", _REACH)
    axis = alt.Axis(values=[-1, 0, 1], format="d", grid=False, domain=False)
    x = alt.X("x:Q", title="sine of the hue it reads", scale=scales[0], axis=axis)
    y = alt.Y("y:Q", title="its cosine", scale=scales[1], axis=axis)
    base = alt.Chart(rows())
    paint = alt.Fill("paint:N", scale=None)
    tooltip = [alt.Tooltip("label:N", title="true color"), alt.Tooltip("read:N", title="hue that is read")]
    hues = base.transform_filter("datum.kind == 'rim'").mark_point(shape="square", filled=True, size=60, opacity=1)
    points = base.transform_filter("datum.kind == 'color'").mark_point(
        filled=True, size=34, opacity=1, stroke=INK, strokeWidth=0.5
    )
    names = [
        base.transform_filter(f"datum.kind == '{side}'")
        .mark_text(fontSize=FONT, color=INK, align=side)
        .encode(x, y, alt.Text("label:N"))
        for side in _SIDES.values()
    ]
    layers = (
        rim(*scales),
        hues.encode(x, y, paint, tooltip=tooltip),
        points.encode(x, y, paint, tooltip=tooltip),
        *names,
    )
    view = alt.ViewConfig(fill=GROUND, stroke=None)
    return as_spec(alt.layer(*layers).properties(height=height, view=view), canvas=True)


def table(hue: ArrayLike, rgb: ArrayLike, believed: ArrayLike) -> pa.Table:
    """The rows for colors of a hue `[N]` in [0, 1), RGB `[N, 3]`, and a probe's (cos, sin) for each, `[N, 2]`.

    A belief beyond the rim is drawn at the rim: a probe that is not bound to a circle can be too sure.
    """
    true, seen, said = (np.asarray(each, np.float64)[:SHOWN] for each in (hue, rgb, believed))
    said = said / np.maximum(np.hypot(said[:, 0], said[:, 1]), 1)[:, None]
    round_it = np.arange(_RIM_HUES) / _RIM_HUES
    named = np.array([HUES[name] for name in _NAMED])
    across = [*_places(round_it, _RIM_AT)[0], *_places(named, _NAMES_AT)[0], *said[:, 1]]
    up = [*_places(round_it, _RIM_AT)[1], *_places(named, _NAMES_AT)[1], *said[:, 0]]
    sides = [_SIDES[round(float(np.sin(2 * np.pi * each)))] for each in named]
    vivid = hsv_to_rgb(np.stack([round_it, np.ones(_RIM_HUES), np.ones(_RIM_HUES)], -1))
    read = np.arctan2(said[:, 1], said[:, 0]) / (2 * np.pi) % 1
    length = np.hypot(said[:, 0], said[:, 1])
    words = [
        f"{360 * at:.0f}°, true {360 * h:.0f}°" if far >= 0.1 else f"none, true {360 * h:.0f}°"
        for at, h, far in zip(read.tolist(), true.tolist(), length.tolist(), strict=True)
    ]
    return table_of(
        kind=["rim"] * _RIM_HUES + sides + ["color"] * len(said),
        x=across,
        y=up,
        paint=[*rgb_to_hex(vivid), *[""] * len(named), *rgb_to_hex(seen)],
        label=[*describe(vivid), *_NAMED, *describe(seen)],
        read=[*[f"true {360 * h:.0f}°" for h in round_it.tolist()], *[""] * len(named), *words],
    )


def _places(hue: NDArray[np.float64], radius: float) -> tuple[list[float], list[float]]:
    """Where hues stand on a circle: to the right, and upwards."""
    angle = 2 * np.pi * hue
    return (radius * np.sin(angle)).tolist(), (radius * np.cos(angle)).tolist()

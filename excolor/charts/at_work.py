"""A regularizer at work on a batch: 64 latents in their own colors, who carries the label, and the push on each."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor.charts.base import FAINT, FONT, GROUND, INK, as_spec, rows, table_of
from excolor.charts.latents import sub
from excolor.charts.wheel import REACH, rim, scale
from excolor.color import describe, rgb_to_hex
from excolor.pushes import AtWork

_SEEN = {(1, 0): "from above", (1, 2): "from the edge"}
VIEWS = tuple(_SEEN)  # to the right, upwards: the wheel with red at the top, and its plane from the edge
HEIGHT = 340  # of a picture, in pixels, axes included; it is as wide as its place
LONGEST = 0.55  # the longest arrow of a batch, in the units of the picture
NO_PUSH = 0.02  # of the longest: an arrow that is not drawn

Layer = Literal["z", "u"]


@lru_cache(maxsize=32)
def spec(dims: tuple[int, int], layer: Layer, reach: float = REACH) -> dict[str, Any]:
    """A point per sample, those who carry the label square, and an arrow for the push on each."""
    across, up = dims
    scales = scale("width", reach), scale("height", reach)
    ends = [-1, 0, 1] if reach < 2 else [-round(reach / 2), 0, round(reach / 2)]
    axis = alt.Axis(values=ends, format="d", grid=False, domain=False, ticks=False)
    x = alt.X("x:Q", title=f"{layer}{sub(across)}", scale=scales[0], axis=axis)
    y = alt.Y("y:Q", title=f"{layer}{sub(up)}", scale=scales[1], axis=axis)
    base = alt.Chart(rows())

    def of(kind: str, more: str = "") -> alt.Chart:
        return base.transform_filter(f"datum.kind == '{kind}'{more}")

    axes = of("axis").mark_rule(color=FAINT, strokeDash=[2, 3]).encode(x, y, x2="x2", y2="y2")
    one = alt.Chart(alt.SequenceGenerator.from_dict({"sequence": {"start": 0, "stop": 1, "as": "part"}}))
    title = one.mark_text(text=f"hue plane, seen {_SEEN[dims]}", color=INK, fontSize=FONT, align="left")
    layers: list[alt.Chart | alt.LayerChart] = [rim(*scales), axes, title.encode(x=alt.value(8), y=alt.value(14))]
    tooltip = [alt.Tooltip(f"{field}:N", title=field) for field in ("color", "label", "push")]
    for kind, shape, size, width in (("other", "circle", 55, 0.5), ("carrier", "square", 150, 1.5)):
        points = of(kind).mark_point(shape=shape, filled=True, opacity=1, size=size, stroke=INK, strokeWidth=width)
        layers.append(points.encode(x, y, alt.Fill("true:N", scale=None), tooltip=tooltip))
    arrows = base.transform_filter("datum.pushed")
    layers.append(arrows.mark_rule(color=INK, strokeWidth=1.5).encode(x, y, x2="x2", y2="y2"))
    heads = arrows.mark_point(shape="triangle", filled=True, opacity=1, color=INK, size=45)
    layers.append(heads.encode(alt.X("x2:Q"), alt.Y("y2:Q"), alt.Angle("turn:Q", scale=None)))
    said = of("measure").mark_text(color=INK, fontSize=FONT, align="left", dx=8)
    layers.append(said.encode(alt.X("x2:Q"), alt.Y("y2:Q"), alt.Text("push:N")))
    return as_spec(alt.layer(*layers).properties(height=HEIGHT, view=alt.ViewConfig(fill=GROUND, stroke=None)))


def reach(work: AtWork) -> float:
    """Half of the picture that all latents have room in: that of a wheel, doubled as often as needed."""
    most = float(np.abs(work.latents).max())
    return REACH * 2.0 ** max(0, int(np.ceil(np.log2(most / (REACH - 0.1))))) if np.isfinite(most) else REACH


def measure(work: AtWork) -> float:
    """A push whose arrow is drawn below as the scale of all: about half the largest, to one digit; 0 without any."""
    return float(f"{work.strength.max() / 2:.0e}")


def table(work: AtWork, labeled: bool, dims: tuple[int, int], write: Callable[[float], str]) -> pa.Table:
    """The rows for two dims of a batch.

    Args:
        labeled: whether the term listens to a label, so that those who carry it are marked.
        write: says how a number is written.
    """
    unit = reach(work) / REACH
    most = float(work.strength.max())
    size = unit * LONGEST / most if most > 0 else 0.0
    place, force = _on(work.latents, dims), _on(work.pushes, dims) * size
    # The carriers, and the longest arrows, above the others.
    order = np.argsort(work.strength, kind="stable")
    kinds = np.where(work.carriers & labeled, "carrier", "other")
    corner, length = np.array([-REACH + 0.08, 0.12 - REACH]) * unit, measure(work)
    start = np.concatenate([[[-unit, 0], [0, -unit]], place[order], [corner]])
    way = np.concatenate([[[2 * unit, 0], [0, 2 * unit]], force[order], [[length * size, 0]]])
    end = start + way
    names = np.array(describe(work.rgb))[order].tolist()
    return table_of(
        kind=["axis", "axis", *kinds[order].tolist(), "measure" if length else "nothing"],
        x=start[:, 0],
        y=start[:, 1],
        x2=end[:, 0],
        y2=end[:, 1],
        turn=np.degrees(np.arctan2(way[:, 0], way[:, 1])),
        pushed=[False, False, *(np.hypot(*force[order].T) > NO_PUSH * LONGEST * unit).tolist(), length > 0],
        true=["", "", *np.array(rgb_to_hex(work.rgb))[order].tolist(), ""],
        color=["", "", *names, ""],
        label=["", "", *np.where(work.carriers, "yes", "no")[order].tolist(), ""],
        push=["", "", *map(write, work.strength[order].tolist()), f"push {write(length)}"],
    )


def _on(vectors: NDArray[np.float64], dims: tuple[int, int]) -> NDArray[np.float64]:
    """The coordinates on two dims, `[N, 2]`; a dim that a narrow network lacks is 0."""
    columns = [vectors[:, k] if k < vectors.shape[1] else np.zeros(len(vectors)) for k in dims]
    return np.stack(columns, -1)

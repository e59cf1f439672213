"""A figure of many runs: each setting has a lane of sound runs, one of those with a tint, and one of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor import spread
from excolor.charts.base import FONT, as_spec, rows, table_of
from excolor.charts.figures import Figure

Floats = NDArray[np.float64]

LANES = ("sound", "a tint", "wrong")
SHAPES = ("circle", "triangle-up", "M-1,-1L1,1M-1,1L1,-1")
BINS = 80
MOST_DOTS = 500  # runs; of more, bins are drawn
_HEAD, _ROOM = 0.75, 0.86  # in lanes: what stands above those of a setting, and how much of a lane its marks fill
_PILE = 0.16  # of a lane: from dot to dot, if a pile is not too high for that
_LANE, _AXIS = 46, 60  # pixels, the axis below with its title
_HAIR = 0.07  # of a lane: a bar with one run is still seen


@dataclass(frozen=True)
class Panel:
    """The runs of one setting.

    Attributes:
        name: what stands above them.
        values: the figure of each run, `[N]`.
        groups: what each run is, `[N]`, places in `spread.GROUPS`.
        seeds: of each run, `[N]`.
        before: the figure and the group of each run before a change; empty if nothing was changed.
    """

    name: str
    values: Floats
    groups: spread.Places
    seeds: NDArray[np.int64]
    before: tuple[Floats, spread.Places]


@lru_cache(maxsize=64)
def spec(figure: Figure, title: str, panels: int) -> dict[str, Any]:
    """A dot for each run or a bar for each bin; an outline for those before a change; the bound as a dashed line."""
    height = panels * (len(LANES) + _HEAD)
    x = figure.x("figure", title)
    centers = [_floor(p, lane) - _ROOM / 2 for p in range(panels) for lane in range(len(LANES))]
    said = f"{list(LANES * panels)}[indexof({[round(c, 4) for c in centers]}, round(datum.value * 10000) / 10000)]"
    y = alt.Y("y:Q", title="runs")
    y = y.scale(domain=[height, 0], nice=False).axis(
        values=centers, labelExpr=said, grid=False, ticks=False, domain=False, labelOverlap=False
    )
    base = alt.Chart(rows())
    ink = alt.Color("ink:N", legend=None).scale(domain=["ink"])
    words = alt.Tooltip("words:N", title="runs")

    def of(kind: str) -> alt.Chart:
        return base.transform_filter(f"datum.kind == '{kind}'")

    floors = of("floor").mark_rule(opacity=0.3).encode(x, alt.X2("x2"), y, ink)
    names = of("name").mark_text(align="left", baseline="middle", fontSize=FONT, fontWeight=600)
    names = names.encode(x, y, ink, alt.Text("words:N"))
    bound = of("bound").mark_rule(strokeDash=[4, 4], opacity=0.7).encode(x, y, alt.Y2("y2"), ink)
    bars = of("bar").mark_bar(opacity=0.55).encode(x, alt.X2("x2"), y, alt.Y2("y2"), ink, tooltip=[words])
    shape = alt.Shape("lane:N", legend=None).scale(domain=list(LANES), range=list(SHAPES))
    dots = of("dot").mark_point(size=34, strokeWidth=1.5, opacity=1).encode(x, y, ink, shape, tooltip=[words])
    outline = of("outline").mark_line(strokeWidth=1.5, strokeDash=[3, 2], interpolate="step-after")
    outline = outline.encode(x, y, ink, detail=alt.Detail("part:N"), order=alt.Order("figure:Q"))
    layers = [floors, bound, bars, dots, outline, names]
    return as_spec(alt.layer(*layers).properties(height=round(height * _LANE) + _AXIS))


def table(figure: Figure, panels: Sequence[Panel]) -> pa.Table:
    """The rows for some settings, one below the other."""
    edges = figure.edges(BINS)
    piles = [_Lane(p, lane, panel, edges) for p, panel in enumerate(panels) for lane in range(len(LANES))]
    dots = sum(len(panel.values) for panel in panels) <= MOST_DOTS
    highest = max((each.highest for each in piles), default=1) or 1
    step = min(_PILE, _ROOM / highest) if dots else _ROOM / highest
    parts = [part for each in piles for part in each.parts(figure, step, dots)]
    parts += [
        _row("name", figure.low, _floor(p, 0) - 1 - _HEAD / 2 + 0.12, words=each.name) for p, each in enumerate(panels)
    ]
    if figure.bound is not None:
        height = len(panels) * (len(LANES) + _HEAD)
        tops = [p * (len(LANES) + _HEAD) + _HEAD for p in range(len(panels))]
        parts += [_row("bound", figure.bound, top, y2=min(top + len(LANES), height)) for top in tops]
    columns = (
        {name: np.concatenate([np.atleast_1d(part[name]) for part in parts]) for name in parts[0]} if parts else {}
    )
    return table_of(**{name: pa.array(values.tolist()) for name, values in columns.items()})


class _Lane:
    def __init__(self, place: int, lane: int, panel: Panel, edges: Floats) -> None:
        def inside(groups: spread.Places) -> NDArray[np.bool_]:
            return np.minimum(groups, spread.WRONG) == (spread.SOUND, spread.TINT, spread.WRONG)[lane]

        here = inside(panel.groups) & np.isfinite(panel.values)
        self.values, self.groups, self.seeds = panel.values[here], panel.groups[here], panel.seeds[here]
        self.before = spread.histogram(panel.before[0][inside(panel.before[1])], edges)
        self.counts = spread.histogram(self.values, edges)
        self.highest = int(max(self.counts.max(), self.before.max()))
        self.floor, self.name, self.edges, self.place = _floor(place, lane), LANES[lane], edges, place

    def parts(self, figure: Figure, step: float, dots: bool) -> list[dict[str, Any]]:
        found = [_row("floor", figure.low, self.floor, x2=figure.high)]
        if dots and len(self.values):
            places = spread.bins(self.values, self.edges)
            y = self.floor - step * (spread.stacked(places) + 0.5)
            words = [
                f"seed {seed}: {value:.2g}, {spread.GROUPS[group]}"
                for seed, value, group in zip(
                    self.seeds.tolist(), self.values.tolist(), self.groups.tolist(), strict=True
                )
            ]
            found.append(_rows("dot", figure.within(self.values), y, lane=self.name, words=words))
        elif len(self.values):
            some = np.flatnonzero(self.counts)
            left, right, n = self.edges[some], self.edges[some + 1], self.counts[some]
            words = [
                f"{k:,} from {a:.2g} to {b:.2g}"
                for k, a, b in zip(n.tolist(), left.tolist(), right.tolist(), strict=True)
            ]
            y = self.floor - np.maximum(step * n, _HAIR)
            found.append(_rows("bar", left, np.full(len(some), self.floor), x2=right, y2=y, words=words))
        if self.before.any():
            some = np.flatnonzero(self.before)
            first, last = some[0], some[-1]
            heights = np.concatenate([[0], self.before[first : last + 1], [0]])
            x = np.concatenate([self.edges[[first]], self.edges[first : last + 2]])
            least = np.where(heights > 0, 0.0 if dots else _HAIR, 0.0)
            y = self.floor - np.maximum(step * heights, least)
            found.append(_rows("outline", x, y, part=f"{self.place} {self.name}"))
        return found


def _floor(place: int, lane: int) -> float:
    return place * (len(LANES) + _HEAD) + _HEAD + lane + 1


def _rows(kind: str, x: NDArray[Any], y: NDArray[Any], **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"x2": 0.0, "y2": 0.0, "lane": "", "part": "", "words": ""} | more
    found = {"kind": kind, "figure": x, "y": y, **usual, "ink": "ink"}
    return {name: np.broadcast_to(np.asarray(each), x.shape) for name, each in found.items()}


def _row(kind: str, x: float, y: float, **more: Any) -> dict[str, Any]:
    return _rows(kind, np.array([x]), np.array([y]), **more)

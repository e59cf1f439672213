"""What a regularizer does to a sample: where on the sphere it is zero, which way it pushes, and how hard.

A cross-section of the sphere in which a slider moves a sample, and below it the value of the term at every position
of the slider. All positions are computed beforehand, by the library's own losses and autograd, so that the slider
moves the picture without a server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray

from excolor.charts.base import FAINT, GROUND, INK, as_spec, rows
from excolor.color import hsv_to_rgb, rgb_to_hex
from excolor.losses import TERMS, Term, labeled_mean

Floats = NDArray[np.float64]

SIZE = 300  # of the ground, in pixels, without the axes: a circle is to be round
_REACH = 1.5  # more than a wheel: what is pulled back to length 1 is first shown longer
_LONGEST = 0.5  # an arrow, in the units of the picture
_NO_PUSH = 1e-3  # of the longest: an arrow that is not drawn
_AXIS_ROOM = 34  # pixels for the labels of either chart, so that both begin in line


@dataclass(frozen=True)
class Control:
    """What a slider moves: its name, its unit, the scale it has, and where it stands at first."""

    name: str
    unit: str
    low: float
    high: float
    step: float
    start: float

    @property
    def positions(self) -> Floats:
        """Every position of the slider, `[P]`."""
        return self.low + self.step * np.arange(round((self.high - self.low) / self.step) + 1, dtype=np.float64)


@dataclass(frozen=True)
class _Scene:
    """How a term is shown.

    Attributes:
        control: its slider.
        dims: the latent dims to the right and upwards.
        samples: the name of each, and its HSV.
        place: where each sample is at a position of the slider, `[S, 2]`.
        field: where the faint arrows start, `[F, 2]`.
        sign, at: what is written in the picture, and where.
        first: where the axis of the curve begins.
        ticks: of that axis; none leaves them to the chart.
    """

    control: Control
    dims: tuple[int, int]
    samples: tuple[tuple[str, tuple[float, float, float]], ...]
    place: Callable[[float], Floats]
    field: Floats
    sign: str
    at: tuple[float, float]
    first: float
    ticks: tuple[int, ...] = ()


def _turned(degrees: Floats | list[float], length: float = 1.0) -> Floats:
    """Points at these angles clockwise from the top, `[N, 2]`."""
    angle = np.radians(np.asarray(degrees, dtype=np.float64))
    return np.stack([np.sin(angle), np.cos(angle)], -1) * length


def _hue(degrees: int) -> tuple[str, tuple[float, float, float]]:
    return f"hue {degrees}°", (degrees / 360, 1, 1)


_ROUND = np.arange(15.0, 360.0, 30.0)
_SCENES: dict[str, _Scene] = {
    "anchor": _Scene(
        Control("Angle between red and the first axis", "degrees", -180, 180, 5, 60),
        (1, 0),
        (_hue(0),),
        lambda degrees: _turned([degrees]),
        _turned(_ROUND),
        "red’s place",
        (0, 1.23),
        -180,
        (-180, -90, 0, 90, 180),
    ),
    "planarity": _Scene(
        Control("Height of the sample over the plane", "degrees", -90, 90, 5, 60),
        (1, 2),
        (_hue(90),),
        lambda degrees: _turned([90 - degrees]),
        _turned(_ROUND),
        "hue plane",
        (-0.5, 0.09),
        -90,
        (-90, -45, 0, 45, 90),
    ),
    "separate": _Scene(
        Control("Angle between the two samples", "degrees", 1, 60, 1, 12),
        (1, 0),
        (_hue(350), _hue(10)),
        lambda degrees: _turned([-degrees / 2, degrees / 2]),
        np.empty((0, 2)),
        "",
        (0, 0),
        0,
    ),
    "unitarity": _Scene(
        Control("Length of z", "", 0.05, 1.45, 0.05, 0.4),
        (1, 0),
        (_hue(210),),
        lambda length: _turned([60], length),
        np.concatenate([_turned(_ROUND, 0.5), _turned(_ROUND, 1.4)]),
        "length 1",
        (0, 1.13),
        0,
    ),
    "neutrality": _Scene(
        Control("Height of the gray over the plane", "degrees", -90, 90, 5, 30),
        (1, 2),
        (("gray", (0, 0, 0.5)),),
        lambda degrees: _turned([90 - degrees]),
        _turned(_ROUND),
        "no hue",
        (0.3, 1.3),
        -90,
        (-90, -45, 0, 45, 90),
    ),
}
_TERMS = {term.name: term for term in TERMS}
NAMES = tuple(name for name in _SCENES if name in _TERMS)
"""The regularizers that have a picture, in the order of the lesson."""


def term(name: str) -> Term:
    """The regularizer of this name."""
    return _TERMS[name]


def control(name: str) -> Control:
    """The slider of this term's picture."""
    return _SCENES[name].control


def negative_gradient(name: str, points: Floats, dims: tuple[int, int]) -> tuple[float, Floats]:
    """The value of a term over a batch of latents, and the push on each: minus the gradient of that value.

    Args:
        name: of the term.
        points: the coordinates of the batch on `dims`, `[S, 2]`; the other two are zero.
        dims: two of the four latent dims.

    Returns:
        the value, and the pushes on the same dims, `[S, 2]`. A push on u keeps to the sphere: what would
        change the length of u has no effect, because u is normalized.
    """
    acts, latent = term(name), np.zeros((len(points), 4))
    latent[:, dims] = points
    batch = torch.tensor(latent, requires_grad=True)
    value = labeled_mean(acts.loss(batch), None)
    (gradient,) = torch.autograd.grad(value, batch)
    force = -gradient.numpy()
    if acts.layer == "u":
        force = force - (force * latent).sum(-1, keepdims=True) * latent
    return float(value.item()), force[:, dims]


@dataclass(frozen=True)
class Effect:
    """A term over all positions of its slider: its value `[P]`, the samples `[P, S, 2]` and the pushes `[P, S, 2]`."""

    positions: Floats
    value: Floats
    samples: Floats
    pushes: Floats

    @property
    def strength(self) -> Floats:
        """How hard the first sample is pushed, `[P]`."""
        return np.hypot(self.pushes[:, 0, 0], self.pushes[:, 0, 1])

    @property
    def hardest(self) -> tuple[float, float]:
        """The first position where the push is largest, and that push."""
        i = int(np.argmax(self.strength))
        return float(self.positions[i]), float(self.strength[i])

    def at(self, position: float) -> tuple[float, float]:
        """The value and the push at the position nearest to this one; what is zero but for rounding is zero."""
        i = int(np.argmin(np.abs(self.positions - position)))
        return round(float(self.value[i]), 12), round(float(self.strength[i]), 12)

    def reach(self, share: float) -> float:
        """The last position where the push is at least this share of the largest."""
        return float(self.positions[np.flatnonzero(self.strength >= share * self.strength.max())[-1]])


@lru_cache(maxsize=len(_SCENES))
def effect(name: str) -> Effect:
    """What a term does at every position of its slider."""
    scene = _SCENES[name]
    samples = [scene.place(position) for position in scene.control.positions.tolist()]
    answers = [negative_gradient(name, each, scene.dims) for each in samples]
    value, pushes = zip(*answers, strict=True)
    return Effect(scene.control.positions, np.array(value), np.stack(samples), np.stack(pushes))


def _arrow_scale(name: str) -> float:
    return _LONGEST / float(effect(name).strength.max())


def _measure(name: str) -> float:
    """A push whose arrow is drawn beside the picture as its scale: about half the longest, to one digit."""
    return float(f"{effect(name).strength.max() / 2:.0e}")


@lru_cache(maxsize=len(_SCENES))
def spec(name: str) -> dict[str, Any]:
    """The picture over the curve, both moved by one slider, the Vega parameter `control`."""
    moved = _SCENES[name].control
    slider = alt.param(
        name="control",
        value=moved.start,
        bind=alt.BindRange(input="range", min=moved.low, max=moved.high, step=moved.step, name=moved.name),
    )
    at = f"abs(datum.at - control) < {moved.step / 4}"
    both = alt.vconcat(_picture(name, at), _curve(name, at), spacing=14).add_params(slider)
    return as_spec(both)


def _picture(name: str, at: str) -> alt.LayerChart | alt.FacetChart:
    scene, base = _SCENES[name], alt.Chart(rows())
    letter, kind = term(name).layer, term(name).kind
    scale = alt.Scale(domain=[-_REACH, _REACH], nice=False)
    titles = [f"{letter}{'₀₁₂₃'[dim]}" for dim in scene.dims]
    ticks = alt.Axis(values=[-1, 0, 1], format="d", grid=False, domain=False, ticks=False)
    x = alt.X("x:Q", title=titles[0], scale=scale, axis=ticks)
    upright = alt.Axis(**ticks.to_dict(), minExtent=_AXIS_ROOM, titleAngle=0, titlePadding=4)
    y = alt.Y("y:Q", title=titles[1], scale=scale, axis=upright)
    text = alt.Text("text:N")

    rim = base.transform_filter("datum.kind == 'rim'").mark_line(
        color=INK if kind == "unitarity" else FAINT, strokeWidth=2.5 if kind == "unitarity" else 1
    )
    layers: list[alt.Chart] = [rim.encode(x, y, order="at:Q")]
    lines = base.transform_filter("datum.kind == 'axis'").mark_rule(color=FAINT, strokeDash=[2, 3])
    layers.append(lines.encode(x, y, x2="x2", y2="y2"))
    # Where the term is zero: a point, a plane seen edge-on, what is at right angles to it, or the circle itself.
    zero = base.transform_filter("datum.kind == 'zero'")
    if kind in ("subspace", "anti-subspace"):
        layers.append(zero.mark_rule(color=INK, strokeWidth=2.5).encode(x, y, x2="x2", y2="y2"))
    if kind == "anchor":
        layers.append(zero.mark_point(color=INK, filled=False, size=420, strokeWidth=2.5, opacity=1).encode(x, y))

    def arrows(shown: alt.Chart, color: str, width: float, head: int) -> list[alt.Chart]:
        shaft = shown.mark_rule(color=color, strokeWidth=width).encode(x, y, x2="x2", y2="y2")
        tip = shown.mark_point(shape="triangle", filled=True, opacity=1, color=color, size=head)
        return [shaft, tip.encode(alt.X("x2:Q"), alt.Y("y2:Q"), alt.Angle("turn:Q", scale=None))]

    layers += arrows(base.transform_filter("datum.kind == 'field' && datum.pushed"), FAINT, 1, 30)
    layers += arrows(base.transform_filter("datum.kind == 'measure'"), INK, 1, 30)
    moving = base.transform_filter(f"datum.kind == 'sample' && {at}")
    layers += arrows(moving.transform_filter("datum.pushed"), INK, 2.5, 90)
    dots = moving.mark_circle(size=190, opacity=1, stroke=INK, strokeWidth=1).encode(
        x, y, alt.Fill("fill:N", scale=None), tooltip=[alt.Tooltip("name:N", title="sample")]
    )
    layers.append(dots)
    # What is true of the whole picture is said once, by the first sample's row.
    said = moving.transform_filter("datum.first").mark_text(align="left", baseline="top", color=INK, fontSize=13)
    for line, words in enumerate(("datum.where", "'value ' + datum.value_text", "'push ' + datum.push_text")):
        at_corner = said.transform_calculate(text=words)
        layers.append(at_corner.encode(text, x=alt.value(8), y=alt.value(8 + 17 * line)))
    written = base.transform_filter("datum.kind == 'sign'").mark_text(color=INK, fontSize=11)
    layers.append(written.encode(x, y, text))
    beside = base.transform_filter("datum.kind == 'measure'").mark_text(color=INK, fontSize=11, align="left", dx=8)
    layers.append(beside.encode(alt.X("x2:Q"), alt.Y("y2:Q"), text))
    return alt.layer(*layers).properties(width=SIZE, height=SIZE, view=alt.ViewConfig(fill=GROUND, stroke=None))


def _curve(name: str, at: str) -> alt.LayerChart | alt.FacetChart:
    scene, shown = _SCENES[name], alt.Chart(rows()).transform_filter("datum.kind == 'sample' && datum.first")
    moved = scene.control
    unit = f" ({moved.unit})" if moved.unit else ""
    x = alt.X("at:Q", title=f"{moved.name[0].lower()}{moved.name[1:]}{unit}")
    x = x.scale(domain=[scene.first, moved.high], nice=False)
    bare = alt.Axis(grid=False, tickCount=6)
    x = x.axis(alt.Axis(grid=False, values=scene.ticks, format="d") if scene.ticks else bare)
    top = float(np.ceil(effect(name).value.max() * 20) / 20)
    y = alt.Y("value:Q", title="value").scale(domain=[0, top], nice=False)
    y = y.axis(tickCount=3, minExtent=_AXIS_ROOM, grid=False)
    line = shown.mark_line(color="#808080", strokeWidth=2).encode(x, y)
    now = shown.transform_filter(at)
    cursor = now.mark_rule(color="#808080", strokeDash=[2, 3]).encode(x)
    dot = now.mark_circle(size=110, opacity=1, stroke="#808080", strokeWidth=1).encode(
        x, y, alt.Fill("fill:N", scale=None)
    )
    return alt.layer(line, cursor, dot).properties(width=SIZE, height=90, view=alt.ViewConfig(stroke=None))


@lru_cache(maxsize=len(_SCENES))
def table(name: str, write: Callable[[float], str]) -> pa.Table:
    """The rows of a term's picture; `write` says how a number is written."""
    scene, found, scale = _SCENES[name], effect(name), _arrow_scale(name)
    fills = rgb_to_hex(hsv_to_rgb([hsv for _name, hsv in scene.samples]))
    circle = zip(range(361), _turned(np.arange(361.0)).tolist(), strict=True)
    every: list[dict[str, Any]] = [
        *({"kind": "rim", "at": float(degrees), "x": x, "y": y} for degrees, (x, y) in circle if degrees % 4 == 0),
        {"kind": "axis", "x": -1.0, "y": 0.0, "x2": 1.0, "y2": 0.0},
        {"kind": "axis", "x": 0.0, "y": -1.0, "x2": 0.0, "y2": 1.0},
    ]
    if term(name).kind == "anchor":
        every.append({"kind": "zero", "x": 0.0, "y": 1.0})
    if term(name).kind == "subspace":
        every.append({"kind": "zero", "x": -_REACH, "y": 0.0, "x2": _REACH, "y2": 0.0})
    if term(name).kind == "anti-subspace":
        every.append({"kind": "zero", "x": 0.0, "y": -_REACH, "x2": 0.0, "y2": _REACH})
    if scene.sign:
        every.append({"kind": "sign", "x": scene.at[0], "y": scene.at[1], "text": scene.sign})
    every += [_arrow("field", *pair, scale) for pair in _field(name)]
    length, corner = _measure(name), (-1.42, -1.36)
    measure = {"kind": "measure", "text": f"push {length:g}"}
    every.append(_arrow("measure", np.array(corner), np.array([length, 0.0]), scale) | measure)
    unit = "°" if scene.control.unit == "degrees" else ""
    what = "angle" if unit else "length"
    for i, position in enumerate(found.positions.tolist()):
        written = f"{position:.0f}" if unit else f"{position:.2f}"
        same = {
            "at": position,
            "where": f"{what} {written.replace('-', '−')}{unit}",
            "value": float(found.value[i]),
            "value_text": write(round(float(found.value[i]), 15)),
            "push_text": write(round(float(found.strength[i]), 15)),
        }
        for j, (start, force) in enumerate(zip(found.samples[i], found.pushes[i], strict=True)):
            own = {"first": j == 0, "fill": fills[j], "name": scene.samples[j][0]}
            every.append(_arrow("sample", start, force, scale) | same | own)
    return pa.Table.from_pylist(every, schema=_SCHEMA)


def _field(name: str) -> list[tuple[Floats, Floats]]:
    scene = _SCENES[name]
    return [(start, negative_gradient(name, start[None], scene.dims)[1][0]) for start in scene.field]


def _arrow(kind: str, start: Floats, force: Floats, scale: float) -> dict[str, Any]:
    end = start + force * scale
    return {
        "kind": kind,
        "x": float(start[0]),
        "y": float(start[1]),
        "x2": float(end[0]),
        "y2": float(end[1]),
        "turn": float(np.degrees(np.arctan2(force[0], force[1]))),
        "pushed": bool(np.hypot(*force) * scale > _NO_PUSH * _LONGEST),
    }


_SCHEMA = pa.schema(
    [
        ("kind", pa.string()),
        ("at", pa.float64()),
        ("x", pa.float64()),
        ("y", pa.float64()),
        ("x2", pa.float64()),
        ("y2", pa.float64()),
        ("turn", pa.float64()),
        ("pushed", pa.bool_()),
        ("first", pa.bool_()),
        ("where", pa.string()),
        ("value", pa.float64()),
        ("value_text", pa.string()),
        ("push_text", pa.string()),
        ("fill", pa.string()),
        ("name", pa.string()),
        ("text", pa.string()),
    ]
)

"""A regularizer in a cross-section of the sphere: where a sample can be moved, and what it then says and pushes.

The picture that is dragged is drawn by the browser (excolor/ui/components/push), from the `Scene` here. The curves are
of the library's own losses, by autograd.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor.charts.base import as_spec, rows, table_of
from excolor.losses import TERMS, Term
from excolor.pushes import push

Floats = NDArray[np.float64]

_CURVE = "#808080"


@dataclass(frozen=True)
class Control:
    """What is moved: its name, its unit ("°" or none), the positions it has, and where it stands at first."""

    name: str
    unit: str
    low: float
    high: float
    step: float
    start: float

    @property
    def positions(self) -> Floats:
        """Every position, `[P]`."""
        return self.low + self.step * np.arange(round((self.high - self.low) / self.step) + 1, dtype=np.float64)


@dataclass(frozen=True)
class Scene:
    """How a term is shown.

    Attributes:
        control: what is moved.
        dims: the latent dims to the right and upwards.
        hue: of the sample that is moved, in degrees; None for a gray.
        angle: where it is at position 0, in degrees clockwise from the top; or always, if it moves outwards.
        turn: how many degrees further it is for each degree of the control; 0 moves it outwards instead.
        still: the hue and the angle of each sample that stays where it is.
        field: the distances from the center at which faint arrows start all around.
        ticks: of the curves' axis; none leaves them to the chart.
    """

    control: Control
    dims: tuple[int, int]
    hue: int | None
    angle: float
    turn: int
    still: tuple[tuple[int, float], ...] = ()
    field: tuple[float, ...] = (1.0,)
    ticks: tuple[int, ...] = ()

    def samples(self, position: float) -> Floats:
        """Where the samples are on `dims`, the moved one first, `[S, 2]`."""
        moved = _turned(self.angle + self.turn * position, 1.0 if self.turn else position)
        return np.array([moved, *(_turned(angle, 1.0) for _hue, angle in self.still)])


def _turned(degrees: float, length: float) -> tuple[float, float]:
    angle = np.radians(degrees)
    return float(np.sin(angle) * length), float(np.cos(angle) * length)


_HEIGHT = Control("Height over the plane", "°", -90, 90, 1, 60)
_HEIGHT_TICKS = (-90, -45, 0, 45, 90)
SCENES: dict[str, Scene] = {
    "anchor": Scene(
        Control("Angle to the first axis", "°", -180, 180, 1, 60), (1, 0), 0, 0, 1, ticks=(-180, -90, 0, 90, 180)
    ),
    "planarity": Scene(_HEIGHT, (1, 2), 90, 90, -1, ticks=_HEIGHT_TICKS),
    "separate": Scene(
        Control("Angle between the two", "°", 1, 60, 1, 12), (1, 0), 10, -15, 1, still=((345, -15.0),), field=()
    ),
    "unitarity": Scene(Control("Length of z", "", 0.05, 1.35, 0.05, 0.4), (1, 0), 60, 60, 0, field=(0.5, 1.3)),
    "neutrality": Scene(
        Control("Height over the plane", "°", -90, 90, 1, 30), (1, 2), None, 90, -1, ticks=_HEIGHT_TICKS
    ),
}
"""By the name of the term."""

_TERMS = {term.name: term for term in TERMS}
NAMES = tuple(name for name in SCENES if name in _TERMS)
"""The regularizers that have a picture, in the order of the lesson."""


def term(name: str) -> Term:
    """The regularizer of this name."""
    return _TERMS[name]


def negative_gradient(name: str, points: Floats, dims: tuple[int, int]) -> tuple[float, Floats]:
    """The value of a term over samples that lie on two dims, all of them carriers of its label, and their pushes.

    Args:
        name: of the term.
        points: the coordinates of the samples on `dims`, `[S, 2]`; the other two are zero.
        dims: two of the four latent dims.

    Returns:
        the value, and the pushes on the same dims, `[S, 2]` (see `pushes.push`).
    """
    latents = np.zeros((len(points), 4))
    latents[:, dims] = points
    acts = term(name)
    value, pushes = push(acts, latents, None if acts.label is None else np.ones(len(points)))
    return value, pushes[:, dims]


@dataclass(frozen=True)
class Effect:
    """A term over all positions: its value `[P]`, the samples `[P, S, 2]` and the pushes on them `[P, S, 2]`."""

    positions: Floats
    value: Floats
    samples: Floats
    pushes: Floats

    @property
    def strength(self) -> Floats:
        """How hard the moved sample is pushed, `[P]`."""
        return np.hypot(self.pushes[:, 0, 0], self.pushes[:, 0, 1])

    @property
    def hardest(self) -> tuple[float, float]:
        """The first position where the push is largest, and that push."""
        i = int(np.argmax(self.strength))
        return float(self.positions[i]), float(self.strength[i])

    def at(self, position: float) -> tuple[float, float]:
        """The value and the push at the position nearest to this one; what is zero but for rounding is zero."""
        i = int(np.argmin(np.abs(self.positions - position)))
        return round(float(self.value[i]), 7), round(float(self.strength[i]), 7)

    def reach(self, share: float) -> float:
        """The last position where the push is at least this share of the largest."""
        return float(self.positions[np.flatnonzero(self.strength >= share * self.strength.max())[-1]])


@lru_cache(maxsize=len(SCENES))
def effect(name: str) -> Effect:
    """What a term does at every position."""
    scene = SCENES[name]
    samples = [scene.samples(position) for position in scene.control.positions.tolist()]
    value, pushes = zip(*(negative_gradient(name, each, scene.dims) for each in samples), strict=True)
    return Effect(scene.control.positions, np.array(value), np.stack(samples), np.stack(pushes))


# --- value and push against the position ------------------------------------------------------------


@lru_cache(maxsize=len(SCENES))
def spec(name: str) -> dict[str, Any]:
    """The value of a term over its push, both against the position."""
    both = alt.vconcat(_curve(name, "value"), _curve(name, "push"), spacing=14)
    return as_spec(both)


def _curve(name: str, of: str) -> alt.LayerChart | alt.FacetChart:
    scene, found = SCENES[name], effect(name)
    moved = scene.control
    title = f"{moved.name[0].lower()}{moved.name[1:]}{f' ({moved.unit})' if moved.unit else ''}"
    x = alt.X("at:Q", title=title).scale(domain=[min(0, moved.low), moved.high], nice=False)
    x = x.axis(grid=False, values=scene.ticks or list(np.linspace(0, moved.high, 4).round(2)))
    top = float(np.ceil(max(found.value if of == "value" else found.strength) * 20) / 20)
    y = alt.Y(f"{of}:Q", title=of).scale(domain=[0, top], nice=False).axis(tickCount=3, minExtent=34, grid=False)
    base = alt.Chart(rows())
    line = base.mark_line(color=_CURVE, strokeWidth=2).encode(x, y)
    tooltip = [alt.Tooltip(f"{field}:N", title=field) for field in ("position", "value text", "push text")]
    points = base.mark_circle(opacity=0, size=60).encode(x, y, tooltip=tooltip)
    return alt.layer(line, points).properties(width=320, height=110, view=alt.ViewConfig(stroke=None))


@lru_cache(maxsize=len(SCENES))
def table(name: str, write: Callable[[float], str]) -> pa.Table:
    """The rows of a term's curves; `write` says how a number is written."""
    found, unit = effect(name), SCENES[name].control.unit
    return table_of(
        at=found.positions,
        value=found.value,
        push=found.strength,
        position=[f"{position:g}{unit}".replace("-", "−") for position in found.positions.tolist()],
        **{
            f"{of} text": [write(round(value, 15)) for value in values.tolist()]
            for of, values in (("value", found.value), ("push", found.strength))
        },
    )

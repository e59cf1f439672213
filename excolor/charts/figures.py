"""The axis of each figure of a run: its scale, its ends, and the bound that a run should keep."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
import numpy as np
from numpy.typing import NDArray

from excolor.diagnosis import ANSWERS_GRAY, GRAY_IN_PLANE, HUE_OFF_PLANE, RED_COSINE, ROTATED
from excolor.metrics import FAILS_ABOVE, SURVIVES_TO
from excolor.rows import columns

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """How a figure is drawn.

    Attributes:
        name: its column in `excolor.rows`.
        scale: of its axis; "log" has powers of ten.
        low, high: the ends of the axis; what lies beyond is drawn there.
        bound: what a run should keep, if anything.
        wrong: on which side of the bound it is not kept.
    """

    name: str
    scale: Literal["linear", "log"]
    low: float
    high: float
    bound: float | None = None
    wrong: Literal["above", "below"] = "above"

    @property
    def ticks(self) -> list[float]:
        """Where the axis has numbers."""
        if self.scale == "log":
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            return [float(f"1e{power}") for power in range(first, last + 1)]
        return [round(each, 6) for each in np.linspace(self.low, self.high, 5).tolist()]

    def x(self, field: str, title: str) -> alt.X:
        """The figure from left to right."""
        return self._axis(alt.X(f"{field}:Q", title=title))

    def y(self, field: str, title: str) -> alt.Y:
        """The figure from below to above."""
        return self._axis(alt.Y(f"{field}:Q", title=title))

    def _axis(self, channel: Any) -> Any:
        scaled = channel.scale(type=self.scale, domain=[self.low, self.high], nice=False, clamp=True)
        label = _POWERS if self.scale == "log" else alt.Undefined
        return scaled.axis(values=self.ticks, labelExpr=label, format=".4~g", grid=False, labelOverlap=True)

    def within(self, values: Floats) -> Floats:
        """The values as they are drawn: what lies beyond an end stands there."""
        return np.clip(values, self.low, self.high)

    def edges(self, n: int) -> Floats:
        """The edges of `n` bins that are equally wide on the axis, `[n + 1]`."""
        return (
            np.geomspace(self.low, self.high, n + 1) if self.scale == "log" else np.linspace(self.low, self.high, n + 1)
        )

    def even(self, values: Floats) -> Floats:
        """The values as the axis spaces them: the logarithm of those on an axis with powers of ten."""
        return np.log10(self.within(values)) if self.scale == "log" else values


_POWERS = (
    "datum.value >= 0.0005 ? format(datum.value, '.4~g') : "
    "['10⁻⁴', '10⁻⁵', '10⁻⁶', '10⁻⁷'][round(-log(datum.value) / LN10) - 4]"
)
_BOUNDS: dict[str, tuple[float, Literal["above", "below"]]] = {
    "intact.max_mse": (FAILS_ABOVE, "above"),
    "hue.gray_mse": (FAILS_ABOVE, "above"),
    "worst_gray": (SURVIVES_TO, "above"),
    "hue.gray_share": (ANSWERS_GRAY, "below"),
    "red_cosine": (RED_COSINE, "below"),
    "placement.red_angle": (ROTATED, "above"),
    "placement.hue_off_plane": (HUE_OFF_PLANE, "above"),
    "placement.gray_in_plane": (GRAY_IN_PLANE, "above"),
    "placement.turns": (1.0, "below"),
}
# Of those that may be far away and mostly are not: a short axis where all of them are on it, and the long one.
_LINEAR = {
    "red_cosine": ((0.5, 1.0), (-1.0, 1.0)),
    "selectivity": ((0.5, 1.0), (0.0, 1.0)),
    "placement.turns": ((0.0, 2.0), (0.0, 4.0)),
}
_LOG = {
    "placement.red_angle": (0.1, 180.0),
    "placement.gray_in_plane": (1e-3, 1.0),
    "placement.hue_off_plane": (0.01, 1.0),
}


def names() -> list[str]:
    """Every figure of a row, by its column."""
    found = columns()
    return [
        *found[found.index("batch_seed") + 1 : found.index("worst_gray") + 1],
        *(name for name in found if name.startswith("placement.")),
    ]


def figure(name: str, values: Sequence[Floats]) -> Figure:
    """How a figure is drawn for some runs; its axis changes only where a run lies far from the others."""
    bound, wrong = _BOUNDS.get(name, (None, "above"))

    def made(scale: Literal["linear", "log"], low: float, high: float) -> Figure:
        return Figure(name, scale, low, high, bound, wrong)

    if name in _LINEAR:
        short, long = _LINEAR[name]
        known = [each[np.isfinite(each)] for each in values]
        inside = all((each >= short[0]).all() and (each <= short[1]).all() for each in known)
        return made("linear", *(short if inside else long))
    if name.endswith("gray_share"):
        return made("linear", 0.0, 1.0)
    return made("log", *_LOG.get(name, (1e-6, 1.0)))

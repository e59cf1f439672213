"""The schedule: every parameter against the step, its keys marked, and the step under the pointer read out.

A track for each parameter, the chosen schedule in front of the others. A schedule of another length than the shipped
ones is stretched over theirs, as a training stretches it.
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

from excolor.charts.base import FONT, as_spec, rows
from excolor.losses import TERMS
from excolor.schedule import PARAMETERS, SHIPPED, Schedule, find

STRIDE = 10  # steps between two values that are drawn
START = 1000  # the step that is read out at first

Floats = NDArray[np.float64]

_FRONT, _BACK = "front", "back"
_GAP = 0.8  # between two tracks, as a share of one: room for its name and value
_LONG = {"lr": "learning rate"} | {term.column: f"weight of {term.name}" for term in TERMS}
# From the top: what every shipped sheet schedules. One that only some of them have is among the weights of the terms.
TRACKS = ("lr", *sorted(t.column for t in TERMS if all(t.column in find(name).parameters for name in SHIPPED)))


def steps_of(last: int) -> NDArray[np.int64]:
    """The steps that are drawn, ends included."""
    return np.unique(np.append(np.arange(0, last + 1, STRIDE), last))


@dataclass(frozen=True)
class Axes:
    """What the axes of the chart reach to.

    Attributes:
        tracks: the parameters, from the top.
        last: the step at the right end.
        rate: the end of the learning rate's scale.
        weight: the end of the one scale for all weights.
    """

    tracks: tuple[str, ...]
    last: int
    rate: float
    weight: float

    def top(self, parameter: str) -> float:
        """The end of a parameter's scale."""
        return self.rate if parameter == "lr" else self.weight


@lru_cache(maxsize=1)
def usual() -> Axes:
    """Axes for the shipped schedules: each scale ends at the largest value that one of them has."""
    shipped = [find(name) for name in SHIPPED]
    peaks = [(track.parameter, max(track.values)) for each in shipped for track in each.tracks]
    return Axes(
        TRACKS,
        max(each.last for each in shipped),
        max(peak for parameter, peak in peaks if parameter == "lr"),
        max(peak for parameter, peak in peaks if parameter != "lr"),
    )


def axes_of(schedule: Schedule) -> Axes:
    """Axes with room for a schedule beside the shipped ones: a scale that is too short is doubled until it is not."""
    axes = usual()
    peaks = {track.parameter: max(track.values) for track in schedule.tracks if track.parameter in PARAMETERS}
    weights = [peak for parameter, peak in peaks.items() if parameter != "lr"]
    more = [parameter for parameter in PARAMETERS if parameter in peaks and parameter not in axes.tracks]
    return Axes(
        (*axes.tracks, *more), axes.last, _doubled(axes.rate, peaks.get("lr", 0)), _doubled(axes.weight, *weights)
    )


def _doubled(end: float, *peaks: float) -> float:
    while end < max(peaks, default=0):
        end *= 2
    return end


def _ink() -> alt.Scale:
    # The first two of the theme's own grays, in light and in dark: text, and a line that stands back.
    return alt.Scale(domain=[_FRONT, _BACK])


def spec() -> dict[str, Any]:
    """The chart of the shipped schedules: see `spec_for`."""
    return spec_for(usual())


@lru_cache(maxsize=16)
def spec_for(axes: Axes) -> dict[str, Any]:
    """A track for each parameter; the pointer, a tap or the slider chooses the step, the Vega parameter `pointer`."""
    last, stride = axes.last, 1 + _GAP
    x = alt.X("at:Q", title="step").scale(domain=[0, last], nice=False).axis(grid=False, tickCount=6, format=",d")
    marks = {i * stride + 1: "0" for i in range(len(axes.tracks))}
    marks |= {i * stride: f"{axes.top(parameter):g}" for i, parameter in enumerate(axes.tracks)}
    label = " : ".join(f"abs(datum.value - {at}) < 0.01 ? '{text}'" for at, text in marks.items())
    y = alt.Y("y:Q", title="value, each in its own track")
    y = y.scale(domain=[len(axes.tracks) * stride - _GAP, -_GAP], nice=False)
    y = y.axis(values=list(marks), labelExpr=f"{label} : ''", labelFlush=False, grid=False, domain=False)
    ink = alt.Color("rank:N", scale=_ink(), legend=None)
    base = alt.Chart(rows())

    def of(kind: str, more: str = "") -> alt.Chart:
        return base.transform_filter(f"datum.kind == '{kind}'{more}")

    floors = of("floor").mark_rule(strokeWidth=1).encode(x, y, ink, x2="at2")
    back = of("value", f" && datum.rank == '{_BACK}'").mark_line(strokeWidth=1.5).encode(x, y, ink, detail="line:N")
    front = of("value", f" && datum.rank == '{_FRONT}'")
    line = front.mark_line(strokeWidth=2.5).encode(x, y, ink, detail="line:N")
    keys = of("key").mark_point(shape="diamond", filled=True, size=90, opacity=1)
    keys = keys.encode(x, y, ink, tooltip=[alt.Tooltip("text:N", title="key")])
    names = of("name").mark_text(align="left", baseline="bottom", fontSize=FONT, dy=-6)
    names = names.encode(x, y, ink, alt.Text("text:N"))

    pointer = alt.selection_point(
        name="pointer",
        fields=["at"],
        nearest=True,
        on="pointerover",
        clear=False,
        value=[{"at": START}],
        bind=alt.BindRange(input="range", min=0, max=last, step=STRIDE, name="Step"),
    )
    first = front.transform_filter(f"datum.parameter == '{axes.tracks[0]}'")
    # All at one height, so that the nearest is the one above or below the pointer.
    cells = first.mark_point(opacity=0).encode(x, y=alt.value(0)).add_params(pointer)
    here = front.transform_filter(pointer)
    # Within the tracks, so that it crosses no name.
    rule = here.transform_calculate(bottom="datum.top + 1").mark_rule(strokeWidth=1)
    rule = rule.encode(x, alt.Y("top:Q"), alt.Y2("bottom"), ink)
    dots = here.mark_point(filled=True, size=70, opacity=1).encode(x, y, ink)
    read = here.mark_text(align="right", baseline="bottom", fontSize=FONT, fontWeight=600, dy=-6)
    read = read.encode(alt.X("end:Q"), alt.Y("top:Q"), ink, alt.Text("text:N"))
    layers = (floors, back, line, keys, names, rule, dots, read, cells)
    return as_spec(alt.layer(*layers).properties(height=96 * len(axes.tracks)))


def table(chosen: Schedule, others: tuple[Schedule, ...], write: Callable[[float], str]) -> pa.Table:
    """The rows of the chart of the shipped schedules: see `table_for`."""
    return table_for(usual(), chosen, others, write)


@lru_cache(maxsize=16)
def table_for(axes: Axes, chosen: Schedule, others: tuple[Schedule, ...], write: Callable[[float], str]) -> pa.Table:
    """The curves and the keys of the chosen schedule, and the curves of others; `write` says how a number is written.

    What a schedule has no column for is 0.
    """
    every: list[dict[str, Any]] = []
    drawn, end = steps_of(axes.last), float(axes.last)
    for i, parameter in enumerate(axes.tracks):
        top, full = i * (1 + _GAP), axes.top(parameter)

        def placed(value: float, top: float = top, full: float = full) -> float:
            return top + 1 - value / full

        every.append({"kind": "floor", "at": 0.0, "at2": end, "y": top + 1, "rank": _BACK})
        every.append({"kind": "name", "at": 0.0, "y": top, "rank": _FRONT, "text": _LONG[parameter]})
        for schedule in (*others, chosen):
            rank = _FRONT if schedule is chosen else _BACK
            same = {
                "parameter": parameter,
                "rank": rank,
                "line": f"{parameter} {schedule.name}",
                "end": end,
                "top": top,
            }
            values = schedule.weight(parameter, drawn * schedule.last / axes.last)
            for step, value in zip(drawn.tolist(), values.tolist(), strict=True):
                own = {"kind": "value", "at": float(step), "y": placed(value), "text": write(value)}
                every.append(same | own)
        for track in chosen.tracks:
            if track.parameter == parameter:
                for step, value in zip(track.steps, track.values, strict=True):
                    own = {
                        "kind": "key",
                        "at": step * axes.last / max(chosen.last, 1),
                        "y": placed(value),
                        "rank": _FRONT,
                    }
                    every.append(own | {"text": f"{write(value)} at step {step:,}"})
    return pa.Table.from_pylist(every, schema=_SCHEMA)


_SCHEMA = pa.schema(
    [
        ("kind", pa.string()),
        ("parameter", pa.string()),
        ("line", pa.string()),
        ("rank", pa.string()),
        ("at", pa.float64()),
        ("at2", pa.float64()),
        ("y", pa.float64()),
        ("end", pa.float64()),
        ("top", pa.float64()),
        ("text", pa.string()),
    ]
)

"""The schedule: every parameter against the step, its keys marked, and the step under the pointer read out.

A track for each parameter, the chosen schedule in front of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor.charts.base import FONT, as_spec, rows
from excolor.losses import TERMS
from excolor.schedule import SHIPPED, Schedule, find

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


@lru_cache(maxsize=1)
def _span() -> int:
    return max(find(name).last for name in SHIPPED)


@lru_cache(maxsize=8)
def _top(parameter: str) -> float:
    """The end of a parameter's scale: the largest value that a shipped schedule gives it; one scale for all weights."""
    alike = [
        track for name in SHIPPED for track in find(name).tracks if (track.parameter == "lr") == (parameter == "lr")
    ]
    return max(max(track.values) for track in alike)


def _ink() -> alt.Scale:
    # The first two of the theme's own grays, in light and in dark: text, and a line that stands back.
    return alt.Scale(domain=[_FRONT, _BACK])


@lru_cache(maxsize=1)
def spec() -> dict[str, Any]:
    """A track for each parameter; the pointer, a tap or the slider chooses the step, the Vega parameter `pointer`."""
    last, stride = _span(), 1 + _GAP
    x = alt.X("at:Q", title="step").scale(domain=[0, last], nice=False).axis(grid=False, tickCount=6, format=",d")
    marks = {i * stride + 1: "0" for i in range(len(TRACKS))}
    marks |= {i * stride: f"{_top(parameter):g}" for i, parameter in enumerate(TRACKS)}
    label = " : ".join(f"abs(datum.value - {at}) < 0.01 ? '{text}'" for at, text in marks.items())
    y = alt.Y("y:Q", title="value, a track for each parameter")
    y = y.scale(domain=[len(TRACKS) * stride - _GAP, -_GAP], nice=False)
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
    first = front.transform_filter(f"datum.parameter == '{TRACKS[0]}'")
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
    return as_spec(alt.layer(*layers).properties(height=480))


@lru_cache(maxsize=16)
def table(chosen: Schedule, others: tuple[Schedule, ...], write: Callable[[float], str]) -> pa.Table:
    """The rows of the sheet; `write` says how a number is written."""
    every: list[dict[str, Any]] = []
    for i, parameter in enumerate(TRACKS):
        top, full = i * (1 + _GAP), _top(parameter)
        end = float(_span())

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
            steps = steps_of(schedule.last)
            for step, value in zip(steps.tolist(), schedule.values(parameter, steps).tolist(), strict=True):
                own = {"kind": "value", "at": float(step), "y": placed(value), "text": write(value)}
                every.append(same | own)
        for track in chosen.tracks:
            if track.parameter == parameter:
                for step, value in zip(track.steps, track.values, strict=True):
                    own = {"kind": "key", "at": float(step), "y": placed(value), "rank": _FRONT}
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

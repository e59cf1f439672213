"""The schedule: every parameter against the step, its keys marked, and the step under the pointer read out.

Two charts: the weight of one term, and the sheet as a whole, a track for each parameter. Each draws the chosen
schedule in front of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor.charts.base import as_spec, rows
from excolor.losses import TERMS
from excolor.schedule import SHIPPED, Schedule, find

STRIDE = 10  # steps between two values that are drawn
START = 1000  # the step that is read out at first

Floats = NDArray[np.float64]

_FRONT, _BACK, _QUIET = "front", "back", "quiet"
_GAP = 0.8  # between two tracks, as a share of one: room for its name and value
# Of the name beside a line: how far its middle is from the line, as a share of the scale, and half its width, as a
# share of the steps.
_NAME_AWAY, _NAME_HALF = 0.08, 0.07
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
    # The first three of the theme's own grays, in light and in dark: text, a line that stands back, and its name.
    return alt.Scale(domain=[_FRONT, _BACK, _QUIET])


# --- the weight of one term ----------------------------------------------------------------------


@lru_cache(maxsize=1)
def weight_spec() -> dict[str, Any]:
    """A line for each schedule with its name beside it; the chosen one is thick."""
    x = alt.X("step:Q", title="step").scale(domain=[0, _span()], nice=False).axis(grid=False, tickCount=4, format=",d")
    top = _top("reg-unit")
    y = alt.Y("weight:Q", title="weight").scale(domain=[0, top])
    y = y.axis(grid=False, values=[0, top / 2, top], format=".2~f")
    ink = alt.Color("rank:N", scale=_ink(), legend=None)
    base = alt.Chart(rows())
    back, front = (base.transform_filter(f"datum.rank == '{rank}' && !datum.name") for rank in (_BACK, _FRONT))
    lines = [
        shown.mark_line(strokeWidth=width).encode(x, y, ink, detail="schedule:N")
        for shown, width in ((back, 1.5), (front, 2.5))
    ]
    names = base.transform_filter("datum.name").mark_text(fontSize=12).encode(x, y, ink, alt.Text("schedule:N"))
    return as_spec(alt.layer(*lines, names).properties(height=190))


@lru_cache(maxsize=64)
def weight_table(parameter: str, chosen: Schedule, others: tuple[Schedule, ...]) -> pa.Table:
    """The rows for one parameter of the schedules."""
    every: list[dict[str, Any]] = []
    drawn = (*others, chosen)
    steps = np.arange(0, _span() + 1, STRIDE)
    lines = np.stack([schedule.weight(parameter, steps) for schedule in drawn])
    places = name_places(lines, _top(parameter))
    for schedule, line, (at, height) in zip(drawn, lines.tolist(), places, strict=True):
        same = {"schedule": schedule.name, "rank": _FRONT if schedule is chosen else _BACK, "name": False}
        every += [same | {"step": step, "weight": value} for step, value in zip(steps.tolist(), line, strict=True)]
        named = {"name": True, "rank": _FRONT if schedule is chosen else _QUIET}
        every.append(same | {"step": int(steps[at]), "weight": height} | named)
    return pa.Table.from_pylist(every)


def name_places(lines: Floats, top: float) -> list[tuple[int, float]]:
    """Where to write the names of lines `[L, P]` drawn from 0 to `top`: for each a place along it and a height.

    Just above or below its own line, and of all such places one that the other lines and names leave room.
    """
    points = np.arange(len(lines[0]))
    away, half = _NAME_AWAY * top, round(_NAME_HALF * len(points))
    obstacles = list(lines)
    places: list[tuple[int, float]] = []
    for own in lines:
        best = (-np.inf, -np.inf, 0, 0.0)
        # Where two lines are one, there is only the other's name to keep away from.
        others = [row for row in lines if not np.array_equal(row, own)]
        taken = [row for row in obstacles if not np.array_equal(row, own)]
        for at in range(half, len(points) - half):
            beside = slice(at - half, at + half + 1)
            for height in (float(own[beside].max() + away), float(own[beside].min() - away)):
                if not away <= height <= top:
                    continue
                rest = [np.abs(row[beside] - height).min() for row in taken]
                # Where it runs along with another line, a name would belong to both.
                rest += [np.abs(row[at] - own[at]) for row in others]
                # Beyond twice the distance more room is no better; then the nearest place is.
                room = min(min(rest, default=np.inf), 2 * away)
                best = max(best, (room, -abs(height - own[at]), at, height))
        places.append(best[2:])
        # The name that now stands there is in the way of the next ones.
        obstacles.append(np.where(np.abs(points - best[2]) <= half, best[3], np.inf))
    return places


# --- the sheet as a whole ------------------------------------------------------------------------


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
    y = y.axis(values=list(marks), labelExpr=f"{label} : ''", grid=False, domain=False)
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
    names = of("name").mark_text(align="left", baseline="bottom", fontSize=13, dy=-6)
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
    read = here.mark_text(align="right", baseline="bottom", fontSize=13, fontWeight=600, dy=-6)
    read = read.encode(alt.X("end:Q"), alt.Y("top:Q"), ink, alt.Text("text:N"))
    layers = (floors, back, line, keys, names, rule, dots, read, cells)
    return as_spec(alt.layer(*layers).properties(height=600))


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

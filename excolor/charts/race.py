"""The relearning race: the error of each runner against the updates, both on a scale of powers of ten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor.charts.base import FONT, as_spec, rows, table_of
from excolor.lab.race import EVERY, FRACTIONS, RUNNERS, UPDATES, Fraction, Race, Runner

LEAST, MOST = 1e-6, 1.0  # of the error
_NAMES_AT, _END = 3400, 100_000  # updates: where the names stand, and the end of the axis, with room for them
_GAP = 0.31  # between two names, in powers of ten
_DRAWN = 90  # measurements of each runner: more lie within a pixel
NAMES: dict[Runner, str] = {
    "ablated": "ablated",
    "pruned": "pruned",
    "producer": "writing side",
    "consumer": "reading side",
    "jittered": "jittered",
    "redrawn": "drawn anew",
    "fresh": "fresh",
    "grays": "only grays",
}
# Of each runner: dashes and thickness. Two that run alike are seen both: the one wide and dotted, on the other.
_DASHES: dict[Runner, tuple[list[int], float]] = {
    "ablated": ([1, 0], 3.5),
    "pruned": ([2, 4], 6),
    "producer": ([8, 3], 2),
    "consumer": ([3, 3], 2),
    "jittered": ([1, 0], 1.5),
    "redrawn": ([10, 3, 2, 3], 2),
    "fresh": ([6, 6], 3.5),
    "grays": ([2, 2], 3),
}
# What is written at a level above its line, and what below.
_LEVELS: list[tuple[str, Literal["bottom", "top"], int]] = [("left", "bottom", -4), ("level", "top", 4)]
WORDS: dict[Fraction, str] = {"half": "half", "tenth": "a tenth", "hundredth": "a hundredth"}


@lru_cache(maxsize=1)
def spec() -> dict[str, Any]:
    """A line for each runner with its name at the end; a slider shows the race up to an update."""
    x = alt.X("updates:Q", title="updates (powers of ten)")
    x = x.scale(type="log", domain=[EVERY, _END], nice=False)
    x = x.axis(values=[10, 100, 1000], format=",d", grid=False)
    y = alt.Y("error:Q", title="MSE of vivid hues (powers of ten)")
    y = y.scale(type="log", domain=[LEAST, MOST], nice=False, clamp=True)
    y = y.axis(values=[1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1], grid=False, labelExpr=_POWERS)
    upto = alt.param(
        name="upto",
        value=UPDATES,
        bind=alt.BindRange(input="range", min=EVERY, max=UPDATES, step=EVERY, name="Updates done"),
    )
    base = alt.Chart(rows())
    ink = alt.Color("ink:N", legend=None).scale(domain=["ink"])
    levels = base.transform_filter("datum.kind == 'level' || datum.kind == 'left'")
    rule = levels.mark_rule(strokeWidth=1, strokeDash=[1, 3], opacity=0.6).encode(y, ink)
    said = [
        base.transform_filter(f"datum.kind == '{kind}'")
        .mark_text(align="left", baseline=baseline, fontSize=FONT, dx=4, dy=away)
        .encode(x, y, ink, alt.Text("name:N"))
        for kind, baseline, away in _LEVELS
    ]
    runs = base.transform_filter("datum.kind == 'run'").transform_filter("datum.updates <= upto")
    lines = runs.mark_line(clip=True).encode(
        x,
        y,
        ink,
        alt.StrokeDash("runner:N", legend=None).scale(
            domain=list(RUNNERS), range=[_DASHES[each][0] for each in RUNNERS]
        ),
        alt.StrokeWidth("thick:Q", scale=None, legend=None),
        detail="runner:N",
    )
    names = base.transform_filter("datum.kind == 'name'").mark_text(align="left", fontSize=FONT, dx=2)
    names = names.encode(x, y, ink, alt.Text("name:N"))
    return as_spec(alt.layer(rule, *said, lines, names).add_params(upto).properties(height=380))


_POWERS = "['1', '0.1', '0.01', '0.001', '10⁻⁴', '10⁻⁵', '10⁻⁶'][round(-log(datum.value) / LN10)]"


def table(race: Race, runners: Sequence[Runner]) -> pa.Table:
    """The rows for some runners of a race, or of what there is of it so far: the median of the seeds."""
    picked = _marks(race.updates)
    middles: dict[Runner, NDArray[np.float64]] = {runner: median(race, runner) for runner in runners}
    found = [
        _row("run", float(race.updates[at]), float(middles[runner][at]), runner=runner)
        for runner in runners
        for at in picked
        if np.isfinite(middles[runner][at])
    ]
    for name, height in _names(middles).items():
        found.append(_row("name", _NAMES_AT, height, name=name))
    for fraction, share in FRACTIONS.items():
        level = share * race.left
        if LEAST < level < MOST:
            found.append(_row("level", EVERY, level, name=WORDS[fraction]))
    if LEAST < race.left < MOST:
        found.append(_row("left", EVERY, race.left, name="what the deletion left"))
    return table_of(
        **{
            column: [each[column] for each in found]
            for column in ("kind", "updates", "error", "name", "runner", "thick", "ink")
        }
    )


def median(race: Race, runner: Runner) -> NDArray[np.float64]:
    """A runner's error at each measurement, `[M]`: the median of its seeds; not a number where too many diverged."""
    ordered = np.sort(race.errors[runner].astype(np.float64), axis=0)  # what is not a number comes last
    return ordered[len(ordered) // 2]


def _marks(updates: NDArray[np.int64]) -> list[int]:
    """Which measurements are drawn: evenly on a scale of powers of ten, the first and the last among them."""
    if len(updates) < 2:
        return []
    wanted = np.geomspace(1, len(updates) - 1, _DRAWN)
    return sorted(set(np.rint(wanted).astype(int).tolist()))


def _names(middles: Mapping[Runner, NDArray[np.float64]]) -> dict[str, float]:
    """Where each name stands: at its line's end, and never on another; lines that end alike share a place."""
    ends: dict[Runner, float] = {
        runner: float(np.log10(np.clip(errors[-1], LEAST, MOST)))
        for runner, errors in middles.items()
        if np.isfinite(errors[-1])
    }
    groups: list[tuple[list[str], float]] = []
    for runner, end in sorted(ends.items(), key=lambda item: -item[1]):
        if groups and abs(groups[-1][1] - end) < 0.01:
            groups[-1][0].append(NAMES[runner])
        else:
            groups.append(([NAMES[runner]], end))
    placed: dict[str, float] = {}
    above = np.log10(MOST)
    for i, (names, end) in enumerate(groups):
        room = np.log10(LEAST) + _GAP * (len(groups) - 1 - i)  # for those below
        above = max(min(end, above - _GAP), room)
        placed[", ".join(names)] = float(10**above)
    return placed


def _row(kind: str, updates: float, error: float, name: str = "", runner: Runner | None = None) -> dict[str, Any]:
    thick = _DASHES[runner][1] if runner else 1.0
    place = {"kind": kind, "updates": updates, "error": max(error, LEAST)}
    return place | {"name": name, "runner": runner or "", "thick": thick, "ink": "ink"}

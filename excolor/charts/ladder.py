"""What probes read at each place inside a network, intact beside deleted, with the floors of each probe."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import altair as alt
import pyarrow as pa

from excolor.charts.base import as_spec, rows, table_of
from excolor.lab.audit import Floor, State
from excolor.lab.probes import SITES, WITHIN, Ladder, Site

PROBES = ("affine", "kernel")
PLACES: dict[Site, str] = {"z": "z", "z_norm": "‖z‖", "u": "u", "output": "answer"}
LEAST, MOST = -0.12, 1.12  # of R², with room for a mark at 1
_ROWS = [f"{place}, {probe}" for place in PLACES.values() for probe in PROBES]
# What a mark is, and its shape; how it is written below the chart stands beside it.
SHAPES = {
    "intact": "circle",
    "deleted": "square",
    "shuffled": "M-0.15,-1.6H0.15V1.6H-0.15Z",
    "brightness": "M-1,-1L1,1M-1,1L1,-1",
}


@lru_cache(maxsize=1)
def spec() -> dict[str, Any]:
    """A row for each place and probe.

    A band reaches up to the floors and the 0.05 more that prove nothing; on it a bar for chance and a cross for
    brightness. A circle is the intact network, a filled square the one with dims deleted.
    """
    x = alt.X("r2:Q", title="R² (0: nothing, 1: the hue exactly)")
    x = x.scale(domain=[LEAST, MOST], nice=False).axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2~f", grid=False)
    y = alt.Y("row:N", title="place and probe", sort=None).scale(domain=_ROWS).axis(grid=False, domain=False)
    base = alt.Chart(rows())
    ink = alt.Color("ink:N", legend=None).scale(domain=["ink"])
    band = base.transform_filter("datum.kind == 'band'").mark_bar(opacity=0.18, size=24)
    band = band.encode(x, y, ink, x2="least")
    joined = base.transform_filter("datum.kind == 'band'").mark_rule(strokeWidth=1, opacity=0.6)
    joined = joined.encode(alt.X("intact:Q"), y, ink, x2="deleted")
    tooltip = [
        alt.Tooltip("row:N", title="place and probe"),
        alt.Tooltip("kind:N", title="what"),
        alt.Tooltip("r2:Q", title="R²", format=".2f"),
    ]
    shape = alt.Shape("kind:N", legend=None).scale(domain=list(SHAPES), range=list(SHAPES.values()))
    floors = base.transform_filter("datum.kind == 'shuffled' || datum.kind == 'brightness'")
    floors = floors.mark_point(size=60, strokeWidth=1.6, opacity=1).encode(x, y, ink, shape, tooltip=tooltip)
    intact = base.transform_filter("datum.kind == 'intact'").mark_point(size=110, strokeWidth=2, opacity=1)
    deleted = base.transform_filter("datum.kind == 'deleted'").mark_point(size=110, filled=True, opacity=1)
    marks = [each.encode(x, y, ink, shape, tooltip=tooltip) for each in (intact, deleted)]
    return as_spec(alt.layer(band, joined, floors, *marks).properties(height=34 * len(_ROWS)))


def table(probes: Mapping[State, Mapping[Site, Ladder]], floors: Mapping[Floor, Ladder], times: int) -> pa.Table:
    """The rows for what was read; `times` is k, how often the target goes round while the hue goes round once."""
    found: list[dict[str, Any]] = []
    for site in SITES:
        for probe in PROBES:
            row = f"{PLACES[site]}, {probe}"
            scores: dict[str, float] = {
                **{state: _score(of[site], probe, times) for state, of in probes.items()},
                **{floor: _score(of, probe, times) for floor, of in floors.items()},
            }
            highest = max(scores[floor] for floor in floors)
            line = {"row": row, "intact": scores["intact"], "deleted": scores["deleted"], "least": LEAST, "ink": "ink"}
            found.append({"kind": "band", "r2": _within(highest + WITHIN), **line})
            found += [{"kind": kind, "r2": score, **line} for kind, score in scores.items()]
    return table_of(**{column: [each[column] for each in found] for column in found[0]})


def _score(ladder: Ladder, probe: str, times: int) -> float:
    return _within((ladder.affine if probe == "affine" else ladder.kernel).scores[times - 1])


def _within(score: float) -> float:
    """A score at the edge of the picture where it lies beyond: one far below 0 says nothing more than 0 does."""
    return min(max(score, LEAST), MOST)

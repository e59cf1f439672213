"""What all charts share: the ground that colours sit on, and how a specification is built."""

from __future__ import annotations

from typing import Any

import altair as alt
import pyarrow as pa

GROUND = "#808080"  # the same mid-neutral in light and dark, so that a colour looks the same in both
INK = "#000000"  # on the ground
FAINT = "#5f5f5f"  # lines on the ground that are not data

# MSE on a scale whose height is the root of the error, so that 0.001 and 0.3 are both to be seen. It never rescales.
ERROR_SCALE = alt.Scale(type="sqrt", domain=[0, 1], clamp=True)
ERROR_TICKS = [0, 0.01, 0.1, 0.3, 0.6, 1]


def rows() -> alt.NamedData:
    """The data of a chart, to be filled when it is drawn."""
    return alt.NamedData(name="rows")


def as_spec(chart: alt.LayerChart | alt.FacetChart | alt.VConcatChart | alt.Chart) -> dict[str, Any]:
    """The chart as a Vega-Lite specification; the theme is left to the page."""
    spec: dict[str, Any] = chart.to_dict()
    spec.pop("config", None)
    return spec


def table_of(**columns: Any) -> pa.Table:
    """An Arrow table of equally long columns."""
    return pa.Table.from_pydict(columns)

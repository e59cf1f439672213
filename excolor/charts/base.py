"""What all charts share: the ground that colors sit on, and how a specification is built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pyarrow as pa

GROUND = "#808080"  # the same mid-neutral in light and dark, so that a color looks the same in both
INK = "#000000"  # on the ground
FAINT = "#5f5f5f"  # lines on the ground that are not data
FONT = 14  # pixels of every text of a chart: from the back of a room it is read off a projector
PICK = "pick"  # the name of the selection by which a chart says what was clicked

# On the page itself, for a canvas, which the page's style sheet does not reach into.
PAGE_INK = "luminance(background) > 0.5 ? '#4a4a4a' : '#bdbdbd'"

# MSE on a scale whose height is the root of the error, so that 0.001 and 0.3 are both to be seen. It never rescales.
ERROR_SCALE = alt.Scale(type="sqrt", domain=[0, 1], clamp=True)
ERROR_TICKS = [0, 0.01, 0.1, 0.3, 0.6, 1]


def rows() -> alt.NamedData:
    """The data of a chart, to be filled when it is drawn."""
    return alt.NamedData(name="rows")


def as_spec(
    chart: alt.LayerChart | alt.FacetChart | alt.VConcatChart | alt.Chart, *, canvas: bool = False
) -> dict[str, Any]:
    """The chart as a Vega-Lite specification; the theme is left to the page.

    A chart is described as a whole, where it is drawn: words for each of a thousand marks would take a third of the
    time that drawing them takes, and a reader of them would hear no end of it.

    Args:
        canvas: painted, rather than made of an element for each mark, which for hundreds of marks takes twice as long.
    """
    spec: dict[str, Any] = chart.to_dict()
    axis: dict[str, Any] = {"labelFontSize": FONT, "titleFontSize": FONT}
    spec["config"] = {"axis": axis}
    if canvas:
        axis |= {part: {"expr": PAGE_INK} for part in ("labelColor", "titleColor")}
        spec["usermeta"] = {"embedOptions": {"renderer": "canvas"}}
    _silence(spec)
    return spec


def _silence(spec: dict[str, Any]) -> None:
    if "mark" in spec:
        spec["mark"]["aria"] = False
    for part in ("layer", "vconcat"):
        for each in spec.get(part, []):
            _silence(each)


def table_of(**columns: Any) -> pa.Table:
    """An Arrow table of equally long columns."""
    return pa.Table.from_pydict(columns)


def counted(marks: alt.Chart) -> alt.Chart:
    """The marks of one layer, each with the count that comes with the picked color.

    It tells a second click on the same mark from no click at all.
    """
    count = alt.LookupData(alt.NamedData("mark"), key="all", fields=["turn"])
    return marks.transform_calculate(all="1").transform_lookup(lookup="all", from_=count)


def pickable(marks: alt.Chart) -> alt.Chart:
    """The marks of one layer, such that a click on any mark of the chart gives what its row has in `true`, a color.

    Marks of other layers that can be clicked must be `counted`.
    """
    pick = alt.selection_point(name=PICK, on="click", fields=["true", "turn"], clear=False)
    return counted(marks).add_params(pick)


def picked_rows() -> alt.Chart:
    """Where the picked color is in a chart: the rows that `mark_table` makes, when there is one."""
    return alt.Chart(alt.NamedData("mark")).transform_filter("isValid(datum.true)")


def ring(x: alt.X, y: alt.Y, size: int = 170) -> list[alt.Chart]:
    """Layers that mark the picked color's points: filled with it, in a white and a black ring."""
    wide, narrow = (
        picked_rows().mark_point(opacity=1, filled=False, size=size, stroke=stroke, strokeWidth=width).encode(x, y)
        for stroke, width in ((INK, 5), ("#ffffff", 2))
    )
    return [wide.encode(fill=alt.Fill("true:N", scale=None)), narrow]


def mark_table(turn: int, code: str | None = None, **places: Sequence[float]) -> pa.Table:
    """One row for each place where a chart marks the picked color `code`, in the chart's own units.

    Args:
        turn: how often something has been picked.
        places: columns by name; as many empty rows as there are places when no color is picked.
    """
    rows = len(next(iter(places.values())))
    columns = {
        name: pa.array([None] * rows if code is None else [float(v) for v in values], pa.float64())
        for name, values in places.items()
    }
    return table_of(all=[1] * rows, turn=[turn] * rows, true=pa.array([code] * rows, pa.string()), **columns)

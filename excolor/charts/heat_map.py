"""How often each saturation and value of the training grid is drawn, over all hues."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor.charts.base import FONT, as_spec, rows, table_of
from excolor.data import TRAINING_GRID

_SHADE = 0.4  # of the ink, at most: the number is written on it


@lru_cache(maxsize=1)
def spec(top: float) -> dict[str, Any]:
    """A square for each cell with its share in percent, the darker the more; `top` is the largest there is."""
    _, saturations, values = TRAINING_GRID
    x = alt.X("saturation:Q", title="saturation").scale(domain=[-0.5, saturations - 0.5], nice=False)
    y = alt.Y("value:Q", title="value").scale(domain=[-0.5, values - 0.5], nice=False)
    x, y = (
        axis.axis(
            values=[0, (n - 1) / 3, 2 * (n - 1) / 3, n - 1],
            labelExpr=f"['0', '⅓', '⅔', '1'][round(datum.value * 3 / {n - 1})]",
            grid=False,
            domain=False,
            ticks=False,
        )
        for axis, n in ((x, saturations), (y, values))
    )
    base = alt.Chart(rows())
    # The first of the theme's own grays is that of its text, in light and in dark.
    ink = alt.Color("ink:N", legend=None).scale(domain=["ink"])
    tooltip = [
        alt.Tooltip("where:N", title="cell"),
        alt.Tooltip("share:Q", title="drawn in training", format=".2%"),
        alt.Tooltip("plain:Q", title="without", format=".2%"),
    ]
    shade = base.mark_rect().encode(
        alt.X("left:Q").scale(domain=[-0.5, saturations - 0.5], nice=False),
        alt.X2("right"),
        alt.Y("bottom:Q").scale(domain=[-0.5, values - 0.5], nice=False),
        alt.Y2("top"),
        ink,
        opacity=alt.Opacity("share:Q", legend=None).scale(domain=[0, top], range=[0, _SHADE], clamp=True),
        tooltip=tooltip,
    )
    number = base.mark_text(fontSize=FONT).encode(x, y, ink, alt.Text("percent:N"), tooltip=tooltip)
    return as_spec(alt.layer(shade, number).properties(width=400, height=330, view=alt.ViewConfig(stroke=None)))


def table(shares: NDArray[np.float64]) -> pa.Table:
    """The rows for the share of draws of each saturation and value, `[10, 10]` in [0, 1]."""
    s, v = (axis.reshape(-1).astype(np.float64) for axis in np.indices(shares.shape))
    saturation, value = (axis / (n - 1) for axis, n in zip((s, v), shares.shape, strict=True))
    half = 0.48
    return table_of(
        saturation=s,
        value=v,
        left=s - half,
        right=s + half,
        bottom=v - half,
        top=v + half,
        share=shares.reshape(-1),
        plain=np.full(shares.size, 1 / shares.size),
        percent=[f"{100 * share:.2f}" if share < 0.00995 else f"{100 * share:.1f}" for share in shares.reshape(-1)],
        where=[f"saturation {a:.2f}, value {b:.2f}" for a, b in zip(saturation.tolist(), value.tolist(), strict=True)],
        ink=["ink"] * shares.size,
    )

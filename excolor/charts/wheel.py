"""The geometry of a color wheel: how far a picture of the unit circle reaches, and which names stand around its rim.

Everything that draws a wheel takes it from here: the charts, the scenes, and the browser's own components, which are
handed `FOR_BROWSER`.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from excolor.charts.base import FAINT, GROUND, INK

REACH = 1.4  # half of a picture, in lengths of u: room for names beyond the unit circle
RIM = 1.2  # where the middle of a name is
NAMED_FROM = 0.35  # a hue nearer to the center than this has no place on the rim

FOR_BROWSER = {"reach": REACH, "rim": RIM, "namedFrom": NAMED_FROM, "ground": GROUND, "faint": FAINT, "ink": INK}

HALF_LETTER, LINE = 0.036, 0.16  # half a letter's width and a line's height, so that no name lies on another


def scale(side: str, reach: float = REACH) -> alt.Scale:
    """The scale of one side, "width" or "height", of a chart that is as wide as its place.

    Units are equally long along both sides, and the shorter one shows as many as `reach` from the middle.
    """
    most = f"{reach:g} * {side} / min(width, height)"
    return alt.Scale(domain=[alt.ExprRef(f"-{most}"), alt.ExprRef(most)], nice=False)


def rim(across: alt.Scale, up: alt.Scale) -> alt.Chart:
    """The unit circle, on the scales of a chart's two sides."""
    turn = "datum.part * 2 * PI / 96"
    return (
        alt.Chart(alt.SequenceGenerator.from_dict({"sequence": {"start": 0, "stop": 97, "as": "part"}}))
        .transform_calculate(cx=f"cos({turn})", cy=f"sin({turn})")
        .mark_line(color=FAINT, strokeWidth=1)
        .encode(alt.X("cx:Q", scale=across), alt.Y("cy:Q", scale=up), order="part:Q")
    )


def views(bottleneck: int) -> list[tuple[int, int]]:
    """Pairs of dims (to the right, upwards) that show them all: the hue plane first, an odd one out against 0."""
    rest = list(range(2, bottleneck))
    pairs = [(rest[i], rest[i + 1]) for i in range(0, len(rest) - 1, 2)]
    return [(1, 0), *pairs, *([(rest[-1], 0)] if len(rest) % 2 else [])]


def rim_names(names: Sequence[str], x: ArrayLike, y: ArrayLike) -> tuple[list[str], NDArray[np.float64]]:
    """Which of some names have a place around the rim, in their order, and where its middle is, `[N, 2]`.

    A name points where its latent does; one that would lie on an earlier name is left out.

    Args:
        x, y: of the latents of what is named, each as long as `names`.
    """
    latents = np.stack([np.asarray(x, np.float64), np.asarray(y, np.float64)], -1)
    radius = np.hypot(latents[:, 0], latents[:, 1])
    placed = latents / np.maximum(radius, 1e-9)[:, None] * RIM
    shown: list[int] = []
    for i in np.flatnonzero(radius >= NAMED_FROM).tolist():  # not a number is no place either
        room = ((abs(placed[i] - placed[j]), HALF_LETTER * (len(names[i]) + len(names[j]))) for j in shown)
        if all(dx > width or dy > LINE for (dx, dy), width in room):
            shown.append(i)
    return [names[i] for i in shown], placed[shown].reshape(-1, 2)

"""A run's color wheel as a small picture: its hues on the hue plane, red with a shape of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from excolor.charts.base import FAINT, GROUND, INK
from excolor.color import hsv_to_rgb, rgb_to_hex

HUES = 36
SIDE = 56  # pixels
_REACH = 1.2  # half of the picture, in lengths of u: no names stand around it
_RED = 0.17  # from the middle of red's triangle to its corners


def colors() -> NDArray[np.float64]:
    """The hues that are drawn, at full saturation and value, red first; `[36, 3]`."""
    return hsv_to_rgb([[hue / HUES, 1, 1] for hue in range(HUES)])


def svg(u: ArrayLike) -> str:
    """The picture, for the latents `[36, D]` of `colors()`: dim 0 upwards, dim 1 to the right, as in every wheel."""
    up, right = np.nan_to_num(np.asarray(u, np.float64)[:, :2]).T
    dots = [
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r=".11" fill="{code}"/>'
        for x, y, code in zip(right, -up, rgb_to_hex(colors()), strict=True)
    ]
    x, y = right[0], -up[0]
    corners = ((x, y - _RED), (x + 0.87 * _RED, y + _RED / 2), (x - 0.87 * _RED, y + _RED / 2))
    red = " ".join(f"{across:.2f},{down:.2f}" for across, down in corners)
    view = f"{-_REACH} {-_REACH} {2 * _REACH} {2 * _REACH}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" viewBox="{view}">'
        f'<rect x="{-_REACH}" y="{-_REACH}" width="{2 * _REACH}" height="{2 * _REACH}" fill="{GROUND}"/>'
        f'<circle r="1" fill="none" stroke="{FAINT}" stroke-width=".03"/>{"".join(dots[1:])}'
        f'<polygon points="{red}" fill="{rgb_to_hex(colors()[:1])[0]}" stroke="{INK}" stroke-width=".05"/></svg>'
    )

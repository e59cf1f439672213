"""Colors: RGB and HSV, vibrancy, redness, names, and the grids on which models are looked at.

RGB: floats in [0, 1], last axis 3. HSV: hue in [0, 1) cyclic, the others in [0, 1] (docs/experiment.md, "Colors").
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib import colors as _mpl
from numpy.typing import ArrayLike, NDArray

from excolor.errors import ExcolorError, shown

Array = NDArray[Any]

HUES: dict[str, float] = {
    "red": 0 / 12,
    "orange": 1 / 12,
    "yellow": 2 / 12,
    "chartreuse": 3 / 12,
    "green": 4 / 12,
    "spring green": 5 / 12,
    "cyan": 6 / 12,
    "azure": 7 / 12,
    "blue": 8 / 12,
    "violet": 9 / 12,
    "magenta": 10 / 12,
    "rose": 11 / 12,
}
PRIMARIES = ("red", "green", "blue")
SECONDARIES = ("yellow", "cyan", "magenta")
GRAYS: dict[str, float] = {"black": 0.0, "dark gray": 0.25, "gray": 0.5, "light gray": 0.75, "white": 1.0}

GRAY_WITHIN = 0.1  # channels that differ by less look gray

FULL_GRID = (240, 48, 48)  # hues, saturations, values: 552,960 colors
PATCH_GRID = (24, 4, 8)

_HEX = re.compile("#[0-9a-fA-F]{6}")


def hsv_to_rgb(hsv: ArrayLike) -> Array:
    """RGB of HSV colors, `[..., 3]`."""
    return _mpl.hsv_to_rgb(np.asarray(hsv, dtype=np.float64))


def rgb_to_hsv(rgb: ArrayLike) -> Array:
    """HSV of RGB colors, `[..., 3]`; a gray has hue 0 and black has saturation 0."""
    return _mpl.rgb_to_hsv(np.asarray(rgb, dtype=np.float64))


def rgb_to_hex(rgb: ArrayLike) -> list[str]:
    """`#rrggbb` of each color of an `[N, 3]` array, clipped to [0, 1]; not a number reads as black."""
    levels = np.rint(np.nan_to_num(np.clip(np.asarray(rgb, dtype=np.float64), 0, 1)) * 255).astype(np.int64)
    packed = levels @ np.array([1 << 16, 1 << 8, 1])
    return [f"#{value:06x}" for value in packed.tolist()]


def hex_to_rgb(text: str) -> Array:
    """RGB, `[3]`, of a color written `#rrggbb`.

    Raises:
        ExcolorError: it is written in any other way.
    """
    if not _HEX.fullmatch(text):
        raise ExcolorError(f"color is {shown(text)}; it must be written #rrggbb, for example #204060.")
    return np.array(_mpl.to_rgb(text))


def vibrancy(rgb: ArrayLike) -> Array:
    """Saturation times value, `[...]` in [0, 1]: 1 for a pure hue, 0 for black and every gray."""
    rgb = np.asarray(rgb)
    return rgb.max(-1) - rgb.min(-1)  # s·v = ((max − min) / max) · max


def redness(rgb: ArrayLike) -> Array:
    """r · (1 − g/2 − b/2), `[...]` in [0, 1]: 1 for pure red, 0 for cyan and for white."""
    r, g, b = np.moveaxis(np.asarray(rgb), -1, 0)
    return r * (1 - g / 2 - b / 2)


def similarity(rgb: ArrayLike, hue: float) -> Array:
    """How like a pure hue, given in [0, 1), colors look: `[...]` in [0, 1], 1 for that hue itself.

    Hues a quarter of the circle away or more count as unlike, and hue counts the less, the paler or darker a color is
    (Experiments 2.1 to 2.10).
    """
    h, s, v = np.moveaxis(rgb_to_hsv(rgb), -1, 0)
    apart = np.abs((h - hue + 0.5) % 1 - 0.5)
    near, told = np.maximum(0, 1 - 4 * apart), (vibrancy(rgb) + 1) / 2
    return (told * near + 1 - told) * s * v


def hsv_grid(hues: int, saturations: int, values: int) -> Array:
    """HSV grid, `[hues, saturations, values, 3]`: hues evenly round the circle, the others with both ends."""
    axes = np.arange(hues) / hues, np.linspace(0, 1, saturations), np.linspace(0, 1, values)
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)


def rgb_grid(levels: int) -> Array:
    """RGB grid, `[levels, levels, levels, 3]`, ends included."""
    axis = np.linspace(0, 1, levels)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)


def named_colors() -> dict[str, Array]:
    """The 12 hues and the 5 grays by name, each RGB `[3]`."""
    return {name: rgb.copy() for name, rgb in _named_colors().items()}


@lru_cache(maxsize=1)
def _named_colors() -> dict[str, Array]:
    hues = {name: hsv_to_rgb([hue, 1.0, 1.0]) for name, hue in HUES.items()}
    return hues | {name: np.full(3, level) for name, level in GRAYS.items()}


@lru_cache(maxsize=1)
def named_codes() -> dict[str, str]:
    """The names of the 17 colors by their code `#rrggbb`."""
    named = named_colors()
    return dict(zip(rgb_to_hex(np.stack(list(named.values()))), named, strict=True))


def exact_rgb(code: str) -> Array:
    """RGB, `[3]`, of a code `#rrggbb`; for that of a named color, which it rounds, the named color itself.

    Raises:
        ExcolorError: as in `hex_to_rgb`.
    """
    name = named_codes().get(code)
    return hex_to_rgb(code) if name is None else named_colors()[name]


def describe(rgb: ArrayLike) -> list[str]:
    """Each color of an `[N, 3]` array in words, such as "dark red", "pale cyan" or "light gray"."""
    hues, grays = list(HUES), list(GRAYS)
    hsv = rgb_to_hsv(np.nan_to_num(np.clip(np.asarray(rgb, dtype=np.float64), 0, 1)))
    h, s, v = np.moveaxis(hsv, -1, 0)
    hue: list[int] = (np.rint(h * len(hues)).astype(int) % len(hues)).tolist()
    gray: list[int] = np.rint(v * (len(grays) - 1)).astype(int).tolist()
    words: list[str] = []
    for i in range(len(hsv)):
        if s[i] * v[i] < GRAY_WITHIN:
            words.append(grays[gray[i]])
        else:
            tone = "dark " if v[i] < 0.6 else "pale " if s[i] < 0.55 else ""
            words.append(tone + hues[hue[i]])
    return words

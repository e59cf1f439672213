"""Can hue be seen in the answers? The floor below a gray answer's error, and a ring of colors of one tone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from excolor.color import named_colors
from excolor.metrics import respond
from excolor.model import ColorAutoencoder

Doubles = NDArray[np.float64]

DIRECTIONS = 24
TONE, RADIUS = 0.5, 0.4  # of the ring round the gray axis; it lies within RGB
_ROUNDING = 1e-6  # of an MSE in single precision


def gray_floor(rgb: ArrayLike) -> Doubles:
    """The least MSE of a gray answer to each color, `[...]`: the variance over its channels, for red 2/9."""
    return np.asarray(rgb, np.float64).var(-1)


def below_gray_floor(model: ColorAutoencoder) -> tuple[str, ...]:
    """The named colors whose MSE is below their floor: their answers are not gray, a tint came through."""
    colors = named_colors()
    errors = respond(model, np.stack(list(colors.values()))).mse.tolist()
    return tuple(
        name
        for (name, rgb), error in zip(colors.items(), errors, strict=True)
        if error < float(gray_floor(rgb)) - _ROUNDING
    )


def ring_colors() -> Doubles:
    """24 colors round the gray axis, `[24, 3]`: equal in tone and in distance from gray, all hues.

    A ring of equal saturation and value would not do: its colors differ in brightness, and the answers follow it.
    """
    turn = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    across = np.array([1, -1, 0]) / np.sqrt(2), np.array([1, 1, -2]) / np.sqrt(6)
    return TONE + RADIUS * (np.outer(np.cos(turn), across[0]) + np.outer(np.sin(turn), across[1]))


def ring_spread(model: ColorAutoencoder) -> float:
    """Root mean square distance of the ring's answers from their mean: 0.4 if they are as it is, 0 if all are one."""
    answers = respond(model, ring_colors()).rgb.astype(np.float64)
    return float(np.sqrt(np.square(answers - answers.mean(0)).sum(1).mean()))

"""Probes on a model that is held back: what can still be read of the hue from the latents that its decoder is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from excolor.errors import ExcolorError
from excolor.interventions import HeldBack, answered
from excolor.lab.probes import Ladder, ProbeColors, draw_colors, read
from excolor.model import ColorAutoencoder


@dataclass(frozen=True, eq=False)
class Floors:
    """What probes read where there is nothing to read: from shuffled hues, and from brightness alone."""

    shuffled: Ladder
    brightness: Ladder


@lru_cache(maxsize=1)
def _colors() -> tuple[ProbeColors, ProbeColors]:
    """The colors that `audit` draws by default, and the same with their hues shuffled."""
    generator, _race = np.random.default_rng(0).spawn(2)
    colors = draw_colors(generator)
    return colors, colors.shuffled(generator)


def reading(answering: HeldBack | ColorAutoencoder) -> Ladder:
    """What both probes read of the hue from u, of a model that may be held back.

    Raises:
        ExcolorError: its numbers run out of bounds.
    """
    return read(_latents(answering), _colors()[0])


def floors(model: ColorAutoencoder) -> Floors:
    """What they read from a model's u on shuffled hues, and from the brightness of the colors.

    Raises:
        ExcolorError: its numbers run out of bounds.
    """
    colors, shuffled = _colors()
    return Floors(read(_latents(model), shuffled), read(colors.brightness, colors))


def _latents(answering: HeldBack | ColorAutoencoder) -> NDArray[np.float64]:
    u = answered(answering, _colors()[0].rgb).u.astype(np.float64)
    if not np.isfinite(u).all():
        raise ExcolorError("The model's numbers run out of bounds; read from one that has not diverged.")
    return u

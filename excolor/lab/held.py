"""Probes on a model that is held back: what can still be read of the hue from the latents that its decoder is given."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excolor.errors import ExcolorError
from excolor.interventions import HeldBack, answered
from excolor.lab.probes import Ladder, ProbeColors, draw_colors, read, read_chance
from excolor.model import ColorAutoencoder

_threads = ThreadPoolExecutor(os.cpu_count() or 1, "excolor-held")


@dataclass(frozen=True, eq=False)
class Frame:
    """What a reading stands between: the u of the intact model and of the ablated one, and what is read of nothing.

    Attributes:
        shuffled: hues that were shuffled, at the ablated model's u.
        brightness: the hues, from the colors' brightness alone.
    """

    intact: Ladder
    deleted: Ladder
    shuffled: Ladder
    brightness: Ladder


def _drawn() -> tuple[ProbeColors, np.random.Generator]:
    """The colors that `audit` draws by default, and where its chance goes on from there."""
    generator, _race = np.random.default_rng(0).spawn(2)
    return draw_colors(generator), generator


def reading(held: HeldBack) -> Ladder:
    """What both probes read of the hue from the u of a model that is held back.

    Raises:
        ExcolorError: its numbers run out of bounds.
    """
    colors, _ = _drawn()
    return read(_latents(held, colors), colors)


def frame(intact: ColorAutoencoder, deleted: ColorAutoencoder) -> Frame:
    """What such a reading stands between; its figures are those of `audit`.

    Raises:
        ExcolorError: the numbers of a model run out of bounds.
    """
    colors, chance = _drawn()
    before, after = _latents(intact, colors), _latents(deleted, colors)
    shuffled = _threads.submit(read_chance, after, colors, chance)
    ladders = [_threads.submit(read, inputs, colors) for inputs in (before, after, colors.brightness)]
    of_intact, of_deleted, of_brightness = (each.result() for each in ladders)
    return Frame(of_intact, of_deleted, shuffled.result(), of_brightness)


def _latents(answering: HeldBack | ColorAutoencoder, colors: ProbeColors) -> NDArray[np.float64]:
    u = answered(answering, colors.rgb).u.astype(np.float64)
    if not np.isfinite(u).all():
        raise ExcolorError("The model's numbers run out of bounds; read from one that has not diverged.")
    return u

"""The training set, how it is sampled, and how its labels are drawn (Experiment 2.7, "Data")."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from excolor.color import hsv_grid, hsv_to_rgb, redness, vibrancy

BATCH = 64
TRAINING_GRID = (36, 10, 10)  # hues, saturations, values: 3600 colours


@dataclass(frozen=True)
class Batches:
    """The batches of a whole run, drawn up front.

    Attributes:
        rgb: `[steps, 64, 3]` float32, the colours.
        red: `[steps, 64]` float32, 1 where the sample carries the label "red", else 0.
        vibrant: the same for "vibrant".
    """

    rgb: NDArray[np.float32]
    red: NDArray[np.float32]
    vibrant: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.rgb)


def sampling_weights(hsv: ArrayLike, hues: int, saturations: int) -> NDArray[np.float64]:
    """How often a colour of an HSV grid should be drawn, relative to the others, `[...]`.

    An HSV grid has all its hues again at black, and all of them at each grey: (1 − v)/(n_s·n_h) + (1 − s)·v/n_h + s·v.
    """
    _, s, v = np.moveaxis(np.asarray(hsv, dtype=np.float64), -1, 0)
    return (1 - v) / (saturations * hues) + (1 - s) * v / hues + s * v


def label_probabilities(rgb: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """P(red) = ½·redness¹⁰ and P(vibrant) = ½·vibrancy¹⁰⁰ of each colour, two `[...]` in [0, ½]."""
    rgb = np.asarray(rgb, dtype=np.float64)
    return redness(rgb) ** 10 / 2, vibrancy(rgb) ** 100 / 2


@lru_cache(maxsize=1)
def training_set() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The 3600 training colours, `[3600, 3]`, and the probability with which each is drawn, `[3600]`."""
    hues, saturations, _ = TRAINING_GRID
    hsv = hsv_grid(*TRAINING_GRID).reshape(-1, 3)
    weights = sampling_weights(hsv, hues, saturations)
    return hsv_to_rgb(hsv), weights / weights.sum()


def draw_batches(steps: int, label_noise: float, generator: np.random.Generator) -> Batches:
    """Draw the batches of a run: 64 colours a step, with replacement, and their labels.

    Args:
        steps: how many batches.
        label_noise: share of the labels, in [0, 1], that are drawn at random: such a label is as frequent as the
            true ones, but says nothing about its colour.
        generator: the only source of chance.
    """
    colors, probability = training_set()
    shape = (steps, BATCH)
    drawn = draw_colors(shape, generator)
    # One draw for each label, noise or none, so that a run with a little noise differs in those labels alone.
    chances = [generator.random(shape, dtype=np.float32) for _ in range(2)]
    labels: list[NDArray[np.float32]] = []
    for chance, likely in zip(chances, label_probabilities(colors), strict=True):
        threshold = likely.astype(np.float32)[drawn]
        if label_noise > 0:
            at_random = generator.random(shape, dtype=np.float32) < label_noise
            threshold = np.where(at_random, np.float32(probability @ likely), threshold)
        labels.append((chance < threshold).astype(np.float32))
    return Batches(colors.astype(np.float32)[drawn], *labels)


@lru_cache(maxsize=1)
def _alias_table() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    # Walker's alias method, in Vose's form: n equal columns, each shared by at most two colours, so that a draw
    # costs one look-up however uneven the probabilities are (a binary search took three quarters of the time).
    _, probability = training_set()
    n = len(probability)
    share, alias = probability * n, np.arange(n)
    small = [i for i in range(n) if share[i] < 1]
    large = [i for i in range(n) if share[i] >= 1]
    while small and large:
        giver, taker = large.pop(), small.pop()
        alias[taker] = giver
        share[giver] -= 1 - share[taker]
        (small if share[giver] < 1 else large).append(giver)
    share[small + large] = 1.0  # what rounding left over
    return share, alias


def draw_colors(shape: tuple[int, ...], generator: np.random.Generator) -> NDArray[np.int64]:
    """Indices into the training set, drawn with replacement by their probabilities."""
    share, alias = _alias_table()
    place = generator.random(shape) * len(share)
    column = place.astype(np.int64)
    return np.where(place - column < share[column], column, alias[column])

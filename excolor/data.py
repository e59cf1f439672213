"""The training set, how it is sampled, and how its labels are drawn (docs/experiment.md, "Training set")."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from excolor.color import hsv_grid, hsv_to_rgb, vibrancy
from excolor.losses import TERMS, Label

BATCH = 64
TRAINING_GRID = (36, 10, 10)  # hues, saturations, values: 3600 colors
# The labels that regularizers listen to, each once, in the order in which they are drawn.
LABELS: tuple[Label, ...] = tuple(dict.fromkeys(term.label for term in TERMS if term.label))
_TOGETHER = (
    2  # labels that share the colors' generator; each later one has its own, so that older runs stay as they are
)


@dataclass(frozen=True)
class Batches:
    """The batches of a whole run, drawn up front.

    Attributes:
        rgb: `[steps, 64, 3]` float32, the colors.
        labels: `[L, steps, 64]` float32, in the order of `LABELS`: 1 where the sample carries the label, else 0.
    """

    rgb: NDArray[np.float32]
    labels: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.rgb)

    def positives(self, label: str) -> NDArray[np.float32]:
        """Which samples carry a label, by its name: `[steps, 64]` of 0 and 1."""
        return self.labels[[each.name for each in LABELS].index(label)]


@dataclass(frozen=True)
class Share:
    """Some of the training colors.

    Attributes:
        points: how many of the 3600 grid points they are.
        distinct: how many different colors these show.
        drawn: the share of draws that they get, in [0, 1].
    """

    points: int
    distinct: int
    drawn: float


def sampling_weights(hsv: ArrayLike, hues: int, saturations: int) -> NDArray[np.float64]:
    """How often a color of an HSV grid should be drawn, relative to the others, `[...]`.

    An HSV grid has all its hues again at black, and all of them at each gray: (1 − v)/(n_s·n_h) + (1 − s)·v/n_h + s·v.
    """
    _, s, v = np.moveaxis(np.asarray(hsv, dtype=np.float64), -1, 0)
    return (1 - v) / (saturations * hues) + (1 - s) * v / hues + s * v


def label_probabilities(rgb: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    """The probability of each of `LABELS` at each color, `[...]` each in [0, 1]."""
    rgb = np.asarray(rgb, dtype=np.float64)
    return tuple(label.probability(rgb) for label in LABELS)


@lru_cache(maxsize=1)
def training_set() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The 3600 training colors, `[3600, 3]`, and the probability with which each is drawn, `[3600]`."""
    hues, saturations, _ = TRAINING_GRID
    hsv = hsv_grid(*TRAINING_GRID).reshape(-1, 3)
    weights = sampling_weights(hsv, hues, saturations)
    return hsv_to_rgb(hsv), weights / weights.sum()


def draw_batches(steps: int, label_noise: float, generator: np.random.Generator) -> Batches:
    """Draw the batches of a run: 64 colors a step, with replacement, and their labels.

    Args:
        steps: how many batches.
        label_noise: share of the labels, in [0, 1], that are drawn at random: such a label is as frequent as the
            true ones, but says nothing about its color.
        generator: the only source of chance; others are spawned from it.
    """
    colors, likelihoods = _single()
    shape = (steps, BATCH)
    drawn = draw_colors(shape, generator)
    sources = [generator] * _TOGETHER + generator.spawn(max(0, len(LABELS) - _TOGETHER))
    # One draw for each label, noise or none, so that a run with a little noise differs in those labels alone.
    chances = [source.random(shape, dtype=np.float32) for source, _ in zip(sources, LABELS, strict=False)]
    labels = np.empty((len(LABELS), *shape), np.float32)
    for label, source, chance, (likely, on_average) in zip(labels, sources, chances, likelihoods, strict=False):
        threshold = likely.take(drawn)
        if label_noise > 0:
            at_random = source.random(shape, dtype=np.float32) < label_noise
            threshold[at_random] = on_average
        label[:] = chance < threshold
    return Batches(colors.take(drawn, axis=0), labels)


@lru_cache(maxsize=1)
def _single() -> tuple[NDArray[np.float32], list[tuple[NDArray[np.float32], np.float32]]]:
    """The training colors in single precision, and for each label its probability at each, and over all draws."""
    colors, probability = training_set()
    likelihoods = label_probabilities(colors)
    return colors.astype(np.float32), [
        (each.astype(np.float32), np.float32(probability @ each)) for each in likelihoods
    ]


@lru_cache(maxsize=1)
def _alias_table() -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    # Walker's alias method, in Vose's form: n equal columns, each shared by at most two colors, so that a draw
    # costs one look-up however uneven the probabilities are (a binary search took three quarters of the time).
    _, probability = training_set()
    n = len(probability)
    share, alias = probability * n, np.arange(n, dtype=np.int32)
    small = [i for i in range(n) if share[i] < 1]
    large = [i for i in range(n) if share[i] >= 1]
    while small and large:
        giver, taker = large.pop(), small.pop()
        alias[taker] = giver
        share[giver] -= 1 - share[taker]
        (small if share[giver] < 1 else large).append(giver)
    share[small + large] = 1.0  # what rounding left over
    return share, alias


def draw_colors(shape: tuple[int, ...], generator: np.random.Generator) -> NDArray[np.int32]:
    """Indices into the training set, drawn with replacement by their probabilities."""
    share, alias = _alias_table()
    place = generator.random(shape)
    place *= len(share)
    column = place.astype(np.int32)
    place -= column
    return np.where(place < share.take(column), column, alias.take(column))


# --- the data looked at ---------------------------------------------------------------------------

VIVID = 0.5  # vibrancy from which a color counts as vivid
UNLIKELY = 0.01  # a probability below which a label comes as a surprise
BLOCK = 100  # batches of a stream that are drawn at a time


def groups(rgb: ArrayLike) -> dict[str, NDArray[np.bool_]]:
    """Which of the colors, `[..., 3]`, are "black", "gray" without black, "vivid", or "muted": `[...]` each."""
    rgb = np.asarray(rgb, dtype=np.float64)
    vibrant = vibrancy(rgb)
    # Not compared with 0: the vibrancy of a gray is 0 but for rounding.
    black, colorless, vivid = rgb.max(-1) == 0, vibrant < 1e-9, vibrant >= VIVID - 1e-9
    return {"black": black, "gray": colorless & ~black, "vivid": vivid, "muted": ~colorless & ~vivid}


@lru_cache(maxsize=1)
def shares() -> dict[str, Share]:
    """What of the training colors each of the `groups` is."""
    colors, probability = training_set()
    return {name: _share(colors[chosen], probability[chosen]) for name, chosen in groups(colors).items()}


def _share(colors: NDArray[np.float64], probability: NDArray[np.float64]) -> Share:
    # Rounded, because a color that two grid points share comes out with different last digits.
    return Share(len(colors), len(np.unique(colors.round(9), axis=0)), float(probability.sum()))


@lru_cache(maxsize=1)
def cell_shares() -> NDArray[np.float64]:
    """The share of draws that each saturation and value of the grid gets, over all hues, `[10, 10]`; they sum to 1."""
    return training_set()[1].reshape(TRAINING_GRID).sum(0)


def draw_evenly(shape: tuple[int, ...], generator: np.random.Generator) -> NDArray[np.int64]:
    """Indices into the training set, drawn with replacement as if every grid point had the same probability."""
    return generator.integers(len(training_set()[0]), size=shape)


def stream(seed: int, batches: int, label_noise: float = 0.0) -> Batches:
    """The first batches of an endless stream; its k-th batch is the same however many are asked for.

    Nor does the noise change which colors are drawn: it only changes labels (see `draw_batches`).
    """
    blocks = [_block(seed, number, label_noise) for number in range(max(1, -(-batches // BLOCK)))]
    rgb, labels = np.concatenate([b.rgb for b in blocks]), np.concatenate([b.labels for b in blocks], axis=1)
    return Batches(rgb[:batches], labels[:, :batches])


@lru_cache(maxsize=256)
def _block(seed: int, number: int, label_noise: float) -> Batches:
    return draw_batches(BLOCK, label_noise, np.random.default_rng([seed, number]))


@dataclass(frozen=True)
class Positives:
    """How often a label comes up.

    Attributes:
        per_batch: samples of a batch that carry it, on average.
        without: share of the batches in which no sample carries it.
    """

    per_batch: float
    without: float


def expected_positives(label: Label) -> Positives:
    """How often a label comes up in a batch of 64 independent draws from the training set: exact, not sampled."""
    colors, drawn = training_set()
    share = float(drawn @ label.probability(colors))
    return Positives(BATCH * share, (1 - share) ** BATCH)


@dataclass(frozen=True)
class Noise:
    """What label noise did to one label of a stream of batches.

    Attributes:
        made: `[batches, 64]` bool, who carries the label only because of the noise.
        lost: the same for who would carry it without.
    """

    made: NDArray[np.bool_]
    lost: NDArray[np.bool_]


def noise_on(clean: NDArray[np.float32], noisy: NDArray[np.float32]) -> Noise:
    """Compare a label of the same batches drawn without noise and with it, each `[batches, 64]` of 0 and 1."""
    return Noise((noisy > 0) & (clean == 0), (noisy == 0) & (clean > 0))


def noise_between(clean: Batches, noisy: Batches) -> tuple[Noise, ...]:
    """Compare each of `LABELS` of the same batches drawn without noise and with it."""
    return tuple(noise_on(*pair) for pair in zip(clean.labels, noisy.labels, strict=True))


def unlikely_positives(drawn: Batches) -> tuple[int, ...]:
    """For each of `LABELS`, how many samples carry it whose color has it with a probability below `UNLIKELY`."""
    probabilities = label_probabilities(drawn.rgb)
    return tuple(
        int(((positive > 0) & (probability < UNLIKELY)).sum())
        for positive, probability in zip(drawn.labels, probabilities, strict=True)
    )


@dataclass(frozen=True)
class Tally:
    """How often a label came up in some batches; in no batch its rates are not numbers.

    Attributes:
        total: samples that carry it.
        per_batch: samples of a batch that carry it, on average.
        without: share of the batches in which no sample carries it.
    """

    total: int
    per_batch: float
    without: float


def tallies(drawn: Batches) -> tuple[Tally, ...]:
    """Count each of `LABELS`."""
    n = len(drawn)
    counts = [positive.sum(1) for positive in drawn.labels]
    if not n:
        return tuple(Tally(0, math.nan, math.nan) for _ in counts)
    return tuple(Tally(int(each.sum()), float(each.sum()) / n, float((each == 0).mean())) for each in counts)

"""Probes: small models, fitted to read the hue of a color from what is left inside the network.

A probe is fitted on some colors and scored on others. A score says nothing alone: beside it stand its floors, the same
probe on shuffled hues and on brightness (control tasks: Hewitt and Liang 2019, arXiv 1909.03368).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from excolor.color import hsv_to_rgb
from excolor.errors import ExcolorError
from excolor.metrics import respond
from excolor.model import ColorAutoencoder

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Site = Literal["z", "z_norm", "u", "output"]

SITES: tuple[Site, ...] = ("z", "z_norm", "u", "output")
TIMES = (1, 2, 3)  # k: how often a target goes round while the hue goes round once
FIT, CHOOSE, SCORE = 900, 300, 700  # colors, drawn in this order
PALEST = DARKEST = 0.5  # the least saturation and value: a hue that can hardly be seen need not be read
WIDTHS = (0.5, 2.0, 8.0, 32.0)  # γ of the kernel
RIDGES = (1e-1, 1e-3, 1e-5)  # λ
SHUFFLES = 5  # one alone may choose settings that happen to do well on 300 colors and run wild on the rest
WITHIN = 0.05  # of R²: some five standard deviations of a score over other draws of colors
_threads = ThreadPoolExecutor(os.cpu_count() or 1, "excolor-probes")
_ROUNDING = 1e-6  # of the largest value: inputs that differ by less have no spread


@dataclass(frozen=True, eq=False)
class ProbeColors:
    """The colors of a probe: the first 900 to fit, then 300 to choose its settings, the last 700 to score it.

    Attributes:
        rgb: `[1900, 3]` float32.
        hue: what is to be read of each, `[1900]` in [0, 1).
    """

    rgb: Floats
    hue: Doubles

    @property
    def targets(self) -> Doubles:
        """(cos 2πkh, sin 2πkh) for k = 1 (where on the circle), 2 and 3 (primary or secondary): `[1900, 3, 2]`."""
        angles = 2 * np.pi * self.hue[:, None] * np.array(TIMES)
        return np.stack([np.cos(angles), np.sin(angles)], axis=-1)

    @property
    def brightness(self) -> Doubles:
        """The mean of the channels, `[1900, 1]` in [0, 1]: what a floor is read from."""
        return self.rgb.mean(1, keepdims=True, dtype=np.float64)

    def shuffled(self, generator: np.random.Generator) -> ProbeColors:
        """The same colors, each with the hue of another: what a probe makes of chance."""
        return replace(self, hue=generator.permutation(self.hue))


def draw_colors(generator: np.random.Generator) -> ProbeColors:
    """Draw colors with hues evenly round the circle, saturation and value evenly in [0.5, 1]."""
    n = FIT + CHOOSE + SCORE
    hsv = generator.uniform((0, PALEST, DARKEST), 1, (n, 3))
    return ProbeColors(hsv_to_rgb(hsv).astype(np.float32), hsv[:, 0])


@dataclass(frozen=True, eq=False)
class Reading:
    """What one probe reads.

    Attributes:
        scores: R² for k = 1, 2 and 3 on the colors that it is scored on: 1 when it knows the hue, about 0 when nothing.
        believed: its (cos, sin) for each of these colors and each k, `[700, 3, 2]`; their true ones are
            `ProbeColors.targets[-700:]`.
    """

    scores: tuple[float, ...]
    believed: Doubles


@dataclass(frozen=True, eq=False)
class Ladder:
    """Both probes: "affine", a line and no more, and "kernel", which bends."""

    affine: Reading
    kernel: Reading

    def beyond(self, floors: Collection[Ladder]) -> tuple[bool, ...]:
        """For k = 1, 2 and 3, whether the kernel probe reads more than at each of some floors, by 0.05."""
        highest = np.max([each.kernel.scores for each in floors], axis=0)
        return tuple((np.array(self.kernel.scores) > highest + WITHIN).tolist())

    def to_dict(self) -> dict[str, list[float]]:
        """The scores as plain JSON values."""
        return {"affine": list(self.affine.scores), "kernel": list(self.kernel.scores)}


def values(model: ColorAutoencoder, rgb: Floats) -> dict[Site, Doubles]:
    """What a probe gets at each site, of colors `[N, 3]`: z `[N, D]`, ‖z‖ `[N, 1]`, u `[N, D]`, the output `[N, 3]`.

    Raises:
        ExcolorError: some are not finite numbers.
    """
    seen = respond(model, rgb)
    z, u, output = (each.astype(np.float64) for each in (seen.z, seen.u, seen.rgb))
    if not all(np.isfinite(each).all() for each in (z, u, output)):
        raise ExcolorError("The model's numbers run out of bounds; audit one that has not diverged.")
    return {"z": z, "z_norm": np.linalg.norm(z, axis=1, keepdims=True), "u": u, "output": output}


def read(inputs: Doubles, colors: ProbeColors) -> Ladder:
    """Fit both probes to what a site has of the colors, `[1900, D]`, and score them."""
    return Ladder(*(Reading(tuple(r2.tolist()), said) for r2, said in _fitted(inputs, colors.targets)))


def read_chance(inputs: Doubles, colors: ProbeColors, generator: np.random.Generator) -> Ladder:
    """What both probes read of shuffled hues: of five shuffles the median scores, and what is believed of the first."""
    shuffles = [colors.shuffled(generator).targets for _ in range(SHUFFLES)]
    readings = [
        Reading(tuple(np.median(r2.reshape(SHUFFLES, -1), axis=0).tolist()), said[:, : len(TIMES)])
        for r2, said in _fitted(inputs, np.concatenate(shuffles, axis=1))
    ]
    return Ladder(*readings)


def _fitted(inputs: Doubles, targets: Doubles) -> Iterator[tuple[Doubles, Doubles]]:
    """For the affine probe and then for the kernel, R² `[K]` and what it believes `[700, K, 2]`."""
    x = standardized(inputs)
    for probe in (affine, kernel_ridge):
        said = probe(x, targets)
        yield determination(targets[-SCORE:], said), said


def standardized(inputs: Doubles) -> Doubles:
    """Inputs `[1900, D]` with mean 0 and standard deviation 1 where probes are fitted; those without spread left out.

    A deleted dim has none. From no input at all a probe can still learn a constant.
    """
    fitted = inputs[:FIT]
    spread, largest = fitted.std(0), np.abs(fitted).max(0)
    kept = spread > _ROUNDING * largest
    return (inputs[:, kept] - fitted[:, kept].mean(0)) / spread[kept]


def affine(x: Doubles, targets: Doubles) -> Doubles:
    """Least squares with an intercept, from `[1900, D]` to `[1900, K, 2]`; returns what it believes, `[700, K, 2]`."""
    with_intercept = np.column_stack([x, np.ones(len(x))])
    solution = np.linalg.lstsq(with_intercept[:FIT], targets[:FIT].reshape(FIT, -1))[0]
    return (with_intercept[-SCORE:] @ solution).reshape(SCORE, -1, 2)


def kernel_ridge(x: Doubles, targets: Doubles) -> Doubles:
    """Ridge regression with the kernel k(x, y) = exp(−γ‖x − y‖²), from `[1900, D]` to `[1900, K, 2]`.

    It solves (K + λI) a = t. For each k alone, γ and λ are those that score best on 300 colors that neither fit nor
    score. Returns what it believes, `[700, K, 2]`, drawn back to the unit circle from outside it, where no hue is: that
    makes no belief worse, and without it one color that is like none of those fitted can hide what all others tell.
    """
    # Copied, because how a product is rounded may depend on where in memory its factors lie.
    squares, wanted = _square_distances(torch.tensor(x)), torch.tensor(targets[:FIT].reshape(FIT, -1))

    def predict(width: float) -> list[Doubles]:
        similar = (-width * squares).exp()
        said = [similar[FIT:] @ _ridge(similar[:FIT], ridge, wanted) for ridge in RIDGES]
        return [_within_circle(np.asarray(each).reshape(-1, *targets.shape[1:])) for each in said]

    candidates: list[Doubles] = [said for of_width in _threads.map(predict, WIDTHS) for said in of_width]
    scores = np.stack([determination(targets[FIT : FIT + CHOOSE], said[:CHOOSE]) for said in candidates])
    best: list[int] = scores.argmax(0).tolist()
    believed = np.stack(candidates)[:, CHOOSE:]
    return np.stack([believed[i, :, k] for k, i in enumerate(best)], axis=1)


def _within_circle(said: Doubles) -> Doubles:
    return said / np.maximum(np.linalg.norm(said, axis=-1, keepdims=True), 1)


def determination(true: Doubles, said: Doubles) -> Doubles:
    """R² = 1 − Σ‖t − t̂‖² / Σ‖t − t̄‖² of each k, `[K]`, over colors `[N, K, 2]`: 1 at most, and below 0 where a constant
    would be better.
    """
    missed, spread = (np.square(true - other).sum((0, 2)) for other in (said, true.mean(0)))
    return 1 - missed / spread


# In PyTorch: numpy's solver does not know that a matrix is symmetric, and takes twice as long.
def _square_distances(x: Tensor) -> Tensor:
    """‖x_i − x_j‖², `[1900, 900]`: of all colors from those that fit."""
    lengths = x.square().sum(1)
    return (lengths[:, None] + lengths[:FIT] - 2 * x @ x[:FIT].T).clamp(min=0)


def _ridge(similar: Tensor, ridge: float, wanted: Tensor) -> Tensor:
    regular = similar.clone()
    regular.diagonal().add_(ridge)
    return torch.cholesky_solve(wanted, torch.linalg.cholesky(regular))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]

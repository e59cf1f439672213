"""LEACE: what is best erased afterwards, when nobody decided beforehand where a concept lives.

Least-squares concept erasure changes latents as little as it can, so that nothing linear tells the concept any more
(Belrose et al. 2023, arXiv 2306.03819). It needs colors whose hue is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from excolor.color import hsv_grid, hsv_to_rgb, rgb_to_hsv, vibrancy
from excolor.data import TRAINING_GRID
from excolor.errors import ExcolorError, shown
from excolor.metrics import respond
from excolor.model import ColorAutoencoder, from_vector, to_vector

Doubles = NDArray[np.float64]
Pool = Literal["all", "vivid"]

VIVID = 0.5  # the least saturation and value of a vivid color
_NOTHING = 1e-10  # of the largest eigenvalue: below it a direction of latents has no spread


@dataclass(frozen=True, eq=False)
class Eraser:
    """r(u) = u − M (u − μ), for latents `[N, D]`.

    Attributes:
        matrix: M, `[D, D]`: W⁺ P W with W = (Σ_uu^½)⁺ and P the projection onto the columns of W Σ_uc.
        mean: μ, `[D]`.
    """

    matrix: Doubles
    mean: Doubles

    def __call__(self, u: ArrayLike) -> Doubles:
        """The latents `[N, D]` without the concept; no longer of unit length."""
        u = np.asarray(u, np.float64)
        return u - (u - self.mean) @ self.matrix.T


def concept(rgb: ArrayLike) -> Doubles:
    """What is erased: vibrancy · (cos 2πh, sin 2πh), `[N, 2]`, of colors `[N, 3]`; (0, 0) for every gray."""
    angle = 2 * np.pi * rgb_to_hsv(rgb)[..., 0]
    return vibrancy(rgb)[..., None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def pool(which: Pool) -> Doubles:
    """The colors that can be labeled, `[N, 3]`: "all" 3600 of the training grid, or the 900 "vivid" ones among them."""
    hsv = hsv_grid(*TRAINING_GRID).reshape(-1, 3)
    return hsv_to_rgb(hsv if which == "all" else hsv[(hsv[:, 1:] >= VIVID).all(1)])


def labeled_colors(which: Pool, n: int, generator: np.random.Generator) -> Doubles:
    """Draw n different colors of a pool, `[n, 3]`, to be labeled with their exact hue.

    Raises:
        ExcolorError: n is not from 1 to the pool's size.
    """
    colors = pool(which)
    if not 1 <= n <= len(colors):
        raise ExcolorError(f"n is {shown(n)}; it must be a whole number from 1 to {len(colors)}.")
    return colors[generator.permutation(len(colors))[:n]]


def fit_eraser(u: ArrayLike, concepts: ArrayLike) -> Eraser:
    """The eraser of concepts `[N, C]` from latents `[N, D]`: afterwards their cross-covariance is zero."""
    u, concepts = np.asarray(u, np.float64), np.asarray(concepts, np.float64)
    mean = u.mean(0)
    centered = u - mean
    spreads, directions = np.linalg.eigh(centered.T @ centered / len(u))
    there = spreads > _NOTHING * max(spreads[-1], np.finfo(np.float64).tiny)
    directions, deviations = directions[:, there], np.sqrt(spreads[there])
    whiten, color = (directions / deviations) @ directions.T, (directions * deviations) @ directions.T
    across = whiten @ (centered.T @ (concepts - concepts.mean(0)) / len(u))
    left, sizes, _ = np.linalg.svd(across, full_matrices=False)
    told = left[:, sizes > np.sqrt(_NOTHING)]  # correlations below it are rounding
    return Eraser(color @ told @ told.T @ whiten, mean)


def hue_eraser(model: ColorAutoencoder, rgb: ArrayLike) -> Eraser:
    """The eraser of hue from u, fitted on colors `[N, 3]` whose hue it is told."""
    return fit_eraser(respond(model, rgb).u, concept(rgb))


def erased(model: ColorAutoencoder, eraser: Eraser) -> ColorAutoencoder:
    """A copy that decodes r(u) in place of u.

    Both r and the layer that reads u are affine, so that r is done by other weights of this layer, and its u is still
    the model's own.
    """
    copy = from_vector(to_vector(model), model.bottleneck, model.hidden)
    read = copy.decoder_in
    weight = read.weight.double()
    removed = weight @ torch.as_tensor(eraser.matrix)
    read.weight.copy_(weight - removed)
    read.bias.copy_(read.bias.double() + removed @ torch.as_tensor(eraser.mean))
    return copy

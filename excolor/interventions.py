"""Interventions: hold a concept back while the model runs, instead of deleting it (Experiments 2.1 to 2.4).

Both act on u, between encoder and decoder, along the direction v of a concept. With the alignment α = max(0, u·v):
*suppression* takes a part of α away and leaves the sphere; *repulsion* turns u away from v and stays on it. Only the
positive side is touched, and no weight is (docs/experiment.md, "Holding back").
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch.nn import functional as F

from excolor.color import GRAY_WITHIN, named_colors, rgb_grid, similarity
from excolor.errors import ExcolorError, shown
from excolor.metrics import (
    BYSTANDER,
    SELECTIVITY_LEVELS,
    TARGET,
    Deletion,
    Response,
    full_grid,
    respond,
    share_in,
)
from excolor.model import ColorAutoencoder, normalize

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
Shape = Literal["linear", "smooth"]
Concept = str | int
"""A named color, whose own latent is the direction, or a dim, whose axis is."""

PARALLEL = 1e-6  # length of what is left of u beside v: below it there is only rounding, and no side to turn to
SIMILARITY_POWER = 2
_TINY = 1e-9  # an alignment that is divided by
_CHUNK = 1 << 14  # colors at a time: what is between the layers then stays in the processor's cache


# --- how strongly, by alignment --------------------------------------------------------------------


def _checked(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise ExcolorError(f"{name} is {shown(value)}; it must be a number from {least:g} to {most:g}.")


def _checked_start(a: float) -> None:
    if not 0 <= a < 1:
        raise ExcolorError(f"a is {shown(a)}; it must be at least 0 and less than 1.")


@dataclass(frozen=True)
class Suppression:
    """The falloff of suppression: u′ = u − h(α)·α·v.

    Attributes:
        a: alignment up to which nothing happens, in [0, 1).
        b: share of the alignment that is taken away at alignment 1, in [0, 1].
        p: exponent of the way between, at least 0: at 0 it is b everywhere beyond a, and large ones wait for the end.

    Raises:
        ExcolorError: one of them is out of its range.
    """

    a: float = 0.0
    b: float = 1.0
    p: float = 1.0

    def __post_init__(self) -> None:
        _checked_start(self.a)
        _checked("b", self.b, 0, 1)
        if not 0 <= self.p < math.inf:
            raise ExcolorError(f"p is {shown(self.p)}; it must be a finite number, at least 0.")

    def strength(self, alignment: ArrayLike) -> Doubles:
        """h(α), `[...]` in [0, 1]: the share that is taken away; 0 up to a."""
        alpha = np.asarray(alignment, np.float64)
        way = np.clip((alpha - self.a) / (1 - self.a), 0, 1)
        return np.where(alpha > self.a, self.b * way**self.p, 0)

    def after(self, alignment: ArrayLike) -> Doubles:
        """What is left of alignments, `[...]` in [0, 1]: (1 − h(α))·α."""
        alpha = np.asarray(alignment, np.float64)
        return (1 - self.strength(alpha)) * alpha


@dataclass(frozen=True)
class Repulsion:
    """The falloff of repulsion: u′ = m(α)·v + √(1 − m(α)²)·w, with w the unit vector of what u has beside v.

    Attributes:
        a: alignment up to which nothing happens, in [0, 1).
        b: what alignment 1 becomes, in [0, 1].
        shape: of m between (a, a) and (1, b): "linear", or "smooth", a cubic Bézier curve that leaves with slope 1 and
            arrives with slope 0; its handles reach a third of the way.

    Raises:
        ExcolorError: one of them is out of its range.
    """

    a: float = 0.0
    b: float = 0.5
    shape: Shape = "linear"

    def __post_init__(self) -> None:
        _checked_start(self.a)
        _checked("b", self.b, 0, 1)
        if self.shape not in get_args(Shape):
            raise ExcolorError(f"shape is {shown(self.shape)}; it must be {' or '.join(get_args(Shape))}.")

    def after(self, alignment: ArrayLike) -> Doubles:
        """m(α), `[...]` in [0, 1]; α itself up to a."""
        alpha = np.asarray(alignment, np.float64)
        # With handles of a third, a Bézier curve's parameter is how far α has come.
        t = np.clip((alpha - self.a) / (1 - self.a), 0, 1)
        if self.shape == "linear":
            mapped = self.a + (self.b - self.a) * t
        else:
            handle = self.a + (1 - self.a) / 3
            mapped = self.a * (1 - t) ** 3 + 3 * handle * t * (1 - t) ** 2 + self.b * t**2 * (3 - 2 * t)
        return np.where(alpha > self.a, mapped, alpha)

    def strength(self, alignment: ArrayLike) -> Doubles:
        """The share of alignments that is taken away, `[...]`: 1 − m(α)/α; below 0 where m draws nearer."""
        alpha = np.asarray(alignment, np.float64)
        least = np.maximum(alpha, _TINY)
        return np.where(alpha > self.a, 1 - self.after(least) / least, 0)


Falloff = Suppression | Repulsion


# --- on latents -----------------------------------------------------------------------------------


def suppressed(u: ArrayLike, direction: ArrayLike, falloff: Suppression) -> Doubles:
    """Latents u, `[N, D]`, held back along a direction `[D]` of unit length: float64, at most as long as they were.

    What is not a number stays so.
    """
    latents, v = np.asarray(u, np.float64), np.asarray(direction, np.float64)
    alpha = np.minimum(np.maximum(latents @ v, 0), 1)
    return latents - (falloff.strength(alpha) * alpha)[:, None] * v


def repelled(u: ArrayLike, direction: ArrayLike, falloff: Repulsion, aside: ArrayLike) -> Doubles:
    """Latents u, `[N, D]` of unit length, turned away from a direction `[D]`: float64, again of unit length.

    What is not a number stays so.

    Args:
        aside: `[D]`, at right angles to the direction: where a latent goes that lies on the direction itself.
    """
    latents, v = np.asarray(u, np.float64), np.asarray(direction, np.float64)
    along = latents @ v
    beside = latents - along[:, None] * v
    length = np.linalg.norm(beside, axis=1, keepdims=True)
    w = np.where(length > PARALLEL, beside / np.maximum(length, PARALLEL), np.asarray(aside, np.float64))
    m = falloff.after(np.minimum(along, 1))[:, None]
    turned = m * v + np.sqrt(np.maximum(1 - m**2, 0)) * w
    return np.where((along > falloff.a)[:, None], turned, latents)


def at_right_angles(direction: ArrayLike, generator: np.random.Generator) -> Doubles:
    """A unit vector at right angles to a direction `[D]` of unit length, drawn evenly from all there are.

    Raises:
        ExcolorError: there is only one dim.
    """
    v = np.asarray(direction, np.float64)
    if len(v) < 2:
        raise ExcolorError("The model has one dim; to turn a latent takes two.")
    while True:
        drawn = generator.standard_normal(len(v))
        beside = drawn - (drawn @ v) * v
        if (length := float(np.linalg.norm(beside))) > PARALLEL:
            return beside / length


# --- directions -----------------------------------------------------------------------------------


def direction_of(model: ColorAutoencoder, concept: Concept | ArrayLike) -> Doubles:
    """The direction of a concept, `[D]` of unit length.

    Args:
        concept: a named color such as "red", whose own latent it is; a dim, whose axis it is; or a vector `[D]`.

    Raises:
        ExcolorError: there is no such color or dim, or the vector has another length, is zero or not finite.
    """
    width = model.bottleneck
    if isinstance(concept, str):
        if concept not in (named := named_colors()):
            raise ExcolorError(f"concept is {shown(concept)}; it must be {', '.join(named)}, a dim or a direction.")
        vector: Doubles = respond(model, named[concept]).u[0].astype(np.float64)
    elif isinstance(concept, int):
        if not 0 <= concept < width:
            raise ExcolorError(f"concept is {concept}; this model's dims are 0 to {width - 1}.")
        vector = np.eye(width)[concept]
    else:
        vector = np.asarray(concept, np.float64)
    if vector.shape != (width,):
        raise ExcolorError(f"The direction has the shape {vector.shape}; this model's latents have {width} numbers.")
    length = float(np.linalg.norm(vector))
    if not 0 < length < math.inf:
        raise ExcolorError("The direction is zero or not finite; hold back a concept that the model has a latent of.")
    return vector / length


def dims_of(direction: ArrayLike) -> tuple[int, ...]:
    """The fewest dims that hold at least half of a direction `[D]`: what is deleted to delete its concept."""
    shares = np.square(np.asarray(direction, np.float64))
    half = TARGET * float(shares.sum())
    for size in range(1, len(shares) + 1):
        best = max(combinations(range(len(shares)), size), key=lambda dims: float(shares[list(dims)].sum()))
        if float(shares[list(best)].sum()) >= half:
            return best
    return tuple(range(len(shares)))


# --- a model that is held back --------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class HeldBack:
    """A model whose latents are held back along a direction on their way to the decoder; its weights are as they were.

    Attributes:
        direction: v, `[D]` of unit length.
        aside: where repulsion turns a latent that lies on v itself, `[D]`.
    """

    model: ColorAutoencoder
    direction: Doubles
    falloff: Falloff
    aside: Doubles = field(default_factory=lambda: np.empty(0))

    def hold(self, u: ArrayLike) -> Doubles:
        """Latents u, `[N, D]`, held back."""
        if isinstance(self.falloff, Suppression):
            return suppressed(u, self.direction, self.falloff)
        return repelled(u, self.direction, self.falloff, self.aside)

    def respond(self, rgb: ArrayLike) -> Response:
        """What comes of colors `[..., 3]`: z as encoded, u held back, and the answer to that."""
        colors = torch.tensor(np.asarray(rgb, np.float32).reshape(-1, 3))
        with torch.no_grad():
            z = self.model.encode(colors)
            u = torch.as_tensor(self.hold(normalize(z).numpy()).astype(np.float32))
            output = self.model.decode(u).clamp(0, 1)
            mse = F.mse_loss(output, colors, reduction="none").mean(-1)
        return Response(z.numpy(), u.numpy(), output.numpy(), mse.numpy())


def suppress(model: ColorAutoencoder, direction: Concept | ArrayLike, falloff: Suppression | None = None) -> HeldBack:
    """A model with a concept suppressed: `suppress(model, "red").respond(colors)`.

    Args:
        direction: as in `direction_of`.
        falloff: `Suppression()` if there is none.

    Raises:
        ExcolorError: as in `direction_of`.
    """
    return HeldBack(model, direction_of(model, direction), falloff or Suppression())


def repel(
    model: ColorAutoencoder,
    direction: Concept | ArrayLike,
    falloff: Repulsion | None = None,
    generator: np.random.Generator | None = None,
) -> HeldBack:
    """A model with latents turned away from a concept: `repel(model, "red").respond(colors)`.

    Args:
        direction: as in `direction_of`.
        falloff: `Repulsion()` if there is none.
        generator: draws where a latent goes that lies on the direction itself; of seed 0 if there is none.

    Raises:
        ExcolorError: as in `direction_of` and `at_right_angles`.
    """
    v = direction_of(model, direction)
    aside = at_right_angles(v, generator or np.random.default_rng(0))
    return HeldBack(model, v, falloff or Repulsion(), aside)


# --- what it does ----------------------------------------------------------------------------------


def measured(model: ColorAutoencoder, direction: ArrayLike, answering: HeldBack | ColorAutoencoder) -> Deletion:
    """The metrics, on the full grid, of a model or of what was made of it, told by its latents as they were.

    Args:
        model: intact: its latents say which colors are targets (α² ≥ ½) and bystanders (α² ≤ 0.05).
        direction: of the concept, `[D]` of unit length.
        answering: the model, held back or ablated, or itself.
    """
    grid, v = full_grid(), np.asarray(direction, np.float32)
    n = len(grid.rgb)
    mse, share, gray = np.empty(n, np.float32), np.empty(n, np.float32), np.empty(n, np.bool_)
    for start in range(0, n, _CHUNK):
        part = slice(start, start + _CHUNK)
        share[part] = aligned_share(respond(model, grid.rgb[part]).u, v)
        response = answered(answering, grid.rgb[part])
        mse[part] = response.mse
        # Channel by channel: along an axis of three numpy is slow.
        r, g, b = (response.rgb[:, channel] for channel in range(3))
        gray[part] = np.maximum(np.maximum(r, g), b) - np.minimum(np.minimum(r, g), b) < GRAY_WITHIN
    lost = not np.isfinite(mse).all()
    return Deletion(
        max_mse=math.nan if lost else float(mse.max()),
        median_mse=math.nan if lost else float(np.median(mse)),
        gray_mse=_mean(mse[grid.gray]),
        gray_share=math.nan if lost else float(gray.mean()),
        target_mse=_mean(mse[share >= TARGET]),
        bystander_mse=_mean(mse[share <= BYSTANDER]),
    )


def aligned_share(u: Floats, direction: ArrayLike) -> Floats:
    """α², `[N]` in [0, 1], of latents `[N, D]`: how much of each lies along a direction, on its positive side."""
    return share_in(np.maximum(u @ np.asarray(direction, np.float32), 0)[:, None], [0])


def answered(answering: HeldBack | ColorAutoencoder, rgb: ArrayLike) -> Response:
    """What a model, held back or not, makes of colors `[..., 3]`."""
    return answering.respond(rgb) if isinstance(answering, HeldBack) else respond(answering, rgb)


def _mean(values: Floats) -> float:
    return float(values.mean(dtype=np.float64)) if len(values) else math.nan


def explained(answering: HeldBack | ColorAutoencoder, hue: float) -> float:
    """R² between similarity² to a hue (in [0, 1)) and the error, over the RGB 8³ grid, in [0, 1].

    High when a color is hurt as much as it is like the hue. Not a number when the error is the same for every color.
    """
    rgb = rgb_grid(SELECTIVITY_LEVELS).reshape(-1, 3)
    error = answered(answering, rgb.astype(np.float32)).mse.astype(np.float64)
    if not np.isfinite(error).all() or np.ptp(error) == 0:
        return math.nan
    return float(np.corrcoef(similarity(rgb, hue) ** SIMILARITY_POWER, error)[0, 1] ** 2)


def across(u: ArrayLike, direction: ArrayLike) -> Doubles:
    """The unit vector, `[D]`, at right angles to a direction, along which latents `[N, D]` spread most.

    With the direction itself it spans the plane on which they are drawn.
    """
    latents, v = np.asarray(u, np.float64), np.asarray(direction, np.float64)
    beside = np.nan_to_num(latents - (latents @ v)[:, None] * v)
    widest: Doubles = np.linalg.svd(beside, full_matrices=False)[2][0]
    widest -= (widest @ v) * v
    length = float(np.linalg.norm(widest))
    if not length > PARALLEL:
        return at_right_angles(v, np.random.default_rng(0))
    # Dim 1 points to the right, as on every wheel.
    return widest / (length if widest[1] >= 0 else -length)

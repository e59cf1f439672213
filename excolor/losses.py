"""The four regularizers. Each is a pure function with one value per sample (Experiment 2.7, "Regularizers").

Where a term acts, which label it listens to and which column of the schedule weights it stands in `TERMS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from excolor.model import length

SHARPNESS = 100  # power of the angular repulsion (docs/experiment.md, "Regularizers")
SAME_COLOR = 1e-5  # a pair this close to cosine 1 is the same color drawn twice


def unitarity(z: Tensor) -> Tensor:
    """(‖z‖ − 1)², `[B]`: on the unit sphere → 0, at the origin → 1."""
    return (length(z) - 1) ** 2


def anchor(u: Tensor) -> Tensor:
    """‖u − (1, 0, …)‖², `[B]`: on the first axis → 0, at right angles → 2, opposite → 4."""
    return (u[:, 0] - 1) ** 2 + (u[:, 1:] ** 2).sum(-1)


def separate(u: Tensor) -> Tensor:
    """Σ_{j≠i} ((1 + u_i·u_j)/2)¹⁰⁰, `[B]`: alone in its direction → 0, crowded by k others → up to k."""
    cosine = u @ u.T  # [B, B]
    others = (cosine - 1).abs() > SAME_COLOR
    return (((1 + cosine) / 2) ** SHARPNESS * others).sum(-1)


def planarity(u: Tensor) -> Tensor:
    """Σ_{k≥2} u_k², `[B]`: in the plane of the first two axes → 0, at right angles to it → 1."""
    return (u[:, 2:] ** 2).sum(-1)


def labeled_mean(loss: Tensor, label: Tensor | None) -> Tensor:
    """The mean of `[B]` values over the samples that carry the label (`[B]`, 0 or 1), or over all without one.

    A batch in which nobody carries the label gives 0 and no gradient.
    """
    if label is None:
        return loss.mean()
    return (label * loss).sum() / (label.sum() + 1e-8)


@dataclass(frozen=True)
class Term:
    """One regularizer: its name, its column in the schedule, the layer and the label it acts on, and its function."""

    name: Literal["unitarity", "anchor", "separate", "planarity"]
    parameter: str
    layer: Literal["z", "u"]
    label: Literal["red", "vibrant"] | None
    loss: Callable[[Tensor], Tensor]


TERMS = (
    Term("unitarity", "reg-unit", "z", None, unitarity),
    Term("anchor", "reg-anchor", "u", "red", anchor),
    Term("separate", "reg-separate", "u", None, separate),
    Term("planarity", "reg-planar", "u", "vibrant", planarity),
)

# What a history records of every step, in this order.
LOSSES = (*(term.name for term in TERMS), "reconstruction")

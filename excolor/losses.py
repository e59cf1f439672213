"""The regularizers: what each asks of a sample, where it acts, and whom it listens to (Experiment 2.7, "Regularizers").

`TERMS` is the list of them. Configurations, schedules, both engines, checkpoints, the command line, charts and pages go
through it; each loss is a pure function with one value per sample.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from numpy.typing import ArrayLike, NDArray

from excolor.color import redness, vibrancy

if TYPE_CHECKING:  # the list is read where PyTorch is not needed
    from torch import Tensor

SHARPNESS = 100  # power of the angular repulsion (docs/experiment.md, "Regularizers")
SAME_COLOR = 1e-5  # a pair this close to cosine 1 is the same color drawn twice
AXIS = 0  # the end of which red is pinned to
PLANE = (0, 1)  # the dims that vibrant hues may use


def unitarity(z: Tensor) -> Tensor:
    """(‖z‖ − 1)², `[B]`: on the unit sphere → 0, at the origin → 1."""
    return (z.norm(dim=-1) - 1) ** 2  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


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


def neutrality(u: Tensor) -> Tensor:
    """Σ_{k<2} u_k², `[B]`: at right angles to the plane of the first two axes → 0, in it → 1."""
    return (u[:, :2] ** 2).sum(-1)


def labeled_mean(loss: Tensor, label: Tensor | None) -> Tensor:
    """The mean of `[B]` values over the samples that carry the label (`[B]`, 0 or 1), or over all without one.

    A batch without positives gives 0 and no gradient.
    """
    if label is None:
        return loss.mean()
    return (label * loss).sum() / (label.sum() + 1e-8)


@dataclass(frozen=True)
class Label:
    """A noisy label: a sample carries it with the probability rate · quality^power of its color.

    Attributes:
        name: as the pages write it.
        quality: RGB `[..., 3]` → `[...]` in [0, 1], how much a color is what the label says.
        power: how fast the label is lost away from the pure color.
        rate: the probability at the pure color, in [0, 1].
    """

    name: str
    quality: Callable[[ArrayLike], NDArray[Any]]
    power: int
    rate: float

    def probability(self, rgb: ArrayLike) -> NDArray[Any]:
        """The probability that a sample of each color carries the label, `[...]` in [0, rate]."""
        return self.rate * self.quality(rgb) ** self.power


def _paleness(rgb: ArrayLike) -> NDArray[Any]:
    return 1 - vibrancy(rgb)


RED = Label("red", redness, 10, 0.5)
VIBRANT = Label("vibrant", vibrancy, 100, 0.5)
DESATURATED = Label("desaturated", _paleness, 10, 0.5)


@dataclass(frozen=True)
class StandIn:
    """The curve of a weight for which a schedule has no column: that of another column, scaled to a peak."""

    column: str
    peak: float


@dataclass(frozen=True)
class Term:
    """One regularizer.

    Attributes:
        name: in configurations, histories and on the command line.
        kind: what it asks. "unitarity": length 1. "anchor": one direction. "separate": distance from all others.
            "subspace": to stay within some dims. "anti-subspace": to keep out of some dims.
        dims: of an anchor the axis, of a subspace the dims to stay in, of an anti-subspace those to keep out of; else
            empty.
        layer: what it acts on, z or u.
        label: whose samples it acts on; None for all of them.
        column: of its weight in a schedule.
        loss: `[B, D]` → `[B]`, its value for each sample.
        aliases: what else the series calls that column, beside the same without "reg-".
        stand_in: of a term that the experiment does without: its weight's curve where a schedule has no column for it
            and somebody wants it all the same. None for the experiment's own terms.
    """

    name: str
    kind: Literal["unitarity", "anchor", "separate", "subspace", "anti-subspace"]
    dims: tuple[int, ...]
    layer: Literal["z", "u"]
    label: Label | None
    column: str
    loss: Callable[[Tensor], Tensor]
    aliases: tuple[str, ...] = ()
    stand_in: StandIn | None = None


TERMS: tuple[Term, ...] = (
    Term("unitarity", "unitarity", (), "z", None, "reg-unit", unitarity),
    Term("anchor", "anchor", (AXIS,), "u", RED, "reg-anchor", anchor),
    Term("separate", "separate", (), "u", None, "reg-separate", separate),
    Term("planarity", "subspace", PLANE, "u", VIBRANT, "reg-planar", planarity, ("subspace", "reg-subspace")),
    Term(
        "neutrality",
        "anti-subspace",
        PLANE,
        "u",
        DESATURATED,
        "reg-neutral",
        neutrality,
        ("anti-subspace", "reg-anti-subspace"),
        StandIn("reg-planar", 0.1),
    ),
)
EXPERIMENT: tuple[str, ...] = tuple(term.name for term in TERMS if term.stand_in is None)
"""The names of the experiment's own terms, which are on unless somebody switches them off."""


def source(term: Term) -> str:
    """The code of a term's loss, below the module's constants that it uses."""
    lines = inspect.getsource(inspect.getmodule(term.loss) or term.loss).splitlines()
    used = [name for name in inspect.getclosurevars(term.loss).globals if name.isupper()]
    constants = [line for name in used for line in lines if line.startswith(f"{name} = ")]
    return "\n".join([*constants, *([""] if constants else []), inspect.getsource(term.loss)]).rstrip()

"""What went wrong in a run, named from its metrics: the causes that the verdict on a page is composed of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from excolor.color import GRAYS, HUES, hsv_to_rgb, named_colors
from excolor.metrics import FAILS_ABOVE, Metrics, respond, share_in
from excolor.model import ColorAutoencoder
from excolor.surgery import HUE
from excolor.training import Stop

# Behind each, the worst of 400 runs of the robust schedule that do not fail (docs/experiment.md, "Diagnosis").
GRAY_IN_PLANE = 0.15  # 0.12: share of a gray's ‖u‖² in the hue plane
HUE_OFF_PLANE = 0.35  # 0.31: mean share of the twelve hues' ‖u‖² outside it
ROTATED = 20.0  # 11: degrees between red and the first axis within the plane
RED_COSINE = 0.8  # 0.87
# Half of the way between a wheel round the center and hues that are all in one place.
OFF_CENTER = 0.5


@dataclass(frozen=True)
class Bound:
    """A value beside the bound that it should keep, and whether it does."""

    value: float
    bound: float
    kept: bool


def at_least(value: float, bound: float) -> Bound:
    """A value that should reach a bound; one that is not a number does not."""
    return Bound(value, bound, value >= bound)


def at_most(value: float, bound: float) -> Bound:
    """A value that should not exceed a bound; one that is not a number does."""
    return Bound(value, bound, value <= bound)


class Cause(Enum):
    """A cause that metrics can show; the value is its name in tests and links."""

    DIVERGED = "diverged"
    NOT_CONVERGED = "not converged"
    GRAYS_IN_PLANE = "grays in the hue plane"
    GRAYS_HARMED = "grays harmed"  # where nothing else explains it
    HUE_OFF_PLANE = "hue not in the plane"
    ROTATED = "wheel rotated"
    RED_OFF_AXIS = "red not on its axis"


@dataclass(frozen=True)
class Placement:
    """Where a model keeps the named colors.

    Attributes:
        gray_in_plane: largest Σ_{k<2} u_k² of the five grays, in [0, 1]; a sound run has it low.
        hue_off_plane: mean Σ_{k≥2} u_k² of the twelve hues, in [0, 1]; a sound run has it low.
        red_angle: between red and the first axis within the hue plane, 0 to 180 degrees.
    """

    gray_in_plane: float
    hue_off_plane: float
    red_angle: float


def placement(model: ColorAutoencoder) -> Placement:
    """Measure where a model keeps the named colors."""
    u = respond(model, np.stack(list(named_colors().values()))).u
    inside = share_in(u, HUE)
    red = u[list(HUES).index("red")]
    return Placement(
        gray_in_plane=float(inside[-len(GRAYS) :].max()),
        hue_off_plane=float(1 - inside[: len(HUES)].mean()),
        red_angle=math.degrees(math.atan2(abs(red[1]), red[0])),
    )


def causes(metrics: Metrics, placed: Placement, stopped: Stop | None = None) -> tuple[Cause, ...]:
    """What the metrics show, gravest first; empty for a sound run.

    A diverged run has no further cause, and one that does not reconstruct has its latents judged all the same.
    """
    if stopped and stopped.term:
        return (Cause.DIVERGED,)
    found: list[Cause] = []
    if not metrics.intact.max_mse <= FAILS_ABOVE:
        found.append(Cause.NOT_CONVERGED)
    if not placed.gray_in_plane <= GRAY_IN_PLANE:
        found.append(Cause.GRAYS_IN_PLANE)
    if not placed.hue_off_plane <= HUE_OFF_PLANE:
        found.append(Cause.HUE_OFF_PLANE)
    elif not placed.red_angle <= ROTATED:
        found.append(Cause.ROTATED)
    if Cause.ROTATED not in found and not metrics.red_cosine >= RED_COSINE:
        found.append(Cause.RED_OFF_AXIS)
    if not found and not metrics.hue.gray_mse <= FAILS_ABOVE:
        found.append(Cause.GRAYS_HARMED)
    return tuple(found)


def breakages(metrics: Metrics, placed: Placement) -> dict[str, tuple[Bound, ...]]:
    """What can break in a run, each with the metrics that show it; it is broken when one of them is out of bounds.

    Returns:
        "answers": intact max MSE. "grays": their MSE once hue is deleted. "plane": mean Σ_{k≥2} u_k² of the hues.
        "axis": red's cosine to the first axis, and degrees between the two within the hue plane.
    """
    return {
        "answers": (at_most(metrics.intact.max_mse, FAILS_ABOVE),),
        "grays": (at_most(metrics.hue.gray_mse, FAILS_ABOVE),),
        "plane": (at_most(placed.hue_off_plane, HUE_OFF_PLANE),),
        "axis": (at_least(metrics.red_cosine, RED_COSINE), at_most(placed.red_angle, ROTATED)),
    }


def axis_roles(model: ColorAutoencoder) -> tuple[str, ...]:
    """What lives on each axis of a model: "warmth", "hue", "tone" or nothing that can be named (an empty string).

    Warmth and hue are the first two axes, if the wheel goes round their plane and red is where the regularizers want
    it. Tone is the axis along which black and white differ most, if by at least half of their distance.
    """
    placed = placement(model)
    wheel = respond(model, hsv_to_rgb([[hue, 1, 1] for hue in HUES.values()])).u[:, HUE]
    round_center = np.linalg.norm(wheel.mean(0)) <= OFF_CENTER
    roles = [""] * model.bottleneck
    if round_center and placed.hue_off_plane <= HUE_OFF_PLANE:
        roles[1] = "hue"
        if placed.red_angle <= ROTATED:
            roles[0] = "warmth"
    black, white = respond(model, [[0, 0, 0], [1, 1, 1]]).u
    difference = np.abs(white - black)
    tone = int(difference.argmax())
    if not roles[tone] and difference[tone] >= 0.5 * np.linalg.norm(difference):
        roles[tone] = "tone"
    return tuple(roles)

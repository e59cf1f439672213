"""What is right and what went wrong in a run: the checklist of a sound one, and the causes behind what it misses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from excolor.color import GRAYS, HUES, hsv_to_rgb, named_colors
from excolor.metrics import FAILS_ABOVE, SURVIVES_TO, Floats, Metrics, respond, share_in
from excolor.model import ColorAutoencoder
from excolor.surgery import HUE
from excolor.training import Stop

# Behind each, the worst of 400 runs of the robust schedule that do not fail (docs/experiment.md, "Diagnosis").
GRAY_IN_PLANE = 0.15  # 0.12: share of a gray's ‖u‖² in the hue plane
HUE_OFF_PLANE = 0.35  # 0.31: mean share of the twelve hues' ‖u‖² outside it
ROTATED = 20.0  # 11: degrees between red and the first axis within the plane
RED_COSINE = 0.8  # 0.87
ANSWERS_GRAY = 0.9  # share of the outputs that are gray once hue is deleted; intact it is about a third
WHEEL_HUES = 240  # on which the wheel is followed round its center


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
    HUE_OFF_PLANE = "hue not in the plane"
    NOT_ROUND = "hues do not go round"
    ROTATED = "wheel rotated"
    RED_OFF_AXIS = "red not on its axis"
    GRAYS_HARMED = "grays harmed"  # where nothing else explains it
    TINTED = "answers keep a tint"  # where nothing else is wrong


@dataclass(frozen=True)
class Placement:
    """Where a model keeps the named colors.

    Attributes:
        gray_in_plane: largest Σ_{k<2} u_k² of the five grays, in [0, 1]; a sound run has it low.
        hue_off_plane: mean Σ_{k≥2} u_k² of the twelve hues, in [0, 1]; a sound run has it low.
        red_angle: between red and the first axis within the hue plane, 0 to 180 degrees.
        turns: how often the hues, from red through all of them back to red, go round the center of the hue plane, a
            whole number; 1 for a wheel, 0 for an arc that they go along and back.
    """

    gray_in_plane: float
    hue_off_plane: float
    red_angle: float
    turns: float


def placement(model: ColorAutoencoder) -> Placement:
    """Measure where a model keeps the named colors."""
    u = respond(model, np.stack(list(named_colors().values()))).u
    inside = share_in(u, HUE)
    red = u[list(HUES).index("red")]
    return Placement(
        gray_in_plane=float(inside[-len(GRAYS) :].max()),
        hue_off_plane=float(1 - inside[: len(HUES)].mean()),
        red_angle=math.degrees(math.atan2(abs(red[1]), red[0])),
        turns=_turns(respond(model, hsv_to_rgb([[h / WHEEL_HUES, 1, 1] for h in range(WHEEL_HUES)])).u),
    )


def _turns(u: Floats) -> float:
    """How often the closed path of latents `[N, D]` goes round the center of the hue plane."""
    if not np.isfinite(u).all():
        return math.nan
    angle = np.arctan2(u[:, 1], u[:, 0]).astype(np.float64)
    step = (np.diff(angle, append=angle[:1]) + np.pi) % (2 * np.pi) - np.pi  # the short way to the next
    return float(abs(np.rint(step.sum() / (2 * np.pi))))


def checks(metrics: Metrics, placed: Placement) -> dict[str, Bound]:
    """The checklist of a sound run, each metric beside the bound that it keeps or does not.

    Returns:
        "reconstructs": intact maximum MSE. "red_on_axis": red's cosine to the first axis. "wheel_not_turned": degrees
        between the two within the hue plane. "hues_in_plane": mean Σ_{k≥2} u_k² of the twelve hues. "hues_go_round":
        how often they go round its center. "grays_survive": MSE of the worst of the five grays once hue is deleted.
        "answers_gray": share of all outputs that are gray then.
    """
    return {
        "reconstructs": at_most(metrics.intact.max_mse, FAILS_ABOVE),
        "red_on_axis": at_least(metrics.red_cosine, RED_COSINE),
        "wheel_not_turned": at_most(placed.red_angle, ROTATED),
        "hues_in_plane": at_most(placed.hue_off_plane, HUE_OFF_PLANE),
        "hues_go_round": at_least(placed.turns, 1),
        "grays_survive": at_most(metrics.worst_gray, SURVIVES_TO),
        "answers_gray": at_least(metrics.hue.gray_share, ANSWERS_GRAY),
    }


def causes(metrics: Metrics, placed: Placement, stopped: Stop | None = None) -> tuple[Cause, ...]:
    """What the checks that are not kept come from, gravest first; empty where all are kept.

    A diverged run has no further cause, and one that does not reconstruct has its latents judged all the same.
    """
    if stopped and stopped.term:
        return (Cause.DIVERGED,)
    missed = {name for name, check in checks(metrics, placed).items() if not check.kept}
    found: list[Cause] = []
    if "reconstructs" in missed:
        found.append(Cause.NOT_CONVERGED)
    if "grays_survive" in missed and not placed.gray_in_plane <= GRAY_IN_PLANE:
        found.append(Cause.GRAYS_IN_PLANE)
    if "hues_in_plane" in missed:
        found.append(Cause.HUE_OFF_PLANE)
    else:
        if "hues_go_round" in missed:
            found.append(Cause.NOT_ROUND)
        if "wheel_not_turned" in missed:
            found.append(Cause.ROTATED)
    if "red_on_axis" in missed and Cause.ROTATED not in found:
        found.append(Cause.RED_OFF_AXIS)
    if "grays_survive" in missed and not found:
        found.append(Cause.GRAYS_HARMED)
    if "answers_gray" in missed and not found:
        found.append(Cause.TINTED)
    return tuple(found)


def has_wheel(placed: Placement) -> bool:
    """Whether the hues go round in the hue plane, and lie in it."""
    return placed.turns >= 1 and placed.hue_off_plane <= HUE_OFF_PLANE


def axis_roles(model: ColorAutoencoder) -> tuple[str, ...]:
    """What lives on each axis of a model: "warmth", "hue", "tone" or nothing that can be named (an empty string).

    Warmth and hue are the first two axes, if the wheel goes round their plane and red is where the regularizers want
    it. Tone is the axis along which black and white differ most, if by at least half of their distance.
    """
    placed = placement(model)
    roles = [""] * model.bottleneck
    if has_wheel(placed):
        roles[1] = "hue"
        if placed.red_angle <= ROTATED:
            roles[0] = "warmth"
    black, white = respond(model, [[0, 0, 0], [1, 1, 1]]).u
    difference = np.abs(white - black)
    tone = int(difference.argmax())
    if not roles[tone] and difference[tone] >= 0.5 * np.linalg.norm(difference):
        roles[tone] = "tone"
    return tuple(roles)

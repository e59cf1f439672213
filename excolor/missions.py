"""Missions: goals that a student's own runs reach or do not, and how near the last of them came.

A mission looks at what a run shows and at nothing else, so that every way to its goal counts. Each threshold stands
beside what was measured for it; runs are counted as reached / tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from excolor.color import GRAYS
from excolor.config import RunConfig
from excolor.diagnosis import RED_COSINE, Bound, Cause, at_least, at_most
from excolor.losses import EXPERIMENT
from excolor.measured import Measured
from excolor.metrics import FAILS_ABOVE
from excolor.training import multipliers

# Grays' MSE after hue is deleted. With all four on the robust schedule has 0.003 and less (80/80 runs); without
# separate it is 0.06 and more (40/40), without planarity above this bound in 25/40.
GRAYS_LOST = 0.03
# Intact maximum MSE: of those 80 sound runs the median is 0.0005 and the worst 0.00103 (of 20 published ones 0.0012).
AS_EXACT_AS_SOUND = 0.0012

# More than a tint is wrong in 1/24 runs without unitarity, in 10/12 without anchor, in 12/12 without planarity: by
# chance a run goes right, so one seed would prove nothing. (Strictly sound are 11/24 without unitarity.)
SPARED_TERMS = 1
SEEDS_ENOUGH = 3

# Degrees. Where nothing holds the wheel any angle is as likely as another, so a quarter of the seeds should do; 25/120
# did, seed 0 not among them. With the anchor a sound run's red is within 20° by definition.
HALF_ROUND = 135.0

# Of the labels. As the sliders stand more than a tint is wrong in 5/5 runs at 0.6; with separate × 5 and planarity × 3
# in 6/12 runs at 0.65.
NOISY = 0.65

# MSE of the named colors after warmth is deleted. With anchor and separate on, red has 0.19 and more in 95 % of the
# runs; with anchor on and separate off the worst gray has 0.06 and more (160/160).
RED_BROKEN = 0.1
GRAY_SPARED = 0.01
# With one regularizer 0/160 runs get there, with anchor and separate alone 15/40, and on the published schedule 20/20
# once separate is half as strong or weaker.
FEWEST = 2

# The shipped network's own. Of 60 runs with all sliders as they stand none has both, with twice the updates one in
# four (5/20).
SHIPPED_SELECTIVITY = 0.949
SHIPPED_MAX_MSE = 3.4e-4


class What(Enum):
    """What a condition is about; the comment says what its value is."""

    FINISHED = "finished"  # updates that were made, of those asked for
    CONVERGED = "converged"  # intact maximum MSE
    GRAYS_LOST = "grays lost"  # grays' MSE without hue
    INTACT = "intact"  # intact maximum MSE
    REGULARIZERS = "regularizers"  # how many are on
    SOUND = "sound"  # how many causes
    RIGHT = "right"  # how many causes; a tint alone will do
    SEEDS = "seeds"  # runs with the same settings that do not go wrong
    UNHARMED = "unharmed"  # runs with the same settings that go wrong
    ANGLE = "angle"  # degrees from red to the first axis
    NOTHING_ELSE = "nothing else"  # causes other than the angle
    PUBLISHED = "published"  # 1 for the published settings
    FAILS = "fails"  # 1 for a run that fails
    REASON = "reason"  # 1 for the right one, 0 for none, −1 for another
    NOISE = "noise"  # share of the labels
    RED = "red"  # its MSE without warmth
    GRAYS_SPARED = "grays spared"  # the worst gray's MSE without warmth
    RED_ON_AXIS = "red on axis"  # its cosine to the first axis
    SELECTIVITY = "selectivity"


@dataclass(frozen=True)
class Part:
    """One condition of a mission: what it is about, and its value in a run beside the bound."""

    what: What
    bound: Bound


@dataclass(frozen=True)
class State:
    """How a mission stands: its conditions, none as long as there is no run."""

    parts: tuple[Part, ...] = ()

    @property
    def done(self) -> bool:
        """Every condition is met."""
        return bool(self.parts) and all(part.bound.kept for part in self.parts)


Judge = Callable[[Sequence[Measured], Cause | None], tuple[Part, ...]]


@dataclass(frozen=True)
class Mission:
    """A goal.

    Attributes:
        id: its name in links and tests.
        judge: the conditions, from a session's runs (the last one is on screen) and the reason that was given.
        asks: whether a reason is part of it.
    """

    id: str
    judge: Judge
    asks: bool = False


def check(mission: Mission, runs: Sequence[Measured], reason: Cause | None = None) -> State:
    """How a mission stands.

    Args:
        runs: of a session, each configuration once, the last one last.
        reason: the cause that the student names, for a mission that asks for one.

    A run that ended early or has not converged proves nothing: then that is the only condition.
    """
    if not runs:
        return State()
    last = runs[-1]
    if stopped := last.run.stopped:
        return State((Part(What.FINISHED, Bound(stopped.step, last.config.steps, False)),))
    converged = at_most(last.metrics.intact.max_mse, FAILS_ABOVE)
    if not converged.kept:
        return State((Part(What.CONVERGED, converged),))
    return State(mission.judge(runs, reason))


def _at_least(what: What, value: float, bound: float) -> Part:
    return Part(what, at_least(value, bound))


def _at_most(what: What, value: float, bound: float) -> Part:
    return Part(what, at_most(value, bound))


def _regularizers(run: Measured) -> int:
    return sum(weight > 0 for weight in multipliers(run.config).values())


def _without_warmth(run: Measured, color: str) -> float:
    # Not a number where it was not measured.
    return next((warmth for name, _intact, warmth, _hue in run.metrics.colors if name == color), math.nan)


def _sound(run: Measured) -> Part:
    return Part(What.SOUND, Bound(len(run.causes), 0, run.sound))


def _right(run: Measured) -> Part:
    return Part(What.RIGHT, Bound(len(run.causes), 0, not run.goes_wrong))


def _quiet_failure(runs: Sequence[Measured], reason: Cause | None) -> tuple[Part, ...]:
    metrics = runs[-1].metrics
    return (
        _at_least(What.GRAYS_LOST, metrics.hue.gray_mse, GRAYS_LOST),
        _at_most(What.INTACT, metrics.intact.max_mse, AS_EXACT_AS_SOUND),
    )


def _not_missed(runs: Sequence[Measured], reason: Cause | None) -> tuple[Part, ...]:
    last = runs[-1]
    alike = [run for run in runs if replace(run.config, seed=last.config.seed) == last.config]
    wrong = sum(run.goes_wrong for run in alike)
    return (
        _at_most(What.REGULARIZERS, _regularizers(last), len(EXPERIMENT) - SPARED_TERMS),
        _right(last),
        _at_most(What.UNHARMED, wrong - last.goes_wrong, 0),
        _at_least(What.SEEDS, len(alike) - wrong, SEEDS_ENOUGH),
    )


def _half_round(runs: Sequence[Measured], reason: Cause | None) -> tuple[Part, ...]:
    last = runs[-1]
    others = [cause for cause in last.causes if cause is not Cause.ROTATED]
    return (
        _at_least(What.ANGLE, last.placement.red_angle, HALF_ROUND),
        Part(What.NOTHING_ELSE, Bound(len(others), 0, not others and not last.metrics.fails)),
    )


def published(config: RunConfig) -> bool:
    """Whether a run is the published one but for its seed."""
    return config == RunConfig(schedule="ex-2.7", seed=config.seed)


def _bad_luck(runs: Sequence[Measured], reason: Cause | None) -> tuple[Part, ...]:
    last = runs[-1]
    as_published = _at_least(What.PUBLISHED, published(last.config), 1)
    if not as_published.bound.kept:
        return (as_published,)
    fails = last.metrics.fails and last.metrics.hue.gray_mse > FAILS_ABOVE
    right = 0 if reason is None else 1 if reason in last.causes[:1] else -1
    return as_published, _at_least(What.FAILS, fails, 1), _at_least(What.REASON, right, 1)


def _noisy(runs: Sequence[Measured], reason: Cause | None) -> tuple[Part, ...]:
    return _at_least(What.NOISE, runs[-1].config.label_noise, NOISY), _right(runs[-1])


def _fewest(runs: Sequence[Measured], reason: Cause | None) -> tuple[Part, ...]:
    last = runs[-1]
    grays = [_without_warmth(last, name) for name in GRAYS]
    return (
        _at_least(What.RED, _without_warmth(last, "red"), RED_BROKEN),
        _at_most(What.GRAYS_SPARED, max(grays) if all(map(math.isfinite, grays)) else math.nan, GRAY_SPARED),
        # Otherwise the first axis is not warmth, and red was hit by accident.
        _at_least(What.RED_ON_AXIS, last.metrics.red_cosine, RED_COSINE),
        _at_most(What.REGULARIZERS, _regularizers(last), FEWEST),
    )


def _better(runs: Sequence[Measured], reason: Cause | None) -> tuple[Part, ...]:
    metrics = runs[-1].metrics
    return (
        _sound(runs[-1]),
        _at_most(What.INTACT, metrics.intact.max_mse, SHIPPED_MAX_MSE),
        _at_least(What.SELECTIVITY, metrics.selectivity, SHIPPED_SELECTIVITY),
    )


# From one press of a button to an afternoon.
MISSIONS = (
    Mission("quiet-failure", _quiet_failure),
    Mission("not-missed", _not_missed),
    Mission("half-round", _half_round),
    Mission("bad-luck", _bad_luck, asks=True),
    Mission("noisy", _noisy),
    Mission("fewest", _fewest),
    Mission("better", _better),
)

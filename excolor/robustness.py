"""Robustness to label noise: how much of the labels may be wrong before a run is no longer sound."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from excolor.config import RunConfig
from excolor.diagnosis import Cause
from excolor.measured import Measured, measure
from excolor.metrics import FAILS_ABOVE, quick_grid
from excolor.training import train

LEVELS = tuple(round(0.1 * i, 1) for i in range(11))
SEEDS = 5

Metric = Literal["red_cosine", "gray_mse", "selectivity", "unsound"]
METRICS: tuple[Metric, ...] = ("red_cosine", "gray_mse", "selectivity", "unsound")


def configs() -> list[RunConfig]:
    """Every run of the study, the least noise first: the shipped robust schedule, and seeds 0 to 4 at each level."""
    return [RunConfig(label_noise=level, seed=seed) for level in LEVELS for seed in range(SEEDS)]


def trial(config: RunConfig) -> Measured:
    """Train one run and measure it on the quick grid; its history is not kept."""
    return measure(train(config), quick_grid()).forgetting()


def complete(done: Mapping[RunConfig, Measured]) -> list[Measured]:
    """The runs of all levels that have every seed, in the order of `configs()`."""
    levels = [[RunConfig(label_noise=level, seed=seed) for seed in range(SEEDS)] for level in LEVELS]
    return [done[config] for level in levels if all(config in done for config in level) for config in level]


def metric(run: Measured, name: Metric) -> float:
    """One of the metrics that the study compares; "unsound" is 1 for a run that is not sound, else 0."""
    if name == "red_cosine":
        return run.metrics.red_cosine
    if name == "gray_mse":
        return run.metrics.hue.gray_mse
    if name == "selectivity":
        return run.metrics.selectivity
    return float(not run.sound)


def by_level(runs: Sequence[Measured]) -> dict[float, list[Measured]]:
    """The runs at each level that has some, the least noise first."""
    levels = sorted({each.config.label_noise for each in runs})
    return {level: [each for each in runs if each.config.label_noise == level] for level in levels}


def medians(runs: Sequence[Measured], name: Metric) -> dict[float, float]:
    """The median of a metric at each level."""
    return {level: float(np.median([metric(run, name) for run in here])) for level, here in by_level(runs).items()}


def unsound(runs: Sequence[Measured]) -> dict[float, int]:
    """How many runs of each level are not sound."""
    return {level: sum(not run.sound for run in here) for level, here in by_level(runs).items()}


def grays_harmed(run: Measured) -> bool:
    """Whether deleting hue harms the grays, or would: they lie in its plane."""
    return Cause.GRAYS_IN_PLANE in run.causes or not run.metrics.hue.gray_mse <= FAILS_ABOVE


@dataclass(frozen=True)
class Robustness:
    """What the study says.

    Attributes:
        sound_to: the highest level up to which every run is sound; not a number when there is none.
        breaks_at: the next level, or None when every run is sound.
        grays, off_plane, red: in how many runs of that level the grays are harmed, hue is not in the plane, red is not
            where it should be.
        red_to: the highest level up to which the verdict finds red where it should be in every run.
    """

    sound_to: float
    breaks_at: float | None
    grays: int
    off_plane: int
    red: int
    red_to: float


def limits(runs: Sequence[Measured]) -> Robustness:
    """Read the runs of levels that are complete."""
    at = by_level(runs)
    levels = list(at)
    astray = {Cause.ROTATED, Cause.RED_OFF_AXIS, Cause.DIVERGED, Cause.NOT_CONVERGED}

    def up_to(good: dict[float, bool]) -> float:
        bad = [level for level in levels if not good[level]]
        return max((level for level in levels if not bad or level < bad[0]), default=math.nan)

    sound_to = up_to({level: all(each.sound for each in at[level]) for level in levels})
    red_to = up_to({level: not any(astray & {*each.causes} for each in at[level]) for level in levels})
    breaks_at = next((level for level in levels if not sound_to >= level), None)
    broken = [each for each in at.get(breaks_at, []) if not each.sound] if breaks_at is not None else []
    return Robustness(
        sound_to,
        breaks_at,
        sum(grays_harmed(each) for each in broken),
        sum(Cause.HUE_OFF_PLANE in each.causes for each in broken),
        sum(bool(astray & {*each.causes}) for each in broken),
        red_to,
    )

"""Robustness to label noise: how much of the labels may be wrong before a run goes wrong.

A run goes wrong if more is wrong with it than a tint.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

import numpy as np

from excolor.config import RunConfig
from excolor.diagnosis import Cause
from excolor.measured import Measured, measure
from excolor.metrics import quick_grid
from excolor.training import train

LEVELS = tuple(round(0.1 * i, 1) for i in range(11))
SEEDS = 5

Metric = Literal["red_cosine", "gray_mse", "selectivity", "wrong"]
METRICS: tuple[Metric, ...] = ("red_cosine", "gray_mse", "selectivity", "wrong")


def configs() -> tuple[RunConfig, ...]:
    """Every run of the study, the least noise first: the shipped robust schedule, and seeds 0 to 4 at each level."""
    return tuple(RunConfig(label_noise=level, seed=seed) for level in LEVELS for seed in range(SEEDS))


def trial(config: RunConfig, cancelled: Callable[[], bool] = lambda: False) -> Measured | None:
    """Train one run and measure it on the quick grid; its history is not kept. None once it was cancelled."""
    run = train(config, cancelled=cancelled)
    cut_short = run.stopped is not None and run.stopped.term is None
    return None if cut_short else measure(run, quick_grid()).forgetting()


def complete(done: Mapping[RunConfig, Measured]) -> list[Measured]:
    """The runs of all levels that have every seed, in the order of `configs()`."""
    levels = [[RunConfig(label_noise=level, seed=seed) for seed in range(SEEDS)] for level in LEVELS]
    return [done[config] for level in levels if all(config in done for config in level) for config in level]


def metric(run: Measured, name: Metric) -> float:
    """One of the metrics that the study compares; "wrong" is 1 for a run that goes wrong, else 0."""
    if name == "red_cosine":
        return run.metrics.red_cosine
    if name == "gray_mse":
        return run.metrics.hue.gray_mse
    if name == "selectivity":
        return run.metrics.selectivity
    return float(run.goes_wrong)


def by_level(runs: Sequence[Measured]) -> dict[float, list[Measured]]:
    """The runs at each level that has some, the least noise first."""
    levels = sorted({each.config.label_noise for each in runs})
    return {level: [each for each in runs if each.config.label_noise == level] for level in levels}


def medians(runs: Sequence[Measured], name: Metric) -> dict[float, float]:
    """The median of a metric at each level."""
    return {level: float(np.median([metric(run, name) for run in here])) for level, here in by_level(runs).items()}


def wrong(runs: Sequence[Measured]) -> dict[float, int]:
    """How many runs of each level go wrong."""
    return {level: sum(run.goes_wrong for run in here) for level, here in by_level(runs).items()}


@dataclass(frozen=True)
class Robustness:
    """What the study says.

    Attributes:
        right_to: the highest level up to which no run goes wrong; not a number when there is none.
        tinted: how many of the runs up to there keep a tint.
        wrong_at: the next level, or None when no run goes wrong.
        causes: in how many runs of that level each cause was found, of those that go wrong.
        red_to: the highest level up to which red's cosine keeps its bound in every run, or not a number.
    """

    right_to: float
    tinted: int
    wrong_at: float | None
    causes: dict[Cause, int]
    red_to: float


def limits(runs: Sequence[Measured]) -> Robustness:
    """Read the runs of levels that are complete."""
    at = by_level(runs)
    right_to = _up_to({level: not any(run.goes_wrong for run in here) for level, here in at.items()})
    wrong_at = next((level for level in at if not right_to >= level), None)
    wrong = [run for run in at.get(wrong_at, []) if run.goes_wrong] if wrong_at is not None else []
    return Robustness(
        right_to,
        sum(run.tinted for level, here in at.items() if right_to >= level for run in here),
        wrong_at,
        {cause: n for cause in Cause if (n := sum(cause in run.causes for run in wrong))},
        _up_to({level: all(run.checks["red_on_axis"].kept for run in here) for level, here in at.items()}),
    )


def _up_to(good: Mapping[float, bool]) -> float:
    """The last level before the first that is not good."""
    return max(takewhile(good.__getitem__, good), default=math.nan)

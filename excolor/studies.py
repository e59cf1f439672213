"""Studies: which runs belong together, told before any of them begins.

A study is every combination of what is varied, under every seed. Its runs have an order, in which neighbors share their
batches where they can, and in which more seeds only add runs at the end: a study that was stopped, or that is to be
larger, goes on where it was.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from excolor.config import RunConfig, Weights
from excolor.errors import ExcolorError, shown
from excolor.losses import EXPERIMENT, TERMS
from excolor.schedule import SHIPPED

Axis = Sequence[Mapping[str, Any]]
"""What takes one value after the other: each changes some weights, by a regularizer's name, or fields of a run."""

MAX_VALUES = 1000  # between two ends
MAX_SETTINGS = 10_000
WHOLE = ("steps", "bottleneck", "hidden")
GRIDDED = (*(term.name for term in TERMS), *WHOLE, "label-noise", "schedule")


@dataclass(frozen=True)
class Study:
    """Runs that belong together, in their order; nothing is kept of them, however many they are.

    Attributes:
        config: what they have in common.
        seeds: of the initial parameters, and of the batches where these have none of their own.
        batch_seeds: of the batches: each with each of `seeds`. None: a run draws them with its one seed.
        axes: what is varied beside the seeds: every combination.
    """

    config: RunConfig
    seeds: Sequence[int]
    batch_seeds: Sequence[int] | None = None
    axes: tuple[Axis, ...] = ()

    def settings(self) -> list[RunConfig]:
        """What the runs differ in, beside the seeds.

        Raises:
            ExcolorError: a value is out of its range, or they are more than ten thousand.
        """
        if (n := math.prod(map(len, self.axes))) > MAX_SETTINGS:
            raise ExcolorError(f"The study has {n:,} settings; it must have up to {MAX_SETTINGS:,}.")
        return [
            _changed(self.config, {name: value for change in changes for name, value in change.items()})
            for changes in product(*self.axes)
        ]

    def __len__(self) -> int:
        return len(self.seeds) * len(self.batch_seeds or (None,)) * math.prod(map(len, self.axes))

    def __iter__(self) -> Iterator[RunConfig]:
        settings = self.settings()
        for seed, batch_seed in self._seeds():
            for setting in settings:
                yield replace(setting, seed=seed, batch_seed=batch_seed)

    def _seeds(self) -> Iterator[tuple[int, int | None]]:
        if self.batch_seeds is None:
            return ((seed, None) for seed in self.seeds)
        return ((seed, batch_seed) for batch_seed in self.batch_seeds for seed in self.seeds)


def combinations(config: RunConfig) -> Axis:
    """The sixteen on/off combinations of the experiment's four regularizers: all on first, all off last.

    One that is on has its multiplier in `config`.

    Raises:
        ExcolorError: there it is 0.
    """
    if silent := [name for name in EXPERIMENT if not config.weights[name]]:
        raise ExcolorError(f"weight {silent[0]} is 0; to be switched on and off it must be above 0.")
    return [
        dict(zip(EXPERIMENT, values, strict=True))
        for values in product(*((config.weights[n], 0.0) for n in EXPERIMENT))
    ]


def grid(text: str) -> Axis:
    """An axis from words: "separate=0.1:10:log7" or "label-noise=0:0.6:lin4" (both ends count), or "hidden=8,16,32".

    Schedules are varied by their names: "schedule=ex-2.7,robust".

    Spaced values have six digits, so that they are the same on every machine and fit into a link.

    Raises:
        ExcolorError: it is not written so.
    """
    name, _, said = text.partition("=")
    if name not in GRIDDED:
        raise ExcolorError(f"The grid {shown(text)} names nothing to vary; it must be one of {', '.join(GRIDDED)}.")
    if name == "schedule":
        if strange := [each for each in said.split(",") if each not in SHIPPED]:
            raise ExcolorError(f"The grid {shown(text)} has {shown(strange[0])}; it may have {', '.join(SHIPPED)}.")
        return [{name: each} for each in said.split(",")]
    try:
        values = _values(said)
    except (ValueError, KeyError):
        raise ExcolorError(
            f"The grid {shown(text)} has no values; write {name}=0.1:10:log7, {name}=0:2:lin5 or {name}=1,2."
        ) from None
    if name in WHOLE:
        if odd := [value for value in values if not value.is_integer()]:
            raise ExcolorError(f"The grid {shown(text)} has {odd[0]:g}; {name} must be whole numbers.")
        return [{name: int(value)} for value in values]
    return [{name.replace("-", "_"): value} for value in values]


def _values(said: str) -> list[float]:
    parts = said.split(":")
    if len(parts) == 1:
        return [float(value) for value in said.split(",")]
    first, last, spacing = parts
    between = {"log": np.geomspace, "lin": np.linspace}[spacing[:3]]
    ends, n = (float(first), float(last)), int(spacing[3:])
    if not 2 <= n <= MAX_VALUES or not all(map(math.isfinite, ends)) or (spacing[:3] == "log" and min(ends) <= 0):
        raise ValueError
    return [float(f"{value:.6g}") for value in between(*ends, n).tolist()]


def _changed(config: RunConfig, changes: Mapping[str, Any]) -> RunConfig:
    names = [term.name for term in TERMS]
    weights = {name: value for name, value in changes.items() if name in names}
    rest = {name: value for name, value in changes.items() if name not in names}
    return replace(config, **rest, weights=Weights(**{**config.weights, **weights}))

"""Which regularizers are needed: the runs of all sixteen on/off combinations, counted, compared and put into order.

Neutrality, which the experiment does without, is not one of the four: a study has it off, on, or both ways.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from excolor.config import MAX_SEED, RunConfig
from excolor.diagnosis import Cause
from excolor.errors import ExcolorError
from excolor.losses import EXPERIMENT
from excolor.rows import SEEDS, SETTINGS, config_of
from excolor.training import multipliers

On = frozenset[str]
FIGURES = ("intact.max_mse", "hue.gray_mse", "hue.gray_share", "red_cosine")
MIDDLE = "hue.gray_mse"
"""The figure by which a run is in the middle of those with its settings."""
FIFTH = "neutrality"
_TOLD = [*SETTINGS, *SEEDS, "key", "sound", "tinted"]
EVERY: tuple[On, ...] = tuple(
    frozenset(name for name, is_on in zip(EXPERIMENT, each, strict=True) if is_on)
    for each in product((True, False), repeat=len(EXPERIMENT))
)
"""The sixteen, all on first, all off last."""


@dataclass(frozen=True)
class Tally:
    """How some runs came out: how many they are, how many are sound, and how many keep a tint and are else sound."""

    runs: int = 0
    sound: int = 0
    tinted: int = 0

    @property
    def right(self) -> int:
        """Those with no more wrong than a tint."""
        return self.sound + self.tinted

    @property
    def wrong(self) -> int:
        """The others."""
        return self.runs - self.right

    @property
    def mostly_right(self) -> bool:
        """Whether more than half of them go right."""
        return 2 * self.right > self.runs

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.runs + other.runs, self.sound + other.sound, self.tinted + other.tinted)


@dataclass(frozen=True)
class Spread:
    """The median of a figure over runs, its least and its largest; of those that are finite, NaN if none is."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Cell:
    """The runs of one combination.

    Attributes:
        on: which of the four.
        fifth: whether neutrality is on too.
        tally: how they came out.
        causes: in how many of them each cause was found, the most frequent first; none that was found in none.
        figures: each of `FIGURES` over them.
        places: their rows in the table, by `MIDDLE`, the best first.
    """

    on: On
    fifth: bool
    tally: Tally
    causes: Mapping[Cause, int]
    figures: Mapping[str, Spread]
    places: NDArray[np.int64]

    @property
    def middle(self) -> int:
        """The row of the run in the middle; of two, the better one."""
        return int(self.places[(len(self.places) - 1) // 2])


@dataclass(frozen=True, eq=False)
class Needed:
    """The runs of a study of the sixteen combinations.

    Attributes:
        table: their rows.
        cells: of the combinations that have runs, by what is on and whether neutrality is.
        config: what all runs have in common, with the multipliers of those that are on; the seed says nothing.
        weight: of neutrality, where it is on and has one.
    """

    table: pa.Table
    cells: Mapping[tuple[On, bool], Cell]
    config: RunConfig
    weight: float | None

    @property
    def ways(self) -> tuple[bool, ...]:
        """Without neutrality and with it, as far as there are such runs."""
        return tuple(fifth for fifth in (False, True) if any(each == fifth for _, each in self.cells))

    def complete(self, fifth: bool) -> bool:
        """Whether each of the sixteen has a run, without neutrality or with it."""
        return all((on, fifth) in self.cells for on in EVERY)

    def tally(self, fifth: bool, on: Iterable[str] = (), off: Iterable[str] = ()) -> Tally:
        """Of all runs with some regularizers on and others off, whatever the rest."""
        on, off = {*on}, {*off}
        these = (c.tally for (names, way), c in self.cells.items() if way == fifth and on <= names and not off & names)
        return sum(these, Tally())

    def row(self, place: int) -> dict[str, Any]:
        """One row: its settings and seeds, its key, and whether it is sound or only keeps a tint."""
        return self.table.select(_TOLD).slice(place, 1).to_pylist()[0]

    def run(self, place: int) -> RunConfig:
        """What to train to have the run of a row again."""
        return config_of(self.row(place))

    def of_seed(self, cell: Cell, seed: int) -> int | None:
        """The row of a seed among a cell's runs, if it has one."""
        seeds: NDArray[np.int64] = self.table["seed"].to_numpy()
        found = cell.places[seeds[cell.places] == seed]
        return int(found[0]) if len(found) else None

    def seeds(self) -> list[int]:
        """The seeds of the runs, ascending."""
        return np.unique(self.table["seed"].to_numpy()).tolist()


def needed(table: pa.Table) -> Needed:
    """The runs of a study, in cells; some may not be there yet.

    Raises:
        ExcolorError: the rows differ in more than the four, neutrality and the seeds, or one of these has more than
            one weight beside 0; or no run can have such settings.
    """
    if not len(table):
        raise ExcolorError("There are no rows.")
    _require_fit(table)
    on = {name: float(_weights(table, name, 0.0).max()) or 1.0 for name in EXPERIMENT}
    config = replace(config_of({**table.slice(0, 1).to_pylist()[0], **on, FIFTH: None}), seed=0, batch_seed=None)
    group = np.zeros(len(table), np.int64)
    for name in EXPERIMENT:
        group = 2 * group + (_weights(table, name, 0.0) == 0)  # as in EVERY: on before off
    group = 2 * group + (_weights(table, FIFTH, multipliers(config)[FIFTH]) > 0)
    causes = _causes(table, group)
    columns = {name: table[name].to_numpy() for name in (*FIGURES, "sound", "tinted")}
    cells: dict[tuple[On, bool], Cell] = {}
    for number, (on, fifth) in enumerate(product(EVERY, (False, True))):
        places = np.flatnonzero(group == number)
        if len(places):
            counts = (int(columns[name][places].sum()) for name in ("sound", "tinted"))
            cells[on, fifth] = Cell(
                on,
                fifth,
                Tally(len(places), *counts),
                dict(sorted(((c, int(n[number])) for c, n in causes.items() if n[number]), key=lambda each: -each[1])),
                {name: _spread(columns[name][places]) for name in FIGURES},
                places[np.argsort(columns[MIDDLE][places], kind="stable")],
            )
    return Needed(table, cells, config, float(_weights(table, FIFTH, 0.0).max()) or None)


def _require_fit(table: pa.Table) -> None:
    same = [name for name in SETTINGS if name not in (*EXPERIMENT, FIFTH)]
    if varied := [name for name in same if len(table[name].unique()) > 1]:
        raise ExcolorError(f"The runs differ in {varied[0]}; they must differ in regularizers that are on or off.")
    for name in (*EXPERIMENT, FIFTH):
        found = np.unique(_weights(table, name, -1.0))
        if len(found[found != 0]) > 1:
            raise ExcolorError(f"The runs have several weights of {name}; beside 0 they must have one.")
    for name in SEEDS:
        seeds = table[name].drop_null().to_numpy()
        if len(seeds) < len(table) or seeds.min() < 0 or seeds.max() > MAX_SEED:
            raise ExcolorError(f"A run has a {name} that is none.")


def _weights(table: pa.Table, name: str, absent: float) -> NDArray[np.float64]:
    return np.nan_to_num(table[name].to_numpy(), nan=absent)  # null comes as NaN


def _causes(table: pa.Table, group: NDArray[np.int64]) -> dict[Cause, NDArray[np.int64]]:
    """Of each cause, in how many rows of each group it was found, `[32]`."""
    lists = cast("pa.ListArray[Any]", table["causes"].combine_chunks())
    names = np.asarray(lists.flatten().to_pylist(), object)  # pyright: ignore[reportUnknownMemberType]
    groups = np.repeat(group, np.diff(lists.offsets.to_numpy()))
    return {cause: np.bincount(groups[names == cause.value], minlength=2 * len(EVERY)) for cause in Cause}


def _spread(values: NDArray[np.float64]) -> Spread:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Spread(math.nan, math.nan, math.nan)
    return Spread(float(np.median(finite)), float(finite.min()), float(finite.max()))


# --- what they say together -------------------------------------------------------------------------


def can_be_left_out(found: Needed, fifth: bool) -> dict[str, Tally]:
    """Of each of the four, how the runs come out with the other three on."""
    whole = frozenset(EXPERIMENT)
    return {name: found.cells[whole - {name}, fifth].tally for name in EXPERIMENT}


def fewest(found: Needed, fifth: bool) -> list[On]:
    """The combinations with which most runs go right and none of whose parts does as much; in the order of `EVERY`."""
    right = [on for on in EVERY if found.cells[on, fifth].tally.mostly_right]
    return [on for on in right if not any(other < on for other in right)]


def spoiled(found: Needed, fifth: bool) -> Iterator[tuple[On, On]]:
    """Where more is less: a combination with which most runs go right, and one with one more with which they do not."""
    right = {on: found.cells[on, fifth].tally.mostly_right for on in EVERY}
    for on, name in product(EVERY, EXPERIMENT):
        if right[on] and not right[on | {name}]:
            yield on, on | {name}


def together(found: Needed, fifth: bool) -> list[On]:
    """Sets of two or more, each of which can be left out alone, that cannot be left out together; the smallest."""
    whole = frozenset(EXPERIMENT)
    alone = [name for name, tally in can_be_left_out(found, fifth).items() if tally.mostly_right]
    sets = (frozenset(names) for n in range(2, len(alone) + 1) for names in combinations(alone, n))
    bad = [names for names in sets if not found.cells[whole - names, fifth].tally.mostly_right]
    return [names for names in bad if not any(other < names for other in bad)]

"""What many runs say together: groups and their counts, bins, spreads, and which of two sources of chance decides.

Everything is taken from the columns of `excolor.rows` as arrays, so that tens of thousands of rows take no time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from excolor.rows import SETTINGS, wilson

_compute: Any = pyarrow.compute  # whose stubs know too little
Floats = NDArray[np.float64]
Places = NDArray[np.intp]

SOUND, TINT, WRONG, FAILS = range(4)
GROUPS = ("sound", "only a tint", "more is wrong", "fails")
"""What a run is, by its number: the first that is true from the end."""


def column(table: pa.Table, name: str) -> Floats:
    """A figure of every row, `[N]`; not a number where a row has none."""
    values = table[name].cast(pa.float64()).combine_chunks()
    return np.asarray(values.to_numpy(zero_copy_only=False), np.float64)


def groups(table: pa.Table) -> Places:
    """What each row is, `[N]`, a place in `GROUPS`: that it fails counts most, and nothing else makes it sound."""
    fails, tinted, sound = (column(table, name) == 1 for name in ("fails", "tinted", "sound"))
    return np.select([fails, tinted, sound], [FAILS, TINT, SOUND], WRONG).astype(np.intp)


def settings(table: pa.Table) -> tuple[list[dict[str, Any]], Places]:
    """The settings of some rows, in the order in which they first come, and of each row which of them it has, `[N]`."""
    code = np.zeros(len(table), np.intp)
    for name in SETTINGS:
        encoded = _compute.dictionary_encode(table[name].combine_chunks(), null_encoding="encode")
        each = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), np.intp)
        # Numbered anew at each column, so that the numbers stay small.
        code = np.unique(code * (int(each.max(initial=0)) + 1) + each, return_inverse=True)[1]
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    order = np.argsort(first)
    found: list[dict[str, Any]] = table.select(SETTINGS).take(first[order]).to_pylist()
    place = np.empty(len(order), np.intp)
    place[order] = np.arange(len(order))
    return found, place[inverse]


def varied(found: Sequence[dict[str, Any]]) -> list[str]:
    """In which columns some settings differ."""
    return [name for name in SETTINGS if len({setting[name] for setting in found}) > 1]


@dataclass(frozen=True)
class Count:
    """How many of some runs are so, and the 95 % interval of the share after Wilson."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """In [0, 1]; not a number where there are no runs."""
        return self.count / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """In [0, 1]."""
        return wilson(self.count, self.of)


def counts(places: Places) -> tuple[Count, ...]:
    """How many rows are of each of `GROUPS`; they add up to all."""
    return tuple(Count(int(n), len(places)) for n in np.bincount(places, minlength=len(GROUPS)))


# --- a distribution -------------------------------------------------------------------------------


def histogram(values: Floats, edges: Floats) -> Places:
    """How many values lie in each bin; one beyond the first or the last edge counts there, what is no number nowhere.

    Args:
        edges: `[B + 1]`, ascending.

    Returns:
        `[B]`.
    """
    return np.bincount(bins(values[np.isfinite(values)], edges), minlength=len(edges) - 1).astype(np.intp)


def bins(values: Floats, edges: Floats) -> Places:
    """The bin of each value, `[N]`; what lies beyond the first or the last edge is in the bin there."""
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2).astype(np.intp)


def stacked(places: Places) -> Places:
    """Of each row, how many before it are in the same bin, `[N]`: its height in a pile of dots."""
    order = np.argsort(places, kind="stable")
    ordered = places[order]
    first = np.searchsorted(ordered, ordered, side="left")
    found = np.empty(len(places), np.intp)
    found[order] = np.arange(len(places)) - first
    return found


def shades(values: Floats, among: Floats) -> Floats:
    """How far values lie between the least and the greatest of some others, in [0, 1]; 0 where those do not differ."""
    known = among[np.isfinite(among)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    return (values - low) / (high - low) if high > low else np.zeros_like(values)


def thinned(n: int, most: int) -> Places:
    """Which of `n` rows are drawn where `most` can be: evenly, from the first on."""
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).astype(np.intp)


@dataclass(frozen=True)
class Spread:
    """A figure of several runs: its 10th percentile, median and 90th percentile; not numbers where none is one."""

    low: float
    middle: float
    high: float


def spread(values: Floats) -> Spread:
    """The spread of the values that are numbers, among which infinite ones count."""
    known = values[~np.isnan(values)]
    return Spread(*np.percentile(known, [10, 50, 90]).tolist()) if len(known) else Spread(math.nan, math.nan, math.nan)


# --- two sources of chance ------------------------------------------------------------------------


@dataclass(frozen=True)
class Shares:
    """How much of a table's variance its rows explain, how much its columns, and how much neither; they add up to 1.

    Attributes:
        rows, columns, neither: in [0, 1]; not numbers where all cells are equal, or one is not a number.
        rows_by_chance, columns_by_chance: what rows and columns would explain less than in 95 of 100 cases if the same
            cells stood anywhere.
    """

    rows: float
    columns: float
    neither: float
    rows_by_chance: float
    columns_by_chance: float


SHUFFLES, _FEWEST = 1000, 20
_MOST_SHUFFLED = 2_000_000  # numbers: of a large table fewer shuffles say as much


def variance_shares(cells: Floats, rng: np.random.Generator) -> Shares:
    """Two-way analysis of variance without replication.

    With m the mean of all cells `[R, C]`, r_i of a row and c_j of a column, the sum of squares about m falls into
    three: Σ (x_ij − m)² = C Σ (r_i − m)² + R Σ (c_j − m)² + Σ (x_ij − r_i − c_j + m)². Divided by the whole they are
    the shares of rows, columns and neither. Even where nothing but chance is at work, rows get (R − 1) / (RC − 1) on
    average. So what they get has to be compared with what they get once the cells have been shuffled.

    Args:
        rng: shuffles.
    """
    if not np.isfinite(cells).all() or np.ptp(cells) == 0:
        return Shares(*[math.nan] * 5)
    rows, columns = (share.item() for share in _shares(cells[None]))
    times = max(_FEWEST, min(SHUFFLES, _MOST_SHUFFLED // cells.size))
    mixed = np.tile(cells.reshape(-1), (times, 1))
    by_chance = _shares(rng.permuted(mixed, axis=1).reshape(-1, *cells.shape))
    limits = [float(np.percentile(each, 95)) for each in by_chance]
    return Shares(rows, columns, max(0.0, 1 - rows - columns), *limits)


def _shares(tables: Floats) -> tuple[Floats, Floats]:
    """What rows and columns explain of each of some tables `[S, R, C]`, both `[S]`."""
    away = tables - tables.mean((1, 2), keepdims=True)
    whole = (away**2).sum((1, 2))
    of_rows = tables.shape[2] * (away.mean(2) ** 2).sum(1)
    of_columns = tables.shape[1] * (away.mean(1) ** 2).sum(1)
    return of_rows / whole, of_columns / whole


def crossed(rows: Sequence[Any], columns: Sequence[Any], values: Floats) -> tuple[list[Any], list[Any], Floats] | None:
    """Values by two keys, as a table `[R, C]`, the keys in ascending order; None if a cell is missing or is twice."""
    names = [sorted(set(keys)) for keys in (rows, columns)]
    shape = len(names[0]), len(names[1])
    if math.prod(shape) != len(values):
        return None
    by = zip(names, (rows, columns), strict=True)
    at = [np.searchsorted(np.asarray(known), np.asarray(keys)) for known, keys in by]
    table, seen = np.full(shape, math.nan), np.zeros(shape, int)
    table[at[0], at[1]] = values
    np.add.at(seen, (at[0], at[1]), 1)
    return (names[0], names[1], table) if (seen == 1).all() else None

"""Many runs together: counts, bins and shares of variance against what is known beforehand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from excolor import rows, spread
from excolor.config import RunConfig, Weights
from excolor.diagnosis import Cause
from tests.support.rows import row, table


def test_what_a_run_is_and_how_many_there_are() -> None:
    made = table(row(), row(tinted=True), row(causes=[Cause.GRAYS_HARMED]), row(fails=True, sound=True))
    assert spread.groups(made).tolist() == [spread.SOUND, spread.TINT, spread.WRONG, spread.FAILS]
    counts = spread.counts(spread.groups(made))
    assert [each.count for each in counts] == [1, 1, 1, 1]
    assert counts[0].interval == rows.wilson(1, 4)
    assert math.isnan(spread.counts(spread.groups(table())[:0])[0].share)


def test_settings_and_causes_are_those_of_a_plain_loop() -> None:
    configs = [
        RunConfig(schedule, seed, weights=Weights(separate=w))
        for seed in range(3)
        for schedule in ("robust", "ex-2.7")
        for w in (1.0, 0.3)
    ]
    made = table(*(row(each, causes=[Cause.GRAYS_IN_PLANE, Cause.NOT_ROUND][: each.seed]) for each in configs))
    found, places = spread.settings(made)
    plain = list(rows.by_setting(made))
    assert found == [setting for setting, _ in plain]
    assert [int((places == k).sum()) for k in range(len(found))] == [len(each) for _, each in plain]
    assert spread.varied(found) == ["schedule", "separate"]
    assert rows.causes(made) == {Cause.GRAYS_IN_PLANE.value: 8, Cause.NOT_ROUND.value: 4}


def test_bins_and_piles() -> None:
    edges = np.array([0.0, 1.0, 2.0])
    values = np.array([-5, 0.5, 1.0, 1.5, 99, np.nan])
    assert spread.histogram(values, edges).tolist() == [2, 3]
    assert spread.stacked(np.array([1, 0, 1, 1, 0])).tolist() == [0, 0, 1, 2, 1]
    assert spread.thinned(5, 9).tolist() == [0, 1, 2, 3, 4]
    assert len(spread.thinned(1000, 9)) == 9
    assert spread.spread(np.array([np.nan, 1, 2, 3])).middle == 2
    assert math.isnan(spread.spread(np.array([np.nan])).middle)


def shares(cells: np.ndarray) -> spread.Shares:
    return spread.variance_shares(cells, np.random.default_rng(0))


def test_variance_shares_of_tables_that_are_known() -> None:
    """x_ij = a_i + b_j has nothing left over, and its parts are the variances of a and b."""
    a, b = np.array([0.0, 3.0, 6.0]), np.array([1.0, 2.0])
    found = shares(a[:, None] + b)
    assert (found.rows, found.columns, found.neither) == pytest.approx((6 / 6.25, 0.25 / 6.25, 0), abs=1e-12)
    only_rows = shares(np.repeat(a[:, None], 4, 1))
    assert (only_rows.rows, only_rows.columns) == pytest.approx((1, 0))
    # A checkerboard is all interaction.
    board = shares(np.indices((4, 4)).sum(0) % 2)
    assert (board.rows, board.columns, board.neither) == pytest.approx((0, 0, 1))
    assert math.isnan(shares(np.ones((3, 3))).rows)
    assert math.isnan(shares(np.array([[1, np.nan], [2, 3]])).neither)


def test_shares_by_chance_are_those_that_theory_expects() -> None:
    """Under chance rows get (R − 1) / (RC − 1) on average; 95 of 100 such tables stay below the limit."""
    rng = np.random.default_rng(1)
    found = [shares(rng.normal(size=(8, 8))) for _ in range(100)]
    assert np.mean([each.rows for each in found]) == pytest.approx(7 / 63, abs=0.02)
    assert 88 <= sum(each.rows <= each.rows_by_chance for each in found) <= 100


def test_a_table_has_every_cell_once() -> None:
    crossed = spread.crossed([2, 1, 1, 2], [7, 7, 5, 5], np.array([1.0, 2, 3, 4]))
    assert crossed is not None
    assert crossed[:2] == ([1, 2], [5, 7])
    assert crossed[2].tolist() == [[3, 2], [4, 1]]
    assert spread.crossed([1, 1, 2], [1, 2, 1], np.zeros(3)) is None
    assert spread.crossed([1, 1, 2, 2], [1, 1, 2, 2], np.zeros(4)) is None

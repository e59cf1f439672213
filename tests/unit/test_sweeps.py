"""Sweeps: the same runs as one by one, their summary by hand, and the rule that chooses among them."""

from __future__ import annotations

import math
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excolor.config import RunConfig
from excolor.errors import ExcolorError
from excolor.measured import Measured, measure
from excolor.metrics import Metrics, evaluate
from excolor.sweeps import best, distribution, summarize, sweep, with_seeds
from excolor.training import Run, train

pytestmark = pytest.mark.numerical


def test_a_sweep_is_the_same_runs_one_by_one_in_order() -> None:
    configs = with_seeds(RunConfig(steps=60), [7, 2, 5, 2])
    assert [config.seed for config in configs] == [7, 2, 5, 2]
    done: list[int] = []
    trials = sweep(configs, jobs=3, progress=done.append)
    assert done == [1, 2, 3, 4]
    for trial, config in zip(trials, configs, strict=True):
        assert trial.config == trial.config == config
        assert not trial.run.remembers
        assert trial.run.parameters.tobytes() == train(config).parameters.tobytes()
    assert trials[0].metrics == evaluate(trials[0].run.model)
    assert (trials[1].metrics, trials[1].causes) == (trials[3].metrics, trials[3].causes)
    alone = measure(train(configs[2]))
    assert (trials[2].metrics, trials[2].placement) == (alone.metrics, alone.placement)


def test_a_sweep_of_nothing() -> None:
    assert sweep([]) == []
    assert summarize([]) == {"fails": 0, "sound": 0}


def test_an_error_in_a_run_is_the_sweeps() -> None:
    with pytest.raises(ExcolorError, match="'no such'"):
        sweep([RunConfig(steps=1), RunConfig("no such", steps=1)], jobs=2)


def test_a_cancelled_sweep_gives_the_runs_that_are_done() -> None:
    configs = with_seeds(RunConfig(steps=60), range(50))
    done: list[int] = []
    trials = sweep(configs, jobs=1, progress=done.append, cancelled=lambda: len(done) >= 3)
    assert 3 <= len(trials) < 50
    assert [trial.config.seed for trial in trials] == list(range(len(trials)))
    for trial in trials:
        assert trial.run.parameters.tobytes() == train(trial.config).parameters.tobytes()
    assert sweep(configs, cancelled=lambda: True) == []


def test_cancelling_does_not_wait_for_the_runs_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()

    def stuck(config: RunConfig, **_: object) -> Run:
        let_go.wait(30)
        return train(RunConfig(steps=1))

    monkeypatch.setattr("excolor.sweeps.train", stuck)
    asked = iter([False] * 4)
    start = time.monotonic()
    assert sweep([RunConfig(steps=1)], jobs=1, cancelled=lambda: next(asked, True)) == []
    assert time.monotonic() - start < 5
    let_go.set()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_exception_ends_the_runs_under_way(error: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []

    def watched(config: RunConfig, cancelled: Callable[[], bool], **_: object) -> Run:
        if config.seed:
            while not cancelled():
                time.sleep(0.01)
            ended.append(config.seed)
        return train(config, cancelled=cancelled)

    def raising(done: int) -> None:
        raise error

    monkeypatch.setattr("excolor.sweeps.train", watched)
    with pytest.raises(error):
        sweep(with_seeds(RunConfig(steps=5), range(9)), jobs=2, progress=raising)
    deadline = time.monotonic() + 20
    while not ended and time.monotonic() < deadline:
        time.sleep(0.01)
    assert 1 <= len(ended) <= 2


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40))
def test_distribution_by_the_standard_library(values: list[float]) -> None:
    seen = distribution(values)
    ordered = sorted(values)

    def percentile(share: float) -> float:
        at = share * (len(ordered) - 1)
        below = math.floor(at)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (at - below) * (ordered[above] - ordered[below])

    expected = {
        "mean": statistics.fmean(values),
        "sd": statistics.stdev(values),
        "min": min(values),
        "p10": percentile(0.1),
        "median": statistics.median(values),
        "p90": percentile(0.9),
        "max": max(values),
    }
    assert list(seen) == list(expected)
    assert seen == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_distribution_leaves_out_what_is_not_finite() -> None:
    assert distribution([1, math.nan, 3, math.inf, -math.inf]) == distribution([1, 3])
    assert distribution([2]) == {"mean": 2, "sd": 0, "min": 2, "p10": 2, "median": 2, "p90": 2, "max": 2}
    assert set(distribution([math.nan]).values()) == {None}
    assert set(distribution([]).values()) == {None}


def test_summary_has_every_figure_and_counts_failures(published_trials: list[Measured]) -> None:
    metrics = [trial.metrics for trial in published_trials]
    summary = summarize(published_trials)
    assert summary.keys() == {*metrics[0].scores(), "fails", "sound"}
    assert summary["hue.gray_mse"]["median"] == pytest.approx(statistics.median(f.hue.gray_mse for f in metrics))
    assert summary["red_cosine"]["max"] == max(f.red_cosine for f in metrics)
    assert summary["fails"] == sum(f.intact.max_mse > 0.01 or f.hue.gray_mse > 0.01 for f in metrics)
    kept = [all(check.kept for check in trial.checks.values()) for trial in published_trials]
    assert summary["sound"] == sum(kept)


def scored(trial: Measured, **values: float) -> Measured:
    """The trial with other figures: a, b, c are good when low, x, y, z when high."""
    a, b, c, x, y, z = (values[name] for name in "abcxyz")
    old: Metrics = trial.metrics
    intact = replace(old.intact, max_mse=a, median_mse=b)
    hue = replace(old.hue, gray_mse=c, gray_share=x)
    metrics = replace(old, intact=intact, hue=hue, selectivity=y, red_cosine=z, fails=values["fails"] > 0)
    return replace(trial, metrics=metrics)


@given(rows=st.lists(st.tuples(*[st.integers(0, 4)] * 6, st.booleans()), min_size=1, max_size=8))
def test_the_best_has_the_lowest_sum_of_ranks(rows: list[tuple[int, ...]], published_trials: list[Measured]) -> None:
    trials = [
        scored(published_trials[seed], **dict(zip([*"abcxyz", "fails"], row, strict=True)))
        for seed, row in enumerate(rows)
    ]
    sound = [(seed, [*row[:3], *(-value for value in row[3:6])]) for seed, row in enumerate(rows) if not row[6]]
    if not sound:
        with pytest.raises(ExcolorError, match=f"All {len(rows)} runs fail"):
            best(trials)
        return
    # The rule in words: a rank is the number of seeds that do strictly better; a tie goes to the lower seed.
    sums = [sum(sum(other[k] < row[k] for _, other in sound) for k in range(6)) for _, row in sound]
    assert best(trials) is trials[sound[int(np.argmin(sums))][0]]

"""Many trainings side by side: one per configuration, each with all its metrics, and their distribution."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import takewhile
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any, TypeVar

import numpy as np

from excolor.config import RunConfig
from excolor.errors import ExcolorError
from excolor.measured import Measured, measure
from excolor.training import train

_ASK_EVERY = 0.1  # seconds
Made = TypeVar("Made")


def with_seeds(config: RunConfig, seeds: Iterable[int]) -> list[RunConfig]:
    """The same configuration under each seed."""
    return [replace(config, seed=seed) for seed in seeds]


def sweep(
    configs: Sequence[RunConfig],
    jobs: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Measured]:
    """Train and evaluate every configuration, in threads: the kernels release the interpreter lock.

    Args:
        jobs: runs at a time; the number of cores by default.
        progress: called with the number of runs done, from the calling thread.
        cancelled: asked from any thread, as in `train`. Once it says yes, no run begins, and those under
            way end by themselves soon after the sweep has returned.

    Returns:
        the runs in the order of `configs`, without their histories and snapshots; after it was cancelled, those that
        were finished by then.

    Raises:
        ExcolorError: as in `train`. This and any other exception ends the runs under way.
    """
    return of_each(configs, trial, jobs, progress, cancelled)


def trial(config: RunConfig, cancelled: Callable[[], bool]) -> Measured | None:
    """Train and evaluate one configuration; None once it was cancelled.

    Raises:
        ExcolorError: as in `train`.
    """
    run = train(config, cancelled=cancelled)
    cut_short = run.stopped is not None and run.stopped.term is None
    return None if cut_short else measure(run).forgetting()


def of_each(
    configs: Sequence[RunConfig],
    work: Callable[[RunConfig, Callable[[], bool]], Made | None],
    jobs: int | None,
    progress: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> list[Made]:
    """What `work` makes of every configuration, as in `sweep`.

    Args:
        work: gets the configuration and a function to ask whether it was cancelled; None is left out.
    """
    over = Event()

    def ended() -> bool:
        return over.is_set() or cancelled()

    def begin(config: RunConfig) -> Made | None:
        return None if ended() else work(config, ended)

    pool = ThreadPoolExecutor(jobs or os.cpu_count() or 1)
    finished: SimpleQueue[Future[Made | None]] = SimpleQueue()
    try:
        futures = [pool.submit(begin, config) for config in takewhile(lambda _: not cancelled(), configs)]
        for future in futures:
            future.add_done_callback(finished.put)
        done = 0
        while done < len(futures) and not cancelled():
            with suppress(Empty):  # asks again, even while every run takes long
                finished.get(timeout=_ASK_EVERY).result()
                progress(done := done + 1)
    finally:
        over.set()
        pool.shutdown(wait=False, cancel_futures=True)
    ended_runs = [future for future in futures if future.done() and not future.cancelled()]
    return [found for future in ended_runs if (found := future.result()) is not None]


def summarize(trials: Sequence[Measured]) -> dict[str, Any]:
    """Mean, standard deviation, minimum, 10th percentile, median, 90th percentile and maximum of every metric.

    Metrics have dotted names, such as "hue.max_mse"; values that are not finite are left out (None where none is
    left). "fails" counts the runs that fail, "sound" those that are sound.
    """
    scores = [trial.metrics.scores() for trial in trials]
    names = list(scores[0]) if scores else []
    return {
        **{name: distribution([score[name] for score in scores]) for name in names},
        "fails": sum(trial.metrics.fails for trial in trials),
        "sound": sum(trial.sound for trial in trials),
    }


def distribution(values: Sequence[float]) -> dict[str, float | None]:
    """The summary of one metric over runs; the standard deviation is that of the sample."""
    finite = np.array([value for value in values if math.isfinite(value)])
    names = ("mean", "sd", "min", "p10", "median", "p90", "max")
    if not len(finite):
        return dict.fromkeys(names)
    spread = float(finite.std(ddof=1)) if len(finite) > 1 else 0.0
    low, p10, median, p90, high = np.percentile(finite, [0, 10, 50, 90, 100]).tolist()
    return dict(zip(names, (float(finite.mean()), spread, low, p10, median, p90, high), strict=True))


# docs/experiment.md, "Selection of the shipped checkpoints"
SELECTED_BY = (
    "Of the seeds that do not fail, the lowest sum of ranks over six metrics: intact.max_mse, intact.median_mse and "
    "hue.gray_mse (low is good), hue.gray_share, selectivity and red_cosine (high is good). A rank is the number of "
    "seeds that do strictly better; a tie goes to the lower seed."
)
_LOW_IS_GOOD = ("intact.max_mse", "intact.median_mse", "hue.gray_mse")
_HIGH_IS_GOOD = ("hue.gray_share", "selectivity", "red_cosine")


def best(trials: Sequence[Measured]) -> Measured:
    """The trial that the rule `SELECTED_BY` chooses.

    Raises:
        ExcolorError: every trial fails.
    """
    fit = [trial for trial in trials if not trial.metrics.fails]
    if not fit:
        raise ExcolorError(f"All {len(trials)} runs fail, so none can be chosen; try other seeds.")
    scores = [trial.metrics.scores() for trial in fit]
    columns = [np.array([score[name] for score in scores]) for name in _LOW_IS_GOOD]
    columns += [-np.array([score[name] for score in scores]) for name in _HIGH_IS_GOOD]
    ranks = [np.searchsorted(np.sort(column), column) for column in columns]
    return fit[int(np.argmin(np.sum(ranks, axis=0)))]

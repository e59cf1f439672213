"""Many trainings side by side: one per configuration, each with all its metrics, and their distribution."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import lru_cache, partial
from itertools import islice
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any, TypeVar

import numpy as np
import torch

from excolor.config import RunConfig
from excolor.data import Batches
from excolor.errors import ExcolorError
from excolor.measured import Measured, measure
from excolor.training import batches, train

_ASK_EVERY = 0.1  # seconds
_AHEAD = 8  # runs for each worker that may have begun beyond the first one that is not done
_NOTHING = np.empty((0, 3), np.float32)  # what a sweep watches: it forgets the snapshots in any case
Asked = TypeVar("Asked")
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


def never() -> bool:
    """No: nobody cancels."""
    return False


def trial(config: RunConfig, cancelled: Callable[[], bool] = never) -> Measured | None:
    """Train and evaluate one configuration, without history and snapshots; None once it was cancelled.

    Raises:
        ExcolorError: as in `train`.
    """
    drawn = _drawn(config.drawn_by, config.steps, config.label_noise)
    run = train(config, drawn=drawn, watched=_NOTHING, cancelled=cancelled)
    cut_short = run.stopped is not None and run.stopped.term is None
    return None if cut_short else measure(run).forgetting()


# Neighbors often differ in their weights alone. Two, because the workers do not pass to the next seed at once.
@lru_cache(maxsize=2)
def _drawn(seed: int, steps: int, label_noise: float) -> Batches:
    return batches(RunConfig(seed=seed, steps=steps, label_noise=label_noise))


Work = Callable[[RunConfig, Callable[[], bool]], "Made | None"]


def of_each(
    configs: Iterable[RunConfig],
    work: Work[Made],
    jobs: int | None,
    progress: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> list[Made]:
    """What `work` makes of every configuration, in their order and as in `sweep`."""
    made: dict[int, Made] = {}
    with closing(runs(configs, work, jobs=jobs, cancelled=cancelled)) as found:
        for place, one in found:
            made[place] = one
            progress(len(made))
    return [made[place] for place in sorted(made)]


def runs(
    configs: Iterable[RunConfig],
    work: Work[Made] = trial,
    executor: Executor | None = None,
    jobs: int | None = None,
    cancelled: Callable[[], bool] = never,
    together: int = 1,
) -> Generator[tuple[int, Made]]:
    """What `work` makes of every configuration, each with its place among them, as they are done.

    Memory stays flat: nothing begins that is far ahead of the first one not done, and nothing is kept. Close it
    (`contextlib.closing`) where it may not be gone through to its end.

    Args:
        work: gets the configuration and a function to ask whether it was cancelled; what it gives as None is left out.
        executor: any with the standard interface, such as that of a Dask client; `work` must then survive a pickle,
            and runs under way when it is cancelled come to their end. Threads of this process if none is given.
        jobs: runs at a time, which for an executor is how many it has workers; the number of cores by default.
        cancelled: asked from any thread. Once it says yes nothing begins, and what is done by then is the last.
        together: runs that are handed over at a time, where an executor takes milliseconds to do so.

    Raises:
        ExcolorError: as in `train`. This and any other exception ends the runs under way.
    """
    jobs = jobs or os.cpu_count() or 1
    if executor is not None:
        rest = iter(configs)
        blocks = iter(lambda: tuple(islice(rest, together)), ())
        for block, made in _as_they_come(blocks, partial(_block, work), executor, jobs, cancelled):
            yield from ((block * together + k, one) for k, one in enumerate(made) if one is not None)
        return
    over = Event()

    def ended() -> bool:
        return over.is_set() or cancelled()

    with one_thread_each():
        pool = ThreadPoolExecutor(jobs, "excolor-sweep")
        try:
            yield from _as_they_come(configs, partial(_alone, work, ended), pool, jobs, cancelled)
        finally:
            over.set()
            pool.shutdown(wait=False, cancel_futures=True)
            _drawn.cache_clear()


def in_order(found: Iterable[tuple[int, Made]]) -> Iterator[Made]:
    """What `runs` gives, in the order of its configurations; it ends before the first that is missing."""
    early: dict[int, Made] = {}
    place = 0
    for at, made in found:
        early[at] = made
        while place in early:
            yield early.pop(place)
            place += 1


def _alone(work: Work[Made], ended: Callable[[], bool], config: RunConfig) -> Made | None:
    # One that computes beside others splits nothing: it would wait, and on other machines sums could round otherwise.
    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)
    return None if ended() else work(config, ended)


def _block(work: Work[Made], configs: Sequence[RunConfig]) -> list[Made | None]:
    return [_alone(work, never, config) for config in configs]


@contextmanager
def one_thread_each() -> Generator[None]:
    """PyTorch on one thread for each of several that compute side by side; more would wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _as_they_come(
    asked: Iterable[Asked],
    work: Callable[[Asked], Made | None],
    executor: Executor,
    jobs: int,
    cancelled: Callable[[], bool],
) -> Generator[tuple[int, Made]]:
    rest = enumerate(asked)
    places: dict[Future[Made | None], int] = {}  # of what is under way, ascending
    finished: SimpleQueue[Future[Made | None]] = SimpleQueue()

    def taken(timeout: float) -> Iterator[tuple[int, Made]]:
        future = finished.get(timeout=timeout)
        place, made = places.pop(future), future.result()
        if made is not None:
            yield place, made

    try:
        upcoming = next(rest, None)
        while not cancelled() and (upcoming or places):
            if upcoming and upcoming[0] < next(iter(places.values()), upcoming[0]) + _AHEAD * jobs:
                future = executor.submit(work, upcoming[1])
                places[future] = upcoming[0]
                future.add_done_callback(finished.put)
                upcoming = next(rest, None)
            else:
                with suppress(Empty):  # asks again, even while every run takes long
                    yield from taken(_ASK_EVERY)
        with suppress(Empty):
            while True:
                yield from taken(0)
    finally:
        for future in places:
            future.cancel()


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

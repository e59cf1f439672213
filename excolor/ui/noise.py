"""Runs against label noise: trained in the background, remembered by the server, watched by whoever asks."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import streamlit as st

from excolor.config import RunConfig
from excolor.diagnosis import Cause, causes, placement
from excolor.metrics import FAILS_ABOVE, Metrics, evaluate, quick_grid
from excolor.training import train
from excolor.ui import runs

LEVELS = tuple(round(0.1 * i, 1) for i in range(11))
SEEDS = 5


@dataclass(frozen=True)
class Point:
    """One run, and its figures on the quick grid.

    Attributes:
        causes: what the verdict finds wrong with it.
    """

    config: RunConfig
    metrics: Metrics
    causes: tuple[Cause, ...]

    @property
    def grays_harmed(self) -> bool:
        """Whether deleting hue harms the grays, or would: they lie in its plane."""
        return Cause.GRAYS_IN_PLANE in self.causes or not self.metrics.hue.gray_mse <= FAILS_ABOVE

    @property
    def sound(self) -> bool:
        """No cause is found."""
        return not self.causes


def configs() -> list[RunConfig]:
    """Every run of the sweep, the least noise first: the shipped robust schedule, and seeds 0 to 4 at each level."""
    return [RunConfig(label_noise=level, seed=seed) for level in LEVELS for seed in range(SEEDS)]


def point(config: RunConfig) -> Point:
    """Train and evaluate one run."""
    run = train(config)
    metrics = evaluate(run.model, quick_grid())
    return Point(config, metrics, causes(metrics, placement(run.model), run.stopped))


@dataclass
class Sweep:
    """The server's one sweep: what is done of it, and who watches.

    Attributes:
        points: of the runs that are done, by configuration; there are never more than `configs()` has.
        watchers: the sessions that want it to go on.
        error: the name of what it ran into, or None.
    """

    points: dict[RunConfig, Point] = field(default_factory=dict)
    watchers: set[str] = field(default_factory=set)
    error: str | None = None
    _thread: threading.Thread | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, watcher: str) -> None:
        """Go on where it stopped, in the background; whoever else asks meanwhile watches the same."""
        with self._lock:
            self.watchers.add(watcher)
            self.error = None
            if not self.done and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._work, name="excolor-noise", daemon=True)
                self._thread.start()

    def cancel(self, watcher: str) -> None:
        """No longer watch; when nobody does, the runs under way are the last."""
        with self._lock:
            self.watchers.discard(watcher)

    def watched_by(self, watcher: str) -> bool:
        """Whether this session started it and it has not ended."""
        return watcher in self.watchers and not self.done and self.error is None

    @property
    def done(self) -> bool:
        """Whether every run is there."""
        return len(self.points) == len(configs())

    def finished(self) -> list[Point]:
        """The runs of all levels that are complete, in the order of `configs()`."""
        have = dict(self.points)
        levels = [[RunConfig(label_noise=level, seed=seed) for seed in range(SEEDS)] for level in LEVELS]
        return [have[config] for level in levels if all(config in have for config in level) for config in level]

    def _work(self) -> None:
        def one(config: RunConfig) -> None:
            # One core for each run, as for those that sessions wait for: none of them waits for more than a run.
            if self.watchers and self.error is None:
                with runs.cores:
                    self.points[config] = point(config)

        while True:
            try:
                with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                    list(pool.map(one, [config for config in configs() if config not in self.points]))
            except Exception as error:  # a thread has nobody to raise to: the page says it
                self.error = type(error).__name__
            with self._lock:
                # Somebody may have asked again while the last runs ended.
                if self.done or self.error is not None or not self.watchers:
                    self.watchers.clear()
                    self._thread = None
                    return


@st.cache_resource(show_spinner=False)
def sweep() -> Sweep:
    """The sweep of this server, shared by all sessions."""
    return Sweep()


@dataclass(frozen=True)
class Tolerance:
    """What a sweep says.

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


def tolerance(points: Sequence[Point]) -> Tolerance:
    """Read a sweep whose levels are complete."""
    levels = sorted({each.config.label_noise for each in points})
    at = {level: [each for each in points if each.config.label_noise == level] for level in levels}
    astray = {Cause.ROTATED, Cause.RED_OFF_AXIS, Cause.DIVERGED, Cause.NOT_CONVERGED}

    def up_to(good: dict[float, bool]) -> float:
        bad = [level for level in levels if not good[level]]
        return max((level for level in levels if not bad or level < bad[0]), default=math.nan)

    sound_to = up_to({level: all(each.sound for each in at[level]) for level in levels})
    red_to = up_to({level: not any(astray & {*each.causes} for each in at[level]) for level in levels})
    breaks_at = next((level for level in levels if not sound_to >= level), None)
    broken = [each for each in at.get(breaks_at, []) if not each.sound] if breaks_at is not None else []
    return Tolerance(
        sound_to,
        breaks_at,
        sum(each.grays_harmed for each in broken),
        sum(Cause.HUE_OFF_PLANE in each.causes for each in broken),
        sum(bool(astray & {*each.causes}) for each in broken),
        red_to,
    )

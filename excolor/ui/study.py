"""Studies under way: many runs trained in the background, remembered by the server, watched by whoever asks."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import uuid4

import pyarrow as pa
import streamlit as st

from excolor import robustness, rows, sweeps
from excolor.config import RunConfig
from excolor.measured import Measured
from excolor.studies import Study
from excolor.turns import Turns
from excolor.ui import runs, wheels

Made = TypeVar("Made")

REMEMBERED = 8  # studies, beside the one of label noise
MOST_RUNS = 2000  # of a study on a page; a larger one is for the command line

# Studies take turns at the cores, a run each, so that none waits for the end of another.
_lane = Turns(os.cpu_count() or 1)


@dataclass(eq=False)
class Underway(Generic[Made]):
    """One study: what is done of it, and who watches.

    Attributes:
        configs: every run of it.
        work: what is made of one; it is given a function to ask whether it was cancelled, and then makes None.
        points: what was made so far, by configuration.
        watchers: the sessions that want it to go on.
        error: the name of what it ran into, or None.
        key: which no other one has.
    """

    configs: Sequence[RunConfig]
    work: Callable[[RunConfig, Callable[[], bool]], Made | None]
    points: dict[RunConfig, Made] = field(default_factory=dict)
    watchers: set[str] = field(default_factory=set)
    error: str | None = None
    key: str = field(default_factory=lambda: uuid4().hex)
    _thread: threading.Thread | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, watcher: str) -> None:
        """Go on where it stopped, in the background; whoever else asks meanwhile watches the same."""
        with self._lock:
            if self.done:
                return
            self.watchers.add(watcher)
            self.error = None
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="excolor-study", daemon=True)
                self._thread.start()

    def cancel(self, watcher: str) -> None:
        """No longer watch; when nobody does, the runs under way end soon and count as not begun."""
        with self._lock:
            self.watchers.discard(watcher)

    def watched_by(self, watcher: str) -> bool:
        """Whether this session started it and it has not ended."""
        return watcher in self.watchers and not self.done and self.error is None

    @property
    def done(self) -> bool:
        """Whether every run is there."""
        return len(self.points) == len(self.configs)

    def in_order(self) -> list[Made]:
        """What was made so far, in the order of `configs`."""
        points = dict(self.points)  # a copy, because a thread may add to them meanwhile
        return [points[config] for config in self.configs if config in points]

    def _over(self) -> bool:
        return not self.watchers or self.error is not None

    def _asked(self) -> bool:
        runs.turns.step_aside()
        return self._over()

    def _one(self, config: RunConfig) -> None:
        with _lane.turn(self.key):
            if not self._over() and (made := self.work(config, self._asked)) is not None:
                self.points[config] = made

    def _work(self) -> None:
        while True:
            try:
                with ThreadPoolExecutor(os.cpu_count() or 1, "excolor-study") as pool:
                    list(pool.map(self._one, [config for config in self.configs if config not in self.points]))
            except Exception as error:  # a thread has nobody to raise to: the page says it
                self.error = type(error).__name__
            with self._lock:
                # Somebody may have asked again while the last runs ended.
                if self.done or self._over():
                    self.watchers.clear()
                    self._thread = None
                    return


@st.cache_resource(show_spinner=False)
def of_label_noise() -> Underway[Measured]:
    """This server's study of label noise, shared by all sessions."""
    return Underway(robustness.configs(), robustness.trial)


# --- studies of which a page shows the rows ---------------------------------------------------------


def name_of(study: Study) -> str:
    """What a study goes by, 64 hexadecimal digits: the same for equal ones."""
    return hashlib.sha256(repr(study).encode()).hexdigest()


def _row(config: RunConfig, cancelled: Callable[[], bool]) -> rows.Row | None:
    run = sweeps.trial(config, cancelled)
    if run is None:
        return None
    wheels.keep(run.run)
    return rows.row_of(run)


@dataclass
class Studies:
    """Studies by what they are of; of those that nobody watches, the one asked for longest ago is forgotten first."""

    known: OrderedDict[str, Underway[rows.Row]] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, study: Study) -> Underway[rows.Row]:
        """The one of these runs, made when there is none."""
        name = name_of(study)
        with self.lock:
            if name not in self.known:
                self.known[name] = Underway(tuple(study), _row)
            self.known.move_to_end(name)
            idle = [each for each, one in self.known.items() if not one.watchers and each != name]
            for each in idle[: max(0, len(self.known) - REMEMBERED)]:
                del self.known[each]
            return self.known[name]


@st.cache_resource(show_spinner=False)
def studies() -> Studies:
    """The server's memory of studies, shared by all sessions."""
    return Studies()


def underway(study: Study) -> Underway[rows.Row]:
    """A study of up to `MOST_RUNS` runs, which is not started by this; its rows are those of `excolor sweep --out`.

    Raises:
        ExcolorError: a value in it is out of its range.
    """
    return studies().of(study)


@st.cache_resource(show_spinner=False, max_entries=2 * REMEMBERED)
def _table(key: str, done: int, _study: Underway[rows.Row]) -> pa.Table:
    return rows.table_of(_study.in_order())


def table(study: Underway[rows.Row]) -> pa.Table:
    """The rows of a study so far, in its order."""
    return _table(study.key, len(study.points), study)

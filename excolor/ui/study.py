"""The study of label noise: trained in the background, remembered by the server, watched by whoever asks."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import streamlit as st

from excolor.config import RunConfig
from excolor.measured import Measured
from excolor.robustness import complete, configs, trial
from excolor.ui import runs


@dataclass
class Study:
    """The server's one study: what is done of it, and who watches.

    Attributes:
        points: of the runs that are done, by configuration; there are never more than `configs()` has.
        watchers: the sessions that want it to go on.
        error: the name of what it ran into, or None.
    """

    points: dict[RunConfig, Measured] = field(default_factory=dict)
    watchers: set[str] = field(default_factory=set)
    error: str | None = None
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

    def finished(self) -> list[Measured]:
        """The runs of all levels that are complete, in the order of `configs()`."""
        # A copy, because a thread may add to them meanwhile.
        return complete(dict(self.points))

    def _work(self) -> None:
        def one(config: RunConfig) -> None:
            if self.watchers and self.error is None:
                self.points[config] = trial(config, progress=lambda done: runs.turns.step_aside())

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
def shared() -> Study:
    """The study of this server, shared by all sessions."""
    return Study()

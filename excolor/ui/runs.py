"""Runs that were trained in the app: each configuration once, remembered by the server up to a bound."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

import streamlit as st

from excolor.config import RunConfig
from excolor.measured import Measured, measure
from excolor.training import Engine, train
from excolor.ui.caches import metrics_of

WAIT = 0.5  # seconds
LONG = 10_000  # updates
REMEMBERED = 64  # runs, about half a megabyte each


@dataclass(frozen=True)
class Trained:
    """A run that was trained in the app, and the seconds that training and evaluation took."""

    measured: Measured
    train_s: float
    evaluate_s: float


@dataclass
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    trained: Trained | None = None


@dataclass
class Memory:
    """Runs by configuration and engine; the one asked for longest ago is forgotten first."""

    slots: OrderedDict[tuple[RunConfig, Engine], _Slot] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def slot(self, config: RunConfig, engine: Engine) -> _Slot:
        """The place of a run, made when there is none."""
        with self.lock:
            slot = self.slots.setdefault((config, engine), _Slot())
            self.slots.move_to_end((config, engine))
            while len(self.slots) > REMEMBERED:
                self.slots.popitem(last=False)
            return slot


@st.cache_resource(show_spinner=False)
def memory() -> Memory:
    """The server's memory of runs, shared by all sessions."""
    return Memory()


def trained(
    config: RunConfig, engine: Engine = "fused", progress: Callable[[int], None] = lambda done: None
) -> Trained:
    """The run of a configuration: from memory, or trained now, in the calling thread.

    Two sessions that ask for the same one at once train it once. `progress` is called with the updates done; when it
    raises, as Streamlit does when the page is to run again, the training ends and nothing is remembered.

    Raises:
        ExcolorError: the schedule is not one to train with.
    """
    slot = memory().slot(config, engine)
    with _patiently(slot.lock, progress):
        if slot.trained is None:
            # A long run shares the cores with the rest; in the queue it would hold up everybody.
            short = engine == "fused" and config.steps <= LONG
            with _patiently(cores, progress) if short else nullcontext():
                slot.trained = _train(config, engine, progress)
        return slot.trained


# When a whole class lets go of its sliders at once, each run gets a core of its own and the others wait: everybody is
# then served sooner, and between two runs the server answers other pages.
cores = threading.BoundedSemaphore(os.cpu_count() or 1)


@contextmanager
def _patiently(lock: threading.Lock | threading.Semaphore, progress: Callable[[int], None]) -> Generator[None]:
    """Hold a lock; whoever waits for it is asked now and then whether they still want to."""
    while not lock.acquire(timeout=WAIT):
        progress(0)
    try:
        yield
    finally:
        lock.release()


def _train(config: RunConfig, engine: Engine, progress: Callable[[int], None]) -> Trained:
    start = time.perf_counter()
    run = train(config, engine, progress=progress)
    middle = time.perf_counter()
    measured = measure(run, metrics=metrics_of(run))
    end = time.perf_counter()
    return Trained(measured, middle - start, end - middle)

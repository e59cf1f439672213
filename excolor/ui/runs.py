"""Runs that were trained in the app: each configuration once, remembered by the server up to a bound."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st

from excolor.config import RunConfig
from excolor.measured import Measured, measure
from excolor.training import Engine, train
from excolor.turns import ASK_EVERY, Turns
from excolor.ui import state
from excolor.ui.caches import metrics_of

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


# When a whole class lets go of its sliders at once, each run gets a core of its own and the others wait: everybody is
# then served sooner, and between two runs the server answers other pages.
turns = Turns(os.cpu_count() or 1)


def trained(
    config: RunConfig,
    engine: Engine = "fused",
    progress: Callable[[int], None] = lambda done: None,
    waiting: Callable[[int | None], None] = lambda ahead: None,
) -> Trained:
    """The run of a configuration: from memory, or trained now, in the calling thread.

    Two sessions that ask for the same one at once train it once. A long run has no turn in the queue, where it would
    hold up everybody; it steps aside for those that have.

    Args:
        progress: called with the updates done.
        waiting: called, before the training begins, with how many runs are before it; None while another session trains
            the same. When one of the two raises, as Streamlit does when the page is to run again, the training ends and
            nothing is remembered.

    Raises:
        ExcolorError: the schedule is not one to train with.
    """

    def in_between(done: int) -> None:
        turns.step_aside()
        progress(done)

    slot = memory().slot(config, engine)
    while not slot.lock.acquire(timeout=ASK_EVERY):
        waiting(None)
    try:
        if slot.trained is None and engine == "fused" and config.steps <= LONG:
            with turns.turn(state.VISITOR.get(), waiting):
                slot.trained = _train(config, engine, progress)
        elif slot.trained is None:
            slot.trained = _train(config, engine, in_between)
        return slot.trained
    finally:
        slot.lock.release()


def _train(config: RunConfig, engine: Engine, progress: Callable[[int], None]) -> Trained:
    start = time.perf_counter()
    run = train(config, engine, progress=progress)
    middle = time.perf_counter()
    measured = measure(run, metrics=metrics_of(run))
    end = time.perf_counter()
    return Trained(measured, middle - start, end - middle)

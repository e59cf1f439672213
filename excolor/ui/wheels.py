"""Small wheels of many runs: what is drawn of each is kept by the study that trains it, or made again."""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from excolor.charts import thumbnail
from excolor.config import RunConfig
from excolor.metrics import respond
from excolor.training import Run, train
from excolor.ui import runs, state

REMEMBERED = 4096  # about a kilobyte each
LONGEST = 10_000  # updates of a run that is trained again for its picture
_NOTHING = np.empty((0, 3), np.float32)  # no snapshots


@dataclass(frozen=True)
class Wheel:
    """What a picture of a run needs: the latents u `[36, D]` of `thumbnail.colors()`, their lengths before they were
    normalized `[36]`, and the run's key."""

    u: NDArray[np.float32]
    lengths: NDArray[np.float32]
    key: str


@dataclass
class _Kept:
    known: OrderedDict[RunConfig, Wheel] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, config: RunConfig, wheel: Wheel) -> None:
        with self.lock:
            self.known[config] = wheel
            self.known.move_to_end(config)
            while len(self.known) > REMEMBERED:
                self.known.popitem(last=False)

    def get(self, config: RunConfig) -> Wheel | None:
        with self.lock:
            return self.known.get(config)


@st.cache_resource(show_spinner=False)
def _kept() -> _Kept:
    return _Kept()


def keep(run: Run) -> Wheel:
    """Keep what a picture of a run needs, and return it."""
    answers = respond(run.model, thumbnail.colors())
    wheel = Wheel(answers.u, np.linalg.norm(answers.z, axis=1), run.key)
    _kept().put(run.config, wheel)
    return wheel


def of(config: RunConfig) -> Wheel | None:
    """The wheel of a run, which is trained again if it is not known; None where that would take long."""
    if (known := _kept().get(config)) is not None:
        return known
    if config.steps > LONGEST:
        return None
    with runs.turns.turn(state.VISITOR.get()):
        return keep(train(config, watched=_NOTHING))


@st.cache_resource(show_spinner=False, max_entries=1024)
def _drawn(key: str, _wheel: Wheel) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(thumbnail.svg(_wheel.u).encode()).decode()}"


def picture(wheel: Wheel) -> str:
    """A wheel as an address that holds the picture itself."""
    return _drawn(wheel.key, wheel)

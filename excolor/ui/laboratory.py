"""What the server remembers of audits: what probes read of each run, what LEACE does to it, and its relearning race.

Everything is drawn as `python -m excolor audit` draws it, so that the numbers are the same, but for one thing: a belief
beyond the circle, where no hue is, is drawn back to its rim before it is scored. A kernel probe with a small λ can be
wildly wrong about a few colors and right about the others; its R² would then be far below 0, as if it read nothing.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from excolor.lab.audit import Floor
from excolor.lab.leace import erased, hue_eraser, labeled_colors, pool
from excolor.lab.probes import (
    SITES,
    Ladder,
    ProbeColors,
    Site,
    draw_colors,
    read,
    read_chance,
    values,
)
from excolor.lab.race import Race, follow
from excolor.metrics import Deletion, respond, survey
from excolor.model import ColorAutoencoder
from excolor.surgery import ablate
from excolor.training import Run
from excolor.turns import ASK_EVERY, Turns
from excolor.ui import runs, state
from excolor.ui.caches import by_key

Doubles = NDArray[np.float64]

RACES = 64  # remembered, a tenth of a megabyte each


# --- probes ----------------------------------------------------------------------------------------


@cache
def colors() -> ProbeColors:
    """The colors that every probe here is shown and asked about."""
    return _drawn()[0]


def _drawn() -> tuple[ProbeColors, np.random.Generator]:
    """These colors, and the generator with which they are shuffled."""
    generator = np.random.default_rng(0).spawn(2)[0]
    return draw_colors(generator), generator


@st.cache_resource(show_spinner=False)
def _of_brightness() -> Ladder:
    return read(colors().brightness, colors())


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs={Run: by_key})
def at_u(run: Run, dims: tuple[int, ...]) -> tuple[Ladder, Mapping[Floor, Ladder]]:
    """What probes read at u once some dims of a run are deleted, and the floors of everything that they read of it.

    Raises:
        ExcolorError: as in `probes.values`.
    """
    inputs = values(ablate(run.model, dims), colors().rgb)["u"]
    with runs.turns.turn(state.VISITOR.get()):
        shuffled = read_chance(inputs, *_drawn())
        return read(inputs, colors()), {"shuffled": shuffled, "brightness": _of_brightness()}


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs={Run: by_key})
def at_each_site(run: Run, dims: tuple[int, ...]) -> Mapping[Site, Ladder]:
    """What probes read at each site once some dims of a run are deleted; of the intact run without any.

    Raises:
        ExcolorError: as in `probes.values`.
    """
    seen = values(ablate(run.model, dims), colors().rgb)
    known: dict[Site, Ladder] = {"u": at_u(run, dims)[0]} if dims else {}
    with runs.turns.turn(state.VISITOR.get()):
        return {site: known[site] if site in known else read(seen[site], colors()) for site in SITES}


# --- erasing ---------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Left:
    """What a way to take hue away leaves of a model.

    Attributes:
        model: which decodes what is left of u.
        u: what probes read of that.
        metrics: of its answers on the full grid.
        vivid_mse: the mean error of 900 vivid colors: high where they are gone.
    """

    model: ColorAutoencoder
    u: Ladder
    metrics: Deletion
    vivid_mse: float


@st.cache_resource(show_spinner=False, max_entries=128, hash_funcs={Run: by_key})
def ablated(run: Run, dims: tuple[int, ...]) -> Left:
    """What deleting some dims leaves of a run.

    Raises:
        ExcolorError: as in `probes.values`.
    """
    return _left(ablate(run.model, dims), at_u(run, dims)[0])


@st.cache_resource(show_spinner=False, max_entries=128, hash_funcs={Run: by_key})
def erased_afterwards(run: Run, labeled: int) -> Left:
    """What LEACE leaves of a run, told the exact hue of some colors of the training grid.

    Raises:
        ExcolorError: as in `probes.values` and `labeled_colors`.
    """
    eraser = hue_eraser(run.model, labeled_colors("all", labeled, np.random.default_rng(0)))
    inputs = values(run.model, colors().rgb)["u"]
    with runs.turns.turn(state.VISITOR.get()):
        return _left(erased(run.model, eraser), read(eraser(inputs), colors()))


def _left(model: ColorAutoencoder, u: Ladder) -> Left:
    (metrics,) = survey(model, ((),))
    return Left(model, u, metrics, float(respond(model, pool("vivid")).mse.mean()))


# --- the race --------------------------------------------------------------------------------------


@dataclass
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    race: Race | None = None


@dataclass
class Races:
    """Races by run and dims; the one asked for longest ago is forgotten first."""

    slots: OrderedDict[tuple[str, tuple[int, ...]], _Slot] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def slot(self, run: str, dims: tuple[int, ...]) -> _Slot:
        """The place of a race, made when there is none."""
        with self.lock:
            slot = self.slots.setdefault((run, dims), _Slot())
            self.slots.move_to_end((run, dims))
            while len(self.slots) > RACES:
                self.slots.popitem(last=False)
            return slot


@st.cache_resource(show_spinner=False)
def races() -> Races:
    """The server's memory of races, shared by all sessions."""
    return Races()


# A race takes every core: two at a time would both be late.
_lane = Turns(1)


def known_race(run: Run, dims: tuple[int, ...]) -> Race | None:
    """The race of a run, if somebody has run it."""
    return races().slot(run.key, dims).race


def raced(
    run: Run, dims: tuple[int, ...], progress: Callable[[Race], None], waiting: Callable[[int | None], None]
) -> Race:
    """The race of a run: from memory, or run now, in the calling thread.

    Races are run one after another; between two looks each steps aside for trainings. Two sessions that ask for the
    same one at once run it once.

    Args:
        progress: called with the race so far.
        waiting: called, before it begins, with how many are before it; None while another session runs the same. When
            one of the two raises, as Streamlit does when the page is to run again, the race ends and nothing is
            remembered.
    """
    slot = races().slot(run.key, dims)
    while not slot.lock.acquire(timeout=ASK_EVERY):
        waiting(None)
    try:
        if slot.race is None:
            with _lane.turn(state.VISITOR.get(), waiting):
                slot.race = _run(run, dims, progress)
        return slot.race
    finally:
        slot.lock.release()


def _run(run: Run, dims: tuple[int, ...], progress: Callable[[Race], None]) -> Race:
    last: Race | None = None
    for last in follow(run.model, dims, np.random.default_rng(0).spawn(2)[1]):
        runs.turns.step_aside()
        progress(last)
    assert last is not None  # a race has at least one look
    return last

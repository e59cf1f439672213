"""Everything that a session remembers: no other module names a key of it.

A slot is a value that the app keeps. A plain name is the key of a widget, whose value Streamlit keeps; where other
modules set it or read it, they do so by that name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast
from uuid import uuid4

import streamlit as st

from excolor.config import STEPS, RunConfig, Weights
from excolor.interventions import Repulsion, Suppression
from excolor.log import Entry, Log
from excolor.losses import EXPERIMENT, TERMS
from excolor.schedule import Cells
from excolor.training import Run

T = TypeVar("T")


@dataclass(frozen=True)
class Slot(Generic[T]):
    """One value of the session: its key, and what it is before anyone sets it."""

    key: str
    first: Callable[[], T]

    def get(self) -> T:
        """The value; a first one is kept if it says something or can be changed in place."""
        if self.key in st.session_state:
            return cast(T, st.session_state[self.key])
        value = self.first()
        if value or isinstance(value, dict | list | set):
            self.set(value)
        return value

    def set(self, value: T) -> None:
        """Give it another value."""
        st.session_state[self.key] = value

    def forget(self) -> None:
        """Make it what it was before anyone set it."""
        st.session_state.pop(self.key, None)

    def take(self) -> T:
        """The value, which is forgotten."""
        value = self.get()
        self.forget()
        return value


def _nothing() -> None:
    return None


def value(widget: str) -> Any:
    """What the widget with this key says; None while there is none."""
    return st.session_state.get(widget)


def begin(widget: str, setting: Any) -> None:
    """What the widget with this key says until a visitor moves it."""
    st.session_state.setdefault(widget, setting)


def put(widget: str, setting: Any) -> None:
    """Let the widget with this key say something; only before it is drawn, or from a callback."""
    st.session_state[widget] = setting


# --- the models, and the runs of the Train page ---------------------------------------------------

LOG: Slot[Log] = Slot("log", Log)
LAST_MADE: Slot[str] = Slot("last-made", str)  # the key of the run that was trained last in this tab
PASTS: Slot[dict[str, Run]] = Slot("pasts", dict)  # runs with their histories, by key; the one used last at the end
LOG_DELETED: Slot[tuple[Entry, ...]] = Slot("log-deleted", lambda: ())  # what can be brought back
MODEL: Slot[str] = Slot("model", str)  # by name; the same on every page
SHOWN: Slot[Any] = Slot("train-shown", _nothing)  # the run that Train shows
SAID: Slot[str] = Slot("said", str)  # what is to be said once, after the page has run again
LOADS: Slot[int] = Slot("loads", int)  # uploads that were taken
AUTOGRAD_WANTED: Slot[RunConfig | None] = Slot("autograd-wanted", _nothing)


def cancelled(engine: str) -> Slot[RunConfig | None]:
    """What was to be trained with an engine when the student cancelled it."""
    return Slot(f"cancelled-{engine}", _nothing)


BROWSER: Slot[Any] = Slot("browser", _nothing)  # what is known of its storage
SEEN: Slot[dict[str, Any] | None] = Slot("controls-seen", _nothing)  # what the controls said when the page ran last
CLEARING: Slot[bool] = Slot("clearing", bool)  # whether the student is asked if all of it is to be forgotten

SEED, STEP_COUNT, SCHEDULE = "train-seed", "train-steps", "train-schedule"
BOTTLENECK, LABEL_NOISE = "train-bottleneck", "train-noise"
HIDDEN = "train-hidden"  # not moved by a control, but by a link
SEED_SAID: Slot[str] = Slot("seed-said", str)  # of a number that was no seed


def weight(term: str) -> str:
    """The slider of a regularizer's weight."""
    return f"train-{term}"


CONTROLS: dict[str, Any] = {weight(term.name): float(term.name in EXPERIMENT) for term in TERMS} | {
    SEED: 0,
    STEP_COUNT: STEPS,
    SCHEDULE: "robust",
    BOTTLENECK: 4,
    LABEL_NOISE: 0.0,
    HIDDEN: 16,
}
"""The controls of Train, and where they stand at first."""


def dims(width: int) -> str:
    """The choice of dims that are deleted on the right of the Ablation page, for a network of this bottleneck."""
    return f"ablation-dims-{width}"


# --- the student's own schedule -------------------------------------------------------------------

OWN = "own"  # what SCHEDULE says when SHEET is meant
SHEET: Slot[str] = Slot("sheet", str)  # its text, which can be trained with; empty while there is none
DRAFT: Slot[tuple[str, Cells] | None] = Slot("sheet-draft", _nothing)  # the table as typed, and the SHEET it goes with
EARLIER: Slot[list[Cells]] = Slot("sheet-earlier", list)  # what it was before each change
TABLES: Slot[int] = Slot("sheet-tables", int)  # how many were given to the editor
TABLE: Slot[Cells | None] = Slot("sheet-table", _nothing)  # the one that was given to it last


# --- the picked color -----------------------------------------------------------------------------

_PICKED: Slot[str | None] = Slot("picked", _nothing)
_TURN: Slot[int] = Slot("picked-turn", int)
_CODE = re.compile(r"#[0-9a-f]{6}")


def picked() -> str | None:
    """The color that a visitor has picked, in whatever chart of whatever page, as `#rrggbb`; or None."""
    return _PICKED.get()


def turn() -> int:
    """How often something was picked: a chart tells two clicks on the same point apart by it."""
    return _TURN.get()


def pick(code: object) -> None:
    """Pick a color, written `#rrggbb`; anything else, which a browser might send, picks none."""
    _PICKED.set(code if isinstance(code, str) and _CODE.fullmatch(code) else None)
    _TURN.set(turn() + 1)


# --- predictions and missions ----------------------------------------------------------------------

NO_QUESTIONS: Slot[bool] = Slot("predict-none", bool)
FRESH: Slot[Hashable] = Slot("predict-fresh", _nothing)  # what was revealed just now
AGAIN: Slot[Hashable] = Slot("predict-asked-again", _nothing)  # what is to be predicted once more
NONE_MARKED: Slot[set[str]] = Slot("predict-none-marked", set)  # groups of which none is marked, on purpose
ASKED: Slot[set[str]] = Slot("predict-asked", set)
PREDICTIONS: Slot[dict[Hashable, dict[str, frozenset[str]]]] = Slot("predictions", dict)
REASONS: Slot[dict[Hashable, str]] = Slot("predict-reasons", dict)

CAME_OUT: Slot[dict[Hashable, Any]] = Slot("predict-came-out", dict)  # the rows of what Is it really gone? asked

MISSION: Slot[str | None] = Slot("mission", _nothing)  # the one that is open
SOLVED: Slot[dict[str, RunConfig]] = Slot("missions-solved", dict)
SHOWED: Slot[dict[str, str]] = Slot("missions-showed", dict)  # what each of them showed
UNREAD: Slot[list[str]] = Slot("missions-unread", list)  # of those, the ones whose banner is not closed
HINTS: Slot[dict[str, int]] = Slot("missions-hints", dict)  # how many were asked for
MISSION_REASON = "mission-reason"

REPORT_BY, REPORT_RUNS = "report-by", "report-runs"
# --- the address ----------------------------------------------------------------------------------

ADDRESS: Slot[dict[str, str] | None] = Slot("address", _nothing)  # what was written last
AT: Slot[str | None] = Slot("address-page", _nothing)  # the page that it was read for
NAMED: Slot[set[str]] = Slot("address-named", set)  # what an address has said, and the browser's memory may not
IGNORED: Slot[tuple[str, ...]] = Slot("address-ignored", tuple)  # a sentence for each part that was not understood
LINKED: Slot[Any] = Slot("address-linked", _nothing)  # the run that a link said
LINKED_RUN: Slot[Run | None] = Slot("linked-run", _nothing)  # the network that was trained for it
WANTED: Slot[str] = Slot("model-wanted", str)  # a model that an address named, and that may come from the browser

LEFT_OUT: Slot[frozenset[str]] = Slot("left-out", frozenset)  # controls of Train that a teacher's link leaves out
PREVIEW: Slot[bool] = Slot("preview", bool)  # whether this is a teacher's look at a link, which keeps nothing
SETUPS: Slot[dict[str, Any]] = Slot("setups", dict)  # a teacher's, by name, in the order in which they were kept
CLASS_PAGE, CLASS_MISSION, CLASS_CONTROLS = "class-page", "class-mission", "class-controls"
CLASS_ASKS, CLASS_HOME = "class-asks", "class-home"
SETUP_NAME, SETUP_NOTE = "setup-name", "setup-note"

# --- single pages ----------------------------------------------------------------------------------

PLACE: Slot[str] = Slot("place", str)  # the page that is open
DRAWN: Slot[int] = Slot("data-drawn", int)  # batches that were drawn
DRAW_SEED: Slot[int] = Slot("data-seed", int)
VISITOR: Slot[str] = Slot("data-visitor", lambda: uuid4().hex)
STUDY_ASKED: Slot[bool] = Slot("data-study-asked", bool)  # whether this visitor has asked for the study
STUDIES_ASKED: Slot[set[str]] = Slot("studies-asked", set)  # those that this visitor has asked for, by name
TICKING: Slot[bool] = Slot("data-ticking", bool)  # whether the page looks at the study by itself


def ticking(study: str) -> Slot[bool]:
    """Whether the page looks by itself at one of the studies that it shows."""
    return Slot(f"ticking-{study}", bool)


SURGERY, CUT = "ablation-how", "latent-cut"
LESSON_TERM, LESSON_SCHEDULE = "regularizers-term", "regularizers-schedule"
LESSON_MOMENT = "regularizers-moment"
LOG_FIND, LOG_ONLY = "log-find", "log-only"  # which runs the log shows
AHEAD: Slot[dict[str, int]] = Slot(
    "regularizers-ahead", dict
)  # by term, how far ahead the batch is that it is shown on
HOLD_CONCEPT, HOLD_METHOD = "holding-concept", "holding-method"
SUPPRESSION: Slot[Suppression] = Slot("holding-suppression", Suppression)  # as it was shaped last
REPULSION: Slot[Repulsion] = Slot("holding-repulsion", Repulsion)
GONE_TIMES, GONE_LABELED = "gone-times", "gone-labeled"
RACE_ASKED: Slot[tuple[str, tuple[int, ...]] | None] = Slot("gone-race-asked", _nothing)  # the race to be run
NEEDED: Slot[RunConfig] = Slot("needed-config", RunConfig)  # what its runs have in common, but for the schedule
NEEDED_SCHEDULE, NEEDED_FIFTH, NEEDED_SEEDS = "needed-schedule", "needed-fifth", "needed-seeds"
NEEDED_FIRST: Slot[int] = Slot("needed-first", int)  # of the seeds
NEEDED_SWEEP, NEEDED_SHOWN = "needed-sweep", "needed-shown"  # where the runs come from; of which seed each is drawn
NEEDED_TAKEN: Slot[tuple[RunConfig, str] | None] = Slot("needed-taken", _nothing)  # a run, and what is said of it
DELETED: Slot[list[int]] = Slot("network-deleted", list)  # the dims that were deleted on the Network page

# --- Luck or structure? ----------------------------------------------------------------------------

LUCK_BASE: Slot[RunConfig] = Slot("luck-base", RunConfig)  # what all runs of the page have in common
LUCK_BEFORE: Slot[Weights | None] = Slot("luck-before", _nothing)  # the weights of the runs that were drawn before
LUCK_FIRST: Slot[int] = Slot("luck-first", int)  # of the many seeds
LUCK_SCHEDULE, LUCK_SEEDS, LUCK_TERM = "luck-schedule", "luck-seeds", "luck-term"
LUCK_FIGURE, LUCK_FROM, LUCK_SETTING = "luck-figure", "luck-from", "luck-setting"
LUCK_ONE, LUCK_CELLS = "luck-one", "luck-cells"  # the schedule of the further experiments; what the tables show
LUCK_INIT: Slot[range] = Slot("luck-init", lambda: range(8))
LUCK_BATCHES: Slot[range] = Slot("luck-batches", lambda: range(8))
LUCK_LINE: Slot[str] = Slot("luck-line", lambda: "separate=0.1:10:log7")  # as the command line has it
LUCK_LINE_SEEDS: Slot[range] = Slot("luck-line-seeds", lambda: range(20))
LUCK_MAP: Slot[tuple[str, str]] = Slot("luck-map", lambda: ("separate=0.1:10:log5", "planarity=0.1:10:log5"))
LUCK_MAP_SEEDS: Slot[range] = Slot("luck-map-seeds", lambda: range(5))

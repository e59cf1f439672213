"""The sections of *Is it really gone?*: what is on screen, and how each of its parts asks before it shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from excolor.color import HUES
from excolor.errors import ExcolorError
from excolor.lab.ring import below_gray_floor
from excolor.measured import Measured, measure
from excolor.model import ColorAutoencoder
from excolor.surgery import HUE, WARMTH, ablate
from excolor.training import Run
from excolor.ui import panels, predict, shelf, state
from excolor.ui.caches import metrics_of
from excolor.ui.laboratory import at_each_site, at_u, known_race
from excolor.ui.sections.ending import of_what_is_gone
from excolor.ui.words import dims_text

GROUPS = {
    "seen": "Does it keep a tint?",
    "read": "Can it be read?",
    "back": "Does it come back?",
    "noise": "Does it come back, with noise?",
    "planned": "Is hue left to be read?",
}
"""What each of `predict.GONE` asks of every option."""
Option = TypeVar("Option", bound=str)
_NAMES: dict[tuple[int, ...], str] = {WARMTH: "warmth", HUE: "hue"}


@dataclass(frozen=True)
class Subject:
    """What the page is about: a run by its name, and the dims of it that are deleted."""

    name: str
    run: Run
    dims: tuple[int, ...]

    @property
    def deleted(self) -> ColorAutoencoder:
        """The network without these dims."""
        return ablate(self.run.model, self.dims)

    @property
    def what(self) -> str:
        """What is deleted, in words."""
        return called(self.dims)

    @property
    def measured(self) -> Measured:
        """The run with all that is known of it."""
        return measure(self.run, metrics=metrics_of(self.run))


def called(dims: tuple[int, ...]) -> str:
    """Dims as the page speaks of them: hue, warmth, dim 3, dims [0, 2]."""
    return _NAMES.get(dims, f"dims {dims_text(dims)}" if len(dims) > 1 else f"dim {', '.join(map(str, dims))}")


def choose() -> Subject:
    """The controls at the top. Where there is nothing to ask about, a sentence says why and the page ends."""
    with st.container(horizontal=True, gap="large"):
        run = shelf.choose("gone-model")
        dims_key = state.dims(run.config.bottleneck)
        state.begin(dims_key, list(HUE))
        picked = st.pills(
            "Dims deleted",
            range(run.config.bottleneck),
            selection_mode="multi",
            key=dims_key,
            persist_state="session",
            help="0 is warmth, 0 and 1 together are hue. Any other set can be tried.",
        )
    dims = tuple(sorted(picked))
    if not dims:
        st.info("Nothing is deleted. Choose at least one dim.")
        panels.end_here()
    try:
        at_u(run, dims)
    except ExcolorError:
        st.warning("The numbers of this network run out of bounds, so there is nothing to ask it. Choose another one.")
        panels.end_here()
    return Subject(shelf.chosen_name(), run, dims)


@dataclass(frozen=True)
class Found:
    """What one option of a question turned out to be, and the figure that shows it."""

    so: bool
    measured: str


def about(who: str, subject: Subject) -> predict.Deleted:
    """What a question of the page is about."""
    return predict.Deleted(who, subject.run.key, subject.dims)


def ask_or_go_on(
    who: str, subject: Subject, question: str, options: Mapping[Option, str], none: str, swatches: Sequence[str] = ()
) -> None:
    """Ask what will be found; while an answer is due, the page ends here."""
    asked = about(who, subject)
    if predict.due([who], asked):
        named = {str(option): words for option, words in options.items()}
        predict.ask([who], asked, [predict.Choice(who, question, named, none, swatches)])
        panels.end_here()


def reveal(
    who: str,
    subject: Subject,
    options: Mapping[Option, str],
    found: Mapping[str, Found],
    so: str,
    threshold: str,
    swatches: Sequence[str] = (),
) -> None:
    """What the student said beside what was found; a button to say it where nothing was said."""
    asked = about(who, subject)
    said = predict.said(asked)
    if said is None:
        predict.again(asked)
        return
    codes = swatches or [""] * len(options)
    rows = [
        predict.Row(GROUPS[who], label, option in said[who], found[str(option)].so, found[str(option)].measured, code)
        for (option, label), code in zip(options.items(), codes, strict=True)
    ]
    state.CAME_OUT.get()[asked] = so, rows
    predict.reveal(asked, rows, so, threshold)


def ending_of(subject: Subject) -> tuple[str, str]:
    """What the page showed of what is on screen, and what it does not show."""
    _u, floors = at_u(subject.run, subject.dims)
    deleted = at_each_site(subject.run, subject.dims)
    before, after = (any(deleted[site].beyond(floors.values())) for site in ("z", "u"))
    race = known_race(subject.run, subject.dims)
    comes_back = None if race is None else math.isfinite(race.median("jittered", "tenth"))
    tinted = len([name for name in below_gray_floor(subject.deleted) if name in HUES])
    return of_what_is_gone(subject.what, tinted, before, after, comes_back)

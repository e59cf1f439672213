"""The sections of *Which regularizers are needed?*: what the page is about, and the words that they share."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pyarrow as pa
import streamlit as st

from excolor.errors import ExcolorError
from excolor.losses import EXPERIMENT
from excolor.needed import Needed, On, needed
from excolor.studies import Study
from excolor.ui import panels, predict, stored, study
from excolor.ui.sections import studying
from excolor.ui.sections.ending import listed
from excolor.ui.words import plain

ORDER = ("anchor", "separate", "planarity", "unitarity")
"""The four as this page names them: the first two are the rows of its grid, the others its columns."""
WAYS = {False: "without neutrality", True: "with neutrality"}


@dataclass(frozen=True)
class Subject:
    """What the page is about: a study that it trains, or a sweep of the folder by its name."""

    study: Study | None
    sweep: str = ""

    @property
    def about(self) -> predict.Studied:
        """What its question is about."""
        if self.study is not None:
            return predict.Studied("needed", study.name_of(self.study))
        return predict.Studied("needed", hashlib.sha256(f"sweep {self.sweep}".encode()).hexdigest())

    @property
    def is_asked(self) -> bool:
        """Whether this visitor has begun to train it."""
        return self.study is not None and studying.is_asked(self.study)


@st.cache_resource(show_spinner=False, max_entries=8)
def _needed(name: str, rows: int, ends: tuple[str, ...], _table: pa.Table) -> Needed:
    return needed(_table)


def of_table(subject: Subject, table: pa.Table) -> Needed:
    """Rows of what the page is about, in cells.

    Raises:
        ExcolorError: as in `needed`.
    """
    ends = tuple(str(table["key"][place]) for place in (0, -1)) if len(table) else ()
    return _needed(subject.about.study, len(table), ends, table)


def finished(subject: Subject) -> Needed | None:
    """All its runs; None while a study is not finished. A sweep that cannot be shown is told, and the page ends."""
    if subject.study is not None:
        running = study.underway(subject.study)
        return of_table(subject, study.table(running)) if subject.is_asked and running.done else None
    try:
        found = of_table(subject, stored.table(subject.sweep))
    except ExcolorError as error:
        st.warning(f"{plain(str(error))} This page shows a sweep that `excolor sweep --combinations` has made.")
        panels.end_here()
    if not all(found.complete(way) for way in found.ways):
        st.warning("This sweep does not have all sixteen combinations yet. Let `excolor sweep --combinations` go on.")
        panels.end_here()
    return found


def named(on: On) -> str:
    """Which are on, in words for the middle of a sentence."""
    names = [name for name in ORDER if name in on]
    return "all four" if len(names) == len(EXPERIMENT) else listed(names) or "none of them"

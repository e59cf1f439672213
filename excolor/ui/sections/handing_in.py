"""Handing in what was found: a report as one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from excolor import links
from excolor.errors import ExcolorError
from excolor.log import Entry
from excolor.ui import log, panels, report, state
from excolor.ui.missions import showed as solved_missions
from excolor.ui.missions.words import TITLES
from excolor.ui.sections import findings
from excolor.ui.words import plain, printable

MAX_BY = 80
OFFERED = 12


def offer() -> None:
    """A report, folded, once there is something to hand in."""
    if log.current().entries or state.PREDICTIONS.get():
        panels.fold("Hand it in: a report as one file", "fold-report", _hand_in)


def _hand_in() -> None:
    """Choose the runs that a report has, and download it."""
    entries = _offered()
    st.markdown(
        "A report has your predictions, the runs that you choose and what your missions showed. It is one file: it "
        "opens without a network, and prints on two or three pages."
    )
    by = st.text_input("Your name, if it is to stand there", key=state.REPORT_BY, max_chars=MAX_BY, width=360)
    chosen = _chosen(entries) if entries else []
    st.download_button(
        "Download the report",
        lambda: _page(by, [entries[key] for key in chosen]).encode(),
        "report.html",
        "text/html",
        key="report",
        on_click="ignore",
    )


def _chosen(entries: Mapping[str, Entry]) -> list[str]:
    """The runs of the report, in the order in which they are offered."""
    state.begin(state.REPORT_RUNS, [*entries][: report.MOST - 1])
    # What is no longer there cannot be chosen.
    state.put(state.REPORT_RUNS, [key for key in state.value(state.REPORT_RUNS) if key in entries])
    chosen = st.pills(
        "Runs in it",
        list(entries),
        selection_mode="multi",
        format_func=lambda key: plain(log.in_words(entries[key])),
        key=state.REPORT_RUNS,
        wrap=True,
    )
    if len(chosen) > report.MOST:
        st.caption(f"A report has room for {report.MOST} runs: the first {report.MOST} of these are in it.")
    return [key for key in entries if key in chosen][: report.MOST]


def _offered() -> dict[str, Entry]:
    """The runs that a student is most likely to mean, by key: the pinned, then the named, then the last ones."""
    likely = sorted(log.current().entries, key=lambda each: (not each.pinned, not each.name, -each.when))
    return {each.key: each for each in likely[:OFFERED]}


def _page(by: str, chosen: Sequence[Entry]) -> str:
    made = log.current().made.values()
    return report.page(
        report.Report(
            by=printable(by).strip(),
            made=_today(),
            chosen=[report.Chosen(each.name, each.run, _link(each)) for each in chosen],
            predictions=findings.predicted(),
            trained=(len(made), sum(each.run.sound for each in made)),
            missions={TITLES[mission]: words for mission, words in solved_missions().items()},
        )
    )


def _link(entry: Entry) -> str:
    """Where the run can be looked at again; nothing where its schedule is too long to travel."""
    at = urlsplit(st.context.url or links.HOME)
    base = st.get_option("server.baseUrlPath").strip("/")
    try:
        return links.link(entry.run.config, entry.run.run.key, f"{at.scheme}://{at.netloc}/{base}")
    except ExcolorError:
        return ""


def _today() -> date:
    try:
        return datetime.now(ZoneInfo(st.context.timezone or "UTC")).date()
    except (ZoneInfoNotFoundError, ValueError):
        return date.today()

"""A report: one HTML file with what a student predicted, the runs that they chose, and what their missions showed.

It asks for nothing, from the network or from a disk: pictures are in it, and a policy in its head forbids the rest.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

from excolor import printed
from excolor.charts.latents import VIEWS
from excolor.deletions import Column, column
from excolor.measured import Measured
from excolor.surgery import HUE, WARMTH
from excolor.ui.html import Cell, Html, joined, markup, table
from excolor.ui.sections import verdict
from excolor.ui.words import METRIC_NAMES, number, settings, written

MOST = 4  # runs: what two or three pages hold, together with
MOST_PREDICTIONS = 12
_VARIANTS = {"intact": (), "− warmth": WARMTH, "− hue": HUE}
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True)
class Chosen:
    """A run that stands in the report.

    Attributes:
        name: that the student gave it; may be empty.
        link: where it can be looked at again; empty if nowhere.
    """

    name: str
    run: Measured
    link: str


@dataclass(frozen=True)
class Report:
    """What a report says.

    Attributes:
        by: who hands it in; may be empty.
        made: the day.
        predictions: what each was about, and then how it came out, what came out otherwise, and the reason.
        trained: how many runs there were, and how many of them were sound.
        missions: by title, what those that are solved showed.
    """

    by: str
    made: date
    chosen: Sequence[Chosen]
    predictions: Mapping[Cell, Sequence[Cell]]
    trained: tuple[int, int]
    missions: Mapping[str, str]


def page(report: Report) -> str:
    """The report as one HTML file."""
    title = f"excolor, a report{f' by {report.by}' if report.by else ''}"
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    parts = (_summary(report), _predictions(report), *map(_run, report.chosen), _missions(report))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{style}</style></head><body><main>{joined(parts)}</main></body></html>\n"
    )


def _summary(report: Report) -> Html:
    count, sound = report.trained
    by = f"{escape(report.by)}, " if report.by else ""
    runs = "No network was trained." if not count else f"{count} networks were trained, {sound} of them sound."
    if count == 1:
        runs = f"One network was trained. It is {'' if sound else 'not '}sound."
    return Html(
        "<header><h1>Where does a network keep color, and can it be deleted?</h1>"
        f"<p>{by}{report.made:%Y-%m-%d}. {runs}</p></header>"
    )


def _predictions(report: Report) -> Html:
    if not report.predictions:
        return Html("<section><h2>Predictions</h2><p>Nothing was predicted.</p></section>")
    heads = ["how it came out", "other than predicted", "reason"]
    last = dict([*report.predictions.items()][-MOST_PREDICTIONS:])
    rows = table(heads, last, "Predictions and how they came out", kind="answers")
    of = len(report.predictions)
    more = f"<p>The last {len(last)} of {of}.</p>" if of > len(last) else ""
    return Html(f"<section><h2>Predictions</h2>{rows}{more}</section>")


def _missions(report: Report) -> Html:
    if not report.missions:
        return Html("")
    items = joined(
        Html(f"<dt>{escape(title)}</dt><dd>{escape(words)}</dd>") for title, words in report.missions.items()
    )
    return Html(f"<section><h2>Missions</h2><dl>{items}</dl></section>")


def _run(chosen: Chosen) -> Html:
    run, told = chosen.run, settings(chosen.run.config)
    heading = f"{escape(chosen.name)} <small>{escape(told)}</small>" if chosen.name else escape(told)
    said = _BOLD.sub(r"<b>\1</b>", escape(verdict.verdict(run), quote=False).replace("\\", ""))
    columns = {title: column(run.run.model, dims, "ablate") for title, dims in _VARIANTS.items()}
    pictures = joined(_pictures(title, each) for title, each in columns.items())
    figures = [written(each.metrics) for each in columns.values()]
    rows: dict[Cell, list[Cell]] = {name: [each[name] for each in figures] for name in METRIC_NAMES.values()}
    rows["selectivity"] = [number(run.metrics.selectivity), "", ""]
    link = escape(chosen.link)
    again = f'<p class="link"><a href="{link}">{link}</a></p>' if link else ""
    return Html(
        f"<section><h2>{heading}</h2><p>{verdict.mark(run)} {said}</p>"
        f'<div class="pictures">{pictures}</div>'
        f'<div class="figures">{verdict.checks_of(run)}{table(list(columns), rows, f"Figures of {told}")}</div>'
        f"{again}</section>"
    )


def _pictures(title: str, shown: Column) -> Html:
    deleted = f"dims {', '.join(map(str, shown.dims))} deleted" if shown.dims else "nothing deleted"
    largest = number(shown.metrics.max_mse)
    wheel = _picture(printed.wheel(shown.latents[VIEWS[0]]), f"Latents of the colors on dims 0 and 1, {deleted}.")
    errors = _picture(
        printed.errors(shown.curves["hue"]), f"Error against hue, {deleted}; the largest MSE is {largest}."
    )
    return Html(f"<figure><figcaption>{markup(title)}</figcaption>{wheel}{errors}</figure>")


def _picture(svg: str, alt: str) -> Html:
    data = base64.b64encode(svg.encode()).decode()
    return Html(f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(alt)}">')

"""Pieces that several pages draw with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal, NoReturn

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import ArrayLike
from streamlit.runtime.scriptrunner import StopException

from excolor.charts.base import PICK
from excolor.color import rgb_to_hex
from excolor.measured import Measured
from excolor.metrics import Deletion, Intact
from excolor.ui import html, state
from excolor.ui.words import METRIC_NAMES, number, written


def end_here() -> NoReturn:
    """End the run of a page. After Streamlit's own `st.stop` nothing can be drawn, and the frame still has to."""
    raise StopException


def style() -> None:
    """The app's own style sheet; once a page."""
    st.html(Path(__file__).with_name("style.css"))


def chart(
    spec: Mapping[str, Any], rows: pa.Table, alt: str, key: str, *, mark: pa.Table | None = None, fixed: bool = False
) -> None:
    """Draw a chart: its specification, the rows that fill it, and what it says in words.

    Args:
        mark: the rows that mark the picked color; a chart with them picks the color that is clicked.
    """
    width: Literal["content", "stretch"] = "content" if fixed else "stretch"
    if mark is None:
        st.vega_lite_chart(spec={**spec, "datasets": {"rows": rows}}, width=width, key=key, alt=alt)
        return

    def clicked() -> None:
        points = state.value(key)["selection"].get(PICK)
        state.pick(points[0].get("true") if points else None)

    filled = {**spec, "datasets": {"rows": rows, "mark": mark}}
    st.vega_lite_chart(spec=filled, width=width, key=key, alt=alt, on_select=clicked)


def swatches(key: str, codes: Sequence[str]) -> None:
    """Put a square of its color before the first choices of the pills that have this key."""
    rules = [f".st-key-{key} button:nth-of-type({i}) p::before {{ background: {c}; }}" for i, c in enumerate(codes, 1)]
    shape = f".st-key-{key} button:nth-of-type(-n + {len(codes)}) p::before {{ content: ''; }}"
    st.html(f"<style>{shape}{''.join(rules)}</style>")


@dataclass(frozen=True)
class Patch:
    """A reconstructed color `[3]` beside the true one `[3]`, what stands beneath it, and what it is in words."""

    output: ArrayLike
    true: ArrayLike
    title: str
    lines: tuple[str, ...]
    label: str


def patches(row: Sequence[Patch]) -> None:
    """Large patches beside each other: the reconstructed color, with the true color as a square inside it."""
    st.html(f'<div class="xc-row">{"".join(map(_patch, row))}</div>')


def _patch(shown: Patch) -> str:
    outer, inner = rgb_to_hex(np.stack([np.asarray(shown.output), np.asarray(shown.true)]))
    words = "<br>".join(map(escape, shown.lines))
    return (
        f"<div>{html.patch(outer, inner, size='large', label=shown.label)}"
        f'<p class="xc-under"><b>{escape(shown.title)}</b><br>{words}</p></div>'
    )


def fold(label: str, key: str, draw: Callable[[], None]) -> None:
    """What is not needed on the first reading, under a heading of its own; neither computed nor sent while folded."""
    place = st.expander(label, key=key, on_change="rerun")
    if place.open:
        with place:
            draw()


def metric_list(values: Mapping[str, str], label: str) -> None:
    """Named metrics under each other, numbers aligned."""
    st.html(html.definitions(values, label))


def metric_table(models: Sequence[tuple[str, Measured]]) -> None:
    """All metrics of some models: a group of columns each, intact, −warmth and −hue."""
    parts = [written(part) for _name, each in models for part in _parts(each)]
    rows: dict[html.Cell, list[html.Cell]] = {name: [part[name] for part in parts] for name in METRIC_NAMES.values()}
    # One number for the whole model stands in the first column of its group.
    for name, of_model in (
        ("selectivity", lambda each: number(each.metrics.selectivity)),
        ("red's cosine", lambda each: number(each.metrics.red_cosine)),
        ("the run fails", lambda each: "yes" if each.metrics.fails else "no"),
        ("the run is sound", lambda each: "yes" if each.sound else "no"),
    ):
        rows[name] = [cell for _name, each in models for cell in (of_model(each), "", "")]
    names = [name for name, _each in models]
    heads = ["intact", "− warmth", "− hue"] * len(models)
    st.html(html.table(heads, rows, f"Metrics of {' and '.join(names)}", groups=names))


def _parts(run: Measured) -> tuple[Intact, Deletion, Deletion]:
    return run.metrics.intact, run.metrics.warmth, run.metrics.hue


def strip(names: Sequence[str], columns: Mapping[str, tuple[ArrayLike, list[str]]], true: ArrayLike) -> None:
    """A table of small patches: a row per color, a column per model, with the error of each in words."""
    cells = [map(html.with_words, html.patches(outputs, true), errors) for outputs, errors in columns.values()]
    rows: dict[html.Cell, list[html.Cell]] = {
        name: list(row) for name, row in zip(names, zip(*cells, strict=True), strict=True)
    }
    st.html(html.table(list(columns), rows, "Named colors and their errors", kind="patches"))

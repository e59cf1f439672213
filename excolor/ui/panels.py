"""Pieces that several pages draw with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import ArrayLike

from excolor.charts.base import PICK
from excolor.color import rgb_to_hex
from excolor.metrics import Deletion, Intact, Metrics
from excolor.ui import html, state
from excolor.ui.words import number, percent


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


def metric_list(values: Mapping[str, str], label: str) -> None:
    """Named figures under each other, numbers aligned."""
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in values.items())
    st.html(f'<dl class="xc-figures" aria-label="{escape(label)}">{items}</dl>')


METRIC_NAMES = {
    "max_mse": "maximum MSE",
    "median_mse": "median MSE",
    "gray_mse": "MSE of the grays",
    "gray_share": "outputs that are gray",
    "target_mse": "target MSE",
    "bystander_mse": "bystander MSE",
}


def written(metrics: Intact | Deletion) -> dict[str, str]:
    """Each figure by the name that students see; one that does not apply is a dash."""
    values = vars(metrics)
    return {
        name: (percent if key == "gray_share" else number)(values.get(key, math.nan))
        for key, name in METRIC_NAMES.items()
    }


def metric_table(models: Sequence[tuple[str, Metrics]]) -> None:
    """All figures of some models: a group of columns each, intact, −warmth and −hue."""
    parts = [[written(each) for each in (metrics.intact, metrics.warmth, metrics.hue)] for _name, metrics in models]
    rows = [[name, *(part[name] for group in parts for part in group)] for name in METRIC_NAMES.values()]
    groups = "".join(f'<th colspan="3" scope="colgroup">{escape(name)}</th>' for name, _metrics in models)
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in ("intact", "− warmth", "− hue"))
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(value)}</td>" for value in values)}</tr>'
        for name, *values in rows
    )
    singles = {
        "selectivity": [number(metrics.selectivity) for _name, metrics in models],
        "red's cosine": [number(metrics.red_cosine) for _name, metrics in models],
        "the run fails": ["yes" if metrics.fails else "no" for _name, metrics in models],
    }
    for name, values in singles.items():
        cells = "".join(f"<td>{escape(value)}</td><td></td><td></td>" for value in values)
        body += f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'
    st.html(
        f'<div class="xc-scroll"><table class="xc-table"><thead><tr><td></td>{groups}</tr><tr><td></td>'
        f"{heads * len(models)}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def strip(names: list[str], columns: Mapping[str, tuple[ArrayLike, list[str]]], true: ArrayLike) -> None:
    """A table of small patches: a row per color, a column per model, with the error of each in words."""
    inside = rgb_to_hex(true)
    cells = [
        [_cell(*each) for each in zip(rgb_to_hex(outputs), inside, errors, strict=True)]
        for outputs, errors in columns.values()
    ]
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in columns)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(row)}</tr>' for name, *row in zip(names, *cells, strict=True)
    )
    st.html(f'<table class="xc-strip"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>')


def _cell(outer: str, inner: str, words: str) -> str:
    patch = f'<i style="background:{outer}"><b style="background:{inner}"></b></i>'
    return f"<td><span>{patch}<em>{escape(words)}</em></span></td>"

"""Pieces that several pages draw with."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import ArrayLike

from excolor.color import rgb_to_hex

# Beyond the theme: one reading width, quieter captions, and the pieces below. Greys only.
_STYLE = """
<style>
[data-testid="stMainBlockContainer"] { max-width: 80rem; padding-inline: clamp(1rem, 4vw, 3.5rem); }
[data-testid="stMarkdownContainer"] p { max-width: 44rem; }
.xc-figures dd { font-variant-numeric: tabular-nums; }
.xc-patch { background: #808080; border-radius: .25rem; padding: .75rem; }
.xc-patch > div { height: 9rem; display: grid; place-items: center; }
.xc-patch > div > div { width: 3.25rem; height: 3.25rem; }
.xc-under { margin: .5rem 0 0; }
.xc-under b { font-weight: 600; }
.xc-figures { display: grid; grid-template-columns: 1fr auto; gap: .15rem 1rem; margin: 0; max-width: 20rem; }
.xc-figures dt { margin: 0; opacity: .75; font-weight: 400; }
.xc-figures dd { margin: 0; text-align: right; font-weight: 600; }
.xc-strip { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.xc-strip th { text-align: left; font-weight: 600; padding: .2rem .5rem .2rem 0; }
.xc-strip td { padding: 0; }
.xc-strip td > span { display: flex; align-items: center; gap: .5rem; }
.xc-strip td i { display: inline-block; width: 2.75rem; height: 1.75rem; background: #808080; padding: .2rem; flex: none; }
.xc-strip td i b { display: block; height: 100%; }
.xc-strip td em { font-style: normal; opacity: .75; font-size: .875rem; }
@media (max-width: 40rem) { .xc-strip td em { display: none; } .xc-patch > div { height: 6rem; } }
</style>
"""


def style() -> None:
    """The app's own style sheet; once a page."""
    st.html(_STYLE)


def chart(spec: Mapping[str, Any], rows: pa.Table, alt: str, key: str, *, fixed: bool = False) -> None:
    """Draw a chart: its specification, the rows that fill it, and what it says in words."""
    filled = {**spec, "datasets": {"rows": rows}}
    st.vega_lite_chart(spec=filled, width="content" if fixed else "stretch", key=key, alt=alt)


def patch(output: ArrayLike, true: ArrayLike, title: str, lines: list[str], label: str) -> None:
    """A large patch of the reconstructed colour with the true colour as a square inside it, and words beneath."""
    outer, inner = rgb_to_hex(np.stack([np.asarray(output), np.asarray(true)]))
    words = "<br>".join(escape(line) for line in lines)
    st.html(
        f'<div class="xc-patch" role="img" aria-label="{escape(label)}"><div style="background:{outer}">'
        f'<div style="background:{inner}"></div></div></div>'
        f'<p class="xc-under"><b>{escape(title)}</b><br>{words}</p>'
    )


def figure_list(values: Mapping[str, str], label: str) -> None:
    """Named figures under each other, numbers aligned."""
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in values.items())
    st.html(f'<dl class="xc-figures" aria-label="{escape(label)}">{items}</dl>')


def strip(names: list[str], columns: Mapping[str, tuple[ArrayLike, list[str]]], true: ArrayLike) -> None:
    """A table of small patches: a row per colour, a column per model, with the error of each in words."""
    inner = rgb_to_hex(true)
    head = "".join(f"<th scope='col'>{escape(title)}</th>" for title in columns)
    outputs = {title: (rgb_to_hex(colors), errors) for title, (colors, errors) in columns.items()}
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th>"
        + "".join(
            f'<td><span><i style="background:{colors[i]}"><b style="background:{inner[i]};margin:.2rem .8rem;'
            f'height:calc(100% - .4rem)"></b></i><em>{escape(errors[i])}</em></span></td>'
            for colors, errors in outputs.values()
        )
        + "</tr>"
        for i, name in enumerate(names)
    )
    st.html(f'<table class="xc-strip"><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>')

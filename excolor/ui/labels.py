"""Who carries a label: some training colors with their probability."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from excolor.color import hsv_to_rgb, rgb_to_hex
from excolor.losses import Label
from excolor.ui.words import chance


def patches(label: Label, shown: Sequence[tuple[str, tuple[float, float, float]]]) -> None:
    """A patch for each color, given by what to call it and its HSV, with the probability that it carries the label."""
    rgb = hsv_to_rgb([hsv for _name, hsv in shown])
    cells = [
        f'<li><i style="background:{fill}"></i><span>{escape(name)}<br><b>{escape(chance(likely))}</b></span></li>'
        for (name, _hsv), fill, likely in zip(shown, rgb_to_hex(rgb), label.probability(rgb).tolist(), strict=True)
    ]
    st.html(f'<ul class="xc-carriers" aria-label="{escape(label.name)}">{"".join(cells)}</ul>')

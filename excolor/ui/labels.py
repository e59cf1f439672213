"""Who carries a label: some training colors with their probability, and how many of a batch on average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from excolor.color import hsv_to_rgb, rgb_to_hex
from excolor.data import BATCH, label_probabilities, training_set
from excolor.ui.text import number

Label = Literal["red", "vibrant"]


@dataclass(frozen=True)
class Positives:
    """How often a label comes up.

    Attributes:
        per_batch: samples of a batch that carry it, on average.
        without: share of the batches in which no sample carries it.
    """

    per_batch: float
    without: float


def probability(label: Label, rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability with which a sample of each color carries the label, `[...]`."""
    red, vibrant = label_probabilities(rgb)
    return red if label == "red" else vibrant


def positives(label: Label) -> Positives:
    """How often a label comes up in a batch of 64 independent draws from the training set: exact, not sampled."""
    colors, drawn = training_set()
    share = float(drawn @ probability(label, colors))
    return Positives(BATCH * share, (1 - share) ** BATCH)


def chance(value: float) -> str:
    """A probability in words or in percent."""
    if value == 0:
        return "never"
    return f"{number(100 * value)} %" if value >= 5e-4 else "almost never"


def patches(label: Label, shown: Sequence[tuple[str, tuple[float, float, float]]]) -> None:
    """A patch for each color, given by what to call it and its HSV, with the probability that it carries the label."""
    rgb = hsv_to_rgb([hsv for _name, hsv in shown])
    cells = [
        f'<li><i style="background:{fill}"></i><span>{escape(name)}<br><b>{escape(chance(likely))}</b></span></li>'
        for (name, _hsv), fill, likely in zip(shown, rgb_to_hex(rgb), probability(label, rgb).tolist(), strict=True)
    ]
    st.html(f'<ul class="xc-carriers" aria-label="{escape(label)}">{"".join(cells)}</ul>')

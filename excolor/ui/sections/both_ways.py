"""Ablate or prune: what is the same in both, and what is not."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from excolor.color import rgb_grid
from excolor.metrics import respond
from excolor.model import ColorAutoencoder
from excolor.surgery import ablate, prune
from excolor.training import Run
from excolor.ui.caches import by_key
from excolor.ui.words import number

LEVELS = 8  # of each channel


def say(chosen: Run, dims: tuple[int, ...]) -> None:
    """How far the answers of both lie apart, and how many parameters each has; nothing where only one can be made."""
    if not 0 < len(dims) < chosen.config.bottleneck:
        return
    apart, before, after = _compared(chosen, dims)
    if math.isfinite(apart):
        st.markdown(
            f"**Ablate or prune?** The answers are the same: on a grid of {LEVELS**3} colors they differ by "
            f"{number(apart)} at most, on a scale from 0 to 1. Only the size changes: {before} parameters ablated, "
            f"{after} pruned."
        )


@st.cache_resource(show_spinner=False, max_entries=128, hash_funcs={Run: by_key})
def _compared(chosen: Run, dims: tuple[int, ...]) -> tuple[float, int, int]:
    """The largest difference between the answers of both, and how many parameters each has."""
    zeroed, smaller = ablate(chosen.model, dims), prune(chosen.model, dims)
    colors = rgb_grid(LEVELS)
    apart = float(np.abs(respond(zeroed, colors).rgb - respond(smaller, colors).rgb).max())
    return apart, _size(zeroed), _size(smaller)


def _size(model: ColorAutoencoder) -> int:
    return sum(parameter.numel() for parameter in model.parameters())

"""Ablate or prune: what is the same in both, and what is not."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from excolor.color import rgb_grid
from excolor.metrics import respond
from excolor.surgery import ablate, prune
from excolor.training import Run
from excolor.ui.words import number

LEVELS = 8  # of each channel


def say(chosen: Run, dims: tuple[int, ...]) -> None:
    """How far the answers of both lie apart, and how many parameters each has; nothing where only one can be made."""
    if not 0 < len(dims) < chosen.config.bottleneck:
        return
    zeroed, smaller = ablate(chosen.model, dims), prune(chosen.model, dims)
    colors = rgb_grid(LEVELS).reshape(-1, 3)
    apart = float(np.abs(respond(zeroed, colors).rgb - respond(smaller, colors).rgb).max())
    before, after = (sum(p.numel() for p in model.parameters()) for model in (zeroed, smaller))
    if math.isfinite(apart):
        st.markdown(
            f"**Ablate or prune?** The answers are the same: on a grid of {len(colors)} colors they differ by "
            f"{number(apart)} at most, on a scale from 0 to 1. Only the size changes: {before} parameters ablated, "
            f"{after} pruned."
        )

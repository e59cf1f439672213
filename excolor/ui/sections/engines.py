"""The same training with autograd: how long it takes beside the compiled kernel, and that both end at one place."""

from __future__ import annotations

import streamlit as st

from excolor.ui import state
from excolor.ui.runs import Trained
from excolor.ui.sections.running import with_progress
from excolor.ui.words import number


def readable(fused: Trained) -> None:
    """A button that trains a run with autograd, and what the difference is."""
    st.markdown(
        "The page trains with a compiled kernel. The loop that the lessons show uses PyTorch's autograd: the same "
        "parameters to begin with, the same batches, the same steps."
    )
    config = fused.measured.config
    wanted = state.AUTOGRAD_WANTED.get() == config

    def want() -> None:
        state.AUTOGRAD_WANTED.set(config)
        state.cancelled("autograd").forget()

    st.button("Train this with autograd instead", on_click=want, key="autograd")
    if not wanted:
        return
    slow = with_progress(config, "autograd", st.empty())
    if slow is None:
        st.info("Cancelled. Nothing was changed.")
        return
    st.markdown(_difference(slow, fused))


def _difference(slow: Trained, fast: Trained) -> str:
    one, other = slow.measured.metrics, fast.measured.metrics
    return (
        f"Autograd took **{number(slow.train_s)} s**, the kernel **{number(fast.train_s)} s**: "
        f"{number(slow.train_s / fast.train_s)} times as long. Both end at the same place as far as rounding lets "
        f"them: the intact maximum is {number(one.intact.max_mse)} and {number(other.intact.max_mse)}, "
        f"red's cosine {number(one.red_cosine)} and {number(other.red_cosine)}."
    )

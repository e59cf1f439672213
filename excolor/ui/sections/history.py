"""How it got there: the sphere through the training of the run on screen."""

from __future__ import annotations

import streamlit as st

from excolor.diagnosis import has_wheel
from excolor.training import Run
from excolor.ui import spheres
from excolor.ui.caches import placement_of


def section(chosen: Run, dims: spheres.Dims) -> None:
    """The training on a sphere, to be scrubbed; a run may have come without a history to show."""
    if not chosen.remembers:
        st.info("This run came with no history of its training, so there is nothing to play.")
        return
    end = "to a wheel" if has_wheel(placement_of(chosen)) else "to what it is now; there is no wheel in it"
    st.markdown(f"The same sphere through training. Move the slider: from a heap of points {end}.")
    spheres.mount(
        lambda: spheres.training_page(chosen, dims),
        "training",
        f"216 colors, painted as they are, at {len(chosen.snapshots)} moments of the training of seed "
        f"{chosen.config.seed}, from its first parameters to its end.",
    )

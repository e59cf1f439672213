"""The RGB cube on its black corner: where a color falls once hue is deleted."""

from __future__ import annotations

import streamlit as st

from excolor.deletions import hue_answers, tones
from excolor.training import Run
from excolor.ui import spheres
from excolor.ui.caches import metrics_of
from excolor.ui.words import gray_answers, number


def section(chosen: Run) -> None:
    """The cube, from the front and from the back, with each hue's fall if the visitor wants it."""
    metrics = metrics_of(chosen)
    st.markdown(
        "Stand the RGB cube on its black corner. Height is now brightness: the primaries are the lower ring of "
        "corners, a third of the way up, the secondaries the upper ring, at two thirds. The line in the middle is "
        f"gray. With hue deleted, {gray_answers(metrics.hue.gray_share, metrics.intact.gray_share)}: those have come "
        "to the line."
    )
    fall = st.toggle("Show where each hue falls", value=True, key="cube-fall", persist_state="session")
    dark, light = map(number, tones(hue_answers(chosen.model)))
    spheres.mount(
        lambda: spheres.fall_page(chosen) if fall else spheres.cube_page(),
        "cube",
        "The RGB cube with black at the bottom and white at the top, first seen from the front (yellow in the "
        "middle) and from the back (blue in the middle). A ball is painted in the color of its place. With hue "
        f"deleted, this network’s primaries have a brightness of {dark}, its secondaries {light}.",
    )

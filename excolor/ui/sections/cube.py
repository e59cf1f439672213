"""The RGB cube on its black corner: why a color without hue can only fall to the gray line."""

from __future__ import annotations

import streamlit as st

from excolor.deletions import hue_answers, tones
from excolor.training import Run
from excolor.ui import spheres
from excolor.ui.words import number


def section(chosen: Run) -> None:
    """The cube, from the front and from the back, with each hue's fall if the visitor wants it."""
    st.markdown(
        "Stand the RGB cube on its black corner. Height is now brightness: the primaries are the lower ring of "
        "corners, a third of the way up, the secondaries the upper ring, at two thirds. When hue is deleted, a color "
        "can only fall to the gray line in the middle."
    )
    fall = st.toggle("Show where each hue falls", value=True, key="cube-fall", persist_state="session")
    dark, light = map(number, tones(hue_answers(chosen.model)))
    spheres.mount(
        lambda: spheres.fall_page(chosen) if fall else spheres.cube_page(),
        "cube",
        "The RGB cube with black at the bottom and white at the top, first seen from the front (yellow in the "
        "middle) and from the back (blue in the middle). A ball is painted in the color of its place. In this "
        f"network the primaries fall to a brightness of {dark}, the secondaries rise to {light}.",
    )

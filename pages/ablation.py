"""Ablation: warmth against full hue, side by side."""

import streamlit as st

from excolor.errors import ExcolorError
from excolor.ui import frame, shelf
from excolor.ui.sections import columns, survival, tones

frame.require()

st.title("What is left when a concept is deleted?")
controls = st.container(horizontal=True, gap="large")
with controls:
    chosen = shelf.choose("ablation-model")
if survival.due(chosen):
    survival.ask(chosen)
    st.stop()
with controls:
    surgery, right = columns.choose(chosen)
try:
    compared = columns.compare(chosen, surgery, right)
except ExcolorError as error:
    st.warning(str(error))
    st.stop()

survival.reveal(chosen)
columns.summary(compared)
columns.opposites(chosen)
with st.container(key="compared"):
    columns.headings(compared)
    st.markdown(
        "**Every color, in four slices of saturation.** A patch is the reconstructed color; the square inside it is "
        "the true one. Where you see no square, the network is right. **Click a color**, here or in any chart below: it is "
        "marked in all of them."
    )
    columns.slices(compared)
    st.markdown(
        "**Where the error is.** MSE along three edges of the color space, each point in its true color. The scale is "
        "the same in all nine charts: its height is the root of the error."
    )
    columns.errors(compared)
    st.markdown(
        "**Where the network keeps it.** Latents on the sphere, seen along two pairs of axes; a deleted axis is missing. "
        "A point is painted in the color that it stands for, and a name at the rim says the color of the point beneath it. "
        "What is left of a point is stretched to length 1 again, so it stays on the sphere; where nothing is left, it lies "
        "in the middle."
    )
    columns.wheels(compared)

st.header("What becomes of primaries and secondaries")
tones.section(chosen, compared.seen)

st.header("The same, to be turned")
st.markdown(
    "Drag any of the three: they turn together. Turn the plane of u₀ and u₁ until you see it edge-on, and look at what "
    "each deletion left."
)
columns.turned(chosen, compared)
st.page_link("pages/network.py", label="Next: follow one color through the network →")
columns.picked_color(chosen, compared)

"""Latent space: turn the sphere, and see the color wheel edge-on."""

import streamlit as st

from excolor.ui import frame, panels
from excolor.ui.sections import cube, ending, history, sphere, tones

frame.require()

st.title("Where does the network keep color?")
st.markdown(
    "Every color is a point on a sphere. **Drag it.** Turn it until you see the plane of u₀ and u₁ edge-on, then delete "
    "hue and look at what is left."
)
view = sphere.choose()
sphere.section(view)

st.header("What three dims cannot show")
sphere.hidden(view)

st.header("How it got there")
history.section(view.chosen, view.dims)

st.header("Where each hue falls")
panels.fold("The RGB cube on its black corner", "fold-cube", lambda: cube.section(view.chosen))
tones.chart(
    view.chosen,
    view.seen,
    "Brightness of each hue (squares) and of the gray it becomes (circles).",
    "latent-brightness",
)
ending.ending(*ending.of_the_sphere(view.chosen))
st.page_link("pages/schedule.py", label="Next: your own schedule →")
sphere.picked_color(view)

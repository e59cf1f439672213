"""Regularizers: what each of them does to real colors, how hard, and when; and so why the grays need one."""

import streamlit as st

from excolor.ui import frame
from excolor.ui.sections import schedule, term, together

frame.require()

st.title("What does each regularizer do to the colors?")
st.markdown(
    "The loss is a sum of **terms**: the *reconstruction*, which is the error of the answers, and the regularizers. Each has a "
    "slope, its gradient. Training goes down it: that is the **push**, the arrow in every picture. A **sample** is one color "
    "of a batch."
)
term.show(term.choose())

st.header("When does each of them count?", anchor="schedule")
schedule.section()

st.header("What keeps the grays out of the hue plane?", anchor="grays")
together.section()

st.page_link("pages/end.py", label="Next: what you found →")

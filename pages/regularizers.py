"""Regularizers: what each of them does to real colors, how hard, and when; and so why the grays need one."""

import streamlit as st

from excolor.ui import frame
from excolor.ui.sections import schedule, term, together

frame.require()

st.title("What does each regularizer do to the colors?")
st.markdown(
    "A loss has a **gradient**, its slope: which way, and how fast, it grows. Training goes the other way. That is the "
    "**push**, the arrow in every picture."
)
term.show(term.choose())

st.header("When does each of them count?", anchor="schedule")
schedule.section()

st.header("What keeps the grays out of the hue plane?", anchor="grays")
together.section()

st.page_link("pages/end.py", label="Next: what you found →")

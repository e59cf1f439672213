"""Luck or structure? Many seeds of the same settings: how they come out, why, and what a weight changes about it."""

import streamlit as st

from excolor.ui import frame, glossary, panels
from excolor.ui.sections import ending, luck
from excolor.ui.sections.luck import many, plane, two, weight

frame.require()

st.title("Luck or structure?")
st.markdown(
    "One run proves little: another seed may end otherwise. So train the same settings with many seeds, and count. "
    "**Say first what you expect.**"
)
st.caption(glossary.explain("seed", "MSE", "regularizer", "weight", "interval"))

st.header("Many seeds")
settings = many.section()

st.header("Three more experiments")
st.markdown("Each changes one thing and keeps all the rest. Unfold the one that you want to see.")
luck.choose_one()
panels.fold("Which decides: the first parameters, or the batches?", "fold-luck-two", two.section)
panels.fold("What does a weight do, from a tenth to ten times?", "fold-luck-line", weight.section)
panels.fold("What do two weights do together?", "fold-luck-map", plane.section)

ending.ending(*ending.of_many_seeds({each.name: each.groups for each in settings}))
st.page_link("pages/log.py", label="Next: all your runs →")

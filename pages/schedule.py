"""Your own schedule: a sheet to edit, its curves, and what becomes of a network that is trained with it."""

import streamlit as st

from excolor.ui import frame, glossary
from excolor.ui.sections import ending, own_run, sheet
from excolor.ui.sheet import last_sound

frame.require()

st.title("When should each regularizer push?")
st.markdown(
    "This table is a schedule. A row is a moment of the training, and a filled cell says what a number is then. Between two "
    "filled cells it moves smoothly. **Change a cell:** the network is trained again at once."
)
st.caption(glossary.explain("regularizer", "weight", "update"))
sheet.begin_with()
sheet.table()
left, right = st.columns([4, 5], gap="large")
with left:
    sheet.curves(last_sound())
with right:
    runs = own_run.trained()
    own_run.show(runs)
ending.ending(*ending.of_schedules(runs))
st.page_link("pages/gone.py", label="Next: is it really gone? →")

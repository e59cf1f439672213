"""Regularizers: where each of them pushes the latents, how hard, and when."""

import streamlit as st

from excolor.ui import frame
from excolor.ui.sections import schedule, term
from excolor.ui.sections.prose import PROSE

frame.require()

st.title("How do you tell a network where to keep a concept?")
st.markdown(
    "Four regularizers are added to the loss. Each is zero where the samples should be, and pushes them there. "
    "The arrow is the push: minus the gradient of the term."
)
chosen, others = schedule.chosen()
for name in PROSE:
    term.show(name, chosen, others)

st.header("The schedule: when each of them counts", anchor="schedule")
st.markdown(
    "**Move along the steps**, with the pointer, a finger or the slider: the values of that step stand at the right.\n\n"
    "**Guess first:** for how much of the training does any of the four push at all?"
)
schedule.tracks(chosen, others)
schedule.check(chosen)
schedule.sheet(chosen)

st.page_link("pages/train.py", label="Next: change the weights yourself, and train it again →")

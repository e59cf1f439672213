"""Is it really gone? What can still be seen, read and learned again after a deletion, and what planning it bought."""

import streamlit as st

from excolor.ui import frame, glossary
from excolor.ui.sections import ending, gone
from excolor.ui.sections.gone import back, planned, read, see

frame.require()

st.title("Is it really gone?")
st.markdown(
    "You deleted a concept, and the answers turned gray. That is what comes *out*. A doubter asks on: can it "
    "still be read *inside*? Does it come back? And was the plan needed at all? **Say first what you expect.**"
)
st.caption(glossary.explain("MSE", "latent", "dim", "ablate", "prune", "update"))
subject = gone.choose()

st.header("Can you see it?")
see.section(subject)

st.header("Can a machine read it?")
read.section(subject)

st.header("Does it come back?")
back.section(subject)

st.header("What did planning buy?")
planned.section(subject)

ending.ending(*gone.ending_of(subject))
st.page_link("pages/holding.py", label="Next: delete it, or hold it back? →")

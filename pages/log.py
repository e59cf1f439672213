"""Your runs: every run of this browser, in one table; two of them side by side; and files to take along."""

import streamlit as st

from excolor.ui import frame, glossary
from excolor.ui.sections import keeping, logged

frame.require()

st.title("What have you trained?")
st.caption(glossary.explain("MSE", "cosine"))
keeping.warn()
logged.overview()

st.header("Two side by side")
logged.pinned()

st.header("Take them along")
logged.files()
keeping.what_is_kept()
st.page_link("pages/end.py", label="Back to what you found →")

"""What you found: the session's predictions, runs and missions, and one thing to take home."""

import streamlit as st

from excolor.ui import frame
from excolor.ui.sections import findings, handing_in

frame.require()

st.title("What did you find?")

st.header("What you predicted")
findings.predictions()

st.header("What you trained")
findings.runs()

st.header("What your missions showed")
findings.missions()

st.header("One thing to take home")
findings.take_home()
handing_in.offer()
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown("**Going further:**", width="content")
    st.page_link("pages/data.py", label="Colors and labels →")
    st.page_link("pages/latent.py", label="Latent space →")
    st.page_link("pages/schedule.py", label="Your own schedule →")
    st.page_link("pages/gone.py", label="Is it really gone? →")
    st.page_link("pages/holding.py", label="Deleting or holding back →")
    st.page_link("pages/needed.py", label="Which regularizers are needed? →")
    st.page_link("pages/luck.py", label="Luck or structure? →")
    st.page_link("pages/log.py", label="Your runs →")

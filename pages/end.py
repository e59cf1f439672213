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

st.header("Hand it in")
handing_in.hand_in()

st.header("One thing to take home")
findings.take_home()
st.markdown(
    "**Going further:** turn the sphere on which the colors lie, see how little the network was told, and how wrong that "
    "may be, or decide yourself when each regularizer pushes. Find out whether what was deleted is really gone. Or "
    "compare all your runs, and take them along."
)
with st.container(horizontal=True):
    st.page_link("pages/latent.py", label="Latent space →")
    st.page_link("pages/data.py", label="Colors and labels →")
    st.page_link("pages/schedule.py", label="Your own schedule →")
    st.page_link("pages/gone.py", label="Is it really gone? →")
    st.page_link("pages/log.py", label="Your runs →")

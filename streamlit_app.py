"""excolor: the list of pages and the frame they share. Start it with `streamlit run streamlit_app.py`."""

import streamlit as st

from excolor.ui import frame

st.set_page_config(page_title="excolor", layout="wide")
FURTHER = "Going further"
lesson = [
    # In the order that tells the story. The first has the address /, whatever it is called; /start leads there.
    st.Page("pages/start.py", title="Start", url_path="first", default=True),
    st.Page("pages/network.py", title="Network", url_path="network"),
    st.Page("pages/ablation.py", title="Ablation", url_path="ablation"),
    st.Page("pages/train.py", title="Train", url_path="train"),
    st.Page("pages/regularizers.py", title="Regularizers", url_path="regularizers"),
    st.Page("pages/end.py", title="What you found", url_path="end"),
]
further = [
    st.Page("pages/data.py", title="Colors and labels", url_path="data"),
    st.Page("pages/latent.py", title="Latent space", url_path="latent"),
    st.Page("pages/schedule.py", title="Your own schedule", url_path="schedule"),
    st.Page("pages/gone.py", title="Is it really gone?", url_path="gone"),
    st.Page("pages/holding.py", title="Deleting or holding back", url_path="holding"),
    st.Page("pages/needed.py", title="Which regularizers are needed?", url_path="needed"),
    st.Page("pages/luck.py", title="Luck or structure?", url_path="luck"),
    st.Page("pages/log.py", title="Your runs", url_path="log"),
    st.Page("pages/teacher.py", title="For a class", url_path="teacher"),
]
start_by_name = frame.by_name(lesson[0], "start")
page = st.navigation({"": [*lesson, start_by_name], FURTHER: further}, position="top")
if page is start_by_name:
    page.run()
place = f"Page {lesson.index(page) + 1} of {len(lesson)}" if page in lesson else f"{FURTHER}: {page.title}"
with frame.around(place, page.url_path):
    page.run()

"""excolor: the list of pages and the frame they share. Start it with `streamlit run streamlit_app.py`."""

import streamlit as st

from excolor.ui import frame

st.set_page_config(page_title="excolor", layout="wide")
pages = [
    # In the order that tells the story.
    st.Page("pages/start.py", title="Start", url_path="start", default=True),
    st.Page("pages/ablation.py", title="Ablation", url_path="ablation"),
    st.Page("pages/network.py", title="Network", url_path="network"),
    st.Page("pages/latent.py", title="Latent space", url_path="latent"),
    st.Page("pages/data.py", title="Colors and labels", url_path="data"),
    st.Page("pages/regularizers.py", title="Regularizers", url_path="regularizers"),
    st.Page("pages/train.py", title="Train", url_path="train"),
]
page = st.navigation(pages, position="top")
frame.open_page(f"Page {pages.index(page) + 1} of {len(pages)}")
page.run()
frame.close_page(page.url_path)

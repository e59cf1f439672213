"""excolor: the list of pages and the frame they share. Start it with `streamlit run streamlit_app.py`."""

from gettext import gettext as _

import streamlit as st

from excolor.ui import frame

st.set_page_config(page_title="excolor", layout="wide")
pages = [
    # In the order that tells the story.
    st.Page("pages/start.py", title=_("Start"), url_path="start", default=True),
    st.Page("pages/ablation.py", title=_("Ablation"), url_path="ablation"),
    st.Page("pages/network.py", title=_("Network"), url_path="network"),
    st.Page("pages/latent.py", title=_("Latent space"), url_path="latent"),
    st.Page("pages/data.py", title=_("Colours and labels"), url_path="data"),
    st.Page("pages/regularizers.py", title=_("Regularizers"), url_path="regularizers"),
    st.Page("pages/train.py", title=_("Train"), url_path="train"),
]
page = st.navigation(pages, position="top")
frame.open_page(_("Page {place} of {all}").format(place=pages.index(page) + 1, all=len(pages)))
page.run()
frame.close_page(page.url_path)

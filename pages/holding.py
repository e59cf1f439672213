"""Holding a concept back while the network runs, against deleting it."""

import streamlit as st

from excolor.errors import ExcolorError
from excolor.ui import frame, glossary, panels, shelf
from excolor.ui.sections import columns, ending, holding, holding_guess
from excolor.ui.words import plain

frame.require()

st.title("Delete it, or hold it back?")
st.markdown(
    "Deleting changes parameters, and it takes a whole axis, both of its ends. **Holding back** changes "
    "none. While the network answers, each latent is changed on its way through the middle, the more so, the more it is like "
    "the concept. Switch it off, and all is as before."
)
st.caption(glossary.explain("latent", "alignment", "suppress", "repel"))
controls = st.container(horizontal=True, gap="large")
with controls:
    chosen = shelf.choose("holding-model")
if holding_guess.due(chosen):
    holding_guess.ask(chosen)
    panels.end_here()
try:
    with controls:
        setting = holding.choose(chosen)
except ExcolorError as error:
    st.warning(plain(str(error)))
    panels.end_here()

holding_guess.reveal(chosen)
holding.shape(setting)
compared = holding.compare(setting)
left, right = st.columns(2, gap="large")
left.markdown(holding.nearest(setting))
left.markdown(holding.explains(setting))
right.markdown(holding.opposite(setting))

st.header("Held back beside deleted")
st.markdown(glossary.explain("MSE"))
holding.summary(setting, compared)
with st.container(key="compared"):
    columns.headings(compared)
    st.markdown("**Every color, in four slices of saturation.** The square inside a patch is the true color.")
    columns.slices(compared)
    st.markdown("**Where the error is:** MSE against hue, on a root scale.")
    columns.errors(compared, ["hue"])
    st.markdown(
        "**Where the latents are**, each in the color that it stands for. What is suppressed comes nearer to the middle; what "
        "is repelled, or stretched again after a deletion, stays at length 1."
    )
    columns.wheels(compared, list(compared.columns[0].latents)[:1])
panels.fold("Can a machine still read the hue?", "fold-probed", lambda: holding.probed(setting))
ending.ending(*ending.of_holding(*holding.survivors(setting), setting.name))
st.page_link("pages/luck.py", label="Next: luck or structure? →")
holding.picked_color(compared)

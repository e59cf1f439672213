"""Ablation: warmth against full hue, side by side."""

import streamlit as st

from excolor.errors import ExcolorError
from excolor.ui import frame, glossary, panels, shelf
from excolor.ui.caches import metrics_of
from excolor.ui.sections import both_ways, columns, ending, readable, survival, tones
from excolor.ui.words import plain

frame.require()

st.title("What is left when a concept is deleted?")
st.markdown(glossary.explain("ablate", "prune"))
controls = st.container(horizontal=True, gap="large")
with controls:
    chosen = shelf.choose("ablation-model")
if survival.due(chosen):
    survival.ask(chosen)
    panels.end_here()
with controls:
    surgery, right = columns.choose(chosen)
try:
    compared = columns.compare(chosen, surgery, right)
except ExcolorError as error:
    st.warning(plain(str(error)))
    panels.end_here()

survival.reveal(chosen)
done, same = st.columns([3, 2], gap="large")
with done:
    columns.summary(compared)
    panels.fold("Can hue still be read inside?", "fold-read", lambda: readable.line(chosen))
with same:
    columns.opposites(chosen)
    both_ways.say(chosen, compared.right)
plane, *other_dims = compared.columns[0].latents
with st.container(key="compared"):
    columns.headings(compared)
    st.markdown(
        "**Every color,** the true one inside. Saturation s says how pure it is, value how bright. **Click one.**"
    )
    columns.slices(compared)
    st.markdown("**Where the error is:** MSE against hue, in the true colors. The root scale enlarges small errors.")
    columns.errors(compared, ["hue"])
    panels.fold(
        "The error against saturation and value",
        "fold-errors",
        lambda: columns.errors(compared, ["saturation", "value"]),
    )
    st.markdown(
        "**Where the network keeps it:** latents on the dims of hue, each in its color. A deleted axis is missing; what is left "
        "is stretched to length 1, so hues may share a place. Where nothing is left, the point is in the middle."
    )
    columns.wheels(compared, [plane])


def all_around() -> None:
    columns.wheels(compared, other_dims)
    columns.turned(chosen, compared)


def primaries_and_secondaries() -> None:
    st.markdown(glossary.explain("tone"))
    tones.section(chosen, compared.seen)


panels.fold("The other dims, and all of it to be turned", "fold-spheres", all_around)
panels.fold("What becomes of primaries and secondaries", "fold-tones", primaries_and_secondaries)

ending.ending(*ending.of_both_deletions(metrics_of(chosen)))
st.page_link("pages/train.py", label="Next: train it yourself, and see what breaks →")
columns.picked_color(chosen, compared)

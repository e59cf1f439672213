"""Network: one color on its way through all the parameters, and back after a deletion."""

import math

import streamlit as st

from excolor.color import describe, hex_to_rgb
from excolor.metrics import remainder
from excolor.model import not_finite
from excolor.surgery import HUE
from excolor.ui import frame, glossary, shelf, state
from excolor.ui.components.network import FIRST, network
from excolor.ui.sections import ending
from excolor.ui.words import dims_text, number, percent

frame.require()

GRAY = (0.5, 0.5, 0.5)
NOTHING = 1e-6  # of the length: what is left is rounding

st.title("What happens to one color on its way through?")
told, asked = st.columns([3, 2], gap="large")
with asked:
    chosen = shelf.choose("network-model")
model = chosen.model
count = sum(p.numel() for p in model.parameters())
told.markdown(
    f"Pick a color and press **Follow it**. It goes in as three numbers, through **{model.bottleneck}** in the middle, and "
    f"comes out as three again. {glossary.explain('latent', 'dim', 'parameter')} "
    "**Normalizing** divides a latent z by its length, so that u always has length 1. "
    f"What you see is all there is: {count} parameters. Then delete a dim."
)

if broken := not_finite(model):
    st.info(
        f"This run has diverged: {broken} of its {count} parameters are no longer numbers, so no color comes through. "
        "Choose another model."
    )
else:
    asked.markdown(
        f"**Guess first:** hue was meant for dims {HUE[0]} and {HUE[1]}. If you delete both, how much is left of your color's latent, "
        "and what will the network answer? And what of a gray?"
    )
    network(chosen.key, model, "network")

    color = hex_to_rgb(state.picked() or FIRST)
    left, gray_left = remainder(model, color, HUE), remainder(model, GRAY, HUE)
    name, answer, gray_answer = (f"**{words}**" for words in describe([color, left.rgb, gray_left.rgb]))
    with st.expander("Check your guess"):
        if not (math.isfinite(left.share) and math.isfinite(gray_left.share)):
            st.markdown("This network's numbers run out of bounds, so it has no answer.")
        elif max(left.share, gray_left.share) < NOTHING:
            st.markdown(
                f"This network has no other dims. With {dims_text(HUE)} deleted nothing is left that could be stretched, so it "
                f"answers every color with the same {answer}."
            )
        else:
            st.markdown(
                f"Of {name}, {percent(left.share)} of the length ‖z‖ is left. Normalizing does not know that anything is missing: it "
                f"stretches the rest × {number(left.stretch)}, to full length again. So the decoder still gets a point on the sphere, "
                f"and answers {answer}.\n\nOf the middle **gray**, {percent(gray_left.share)} is left, stretched × "
                f"{number(gray_left.stretch)}; it comes out as {gray_answer}. The more of a color was in the deleted dims, the more "
                "what is left is stretched."
            )
    ending.ending(*ending.of_the_way(model))

st.page_link("pages/ablation.py", label="Next: predict what is left of seventeen colors →")

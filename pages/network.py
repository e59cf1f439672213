"""Network: one color on its way through all the weights, and back after a deletion."""

import numpy as np
import streamlit as st

from excolor.color import describe, hex_to_rgb
from excolor.metrics import respond
from excolor.surgery import HUE, ablate
from excolor.ui import frame, shelf, state
from excolor.ui.components.network import RED, network, not_finite
from excolor.ui.words import dims_text, number, percent

frame.require()

GRAY = np.full(3, 0.5)

st.title("What happens to one color on its way through?")
chosen = shelf.choose("network-model")
model = chosen.model
count = sum(p.numel() for p in model.parameters())
st.markdown(
    f"Pick a color and press **Follow it**. It goes in as three numbers, through **only {model.bottleneck}** in the middle, and "
    f"comes out as three again. What you see is all there is: {count} parameters. Then delete a dim."
)


def left_of(color: np.ndarray) -> tuple[float, np.ndarray]:
    """What deleting hue leaves of a color's latent, as a share of its length, and the color that comes out, `[3]`."""
    before, after = respond(model, color), respond(ablate(model, HUE), color)
    return float(np.linalg.norm(after.z) / np.linalg.norm(before.z)), after.rgb[0]


def stretch(left: float) -> str:
    return number(1 / left) if left > 0 else "–"


broken = not_finite(model)
if broken:
    st.info(
        f"This run has diverged: {broken} of its {count} weights are no longer numbers, so no color comes through. "
        "Choose another model."
    )
else:
    color = hex_to_rgb(state.picked() or RED)
    name = describe(color[None])[0]
    st.markdown(
        f"**Guess first:** hue was meant for dims {dims_text(HUE)}. If you delete both, how much is left of your color's latent, "
        "and what will the network answer? And what of a gray?"
    )
    network(chosen.key, model, "network")

    with st.expander("Check your guess"):
        (left, answer), (gray_left, gray_answer) = left_of(color), left_of(GRAY)
        if not np.isfinite([left, gray_left]).all():
            st.markdown("This network's numbers run out of bounds, so it has no answer.")
        elif max(left, gray_left) < 1e-6:
            st.markdown(
                f"This network has no other dims. With {dims_text(HUE)} deleted nothing is left that could be stretched, so it "
                f"answers every color with the same **{describe(answer[None])[0]}**."
            )
        else:
            st.markdown(
                f"Of **{name}**, {percent(left)} of the length ‖z‖ is left. Normalizing does not know that anything is missing: it "
                f"stretches the rest × {stretch(left)}, to full length again. So the decoder still gets a point on the sphere, "
                f"and answers **{describe(answer[None])[0]}**.\n\nOf the middle **gray**, {percent(gray_left)} is left, stretched × {stretch(gray_left)}; it "
                f"comes out as **{describe(gray_answer[None])[0]}**. The more of a color was in the deleted dims, the more what is left is "
                "stretched."
            )

st.page_link("pages/latent.py", label="Next: every color on the sphere →")

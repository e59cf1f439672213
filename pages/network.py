"""Network: one colour on its way through all the weights, and back after a deletion."""

from gettext import gettext as _

import numpy as np
import streamlit as st

from excolor.color import describe, hex_to_rgb
from excolor.evaluation import respond
from excolor.surgery import HUE, ablate
from excolor.ui import frame, pick, shelf
from excolor.ui.network import RED, network, not_finite
from excolor.ui.text import dims_text, figure, percent

frame.require()

GREY = np.full(3, 0.5)

st.title(_("What happens to one colour on its way through?"))
chosen = shelf.choose("network-model")
model = chosen.model
count = sum(p.numel() for p in model.parameters())
st.markdown(
    _(
        "Pick a colour and press **Follow it**. It goes in as three numbers, through **only {width}** in the middle, and "
        "comes out as three again. What you see is all there is: {count} parameters. Then delete a dim."
    ).format(count=count, width=model.bottleneck)
)


def left_of(color: np.ndarray) -> tuple[float, np.ndarray]:
    """What deleting hue leaves of a colour's latent, as a share of its length, and the colour that comes out, `[3]`."""
    before, after = respond(model, color), respond(ablate(model, HUE), color)
    return float(np.linalg.norm(after.z) / np.linalg.norm(before.z)), after.rgb[0]


def stretch(left: float) -> str:
    return figure(1 / left) if left > 0 else "–"


broken = not_finite(model)
if broken:
    st.info(
        _(
            "This run has diverged: {broken} of its {count} weights are no longer numbers, so no colour comes through. "
            "Choose another model."
        ).format(broken=broken, count=count)
    )
else:
    color = hex_to_rgb(pick.picked() or RED)
    name = describe(color[None])[0]
    st.markdown(
        _(
            "**Guess first:** hue was meant for dims {dims}. If you delete both, how much is left of your colour's latent, "
            "and what will the network answer? And what of a grey?"
        ).format(dims=dims_text(HUE))
    )
    network(chosen.key, model, "network")

    with st.expander(_("Check your guess")):
        (left, answer), (grey_left, grey_answer) = left_of(color), left_of(GREY)
        if not np.isfinite([left, grey_left]).all():
            st.markdown(_("This network's numbers run out of bounds, so it has no answer."))
        elif max(left, grey_left) < 1e-6:
            st.markdown(
                _(
                    "This network has no other dims. With {dims} deleted nothing is left that could be stretched, so it "
                    "answers every colour with the same **{answer}**."
                ).format(dims=dims_text(HUE), answer=describe(answer[None])[0])
            )
        else:
            st.markdown(
                _(
                    "Of **{name}**, {left} of the length ‖z‖ is left. Normalising does not know that anything is missing: it "
                    "stretches the rest × {times}, to full length again. So the decoder still gets a point on the sphere, "
                    "and answers **{answer}**.\n\nOf the middle **grey**, {grey_left} is left, stretched × {grey_times}; it "
                    "comes out as **{grey_answer}**. The more of a colour was in the deleted dims, the more what is left is "
                    "stretched."
                ).format(
                    name=name,
                    left=percent(left),
                    times=stretch(left),
                    answer=describe(answer[None])[0],
                    grey_left=percent(grey_left),
                    grey_times=stretch(grey_left),
                    grey_answer=describe(grey_answer[None])[0],
                )
            )

st.page_link("pages/latent.py", label=_("Next: every colour on the sphere →"))

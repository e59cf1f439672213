"""Colors and labels: what the network is shown, how seldom it is told anything, and how wrong that may be."""

from __future__ import annotations

import numpy as np
import streamlit as st

from excolor.color import rgb_to_hsv
from excolor.data import BATCH, TRAINING_GRID
from excolor.metrics import respond
from excolor.robustness import LEVELS, SEEDS
from excolor.scenes import hsv_places
from excolor.surgery import HUE, WARMTH, ablate
from excolor.ui import frame, shelf, state
from excolor.ui.caches import metrics_of
from excolor.ui.components import inspector
from excolor.ui.sections import colors, ending, labels, robustness, wrong_labels

frame.require()

model = shelf.current().model
variants = {"intact": (), "− warmth": WARMTH, "− hue": HUE}
seen = inspector.look([respond(ablate(model, dims), inspector.picked_rgb()) for dims in variants.values()])

st.title("How little does the network have to be told?")
st.markdown(
    "It is shown colors. Now and then it hears a word for one of them, such as “red” or “vibrant”. That is all. See how seldom, "
    "and how wrong it may be."
)

st.header(f"The colors: a grid of {np.prod(TRAINING_GRID):,}", anchor="colors")
colors.grid()

st.header("How often each color is drawn", anchor="shares")
colors.shares_of_draws()

st.header("The labels: a coin with a bias", anchor="labels")
st.markdown(
    "Nobody sorts the colors. Each time a color is drawn, a coin decides whether it is called “red”, another "
    "whether it is called “vibrant”, and a third whether “desaturated”, which is nearly gray. The same red may be called red now and not the next time: labels on the "
    "internet are like that. **Follow the lines:** how far from pure red does the label reach?"
)
labels.probabilities(seen)

st.subheader("Draw it yourself", anchor="draw")
st.markdown(
    f"A training step sees a batch of {BATCH}. **Guess first:** in how many of 100 batches is nobody called red? Then draw "
    "one, a few more, a hundred."
)


# One fragment, because what is drawn in the first section is made wrong in the second.
@st.fragment
def draws() -> None:
    if state.turn() != seen.turn:  # a color was picked in here, and is to be marked everywhere
        st.rerun()
    labels.batches(seen)
    st.header("Labels made wrong on purpose", anchor="noise")
    st.markdown(
        "Set how many of the labels are drawn at random: such a label may fall on any color, and there are about as many "
        "as before. These are the batches that you drew, with the same colors and the same coins. **Move the slider.**"
    )
    wrong_labels.noise(seen)


draws()

st.header("How much noise does it stand?", anchor="tolerance")
st.markdown(
    f"Now train: {SEEDS} seeds at each of {len(LEVELS)} rates, from no noise to nothing but noise. A run *goes wrong* if more is "
    "wrong with it than a tint: grays are harmed, say, or red is not on its axis. **Guess first:** up to which rate does none "
    f"of the {SEEDS} go wrong?"
)
robustness.noise_study()

run = shelf.current()
ending.ending(*ending.of_labels(run, metrics_of(run).red_cosine))
st.page_link("pages/latent.py", label="Next: every color on the sphere →")
inspector.table(seen, list(variants), {"hsv": np.repeat(hsv_places(rgb_to_hsv(seen.rgb[None])), 2, axis=0)})

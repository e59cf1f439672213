"""Start: the question, and the answer in one click."""

import streamlit as st

from excolor.color import describe, exact_rgb, named_codes, named_colors, rgb_to_hex
from excolor.metrics import respond
from excolor.surgery import HUE, WARMTH, ablate
from excolor.ui import frame, glossary, panels, predict, shelf, state
from excolor.ui.sections import comparison, ending
from excolor.ui.words import meant, number

frame.require()

OWN, OWN_FIRST = "another color", "#b05fd0"

colors = named_colors()
codes = {name: code for code, name in named_codes().items()}


def remember() -> None:
    name = state.value("start-color")
    state.pick(codes.get(name) or state.value("start-own") or OWN_FIRST)


st.title("Can you decide where a network keeps a concept, and then delete it?")
st.markdown(
    f"This network squeezes every color through a few numbers. {meant(shelf.current().config)} Pick a color, and see what "
    "the network makes of it: as trained, with warmth deleted, and with hue deleted."
)

with st.container(horizontal=True, gap="large"):
    chosen = shelf.choose("start-model")
model = chosen.model
variants = {"intact": model, "− warmth": ablate(model, WARMTH), "− hue": ablate(model, HUE)}

state.put("start-color", named_codes().get(state.picked() or codes["red"], OWN))
panels.swatches("start-color", list(named_codes()))
name = st.pills("Pick a color", [*colors, OWN], required=True, key="start-color", on_change=remember)
if name == OWN:
    state.put("start-own", state.picked())
    st.color_picker("Any color", key="start-own", on_change=remember)
picked = exact_rgb(state.picked() or codes["red"])
label = describe(picked[None])[0] if name == OWN else str(name)

row: list[panels.Patch] = []
looks: list[str] = []
errors: list[float] = []
for title, variant in variants.items():
    answer = respond(variant, picked)
    (seen,), mse = describe(answer.rgb), float(answer.mse[0])
    error = number(mse)
    lines = f"looks {seen}", rgb_to_hex(answer.rgb)[0], f"MSE {error}"
    words = f"{title}: the network answers {label} with {seen}, MSE {error}"
    row.append(panels.Patch(answer.rgb[0], picked, title, lines, words))
    looks.append(seen)
    errors.append(mse)
st.markdown(glossary.explain("MSE"))
panels.patches(row)
st.markdown(
    f"The trained network answers **{label}** with **{looks[0]}**. Without warmth it answers **{looks[1]}**, and without "
    f"hue **{looks[2]}**. The square inside each patch is the true color."
)


def all_colors() -> None:
    st.markdown("Read down a column. What is gone in the middle, and what is gone on the right?")
    comparison.named(chosen)


if not predict.due(["ablation"], chosen.key):
    panels.fold("All the named colors at once", "fold-colors", all_colors)

ending.ending(*ending.of_one_color(label, (looks[0], looks[2]), (errors[0], errors[2])))
st.page_link("pages/network.py", label="Next: follow one color through the network →")

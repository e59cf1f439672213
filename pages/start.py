"""Start: the question, and the answer in one click."""

from gettext import gettext as _

import numpy as np
import streamlit as st

from excolor.color import describe, exact_rgb, named_codes, named_colors, rgb_to_hex
from excolor.evaluation import respond
from excolor.surgery import HUE, WARMTH, ablate
from excolor.ui import frame, panels, pick, predict, shelf
from excolor.ui.text import figure

frame.require()

OWN, OWN_FIRST = "another colour", "#b05fd0"
TITLES = (_("intact"), _("− warmth"), _("− hue"))

colors = named_colors()

st.title(_("Can you decide where a network keeps a concept, and then delete it?"))
st.markdown(
    _(
        "This network squeezes every colour through four numbers. Before it was trained, we decided that the first "
        "number should hold **warmth** (red against cyan), and the first two together **hue**. "
        "Pick a colour, and see what the network makes of it: as trained, with warmth deleted, and with hue deleted."
    )
)

with st.container(horizontal=True, gap="large"):
    chosen = shelf.choose("start-model")
model = chosen.model
variants = (model, ablate(model, WARMTH), ablate(model, HUE))

codes = {name: code for code, name in named_codes().items()}


def remember() -> None:
    name = st.session_state["start-color"]
    pick.pick(codes.get(name) or st.session_state.get("start-own", OWN_FIRST))


st.session_state["start-color"] = named_codes().get(pick.picked() or codes["red"], OWN)
panels.swatches("start-color", list(named_codes()))
name = st.pills(_("Pick a colour"), [*colors, OWN], required=True, key="start-color", on_change=remember)
if name == OWN:
    st.session_state["start-own"] = pick.picked()
    st.color_picker(_("Any colour"), key="start-own", on_change=remember)
picked = exact_rgb(pick.picked() or codes["red"])
label = describe(picked[None])[0] if name == OWN else str(name)

answers = [respond(variant, picked) for variant in variants]
row: list[panels.Patch] = []
for title, answer in zip(TITLES, answers, strict=True):
    looks, error = describe(answer.rgb)[0], figure(float(answer.mse[0]))
    lines = _("looks {looks}").format(looks=looks), rgb_to_hex(answer.rgb)[0], f"MSE {error}"
    words = _("{title}: the network answers {true} with {looks}, MSE {error}")
    words = words.format(title=title, true=label, looks=looks, error=error)
    row.append(panels.Patch(answer.rgb[0], picked, title, lines, words))
panels.patches(row)
words = [describe(answer.rgb)[0] for answer in answers]
st.markdown(
    _(
        "The trained network answers **{true}** with **{intact}**. Without warmth it answers **{warmth}**, and without "
        "hue **{hue}**. The square inside each patch is the true colour; MSE is the mean squared error between the two, "
        "0 when they are equal."
    ).format(true=label, intact=words[0], warmth=words[1], hue=words[2])
)

if predict.due(["ablation"], chosen.key):
    st.markdown(_("**Which colours will survive?** Say so before you see them all; it is the surest way to remember."))
    st.page_link("pages/ablation.py", label=_("Next: predict what is left of seventeen colours →"))
else:
    st.subheader(_("All the named colours at once"))
    st.markdown(
        _(
            "Read down a column. What is gone in the middle, and what is gone on the right? "
            "Nothing was trained again: each deletion only sets a few of the network's {count} weights to zero."
        ).format(count=sum(p.numel() for p in model.parameters()))
    )
    stack = np.stack(list(colors.values()))
    everything = [respond(variant, stack) for variant in variants]
    panels.strip(
        list(colors),
        {t: (r.rgb, [figure(float(e)) for e in r.mse]) for t, r in zip(TITLES, everything, strict=True)},
        stack,
    )
    st.page_link("pages/ablation.py", label=_("Next: compare the two deletions in full →"))

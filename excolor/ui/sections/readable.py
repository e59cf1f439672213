"""One line for a run on screen: what probes read of hue from u, once hue is deleted, beside their floors."""

from __future__ import annotations

import streamlit as st

from excolor.errors import ExcolorError
from excolor.surgery import HUE
from excolor.training import Run
from excolor.ui import glossary
from excolor.ui.laboratory import at_u
from excolor.ui.words import score


def line(run: Run) -> None:
    """What the probes read, with the words for it, and the way to all of it."""
    st.markdown(said(run))
    st.caption(glossary.explain("probe", "affine probe", "kernel probe", "R²", "floor"))
    st.page_link("pages/gone.py", label="Is it really gone? All of it →")


def said(run: Run) -> str:
    """The line in words."""
    try:
        read, floors = at_u(run, HUE)
    except ExcolorError:
        return "The numbers of this network run out of bounds, so there is nothing for a probe to read."
    affine, kernel = read.affine.scores[0], read.kernel.scores[0]
    highest = max(each.kernel.scores[0] for each in floors.values())
    beside = ", ".join(f"{name} {score(each.kernel.scores[0])}" for name, each in floors.items())
    so = (
        "**More than the floors: some of the hue is still inside.**"
        if read.beyond(floors.values())[0]
        else "**No more than the floors: no hue is read.**"
    )
    return (
        f"With hue deleted, an affine probe reads R² {score(affine)} from u, and a kernel probe {score(kernel)}. The "
        f"kernel probe’s floors are at most {score(highest)} ({beside}). {so}"
    )

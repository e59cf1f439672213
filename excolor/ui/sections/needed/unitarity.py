"""What does unitarity do? The runs with it against those without, and the lengths that it is about."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from excolor.errors import ExcolorError
from excolor.losses import EXPERIMENT
from excolor.needed import EVERY, Needed
from excolor.ui import wheels
from excolor.ui.sections.needed.cells import FEW
from excolor.ui.words import number

_NAME = "unitarity"
_CLEARLY = 0.8  # of the distance from length 1 without it


def draw(found: Needed) -> None:
    """The question, what the runs say, and why it is there."""
    way = found.ways[0]
    if not found.complete(way):
        return
    st.markdown(
        "Unitarity asks that each latent has length 1 *before* it is normalized. But then it is divided by its length "
        "anyway. **So does unitarity do anything?**"
    )
    st.markdown(said(found, way))
    if lengths := _lengths(found, way):
        st.markdown(lengths)


def said(found: Needed, way: bool) -> str:
    """How the runs with it compare with those without, over all and with the other three on."""
    on, off = found.tally(way, [_NAME]), found.tally(way, off=[_NAME])
    pairs = [
        (found.cells[each | {_NAME}, way].tally, found.cells[each, way].tally) for each in EVERY if _NAME not in each
    ]
    differ = sum(one.mostly_right != other.mostly_right for one, other in pairs)
    whole = frozenset(EXPERIMENT)
    one, other = (found.cells[each, way].tally for each in (whole, whole - {_NAME}))
    text = (
        f"Take the eight pairs that differ in it alone: in {differ or 'none'} of them it decides if most runs go "
        f"right. In all, {on.right} of {on.runs:,} go right with it and {off.right} of {off.runs:,} without it. "
        f"With the other three on, {one.sound} of {one.runs:,} are sound with it and {other.sound} of {other.runs:,} "
        "without it."
    )
    if one.runs <= FEW:
        text += " So few runs do not tell a small effect from luck."
    return text


def _lengths(found: Needed, way: bool) -> str:
    """How long z is in the middle runs with all four on, and with all but unitarity."""
    whole = frozenset(EXPERIMENT)
    lengths: list[NDArray[np.float32]] = []
    for on in (whole, whole - {_NAME}):
        try:
            wheel = wheels.of(found.run(found.cells[on, way].middle))
        except ExcolorError:
            return ""
        if wheel is None or not np.isfinite(wheel.lengths).all():
            return ""
        lengths.append(wheel.lengths)
    return of_lengths(*lengths)


def of_lengths(with_it: ArrayLike, without: ArrayLike) -> str:
    """What it does to the lengths of the latents of vivid hues, with it and without it."""
    both = [np.asarray(lengths, np.float64) for lengths in (with_it, without)]
    one, other = (f"from {number(float(each.min()))} to {number(float(each.max()))}" for each in both)
    near, far = (float(np.abs(each - 1).mean()) for each in both)
    text = (
        f"**What it asks for is a length.** In the middle runs the vivid hues have lengths {one} with all four on, "
        f"and {other} without unitarity. On average they are {number(near)} and {number(far)} off 1. "
    )
    if near < _CLEARLY * far:
        text += (
            "So with it they are closer, as it asks. What comes behind never sees that, because dividing by the "
            "length takes it away. "
        )
    else:
        text += "So here they are not clearly closer with it. "
    return (
        f"{text}Then why is it there? It is meant to make normalizing a small step: what leaves the encoder then "
        "lies near the sphere already. Where nothing normalized, it would be what puts the colors onto a sphere."
    )

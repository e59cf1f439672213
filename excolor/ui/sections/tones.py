"""Dark primaries and light secondaries: the tone that each hue becomes once hue is deleted, and why."""

from __future__ import annotations

import streamlit as st

from excolor import deletions
from excolor.charts import brightness
from excolor.surgery import HUE
from excolor.training import Run
from excolor.ui import panels
from excolor.ui.caches import hue_brightness_of, residue_of
from excolor.ui.components.inspector import Inspected
from excolor.ui.words import dims_text, number, percent

FOLLOWS = 0.8  # correlation from which brightness may be called what is left


def chart(chosen: Run, seen: Inspected, alt: str, key: str) -> None:
    """Draw how bright each hue is, and what a run makes of it once hue is deleted."""
    answer = deletions.answers(chosen.model, HUE, "ablate", seen.rgb).rgb[0]
    mark = brightness.mark(seen.code, answer, seen.turn)
    panels.chart(brightness.spec(), hue_brightness_of(chosen), alt, key, mark=mark)


def section(chosen: Run, seen: Inspected) -> None:
    """What becomes of primaries and secondaries, drawn and explained."""
    dark, light = map(number, deletions.tones(deletions.hue_answers(chosen.model)))
    st.markdown(
        f"With hue deleted (dims {dims_text(HUE)}), the primaries (red, green, blue) come out with a mean brightness "
        f"of **{dark}**, the secondaries (yellow, cyan, magenta) with **{light}**. Squares are the true colors, "
        "circles what the network answers."
    )
    chart(
        chosen,
        seen,
        "Brightness against hue. Squares: the true colors, a third for primaries, two thirds for secondaries. Circles: "
        f"the answers with hue deleted, {dark} for primaries and {light} for secondaries.",
        "brightness",
    )
    st.markdown(_why(chosen))


def _why(chosen: Run) -> str:
    left = residue_of(chosen, HUE)
    if left.brightness_correlation >= FOLLOWS:
        so = "What is left *is* tone, so the decoder answers with a tone: dark for a primary, light for a secondary."
    else:
        so = "In this network what is left is not tone alone, so its answers follow brightness less closely."
    return (
        "**Why?** A primary has one of its three channels full, so its brightness is ⅓; a secondary has two, so ⅔. Of "
        f"a vibrant color's latent, {percent(left.least)} to {percent(left.most)} of the length is left once hue is "
        "deleted. The normalization stretches that residue to full length again, and over all hues its direction "
        f"correlates with brightness by **{number(left.brightness_correlation)}**. {so}"
    )

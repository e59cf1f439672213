"""Primaries and secondaries: the tone that each hue becomes once hue is deleted, and why."""

from __future__ import annotations

import math

import streamlit as st

from excolor import deletions
from excolor.charts import brightness
from excolor.diagnosis import ANSWERS_GRAY
from excolor.metrics import Residue
from excolor.surgery import HUE
from excolor.training import Run
from excolor.ui import panels
from excolor.ui.caches import hue_brightness_of, metrics_of, residue_of
from excolor.ui.components.inspector import Inspected
from excolor.ui.words import dims_text, gray_answers, number, percent

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
    metrics = metrics_of(chosen)
    return why(residue_of(chosen, HUE), metrics.hue.gray_share, metrics.intact.gray_share)


def why(left: Residue, gray: float, intact_gray: float) -> str:
    """Why the answers are as dark or as light as they are.

    Args:
        left: what deleting hue leaves of vibrant colors.
        gray, intact_gray: share of all answers that are gray then, and before.
    """
    text = "**Why?** A primary has one of its three channels full, so its brightness is ⅓; a secondary has two, so ⅔. "
    if not left.most > 0:
        return (
            f"{text}Of this network’s latents nothing is left once hue is deleted, so it has one answer to all colors."
        )
    text += f"Of a vibrant color’s latent, {_range(left)} of the length is left once hue is deleted"
    if not math.isfinite(left.brightness_correlation):
        return f"{text}. All of them are the same then."
    text += (
        ", and normalizing stretches it to full length again. How far it then lies from black’s place towards white’s "
        f"correlates with brightness by **{number(left.brightness_correlation)}**. "
    )
    if left.brightness_correlation >= FOLLOWS and gray >= ANSWERS_GRAY:
        return f"{text}What is left *is* tone, so the decoder answers with a tone: {gray_answers(gray, intact_gray)}."
    return (
        f"{text}In this network what is left is not tone alone: {gray_answers(gray, intact_gray)}, and how bright they "
        "are need not follow."
    )


def _range(left: Residue) -> str:
    least, most = percent(left.least), percent(left.most)
    return least if least == most else f"{least} to {most}"

"""Can you see it? Colors that differ in hue alone, and what the network answers to them."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from excolor.charts.base import GROUND
from excolor.color import HUES, hsv_to_rgb, named_colors, rgb_to_hex
from excolor.lab.ring import DIRECTIONS, RADIUS, below_gray_floor, gray_floor, ring_colors, ring_spread
from excolor.metrics import respond
from excolor.ui import html
from excolor.ui.sections.ending import listed
from excolor.ui.sections.gone import Found, Subject, ask_or_go_on, reveal
from excolor.ui.words import number

_HARDLY = RADIUS / 2  # of the answers of an intact network: it does not give the ring back
_SIDE, _RING = 240, 100  # of the picture: its side, and the ring's radius
_PATCH, _INSIDE = 23, 7  # the sides of a patch, and of the true color inside


def section(subject: Subject) -> None:
    """The question, the ring, and the gray floor."""
    st.markdown(
        "A gray answer to red is wrong, and even the best gray is: its MSE is red’s **gray floor**. If an answer has a "
        "smaller error than that, it is not gray, and a tint came through."
    )
    hues = {name: name for name in HUES}
    codes = rgb_to_hex(hsv_to_rgb([[hue, 1, 1] for hue in HUES.values()]))
    ask_or_go_on("seen", subject, f"Without {subject.what}: which of these keep a tint?", hues, "none of them", codes)
    reveal(
        "seen",
        subject,
        hues,
        found(subject),
        "kept a tint",
        "**Does it keep a tint?** Yes, if its error is below its gray floor.",
        codes,
    )
    colors = ring_colors()
    shown = {
        "what it is shown": colors,
        "intact": respond(subject.run.model, colors).rgb,
        f"without {subject.what}": respond(subject.deleted, colors).rgb,
    }
    spreads = [RADIUS, ring_spread(subject.run.model), ring_spread(subject.deleted)]
    for place, (title, answers), spread in zip(st.columns(3, gap="medium"), shown.items(), spreads, strict=True):
        with place:
            st.html(_ring(title, answers, spread))
    st.caption("A patch is the answer, the small square inside it the true color.")
    st.markdown(said(spreads[1], spreads[2], subject))


def found(subject: Subject) -> dict[str, Found]:
    """Of each hue whether its answer keeps a tint, with its error beside its gray floor."""
    tinted = below_gray_floor(subject.deleted)
    colors = {name: rgb for name, rgb in named_colors().items() if name in HUES}
    errors = respond(subject.deleted, np.stack(list(colors.values()))).mse.tolist()
    return {
        name: Found(name in tinted, f"MSE {number(error)}, gray floor {number(float(gray_floor(rgb)))}")
        for (name, rgb), error in zip(colors.items(), errors, strict=True)
    }


def said(intact: float, deleted: float, subject: Subject) -> str:
    """What the ring and the gray floor show."""
    text = (
        f"These {DIRECTIONS} colors are equally bright and equally far from gray; **only their hue differs**. The "
        "*spread* is how far they lie from their mean. "
    )
    if not intact > _HARDLY:
        return (
            f"{text}Even intact this network hardly tells them apart: the spread of its answers is {number(intact)} "
            f"of {RADIUS:g}. So its deletion says little."
        )
    left = deleted / intact
    text += f"Intact the answers have a spread of {number(intact)}, and without {subject.what} {number(deleted)}. "
    if left >= 0.95:
        text += "So hue is seen as well as before."
    elif left >= 0.2:
        text += f"So {left:.0%} of what differed with hue can still be seen."
    else:
        text += f"Of what differed with hue, {left:.0%} is left."
    names = [name for name in below_gray_floor(subject.deleted) if name in HUES]
    if not names:
        return f"{text} No named color comes back below its gray floor."
    many = "color comes" if len(names) == 1 else "colors come"
    return (
        f"{text} And {len(names)} of the {len(HUES)} vivid named {many} back below the gray floor, with a tint: "
        f"{listed(names)}."
    )


def _ring(title: str, answers: ArrayLike, spread: float) -> html.Html:
    """The answers round a ring, each with the true color inside, as a picture with its spread."""
    words = f"{title}: a ring of {DIRECTIONS} patches that differ in hue alone, with a spread of {number(spread)}"
    picture = base64.b64encode(_picture(rgb_to_hex(answers)).encode()).decode()
    return html.Html(
        f'<figure class="xc-ring"><img src="data:image/svg+xml;base64,{picture}" alt="{html.markup(words)}">'
        f"<figcaption><b>{html.markup(title)}</b><br>spread {number(spread)}</figcaption></figure>"
    )


def _picture(codes: Sequence[str]) -> str:
    marks: list[str] = []
    for i, (true, answer) in enumerate(zip(rgb_to_hex(ring_colors()), codes, strict=True)):
        turn = 2 * math.pi * i / DIRECTIONS
        x, y = (_SIDE / 2 + _RING * part for part in (math.cos(turn), -math.sin(turn)))
        marks.append(_square(x, y, _PATCH, answer) + _square(x, y, _INSIDE, true))
    ground = f'<rect width="{_SIDE}" height="{_SIDE}" fill="{GROUND}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {_SIDE}">{ground}{"".join(marks)}</svg>'


def _square(x: float, y: float, side: float, code: str) -> str:
    return f'<rect x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" width="{side}" height="{side}" fill="{code}"/>'

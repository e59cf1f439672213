"""The prose of each regularizer: what the page says of it, with the numbers of its picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from excolor.charts import gradients
from excolor.charts.gradients import effect
from excolor.color import named_colors
from excolor.losses import PLANE, SAME_COLOR, SHARPNESS
from excolor.metrics import respond
from excolor.ui.caches import all_shipped
from excolor.ui.words import number


@dataclass(frozen=True)
class Prose:
    """What the page says of a term.

    Attributes:
        title, sentence: what the term does, in few words and in one sentence.
        formula: of its value, in LaTeX.
        guess: what to try in the picture.
        answer: what the student will have found, with the numbers of the picture.
    """

    title: str
    sentence: str
    formula: str
    guess: str
    answer: Callable[[], str]


# --- what the student will have found --------------------------------------------------------------


def _written(name: str, position: float) -> tuple[str, str]:
    value, push = effect(name).at(position)
    return number(value), number(push)


def _hardest(name: str) -> tuple[str, str]:
    where, most = effect(name).hardest
    return f"{abs(where):g}", number(most)


def _anchor() -> str:
    (where, most), (value, push) = _hardest("anchor"), _written("anchor", 180)
    return (
        f"Red is pushed hardest at {where}°, with {most}. Opposite, at 180°, the value is largest, {value}, and yet "
        f"the push is {push}: no way round is shorter than the other."
    )


def _planarity() -> str:
    (where, most), (value, push) = _hardest("planarity"), _written("planarity", 90)
    return (
        f"It is hardest at {where}°, with {most}. Right above the plane, at 90°, the value is largest, {value}, and "
        f"the push is {push}: every way down is equally long."
    )


def _separate() -> str:
    where, most = _hardest("separate")
    same = number(float(np.degrees(np.arccos(1 - SAME_COLOR))))
    return (
        f"The push is hardest at {where}°, with {most}. Beyond {effect('separate').reach(0.01):g}° it is less than a "
        "hundredth of that: a sample only feels its neighbors. Two samples "
        f"closer than {same}° count as the same color drawn twice, and are left alone."
    )


def _unitarity() -> str:
    long = 1.3
    short = 2 - long
    return (
        "From either side alike: the push grows with the distance to the circle. "
        f"At length {number(short)} it is {_written('unitarity', short)[1]}, "
        f"at length {number(long)} it is {_written('unitarity', long)[1]}. "
        "But z is divided by its length before anyone uses it: a long z and a short one give the same answer."
    )


def _grays() -> str:
    """The value of gray, in those of the two networks that can be used."""
    values: list[str] = []
    for name, how in (("robust", "without"), ("clean", "with")):
        if run := all_shipped().get(name):
            u = respond(run.model, named_colors()["gray"]).u[0, list(PLANE)]
            value = number(float((u**2).sum()))
            values.append(f"{value} in the network {name}, which is trained {how} this term")
    return f"Gray has the value {', and '.join(values)}. " if values else ""


def _neutrality() -> str:
    (where, most), (value, push) = _hardest("neutrality"), _written("neutrality", 0)
    return (
        f"It is hardest at {where}°, with {most}. In the plane, at 0°, the value is largest, {value}, and the push is "
        f"{push}: up is as far as down. The term asks for no hue anywhere; it only moves grays away from where hue "
        f"will be deleted. {_grays()}What it costs: one more label, and, over many seeds, a little exactness."
    )


PROSE: dict[str, Prose] = {
    "anchor": Prose(
        "Anchor: red goes to the first axis",
        "Anchor pulls red to one point of the sphere, the end of the first axis, u₀.",
        r"\lVert \mathbf{u} - (1, 0, 0, 0) \rVert^2",
        "**Guess first:** where on the circle is red pushed hardest? Then drag it round.",
        _anchor,
    ),
    "planarity": Prose(
        "Planarity: vibrant colors go to one plane",
        "Planarity pulls vibrant colors into the plane of the first two axes, u₀ and u₁: the hue plane.",
        r"\sum_{k \ge 2} u_k^2",
        "**Guess first:** is the push hardest right above the plane? Then lift the sample.",
        _planarity,
    ),
    "separate": Prose(
        "Separate: neighbors go apart",
        "Separate pushes any two samples apart, wherever they are, as long as they are close.",
        rf"\sum_{{j \ne i}} \left( \frac{{1 + \mathbf{{u}}_i \cdot \mathbf{{u}}_j}}{{2}} \right)^{{{SHARPNESS}}}",
        "**Guess first:** from how far away do two samples feel each other? Then drag one.",
        _separate,
    ),
    "unitarity": Prose(
        "Unitarity: every color goes to length 1",
        "Unitarity pulls z to length 1, before z is divided by its length to become u.",
        r"\left( \lVert \mathbf{z} \rVert - 1 \right)^2",
        "**Guess first:** is z pushed harder from inside or from outside? Then drag it.",
        _unitarity,
    ),
    "neutrality": Prose(
        "Neutrality: grays leave the plane",
        "Neutrality pushes black, the grays and what is nearly gray out of the hue plane. The experiment does without "
        "it; only the schedule clean has it.",
        r"\sum_{k < 2} u_k^2",
        "**Guess first:** where is a gray pushed hardest? Then lift it off the plane.",
        _neutrality,
    ),
}
"""By the name of the term, in the order of the lesson."""

NAMES = tuple(term for term in PROSE if term in gradients.NAMES)
"""The regularizers that the page has something to say of."""

"""What the pushes add up to: who moves a gray at all, and where the chosen model has come to rest."""

from __future__ import annotations

import numpy as np
import streamlit as st

from excolor.color import GRAYS, named_colors
from excolor.losses import TERMS, Term
from excolor.metrics import respond
from excolor.ui import shelf
from excolor.ui.caches import placement_of
from excolor.ui.words import number, percents, plain

_NEVER = 1e-6  # a probability that no training lives to see


def section() -> None:
    """Which terms act on the grays, where the chosen model keeps its colors, and what follows from neither."""
    st.markdown(f"{who_moves_grays()}\n\n{where_they_are()}")
    st.markdown(
        "**What this does not show.** A push is not a destination. The terms pull against each other and against the "
        "reconstruction, and each counts as much as its weight: a network need not end where an arrow points."
    )


def _acts_on(term: Term, colors: list[tuple[float, ...]]) -> bool:
    return term.label is None or bool((term.label.probability(colors) > _NEVER).any())


def who_moves_grays() -> str:
    """Which of the terms act on a gray, by the labels that it can carry."""
    grays = [tuple(named_colors()[name]) for name in GRAYS]
    deaf = [term for term in TERMS if not _acts_on(term, grays)]
    moving = [term.name for term in TERMS if term not in deaf and term.layer == "u"]
    labels = " or ".join(f"“{term.label.name}”" for term in deaf if term.label)
    silent, speaking = _listed([term.name for term in deaf]), _listed(moving)
    return (
        f"A gray almost never carries {labels}, so {silent} leave it alone. What moves it on the sphere is "
        f"{_listed([*moving, 'the reconstruction'])}. Without {speaking} no term keeps it out of the hue plane, "
        "and what lies in that plane is lost when hue is deleted."
    )


def where_they_are() -> str:
    """Where the chosen model has the colors that the terms are about."""
    name, run = plain(shelf.chosen_name()), shelf.current()
    placed = placement_of(run)
    red = float(respond(run.model, named_colors()["red"]).u[0, 0])
    if not np.isfinite([red, placed.hue_off_plane, placed.gray_in_plane]).all():
        return f"**{name}** has diverged: it keeps its colors nowhere."
    return (
        f"**In {name}** red has come to u₀ = {number(red)} (anchor wants 1), {percents(placed.hue_off_plane)} of the "
        "twelve hues’ latents lies outside the hue plane (planarity wants 0), and the gray that lies deepest in the "
        f"plane has {percents(placed.gray_in_plane)} of its latent there: that much of it is lost with hue."
    )


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)

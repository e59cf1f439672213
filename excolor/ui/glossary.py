"""The words of the lesson: one sentence for each, said where the word first appears, and again at a tap anywhere."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from excolor.data import BATCH


@dataclass(frozen=True)
class Word:
    """A word: what it means, in one sentence of Markdown, and the regular expression that finds it in a text."""

    sentence: str
    pattern: str


WORDS = {
    "MSE": Word(
        "The **MSE** (mean squared error) says how far an answer is from the true color: 0 when they are equal, 0.01 "
        "when each of red, green and blue is off by a tenth.",
        r"\bMSE\b",
    ),
    "latent": Word(
        "The few numbers that the network makes of a color in its middle are the color's **latent**.",
        r"\blatents?\b",
    ),
    "dim": Word("A **dim** (dimension) is one of these numbers; they are counted from 0.", r"\bdims?\b"),
    "parameter": Word(
        "A **parameter** is a number inside the network that training sets: what a line multiplies by, or what is "
        "added.",
        r"\bparameters?\b",
    ),
    "ablate": Word(
        "To **ablate** a dim is to set to zero every parameter that leads to it or from it: the dim is there, but says "
        "nothing.",
        r"\bablat\w+",
    ),
    "prune": Word(
        "To **prune** a dim is to take it out of the network, with those parameters.", r"\bprun(?:e|ed|es|ing)\b"
    ),
    "tone": Word("A **tone** is a color without hue: black, white, or a gray between them.", r"\btones?\b"),
    "regularizer": Word(
        "A **regularizer** is a wish about where colors lie in the middle; it is 0 when the wish is met.",
        r"\bregulari[sz]ers?\b",
    ),
    "loss": Word(
        "The **loss** is the number that training makes small: how wrong the answers are, the *reconstruction*, plus "
        "each regularizer times its weight.",
        r"\bloss(?:es)?\b",
    ),
    "weight": Word("The **weight** of a regularizer says how much it counts; at 0 it is off.", r"\bweights?\b"),
    "update": Word(
        f"An **update** is one small change of all parameters, made after {BATCH} colors.",
        r"\bupdates?\b",
    ),
    "gradient": Word(
        "The **gradient** of the loss says which way it grows, and how fast; an update goes the other way.",
        r"\bgradients?\b",
    ),
    "learning rate": Word(
        "The **learning rate** says how far one update goes.",
        r"\blearning rates?\b",
    ),
    "seed": Word(
        "The **seed** fixes all that is left to chance: the same seed gives the same run.",
        r"\bseeds?\b",
    ),
    "label": Word(
        "A **label** is a word, such as “red”, that a color may get in training.",
        r"\blabel(?:s|ed)?\b",
    ),
    "cosine": Word(
        "The **cosine** of two directions is 1 when they are the same, 0 at a right angle, and −1 when they are "
        "opposite.",
        r"\bcosines?\b",
    ),
    "alignment": Word(
        "The **alignment** of a color with a direction says how far its latent points that way: 1 is exactly, 0 is at "
        "a right angle, and what points the other way has none.",
        r"\balign(?:ed|ments?)\b",
    ),
    "suppress": Word(
        "To **suppress** a concept is to take a share of the alignment with it away from each latent, which gets "
        "shorter.",
        r"\bsuppress\w*",
    ),
    "repel": Word(
        "To **repel** is to turn each latent away from the concept, and its length stays 1.",
        r"\brepel\w*|\brepulsion\b",
    ),
    "selectivity": Word(
        "The **selectivity** says how closely the error after deleting hue follows how vibrant a color is: 1 is "
        "perfectly, 0 not at all.",
        r"\bselectivit\w+",
    ),
    "probe": Word(
        "A **probe** is a small model that is shown what is inside the network for some colors, together with their "
        "hue, and then has to tell the hue of others.",
        r"\bprobes?\b",
    ),
    "affine probe": Word(
        "An **affine probe** only multiplies what it is shown by fixed numbers and adds up, so it finds straight "
        "relations and no others.",
        r"\baffine\b",
    ),
    "kernel probe": Word(
        "A **kernel probe** compares a color with all that it was shown and lets the most similar count most, so it "
        "finds bent relations too.",
        r"\bkernel probes?\b",
    ),
    "R²": Word(
        "The **R²** of a probe says how much of the hue it tells: 1 is all of it, and 0 is no better than always "
        "giving the same answer.",
        r"R²",
    ),
    "floor": Word(
        "A **floor** is what the same probe scores where it cannot know the hue: from hues that were shuffled, or from "
        "brightness alone.",
        r"\bfloors?\b",
    ),
    "interval": Word(
        "The **interval** behind a count says which shares, among all seeds that there could be, fit what was "
        "counted; in 19 of 20 such counts the true share lies in it.",
        r"\bintervals?\b",
    ),
}
"""In the order in which the lesson needs them."""


def explain(*words: str) -> str:
    """What some words mean, as the page says it in place."""
    return " ".join(WORDS[word].sentence for word in words)


def fold(place: str) -> None:
    """All the words, folded away whenever a page opens; unfolding moves what is below and covers nothing."""
    with st.expander("Words", key=f"words {place}", type="compact"):
        st.markdown("\n".join(f"- {word.sentence}" for word in WORDS.values()))


def beside(*words: str) -> None:
    """What some words mean, in columns of small print, where a page needs many at once."""
    with st.container(key="glossary"):
        st.markdown("\n".join(f"- {WORDS[word].sentence}" for word in words))

"""The picked color: where every chart of a page marks it, and one small table of what the networks make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from excolor.color import describe, exact_rgb, rgb_to_hex, rgb_to_hsv
from excolor.metrics import Response
from excolor.ui import state
from excolor.ui.components import declared
from excolor.ui.words import number

# A chart that marks nothing is still given places of some color.
_ANY = "#000000"


@dataclass(frozen=True)
class Inspected:
    """The picked color, if any, and what each of a page's networks makes of it.

    Attributes:
        code: `#rrggbb`, or None.
        turn: how often something was picked.
        rgb: `[3]`, of black if there is no such color.
        answers: one for each network, of that one color.
    """

    code: str | None
    turn: int
    rgb: NDArray[np.float64]
    answers: tuple[Response, ...]

    def mse(self, network: int) -> float:
        """The error of a network, by its place in the page's order."""
        return float(self.answers[network].mse[0])

    def u(self, network: int) -> NDArray[np.float32]:
        """The latents in a network, `[D]`."""
        return self.answers[network].u[0]


def picked_rgb() -> NDArray[np.float64]:
    """The picked color, or black, RGB `[3]`."""
    return exact_rgb(state.picked() or _ANY)


def look(answers: Sequence[Response]) -> Inspected:
    """The picked color and what networks answer to `picked_rgb()`."""
    return Inspected(state.picked(), state.turn(), picked_rgb(), tuple(answers))


_component = declared("inspector")


def table(seen: Inspected, titles: Sequence[str], scenes: Mapping[str, NDArray[np.float64]] | None = None) -> None:
    """Draw the table, at the lower edge of the screen while there is a picked color; last on a page.

    Args:
        titles: of the networks.
        scenes: by the key of a scene of the page, where the color is in each of its panels, `[P, 3]`.
    """
    with st.container(key="inspector"):
        _component(
            data=_described(seen, titles, scenes or {}),
            key="inspector-table",
            on_clear_change=lambda: state.pick(None),
            height="content",
        )


def _described(seen: Inspected, titles: Sequence[str], scenes: Mapping[str, NDArray[np.float64]]) -> dict[str, object]:
    words = {"label": "The picked color", "clear": "Clear"}
    if seen.code is None:
        return {"code": None, "words": words, "scenes": {}}
    outputs = [answer.rgb for answer in seen.answers]
    looks = describe(np.concatenate(outputs))
    hue, saturation, value = rgb_to_hsv(seen.rgb).tolist()
    red, green, blue = (seen.rgb * 255).round().astype(int).tolist()
    rows = [
        ("latents u", [(_vector(answer.u[0]), "") for answer in seen.answers]),
        (
            "answer",
            [(f"{code} {name}", code) for code, name in zip(rgb_to_hex(np.concatenate(outputs)), looks, strict=True)],
        ),
        ("MSE", [(number(float(answer.mse[0])), "") for answer in seen.answers]),
    ]
    return {
        "code": seen.code,
        "name": describe(seen.rgb[None])[0],
        "codes": (
            f"RGB {red}, {green}, {blue} · HSV {round(360 * hue)}°, {round(100 * saturation)} %, {round(100 * value)} %"
        ),
        "titles": list(titles),
        "rows": [{"name": name, "cells": cells} for name, cells in rows],
        "words": words,
        "scenes": {
            key: {"color": seen.code, "places": np.asarray(places, np.float64).tolist()}
            for key, places in scenes.items()
        },
    }


def _vector(u: NDArray[np.float32]) -> str:
    words = (f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "–" for value in u.tolist())
    return f"({', '.join(words)})"

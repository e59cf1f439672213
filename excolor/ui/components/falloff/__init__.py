"""How strongly a concept is held back: a falloff that is shaped by dragging, and what it does to each direction.

A component of our own: curve, lobes and arrows are computed in the browser while a handle is dragged, and the server
hears of the falloff when it is let go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excolor.charts import wheel
from excolor.color import HUES, named_codes, named_colors
from excolor.errors import ExcolorError
from excolor.interventions import Falloff, HeldBack, Suppression, across
from excolor.metrics import respond
from excolor.ui import state
from excolor.ui.components import declared
from excolor.ui.components.falloff.words import words

LIMITS: dict[str, Sequence[float]] = {"a": (0, 0.95), "b": (0, 1), "p": (0, 8)}
STEPS = {"a": 0.01, "b": 0.01, "p": 0.05}


def given(held: HeldBack, concept: str) -> dict[str, Any]:
    """What the component needs of a model that is held back along a concept, as plain JSON values."""
    codes = {name: code for code, name in named_codes().items()}
    u: NDArray[np.float64] = respond(held.model, np.stack([named_colors()[name] for name in HUES])).u.astype(np.float64)
    beside = across(u, held.direction)
    places = zip(HUES, (u @ beside).tolist(), (u @ held.direction).tolist(), strict=True)
    method = "suppress" if isinstance(held.falloff, Suppression) else "repel"
    return {
        "method": method,
        "falloff": asdict(held.falloff),
        "concept": concept,
        "hues": [{"name": name, "code": codes[name], "x": x, "y": y} for name, x, y in places],
        "aside": float(held.aside @ beside) if len(held.aside) else 0.0,
        "wheel": wheel.FOR_BROWSER,
        "limits": LIMITS,
        "steps": STEPS,
        "words": words(method, concept),
    }


def sound_falloff(sent: object, like: Falloff) -> Falloff | None:
    """The falloff in what a browser has sent, of the kind that is shaped; None if there is none in it."""
    if not isinstance(sent, dict) or sent.keys() != asdict(like).keys():
        return None
    numbers = [value for name, value in sent.items() if name != "shape"]
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in numbers):
        return None
    try:
        falloff = type(like)(**sent)
    except ExcolorError:
        return None
    return falloff if within_limits(falloff) else None


def within_limits(falloff: Falloff) -> bool:
    """Whether the handles reach a falloff."""
    return all(low <= getattr(falloff, name, low) <= high for name, (low, high) in LIMITS.items())


_component = declared("falloff")


def falloff(held: HeldBack, concept: str, key: str, shaped: Callable[[Falloff], None]) -> None:
    """Draw it; `shaped` is called with each falloff that is let go."""

    def let_go() -> None:
        if (sent := sound_falloff(state.value(key).get("shaped"), held.falloff)) is not None:
            shaped(sent)

    _component(data=given(held, concept), key=key, height="content", on_shaped_change=let_go)

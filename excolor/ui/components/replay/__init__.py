"""The replay of a training: latents, losses and weights under one cursor, played and scrubbed in the browser.

A small component of our own, because Vega-Lite has no timer. Everything it shows arrives once; after that it needs no
round trip to the server.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excolor.charts import wheel
from excolor.color import hex_to_rgb, rgb_to_hex
from excolor.replay import Lines, Replay, nearest
from excolor.ui import state
from excolor.ui.components import declared

WORDS = {
    "play": "Play",
    "pause": "Pause",
    "back": "One back",
    "forward": "One on",
    "scrub": "Updates done",
    "of": "of",
    "updates": "updates",
    "losses": "loss (log scale)",
    "weights": "weight (root scale)",
    "step": "step",
    "baseline": "A point is a color, painted as it is. Faint lines: the shipped network's training.",
}

SLOW_START = 0.4  # of the updates: the first half of a replay shows fewer

_component = declared("replay")


def draw(shown: Replay, baseline: Lines, alt: str, model_key: str, key: str) -> None:
    """Draw a replay, with the lines of another run faint behind it.

    A click on a point picks its color; of its 216 colors, the one nearest to the picked color is marked.

    Args:
        alt: what is to be seen, in words.
        model_key: the same for the same run.
    """
    picked = state.picked()
    _component(
        data={
            **packed(shown),
            "key": model_key,
            "baseline": packed_lines(baseline),
            "words": {"alt": alt, "pace": pace(shown), **WORDS},
            "wheel": wheel.FOR_BROWSER,
            "picked": -1 if picked is None else nearest(shown.colors, hex_to_rgb(picked)),
        },
        key=key,
        height="content",
        on_picked_change=lambda: state.pick(state.value(key).get("picked")),
    )


def pace(shown: Replay) -> str:
    """How much of a training the first half of its replay shows; nothing where that is about half of it."""
    steps = shown.steps
    half = int(steps[len(steps) // 2]) if len(steps) else 0
    if not 0 < half < steps[-1] * SLOW_START:
        return ""
    return f"It starts slowly: the first {half} updates take half of the time."


def packed(shown: Replay) -> dict[str, Any]:
    """A replay as plain JSON values.

    Latents are rounded to a 32767th and packed as base64 of little-endian 16-bit integers, `[S, 216, D]`.
    """
    dims = shown.latents.shape[-1]
    latents = np.rint(np.clip(np.nan_to_num(shown.latents), -1, 1) * 32767).astype("<i2")
    return {
        "steps": shown.steps.tolist(),
        "total": shown.total,
        "dims": dims,
        "latents": base64.b64encode(latents.tobytes()).decode(),
        "colors": rgb_to_hex(shown.colors),
        "named": [{"name": name, "point": point} for name, point in shown.named.items()],
        "views": wheel.views(dims),
        "lines": packed_lines(shown.lines),
    }


@lru_cache(maxsize=64)
def packed_lines(lines: Lines) -> dict[str, Any]:
    """Lines as plain JSON values, to four digits; where there is no value, None is a gap in the line."""
    return {
        "x": lines.steps.tolist(),
        "losses": {name: _rounded(values) for name, values in lines.losses.items()},
        "weights": {name: _rounded(values) for name, values in lines.weights.items()},
    }


def _rounded(values: NDArray[np.float64]) -> list[float | None]:
    return [float(f"{value:.4g}") if np.isfinite(value) else None for value in values.tolist()]

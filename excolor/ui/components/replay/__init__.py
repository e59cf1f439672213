"""The replay of a training: latents, losses and weights under one cursor, played and scrubbed in the browser.

A small component of our own, because Vega-Lite has no timer. Everything it shows arrives once; after that it needs no
round trip to the server.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from excolor.charts import wheel
from excolor.color import HUES, PRIMARIES, SECONDARIES, hex_to_rgb, hsv_to_rgb, rgb_to_hex
from excolor.losses import TERMS
from excolor.training import LOSSES, Run, plan, snapshot_colors
from excolor.ui import state
from excolor.ui.components import declared

BINS = 150  # points of a line: more than the pixels between them would show
_NAMES = tuple(sorted((*PRIMARIES, *SECONDARIES), key=HUES.__getitem__))


def frames(run: Run) -> dict[str, Any]:
    """What the component needs of a run, as plain JSON values.

    Latents are rounded to a 32767th and packed as base64 of little-endian 16-bit integers, `[S, 216, D]`.
    """
    shots = run.snapshots
    packed = np.rint(np.clip(np.nan_to_num(shots.latents), -1, 1) * 32767).astype("<i2")
    colors = snapshot_colors()
    named = [int(np.abs(colors - hsv_to_rgb([HUES[name], 1, 1])).sum(1).argmin()) for name in _NAMES]
    return {
        "steps": shots.steps.tolist(),
        "total": run.config.steps,
        "dims": run.config.bottleneck,
        "latents": base64.b64encode(packed.tobytes()).decode(),
        "colors": rgb_to_hex(colors),
        "named": [{"name": name, "point": point} for name, point in zip(_NAMES, named, strict=True)],
        "views": wheel.views(run.config.bottleneck),
        "lines": lines(run),
    }


def lines(run: Run) -> dict[str, Any]:
    """Losses and scheduled values, averaged over bins of steps; a bin without a value is None, a gap in the line."""
    history, planned, rows = run.history, plan(run.config), len(run.history)
    edges = np.unique(np.linspace(0, rows, min(BINS, rows) + 1).astype(int))
    named = dict(zip(LOSSES, history.losses.T, strict=True))
    weights = dict(zip((term.name for term in TERMS), planned.weights[history.steps].T, strict=True))
    return {
        "x": ((history.steps[edges[:-1]] + history.steps[edges[1:] - 1]) / 2).tolist(),
        "losses": {name: _binned(values, edges) for name, values in named.items()},
        "weights": {name: _binned(values, edges) for name, values in weights.items()}
        | {"learning rate": _binned(planned.rate[history.steps], edges)},
    }


def _binned(values: np.ndarray, edges: np.ndarray) -> list[float | None]:
    there = np.isfinite(values)
    sums = np.add.reduceat(np.where(there, values, 0.0).astype(np.float64), edges[:-1])
    counts = np.add.reduceat(there.astype(np.int64), edges[:-1])
    return [float(f"{s / n:.4g}") if n else None for s, n in zip(sums.tolist(), counts.tolist(), strict=True)]


_component = declared("replay")


def replay(model_key: str, shown: Mapping[str, Any], baseline: Mapping[str, Any], alt: str, key: str) -> None:
    """Draw the replay of `frames(run)`, with the lines of another run faint behind it.

    A click on a point picks its color; of its 216 colors, the one nearest to the picked color is marked.

    Args:
        model_key: the same for the same run.
        alt: what is to be seen, in words.
    """
    words = {
        "alt": alt,
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
        "baseline": "Faint lines: the shipped network's training.",
    }
    _component(
        data={
            **shown,
            "key": model_key,
            "baseline": baseline["lines"],
            "words": words,
            "wheel": wheel.FOR_BROWSER,
            "picked": nearest(shown["colors"], state.picked()),
        },
        key=key,
        height="content",
        on_picked_change=lambda: state.pick(state.value(key).get("picked")),
    )


def nearest(codes: Sequence[str], code: str | None) -> int:
    """Which of some colors is nearest in RGB to the color `code`; −1 when that is None."""
    if code is None:
        return -1
    away = [np.abs(hex_to_rgb(each) - hex_to_rgb(code)).sum() for each in codes]
    return int(np.argmin(away))

"""The replay of a training: its snapshots, and its losses and weights in as many points as a line can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from excolor.color import HUES, PRIMARIES, SECONDARIES, hsv_to_rgb
from excolor.losses import EXPERIMENT, TERMS
from excolor.training import LOSSES, Run, plan, snapshot_colors

BINS = 150  # points of a line: more than the pixels between them would show
NAMED = tuple(sorted((*PRIMARIES, *SECONDARIES), key=HUES.__getitem__))


@dataclass(frozen=True, eq=False)
class Lines:
    """Losses and scheduled values, averaged over bins of steps; a bin without a value is not a number.

    Attributes:
        steps: the middle of each bin, `[B]`.
        losses: by name, `[B]` each.
        weights: of each regularizer, and the learning rate, `[B]` each.
    """

    steps: NDArray[np.float64]
    losses: dict[str, NDArray[np.float64]]
    weights: dict[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Replay:
    """What is to be seen of a training; its arrays are read-only.

    Attributes:
        steps: updates done before each snapshot, `[S]`.
        total: updates of the whole run.
        latents: u, `[S, 216, D]`.
        colors: whose latents these are, RGB `[216, 3]`.
        named: by name of a primary or secondary hue, its place among the colors.
        lines: its losses and weights.
    """

    steps: NDArray[np.int64]
    total: int
    latents: NDArray[np.float32]
    colors: NDArray[np.float32]
    named: dict[str, int]
    lines: Lines


def replayed(run: Run) -> Replay:
    """The replay of a run; without a snapshot if the run remembers none."""
    colors = snapshot_colors()
    return Replay(
        _fixed(run.snapshots.steps),
        run.config.steps,
        _fixed(run.snapshots.latents),
        _fixed(colors),
        {name: nearest(colors, hsv_to_rgb([HUES[name], 1, 1])) for name in NAMED},
        lines(run),
    )


def lines(run: Run) -> Lines:
    """Losses and scheduled values of the steps that a run recorded, averaged over up to 150 bins."""
    history, planned, rows = run.history, plan(run.config), len(run.history)
    edges = np.unique(np.linspace(0, rows, min(BINS, rows) + 1).astype(int))
    losses = dict(zip(LOSSES, history.losses.T, strict=True))
    weights = dict(zip((term.name for term in TERMS), planned.weights[history.steps].T, strict=True))
    # What the experiment does without is shown where it pushes.
    for name in {*weights} - {*EXPERIMENT}:
        if not planned.weights[:, LOSSES.index(name)].any():
            del losses[name], weights[name]
    weights["learning rate"] = planned.rate[history.steps]
    return Lines(
        _fixed((history.steps[edges[:-1]] + history.steps[edges[1:] - 1]) / 2),
        {name: _binned(values, edges) for name, values in losses.items()},
        {name: _binned(values, edges) for name, values in weights.items()},
    )


def nearest(colors: ArrayLike, rgb: ArrayLike) -> int:
    """The place among colors `[N, 3]` of the one that differs least from another, `[3]`, summed over its channels."""
    return int(np.abs(np.asarray(colors) - np.asarray(rgb)).sum(-1).argmin())


def _binned(values: NDArray[np.floating], edges: NDArray[np.int64]) -> NDArray[np.float64]:
    there = np.isfinite(values)
    sums = np.add.reduceat(np.where(there, values, 0.0).astype(np.float64), edges[:-1])
    counts = np.add.reduceat(there.astype(np.int64), edges[:-1])
    return _fixed(np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0))


def _fixed(array: NDArray[Any]) -> NDArray[Any]:
    """A view that nobody can write to: many sessions share it."""
    view = array.view()
    view.flags.writeable = False
    return view

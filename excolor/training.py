"""Training, twice: a loop in PyTorch that reads like the lesson, and the same steps in one compiled function.

Both start from the same initial weights and see the same batches (docs/experiment.md, "Training").
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from excolor import kernel
from excolor.color import rgb_grid
from excolor.config import RunConfig
from excolor.data import LABELS, Batches, draw_batches
from excolor.losses import TERMS, Term, labeled_mean
from excolor.model import ColorAutoencoder, from_vector, to_vector
from excolor.schedule import Schedule, find, for_training

Floats = NDArray[np.float32]
Engine = Literal["fused", "autograd"]

# What a history records of every step, in this order.
LOSSES: tuple[str, ...] = (*(term.name for term in TERMS), "reconstruction")
SNAPSHOTS = 60
SNAPSHOT_LEVELS = 6  # of the RGB grid whose latents are kept: 216 colors


@dataclass(frozen=True)
class Plan:
    """What the schedule says for every step of a run.

    Attributes:
        rate: learning rate, `[steps]`.
        weights: weight of each regularizer, in the order of `TERMS` and with its multiplier applied, `[steps, T]`.
    """

    rate: NDArray[np.float64]
    weights: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class History:
    """What a run recorded, step by step, up to where it ended; empty where nobody kept it.

    Attributes:
        steps: which steps, ascending, `[R]`; every step of a run that was just trained.
        losses: every loss term in the order of `LOSSES`, `[R, T + 1]`; not a number where nobody in the batch carried
            the label.
    """

    steps: NDArray[np.int64]
    losses: Floats

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True, eq=False)
class Snapshots:
    """Latents of `snapshot_colors()` through training; empty where nobody kept them.

    Attributes:
        steps: updates done before each snapshot, `[S]`.
        latents: u, `[S, 216, D]`.
    """

    steps: NDArray[np.int64]
    latents: Floats

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True)
class Stop:
    """Why a run ended early: at `step`, `term` was not finite; or it was cancelled before `step` (term None)."""

    step: int
    term: str | None


@dataclass(frozen=True, eq=False)
class Run:
    """A trained network and how it came about.

    Attributes:
        config: what was asked for.
        parameters: of the network, as a flat vector `[n]` float32, in the order of `ColorAutoencoder.parameters`.
        history, snapshots: what was recorded on the way.
        stopped: why it ended early, if it did.
    """

    config: RunConfig
    parameters: Floats
    history: History
    snapshots: Snapshots
    stopped: Stop | None = None

    @cached_property
    def model(self) -> ColorAutoencoder:
        """The trained model, in evaluation mode and without gradients; always the same one, so operate on copies."""
        return from_vector(self.parameters, self.config.bottleneck, self.config.hidden)

    @cached_property
    def key(self) -> str:
        """The same for equal parameters."""
        return hashlib.sha256(self.parameters.tobytes()).hexdigest()

    @property
    def remembers(self) -> bool:
        """Whether it still has its history and its snapshots."""
        return len(self.history) > 0 and len(self.snapshots) > 0

    def forgetting(self) -> Run:
        """The same run without its history and its snapshots, which are nearly all of its size."""
        return replace(self, history=no_history(), snapshots=no_snapshots(self.config.bottleneck))


def no_history() -> History:
    """The history that nobody kept."""
    return History(np.empty(0, np.int64), np.empty((0, len(LOSSES)), np.float32))


def no_snapshots(bottleneck: int) -> Snapshots:
    """The snapshots that nobody kept."""
    return Snapshots(np.empty(0, np.int64), np.empty((0, SNAPSHOT_LEVELS**3, bottleneck), np.float32))


def snapshot_colors() -> Floats:
    """The colors whose latents a run keeps: RGB 6³, `[216, 3]`."""
    return rgb_grid(SNAPSHOT_LEVELS).reshape(-1, 3).astype(np.float32)


def configured(config: RunConfig | None = None, **fields: Any) -> RunConfig:
    """A configuration, the default one when there is none, with some of its fields set otherwise.

    Raises:
        ExcolorError: a field is unknown or out of its range.
    """
    return RunConfig.from_dict({**vars(config or RunConfig()), **fields})


def plan(config: RunConfig) -> Plan:
    """The scheduled values of every step of a run.

    Raises:
        ExcolorError: the schedule is unknown, malformed or not one to train with.
    """
    schedule = for_training(find(config.schedule))
    table = schedule.table(config.steps)
    factors = multipliers(config)
    weights = [factors[term.name] * _curve(term, schedule, table) for term in TERMS]
    return Plan(table["lr"], np.stack(weights, axis=1))


def multipliers(config: RunConfig) -> dict[str, float]:
    """What the weight of each regularizer is multiplied with, by its name, once the schedule is known (see `Weights`).

    Raises:
        ExcolorError: the schedule is unknown or malformed.
    """
    scheduled = find(config.schedule).parameters
    said = [(term, config.weights[term.name]) for term in TERMS]
    return {term.name: float(term.column in scheduled) if weight is None else weight for term, weight in said}


def moved(config: RunConfig) -> dict[str, float]:
    """Of the `multipliers`, those that are not what they are when nobody says anything.

    Raises:
        ExcolorError: as in `multipliers`.
    """
    usual = multipliers(RunConfig(schedule=config.schedule))
    return {name: weight for name, weight in multipliers(config).items() if weight != usual[name]}


def _curve(term: Term, schedule: Schedule, table: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """A regularizer's weight at every step of a run, before it is multiplied, `[steps]`."""
    if term.column in table:
        return table[term.column]
    for track in schedule.tracks:
        # A weight too small for single precision is none; divided by it, the peak would be infinite.
        silent = max(track.values) < np.finfo(np.float32).tiny
        if term.stand_in and track.parameter == term.stand_in.column and not silent:
            return table[track.parameter] * (term.stand_in.peak / max(track.values))
    return np.zeros_like(table["lr"])


def generators(seed: int) -> tuple[np.random.Generator, np.random.Generator]:
    """Two independent sources of chance for a run: one for the initial weights, one for the batches."""
    weights, batches = np.random.SeedSequence(seed).spawn(2)
    return np.random.default_rng(weights), np.random.default_rng(batches)


def initial_model(config: RunConfig) -> ColorAutoencoder:
    """The model as a run begins."""
    return ColorAutoencoder(config.bottleneck, config.hidden, generators(config.seed)[0])


def batches(config: RunConfig) -> Batches:
    """The batches of a run."""
    return draw_batches(config.steps, config.label_noise, generators(config.drawn_by)[1])


def training_step(
    model: ColorAutoencoder,
    optimizer: torch.optim.Optimizer,
    rgb: Tensor,
    labels: Mapping[str, Tensor | None],
    weights: Mapping[str, float],
) -> dict[str, Tensor]:
    """One update on a batch of colors `[B, 3]`; returns every loss term.

    Args:
        labels: by name, `[B]` of 0 and 1, or None when nobody in the batch carries that label.
        weights: of each regularizer, by name.

    A loss that is not finite is returned, but no update is made with it.
    """
    z, u, reconstruction = model(rgb)
    losses = {"reconstruction": F.mse_loss(reconstruction, rgb)}
    total = losses["reconstruction"]
    for term in TERMS:
        label = labels[term.label.name] if term.label else None
        if term.label and label is None:
            continue
        losses[term.name] = labeled_mean(term.loss(z if term.layer == "z" else u), label)
        total = total + weights[term.name] * losses[term.name]
    if math.isfinite(total.item()):
        optimizer.zero_grad()
        total.backward()  # pyright: ignore[reportUnknownMemberType]
        optimizer.step()
    return losses


class _Steps(Protocol):
    """An engine under way: takes the steps of a half-open range, and says at which it had to stop."""

    def advance(self, first: int, last: int) -> int: ...
    def vector(self) -> Floats: ...


class _Autograd:
    def __init__(self, model: ColorAutoencoder, drawn: Batches, planned: Plan, losses: Floats) -> None:
        self.model = model
        self.optimizer = torch.optim.Adam(model.parameters(), foreach=False)
        self.rgb = torch.as_tensor(drawn.rgb)
        self.labels = {label.name: torch.as_tensor(drawn.positives(label.name)) for label in LABELS}
        self.positive = {label.name: np.any(drawn.positives(label.name), axis=1) for label in LABELS}
        self.rate: list[float] = planned.rate.tolist()
        self.weights = [dict(zip((t.name for t in TERMS), row, strict=True)) for row in planned.weights.tolist()]
        self.losses = losses

    def advance(self, first: int, last: int) -> int:
        for step in range(first, last):
            self.optimizer.param_groups[0]["lr"] = self.rate[step]
            labels = {name: label[step] if self.positive[name][step] else None for name, label in self.labels.items()}
            losses = training_step(self.model, self.optimizer, self.rgb[step], labels, self.weights[step])
            values = [float(loss.item()) for loss in losses.values()]
            recorded = dict(zip(losses, values, strict=True))
            self.losses[step] = [recorded.get(name, np.nan) for name in LOSSES]
            if not all(map(math.isfinite, values)):
                return step
        return last

    def vector(self) -> Floats:
        return to_vector(self.model)


class _Fused:
    def __init__(self, model: ColorAutoencoder, drawn: Batches, planned: Plan, losses: Floats) -> None:
        params = to_vector(model)
        self.widths = model.bottleneck, model.hidden
        self.state = params, np.zeros_like(params), np.zeros_like(params), np.zeros_like(params)
        self.data = drawn.rgb, drawn.labels
        self.plan = planned.rate, planned.weights
        self.losses = losses

    def advance(self, first: int, last: int) -> int:
        return kernel.train_steps(first, last, *self.widths, *self.state, *self.data, *self.plan, self.losses)

    def vector(self) -> Floats:
        return self.state[0]


ENGINES = {"fused": _Fused, "autograd": _Autograd}


def train(
    config: RunConfig | None = None,
    engine: Engine = "fused",
    *,
    drawn: Batches | None = None,
    watched: Floats | None = None,
    progress: Callable[[int], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
    **fields: Any,
) -> Run:
    """Train a model from the beginning: `train(seed=3, weights={"separate": 0.5})`.

    Args:
        config: what to train; the default run when there is none. Equal configurations give bitwise equal parameters on
            one machine.
        engine: "fused" runs the compiled kernel, "autograd" the loop around `training_step`.
        drawn: the run's batches, where the caller has them already.
        watched: the colors whose latents are kept on the way, `[N, 3]`; those of `snapshot_colors` if none are given.
        progress: called with the number of updates done, after each of about 60 chunks.
        cancelled: asked between chunks; once it says yes the run ends there.
        fields: of the configuration that are to be otherwise.

    Returns:
        the run, also when it stopped early because a loss was not finite or because it was cancelled.

    Raises:
        ExcolorError: a field is unknown or out of its range, or the schedule is not one to train with.
    """
    config = configured(config, **fields)
    planned = plan(config)
    drawn = batches(config) if drawn is None else drawn
    losses = np.full((config.steps, len(LOSSES)), np.nan, np.float32)
    steps: _Steps = ENGINES[engine](initial_model(config), drawn, planned, losses)

    colors = snapshot_colors() if watched is None else watched
    marks = snapshot_steps(config.steps)
    latents = [latents_of(steps.vector(), config, colors)]
    done, stopped = 0, None
    for mark in marks[1:].tolist():
        if cancelled():
            stopped = Stop(done, None)
            break
        done = steps.advance(done, mark)
        progress(done)
        if done < mark:
            stopped = Stop(done, first_not_finite(losses[done], drawn, done))
            break
        latents.append(latents_of(steps.vector(), config, colors))
    vector = steps.vector()
    if stopped is None and not np.isfinite(vector).all():
        stopped = Stop(done - 1, "parameters")

    # A diverged step is recorded: its row is the evidence.
    kept = done + 1 if stopped and stopped.term and done < config.steps else done
    history = History(np.arange(kept), losses[:kept])
    snapshots = Snapshots(marks[: len(latents)], np.stack(latents))
    return Run(config, vector, history, snapshots, stopped)


def snapshot_steps(steps: int) -> NDArray[np.int64]:
    """Updates done at each snapshot of a run, `[S]`, from 0 to `steps`; half of them in its first tenth.

    Most of what is to be seen happens early, so a replay that shows each as long starts slowly. A run of few updates
    has one after each.
    """
    n = min(SNAPSHOTS, steps + 1)
    index = np.arange(n)
    wanted = np.interp(index, [0, n // 2, n - 1], [0, steps / 10, steps]).round().astype(np.int64)
    return np.clip(wanted, index, index + steps + 1 - n)  # no moment twice


def latents_of(vector: Floats, config: RunConfig, colors: Floats) -> Floats:
    """u, `[N, D]`, of colors `[N, 3]` under the weights of a flat vector."""
    u = np.empty((len(colors), config.bottleneck), np.float32)
    kernel.encode(config.bottleneck, config.hidden, vector, colors, u)
    return u


def first_not_finite(losses: Floats, drawn: Batches, step: int) -> str:
    """The name of the first term, in the order of `LOSSES`, that is not finite and is no gap."""
    gaps = {term.name for term in TERMS if term.label and not drawn.positives(term.label.name)[step].any()}
    for name, value in zip(LOSSES, losses.tolist(), strict=True):
        if not np.isfinite(value) and name not in gaps:
            return name
    return "reconstruction"

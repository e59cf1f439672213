"""What the regularizers push: minus their gradients at the latents of a batch, at some moment of a training."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from excolor.config import RunConfig
from excolor.data import Batches
from excolor.losses import Term, labeled_mean
from excolor.model import from_vector, normalize
from excolor.training import Floats, Run, batches, plan, train

AHEAD = 100  # batches of a moment


def push(term: Term, latents: ArrayLike, label: ArrayLike | None = None) -> tuple[float, NDArray[np.float64]]:
    """The value of a term over a batch, and the push on each sample: minus the gradient of that value.

    Args:
        latents: `[B, D]`, of the layer that the term acts on.
        label: who carries the term's label, `[B]` of 0 and 1; None for a term without one.

    Returns:
        the value, and the pushes `[B, D]`. A push on u keeps to the sphere: what would change the length of u has no
        effect, because u is normalized.
    """
    batch = torch.tensor(np.asarray(latents, np.float64), requires_grad=True)
    carriers = None if label is None else torch.as_tensor(np.asarray(label, np.float64))
    value = labeled_mean(term.loss(batch), carriers)
    (gradient,) = torch.autograd.grad(value, batch)
    force: NDArray[np.float64] = -gradient.numpy()
    if term.layer == "u":
        u = batch.detach().numpy()
        force = force - (force * u).sum(-1, keepdims=True) * u
    return float(value.item()), force


@dataclass(frozen=True, eq=False)
class Moment:
    """A run at some moment of its training.

    Attributes:
        config: of the run.
        done: updates made so far.
        parameters: of the network at that moment, as a flat vector `[n]`.
        weights: of each regularizer in the next update, by name; in the last one, once there is no next.
        batches: the next `AHEAD` batches of the run. Beyond its end they begin again.
    """

    config: RunConfig
    done: int
    parameters: Floats
    weights: dict[str, float]
    batches: Batches

    def number(self, ahead: int) -> int:
        """Which batch of the run that is so many ahead, counted from 1."""
        return (self.done + ahead) % self.config.steps + 1

    def next_with(self, label: str, first: int = 0) -> int:
        """How far ahead the next batch is in which somebody carries a label; `first`, if nobody does in any."""
        positive = np.roll(self.batches.positives(label).max(1), -first)
        return (first + int(positive.argmax())) % len(positive)


def moment(run: Run, share: float) -> Moment:
    """A run after a share, in [0, 1], of its updates; or where it stopped, if that was earlier.

    The end is the run itself. For any earlier moment its configuration is trained again up to there; on another
    processor than the run's, rounding may make that another network.
    """
    config, drawn = run.config, batches(run.config)
    parameters, done = run.parameters, run.stopped.step if run.stopped else config.steps
    if share < 1:
        made = [0]
        early = train(config, drawn=drawn, progress=made.append, cancelled=lambda: made[-1] >= share * config.steps)
        parameters, done = early.parameters, early.stopped.step if early.stopped else config.steps
    following = (done + np.arange(AHEAD)) % config.steps
    weights = plan(config).weights[min(done, config.steps - 1)].tolist()
    return Moment(
        config,
        done,
        parameters,
        dict(zip(config.weights, weights, strict=True)),
        Batches(drawn.rgb[following], drawn.labels[:, following]),
    )


@dataclass(frozen=True, eq=False)
class AtWork:
    """A term at work on a batch.

    Attributes:
        value: of the term; 0 if nobody carries its label.
        rgb: the colors, `[64, 3]`.
        latents: of the layer that the term acts on, `[64, D]`.
        carriers: who carries its label, `[64]` bool; everybody for a term without one.
        pushes: `[64, D]`.
    """

    value: float
    rgb: NDArray[Any]
    latents: NDArray[np.float64]
    carriers: NDArray[np.bool_]
    pushes: NDArray[np.float64]

    @property
    def strength(self) -> NDArray[np.float64]:
        """How hard each sample is pushed, `[64]`."""
        return np.linalg.norm(self.pushes, axis=-1)


@lru_cache(maxsize=64)
def at_work(term: Term, now: Moment, ahead: int) -> AtWork:
    """What a term does to the batch that is so many ahead, less than `AHEAD`; the arrays are read-only."""
    rgb = now.batches.rgb[ahead]
    model = from_vector(now.parameters, now.config.bottleneck, now.config.hidden)
    z = model.encode(torch.as_tensor(rgb)).double()
    latents = (z if term.layer == "z" else normalize(z)).numpy()
    label = None if term.label is None else now.batches.positives(term.label.name)[ahead]
    value, pushes = push(term, latents, label)
    carriers = np.ones(len(rgb), np.bool_) if label is None else label > 0
    work = AtWork(value, rgb.copy(), latents, carriers, pushes)
    for array in (work.rgb, latents, carriers, pushes):
        array.setflags(write=False)
    return work

"""The relearning race: is it gone for good?

Each runner is an operated network, trained on with the reconstruction alone: no regularizer, a constant learning rate,
a fresh Adam, the same batches for all. A deletion is as good as never having learned when it relearns no faster than a
fresh network. (Relearning as the test of unlearning: arXiv 2505.22310, 2506.06278.)

Ablated on both sides, a dim stays gone: every path through it is a product of two zeros, whose gradient is zero too.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from excolor import kernel
from excolor.color import hsv_to_rgb
from excolor.data import BATCH, LABELS, draw_batches
from excolor.losses import TERMS
from excolor.model import ColorAutoencoder, from_vector, to_vector
from excolor.surgery import ablate, prune

Floats = NDArray[np.float32]
Runner = Literal["ablated", "pruned", "producer", "consumer", "jittered", "redrawn", "fresh", "grays"]
Fraction = Literal["half", "tenth", "hundredth"]

RUNNERS: tuple[Runner, ...] = (
    "ablated",
    "pruned",
    "producer",
    "consumer",
    "jittered",
    "redrawn",
    "fresh",
    "grays",
)
FRACTIONS: dict[Fraction, float] = {"half": 1 / 2, "tenth": 1 / 10, "hundredth": 1 / 100}
SEEDS = 5
UPDATES = 3000
EVERY = 5  # updates from one measurement to the next
RATE = 0.01
HUES = 240
JITTER = 1e-3  # standard deviation
_LOOK = 30  # measurements from one look at the race to the next
_THREADS = 2


@dataclass(frozen=True, eq=False)
class Race:
    """How each runner's error went.

    Attributes:
        updates: done before each measurement, ascending from 0, `[M]`.
        errors: mean MSE of 240 fully vibrant hues by runner, `[seeds, M]`; not a number once a runner has diverged.
        left: this error of the ablated network at the start, the one that is to be halved.
        parameters: of each runner's networks now, by runner, `[seeds, n]` as `to_vector` has them.
    """

    updates: NDArray[np.int64]
    errors: dict[Runner, Floats]
    left: float
    parameters: dict[Runner, Floats] = field(default_factory=dict["Runner", Floats])

    def reached(self, runner: Runner, fraction: Fraction) -> tuple[int | None, ...]:
        """For each seed the updates until the error was down to a fraction of what was left; None if never."""
        down = self.errors[runner] <= FRACTIONS[fraction] * self.left
        return tuple(int(self.updates[row.argmax()]) if row.any() else None for row in down)

    def median(self, runner: Runner, fraction: Fraction) -> float:
        """The median of `reached` over the seeds, where never is infinite."""
        counts = sorted(np.inf if each is None else each for each in self.reached(runner, fraction))
        return float(counts[len(counts) // 2])

    def to_dict(self) -> dict[str, dict[str, list[int | None]]]:
        """What every runner reached, as plain JSON values."""
        return {
            runner: {fraction: list(self.reached(runner, fraction)) for fraction in FRACTIONS} for runner in self.errors
        }


def follow(
    model: ColorAutoencoder, dims: Sequence[int], generator: np.random.Generator, updates: int = UPDATES
) -> Generator[Race]:
    """Run the race of five seeds, and look at it every 150 updates: each time the race so far, at last all of it.

    Whoever stops asking cancels it. The runners:

    - "ablated", as the experiment does it, and "pruned";
    - "producer": zero are only the rows and biases that make these dims of z;
    - "consumer": zero are only the columns that read them;
    - "jittered": ablated, and then noise (normal, standard deviation 1e-3) on every parameter;
    - "redrawn": ablated, and then those rows, biases and columns drawn anew, as they are before a training;
    - "fresh": a network that never learned anything;
    - "grays": it starts as jittered does, and gets nothing but grays, evenly from black to white.

    Where every dim is deleted, nothing is left to prune, and the ablated network runs in place of the pruned one.

    Args:
        updates: how long, at least 5.

    Raises:
        ExcolorError: as in `ablate`.
    """
    lanes = [lane for source in generator.spawn(SEEDS) for lane in lanes_of(model, dims, source, updates)]
    marks = np.arange(0, updates + 1, EVERY)
    errors = np.full((SEEDS, len(RUNNERS), len(marks)), np.nan, np.float32)
    rows = errors.reshape(len(lanes), -1)
    rows[:, 0] = [lane.error() for lane in lanes]
    # The kernel releases the interpreter lock, so that lanes run side by side.
    with ThreadPoolExecutor(_THREADS, "excolor-race") as threads:
        for first in range(1, len(marks), _LOOK):
            last = min(first + _LOOK, len(marks))
            turns = repeat(marks[first:last].tolist(), len(lanes))
            rows[:, first:last] = list(threads.map(Lane.advance, lanes, turns))
            seen = errors[:, :, :last].copy()
            so_far: dict[Runner, Floats] = {runner: seen[:, i] for i, runner in enumerate(RUNNERS)}
            now: dict[Runner, Floats] = {
                runner: np.stack([lane.state[0] for lane in lanes[i :: len(RUNNERS)]])
                for i, runner in enumerate(RUNNERS)
            }
            yield Race(marks[:last], so_far, float(errors[0, 0, 0]), now)


def start(
    runner: Runner, model: ColorAutoencoder, dims: Sequence[int], generator: np.random.Generator
) -> ColorAutoencoder:
    """The network with which a runner begins, a copy.

    Raises:
        ExcolorError: as in `ablate`.
    """
    ablated = ablate(model, dims)
    match runner:
        case "ablated":
            return ablated
        case "pruned":
            return prune(model, dims) if len(dims) < model.bottleneck else ablated
        case "producer":
            return _with_producers(model, ablated, dims)
        case "consumer":
            return _with_consumers(model, ablated, dims)
        case "jittered" | "grays":
            vector = to_vector(ablated)
            noise = generator.normal(0, JITTER, vector.shape)
            return from_vector((vector + noise).astype(np.float32), model.bottleneck, model.hidden)
        case "redrawn":
            drawn = ColorAutoencoder(model.bottleneck, model.hidden, generator)
            return _with_consumers(_with_producers(ablated, drawn, dims), drawn, dims)
        case "fresh":
            return ColorAutoencoder(model.bottleneck, model.hidden, generator)


def _with_producers(model: ColorAutoencoder, other: ColorAutoencoder, dims: Sequence[int]) -> ColorAutoencoder:
    """A copy in which another model's rows and biases make these dims of z."""
    copy, rows = from_vector(to_vector(model), model.bottleneck, model.hidden), list(dims)
    copy.encoder_out.weight[rows] = other.encoder_out.weight[rows].detach()
    copy.encoder_out.bias[rows] = other.encoder_out.bias[rows].detach()
    return copy


def _with_consumers(model: ColorAutoencoder, other: ColorAutoencoder, dims: Sequence[int]) -> ColorAutoencoder:
    """A copy in which another model's columns read these dims of u."""
    copy, columns = from_vector(to_vector(model), model.bottleneck, model.hidden), list(dims)
    copy.decoder_in.weight[:, columns] = other.decoder_in.weight[:, columns].detach()
    return copy


def lanes_of(model: ColorAutoencoder, dims: Sequence[int], source: np.random.Generator, updates: int) -> list[Lane]:
    """The runners of one seed, in the order of `RUNNERS`."""
    seed = int(source.integers(2**63))  # each begins its own draws with it: jittered and grays start alike
    colors = draw_batches(updates, 0, source).rgb
    grays = np.repeat(source.random((updates, BATCH, 1), np.float32), 3, axis=-1)
    starts = {runner: start(runner, model, dims, np.random.default_rng(seed)) for runner in RUNNERS}
    return [Lane(network, grays if runner == "grays" else colors) for runner, network in starts.items()]


class Lane:
    """One runner under way on the compiled kernel.

    Args:
        network: as it starts; it stays as it is.
        batches: colors `[updates, 64, 3]` float32.
    """

    def __init__(self, network: ColorAutoencoder, batches: Floats) -> None:
        vector = to_vector(network)
        self.widths = network.bottleneck, network.hidden
        self.state = vector, np.zeros_like(vector), np.zeros_like(vector), np.zeros_like(vector)
        self.batches = batches
        self.labels = np.zeros((len(LABELS), len(batches), BATCH), np.float32)  # nobody carries one
        self.plan = np.full(len(batches), RATE), np.zeros((len(batches), len(TERMS)))
        self.losses = np.empty((len(batches), len(TERMS) + 1), np.float32)
        self.done = 0

    def advance(self, marks: Sequence[int]) -> list[float]:
        """Train up to each mark; returns the error there, not a number after a loss that was not finite."""
        errors: list[float] = []
        for mark in marks:
            self.done = kernel.train_steps(
                self.done, mark, *self.widths, *self.state, self.batches, self.labels, *self.plan, self.losses
            )
            errors.append(self.error() if self.done == mark else np.nan)
        return errors

    def error(self) -> float:
        """The mean MSE of the vivid hues, outputs clamped to [0, 1]."""
        n = len(_vivid_hues())
        mse = np.empty((1, n), np.float32)
        nothing, grays = np.zeros((1, self.widths[0]), np.bool_), np.zeros(n, np.bool_)
        unused = np.zeros((1, kernel.LEVELS), np.int64), np.zeros((1, 8))
        kernel.survey(*self.widths, self.state[0], nothing, _vivid_hues(), grays, n, 0, n, np.zeros(3), mse, *unused)
        return float(mse.mean())


@lru_cache(maxsize=1)
def _vivid_hues() -> Floats:
    return hsv_to_rgb([[h / HUES, 1, 1] for h in range(HUES)]).astype(np.float32)

"""The fused kernel against the autograd loop, in one run, on one thread each."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from excolor.config import RunConfig
from excolor.training import Engine, batches, train

AUTOGRAD_STEPS = 500  # a whole run of it would take five seconds, for the same rate
ROUNDS = 5


@dataclass(frozen=True)
class Benchmark:
    """Medians over interleaved rounds, each the rate of one training with its batches drawn beforehand.

    Attributes:
        ratio: fused over autograd.
        fused_steps_per_s, autograd_steps_per_s: updates a second, snapshots and history included.
        steps: updates of the fused run.
        draw_s: seconds to draw that run's batches, in neither rate.
    """

    ratio: float
    fused_steps_per_s: float
    autograd_steps_per_s: float
    steps: int
    draw_s: float


def bench(config: RunConfig | None = None, progress: Callable[[int], None] = lambda done: None) -> Benchmark:
    """Measure both engines on one configuration; `progress` is called with the number of rounds done."""
    config = RunConfig() if config is None else config
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for engine in ("fused", "autograd"):  # compile, and let the allocators settle
            _rate(replace(config, steps=50), engine)
        rounds: list[tuple[float, float, float]] = []
        for done in range(1, ROUNDS + 1):
            start = time.perf_counter()
            batches(config)
            drawn = time.perf_counter() - start
            rounds.append((_rate(config, "fused"), _rate(replace(config, steps=AUTOGRAD_STEPS), "autograd"), drawn))
            progress(done)
    finally:
        torch.set_num_threads(threads)
    fused, autograd, draw = (statistics.median(values) for values in zip(*rounds, strict=True))
    return Benchmark(fused / autograd, fused, autograd, config.steps, draw)


def _rate(config: RunConfig, engine: Engine) -> float:
    drawn = batches(config)
    start = time.perf_counter()
    train(config, engine, drawn=drawn)
    return config.steps / (time.perf_counter() - start)

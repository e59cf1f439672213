"""The benchmark: what it measures and reports, not how fast this machine is."""

from __future__ import annotations

import statistics

import pytest
import torch

from excolor import benchmark as module
from excolor.benchmark import ROUNDS, bench
from excolor.config import RunConfig


def test_bench_reports_medians_of_its_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    fused, loop = (
        iter([1.0, 800, 100, 900, 700, 600]),
        iter([1.0, 4, 9, 8, 2, 7]),
    )  # the first of each warms up
    asked: list[tuple[int, str]] = []

    def rate(config: RunConfig, engine: str) -> float:
        asked.append((config.steps, engine))
        assert torch.get_num_threads() == 1
        return next(fused if engine == "fused" else loop)

    monkeypatch.setattr(module, "_rate", rate)
    done: list[int] = []
    before = torch.get_num_threads()
    result = bench(progress=done.append)
    assert done == list(range(1, ROUNDS + 1))
    assert result.fused_steps_per_s == statistics.median([800, 100, 900, 700, 600])
    assert result.autograd_steps_per_s == statistics.median([4, 9, 8, 2, 7])
    assert result.ratio == result.fused_steps_per_s / result.autograd_steps_per_s
    assert result.steps == 3001
    assert result.draw_s > 0
    assert asked[2:] == [(3001, "fused"), (module.AUTOGRAD_STEPS, "autograd")] * ROUNDS
    assert torch.get_num_threads() == before


def test_threads_are_given_back_after_an_error() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(ValueError, match="'no such'"):
            bench(RunConfig("no such"))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)

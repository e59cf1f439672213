"""The verdict and its checklist: on twenty-two runs each line is what the command line says of the same file."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from excolor.checkpoint import load, save
from excolor.cli import main
from excolor.config import RunConfig, Weights
from excolor.diagnosis import Cause
from excolor.measured import measure
from excolor.training import Stop, train
from excolor.ui.sections.verdict import checks_of, verdict
from excolor.ui.words import number, percent

pytestmark = pytest.mark.numerical

OFF = dict.fromkeys(Weights(), 0.0)
RUNS = list(
    chain(
        # Called sound once, though few of their answers are gray without hue.
        [RunConfig(weights=Weights(separate=5), label_noise=0.65), RunConfig(weights=Weights(unitarity=0), seed=4)],
        (RunConfig(seed=seed) for seed in range(4)),
        (RunConfig(schedule="ex-2.7", seed=seed) for seed in range(4)),
        (RunConfig(weights=Weights(**{name: 0.0}), seed=seed) for name in Weights() for seed in range(2)),
        [RunConfig(weights=Weights(**OFF)), RunConfig(steps=100), RunConfig(bottleneck=2), RunConfig(label_noise=1)],
    )
)
PERCENT = ("hues_in_plane", "answers_gray")


def written(name: str, value: float) -> str:
    return percent(value) if name in PERCENT else f"{value:.0f}" if name == "hues_go_round" else number(value)


@pytest.mark.parametrize("config", RUNS, ids=lambda config: f"{config.schedule}-{config.seed}")
def test_each_line_agrees_with_the_command_line(
    config: RunConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.safetensors"
    save(file, measure(train(config)))
    assert main(["evaluate", str(file), "--json"]) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    run = load(file)
    lines = re.findall(r'<li class="(.*?)"><b>(.)</b> (.*?) <span>(.*?)</span></li>', unescape(checks_of(run)))
    assert len(lines) == len(said["checks"])
    for (missed, mark, _what, figure), (name, check) in zip(lines, said["checks"].items(), strict=True):
        assert (mark == "✓") == (missed == "") == check["kept"], name
        value = written(name, check["value"])
        assert re.search(rf"(?<![\d.]){re.escape(value)}(?![\d.])", figure), (name, value, figure)
    assert percent(said["intact"]["gray_share"]) in lines[-1][3]
    assert verdict(run).startswith("**A sound run**") == said["sound"]
    if run.causes == (Cause.TINTED,):
        assert [name for name, check in said["checks"].items() if not check["kept"]] == ["answers_gray"]
        assert percent(said["hue"]["gray_share"]) in verdict(run)


def test_a_run_that_was_stopped_early_is_not_called_sound() -> None:
    whole = load("robust")
    stopped = replace(whole, run=replace(whole.run, stopped=Stop(2900, None)))
    assert whole.sound
    assert not stopped.sound
    assert "A sound run" not in verdict(stopped)

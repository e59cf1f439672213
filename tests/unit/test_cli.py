"""The command line: its JSON, which is a contract, its exit codes, and what it says of bad input."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from excolor import benchmark
from excolor.checkpoint import PRETRAINED, pretrained, pretrained_path, read
from excolor.cli import main
from excolor.color import named_colors
from excolor.config import RunConfig, Weights
from excolor.metrics import evaluate
from excolor.schedule import find
from excolor.training import Stop, train

ERRORS = ["max_mse", "median_mse", "gray_mse", "gray_share"]
DELETION = [*ERRORS, "target_mse", "bystander_mse"]
FIGURES = ["intact", "warmth", "hue", "selectivity", "red_cosine", "fails", "colors"]
CHECKS = [
    "reconstructs",
    "red_on_axis",
    "wheel_not_turned",
    "hues_in_plane",
    "hues_go_round",
    "grays_survive",
    "answers_gray",
]
FAST = ["--steps", "40"]
DIVERGING = "STEP,PHASE,ACTION,lr,reg-unit\n0,,,1e30,0.1\n39,,,1e30,0.1\n"

Run = Callable[..., Any]


def check_metrics(metrics: dict[str, Any]) -> None:
    assert list(metrics) == FIGURES
    assert list(metrics["intact"]) == ERRORS
    assert list(metrics["warmth"]) == list(metrics["hue"]) == DELETION
    assert list(metrics["colors"]) == list(named_colors())
    for errors in metrics["colors"].values():
        assert list(errors) == ["intact", "warmth", "hue"]
    assert isinstance(metrics["fails"], bool)


def check_judgment(said: dict[str, Any]) -> None:
    assert list(said["checks"]) == CHECKS
    for check in said["checks"].values():
        assert list(check) == ["value", "bound", "kept"]
    assert said["sound"] is all(check["kept"] for check in said["checks"].values())


# The contract


def test_train_prints_configuration_figures_and_where_it_stopped(run_json: Run) -> None:
    said = run_json("train", *FAST, "--seed", "7", "--schedule", "ex-2.7", "--bottleneck", "3", "--hidden", "9")
    assert list(said) == ["config", "metrics", "checks", "sound", "stopped_at", "link"]
    check_judgment(said)
    config = RunConfig("ex-2.7", seed=7, steps=40, bottleneck=3, hidden=9)
    assert RunConfig.from_dict(said["config"]) == config
    check_metrics(said["metrics"])
    assert said["metrics"] == evaluate(train(config).model).to_dict()
    assert said["stopped_at"] is None


def test_weights_are_multipliers_by_name(run_json: Run) -> None:
    weights = ["--weight", "planarity=0", "--weight", "separate=2e0"]
    said = run_json("train", *FAST, *weights, "--label-noise", "0.25", "--engine", "autograd")
    config = RunConfig(steps=40, label_noise=0.25, weights=Weights(separate=2, planarity=0))
    assert said["config"] == config.to_dict()
    assert said["metrics"] == evaluate(train(config, "autograd").model).to_dict()


def test_a_schedule_from_a_file_runs_its_own_length(run_json: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("STEP,PHASE,ACTION,lr\n0,,,0.01\n29,,,0.02\n")
    said = run_json("train", "--schedule", str(file))
    assert said["config"]["schedule"] == file.read_text()
    assert said["config"]["steps"] == 30


def test_a_diverged_run_says_where_and_has_no_figures(run_json: Run, tmp_path: Path) -> None:
    file = tmp_path / "hot.csv"
    file.write_text(DIVERGING)
    said = run_json("train", "--schedule", str(file), "--out", str(tmp_path / "hot.safetensors"))
    assert said["stopped_at"] == 1
    assert said["metrics"]["fails"] is True
    assert said["metrics"]["hue"]["gray_mse"] is None or said["metrics"]["hue"]["gray_mse"] > 0.01
    kept = read(tmp_path / "hot.safetensors")  # its last weights are finite
    assert kept.story["metrics"] == said["metrics"]
    assert kept.run.stopped == Stop(1, "unitarity")
    assert kept.run.history.steps.tolist() == [0, 1]


def test_figures_that_are_not_finite_are_null(run_json: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        run = train(RunConfig(steps=5))
        run.parameters[:] = float("nan")
        return run

    monkeypatch.setattr("excolor.cli.train", broken)
    metrics = run_json("train", *FAST)["metrics"]
    check_metrics(metrics)
    assert {value for group in ("intact", "warmth") for value in metrics[group].values()} == {None}
    assert metrics["selectivity"] is metrics["red_cosine"] is metrics["colors"]["red"]["intact"] is None
    assert metrics["fails"] is True


def test_the_same_seed_gives_the_same_weights_in_the_file(run_json: Run, tmp_path: Path) -> None:
    vectors: list[bytes] = []
    for name in ("a.safetensors", "b.safetensors"):
        said = run_json("train", "--seed", "3", "--out", str(tmp_path / name))
        kept = read(tmp_path / name)
        assert kept.run.config.to_dict() == said["config"]
        assert kept.story["metrics"] == said["metrics"]
        vectors.append(kept.run.parameters.tobytes())
    assert vectors == [train(RunConfig(seed=3)).parameters.tobytes()] * 2


def test_neutrality_is_asked_for_by_its_own_name(run_json: Run) -> None:
    by_name = run_json("train", *FAST, "--neutrality", "0.5")
    assert by_name["config"]["weights"]["neutrality"] == 0.5
    assert by_name == run_json("train", *FAST, "--weight", "neutrality=0.5")
    assert "neutrality" not in run_json("train", *FAST)["config"]["weights"]
    clean = run_json("train", *FAST, "--schedule", "clean")
    assert clean["metrics"] == run_json("train", *FAST, "--schedule", "clean", "--neutrality", "1")["metrics"]


@pytest.mark.parametrize("name", PRETRAINED)
def test_evaluate_prints_the_figures_of_a_checkpoint(name: str, run_json: Run) -> None:
    said = run_json("evaluate", name)
    assert run_json("evaluate", str(pretrained_path(name))) == said
    if name == "robust":
        assert run_json("evaluate") == said
    check_judgment(said)
    metrics = {key: value for key, value in said.items() if key not in ("checks", "sound")}
    check_metrics(metrics)
    assert metrics == evaluate(pretrained(name).run.model).to_dict()
    assert said["sound"] is True


def test_sweep_prints_every_run_and_their_summary(run_json: Run) -> None:
    said = run_json("sweep", *FAST, "--seeds", "2:5", "--jobs", "2", "--weight", "anchor=3")
    assert list(said) == ["runs", "summary"]
    assert [run["seed"] for run in said["runs"]] == [2, 3, 4]
    for run in said["runs"]:
        seed = run.pop("seed")
        check_judgment({name: run.pop(name) for name in ("checks", "sound")})
        check_metrics(run)
        assert run == evaluate(train(RunConfig(seed=seed, steps=40, weights=Weights(anchor=3))).model).to_dict()
    names = [
        f"{group}.{name}" for group, of in (("intact", ERRORS), ("warmth", DELETION), ("hue", DELETION)) for name in of
    ]
    assert list(said["summary"]) == [*names, "selectivity", "red_cosine", "fails", "sound"]
    assert list(said["summary"]["hue.max_mse"]) == ["mean", "sd", "min", "p10", "median", "p90", "max"]
    middle = sorted(run["hue"]["max_mse"] for run in said["runs"])[1]
    assert said["summary"]["hue.max_mse"]["median"] == middle
    assert said["summary"]["fails"] == sum(run["fails"] for run in said["runs"])
    assert [run["seed"] for run in run_json("sweep", *FAST, "--seeds", "9")["runs"]] == [9]


def test_bench_prints_rates_and_their_ratio(run_json: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "AUTOGRAD_STEPS", 20)
    monkeypatch.setattr(benchmark, "ROUNDS", 1)
    said = run_json("bench")
    assert list(said) == ["ratio", "fused_steps_per_s", "autograd_steps_per_s", "steps", "draw_s"]
    assert said["ratio"] == pytest.approx(said["fused_steps_per_s"] / said["autograd_steps_per_s"])
    assert said["steps"] == 3001


def test_pretrain_makes_a_checkpoint_again(run_json: Run, tmp_path: Path) -> None:
    out = tmp_path / "again.safetensors"
    said = run_json("pretrain", "robust", "--seeds", "160:163", "--out", str(out))
    kept = read(out)
    assert said["config"] == kept.run.config.to_dict()
    assert kept.story["selection"] == said["selection"]
    assert said["selection"]["seeds"] == "160:163"
    assert kept.run.remembers  # though a sweep keeps no histories
    assert kept.run.parameters.tobytes() == train(kept.run.config).parameters.tobytes()


# For people


def test_tables_for_people(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    out = "[/b].safetensors"  # to rich's markup, the end of bold type that never began
    Path("[").mkdir()
    assert main(["train", *FAST, "--out", out]) == 0
    said = capsys.readouterr().out
    assert "robust, seed 0, 40 steps" in said
    assert "Written to" in said
    assert main(["evaluate", out]) == 0
    said = capsys.readouterr().out
    assert out in said
    for label in ("maximum MSE", "gray outputs", "bystander MSE", "− warmth", "− hue", "The run fails"):
        assert label in said
    assert main(["sweep", *FAST, "--seeds", "0:2"]) == 0
    assert "2 of 2 runs fail: seeds 0, 1." in capsys.readouterr().out


def test_a_diverged_run_says_so_to_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "hot.csv").write_text(DIVERGING)
    assert main(["train", "--schedule", str(tmp_path / "hot.csv")]) == 0
    assert "The run diverged: at step 1 its unitarity was not finite." in capsys.readouterr().out


# Bad input

BAD: dict[str, tuple[list[str], int, str]] = {
    "no command": ([], 2, "COMMAND"),
    "unknown command": (["delete"], 2, "'delete'"),
    "seed in words": (["train", "--seed", "three"], 2, "Argument --seed: .*'three'"),
    "seed below 0": (["train", "--seed", "-1"], 1, "^excolor: seed is -1; it must be a whole number from 0"),
    "no steps": (["train", "--steps", "0"], 1, "^excolor: steps is 0; it must be"),
    "bottleneck": (["train", "--bottleneck", "7"], 1, "^excolor: bottleneck is 7; .* from 2 to 6"),
    "label noise": (["train", "--label-noise", "nan"], 1, "^excolor: label_noise is nan; .* from 0 to 1"),
    "engine": (["train", "--engine", "steam"], 2, "Argument --engine: .*'steam'"),
    "weight name": (
        ["train", "--weight", "hue=1"],
        1,
        "^excolor: .*'hue=1' names no regularizer; .*planarity",
    ),
    "weight number": (["train", "--weight", "anchor=much"], 1, "^excolor: .*'anchor=much' has no number"),
    "weight range": (["sweep", "--weight", "anchor=11"], 1, "^excolor: weight anchor is 11.*from 0 to 10"),
    "schedule": (["train", "--schedule", "robustt"], 1, "^excolor: 'robustt' cannot be read"),
    "checkpoint": (["evaluate", "no-such-file"], 1, "^excolor: 'no-such-file' cannot be read"),
    "empty name": (["evaluate", ""], 1, "^excolor: '' cannot be read .it is empty"),
    "device without end": (["evaluate", "/dev/zero"], 1, "^excolor: '/dev/zero' cannot be read .it is a device"),
    "schedule from a device": (["sweep", "--schedule", "/dev/zero"], 1, "cannot be read .it is a device"),
    "old name of the bottleneck": (["train", "--width", "3"], 2, "no argument '--width'"),
    "weight twice": (
        ["train", "--weight", "separate=1", "--weight", "separate=2"],
        1,
        "^excolor: --weight 'separate=2' is the second for separate",
    ),
    "place": (
        ["train", *FAST, "--out", "no/such/folder/a"],
        1,
        "^excolor: 'no/such/folder/a' cannot be written",
    ),
    "seeds": (["sweep", "--seeds", "a:b"], 2, "Argument --seeds: 'a:b' is no range"),
    "no seeds": (["sweep", "--seeds", "5:5"], 2, "Argument --seeds: '5:5' must be up to 100000 seeds"),
    "seeds without end": (["sweep", "--seeds", "0:99999999999999999999999"], 2, "Argument --seeds: '0:999"),
    "jobs": (["sweep", "--jobs", "0"], 2, "Argument --jobs: '0' must be a whole number from 1 to 256"),
    "pretrain": (["pretrain", "mine"], 2, "'mine'"),
}


@pytest.mark.parametrize(("argv", "code", "says"), BAD.values(), ids=BAD)
def test_bad_input_is_said_in_one_sentence(argv: list[str], code: int, says: str, refused: Run) -> None:
    came, line = refused(*argv)
    assert came == code
    assert line.startswith("excolor")
    assert re.search(says, line)


def test_a_malformed_schedule_names_row_and_cell(refused: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(find("ex-2.7").text.replace("+10,,,0.01", "+10,,,quick"))
    assert refused("train", "--schedule", str(tmp_path / "bad.csv"))[0] == 1
    code, line = refused("sweep", "--schedule", str(tmp_path / "bad.csv"))
    assert code == 1
    assert line.startswith("excolor: row 3, lr is 'quick'")


def test_a_hostile_checkpoint_is_named(refused: Run, tmp_path: Path) -> None:
    (tmp_path / "evil.safetensors").write_bytes(pretrained_path("robust").read_bytes()[:-1])
    assert refused("evaluate", str(tmp_path / "evil.safetensors"))[1].startswith("excolor: evil.safetensors is not a")


NINES = "9" * 5000  # more digits than Python's int() reads
LONG: dict[str, list[str]] = {
    "command": [NINES],
    "seed": ["train", "--seed", NINES],
    "seed that int() reads": ["train", f"--seed={NINES[:4000]}"],
    "label noise": ["train", "--label-noise", f"{NINES}x"],
    "weight": ["train", "--weight", f"anchor={NINES}x"],
    "engine": ["train", "--engine", "9 " * 2000],
    "flag": ["train", f"--json={NINES}"],
    "no such option": ["train", f"--{NINES}"],
    "checkpoint": ["evaluate", NINES],
    "out": ["train", "--out", NINES],
    "seeds": ["sweep", "--seeds", f"0:{NINES}"],
}


@pytest.mark.parametrize("argv", LONG.values(), ids=LONG)
def test_what_came_is_cut_to_40_characters(argv: list[str], refused: Run) -> None:
    code, line = refused(*argv)
    assert code in (1, 2)
    assert "…" in line
    assert max(map(len, re.findall("9[9 ]*", line))) <= 40
    assert len(line) < 250


def test_a_pipe_is_not_waited_for(refused: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for argv in (["evaluate", str(pipe)], ["train", "--schedule", str(pipe)], ["train", "--out", str(pipe)]):
        code, line = refused(*argv)
        assert code == 1
        assert "(it is a pipe); name a regular file." in line


def test_control_characters_do_not_reach_the_terminal(refused: Run) -> None:
    assert refused("train", "\x1b[2J\n") == (2, r"excolor: There is no argument '\x1b[2J\n'; see --help.")
    assert "\x1b" not in refused("--\x1b[2J")[1]

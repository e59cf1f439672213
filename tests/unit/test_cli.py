"""The command line: its JSON, which is a contract, its exit codes, and what it says of bad input."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from excolor import benchmark
from excolor.checkpoint import PRETRAINED, pretrained, pretrained_path, read
from excolor.cli import main
from excolor.color import named_colors
from excolor.config import RunConfig, Weights
from excolor.measured import Measured
from excolor.metrics import evaluate
from excolor.schedule import find
from excolor.sweeps import sweep
from excolor.training import Stop, train

ERRORS = ["max_mse", "median_mse", "gray_mse"]
DELETION = [*ERRORS, "gray_share", "target_mse", "bystander_mse"]
FIGURES = ["intact", "warmth", "hue", "selectivity", "red_cosine", "fails", "colors"]
FAST = ["--steps", "40"]
DIVERGING = "STEP,PHASE,ACTION,lr,reg-unit\n0,,,1e30,0.1\n39,,,1e30,0.1\n"

Run = Callable[..., Any]


def refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


@pytest.fixture
def run_json(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with --json; what it printed, which must be JSON alone and as strict parsers read it."""

    def run(*argv: str) -> Any:
        assert main([*argv, "--json"]) == 0
        said = capsys.readouterr()
        assert said.err == ""
        return json.loads(said.out, parse_constant=refuse_constant)

    return run


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command that must fail; its exit code and the one line that it said."""

    def run(*argv: str) -> tuple[int, str]:
        try:
            code = main(argv)
        except SystemExit as stop:  # argparse
            code = stop.code
        said = capsys.readouterr()
        assert said.out == ""
        assert "Traceback" not in said.err
        *usage, line = said.err.strip().splitlines()
        assert not usage or usage[0].startswith("usage: ")
        assert isinstance(code, int)
        return code, line

    return run


def check_metrics(metrics: dict[str, Any]) -> None:
    assert list(metrics) == FIGURES
    assert list(metrics["intact"]) == ERRORS
    assert list(metrics["warmth"]) == list(metrics["hue"]) == DELETION
    assert list(metrics["colors"]) == list(named_colors())
    for errors in metrics["colors"].values():
        assert list(errors) == ["intact", "warmth", "hue"]
    assert isinstance(metrics["fails"], bool)


# The contract


def test_train_prints_configuration_figures_and_where_it_stopped(run_json: Run) -> None:
    said = run_json("train", *FAST, "--seed", "7", "--schedule", "ex-2.7", "--bottleneck", "3", "--hidden", "9")
    assert list(said) == ["config", "metrics", "stopped_at"]
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


@pytest.mark.parametrize("name", PRETRAINED)
def test_evaluate_prints_the_figures_of_a_checkpoint(name: str, run_json: Run) -> None:
    said = run_json("evaluate", name)
    check_metrics(said)
    assert said == evaluate(pretrained(name).run.model).to_dict()
    assert run_json("evaluate", str(pretrained_path(name))) == said
    if name == "robust":
        assert run_json("evaluate") == said


def test_sweep_prints_every_run_and_their_summary(run_json: Run) -> None:
    said = run_json("sweep", *FAST, "--seeds", "2:5", "--jobs", "2", "--weight", "anchor=3")
    assert list(said) == ["runs", "summary"]
    assert [run["seed"] for run in said["runs"]] == [2, 3, 4]
    for run in said["runs"]:
        seed = run.pop("seed")
        check_metrics(run)
        assert run == evaluate(train(RunConfig(seed=seed, steps=40, weights=Weights(anchor=3))).model).to_dict()
    names = [
        f"{group}.{name}" for group, of in (("intact", ERRORS), ("warmth", DELETION), ("hue", DELETION)) for name in of
    ]
    assert list(said["summary"]) == [*names, "selectivity", "red_cosine", "fails"]
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
    "hidden": (["train", "--hidden", "1"], 1, "^excolor: hidden is 1; .* from 2 to 64"),
    "label noise": (["train", "--label-noise", "nan"], 1, "^excolor: label_noise is nan; .* from 0 to 1"),
    "engine": (["train", "--engine", "steam"], 2, "Argument --engine: .*'steam'"),
    "weight name": (
        ["train", "--weight", "hue=1"],
        1,
        "^excolor: .*'hue=1' names no regularizer; .*planarity",
    ),
    "weight number": (["train", "--weight", "anchor=much"], 1, "^excolor: .*'anchor=much' has no number"),
    "weight alone": (["train", "--weight", "anchor"], 1, "^excolor: .*'anchor' has no number"),
    "weight range": (["sweep", "--weight", "anchor=11"], 1, "^excolor: weight anchor is 11.*from 0 to 10"),
    "schedule": (["train", "--schedule", "robustt"], 1, "^excolor: 'robustt' cannot be read"),
    "checkpoint": (["evaluate", "no-such-file"], 1, "^excolor: 'no-such-file' cannot be read"),
    "folder": (["evaluate", "."], 1, "^excolor: '.' cannot be read .it is a directory"),
    "empty name": (["evaluate", ""], 1, "^excolor: '' cannot be read .it is empty"),
    "device without end": (["evaluate", "/dev/zero"], 1, "^excolor: '/dev/zero' cannot be read .it is a device"),
    "device without anything": (["evaluate", "/dev/null"], 1, "cannot be read .it is a device"),
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
    "seeds below 0": (["sweep", "--seeds=-3:2"], 2, "Argument --seeds: '-3:2' must be"),
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
    "seed that int() reads": ["train", "--seed", NINES[:4000]],
    "seed with an equals sign": ["train", f"--seed={NINES}"],
    "steps": ["train", "--steps", NINES],
    "bottleneck": ["train", "--bottleneck", NINES],
    "hidden": ["train", "--hidden", NINES[:4000]],
    "label noise": ["train", "--label-noise", f"{NINES}x"],
    "weight": ["train", "--weight", f"anchor={NINES}x"],
    "weight name": ["train", "--weight", NINES],
    "engine": ["train", "--engine", "9 " * 2000],
    "flag": ["train", f"--json={NINES}"],
    "help": ["train", f"-h{NINES}"],
    "no such option": ["train", f"--{NINES}"],
    "one too many": ["evaluate", "robust", NINES],
    "checkpoint": ["evaluate", NINES],
    "schedule": ["train", "--schedule", NINES],
    "out": ["train", "--out", NINES],
    "seeds": ["sweep", "--seeds", f"0:{NINES}"],
    "seeds that int() reads": ["sweep", "--seeds", f"0:{NINES[:4000]}"],
    "jobs": ["sweep", "--jobs", NINES],
    "shipped": ["pretrain", NINES],
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


# Where to write, found out before the training


@pytest.fixture
def no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    def begun(*_: object, **__: object) -> None:
        raise AssertionError("the training began")

    monkeypatch.setattr("excolor.cli.train", begun)
    monkeypatch.setattr("excolor.cli.sweep", begun)


COMMANDS = (["train", *FAST], ["pretrain", "robust", "--seeds", "160:162"])


@pytest.mark.usefixtures("no_training")
@pytest.mark.parametrize("command", COMMANDS, ids=["train", "pretrain"])
def test_a_place_is_refused_before_any_training(command: list[str], refused: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "to-folder").symlink_to("folder")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
    before = sorted(tmp_path.rglob("*"))
    places = {
        "folder": "a directory",
        "to-folder": "a directory",
        "new/": "a directory's name",
        "pipe": "a pipe",
        "socket": "a socket",
        "loop": "symbolic links|Symlink loop",
        "file/a": "Not a directory",
        "none/a": "No such file or directory",
        "nul\0": "null",
        "n" * 300: "File name too long",
    }
    for place, reason in places.items():
        code, line = refused(*command, "--out", f"{tmp_path}/{place}")
        assert code == 1
        assert re.search(rf"^excolor: '.* cannot be written \(.*({reason})", line), line
    assert re.search("it is a device", refused(*command, "--out", os.devnull)[1])
    assert refused(*command, "--out", "") == (1, "excolor: '' cannot be written (it is empty); name a regular file.")
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.usefixtures("no_training")
def test_a_write_protected_file_is_left_alone(refused: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mine"
    file.write_text("kept")
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everything
    assert "it is write-protected" in refused("train", "--out", str(file))[1]
    assert file.read_text() == "kept"


def test_the_trial_does_no_harm_where_the_training_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("excolor.cli.train", stopped)
    (tmp_path / "old").write_text("kept")
    assert [main(["train", "--out", str(tmp_path / name)]) for name in ("old", "new")] == [130, 130]
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("old", "kept")]


@pytest.mark.parametrize("command", COMMANDS, ids=["train", "pretrain"])
def test_a_link_stays_a_link(command: list[str], run_json: Run, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    old, new = tmp_path / "far" / "old", tmp_path / "far" / "new"
    old.write_text("before")
    old.chmod(0o640)
    number = old.stat().st_ino
    for target in (old, new):
        link = tmp_path / f"to-{target.name}"
        link.symlink_to(Path("far", target.name))
        said = run_json(*command, "--out", str(link))
        assert link.is_symlink()
        assert read(target).run.config.to_dict() == said["config"]
    assert old.stat().st_ino != number  # another file in its place, so that no reader sees half of one
    assert old.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["far", "new", "old", "to-new", "to-old"]


# Terminals


SHOWN = {
    "help": ["--help"],
    "help of a command": ["sweep", "--help"],
    "train": ["train", *FAST],
    "evaluate": ["evaluate"],
    "sweep": ["sweep", *FAST, "--seeds", "0:2"],
    "pretrain": ["pretrain", "robust", "--seeds", "161:163"],
    "error": ["evaluate", "Größe−²…"],
}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize("argv", SHOWN.values(), ids=SHOWN)
def test_every_encoding_shows_it(
    argv: list[str], encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, err = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding=encoding))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(err, encoding=encoding))
    file = ["--out", str(tmp_path / "größe−²")] if argv[0] in ("train", "pretrain") else []
    with contextlib.suppress(SystemExit):  # argparse, after the help
        main([*argv, *file])
    said = out.getvalue().decode(encoding) + err.getvalue().decode(encoding)
    assert said
    assert "?" not in said
    if encoding == "utf-8":
        assert any(sign in said for sign in "−─…") or "help" in argv[-1]
    elif argv[0] == "train":
        assert "| - warmth | - hue |" in re.sub(" +", " ", said)
    elif argv[0] == "sweep":
        assert "B - 1" in said if "--help" in argv else "intact.max_mse" in said


def test_signs_become_plain_ones(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    err = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(err, encoding="ascii"))
    assert main(["evaluate", "− × – ² … ’ é"]) == 1
    assert err.getvalue() == rb"excolor: '- x - ^2 ... ' \xe9' cannot be read (No such file or directory)." + b"\n"


@pytest.mark.parametrize("columns", ["0", "1", "-5", "abc", "²", "9" * 5000, "30", ""])
def test_tables_are_readable_at_any_width(
    columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown() -> str:
        assert main(["evaluate"]) == 0
        return capsys.readouterr().out

    monkeypatch.delenv("COLUMNS", raising=False)
    usual = shown()
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("LINES", columns)
    assert shown() == usual
    with pytest.raises(SystemExit):
        main(["sweep", "--help"])
    assert "--label-noise X" in capsys.readouterr().out


# Stopping


def test_stopping_by_hand_is_no_error_of_ours(refused: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("excolor.cli.train", interrupted)
    assert refused("train") == (130, "excolor: stopped.")


@pytest.mark.parametrize("done", [0, 3])
def test_a_stopped_sweep_prints_what_is_done(
    done: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(signal.SIGINT)

    def stopping(configs: list[RunConfig], jobs: int, progress: Run, cancelled: Callable[[], bool]) -> list[Measured]:
        assert not cancelled()
        signal.raise_signal(signal.SIGINT)
        assert cancelled()
        return sweep(configs[:done])

    monkeypatch.setattr("excolor.cli.sweep", stopping)
    assert main(["sweep", *FAST, "--seeds", "4:24", "--json"]) == 130
    said = capsys.readouterr()
    assert said.err == f"excolor: stopped; {done} of 20 runs are done.\n"
    found = json.loads(said.out)
    assert [run["seed"] for run in found["runs"]] == [4, 5, 6][:done]
    assert found["summary"]["fails"] == done
    assert main(["sweep", *FAST, "--seeds", "4:24"]) == 130
    assert ("3 of 3 runs fail: seeds 4, 5, 6." in capsys.readouterr().out) is (done == 3)
    assert signal.getsignal(signal.SIGINT) is before


# As a process

BEGUN = """
import sys
from excolor.__main__ import run
from excolor import {module}
true = {module}.{name}
def begun(*args, **kwargs):
    sys.stderr.write("begun\\n")
    sys.stderr.flush()
    return true(*args, **kwargs)
{module}.{name} = begun
sys.argv = ["excolor", *{argv!r}]
raise SystemExit(run())
"""
INTERRUPTED: dict[str, tuple[str, str, list[str]]] = {
    "train": ("training", "draw_batches", ["train", "--steps", "100000", "--engine", "autograd"]),
    "bench": ("benchmark", "_rate", ["bench"]),
    "pretrain": ("cli", "sweep", ["pretrain", "robust", "--seeds", "0:100000"]),
    "sweep": ("sweeps", "measure", ["sweep", "--seeds", "0:100000", "--json"]),
}


@pytest.mark.parametrize("command", INTERRUPTED)
def test_ctrl_c_ends_it_soon_without_a_traceback(command: str, tmp_path: Path) -> None:
    module, name, argv = INTERRUPTED[command]
    out = ["--out", str(tmp_path / "a")] if command in ("train", "pretrain") else []
    code = BEGUN.format(module=module, name=name, argv=[*argv, *out])
    with subprocess.Popen([sys.executable, "-c", code], stdout=PIPE, stderr=PIPE, text=True) as process:
        assert process.stderr
        assert process.stderr.readline() == "begun\n"
        if command == "sweep":  # each run that is done says it once
            for _ in range(5):
                process.stderr.readline()
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=60)
        took = time.monotonic() - start
    assert process.returncode == 130
    assert took < 5  # a second, on a machine that has nothing else to do
    last = errors.replace("begun\n", "")
    if command == "sweep":
        found = json.loads(said)
        assert last == f"excolor: stopped; {len(found['runs'])} of 100000 runs are done.\n"
        assert len(found["runs"]) >= 3
        assert found["summary"]["hue.max_mse"]["median"] > 0
    else:
        assert (said, last) == ("", "excolor: stopped.\n")
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_the_libraries_load() -> None:
    code = """
import signal, sys, types
from excolor.__main__ import run
class Slow(types.ModuleType):
    def __getattr__(self, name):
        signal.raise_signal(signal.SIGINT)
sys.modules["excolor.cli"] = Slow("excolor.cli")
run()
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "excolor: stopped.\n")


def in_shell(line: str, **env: str) -> tuple[int, str, str]:
    """Run a line of shell in which $excolor is the command; exit code, output and errors."""
    command = f"{shlex.quote(sys.executable)} -m excolor"
    ran = subprocess.run(
        ["bash", "-c", f"set -o pipefail; excolor={shlex.quote(command)}; {line}"],
        capture_output=True,
        check=False,
        env={**os.environ, **env},
        timeout=120,
    )
    return ran.returncode, ran.stdout.decode("ascii"), ran.stderr.decode("ascii")


FULL = "excolor: Standard output cannot be written (No space left on device); send it somewhere else.\n"
OUTPUTS: dict[str, tuple[str, int, str]] = {
    "closed": (
        "$excolor evaluate >&-",
        1,
        "excolor: Standard output is closed; send it to a terminal, a pipe or a file.\n",
    ),
    "full": ("$excolor evaluate >/dev/full", 1, FULL),
    "full, JSON": ("$excolor evaluate --json >/dev/full", 1, FULL),
    "full, help": ("$excolor --help >/dev/full", 1, FULL),
    "nobody reads": ("$excolor evaluate --json | true", 1, ""),
    "nobody reads the table": ("$excolor evaluate | true", 1, ""),
    "no errors": ("$excolor evaluate no-such-file 2>&-", 1, ""),
    "full of errors": ("$excolor evaluate no-such-file 2>/dev/full", 1, ""),
}


@pytest.mark.parametrize(("line", "code", "errors"), OUTPUTS.values(), ids=OUTPUTS)
def test_an_output_that_cannot_be_written_is_no_traceback(line: str, code: int, errors: str) -> None:
    assert in_shell(line) == (code, "", errors)


def test_an_ascii_terminal_shows_tables_and_progress() -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "excolor", "sweep", *FAST, "--seeds", "0:3"]
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "1", "TERM": "xterm"}
    ran = subprocess.run(command, stdout=PIPE, stderr=theirs, env=env, check=False, timeout=120)
    os.close(theirs)
    progress = os.read(ours, 65536).decode("ascii")
    os.close(ours)
    assert ran.returncode == 0
    assert "hue.median_mse" in ran.stdout.decode("ascii")
    assert "3/3" in progress
    assert "Traceback" not in progress


ASKED = """
import runpy, sys
sys.argv = ["excolor", "train", "--steps", "30", "--json"]
try:
    runpy.run_module("excolor", run_name="__main__")
finally:
    loaded = {"streamlit", "altair", "pyvista", "vtk", "stpyvista"} & set(sys.modules)
    print(sorted(loaded), file=sys.stderr)
"""


def test_the_command_line_loads_nothing_of_the_app() -> None:
    ran = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr.strip()) == (0, "[]")
    assert json.loads(ran.stdout)["config"] == RunConfig(steps=30).to_dict()


def test_python_m_excolor_ends_with_the_exit_code() -> None:
    command = [sys.executable, "-m", "excolor", "train", "--bottleneck", "9"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr == "excolor: bottleneck is 9; it must be a whole number from 2 to 6.\n"

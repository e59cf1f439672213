"""The command line and the machine: files in the way, terminals of every kind, Ctrl-C, closed and full outputs."""

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
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pyarrow.parquet as pq
import pytest

from excolor.checkpoint import read
from excolor.cli import main
from excolor.config import RunConfig
from excolor.measured import Measured
from excolor.sweeps import sweep

FAST = ["--steps", "40"]
Run = Callable[..., Any]


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
    assert "?" not in re.sub(r"http://\S+", "", said)
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


@pytest.mark.parametrize("done", [0, 3])
def test_a_stopped_sweep_prints_what_is_done(
    done: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(signal.SIGINT)

    def stopping(
        configs: Iterable[RunConfig],
        work: object,
        executor: object,
        jobs: object,
        cancelled: Callable[[], bool],
        _: int,
    ) -> Iterator[tuple[int, Measured]]:
        assert not cancelled()
        signal.raise_signal(signal.SIGINT)
        assert cancelled()
        yield from enumerate(sweep(list(configs)[:done]))

    monkeypatch.setattr("excolor.cli.runs", stopping)
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
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever began the tests may have it ignored
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
        try:
            said, errors = process.communicate(timeout=60)
        finally:
            process.kill()
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


# A sweep that is killed


def test_a_killed_sweep_goes_on_and_nobody_sees_it(tmp_path: Path) -> None:
    argv = ["sweep", *FAST, "--seeds", "0:60", "--jobs", "1", "--out"]
    often = "import sys; from excolor import cli, rows; rows.WRITE_EVERY = 0.0; sys.exit(cli.main(sys.argv[1:]))"
    command = [sys.executable, "-c", often, *argv]
    folder = tmp_path / "killed"
    for least in (3, 9):
        with subprocess.Popen([*command, str(folder)], stdout=subprocess.DEVNULL) as process:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and process.poll() is None and count(folder) < least:
                time.sleep(0.01)
            process.kill()
        assert least <= count(folder) < 60
    for whole in (folder, tmp_path / "once"):
        subprocess.run([*command, str(whole)], stdout=subprocess.DEVNULL, check=True)
    assert parts(folder) == parts(tmp_path / "once")


def count(folder: Path) -> int:
    # Read at once: pyarrow asks for a file's size first, and another may have taken its place when it is opened.
    return sum(len(pq.read_table(io.BytesIO(part))) for part in parts(folder).values())


def parts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("part-*.parquet"))}

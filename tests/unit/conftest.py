"""What the tests of the library share."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from excolor.cli import main
from excolor.training import Run as Trained
from excolor.training import train
from tests.support.checkpoints import file_of

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


@pytest.fixture(scope="session")
def run() -> Trained:
    return train(steps=50, seed=4, bottleneck=3, hidden=8, label_noise=0.25, weights={"anchor": 2})


@pytest.fixture(scope="session")
def good(run: Trained) -> bytes:
    return file_of(run)

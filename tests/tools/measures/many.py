"""Many runs on a page: the sixteen combinations, against the command that trains the same."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.support.browser import ROOT
from tests.support.session import Session, session
from tests.tools.measures import WARM_UP_S, Row, fresh_server, spread

_LOOK_S = 0.5  # as often as the page looks by itself
_ROUNDS = 3
_SEEDS = 5
_MOST = 2.0
_REST_MS = 100.0


def needed() -> list[Row]:
    """The grid of eighty runs on the page, in turn with the command that makes the same; then the page at rest."""
    command: list[float] = []
    page: list[float] = []
    at_rest: list[float] = []
    for _ in range(_ROUNDS):
        command.append(_sweep())
        with fresh_server() as base_url, session(base_url, "needed", timeout=300) as visitor:
            visitor.run()
            time.sleep(WARM_UP_S)
            page.append(_page(visitor))
            at_rest += [1000 * visitor.run() for _ in range(5)]
    name = f"{16 * _SEEDS} runs of all combinations"
    return [
        Row(f"{name}, excolor sweep, median of {_ROUNDS}", float(np.median(command)), "s"),
        Row(f"{name}, on the page, all drawn (server), median of {_ROUNDS}", float(np.median(page)), "s"),
        Row(f"{name}, the page against the command", float(np.median(page) / np.median(command)), "×", _MOST),
        *spread(f"{name}, the page once more (server)", at_rest, _REST_MS),
    ]


def _sweep() -> float:
    """Seconds of the command, its start included."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["sweep", "--combinations", "--seeds", f"0:{_SEEDS}", "--out", str(Path(folder) / "rows")]
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "excolor", *words], cwd=ROOT, check=True, capture_output=True)
        return time.perf_counter() - start


def _page(visitor: Session) -> float:
    """Seconds from the click to a page with all runs, which is run as often as in a browser, and as a whole."""
    start = time.perf_counter()
    visitor.click("needed-start")
    visitor.run()
    while "What this does not show" not in "".join(visitor.markdown()):
        time.sleep(_LOOK_S)
        visitor.run()
    return time.perf_counter() - start

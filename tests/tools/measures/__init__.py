"""What every measurement has in common: its rows, the bounds that the app was built to, servers and browsers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser

from tests.support.browser import browser_path, launch, serve

RERUN_MS = 150.0
RELEASE_MS = 500.0
SCENE_MS = 100.0
SWITCH_S = 1.0
FIRST_PAINT_S = 4.0
WARM_UP_S = 5.0  # a server compiles its kernels beside the first page
_DIMS = [dims for n in range(5) for dims in combinations(range(4), n)]  # all 16 sets
ORDERS = {
    "new to the server": [dims for dims in _DIMS if dims not in ((0,), (0, 1))],  # those two are on the page already
    "known to the server": [*_DIMS, *_DIMS[:4]],
}


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, how much of which unit, and the most it should be."""

    name: str
    value: float
    unit: str
    bound: float | None = None


def spread(name: str, milliseconds: Sequence[float], bound: float | None = None) -> list[Row]:
    """Two rows: the median and the 95th percentile."""
    return [
        Row(f"{name}, median of {len(milliseconds)}", float(np.median(milliseconds)), "ms", bound),
        Row(f"{name}, 95th percentile", float(np.percentile(milliseconds, 95)), "ms", bound),
    ]


@contextmanager
def fresh_server() -> Iterator[str]:
    """A server that has not served anyone."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "server.log") as base_url:
        yield base_url


@contextmanager
def cold_browser() -> Iterator[Browser]:
    """A browser's process of its own, with an empty cache."""
    executable = browser_path()
    if executable is None:
        raise SystemExit("no Chromium on the PATH")
    with launch(executable) as browser:
        yield browser

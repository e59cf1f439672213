"""What two hundred runs in the log cost on the other pages: clock *script*, one session with them and one without."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from streamlit.testing.v1 import AppTest, app_test

from excolor.log import MOST, Entry, Log
from excolor.measured import measure
from excolor.training import train
from excolor.ui.store import ROOM, Browser
from tests.support.app import Served, sound
from tests.support.browser import APP
from tests.tools.measures import Row

PAGES = ("start", "network", "ablation", "train", "regularizers", "end", "data", "latent")
AS_FAST = 1.1  # times as long as without
REPEATS = 15


def full_log() -> Log:
    """As many runs as there is room for, with the settings of Train but for their seeds."""
    run = measure(train()).forgetting()
    return Log().taking(
        Entry(seed, replace(run, run=replace(run.run, config=replace(run.config, seed=seed))))
        for seed in range(1, MOST + 1)
    )


def log_reruns() -> list[Row]:
    """Each page run again."""
    rows: list[Row] = []
    few, many = _session(Log()), _session(full_log())
    for page in PAGES:
        for at in (few, many):
            sound(at.switch_page(f"pages/{page}.py").run())
        rows += _compared(f"{page}, run again", few, many, lambda at: at.run())
    return rows


def log_switches() -> list[Row]:
    """From page to page."""
    few, many = _session(Log()), _session(full_log())

    def through_all(at: AppTest) -> None:
        for page in PAGES:
            at.switch_page(f"pages/{page}.py").run()

    rows = _compared("through all pages", few, many, through_all)
    size = sum(len(key) + len(text) for key, text in many.session_state["browser"]._sent.items())
    return [*rows, Row(f"{MOST} runs, what the browser keeps", size / 1e6, "million characters", ROOM / 1e6)]


def _session(log: Log) -> AppTest:
    """A visitor with a log, who has an open mission; the browser has confirmed what it keeps."""
    setattr(app_test, "PagesManager", Served)  # noqa: B010
    at = AppTest.from_file(str(APP), default_timeout=120)
    at.query_params["predict"] = "skip"
    at.session_state["log"] = log
    at.session_state["mission"] = "not-missed"  # which looks at all runs
    sound(at.run())
    sound(at.switch_page("pages/train.py").run())
    return at


def _confirm(at: AppTest) -> None:
    """The browser's word that all is written, without which it would be said again with each run."""
    browser: Browser = at.session_state["browser"]
    browser.hear({"session": browser.session, "number": browser.heard + 1, "wrote": browser._revision}, ())


def _compared(what: str, few: AppTest, many: AppTest, act: Callable[[AppTest], object]) -> list[Row]:
    """Processor time, in turns, so that other work on the machine falls on both."""
    milliseconds: dict[int, list[float]] = {0: [], 1: []}
    for _ in range(REPEATS):
        for which, at in enumerate((few, many)):
            _confirm(at)
            start = time.process_time()
            act(at)
            milliseconds[which].append(1000 * (time.process_time() - start))
    without, beside = (float(np.median(each[3:])) for each in milliseconds.values())
    return [
        Row(f"{what} (script), processor time", without, "ms"),
        Row(f"{what} (script), with {MOST} runs in the log, ratio", beside / without, "×", AS_FAST),
    ]

"""The app in Streamlit's own test harness, which needs no browser."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest, app_test

from excolor.log import Entry, Log
from excolor.measured import measure
from excolor.metrics import quick_grid
from excolor.training import Run

ROOT = Path(__file__).parents[2]
APP = ROOT / "streamlit_app.py"
PAGES = sorted(file.name for file in (ROOT / "pages").glob("*.py"))


def listed(name: str) -> list[str]:
    """The pages in one of the main script's lists, by file; the harness makes their addresses of that."""
    lists = (node for node in ast.parse(APP.read_text(encoding="utf-8")).body if isinstance(node, ast.Assign))
    (pages,) = (node.value for node in lists if ast.unparse(node.targets[0]) == name)
    return [Path(ast.literal_eval(call.args[0])).stem for call in ast.walk(pages) if isinstance(call, ast.Call)]


def app(page: str | None = None, predict: str = "skip") -> AppTest:
    """The app as a new visitor meets it, on one of its pages; without its questions unless they are asked for."""
    at = AppTest.from_file(str(APP), default_timeout=120)
    at.query_params["predict"] = predict
    at.run()
    if page is not None:
        at.switch_page(f"pages/{page}").run()
    return sound(at)


def unfold(at: AppTest, *names: str) -> AppTest:
    """The app once what is folded away under these keys, "fold-" left out, is unfolded wherever it stands."""
    for name in names:
        at.session_state[f"fold-{name}"] = True
    return sound(at.run())


def last_run(at: AppTest) -> Run:
    """The run that was trained last."""
    return at.session_state["pasts"][at.session_state["last-made"]]


def named_runs(at: AppTest) -> dict[str, Run]:
    """The runs of the log that have a name, by it."""
    return {name: entry.run.run for name, entry in at.session_state["log"].named.items()}


def log_run(at: AppTest, run: Run) -> None:
    """Make a run the last one, as if it had been trained."""
    entry = Entry(1, measure(run, quick_grid()).forgetting())
    at.session_state["log"] = Log().add(entry)
    at.session_state["pasts"] = {entry.key: run}
    at.session_state["last-made"] = entry.key


class Served:
    """Makes Streamlit's manager of pages as it is in a server whose main script has run.

    The harness looks for a folder `pages/` before each run, finds it, and shows the page alone, without what the main
    script draws above it.
    """

    def __new__(cls, *args: Any, **options: Any) -> PagesManager:
        PagesManager.uses_pages_directory = False
        return PagesManager(*args, **options)


def framed(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app before its first run, with its frame on every page, and without its questions."""
    monkeypatch.setattr(app_test, "PagesManager", Served)
    at = AppTest.from_file(str(APP), default_timeout=120)
    at.query_params["predict"] = "skip"
    return at


def sound(at: AppTest) -> AppTest:
    """The app, once it is known that no page failed."""
    assert [each.message for each in at.exception] == []
    assert [each.value for each in at.error] == []
    return at


def html(at: AppTest) -> str:
    """All markup that a page draws itself."""
    return "".join(element.proto.body for element in at.get("html"))

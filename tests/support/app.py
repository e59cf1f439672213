"""The app in Streamlit's own test harness, which needs no browser."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
APP = ROOT / "streamlit_app.py"
PAGES = sorted(file.name for file in (ROOT / "pages").glob("*.py"))


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


def sound(at: AppTest) -> AppTest:
    """The app, once it is known that no page failed."""
    assert [each.message for each in at.exception] == []
    assert [each.value for each in at.error] == []
    return at


def html(at: AppTest) -> str:
    """All markup that a page draws itself."""
    return "".join(element.proto.body for element in at.get("html"))

"""One server and one Chromium for all tests in this folder, and a page that is watched."""

import json
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from excolor.checkpoint import PRETRAINED
from excolor.cli import main
from tests.support.browser import Theme, Watch, another_visitor, browser_path, launch, serve, visit

expect.set_options(timeout=20_000)  # milliseconds: the tests share a machine
FOLDER = Path(__file__).parent
LOG = pytest.StashKey[Path]()
FAILED = pytest.StashKey[bool]()
Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them, so that `-m "not browser"` leaves them out."""
    for item in items:
        if item.path.is_relative_to(FOLDER):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the server said in a test that failed, and leave its page to nobody."""
    report = yield
    item.config.stash[FAILED] = report.failed or item.config.stash.get(FAILED, False)
    log = item.config.stash.get(LOG, None)
    if report.failed and log is not None and item.path.is_relative_to(FOLDER):
        report.sections.append(("the app's server", log.read_text(errors="replace")[-10_000:]))
    return report


# Of the package, not of the session: both are gone before the same worker goes on with other tests, because
# Playwright keeps an event loop running in the main thread as long as it lives.
@pytest.fixture(scope="package")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, running."""
    log = tmp_path_factory.mktemp("server") / "server.log"
    request.config.stash[LOG] = log
    with serve(log) as base_url:
        yield base_url


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium; without one the tests are skipped, or fail where it was promised."""
    executable = browser_path()
    if executable is None:
        reason = "no Chromium on the PATH"
        if os.environ.get("EXCOLOR_REQUIRE_BROWSER"):
            pytest.fail(f"{reason}, though EXCOLOR_REQUIRE_BROWSER is set")
        pytest.skip(reason)
    with launch(executable) as chromium:
        yield chromium


@pytest.fixture(scope="package")
def tab(browser: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[Callable[[], tuple[Page, Watch]]]:
    """The one page that is handed from test to test; a new one after a test that failed."""
    opened: list[tuple[Page, Watch]] = []
    with ExitStack() as visits:

        def open_one() -> tuple[Page, Watch]:
            if not opened or request.config.stash.get(FAILED, False):
                request.config.stash[FAILED] = False
                visits.close()
                opened[:] = [visits.enter_context(visit(browser, server))]
            return opened[0]

        yield open_one


@pytest.fixture
def own_page(browser: Browser, server: str) -> Iterator[Page]:
    """A page that is thrown away after the test, which may do to it what cannot be undone."""
    with visit(browser, server) as (page, watch):
        yield page
    assert watch.problems == []


@pytest.fixture
def new_page(browser: Browser, server: str, tab: Callable[[], tuple[Page, Watch]]) -> Iterator[Visit]:
    """`new_page(theme="dark", width=390)`: one more visitor's page, none of whom may leave anything to complain of.

    A test ends with a clean console and without a request to another host, or it fails.
    """
    watches: list[Watch] = []
    with ExitStack() as visits:

        def open_one(theme: Theme = "light", width: int = 1280, height: int = 900, touch: bool = False) -> Page:
            if touch or watches:
                page, watch = visits.enter_context(visit(browser, server, theme, width, height, touch))
            else:
                page, watch = tab()
                another_visitor(page, theme, width, height)
                watch.complaints.clear()
                watch.requests.clear()
            watches.append(watch)
            return page

        yield open_one
    assert [problem for watch in watches for problem in watch.problems] == []


@pytest.fixture
def page(new_page: Visit) -> Page:
    """A visitor's page in the light theme on a laptop's screen, watched as in `new_page`."""
    return new_page()


def printed(*arguments: str) -> dict[str, Any]:
    """What `python -m excolor … --json` prints."""
    with redirect_stdout(StringIO()) as out:
        assert main([*arguments, "--json"]) == 0
    return json.loads(out.getvalue())


@pytest.fixture(scope="package")
def evaluated() -> dict[str, dict[str, Any]]:
    """What `python -m excolor evaluate --json` prints, for each checkpoint that ships."""
    return {name: printed("evaluate", name) for name in PRETRAINED}

"""The real app in a real browser: start the one, drive the other, and watch what passes between them.

Used by the tests in this folder and by ``tests/tools/screenshots.py``.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import numpy as np
from matplotlib.image import imread
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ROOT = Path(__file__).parents[2]
APP = ROOT / "streamlit_app.py"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Software WebGL for machines without a GPU; nothing that talks to the browser's maker; no sandbox, because
# a container's root may not have one.
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # Without a GPU the page is painted with half of the work when the compositor does not go through WebGL as well.
    "--disable-gpu-compositing",
    # Of several lists the last one counts: what Playwright's own switches off that would reach for the network or hold
    # back a frame, and a popup of the address bar, which is one more page to be made for each that is opened.
    "--disable-features=HttpsUpgrades,MediaRouter,OptimizationHints,NetworkTimeServiceQuerying,PreconnectToSearch,"
    "PaintHolding,WebUIOmniboxPopup,WebUIOmniboxAimPopup",
)
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
# Said by the browser about itself: WebGL without a GPU copies slowly.
SOFTWARE_WEBGL = ("GL Driver Message", "GPU stall due to ReadPixels")
# Of Streamlit, when a report of what the browser keeps and a moved control come together: kept.py sees to it.
TWO_FRAGMENTS = "Multiple different fragmentIds detected"
# On a page with an address of its own Streamlit first looks for its server beneath that address, and the
# browser logs the two misses before it finds the server at the root.
BASE_PATH_PROBE = re.compile(r"/[^/]+/_stcore/(health|host-config)$")

Theme = Literal["light", "dark"]


# --- the server ----------------------------------------------------------------------------------


def free_port() -> int:
    """A port of the loopback interface on which nothing listens at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(log: Path, app: Path = APP, timeout: float = 60, port: int | None = None) -> Generator[str]:
    """Run `app` from its own folder, as a person does, and give its address once it answers.

    Without a `port` it takes one that is free. Everything that the server says goes into the file `log`.

    Raises:
        RuntimeError: The server ended, or did not answer within `timeout` seconds; carries the log.
    """
    port = port or free_port()
    # A fixed address also keeps Streamlit from asking the internet for this machine's own.
    options = {
        "server.headless": "true",
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "logger.enableRich": "false",
    }
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(app), *arguments],
            cwd=app.parent,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            base_url = f"http://localhost:{port}"
            _await_health(process, base_url, log, timeout)
            yield base_url
        finally:
            _end_group(process)


def _await_health(process: subprocess.Popen[bytes], base_url: str, log: Path, timeout: float) -> None:
    end = time.monotonic() + timeout
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{base_url}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    what = "did not answer" if process.poll() is None else f"ended with code {process.returncode}"
    raise RuntimeError(f"The app's server {what}. Its log:\n{log.read_text(errors='replace')}")


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the server and whatever it started: all are in the session that it leads."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=10)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


# --- the browser ---------------------------------------------------------------------------------


def browser_path() -> str | None:
    """The Chromium that is installed on this machine, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@contextmanager
def launch(executable: str) -> Generator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """What a page said on its console and whom it asked, popups, frames and workers included."""

    complaints: list[str] = field(default_factory=list[str])
    requests: list[str] = field(default_factory=list[str])

    def listen(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        context.on("console", self._console)
        context.on("page", lambda page: page.on("websocket", lambda ws: self.requests.append(ws.url)))

    def _console(self, message: ConsoleMessage) -> None:
        url = message.location["url"]
        harmless = (*SOFTWARE_WEBGL, TWO_FRAGMENTS)
        ours = not BASE_PATH_PROBE.search(url) and not any(said in message.text for said in harmless)
        if message.type in ("error", "warning") and ours:
            self.complaints.append(f"{message.type}: {message.text} ({url})")

    @property
    def foreign(self) -> list[str]:
        """Requests that went to another host than this machine."""
        parts = ((url, urlsplit(url)) for url in self.requests)
        return [url for url, at in parts if at.scheme not in ("data", "blob") and at.hostname not in HERE]

    @property
    def problems(self) -> list[str]:
        """Everything that a page in good order does not do; empty is good."""
        return self.complaints + [f"asked another host: {url}" for url in self.foreign]


@contextmanager
def visit(
    browser: Browser, base_url: str, theme: Theme = "light", width: int = 1280, height: int = 900, touch: bool = False
) -> Generator[tuple[Page, Watch]]:
    """A page of a visitor who was never here, on a screen of this size and with this choice of theme."""
    context = browser.new_context(
        base_url=base_url,
        color_scheme=theme,
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
        has_touch=touch,
    )
    context.add_init_script(_LISTEN)
    watch = Watch()
    watch.listen(context)
    try:
        yield context.new_page(), watch
    finally:
        context.close()


def another_visitor(page: Page, theme: Theme = "light", width: int = 1280, height: int = 900) -> None:
    """Make a page of `visit` that of somebody else who was never here.

    It keeps its process, which has read the app's scripts, and is painted a third sooner than in a new one.
    """
    page.goto("/_stcore/health")
    page.evaluate("() => { sessionStorage.clear(); localStorage.clear(); }")
    page.context.clear_cookies()
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": height})
    page.mouse.move(0, 0)


# --- what a test does with a page ----------------------------------------------------------------

# In every page before its own scripts: whether a run that was asked for has not ended yet, and which short timers are
# set. The server may take its time to begin the run, and a widget's message may leave some time after the click.
_LISTEN = f"""
(() => {{
  const work = window.outstanding = {{ run: false, timers: new Set() }};
  const field = (number, kind) => number << 3 | kind;  // as Protocol Buffers begin each of a message's
  const finished = message => {{
    for (let at = 0; at < message.length;) {{
      if (message[at] === field({ForwardMsg.SCRIPT_FINISHED_FIELD_NUMBER}, 0)) return message[at + 1];
      if ((message[at] & 7) !== 2) return undefined;
      at += 2 + message[at + 1];
    }}
  }};
  window.WebSocket = class extends WebSocket {{
    constructor(...words) {{
      super(...words);
      this.addEventListener("message", ({{ data }}) => {{
        // Any other message is longer, or says nothing of it.
        const how = data.byteLength < 100 ? finished(new Uint8Array(data)) : undefined;
        if (how !== undefined && how !== {ForwardMsg.FINISHED_EARLY_FOR_RERUN}) work.run = false;
      }});
    }}
    send(message) {{
      if (message[0] === field({BackMsg.RERUN_SCRIPT_FIELD_NUMBER}, 2)) work.run = true;
      super.send(message);
    }}
  }};
  const {{ setTimeout, clearTimeout }} = window;
  window.setTimeout = (call, delay, ...given) => {{
    const id = setTimeout((...given) => {{ work.timers.delete(id); call(...given); }}, delay, ...given);
    if (!(delay > 500)) work.timers.add(id);
    return id;
  }};
  window.clearTimeout = id => {{ work.timers.delete(id); clearTimeout(id); }};
}})();
"""
# True once Streamlit has nothing left to run, to fetch or to replace, and has drawn its charts, and this has been so
# for some `frames` in a row: between a message and what it draws there are a few.
_SETTLED = """
(frames) => {
  const app = document.querySelector('[data-testid="stApp"]');
  const charts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')];
  const work = window.outstanding;
  const idle = app !== null
    && app.dataset.testConnectionState === 'CONNECTED'
    && app.dataset.testScriptState === 'notRunning'
    && !work.run && work.timers.size === 0
    && !document.querySelector('[data-testid="stSkeleton"], [data-testid="stAppSkeleton"], [data-stale="true"]')
    && charts.every(chart => chart.querySelector('canvas, svg'))
    && [...document.images].every(image => image.complete)
    && document.fonts.status === 'loaded';
  work.idle = idle ? (work.idle ?? 0) + 1 : 0;
  return work.idle > frames;
}
"""


def settled(page: Page, frames: int = 8, timeout: float = 60) -> None:
    """Wait until no run is under way or about to be, and its result has stood on the page of `visit` for some `frames`.

    A page that reruns by itself (a fragment with ``run_every``) never settles while it plays.
    """
    page.evaluate("() => { window.outstanding.idle = 0 }")
    page.wait_for_function(_SETTLED, arg=frames, timeout=timeout * 1000, polling="raf")


def hold_the_clock(page: Page) -> None:
    """From now on the page's timers go only as far as `page.clock.run_for` lets them, however slow the machine is."""
    page.clock.install(time=0)
    page.clock.pause_at(3_600_000)


def open_page(page: Page, url_path: str = "", timeout: float = 60, *, asked: bool = False) -> None:
    """Go to one of the app's pages by its address and wait until it is drawn.

    Unless the visitor wants to be `asked`, the page's questions are left out.
    """
    page.goto(f"/{url_path.lstrip('/')}{'' if asked else '?predict=skip'}")
    settled(page, timeout=timeout)


def navigation(page: Page) -> dict[str, str]:
    """The app's pages as its own navigation lists them: title → path, the first page's being empty.

    Those of a menu come last: its links are on the page only while it is unfolded.
    """
    found = _paths(page.locator('[data-testid="stSidebarNavLink"], [data-testid="stTopNavLink"]'))
    for menu in page.get_by_test_id("stTopNavSection").all():
        menu.click()
        page.get_by_test_id("stTopNavDropdownLink").first.wait_for()
        found |= _paths(page.get_by_test_id("stTopNavDropdownLink"))
        page.keyboard.press("Escape")
    return found


def _paths(links: Locator) -> dict[str, str]:
    return {
        link.inner_text().strip(): urlsplit(link.get_attribute("href") or "").path.strip("/") for link in links.all()
    }


def navigate(page: Page, title: str) -> None:
    """Click a page in the app's own navigation, in a menu if it is in one."""
    link = page.get_by_test_id("stTopNavLink").filter(has_text=re.compile(f"^{re.escape(title)}$"))
    if not link.count():
        page.get_by_test_id("stTopNavSection").click()
        link = page.get_by_test_id("stTopNavDropdownLink").filter(has_text=title)
    link.click()


def arrived(page: Page, path: str) -> None:
    """Wait until the address is that of a page; what stands behind its question mark may follow at any time."""
    expect(page).to_have_url(re.compile(rf"/{path}(\?|$)"))


def unfold(page: Page, *headings: str) -> None:
    """Unfold what stands folded away under these headings; what is computed only then is there afterwards."""
    for heading in headings:
        page.locator("summary").filter(has_text=heading).click()
        settled(page)


def unfold_all(page: Page) -> None:
    """Unfold everything on the page that is folded away."""
    closed = page.locator('[data-testid="stMain"] details:not([open]) > summary')
    while closed.count():  # in one there may be another
        closed.evaluate_all("all => all.forEach(each => each.click())")
        settled(page)


def fit_height(page: Page) -> None:
    """Make the window as tall as the page, which scrolls inside a container of its own.

    Twice, because a chart may change its height once the scroll bar has gone.
    """
    for _ in range(2):
        size = page.viewport_size or {"width": 1280, "height": 900}
        content = int(page.locator('[data-testid="stMain"]').evaluate("main => main.scrollHeight"))
        page.set_viewport_size({"width": size["width"], "height": max(size["height"], content)})
        settled(page)


def pixels(page: Page, where: Locator | None = None) -> NDArray[np.uint8]:
    """What is on the screen, all of it or one element, as RGB levels `[H, W, 3]`."""
    png = page.screenshot() if where is None else where.screenshot()
    return np.rint(imread(BytesIO(png), format="png")[..., :3] * 255).astype(np.uint8)

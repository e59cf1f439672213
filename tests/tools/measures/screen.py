"""Clock *screen*: in the real browser, from the click until nothing changes any more."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from playwright.sync_api import Page

from tests.support.browser import navigate, navigation, open_page, settled, visit
from tests.tools.measures import FIRST_PAINT_S, SWITCH_S, Row, cold_browser, fresh_server, spread

# Streamlit's page scrolls inside this element; its header, with the sign that a script runs, is outside.
_WATCH = """
() => {
  const seen = window.seen = { clicked: 0, changed: 0 };
  document.addEventListener('click', () => { seen.clicked = performance.now(); }, true);
  new MutationObserver(() => { seen.changed = performance.now(); }).observe(
    document.querySelector('[data-testid="stMain"]'),
    { subtree: true, childList: true, attributes: true, characterData: true });
  new PerformanceObserver(list => {
    for (const task of list.getEntries()) seen.changed = Math.max(seen.changed, task.startTime + task.duration);
  }).observe({ entryTypes: ['longtask'] });
}
"""
# Milliseconds since the navigation began. Two frames on: the first may have begun before what is waited for was there.
_NEXT_FRAME = """
() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))
"""
_QUIET = "() => seen.changed > seen.clicked && performance.now() - seen.changed > 500"


def watch(page: Page) -> None:
    """Begin to note when the page was clicked and when it changed."""
    page.evaluate(_WATCH)


def redrawn(page: Page, act: Callable[[], None]) -> float:
    """Milliseconds from the click that `act` makes until the page has come to rest."""
    act()
    page.wait_for_function(_QUIET, polling=100)
    return float(page.evaluate("() => seen.changed - seen.clicked"))


def rerun_screen() -> list[Row]:
    """The ablation page in the browser: one dim after another switched off and on."""
    milliseconds: list[float] = []
    with fresh_server() as base_url, cold_browser() as browser, visit(browser, base_url) as (page, _):
        open_page(page, "ablation")
        watch(page)
        dims = page.get_by_role("toolbar", name="Dims deleted on the right")
        # A Gray code: every set of dims comes by once, each one click from the one before; then some again.
        for i in range(1, 21):
            dim = ((i & -i).bit_length() - 1) % 4
            milliseconds.append(redrawn(page, dims.get_by_role("button", name=str(dim), exact=True).click))
    return spread("Ablation, other dims, from click to rest (screen)", milliseconds)


# Notes when last something changed of what is on the screen, as far as it is scrolled: in the page's content, or on a
# canvas, which a component may keep where the page's own observer does not look.
_WATCH_SCREEN = """
() => {
  const onScreen = element => {
    const { top, bottom, height } = element.getBoundingClientRect();
    return height > 0 && top < innerHeight && bottom > 0;
  };
  const note = element => { if (onScreen(element)) seen.onScreen = performance.now(); };
  new MutationObserver(records => {
    for (const { type, target, addedNodes } of records) {
      const touched = type === 'childList' ? [...addedNodes] : [target];
      touched.map(node => node instanceof Element ? node : node.parentElement).filter(Boolean).forEach(note);
    }
  }).observe(document.querySelector('[data-testid="stMain"]'),
    { subtree: true, childList: true, attributes: true, characterData: true });
  const fill = CanvasRenderingContext2D.prototype.fillRect;
  CanvasRenderingContext2D.prototype.fillRect = function (...all) { note(this.canvas); return fill.apply(this, all); };
}
"""


def switch_screen() -> list[Row]:
    """From page to page by the navigation, each once before it counts: the first screen, and all of the page."""
    first: dict[str, list[float]] = {}
    rest: dict[str, list[float]] = {}
    with fresh_server() as base_url, cold_browser() as browser, visit(browser, base_url) as (page, _):
        open_page(page)
        titles = list(navigation(page))
        watch(page)
        page.evaluate(_WATCH_SCREEN)
        for i in range(5):
            for title in [*titles[1:], titles[0]]:
                navigate(page, title)
                settled(page, frames=30)
                if i:
                    for kept, what in ((first, "onScreen"), (rest, "changed")):
                        taken = page.evaluate("what => seen[what] - seen.clicked", what) / 1000
                        kept.setdefault(title, []).append(taken)
    return [
        row
        for title in first
        for row in (
            Row(f"To {title}, first screen drawn (screen)", float(np.median(first[title])), "s", SWITCH_S),
            Row(f"To {title}, the whole page at rest (screen)", float(np.median(rest[title])), "s", SWITCH_S),
        )
    ]


def first_paint() -> list[Row]:
    """Start with its patches drawn: in a cold browser on a fresh server, and again once that has served someone."""
    seconds: list[float] = []
    with fresh_server() as base_url:
        for _visitor in range(3):
            with cold_browser() as browser, visit(browser, base_url) as (page, _):
                page.goto("/", wait_until="commit")
                page.wait_for_selector(".xc-patch >> nth=2", timeout=60_000)
                seconds.append(float(page.evaluate(_NEXT_FRAME)) / 1000)
                settled(page)
    return [
        Row("Start, patches drawn, on a fresh server (screen)", seconds[0], "s"),
        Row("Start, patches drawn, on a server that served one (screen)", seconds[1], "s", FIRST_PAINT_S),
        Row("Start, patches drawn, on a server that served two (screen)", seconds[2], "s", FIRST_PAINT_S),
    ]

"""Take a picture of every page of the app, at each width and in each theme; or those that the README shows.

python -m tests.tools.screenshots --pages start ablation --widths 1280 390 --themes light dark --out screenshots
python -m tests.tools.screenshots --readme
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from excolor.color import GRAYS
from tests.support.browser import (
    browser_path,
    fit_height,
    launch,
    navigation,
    open_page,
    serve,
    settled,
    visit,
)
from tests.support.marks import click, point

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

FIRST = "start"


@contextmanager
def address(given: str | None) -> Generator[str]:
    """The server that was given, or a fresh one for as long as it is needed."""
    if given:
        yield given.rstrip("/")
        return
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "server.log") as base_url:
        yield base_url


def pages_of(browser: Browser, base_url: str) -> list[str]:
    """The paths of all pages in the app's navigation; the first page's is empty."""
    with visit(browser, base_url) as (page, _):
        open_page(page)
        return list(navigation(page).values())


# --- the README's pictures -----------------------------------------------------------------------


def _press(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("button", name=name, exact=True).first.click()
        settled(page)


def _reveal(page: Page) -> None:
    for group, names in {"warmth": ["green", "blue", "white", "gray"], "hue": list(GRAYS)}.items():
        for name in names:
            page.locator(f".st-key-predict-{group}").get_by_role("button", name=name, exact=True).click()
    _press(page, "Reveal")


def _pick(page: Page) -> None:
    click(page, point(page, 0, "#ff0000"))
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")


def _delete_hue(page: Page) -> None:
    _press(page, "Delete dim 0", "Delete dim 1")


def _break(page: Page) -> None:
    page.locator(".st-key-missions summary").click()
    _press(page, "A quiet failure", "No separate")


@dataclass(frozen=True)
class Picture:
    """One of the README's pictures: a page, what is done there first, and how tall the window is."""

    path: str
    prepare: Callable[[Page], None]
    height: int
    asked: bool = False


PICTURES = {
    "predict": Picture("ablation", _reveal, 820, asked=True),
    "ablation": Picture("ablation", _pick, 1150),
    "network": Picture("network", _delete_hue, 1250),
    "train": Picture("train", _break, 1000),
}


def take_for_readme(browser: Browser, base_url: str) -> list[str]:
    """Take them all; returns what the pages had to complain of."""
    problems: list[str] = []
    for name, picture in PICTURES.items():
        with visit(browser, base_url, "light", 1280, picture.height) as (page, watch):
            open_page(page, picture.path, asked=picture.asked)
            picture.prepare(page)
            page.mouse.move(2, 2)
            page.evaluate("() => { document.activeElement?.blur(); }")
            settled(page)
            page.screenshot(path=DOCS / f"{name}.png")
        print(DOCS / f"{name}.png")
        problems += [f"{name}: {problem}" for problem in watch.problems]
    return problems


def main() -> int:
    """Take the pictures; 0 if no page had anything to complain of."""
    parser = argparse.ArgumentParser(description="Screenshots of the app's pages.")
    parser.add_argument("--readme", action="store_true", help="take the pictures that the README shows, into docs/")
    parser.add_argument("--pages", nargs="+", metavar="PATH", help=f"addresses; {FIRST} is the first page (all)")
    parser.add_argument("--widths", nargs="+", type=int, default=[1280, 390], metavar="PX", help="(1280 390)")
    parser.add_argument("--themes", nargs="+", choices=["light", "dark"], default=["light", "dark"])
    parser.add_argument("--out", type=Path, default=Path("screenshots"), metavar="FOLDER", help="(screenshots)")
    parser.add_argument("--base-url", metavar="URL", help="of a server that runs already (start one)")
    args = parser.parse_args()
    executable = browser_path()
    if executable is None:
        parser.error("no Chromium on the PATH")
    problems: list[str] = []
    with address(args.base_url) as base_url, launch(executable) as browser:
        if args.readme:
            problems = take_for_readme(browser, base_url)
            print("\n".join(problems), file=sys.stderr)
            return 1 if problems else 0
        args.out.mkdir(parents=True, exist_ok=True)
        paths = ["" if p == FIRST else p for p in args.pages] if args.pages else pages_of(browser, base_url)
        for path in paths:
            for width in args.widths:
                for theme in args.themes:
                    name = f"{path.replace('/', '-') or FIRST}-{width}-{theme}"
                    with visit(browser, base_url, theme, width) as (page, watch):
                        open_page(page, path)
                        fit_height(page)
                        page.screenshot(path=args.out / f"{name}.png")
                    print(args.out / f"{name}.png")
                    problems += [f"{name}: {problem}" for problem in watch.problems]
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

"""Take a picture of every page of the app, at each width and in each theme.

python scripts/screenshots.py --pages start ablation --widths 1280 390 --themes light dark --out screenshots
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser  # noqa: E402

from tests.browser.tools import (  # noqa: E402
    browser_path,
    fit_height,
    launch,
    navigation,
    open_page,
    serve,
    visit,
)

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


def main() -> int:
    """Take the pictures; 0 if no page had anything to complain of."""
    parser = argparse.ArgumentParser(description="Screenshots of the app's pages.")
    parser.add_argument("--pages", nargs="+", metavar="PATH", help=f"addresses; {FIRST} is the first page (all)")
    parser.add_argument("--widths", nargs="+", type=int, default=[1280, 390], metavar="PX", help="(1280 390)")
    parser.add_argument("--themes", nargs="+", choices=["light", "dark"], default=["light", "dark"])
    parser.add_argument("--out", type=Path, default=Path("screenshots"), metavar="FOLDER", help="(screenshots)")
    parser.add_argument("--base-url", metavar="URL", help="of a server that runs already (start one)")
    args = parser.parse_args()
    executable = browser_path()
    if executable is None:
        parser.error("no Chromium on the PATH")
    args.out.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    with address(args.base_url) as base_url, launch(executable) as browser:
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

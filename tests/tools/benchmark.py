"""How long a visitor waits, against the bounds that the app was built to; a table, never a test.

    python -m tests.tools.benchmark
    python -m tests.tools.benchmark rerun --json

One function per measurement, in tests/tools/measures, each returning rows; add another to MEASUREMENTS and it is in the
table. Three clocks are used, and each row says which:

- *script*: one run of the page's script in this process by Streamlit's AppTest: what the server computes, and a little
  for AppTest's own reading of the result. No network, no browser. Its processor time is given too, which tells a slow
  page from a busy machine.
- *server*: the real server, from the message that asks it for a rerun to the last message of its answer, spoken to in
  Streamlit's own protocol: the script and its messages. No browser.
- *screen*: in the real browser, from the click (or the start of the navigation) until nothing changes any more: the
  last change of the page's content, or the end of the last long task, before half a second of quiet. Software
  rendering on a machine without a GPU is part of it.

Everything runs on this machine, browser and server against each other, so other work on it shows.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict

from rich import box
from rich.console import Console
from rich.table import Table

from tests.tools.measures import Row, crowd, log, many, process, screen, server, training

MEASUREMENTS: dict[str, Callable[[], list[Row]]] = {
    "rerun-script": process.rerun_script,
    "scenes": process.draw_scenes,
    "rerun-server": server.rerun_server,
    "pages-server": server.pages_server,
    "pick-server": server.pick_server,
    "switch-screen": screen.switch_screen,
    "rerun-screen": screen.rerun_screen,
    "first-paint": screen.first_paint,
    "train-slider": training.train_slider,
    "train-server": training.train_server,
    "train-scrub": training.train_scrub,
    "train-class": training.train_class,
    "train-sixty": crowd.train_sixty,
    "train-beside": crowd.train_beside,
    "log-reruns": log.log_reruns,
    "log-switches": log.log_switches,
    "needed": many.needed,
}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How long a visitor waits.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(MEASUREMENTS)}, or how they begin (all)")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args = parser.parse_args()
    chosen = [name for name in MEASUREMENTS if not args.names or name.startswith(tuple(args.names))]
    if not chosen:
        parser.error(f"no measurement of that name; there are {', '.join(MEASUREMENTS)}")
    rows = [row for name in chosen for row in MEASUREMENTS[name]()]
    if args.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
        return 0
    table = Table(box=box.SIMPLE_HEAD, caption=f"load average {os.getloadavg()[0]:.1f}", caption_justify="left")
    table.add_column("what")
    for column in ("measured", "bound", "within"):
        table.add_column(column, justify="right")
    for row in rows:
        digits = ".0f" if row.unit == "ms" else ".2f" if row.unit == "×" else ".1f"
        bound = "" if row.bound is None else f"{row.bound:{digits}} {row.unit}"
        within = "" if row.bound is None else "yes" if row.value <= row.bound else "no"
        table.add_row(row.name, f"{row.value:{digits}} {row.unit}", bound, within)
    Console(highlight=False).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How long a visitor waits, against the bounds that the app was built to; a table, never a test.

    python -m tests.tools.benchmark
    python -m tests.tools.benchmark rerun --json

One function per measurement, each returning rows; add another to MEASUREMENTS and it is in the table. Three clocks
are used, and each row says which:

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
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import torch
from playwright.sync_api import Browser, Page
from rich import box
from rich.console import Console
from rich.table import Table
from streamlit.testing.v1 import AppTest

from tests.support.browser import APP, browser_path, launch, navigation, open_page, serve, settled, visit
from tests.support.session import Session, session

ROOT = Path(__file__).parents[2]

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


# --- in this process -----------------------------------------------------------------------------


def rerun_script() -> list[Row]:
    """The ablation page's script after other dims were picked, which the server has seen or not."""
    at = AppTest.from_file(str(APP), default_timeout=120)
    at.query_params["predict"] = "skip"
    at.run().switch_page("pages/ablation.py").run()
    time.sleep(WARM_UP_S)

    def rerun(dims: tuple[int, ...]) -> tuple[float, float]:
        picker = at.button_group("ablation-dims-4").set_value(list(dims))
        wall, processor = time.perf_counter(), time.process_time()
        picker.run()
        return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - processor)

    rows: list[Row] = []
    for name, order in ORDERS.items():
        wall, processor = zip(*map(rerun, order), strict=True)
        rows += spread(f"Ablation, other dims, {name} (script)", wall, RERUN_MS)
        rows.append(Row(f"Ablation, other dims, {name} (script), processor time", float(np.median(processor)), "ms"))
    return rows


# --- on the real server --------------------------------------------------------------------------


@contextmanager
def fresh_server() -> Iterator[str]:
    """A server that has not served anyone."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "server.log") as base_url:
        yield base_url


def rerun_server() -> list[Row]:
    """The same, of the real server."""
    rows: list[Row] = []
    with fresh_server() as base_url, session(base_url, "ablation") as visitor:
        visitor.run()
        time.sleep(WARM_UP_S)
        for name, order in ORDERS.items():
            milliseconds: list[float] = []
            for dims in order:
                visitor.pick("ablation-dims-4", [str(dim) for dim in dims])
                milliseconds.append(1000 * visitor.run())
            rows += spread(f"Ablation, other dims, {name} (server)", milliseconds, RERUN_MS)
    return rows


# A page, and one input of it: its key, and values that are picked in turn.
INPUTS: dict[str, tuple[str, list[str]]] = {
    "start": ("start-color", ["blue", "green", "white"]),
    "ablation": ("ablation-how", ["prune", "ablate"]),
    "network": ("network-model", ["ex-2.7", "robust"]),
    "latent": ("latent-cut", ["warmth [0]", "hue [0, 1]", "nothing"]),
    "data": ("data-draw", []),  # pressed
    "regularizers": ("regularizers-schedule", ["ex-2.7", "robust"]),
}
_REPEATS = 12


def pages_server() -> list[Row]:
    """Every page, after one of its inputs changed, on the real server; the Train page has measurements of its own."""
    rows: list[Row] = []
    with fresh_server() as base_url:
        for path, (key, values) in INPUTS.items():
            with session(base_url, "" if path == "start" else path) as visitor:
                visitor.run()
                time.sleep(WARM_UP_S if path == "start" else 1)
                milliseconds: list[float] = []
                for i in range(_REPEATS):
                    if values:
                        visitor.pick(key, [values[i % len(values)]])
                    else:
                        visitor.click(key)
                    milliseconds.append(1000 * visitor.run())
            rows += spread(f"{path}, {key} changed (server)", milliseconds, RERUN_MS)
    return rows


def pick_server() -> list[Row]:
    """The ablation page after a color was clicked in one of its charts, each time another."""
    with fresh_server() as base_url, session(base_url, "ablation") as visitor:
        visitor.run()
        time.sleep(WARM_UP_S)
        milliseconds: list[float] = []
        for i in range(_REPEATS):
            visitor.select("patches-0", {"pick": [{"true": f"#{i:02x}80ff", "turn": i}]})
            milliseconds.append(1000 * visitor.run())
    return spread("ablation, a color clicked (server)", milliseconds, RERUN_MS)


def draw_scenes() -> list[Row]:
    """The pages of scenes, past what is remembered of them: the first of a process, and each kind once it is warm."""
    # stpyvista can only be imported in an app.
    AppTest.from_string("import excolor.ui.spheres").run(timeout=120)
    from excolor.ui import spheres
    from excolor.ui.caches import shipped

    torch.set_num_threads(1)  # as the app does
    robust, view = shipped("robust"), (1, 0, 2)
    sphere, triple, training, cube, fall = (
        spheres.sphere_page,
        spheres.triple_page,
        spheres.training_page,
        spheres.cube_page,
        spheres.fall_page,
    )
    kinds: dict[str, tuple[Any, Callable[[], str]]] = {
        "one sphere": (sphere, lambda: sphere(robust, view, (), "true color")),
        "three spheres": (triple, lambda: triple(robust, view, (0, 1), ("intact", "− warmth", "− hue"))),
        "training": (training, lambda: training(robust, view)),
        "cube, its hues' answers": (fall, lambda: fall(robust)),
        "cube, all colors": (cube, cube),
    }
    rows: list[Row] = []
    for name, (remembering, draw) in kinds.items():
        wall: list[float] = []
        processor: list[float] = []
        page = ""
        for _ in range(12):
            remembering.clear()
            start, begun = time.perf_counter(), time.process_time()
            page = draw()
            wall.append(1000 * (time.perf_counter() - start))
            processor.append(1000 * (time.process_time() - begun))
        if not rows:
            rows.append(Row(f"Scene, {name}, the first of the process (script)", wall[0], "ms"))
        rows += spread(f"Scene, {name} (script)", wall[2:], SCENE_MS)
        rows.append(Row(f"Scene, {name} (script), processor time", float(np.median(processor[2:])), "ms"))
        rows.append(Row(f"Scene, {name}, size of its page", len(page) / 1e6, "MB"))
    return rows


# --- in the browser ------------------------------------------------------------------------------

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


@contextmanager
def cold_browser() -> Iterator[Browser]:
    """A browser's process of its own, with an empty cache."""
    executable = browser_path()
    if executable is None:
        raise SystemExit("no Chromium on the PATH")
    with launch(executable) as browser:
        yield browser


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
                page.get_by_test_id("stTopNavLink").filter(has_text=re.compile(f"^{title}$")).click()
                settled(page, quiet=0.5)
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


# --- the Train page ------------------------------------------------------------------------------

# Before the page's own code: when the last slider was let go, when its message left, when the last message of the
# answer came, and when last something was drawn, in the page or on the replay's canvases.
_STAGES = """
const seen = window.seen = { released: 0, sent: 0, received: 0, changed: 0 };
const note = name => { seen[name] = performance.now(); };
document.addEventListener('keyup', () => note('released'), true);
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) { note('sent'); return send.call(this, data); };
window.WebSocket = class extends WebSocket {
  constructor(...all) { super(...all); this.addEventListener('message', () => note('received')); }
};
const fill = CanvasRenderingContext2D.prototype.fillRect;
CanvasRenderingContext2D.prototype.fillRect = function (...all) { note('changed'); return fill.apply(this, all); };
window.watchAll = () => {
  new MutationObserver(() => note('changed')).observe(document.querySelector('[data-testid="stMain"]'),
    { subtree: true, childList: true, attributes: true, characterData: true });
  new PerformanceObserver(list => {
    for (const task of list.getEntries()) seen.changed = Math.max(seen.changed, task.startTime + task.duration);
  }).observe({ entryTypes: ['longtask'] });
};
"""
_STAGES_REST = "() => seen.received > seen.sent && performance.now() - Math.max(seen.changed, seen.received) > 500"
_TOOK = re.compile(r"Trained in ([\d.]+) s, evaluated in ([\d.]+) s")
# Twenty configurations that nobody has trained, one step of a slider each.
_STEPS = [("anchor", "ArrowLeft")] * 8 + [("separate", "ArrowRight")] * 6 + [("planarity", "ArrowRight")] * 6


def took(text: str) -> tuple[float, float]:
    """Milliseconds of training and of evaluation, as the page gives them: two digits each."""
    found = _TOOK.search(text)
    if not found:
        raise SystemExit(f"The page did not train: {text}")
    training, evaluation = found.groups()
    return 1000 * float(training), 1000 * float(evaluation)


def train_slider() -> list[Row]:
    """The Train page, from the release of a slider to a page at rest, and what each part took."""
    parts: list[dict[str, float]] = []
    with fresh_server() as base_url, cold_browser() as browser, visit(browser, base_url) as (page, _):
        page.add_init_script(_STAGES)
        open_page(page, "train")
        page.evaluate("() => watchAll()")
        time.sleep(WARM_UP_S)
        for name, key in _STEPS:
            page.locator(f'.st-key-train-{name} input[type="range"]').press(key)
            page.wait_for_function(_STAGES_REST, polling=100)
            seen = page.evaluate("() => seen")
            training, evaluation = took(page.get_by_text("Trained in").inner_text())
            parts.append(
                {
                    "whole": seen["changed"] - seen["released"],
                    "until the message leaves": seen["sent"] - seen["released"],
                    "training": training,
                    "evaluation": evaluation,
                    "the rest of the answer": seen["received"] - seen["sent"] - training - evaluation,
                    "drawing after the last message": seen["changed"] - seen["received"],
                }
            )
    name = "Train, slider released to page at rest (screen)"
    rows = spread(name, [part.pop("whole") for part in parts], RELEASE_MS)
    return rows + [Row(f"{name}: {share}", float(np.median([p[share] for p in parts])), "ms") for share in parts[0]]


def train_server() -> list[Row]:
    """The same without a browser: another seed, until the last message of the answer is here."""
    beyond: list[float] = []
    whole: list[float] = []
    with fresh_server() as base_url, session(base_url, "train") as visitor:
        visitor.run()
        time.sleep(WARM_UP_S)
        for seed in range(1000, 1020):
            visitor.set_number("train-seed", seed)
            whole.append(1000 * visitor.run())
            beyond.append(whole[-1] - took(" ".join(visitor.markdown()))[0])
            time.sleep(0.2)
    return [
        *spread("Train, another seed, no browser (server)", whole),
        *spread("Train, another seed, no browser (server), beyond training", beyond, RERUN_MS),
    ]


_SCRUB = """
async () => {
  const root = [...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('.replay')).find(Boolean);
  const slider = root.querySelector('input'), drawing = [], painted = [];
  for (let i = 0; i < 120; i++) {
    const start = performance.now();
    slider.value = i % 60;
    slider.dispatchEvent(new Event('input'));
    drawing.push(performance.now() - start);
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    painted.push(performance.now() - start);
  }
  return { drawing, painted };
}
"""


def train_scrub() -> list[Row]:
    """The replay, one frame after another: what drawing takes, and until the browser has painted it."""
    with fresh_server() as base_url, cold_browser() as browser, visit(browser, base_url) as (page, _):
        open_page(page, "train")
        took_ms = page.evaluate(_SCRUB)
    return [
        *spread("Replay, scrubbing, drawing a step (screen)", took_ms["drawing"]),
        *spread("Replay, scrubbing, a step painted (screen)", took_ms["painted"]),
    ]


CLASS = 30
_PRESETS = [
    f"preset-{name}" for name in ("All on", "No unitarity", "No anchor", "No separate", "No planarity", "All off")
]


def train_class() -> list[Row]:
    """Thirty sessions that each start another training at once, and how long one more visitor waits meanwhile."""
    together = Barrier(CLASS + 1)
    waits: dict[str, list[float]] = {"when nothing else happens": [], "meanwhile": []}

    def study(visitor: Session, student: int) -> float:
        visitor.set_number("train-seed", 2000 + student)
        visitor.click(_PRESETS[student % len(_PRESETS)])
        together.wait()
        return visitor.run()

    def visit_start(base_url: str) -> float:
        start = time.perf_counter()
        with session(base_url) as visitor:
            visitor.run()
            return 1000 * (time.perf_counter() - start)  # taking leave is no part of it

    with fresh_server() as base_url, ExitStack() as stack, ThreadPoolExecutor(CLASS) as threads:
        students = [stack.enter_context(session(base_url, "train")) for _ in range(CLASS)]
        for student in students:
            student.run()
        time.sleep(WARM_UP_S)
        waits["when nothing else happens"] = [visit_start(base_url) for _ in range(5)]
        working = [threads.submit(study, visitor, i) for i, visitor in enumerate(students)]
        together.wait()
        while not all(each.done() for each in working):
            waits["meanwhile"].append(visit_start(base_url))
        seconds = [each.result() for each in working]
        told = [sum("**" in text for text in visitor.markdown()) for visitor in students]
    if min(told) < 2:  # "Try first", and the verdict
        raise SystemExit("A session ended without a verdict.")
    return [
        Row(f"{CLASS} trainings at once, a session, median (server)", float(np.median(seconds)), "s"),
        Row(f"{CLASS} trainings at once, the last session (server)", max(seconds), "s"),
        *[
            Row(f"Start, for one more visitor {when}, {what} (server)", float(of(values)), "ms")
            for when, values in waits.items()
            for what, of in (("median", np.median), ("longest", max))
        ],
    ]


MEASUREMENTS: dict[str, Callable[[], list[Row]]] = {
    "rerun-script": rerun_script,
    "scenes": draw_scenes,
    "rerun-server": rerun_server,
    "pages-server": pages_server,
    "pick-server": pick_server,
    "switch-screen": switch_screen,
    "rerun-screen": rerun_screen,
    "first-paint": first_paint,
    "train-slider": train_slider,
    "train-server": train_server,
    "train-scrub": train_scrub,
    "train-class": train_class,
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
        digits = ".0f" if row.unit == "ms" else ".1f"
        bound = "" if row.bound is None else f"{row.bound:{digits}} {row.unit}"
        within = "" if row.bound is None else "yes" if row.value <= row.bound else "no"
        table.add_row(row.name, f"{row.value:{digits}} {row.unit}", bound, within)
    Console(highlight=False).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())

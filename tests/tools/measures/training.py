"""The Train page: a slider, another seed, the replay, and a class of thirty."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import numpy as np

from tests.support.browser import open_page, visit
from tests.support.session import Session, session
from tests.tools.measures import RELEASE_MS, RERUN_MS, WARM_UP_S, Row, cold_browser, fresh_server, spread

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
        told = [any("Trained in" in text for text in visitor.markdown()) for visitor in students]
    if not all(told):
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

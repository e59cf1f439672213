"""The Train page with others about: sixty sessions that think between changes, and one beside a long run or a study."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import numpy as np

from tests.support.session import Session, session
from tests.tools.measures import WARM_UP_S, Row, fresh_server

MANY, CHANGES, THOUGHT_S = 60, 5, 1.0
ALONE = 15  # changes of one session
LONG = 100_000  # updates


def _changes(visitor: Session, first: int, many: int, thought: float) -> list[float]:
    waits: list[float] = []
    for seed in range(first, first + many):
        time.sleep(thought)
        visitor.set_number("train-seed", seed)
        waits.append(visitor.run())
    return waits


def train_sixty() -> list[Row]:
    """Sixty sessions on the Train page, each with five changes and a second of thought before each."""
    with fresh_server() as base_url, ExitStack() as stack, ThreadPoolExecutor(MANY) as threads:
        visitors = [stack.enter_context(session(base_url, "train")) for _ in range(MANY)]
        for visitor in visitors:
            visitor.run()
        time.sleep(WARM_UP_S)
        working = [
            threads.submit(_changes, visitor, 3000 + CHANGES * i, CHANGES, THOUGHT_S)
            for i, visitor in enumerate(visitors)
        ]
        waits = [wait for each in working for wait in each.result()]
    name = f"{MANY} sessions with {THOUGHT_S:g} s of thought, a change"
    return [
        Row(f"{name}, median (server)", float(np.median(waits)), "s"),
        Row(f"{name}, 95th percentile (server)", float(np.percentile(waits, 95)), "s"),
        Row(f"{name}, worst (server)", max(waits), "s"),
    ]


def _long_run(other: Session, over: Event) -> None:
    for seed in range(50):
        if over.is_set():
            return
        other.set_number("train-seed", seed)
        other.run()


def _study(other: Session, over: Event) -> None:
    other.click("data-sweep")
    other.run()
    over.wait()


def train_beside() -> list[Row]:
    """One session's changes alone, while another's long run goes on, and while another's study does."""
    return [*_beside("a long run", "train", _long_run), *_beside("a study", "data", _study)]


def _beside(what: str, page: str, go_on: Callable[[Session, Event], None]) -> list[Row]:
    over = Event()
    with fresh_server() as base_url, ExitStack() as stack, ThreadPoolExecutor(1) as threads:
        visitor, other = (stack.enter_context(session(base_url, path)) for path in ("train", page))
        visitor.run()
        other.run()
        time.sleep(WARM_UP_S)
        alone = _changes(visitor, 7000, ALONE, 0.1)
        if page == "train":
            other.pick("train-steps", [str(LONG)])
        going = threads.submit(go_on, other, over)
        time.sleep(0.3)
        beside = _changes(visitor, 8000, ALONE, 0.1)
        over.set()
        going.result()
    name = f"Train, another seed, beside {what} (server)"
    return [
        Row(f"{name}, median", 1000 * float(np.median(beside)), "ms"),
        Row(f"{name}, ratio to alone", float(np.median(beside) / np.median(alone)), "×", 1.5),
    ]

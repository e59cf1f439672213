"""A lesson that goes on and on: sessions without a browser that train with a pause for thought, and a few browsers.

    python -m tests.tools.soak --minutes 30 --sessions 30 --browsers 3 --plot memory.png

Prints how long the sessions waited, what went wrong, and the server's memory, threads and open files: before anybody
came, while they worked, and once they were gone.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.support.browser import browser_path, launch, open_page, serve, visit
from tests.support.session import session

GONE_FOR = 300  # seconds after the last one left
EVERY = 5  # seconds between two looks at the server
PATHS = ("train", "ablation", "latent")


@dataclass
class Server:
    """The process of a server, looked at from outside."""

    pid: int

    @classmethod
    def at(cls, base_url: str) -> Server:
        """The one that listens there."""
        port = base_url.rpartition(":")[2]
        found = subprocess.run(["pgrep", "-f", f"server.port {port}"], capture_output=True, text=True, check=True)
        return cls(int(found.stdout.split()[0]))

    def memory(self) -> int:
        """Resident, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        assert found
        return int(found[1]) // 1024

    def threads_and_files(self) -> tuple[int, int]:
        """How many it has."""
        threads, files = (sum(1 for _ in Path(f"/proc/{self.pid}/{each}").iterdir()) for each in ("task", "fd"))
        return threads, files


@dataclass
class Notes:
    """What was seen, by seconds since the beginning."""

    began: float = field(default_factory=time.monotonic)
    memory: list[tuple[float, int]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    marks: list[tuple[float, str]] = field(default_factory=list)

    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began


def student(base_url: str, number: int, end: float, thought: float, notes: Notes) -> None:
    """Train another seed, and think; again and again."""
    chance = random.Random(number)
    try:
        with session(base_url, "train") as visitor:
            visitor.run()
            while time.monotonic() < end:
                time.sleep(thought * chance.uniform(0.5, 1.5))
                visitor.set_number("train-seed", chance.randrange(100_000))
                notes.waits.append(visitor.run())
    except Exception as error:  # a soak goes on, and says at its end what it ran into
        notes.errors.append(f"session {number}: {type(error).__name__}: {error}")


def browse(base_url: str, number: int, end: float, notes: Notes) -> None:
    """Go from page to page in a real browser."""
    executable = browser_path()
    if executable is None:
        raise SystemExit("no Chromium on the PATH")
    try:
        with launch(executable) as browser, visit(browser, base_url) as (page, watch):
            while time.monotonic() < end:
                for path in PATHS:
                    open_page(page, path)
                    time.sleep(5)
            notes.errors.extend(f"browser {number}: {problem}" for problem in watch.problems)
    except Exception as error:
        notes.errors.append(f"browser {number}: {type(error).__name__}: {error}")


def come_and_go(base_url: str, many: int) -> None:
    """So many visitors, one after another, who each train once."""
    for number in range(many):
        with session(base_url, "train") as visitor:
            visitor.run()
            visitor.set_number("train-seed", 500_000 + number)
            visitor.run()


def main() -> int:
    """Run it and print what was seen."""
    parser = argparse.ArgumentParser(description="A lesson that goes on and on.")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--thought", type=float, default=1, help="seconds between a session's changes (1)")
    parser.add_argument("--browsers", type=int, default=3)
    parser.add_argument("--visitors", type=int, default=0, help="who come and go one after another before all that (0)")
    parser.add_argument("--plot", type=Path, help="a picture of the memory")
    args = parser.parse_args()
    notes = Notes()
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "server.log") as base_url, ExitStack() as stack:
        server = Server.at(base_url)
        with session(base_url) as first:
            first.run()
            time.sleep(10)  # the kernels are compiled meanwhile
        watching = threading.Event()
        stack.callback(watching.set)
        threading.Thread(target=_watch, args=(server, notes, watching), daemon=True).start()
        print(f"after the first visitor: {server.memory()} MB, threads and files {server.threads_and_files()}")
        for path in PATHS:  # what they need is loaded once, whoever comes after
            with session(base_url, path) as visitor:
                visitor.run()
        before = server.memory()
        print(f"once every page was seen: {before} MB")
        if args.visitors:
            come_and_go(base_url, args.visitors)
            notes.marks.append((notes.now(), f"{args.visitors} came and went"))
            print(f"after {args.visitors} came and went: {server.memory()} MB, {server.threads_and_files()}")
        end = time.monotonic() + 60 * args.minutes
        with ThreadPoolExecutor(args.sessions + args.browsers) as threads:
            for number in range(args.sessions):
                threads.submit(student, base_url, number, end, args.thought, notes)
            for number in range(args.browsers):
                threads.submit(browse, base_url, number, end, notes)
            time.sleep(max(0, end - time.monotonic() - EVERY))
            busy = server.memory()
        notes.marks.append((notes.now(), "all gone"))
        print(f"while they worked: {busy} MB, {(busy - before) / max(1, args.sessions + args.browsers):.1f} MB each")
        time.sleep(GONE_FOR)
        print(f"{GONE_FOR} s after all left: {server.memory()} MB, threads and files {server.threads_and_files()}")
    waits = np.array(notes.waits or [np.nan])
    print(
        f"{len(notes.waits)} changes: median wait {np.median(waits):.2f} s, 95 % {np.percentile(waits, 95):.2f} s, "
        f"worst {waits.max():.2f} s; {len(notes.errors)} errors"
    )
    for error in notes.errors[:20]:
        print(error, file=sys.stderr)
    if args.plot:
        _plot(notes, args.plot)
    return 1 if notes.errors else 0


def _watch(server: Server, notes: Notes, over: threading.Event) -> None:
    while not over.wait(EVERY):
        notes.memory.append((notes.now(), server.memory()))


def _plot(notes: Notes, path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.add_subplot(xlabel="minutes", ylabel="server's memory (MB)")
    seconds, memory = np.array(notes.memory).T
    axes.plot(seconds / 60, memory, color="black", linewidth=1)
    for at, words in notes.marks:
        axes.axvline(at / 60, color="gray", linestyle=":")
        axes.annotate(words, (at / 60, 0), rotation=90, fontsize=8, va="bottom", ha="right")
    axes.set_ylim(0)
    figure.savefig(path)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m excolor`: the command line, which lives in `excolor.cli`."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

STOPPED = 130  # the exit code after Ctrl-C, as shells have it


def run() -> int:
    """Run the command line; returns its exit code. Ctrl-C ends it in one sentence from the first moment on."""
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # it may have to be ignored
    if ours:
        signal.signal(signal.SIGINT, _stop)
    from excolor.cli import main  # takes seconds: PyTorch, numba

    if ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    code = main()
    if code == STOPPED:
        os._exit(STOPPED)  # nobody waits for the runs under way; what was to be written is written
    if ours:
        signal.signal(signal.SIGINT, _stop)
    return code


def _stop(_signal: int, _frame: object) -> None:
    with suppress(OSError):
        os.write(2, b"excolor: stopped.\n")
    os._exit(STOPPED)


if __name__ == "__main__":
    raise SystemExit(run())

"""Gives back what students who have gone leave behind: their sessions, and the memory that these held."""

from __future__ import annotations

import ctypes
import gc
import threading
import time
from contextlib import suppress

from streamlit import runtime

EVERY = 60.0  # seconds
QUIET = 300.0  # seconds after the last run of a page, when there is nothing left to give back
# As glibc's malloc.h has them. Every run of a page is a thread, and each of many threads would get a heap of its own,
# which is given back only when nothing in it is used any more: 6 MB a session instead of 2.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8

_last_run = time.monotonic()


def note() -> None:
    """Called with every run of a page."""
    global _last_run
    _last_run = time.monotonic()


def start() -> None:
    """Tidy up every minute, in the background, as long as pages are run; once a server, and never without one."""
    # The stand-in for a server that Streamlit's AppTest puts there passes isinstance, so the type itself is asked for.
    if runtime.exists() and type(runtime.get_instance()) is runtime.Runtime:
        with suppress(OSError, AttributeError):  # only glibc has it
            libc = ctypes.CDLL("libc.so.6")
            libc.mallopt(_M_ARENA_MAX, 2)
            libc.mallopt(_M_TRIM_THRESHOLD, 2**17)  # bytes: more than that is given back as soon as it is free
            libc.mallopt(_M_MMAP_THRESHOLD, 2**17)
        threading.Thread(target=_work, name="excolor-janitor", daemon=True).start()


def _work() -> None:
    while True:
        time.sleep(EVERY)
        if time.monotonic() - _last_run < QUIET:
            tidy()


def tidy() -> None:
    """Forget the sessions that are gone, collect garbage, and hand free memory back to the system."""
    _forget_sessions()
    # Streamlit would do it after every run of a page (runner.postScriptGC), which took longer than many of these.
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _forget_sessions() -> None:
    # Streamlit keeps the session of a lost connection for two minutes, for a browser that comes back. After that it
    # forgets it when the next connection is lost, which after a lesson none is. Private calls: see the version's pin.
    server = runtime.get_instance()
    kept = server._session_mgr._session_storage._cache  # pyright: ignore
    server._get_async_objs().eventloop.call_soon_threadsafe(kept.expire)  # pyright: ignore
    time.sleep(0.1)

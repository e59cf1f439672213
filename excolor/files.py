"""The files that somebody names: read up to a limit, written whole or not at all, and nothing but regular files.

Looking comes before opening, because to open a pipe is to wait for whoever is at its other end.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from excolor.errors import ExcolorError, shown_path

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_up_to(path: str | Path, limit: int) -> bytes:
    """The first `limit` bytes of a file, and one more if it is longer: that tells a file that is too large.

    Raises:
        ExcolorError: there is no such file, it cannot be read, or it is not a regular file.
    """
    with _told(path, "read"):
        _refuse_odd(path, "read", Path(path).stat().st_mode)
        # What the name stands for may have changed since: not even a pipe makes this wait.
        opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(opened, "rb") as file:
            _refuse_odd(path, "read", os.fstat(opened).st_mode)
            return file.read(limit + 1)


def try_place(path: str | Path) -> None:
    """Find out whether `write` could write here; nothing is left behind, and a file that is there stays as it is.

    Raises:
        ExcolorError: as `write` would.
    """
    with _beside(path) as (part, _):
        part.touch()


def write(path: str | Path, data: bytes) -> None:
    """Write a file, whole or not at all. A link stays a link: what it points to is written.

    Raises:
        ExcolorError: the name is empty or a folder's, the place cannot be written, or what is there is write-protected
            or not a regular file.
    """
    with _beside(path) as (part, target):
        part.write_bytes(data)
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)


@contextmanager
def _beside(path: str | Path) -> Generator[tuple[Path, Path]]:
    """A new name on the same disk as the file that the path leads to, and that file."""
    with _told(path, "written"):
        target = Path(os.path.realpath(path))
        try:
            mode = target.stat().st_mode  # not `exists`, which calls a link to itself a free place
        except FileNotFoundError:
            mode = None
        if mode is not None:
            _refuse_odd(path, "written", mode)
            if not os.access(target, os.W_OK):
                raise ExcolorError(f"{shown_path(path)} cannot be written (it is write-protected); name another file.")
        elif str(path).endswith(("/", os.sep)):
            raise ExcolorError(f"{shown_path(path)} cannot be written (it is a directory's name); name a regular file.")
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".excolor-") as folder:
            yield Path(folder, target.name), target


def _refuse_odd(path: str | Path, done: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
        raise ExcolorError(f"{shown_path(path)} cannot be {done} (it is {kind}); name a regular file.")


@contextmanager
def _told(path: str | Path, done: str) -> Generator[None]:
    name = str(path)
    if not name:
        raise ExcolorError(f"{shown_path(name)} cannot be {done} (it is empty); name a regular file.")
    try:
        yield
    except ExcolorError:
        raise
    except (OSError, ValueError) as error:  # a ValueError if the name has a NUL
        reason = getattr(error, "strerror", None) or error
        raise ExcolorError(f"{shown_path(name)} cannot be {done} ({reason}).") from error

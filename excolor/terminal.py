"""What a terminal shows: text, tables, complaints and progress, on any encoding, width and state of the output."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from typing import TextIO

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from excolor.errors import ExcolorError

NARROWEST, USUAL, WIDEST = 40, 80, 1000  # columns

PLAIN = {"−": "-", "–": "-", "—": "-", "×": "x", "·": "*", "²": "^2", "³": "^3", "…": "...", "’": "'"}
"""What stands for a sign where the encoding lacks it; any other sign is escaped, as in `\\xe9`."""


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(PLAIN.get(sign) or _escaped(sign) for sign in lacking), error.end


def _escaped(sign: str) -> str:
    return sign.encode("ascii", "backslashreplace").decode("ascii")


codecs.register_error("excolor.plain", _plain)


def prepare() -> None:
    """Let standard output and error write plain signs where their encoding lacks one.

    Raises:
        ExcolorError: standard output is closed.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="excolor.plain")
    if _stream(sys.stdout) is None:
        raise ExcolorError("Standard output is closed; send it to a terminal, a pipe or a file.")


def write(text: str) -> None:
    """Write to standard output, at once.

    Raises:
        BrokenPipeError: nobody reads any more.
        ExcolorError: standard output cannot be written, such as to a full disk.
    """
    with _writing():
        sys.stdout.write(text)


@contextmanager
def _writing() -> Generator[None]:
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        _mute(sys.stdout)
        if isinstance(error, BrokenPipeError):
            raise
        reason = error.strerror or error
        raise ExcolorError(f"Standard output cannot be written ({reason}); send it somewhere else.") from error


def complain(sentence: str) -> None:
    """Say something on standard error, on one line; where that cannot be written, in silence."""
    stream = _stream(sys.stderr)
    if stream is None:
        return
    line = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in sentence)
    try:
        stream.write(f"excolor: {line}\n")
        stream.flush()
    except OSError:
        _mute(stream)


def write_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table; its first column has the names. It is as wide as its numbers need, on however narrow a terminal.

    Raises:
        BrokenPipeError, ExcolorError: as in `write`.
    """
    table = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, justify="right" if table.columns else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    # Given both measures, rich does not read them from COLUMNS and LINES, which may be anything.
    console = Console(file=sys.stdout, width=WIDEST, height=25, highlight=False)
    write(f"{title}\n")
    with _writing():
        console.print(table)


@contextmanager
def bar(what: str, total: int) -> Generator[Callable[[int], None]]:
    """A progress bar on standard error if that is a terminal; gives a function to call with what is done."""
    console = Console(file=sys.stderr, width=width(sys.stderr), height=25)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    shown = console.is_terminal
    with Progress(
        *columns, console=console, transient=True, disable=not shown, redirect_stdout=False, redirect_stderr=False
    ) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)


def width(stream: TextIO | None) -> int:
    """Columns to write for: those of the variable COLUMNS or else of the terminal, where that is a sensible number."""
    columns = 0
    with suppress(KeyError, ValueError):
        columns = int(os.environ["COLUMNS"])
    if columns <= 0:
        with suppress(AttributeError, OSError, ValueError):
            columns = os.get_terminal_size(stream.fileno()).columns if stream else 0
    return min(max(columns, NARROWEST), WIDEST) if columns > 0 else USUAL


def _stream(stream: TextIO | None) -> TextIO | None:
    """The stream, or None: what Python makes of one that was closed when it began."""
    return stream


def _mute(stream: TextIO) -> None:
    """Send what a stream still holds to nowhere, or the interpreter would fail to write it when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

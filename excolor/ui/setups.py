"""A teacher's setups: what a class is to find, under a name and with a note, kept by the teacher's browser."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from excolor.errors import ExcolorError
from excolor.links import LONGEST
from excolor.ui import state
from excolor.ui.store import Kind
from excolor.ui.words import printable

MOST = 50
MAX_NAME, MAX_NOTE = 40, 300


@dataclass(frozen=True)
class Setup:
    """What a link for a class says.

    Attributes:
        page: the address of the page that it opens, without the slash.
        words: of that address.
        note: for whoever keeps it; never in the link.
    """

    page: str
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    note: str = ""


def kept() -> dict[str, Setup]:
    """Those of this session by name, in the order in which they were kept."""
    return state.SETUPS.get()


def keep(name: str, setup: Setup) -> str:
    """Keep a setup; another one of that name gives way. Returns the name.

    Raises:
        ExcolorError: the name is empty or too long, or there are too many.
    """
    name = printable(name).strip()
    if not 0 < len(name) <= MAX_NAME:
        raise ExcolorError(f"A setup needs a name, of up to {MAX_NAME} characters.")
    if name not in kept() and len(kept()) >= MOST:
        raise ExcolorError(f"{MOST} setups are kept, and that is all there is room for; delete one.")
    kept()[name] = setup
    return name


def copy(name: str) -> str:
    """Keep a setup a second time, under a name like its own; returns that.

    Raises:
        ExcolorError: there are too many.
    """
    names = (f"{name[: MAX_NAME - 4].strip()} {n}" for n in range(2, MOST + 3))
    return keep(next(each for each in names if each not in kept()), kept()[name])


def delete(name: str) -> None:
    """Forget a setup."""
    kept().pop(name, None)


# --- what the browser keeps -----------------------------------------------------------------------

_Named = tuple[str, Setup]


def _entry_name(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _write(named: _Named) -> dict[str, Any]:
    name, setup = named
    return {"name": name, "page": setup.page, "words": dict(setup.words), "note": setup.note}


def _read(rest: str, value: object) -> _Named:
    match value:
        case {"name": str(name), "page": str(page), "words": dict(words), "note": str(note)}:
            texts = {key: text for key, text in words.items() if isinstance(key, str) and isinstance(text, str)}
            size = sum(len(key) + len(text) for key, text in texts.items())
            if name == printable(name).strip()[:MAX_NAME] != "" and len(texts) == len(words) and size <= LONGEST:
                return name, Setup(page[:MAX_NAME], texts, printable(note)[:MAX_NOTE])
    raise ExcolorError("A setup has no name, or is none.")


def _take(entries: Mapping[str, _Named]) -> None:
    kept().update(entries.values())


def _drop(entries: Collection[str]) -> None:
    for name in [name for name in kept() if _entry_name(name) in entries]:
        delete(name)


SETUPS = Kind(
    "setup",
    MOST,
    lambda: {_entry_name(name): (name, setup) for name, setup in kept().items()},
    _write,
    _read,
    _take,
    _drop,
)

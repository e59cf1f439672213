"""What a student's browser keeps of a session: entries, each a key and a JSON value, and what of them is new.

Nothing here knows what is kept: a `Kind` of entries says what the session has of them, how they are written, and how
they are read back. What comes from a browser is not trusted: what is unsound is left out, and counted.

An entry is one item of the browser's storage, so two tabs that write different entries do not overwrite each other.
Those of a kind whose name begins with `last/` say where a student left off: they are taken back by a session that
begins, and no other tab follows them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar
from uuid import uuid4

from excolor.errors import ExcolorError

T = TypeVar("T")

PREFIX = "excolor/2/"  # of every key in the browser; another number is another version, and is left alone
LAST = "last/"
LONGEST = 64_000  # characters of an entry
ROOM = 2_000_000  # characters of all of them; a browser has room for five million
MOST = 1000  # entries that are looked at
AHEAD = 60_000  # milliseconds that an entry may lie in the future


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of entries.

    Attributes:
        name: what their keys begin with; the rest of a key tells them apart, and is empty for a single entry.
        most: how many of them are taken back, the newest ones.
        has: what the session has of them, by the rest of the key, in an order that is kept.
        write: a value as JSON has it.
        read: the value that was written, given the rest of its key; an ExcolorError if nobody has written it so.
        take: puts values into the session, by the rest of the key.
        drop: takes them out of the session again; called with what `has` names.
    """

    name: str
    most: int
    has: Callable[[], Mapping[str, T]]
    write: Callable[[T], Any]
    read: Callable[[str, object], T]
    take: Callable[[Mapping[str, T]], None]
    drop: Callable[[Collection[str]], None]

    def key(self, rest: str) -> str:
        """The whole key of an entry."""
        return f"{self.name}/{rest}" if rest else self.name

    def rest(self, key: str) -> str | None:
        """The rest of a key; None if it is of another kind."""
        return "" if key == self.name else key[len(self.name) + 1 :] if key.startswith(f"{self.name}/") else None


def single(
    name: str,
    has: Callable[[], T | None],
    write: Callable[[T], Any],
    read: Callable[[object], T],
    take: Callable[[T], None],
    drop: Callable[[], None],
) -> Kind[T]:
    """A kind of which there is one entry, or none."""

    def read_it(rest: str, value: object) -> T:
        if rest:
            raise ExcolorError(f"There is only one {name}.")
        return read(value)

    def have() -> dict[str, T]:
        value = has()
        return {} if value is None else {"": value}

    return Kind(name, 1, have, write, read_it, lambda entries: take(entries[""]), lambda _rests: drop())


Kinds = Sequence[Kind[Any]]


@dataclass
class Browser:
    """What a session knows of its browser's storage.

    Attributes:
        session: its name, by which the browser knows a new one.
        heard: number of the last report that came from it; 0 while none has come.
        available: whether it keeps anything at all.
        full: whether it refused an entry.
        others: items of another version that are there.
        left_out: entries that could not be read.
        refused: keys of entries that are too large to be kept.
        news: whether a report has changed what pages show.
        cleared: how often everything was to be forgotten.
    """

    session: str = field(default_factory=lambda: uuid4().hex)
    heard: int = 0
    available: bool = True
    full: bool = False
    others: int = 0
    left_out: int = 0
    refused: frozenset[str] = frozenset()
    news: bool = False
    cleared: int = 0
    _known: dict[str, str] = field(default_factory=dict[str, str])  # what is there, as far as it is known
    _sent: dict[str, str] = field(default_factory=dict[str, str])  # what was to be there last
    _revision: int = 0  # of that
    _told: set[str] = field(default_factory=set[str])  # what it was told of since it last confirmed
    _written: dict[str, tuple[Any, str]] = field(default_factory=dict[str, tuple[Any, str]])  # values and their text
    _since: dict[str, int] = field(default_factory=dict[str, int])  # when each entry came, in ms

    def outgoing(self, kinds: Kinds) -> dict[str, Any]:
        """What is said to the browser after a run of a page: all that it has not confirmed to have written."""
        now = self._texts(kinds)
        if now != self._sent:
            self._sent, self._revision = now, self._revision + 1
        # What was said and not confirmed may be there or not, so it is said again.
        self._told |= {key for key in {*self._known, *now} if self._known.get(key) != now.get(key)}
        return {
            "prefix": PREFIX,
            "session": self.session,
            "heard": self.heard,
            "cleared": self.cleared,
            "revision": self._revision,
            "changes": {key: now.get(key) for key in sorted(self._told, key=now.__contains__)},  # first what is gone
        }

    def hear(self, report: object, kinds: Kinds) -> None:
        """Take in a report of the browser: what it kept when the session began, or what another tab did since."""
        match report:
            case {"session": self.session, "number": int(number), **told} if number > self.heard:
                self.heard = number
            case _:
                return
        before = self.available, self.full, self.others, self.left_out
        self.available = told.get("available") is not False
        self.full = told.get("full") is True
        if isinstance(others := told.get("others"), int):
            self.others = others
        if told.get("wrote") == self._revision:
            self._known, self._told = dict(self._sent), set()
        if isinstance(entries := told.get("entries"), dict):
            began = told.get("greeting") is True
            self.restore({key: text for key, text in entries.items() if began or not str(key).startswith(LAST)}, kinds)
        self.news |= before != (self.available, self.full, self.others, self.left_out)

    def restore(self, entries: object, kinds: Kinds) -> None:
        """Put what a browser kept into the session; None in place of an entry says that it is gone."""
        found = sound(entries, kinds)
        self.left_out += found.left_out
        for kind in kinds:
            gone = {rest: key for key in found.gone if (rest := kind.rest(key)) is not None}
            if dropped := [rest for rest in kind.has() if rest in gone]:
                kind.drop(dropped)
                self.news = True
            for key in gone.values():
                self._forget(key)
            # What was there too often is known as well, and so forgotten there.
            new = {key: each for key, each in found.of(kind).items() if self._known.get(key) != each.text}
            for key, each in new.items():
                self._known[key], self._since[key] = each.text, each.since
            new = dict([*new.items()][-kind.most :])
            if new:
                kind.take({kind.rest(key) or "": each.value for key, each in new.items()})
                self.news = True

    def keeps(self, kind: Kind[T], value: T) -> bool:
        """Whether there is room in the browser for a value that the session has."""
        return not any(kind.key(rest) in self.refused for rest, each in kind.has().items() if each == value)

    def clear(self, kinds: Kinds) -> None:
        """Forget everything, here and in the browser."""
        for kind in kinds:
            kind.drop(list(kind.has()))
        for key in [*self._known, *self._written]:
            self._forget(key)
        self._told.clear()
        self.left_out = self.others = 0
        self.full = False
        self.cleared += 1

    def _forget(self, key: str) -> None:
        for of_entry in (self._known, self._written, self._since):
            of_entry.pop(key, None)

    def _texts(self, kinds: Kinds) -> dict[str, str]:
        """What is to be in the browser, by key, as far as there is room."""
        texts: dict[str, str] = {}
        refused: list[str] = []
        room = ROOM
        written, self._written = self._written, {}  # nothing is held that the session has let go
        for kind in kinds:
            for rest, value in kind.has().items():
                key = kind.key(rest)
                text = self._text(kind, key, value, written.get(key))
                if len(text) <= min(LONGEST, room):
                    texts[key] = text
                    room -= len(text)
                else:
                    refused.append(key)
        self._since = {key: since for key, since in self._since.items() if key in self._written}
        self.refused = frozenset(refused)
        return texts

    def _text(self, kind: Kind[Any], key: str, value: object, before: tuple[Any, str] | None) -> str:
        # What has not changed since the last run is not written out again: a page is drawn many times.
        if before is None or (before[0] is not value and before[0] != value):
            since = self._since.setdefault(key, max([_now(), *self._since.values()]) + 1)
            entry = {"since": since, "is": kind.write(value)}
            before = value, json.dumps(entry, separators=(",", ":"), sort_keys=True)
        self._written[key] = before
        return before[1]


@dataclass(frozen=True)
class Entry:
    """An entry that was read: its text, when it came, in ms, and what it says."""

    text: str
    since: int
    value: Any


@dataclass(frozen=True)
class Sound:
    """What was read of what a browser keeps: the sound entries, those that are gone, and how many were left out."""

    entries: dict[str, Entry]
    gone: tuple[str, ...]
    left_out: int

    def of(self, kind: Kind[Any]) -> dict[str, Entry]:
        """Those of a kind, the oldest first."""
        found = [(key, each) for key, each in self.entries.items() if kind.rest(key) is not None]
        return dict(sorted(found, key=lambda item: item[1].since))


def sound(entries: object, kinds: Kinds) -> Sound:
    """Read what a browser keeps, whatever it is; raises nothing."""
    if not isinstance(entries, Mapping):
        return Sound({}, (), 0)
    read: dict[str, Entry] = {}
    gone: list[str] = []
    room = 2 * ROOM  # two tabs can have filled it
    for key, text in islice(entries.items(), MOST):
        if text is None and isinstance(key, str):
            gone.append(key)
            continue
        room -= len(text) if isinstance(text, str) else 0
        try:
            read[key] = _entry(key, text if room > 0 else None, kinds)
        except (ExcolorError, ValueError, RecursionError):  # the latter two from JSON
            continue
    return Sound(read, tuple(gone), len(entries) - len(read) - len(gone))


def _entry(key: object, text: object, kinds: Kinds) -> Entry:
    if not isinstance(key, str) or not isinstance(text, str) or len(text) > LONGEST:
        raise ExcolorError("An entry is too long, or no text.")
    for kind in kinds:
        if (rest := kind.rest(key)) is not None:
            match json.loads(text):
                case {"since": int(since), "is": value} if since >= 0:
                    return Entry(text, min(since, _now() + AHEAD), kind.read(rest, value))
                case _:
                    break
    raise ExcolorError("An entry is of no kind that is known, or does not say what it is.")


def _now() -> int:
    return time.time_ns() // 1_000_000

"""The log of a student's runs: which of them stay, what they are called, and the files that they leave in.

A file for machines has each run's settings and parameters and what was said of it beforehand, but none of its figures:
whoever reads it measures the runs again, so no figure is believed that somebody has written into a file. Reading trusts
nothing, as in `excolor.notes`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from excolor.checkpoint import PRETRAINED
from excolor.errors import ExcolorError, shown
from excolor.measured import Measured, measure
from excolor.metrics import finite
from excolor.notes import mapping, measured_of, note_of, note_of_measured, run_of
from excolor.training import Run

MOST = 200  # runs
PINS = 2
MAX_NAME = 40
LAST, LINKED = (
    "last run",
    "linked run",
)  # names that no run is given: what was trained last has one, what a link says the other
MAX_BYTES = 4_000_000  # of a file
QUESTIONS = {
    "train": ("run",),
    "ablation": ("warmth", "hue"),
    "seen": ("seen",),
    "read": ("read",),
    "back": ("back",),
    "noise": ("noise",),
    "planned": ("planned",),
}
"""Who asks what becomes of a run, and the groups of its question."""
MAX_MARKED = 40  # of one group, and characters of each
MAX_WHY = 200

_FORMAT = "excolor-log-1"
_RESERVED = (*PRETRAINED, LAST, LINKED)
_LATEST = 253_402_300_799_000  # ms: the last second of the year 9999
# What a spreadsheet takes for the beginning of a formula, and what it skips before one.
_FORMULA = ("=", "+", "-", "−", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


@dataclass(frozen=True)
class Prediction:
    """What was marked in each group of a question before the result was shown, and the reason that was given."""

    said: Mapping[str, frozenset[str]]
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """It as plain JSON values."""
        return {"said": {group: sorted(names) for group, names in self.said.items()}, "why": self.why}


@dataclass(frozen=True)
class Entry:
    """A run in the log.

    Attributes:
        when: it was made, in milliseconds since 1970, UTC.
        run: with its figures, without its history.
        name: that a student gave it; empty if none did.
        pinned: whether it is one of the two that are compared.
        loaded: it came from a file; it was not trained here.
        predictions: by who asked, one of `QUESTIONS`.
    """

    when: int
    run: Measured
    name: str = ""
    pinned: bool = False
    loaded: bool = False
    predictions: Mapping[str, Prediction] = field(default_factory=dict[str, Prediction], hash=False)

    @cached_property
    def key(self) -> str:
        """The same for the same settings and parameters."""
        return hashlib.sha256(f"{self.run.config.to_json()}\n{self.run.run.key}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Log:
    """Runs, each once, the oldest first; at most 200.

    Where there is no room, the oldest goes that has neither a name nor a pin; if there is none, the oldest named one.

    Attributes:
        went: how many have gone so far.
        last_went: the one that went last.
    """

    entries: tuple[Entry, ...] = ()
    went: int = 0
    last_went: Entry | None = None

    @cached_property
    def by_key(self) -> dict[str, Entry]:
        """The entries by their keys, those first that should be written first: named, pinned, young."""
        first = sorted(self.entries, key=lambda each: (bool(each.name or each.pinned), each.when), reverse=True)
        return {each.key: each for each in first}

    @cached_property
    def named(self) -> dict[str, Entry]:
        """Those with a name, by it, the oldest first."""
        return {each.name: each for each in self.entries if each.name}

    @cached_property
    def pinned(self) -> tuple[Entry, ...]:
        """Those that are compared, at most two, the older first."""
        return tuple(each for each in self.entries if each.pinned)

    @cached_property
    def made(self) -> dict[str, Entry]:
        """Those that were trained here, by key, the oldest first; of equal settings the last."""
        last = {each.run.config: each.key for each in self.entries if not each.loaded}
        return {each.key: each for each in self.entries if last.get(each.run.config) == each.key}

    def add(self, entry: Entry) -> Log:
        """With a run that was just made or loaded; one that is there already stays what it is called."""
        mine = self.by_key.get(entry.key)
        if mine is None:
            return self.taking([entry])
        loaded = mine.loaded and entry.loaded
        return self.taking([replace(mine, when=entry.when, name=mine.name or entry.name, loaded=loaded)])

    def joined(self, entries: Iterable[Entry]) -> Log:
        """With the entries of a file; of a run that is in both, this log's own word counts."""
        return self.taking(self._mine(each) for each in entries)

    def _mine(self, entry: Entry) -> Entry:
        mine = self.by_key.get(entry.key)
        if mine is None:
            return entry
        return replace(mine, name=mine.name or entry.name, pinned=mine.pinned or entry.pinned)

    def taking(self, entries: Iterable[Entry]) -> Log:
        """With these entries, each in place of one of the same run.

        The result does not depend on which came first, so that two tabs of a browser end with the same log.
        """
        every = {each.key: each for each in (*self.entries, *entries)}
        ordered = _unpinned(_apart(sorted(every.values(), key=lambda each: (each.when, each.key))))
        # The newest is on screen, so it stays.
        leaving = sorted(ordered[:-1], key=lambda each: (each.pinned, bool(each.name)))[: max(0, len(ordered) - MOST)]
        gone = {each.key for each in leaving}
        stay = tuple(each for each in ordered if each.key not in gone)
        return Log(stay, self.went + len(gone), leaving[-1] if leaving else self.last_went)

    def without(self, keys: Collection[str]) -> Log:
        """Without the entries of these keys."""
        return replace(self, entries=tuple(each for each in self.entries if each.key not in keys))

    def naming(self, key: str, name: str) -> Log:
        """With a name for an entry.

        Raises:
            ExcolorError: the name is empty, too long, taken, or has signs without a shape.
        """
        name = name.strip()
        if not name:
            raise ExcolorError("The name is empty; give the run a name to find it again by.")
        if len(name) > MAX_NAME:
            raise ExcolorError(f"The name has {len(name)} characters; use up to {MAX_NAME}.")
        if not _has_a_shape(name):
            raise ExcolorError("The name has characters that cannot be seen; leave them out.")
        if name in _RESERVED or self.named.get(name, self.by_key[key]).key != key:
            raise ExcolorError(f"{name} is taken; choose another name.")
        return self._with(replace(self.by_key[key], name=name))

    def pinning(self, keys: Collection[str]) -> Log:
        """With these entries pinned: two take the place of those that were, one joins them.

        Raises:
            ExcolorError: that makes more than two.
        """
        others = [each for each in self.pinned if each.key not in keys] if len(keys) < PINS else []
        if len(others) + len(keys) > PINS:
            raise ExcolorError("Two runs can be pinned, and two are; unpin one first, or pin two at once.")
        every = (replace(each, pinned=each.key in keys or each in others) for each in self.entries)
        return replace(self, entries=tuple(every))

    def unpinning(self, keys: Collection[str]) -> Log:
        """With these entries no longer pinned."""
        every = (replace(each, pinned=False) if each.key in keys else each for each in self.entries)
        return replace(self, entries=tuple(every))

    def free(self, name: str) -> str:
        """The name, or the first one like it that is not taken."""
        return _free(name, {*_RESERVED, *self.named})

    def _with(self, entry: Entry) -> Log:
        return replace(self, entries=tuple(entry if each.key == entry.key else each for each in self.entries))


def _free(name: str, taken: Collection[str]) -> str:
    names = (name, *(f"{name[: MAX_NAME - 4].strip()} {n}" for n in range(2, MOST + 2)))
    return next(each for each in names if each not in taken)


def _apart(entries: list[Entry]) -> list[Entry]:
    """No name twice: of two the run with the smaller key keeps it."""
    owners: dict[str, str] = {}
    for each in sorted(entries, key=lambda each: (each.run.run.key, each.key)):
        if each.name and each.name not in _RESERVED:
            owners.setdefault(each.name, each.key)
    taken = {*_RESERVED, *owners}
    found: list[Entry] = []
    for each in entries:
        if each.name and owners.get(each.name) != each.key:
            each = replace(each, name=_free(each.name, taken))
            taken.add(each.name)
        found.append(each)
    return found


def _unpinned(entries: list[Entry]) -> list[Entry]:
    """At most two pins: the youngest keep theirs."""
    pinned = [each.key for each in entries if each.pinned][-PINS:]
    return [replace(each, pinned=False) if each.pinned and each.key not in pinned else each for each in entries]


# --- an entry as JSON ------------------------------------------------------------------------------


def note_of_entry(entry: Entry) -> dict[str, Any]:
    """An entry with its figures and without its predictions, as plain JSON values."""
    return {**_said_of(entry), "run": note_of_measured(entry.run)}


def entry_of(note: object) -> Entry:
    """The entry that `note_of_entry` wrote down; its figures are taken as they stand there.

    Raises:
        ExcolorError: it is no such note, or as in `notes.measured_of`.
    """
    run, said = _read(note)
    return Entry(run=measured_of(run), **said)


def _said_of(entry: Entry) -> dict[str, Any]:
    return {"when": entry.when, "name": entry.name, "pinned": entry.pinned, "loaded": entry.loaded}


def _read(note: object) -> tuple[object, dict[str, Any]]:
    """The note of the run itself, and what else is said of it."""
    values = mapping(note, {"when", "name", "pinned", "loaded", "run"}, {"predictions"})
    when, name = values["when"], values["name"]
    if isinstance(when, bool) or not isinstance(when, int) or not 0 <= when <= _LATEST:
        raise ExcolorError(f"A note has the time {shown(when)}; it must be in milliseconds since 1970.")
    if not isinstance(name, str) or len(name) > MAX_NAME or name != name.strip() or not _has_a_shape(name):
        raise ExcolorError(f"A note has the name {shown(name)}, which is none for a run.")
    if not isinstance(values["pinned"], bool) or not isinstance(values["loaded"], bool):
        raise ExcolorError("A note does not say whether its run is pinned, or was loaded.")
    said = {each: values[each] for each in ("when", "name", "pinned", "loaded")}
    return values["run"], said | {"predictions": _predictions(values.get("predictions", {}))}


def _has_a_shape(text: str) -> bool:
    return all(sign.isprintable() or sign == "\N{NO-BREAK SPACE}" for sign in text)


# --- files -----------------------------------------------------------------------------------------


def to_json(entries: Iterable[Entry]) -> str:
    """The entries as a file that `from_json` reads: a run with its settings and parameters on each line."""
    lines = (json.dumps(_filed(each), allow_nan=False, separators=(",", ":")) for each in entries)
    return f'{{"format":"{_FORMAT}","runs":[\n' + ",\n".join(lines) + "\n]}\n"


def _filed(entry: Entry) -> dict[str, Any]:
    predictions = {who: each.to_dict() for who, each in entry.predictions.items()}
    return {**_said_of(entry), "run": note_of(entry.run.run), "predictions": predictions}


def from_json(data: bytes | str, measured: Callable[[Run], Measured] = measure) -> tuple[Entry, ...]:
    """The entries that `to_json` wrote, the oldest first, each run once and measured again.

    Args:
        measured: measures a run.

    Raises:
        ExcolorError: it is too large, no JSON, no log, has more than 200 runs, or one of them is unsound.
    """
    if len(data) > MAX_BYTES:
        raise ExcolorError(f"The file is larger than {MAX_BYTES // 1_000_000} MB; a log is smaller.")
    try:
        found = json.loads(data.decode("utf-8-sig") if isinstance(data, bytes) else data)
    except (ValueError, RecursionError) as error:
        raise ExcolorError(f"The file is not JSON, or a damaged one ({type(error).__name__}).") from error
    if not isinstance(found, dict) or found.get("format") != _FORMAT:  # pyright: ignore[reportUnknownMemberType]
        raise ExcolorError("The file is JSON, but no log of excolor.")
    notes = _list(mapping(found, {"format", "runs"})["runs"], MOST)  # pyright: ignore[reportUnknownArgumentType]
    # All of it is read before the first run is measured, which takes much longer.
    read = [_unfiled(number, note) for number, note in enumerate(notes, 1)]
    return Log().taking(Entry(run=measured(run).forgetting(), **said) for run, said in read).entries


def _unfiled(number: int, note: object) -> tuple[Run, dict[str, Any]]:
    try:
        run, said = _read(note)
        return run_of(run), said
    except ExcolorError as error:
        raise ExcolorError(f"Run {number} of the file cannot be read. {error}") from error


def _predictions(note: object) -> dict[str, Prediction]:
    return {who: _prediction(each, QUESTIONS[who]) for who, each in mapping(note, set(), QUESTIONS.keys()).items()}


def _prediction(note: object, groups: Collection[str]) -> Prediction:
    values = mapping(note, {"said", "why"})
    why = values["why"]
    if not isinstance(why, str) or len(why) > MAX_WHY or not _has_a_shape(why):
        raise ExcolorError(f"A note has the reason {shown(why)}; it must be a line of up to {MAX_WHY} characters.")
    return Prediction({group: _marked(names) for group, names in mapping(values["said"], {*groups}).items()}, why)


def _marked(names: object) -> frozenset[str]:
    for name in (found := _list(names, MAX_MARKED)):
        if not isinstance(name, str) or len(name) > MAX_MARKED or not _has_a_shape(name):
            raise ExcolorError(f"A note has a prediction that marks {shown(name)}.")
    return frozenset(map(str, found))


def _list(value: object, most: int) -> list[object]:
    if not isinstance(value, list) or len(value) > most:  # pyright: ignore[reportUnknownArgumentType]
        raise ExcolorError(f"A note has something else where a list of up to {most} belongs, or a longer one.")
    return value  # pyright: ignore[reportUnknownVariableType]


def to_csv(entries: Iterable[Entry]) -> str:
    """The entries as a table for a spreadsheet: a row each, with settings, figures, verdict and predictions.

    A text that a spreadsheet would take for a formula, because it begins with =, +, −, @, a tab or a new line, gets an
    apostrophe before it. Times are UTC; a figure that is not finite is an empty cell.
    """
    rows = [_row(each) for each in entries]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return file.getvalue()


def _row(entry: Entry) -> dict[str, object]:
    run, config = entry.run, entry.run.config
    weights = {f"weight_{name}": weight for name, weight in config.weights.items()}
    row: dict[str, object] = {
        "when": datetime.fromtimestamp(entry.when / 1000, UTC).isoformat(timespec="seconds"),
        "name": entry.name,
        "pinned": entry.pinned,
        "loaded": entry.loaded,
        **{name: value for name, value in config.to_dict().items() if name != "weights"},
        **weights,
        "sound": run.sound,
        "causes": "; ".join(cause.value for cause in run.causes),
        "stopped_at": run.run.stopped.step if run.run.stopped else None,
    }
    metrics = run.metrics.to_dict()
    for part, figures in {**metrics, "placement": finite(vars(run.placement))}.items():
        if part in ("intact", "warmth", "hue", "placement"):
            row |= {f"{part}_{name}": value for name, value in figures.items()}
    row |= {name: metrics[name] for name in ("selectivity", "red_cosine", "fails")}
    for who, groups in QUESTIONS.items():
        said = entry.predictions.get(who)
        row |= {f"said_{group}": "; ".join(sorted(said.said[group])) if said else "" for group in groups}
        row[f"why_{who}"] = said.why if said else ""
    return row


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

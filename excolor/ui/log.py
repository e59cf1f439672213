"""The session's log: every run that was trained or loaded, and what the browser keeps of them.

An entry is a run without its history, which is nearly all of its size. The session holds the history of the last run
and of a few with a name; that of any other comes back when it is trained again.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from excolor import log
from excolor.errors import ExcolorError
from excolor.log import MOST, Entry, Log, Prediction
from excolor.measured import Measured, measure
from excolor.surgery import HUE
from excolor.training import Run
from excolor.ui import predict, runs, state
from excolor.ui.caches import metrics_of
from excolor.ui.store import Kind
from excolor.ui.words import counted, plain, printable, settings

MOST_PASTS = 12  # runs with their history, half a megabyte each
QUICK = 10_000  # updates, a tenth of a second


def current() -> Log:
    """The session's log."""
    return state.LOG.get()


def last() -> Entry | None:
    """What was trained last in this tab; where that is gone, the newest of the log."""
    made = current().made
    return made.get(state.LAST_MADE.get()) or next(reversed(made.values()), None)


def made() -> list[Measured]:
    """The runs that were trained here, each configuration once, the last one last."""
    ends = last()
    found = [each.run for each in current().made.values() if each is not ends]
    return [*found, ends.run] if ends else found


def note(measured: Measured) -> None:
    """Put a run that was trained into the log; called whenever a page shows one."""
    ends = current().made.get(state.LAST_MADE.get())
    if ends is None or (ends.run.config, ends.run.run.key) != (measured.config, measured.run.key):
        ends = Entry(_now(), measured.forgetting())
        state.LOG.set(current().add(ends))
        state.LAST_MADE.set(ends.key)
    _hold(ends.key, measured.run)


def load(run: Run, name: str) -> str:
    """Put a run that came from a file into the log; returns the name that it got, or has."""
    entry = Entry(_now(), measure(run, metrics=metrics_of(run)).forgetting(), current().free(name), loaded=True)
    state.LOG.set(current().add(entry))
    _hold(entry.key, run)
    return current().by_key[entry.key].name


def call(key: str, name: str) -> str:
    """Give a run of the log a name; returns it.

    Raises:
        ExcolorError: as in `Log.naming`.
    """
    before = current().by_key[key].name
    state.LOG.set(current().naming(key, printable(name)))
    now = current().by_key[key].name
    if before and state.MODEL.get() == before:
        state.MODEL.set(now)  # the one that is chosen stays chosen
    return now


def use(key: str) -> str:
    """Choose a run of the log on every page; returns the name by which it is chosen, a new one if it had none."""
    entry = current().by_key[key]
    name = entry.name or call(key, current().free(settings(entry.run.config)[: log.MAX_NAME].strip()))
    state.MODEL.set(name)
    return name


def delete(keys: Collection[str]) -> None:
    """Take runs out of the log, so that `undo` can bring them back."""
    state.LOG_DELETED.set(tuple(each for each in current().entries if each.key in keys))
    _drop(keys)


def undo() -> None:
    """Bring back what was deleted last."""
    state.LOG.set(current().joined(state.LOG_DELETED.take()))


def in_words(entry: Entry) -> str:
    """A run by its name, or by its settings."""
    return entry.name or settings(entry.run.config)


def went() -> str:
    """Which run had to go last because the log is full, in words; empty if none has."""
    gone = current().last_went
    if gone is None:
        return ""
    return (
        f"The log has room for {MOST} runs. {counted(current().went, 'run')} had to go, last of all "
        f"{plain(in_words(gone))}. What has a name or a pin stays longest."
    )


# --- histories -------------------------------------------------------------------------------------


def whole(entry: Entry) -> Run:
    """The run of an entry, with its history as far as the session has it."""
    return state.PASTS.get().get(entry.key, entry.run.run)


def recalled(entry: Entry) -> Run:
    """The same; a run without its history is trained again, for that, if it is quick.

    On another machine, or with another version, the same settings can lead elsewhere: then it stays what it was.
    """
    if entry.key in state.PASTS.get():
        return whole(entry)
    run = entry.run.run
    try:
        again = runs.trained(run.config).measured.run if run.config.steps <= QUICK else run
    except ExcolorError:  # a checkpoint can have a schedule that is none to train with
        again = run
    _hold(entry.key, again if again.key == run.key else run)
    return whole(entry)


def _hold(key: str, run: Run) -> None:
    pasts = state.PASTS.get()
    pasts.pop(key, None)
    named = {each.key for each in current().named.values()}
    held = [(each, past) for each, past in pasts.items() if each in named or each == state.LAST_MADE.get()]
    state.PASTS.set(dict([*held, (key, run)][-MOST_PASTS:]))


# --- files -----------------------------------------------------------------------------------------


def exported(entries: Iterable[Entry]) -> list[Entry]:
    """Entries with what was said of them beforehand, as a file has them."""
    return [replace(each, predictions=_predictions(each.run)) for each in entries]


def _about(run: Measured) -> dict[str, object]:
    """What each page that asks calls a run; of the questions about a deletion, those about hue's."""
    of_hue = {who: predict.Deleted(who, run.run.key, HUE) for who in predict.GONE}
    return {"train": run.config, "ablation": run.run.key, **of_hue}


def _predictions(run: Measured) -> dict[str, Prediction]:
    said = {who: predict.record(about) for who, about in _about(run).items()}
    return {
        who: Prediction({group: frozenset(names) for group, names in each["said"].items()}, each["why"])
        for who, each in said.items()
        if each
    }


def take_file(entries: Sequence[Entry]) -> int:
    """Let the entries of a file join the log, and what was said of them; returns how many are new here.

    A run that is here already keeps its name, and a prediction that this session has made stays.
    """
    new = sum(each.key not in current().by_key for each in entries)
    state.LOG.set(current().joined(map(_by_now, entries)))
    for each in entries:
        for who, about in _about(each.run).items():
            if said := each.predictions.get(who):
                predict.restore(about, said.to_dict(), log.QUESTIONS[who])
    return new


def _by_now(entry: Entry) -> Entry:
    """Without its predictions, which are kept elsewhere; no run was made in the future."""
    return replace(entry, when=min(entry.when, _now()), predictions={})


def _now() -> int:
    return time.time_ns() // 1_000_000


# --- what the browser keeps ------------------------------------------------------------------------


def _read(rest: str, value: object) -> Entry:
    entry = log.entry_of(value)
    if entry.key != rest:
        raise ExcolorError("A run of the log is kept as another.")
    return entry


def _take(entries: Mapping[str, Entry]) -> None:
    state.LOG.set(current().taking(map(_by_now, entries.values())))


def _drop(keys: Collection[str]) -> None:
    state.LOG.set(current().without(keys))
    for key in keys:
        state.PASTS.get().pop(key, None)


# Of more, which two tabs can have written, the log itself decides which stay.
RUNS = Kind("log", 2 * MOST, lambda: current().by_key, log.note_of_entry, _read, _take, _drop)

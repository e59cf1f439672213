"""The models a session can choose from: those that ship, its last run, and the runs it has kept or loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Hashable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from excolor import checkpoint
from excolor.checkpoint import PRETRAINED
from excolor.errors import ExcolorError
from excolor.measured import measure
from excolor.notes import note_of, run_of
from excolor.training import Run
from excolor.ui import predict, runs, state
from excolor.ui.caches import all_shipped, metrics_of
from excolor.ui.store import LAST as LAST_SEEN
from excolor.ui.store import Kind, single
from excolor.ui.words import plain, printable

MAX_KEPT = 12
MAX_NAME = 40
QUICK = 10_000  # updates, a tenth of a second
HELP = (
    "robust is trained with our schedule, ex-2.7 with the published one, clean with a fifth regularizer. Your own runs "
    "join them."
)
LAST = "last run"  # of the Train page
LINKED = "linked run"  # that came by the address


def tell_lost() -> None:
    """Say which of the networks that ship cannot be used. Without any there is nothing to show, and the page ends."""
    lost = [name for name in PRETRAINED if name not in all_shipped()]
    if len(lost) == len(PRETRAINED):
        st.error("No network can be shown: the files of all that ship are missing or damaged. Install excolor again.")
        st.stop()
    for name in lost:
        st.warning(
            f"The network {name} cannot be shown: its file is missing or damaged. Everything else works without it. "
            "To have it back, install excolor again."
        )


def kept() -> dict[str, Run]:
    """This session's kept runs by name, in the order in which they were kept."""
    return state.KEPT.get()


def set_last(run: Run) -> None:
    """Make a run the one that other pages know as the last."""
    state.LAST_RUN.set(run)


def keep(name: str, run: Run) -> str:
    """Put a run on the shelf; returns the name that it got.

    Raises:
        ExcolorError: the name is empty, too long or taken, or the shelf is full.
    """
    name = printable(name).strip()
    if not name:
        raise ExcolorError("The name is empty; give the run a name to find it again by.")
    if len(name) > MAX_NAME:
        raise ExcolorError(f"The name has {len(name)} characters; use up to {MAX_NAME}.")
    if name in _taken():
        raise ExcolorError(f"{name} is taken; choose another name.")
    if len(kept()) >= MAX_KEPT:
        raise ExcolorError(f"{MAX_KEPT} runs are kept, and that is all there is room for; forget one.")
    kept()[name] = run
    return name


def load(data: bytes, file_name: str) -> str:
    """Put an uploaded checkpoint on the shelf, under the file's name; returns the name that it got.

    Raises:
        ExcolorError: the file is not a sound checkpoint, or the shelf is full.
    """
    loaded = checkpoint.from_bytes(data, file_name)
    run = loaded.run
    name = keep(_free(printable(file_name.removesuffix(".safetensors"))[: MAX_NAME - 4].strip() or "loaded"), run)
    recorded = loaded.story.get("predictions")
    if isinstance(recorded, dict):
        for page, (about, groups) in _asked_about(run).items():
            predict.restore(about, recorded.get(page), groups)
    return name


def _free(name: str) -> str:
    """The name, or the first one like it that is not taken."""
    names = (name, *(f"{name[: MAX_NAME - 4].strip()} {n}" for n in range(2, 100)))
    return next(each for each in names if each not in _taken())


def forget(name: str) -> None:
    """Take a run off the shelf."""
    kept().pop(name, None)
    state.RETURNED.get().discard(name)


def choices() -> dict[str, Run]:
    """Every model this session can choose, by name."""
    own = {LAST: state.LAST_RUN.get(), LINKED: state.LINKED_RUN.get()}
    return all_shipped() | {name: run for name, run in own.items() if run} | kept()


def _taken() -> set[str]:
    return {
        *choices(),
        *PRETRAINED,
        LAST,
        LINKED,
    }  # also before there is a last one, and while one that ships is missing


def current() -> Run:
    """The model that was chosen last, on whatever page."""
    return _recalled(chosen_name())


def _recalled(name: str) -> Run:
    """A model by its name; one that came back from the browser is trained again, for its history, if that is quick.

    On another machine, or with another version, the same settings can lead elsewhere: then it stays what it was.
    """
    run = choices()[name]
    if name not in state.RETURNED.get():
        return run
    try:
        again = runs.trained(run.config).measured.run if run.config.steps <= QUICK else run
    except ExcolorError:  # a checkpoint can have a schedule that is none to train with
        again = run
    state.RETURNED.get().discard(name)
    if again.key != run.key:
        return run
    if name == LAST:
        set_last(again)
    else:
        kept()[name] = again
    return again


def chosen_name() -> str:
    """The name of that model."""
    name = state.MODEL.get()
    models = choices()
    return name if name in models else next(iter(models))


def choose(key: str) -> Run:
    """A control to choose a model with; the choice is the same on every page."""
    models = choices()
    name = chosen_name()
    state.MODEL.set(name)  # one that was forgotten is not chosen again when another takes its name

    def remember() -> None:
        state.MODEL.set(state.value(key) or PRETRAINED[0])
        state.WANTED.forget()

    state.put(key, name)
    names = list(models)
    if len(names) <= len(PRETRAINED) + 2:
        st.segmented_control("Model", names, format_func=plain, key=key, help=HELP, on_change=remember, required=True)
    else:
        st.selectbox("Model", names, key=key, help=HELP, on_change=remember, width=240)
    return _recalled(name)


def file_maker(run: Run) -> Callable[[], bytes]:
    """What makes a checkpoint file of a model, with what was predicted of it so far, once somebody wants to have it.

    Raises:
        ExcolorError: a parameter is not finite.
    """
    checkpoint.require_finite(run)
    predictions = {page: predict.record(about) for page, (about, _groups) in _asked_about(run).items()}
    said = {page: each for page, each in predictions.items() if each}
    return partial(checkpoint.to_bytes, measure(run, metrics=metrics_of(run)), predictions=said)


def _asked_about(run: Run) -> dict[str, tuple[Hashable, tuple[str, ...]]]:
    """What each page that asks calls a run, and the groups of its question."""
    return {"train": (run.config, predict.TRAIN), "ablation": (run.key, predict.ABLATION)}


# --- what the browser keeps -----------------------------------------------------------------------


def _entries() -> dict[str, tuple[str, Run]]:
    return {_entry_name(name, run): (name, run) for name, run in kept().items()}


def _entry_name(name: str, run: Run) -> str:
    """The same for the same run of the same name: two tabs that keep it keep one."""
    return hashlib.sha256(f"{name}\n{run.config}\n{run.key}".encode()).hexdigest()[:16]


def _write(entry: tuple[str, Run]) -> dict[str, Any]:
    name, run = entry
    return {"name": name, "run": note_of(run)}


def _read(rest: str, value: object) -> tuple[str, Run]:
    match value:
        case {"name": str(name), "run": note} if name == printable(name).strip()[:MAX_NAME] != "":
            return name, run_of(note)
        case _:
            raise ExcolorError("A kept run has no name, or none that can be shown.")


def _take(entries: Mapping[str, tuple[str, Run]]) -> None:
    for name, run in entries.values():
        there = kept().get(name)
        if there is not None and (there.key, there.config) == (run.key, run.config):
            continue
        if there is not None and run.key < there.key:  # so two tabs give the other name to the same one
            forget(name)
            kept()[_free(f"{name} 2"[:MAX_NAME])] = there
        free = _free(name)
        kept()[free] = run
        state.RETURNED.get().add(free)


def _drop(entries: Collection[str]) -> None:
    for entry, (name, _run) in _entries().items():
        if entry in entries:
            forget(name)


def _take_last(run: Run) -> None:
    if state.LAST_RUN.get() is None:
        set_last(run)
        state.RETURNED.get().add(LAST)


def _forget_last() -> None:
    state.LAST_RUN.forget()
    state.RETURNED.get().discard(LAST)


def _take_choice(name: str) -> None:
    if MODEL.name not in state.NAMED.get():
        state.MODEL.set(name)


def _own_choice() -> str | None:
    name = chosen_name()
    return name if name != PRETRAINED[0] else None


def _read_choice(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_NAME:
        raise ExcolorError("The chosen model has no name.")
    return value


RUNS = Kind("run", 2 * MAX_KEPT, _entries, _write, _read, _take, _drop)
LAST_RUN = single(f"{LAST_SEEN}run", state.LAST_RUN.get, note_of, run_of, _take_last, _forget_last)
MODEL = single(f"{LAST_SEEN}model", _own_choice, str, _read_choice, _take_choice, state.MODEL.forget)

"""The models a session can choose from: those that ship, its last run, and those of its log that have a name."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

import streamlit as st

from excolor import checkpoint
from excolor.checkpoint import PRETRAINED
from excolor.errors import ExcolorError
from excolor.log import LAST, LINKED, MAX_NAME, Entry
from excolor.measured import measure
from excolor.training import Run
from excolor.ui import log, predict, state
from excolor.ui.caches import all_shipped, metrics_of
from excolor.ui.store import LAST as LAST_SEEN
from excolor.ui.store import single
from excolor.ui.words import plain, printable

HELP = (
    "robust is trained with our schedule, ex-2.7 with the published one, clean with a fifth regularizer. Your own runs "
    "join them."
)


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


def load(data: bytes, file_name: str) -> str:
    """Put an uploaded checkpoint into the log, under the file's name; returns the name that it got, or has there.

    Raises:
        ExcolorError: the file is not a sound checkpoint.
    """
    loaded = checkpoint.from_bytes(data, file_name)
    name = log.load(loaded.run, printable(file_name.removesuffix(".safetensors"))[:MAX_NAME].strip() or "loaded")
    recorded = loaded.story.get("predictions")
    if isinstance(recorded, dict):
        for page, (about, groups) in _asked_about(loaded.run).items():
            predict.restore(about, recorded.get(page), groups)
    return name


def choices() -> dict[str, Run]:
    """Every model this session can choose, by name: what ships, the last and the linked run, those with a name."""
    linked = state.LINKED_RUN.get()
    own = {name: log.whole(entry) for name, entry in _own().items()}
    return all_shipped() | ({LINKED: linked} if linked else {}) | own


def _own() -> dict[str, Entry]:
    last = log.last()
    return ({LAST: last} if last else {}) | log.current().named


def current() -> Run:
    """The model that was chosen last, on whatever page."""
    return _recalled(chosen_name())


def _recalled(name: str) -> Run:
    """A model by its name, with its history if that is to be had."""
    entry = _own().get(name)
    return log.recalled(entry) if entry else choices()[name]


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


MODEL = single(f"{LAST_SEEN}model", _own_choice, str, _read_choice, _take_choice, state.MODEL.forget)

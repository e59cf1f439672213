"""The models a session can choose from: those that ship, its last run, and the runs it has kept or loaded."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from excolor import checkpoint
from excolor.checkpoint import PRETRAINED
from excolor.errors import ExcolorError
from excolor.measured import measure
from excolor.training import Run
from excolor.ui import predict, state
from excolor.ui.caches import all_shipped, metrics_of

MAX_KEPT = 12
MAX_NAME = 40
HELP = (
    "robust is trained with our schedule, ex-2.7 with the published one, clean with a fifth regularizer. Your own runs "
    "join them."
)
LAST = "last run"  # of the Train page


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
    name = name.strip()
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
    stem = file_name.removesuffix(".safetensors")[: MAX_NAME - 4].strip() or "loaded"
    names = [stem, *(f"{stem} {n}" for n in range(2, MAX_KEPT + 4))]
    free = next(name for name in names if name not in _taken())
    run = loaded.run
    name = keep(free, run)
    recorded = loaded.story.get("predictions")
    if isinstance(recorded, dict):
        for page, (about, groups) in _asked_about(run).items():
            predict.restore(about, recorded.get(page), groups)
    return name


def forget(name: str) -> None:
    """Take a run off the shelf."""
    kept().pop(name, None)


def choices() -> dict[str, Run]:
    """Every model this session can choose, by name."""
    last = state.LAST_RUN.get()
    return all_shipped() | ({LAST: last} if last else {}) | kept()


def _taken() -> set[str]:
    return {*choices(), *PRETRAINED, LAST}  # also before there is a last one, and while one that ships is missing


def current() -> Run:
    """The model that was chosen last, on whatever page."""
    return choices()[chosen_name()]


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

    state.put(key, name)
    names = list(models)
    if len(names) <= len(PRETRAINED) + 2:
        st.segmented_control("Model", names, key=key, help=HELP, on_change=remember, required=True)
    else:
        st.selectbox("Model", names, key=key, help=HELP, on_change=remember, width=240)
    return models[name]


def file_of(run: Run) -> bytes:
    """A model as a checkpoint file, with what was predicted of it.

    Raises:
        ExcolorError: a parameter is not finite.
    """
    predictions = {page: predict.record(about) for page, (about, _groups) in _asked_about(run).items()}
    said = {page: each for page, each in predictions.items() if each}
    return checkpoint.to_bytes(measure(run, metrics=metrics_of(run)), predictions=said)


def _asked_about(run: Run) -> dict[str, tuple[Hashable, tuple[str, ...]]]:
    """What each page that asks calls a run, and the groups of its question."""
    return {"train": (run.config, predict.TRAIN), "ablation": (run.key, predict.ABLATION)}

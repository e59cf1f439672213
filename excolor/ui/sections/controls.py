"""The controls of a training: presets, a slider for each regularizer, and what else a run is made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st

from excolor.config import BOTTLENECKS, MAX_SEED, MAX_STEPS, STEPS, RunConfig, Weights
from excolor.errors import ExcolorError
from excolor.losses import EXPERIMENT, TERMS
from excolor.schedule import SHIPPED
from excolor.training import multipliers
from excolor.ui import state
from excolor.ui.store import LAST, single
from excolor.ui.words import EFFECTS

SCALE = [0.0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0]
STEP_COUNTS = [100, 300, 1000, 2000, STEPS, 6000, 10_000, 30_000, MAX_STEPS]
NAMES = [term.name for term in TERMS]
MORE = [name for name in NAMES if name not in EXPERIMENT]
PRESETS = {
    "No separate": {"separate": 0.0},
    "All on": {},
    **{f"No {name}": {name: 0.0} for name in EXPERIMENT},
    "All off": dict.fromkeys(NAMES, 0.0),
}


def panel() -> RunConfig:
    """All controls under each other; returns what they ask for."""
    for key, setting in state.CONTROLS.items():
        state.begin(key, setting)
    _presets()
    _seed()
    for name in EXPERIMENT:
        _weight(name)
    st.caption("**One more label,** “desaturated”: nearly gray.")
    for name in MORE:
        _weight(name)
    _run()
    _network()
    return RunConfig(
        schedule=state.value(state.SCHEDULE),
        seed=int(state.value(state.SEED)),
        steps=state.value(state.STEP_COUNT),
        bottleneck=state.value(state.BOTTLENECK),
        label_noise=round(state.value(state.LABEL_NOISE), 2),
        weights=_weights(),
    )


def _weights() -> Weights:
    usual, said = _usual(), {name: state.value(state.weight(name)) for name in NAMES}
    # What the schedule decides is left to it, so that such a run is known as the same everywhere.
    return Weights(**{name: weight for name, weight in said.items() if name in EXPERIMENT or weight != usual[name]})


def _usual() -> dict[str, float]:
    """Where the sliders stand on the chosen schedule as long as nobody moves them."""
    return multipliers(RunConfig(schedule=state.value(state.SCHEDULE)))


def _presets() -> None:
    now = {name: state.value(state.weight(name)) for name in NAMES}
    with st.container(horizontal=True, gap="xxsmall", key="presets"):
        for title, weights in PRESETS.items():
            marked = "primary" if _usual() | weights == now else "secondary"
            st.button(title, on_click=_preset, args=(weights,), key=f"preset-{title}", type=marked)


def _seed() -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.number_input(
            "seed",
            step=1,
            key=state.SEED,
            persist_state="session",
            help="Another seed is another run.",
            on_change=_keep_to_seeds,
        )
        st.button("Reset all", on_click=_reset, key="reset-all")
    if said := state.SEED_SAID.take():
        st.caption(said)


def _keep_to_seeds() -> None:
    """A number that is no seed gives way to the nearest one that is, and the page says so."""
    wanted = state.value(state.SEED) or 0
    seed = min(max(wanted, 0), MAX_SEED)
    if seed != wanted:
        state.put(state.SEED, seed)
        state.SEED_SAID.set(
            f"A seed is a whole number from 0 to {MAX_SEED:,}. You typed {wanted:,}; {seed:,} is used.".replace(
                "-", "−"
            )
        )


def _weight(name: str) -> None:
    key, effect = state.weight(name), EFFECTS[name]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.select_slider(
            name,
            SCALE,
            key=key,
            help=f"{effect[0].upper()}{effect[1:]}.",
            persist_state="session",
            format_func=_times,
        )
        st.button("↺", key=f"reset-{name}", on_click=_as_usual, args=(name,), help=f"Back to {_times(_usual()[name])}")


def _run() -> None:
    st.select_slider(
        "updates", STEP_COUNTS, key=state.STEP_COUNT, persist_state="session", help="Stretches the schedule."
    )
    st.slider(
        "label noise",
        0.0,
        1.0,
        step=0.05,
        key=state.LABEL_NOISE,
        persist_state="session",
        help="Share of the labels that are drawn at random and say nothing about their color.",
    )
    st.segmented_control(
        "schedule",
        SHIPPED,
        key=state.SCHEDULE,
        required=True,
        persist_state="session",
        on_change=_as_usual,
        args=MORE,
        help="ex-2.7 is the published one; robust was found by trying many; clean has neutrality too.",
    )


def _network() -> None:
    st.segmented_control(
        "bottleneck width",
        list(BOTTLENECKS),
        key=state.BOTTLENECK,
        required=True,
        persist_state="session",
        help="How many numbers a color is squeezed through.",
    )


def ask(config: RunConfig) -> None:
    """Set the controls to what a run is made of; only before they are drawn, or from a callback.

    Raises:
        ExcolorError: one of the settings cannot be said with them.
    """
    if config.hidden != RunConfig().hidden:
        raise ExcolorError(f"This run has a hidden width of {config.hidden}, which no control of Train can ask for.")
    settings = {state.weight(name): weight for name, weight in multipliers(config).items()} | {
        state.SEED: config.seed,
        state.STEP_COUNT: config.steps,
        state.SCHEDULE: config.schedule,
        state.BOTTLENECK: config.bottleneck,
        state.LABEL_NOISE: config.label_noise,
    }
    for key, setting in settings.items():
        if not _can_say(key, setting):
            what = "schedule of its own" if key == state.SCHEDULE else f"{key.removeprefix('train-')} of {setting:g}"
            raise ExcolorError(f"This run has a {what}, which no control of Train can ask for.")
    for key, setting in settings.items():
        state.put(key, setting)


def _reset() -> None:
    for key, setting in state.CONTROLS.items():
        state.put(key, setting)


def _as_usual(*names: str) -> None:
    for name in names:
        state.put(state.weight(name), _usual()[name])


def _preset(weights: dict[str, float]) -> None:
    for name, weight in (_usual() | weights).items():
        state.put(state.weight(name), weight)


def _times(weight: float) -> str:
    return "off" if weight == 0 else f"× {weight:g}"


# --- what the browser keeps -----------------------------------------------------------------------


_SAYS: Mapping[str, Collection[Any]] = {
    state.SEED: range(MAX_SEED + 1),
    state.STEP_COUNT: STEP_COUNTS,
    state.SCHEDULE: SHIPPED,
    state.BOTTLENECK: BOTTLENECKS,
    state.LABEL_NOISE: [round(share / 20, 2) for share in range(21)],
}


def _settings() -> dict[str, Any] | None:
    """Where the controls stand, if anybody has moved one."""
    said = {key: state.value(key) for key in state.CONTROLS}
    stand = {key: first if said[key] is None else said[key] for key, first in state.CONTROLS.items()}
    return stand if stand != state.CONTROLS else None


def _read(value: object) -> dict[str, Any]:
    match value:
        case dict() if value.keys() == state.CONTROLS.keys() and all(_can_say(*each) for each in value.items()):
            return value
        case _:
            raise ExcolorError("A control of Train is missing, or says what it cannot.")


def _can_say(key: str, setting: object) -> bool:
    if key == state.LABEL_NOISE and isinstance(setting, float):
        setting = round(setting, 2)  # as the panel reads it
    return type(setting) is type(state.CONTROLS[key]) and setting in _SAYS.get(key, SCALE)


def _take(settings: Mapping[str, Any]) -> None:
    # An open page whose server was started anew says itself where its controls stand.
    if not _settings():
        for key, setting in settings.items():
            state.put(key, setting)


SETTINGS = single(f"{LAST}settings", _settings, dict, _read, _take, _reset)

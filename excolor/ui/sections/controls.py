"""The controls of a training: presets, a slider for each regularizer, and what else a run is made of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import streamlit as st

from excolor.config import BOTTLENECKS, HIDDEN_WIDTHS, MAX_SEED, MAX_STEPS, MAX_WEIGHT, STEPS, RunConfig, Weights
from excolor.errors import ExcolorError
from excolor.losses import EXPERIMENT, TERMS
from excolor.schedule import SHIPPED
from excolor.training import multipliers
from excolor.ui import sheet, state
from excolor.ui.store import LAST, single
from excolor.ui.words import EFFECTS

SCALE = [0.0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0]
STEP_COUNTS = [100, 300, 1000, 2000, STEPS, 6000, 10_000, 30_000, MAX_STEPS]
NOISES = [round(share / 20, 2) for share in range(21)]
NAMES = [term.name for term in TERMS]
MORE = [name for name in NAMES if name not in EXPERIMENT]
PRESETS = {
    "No separate": {"separate": 0.0},
    "All on": {},
    **{f"No {name}": {name: 0.0} for name in EXPERIMENT},
    "All off": dict.fromkeys(NAMES, 0.0),
}


PARTS = ("presets", "seed", *NAMES, "steps", "label-noise", "schedule", "bottleneck")
"""What of the panel a teacher can leave out, in the words of an address."""
WORDS = {"steps": "updates", "label-noise": "label noise", "bottleneck": "bottleneck width"}
"""What the panel calls them, where that is another word."""


def panel() -> RunConfig:
    """All controls under each other; returns what they ask for."""
    for key, setting in state.CONTROLS.items():
        state.begin(key, setting)
    if state.value(state.SCHEDULE) == state.OWN and not sheet.text():
        state.put(state.SCHEDULE, state.CONTROLS[state.SCHEDULE])
    if _shows("presets"):
        _presets()
    if _shows("seed"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _seed()
            st.button("Reset all", on_click=_reset, key="reset-all")
        _say_seed()
    for name in filter(_shows, EXPERIMENT):
        _weight(name)
    if more := [name for name in MORE if _shows(name)]:
        st.caption("**One more label,** “desaturated”: nearly gray.")
    for name in more:
        _weight(name)
    _run()
    if _shows("bottleneck"):
        _network()
    if left_out := [part for part in PARTS if not _shows(part)]:
        st.caption(f"Your teacher’s link leaves out: {', '.join(WORDS.get(part, part) for part in left_out)}.")
    return asked()


def _shows(part: str) -> bool:
    return part not in state.LEFT_OUT.get()


def asked() -> RunConfig:
    """What the controls ask for, wherever they were set; the default run before anybody has seen them."""
    said = {key: first if (now := state.value(key)) is None else now for key, first in state.CONTROLS.items()}
    return RunConfig(
        schedule=_schedule(),
        seed=int(said[state.SEED]),
        steps=said[state.STEP_COUNT],
        bottleneck=said[state.BOTTLENECK],
        hidden=said[state.HIDDEN],
        label_noise=said[state.LABEL_NOISE],
        weights=_weights({name: said[state.weight(name)] for name in NAMES}),
    )


def ask(config: RunConfig) -> None:
    """Set the controls to what a run is made of; before they are drawn.

    Raises:
        ExcolorError: the run has a schedule that is unknown or malformed.
    """
    weights = multipliers(config)
    own = config.schedule not in SHIPPED
    if own:
        sheet.put(config.schedule)
    settings: dict[str, Any] = {state.weight(name): weights[name] for name in NAMES} | {
        state.SCHEDULE: state.OWN if own else config.schedule,
        state.SEED: config.seed,
        state.STEP_COUNT: config.steps,
        state.BOTTLENECK: config.bottleneck,
        state.HIDDEN: config.hidden,
        state.LABEL_NOISE: config.label_noise,
    }
    for key, setting in settings.items():
        state.put(key, setting)


def _schedule() -> str:
    name = state.value(state.SCHEDULE) or state.CONTROLS[state.SCHEDULE]
    return sheet.text() or SHIPPED[0] if name == state.OWN else str(name)


def _weights(said: Mapping[str, float]) -> Weights:
    usual = _usual()
    # What the schedule decides is left to it, so that such a run is known as the same everywhere.
    return Weights(**{name: weight for name, weight in said.items() if name in EXPERIMENT or weight != usual[name]})


def _usual() -> dict[str, float]:
    """Where the sliders stand on the chosen schedule as long as nobody moves them."""
    return multipliers(RunConfig(schedule=_schedule()))


def _marked(label: str, marks: Sequence[Any], key: str, words: str, said: Callable[[Any], str] = str) -> None:
    """A slider that knows its marks, and one value between them for as long as it stands there."""
    now = state.value(key)
    state.put(key, now)  # with other marks it is another slider, which would begin anew
    options = sorted({*marks, now})
    st.select_slider(label, options, key=key, help=words, persist_state="session", format_func=said)


def _presets() -> None:
    now = {name: state.value(state.weight(name)) for name in NAMES}
    with st.container(horizontal=True, gap="xxsmall", key="presets"):
        for title, weights in PRESETS.items():
            marked = "primary" if _usual() | weights == now else "secondary"
            st.button(title, on_click=_preset, args=(weights,), key=f"preset-{title}", type=marked)


def choose_seed() -> int:
    """The seed alone, for another page: the same as on Train."""
    state.begin(state.SEED, state.CONTROLS[state.SEED])
    _seed()
    _say_seed()
    return int(state.value(state.SEED))


def use_own_schedule() -> None:
    """Let Train use the session's own sheet."""
    state.put(state.SCHEDULE, state.OWN)
    _as_usual(*MORE)


def _seed() -> None:
    st.number_input(
        "seed",
        step=1,
        key=state.SEED,
        persist_state="session",
        help="Another seed is another run.",
        on_change=_keep_to_seeds,
    )


def _say_seed() -> None:
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
        _marked(name, SCALE, key, f"{effect[0].upper()}{effect[1:]}.", _times)
        st.button("↺", key=f"reset-{name}", on_click=_as_usual, args=(name,), help=f"Back to {_times(_usual()[name])}")


def _run() -> None:
    if _shows("steps"):
        _marked("updates", STEP_COUNTS, state.STEP_COUNT, "Stretches the schedule.")
    if _shows("label-noise"):
        _marked(
            "label noise",
            NOISES,
            state.LABEL_NOISE,
            "Share of the labels that are drawn at random and say nothing about their color.",
            lambda share: f"{share:.2f}" if share in NOISES else f"{share:g}",
        )
    if _shows("schedule"):
        _schedules()


def _schedules() -> None:
    st.segmented_control(
        "schedule",
        [*SHIPPED, state.OWN] if sheet.text() else SHIPPED,
        key=state.SCHEDULE,
        required=True,
        persist_state="session",
        on_change=_as_usual,
        args=MORE,
        help="ex-2.7 is the published one; robust was found by trying many; clean has neutrality too. One that you "
        "wrote yourself is called own.",
    )
    if sheet.text() and st.button("Edit your own schedule →", key="edit-schedule", type="tertiary"):
        st.switch_page("pages/schedule.py")


def _network() -> None:
    st.segmented_control(
        "bottleneck width",
        list(BOTTLENECKS),
        key=state.BOTTLENECK,
        required=True,
        persist_state="session",
        help="How many numbers a color is squeezed through.",
    )
    if (width := state.value(state.HIDDEN)) != (usual := state.CONTROLS[state.HIDDEN]):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f"The link gave the two hidden layers a width of {width}.")
            st.button("↺", key="reset-hidden", on_click=state.put, args=(state.HIDDEN, usual), help=f"Back to {usual}")


def _reset() -> None:
    """All that are shown stand where they stood at first; what a teacher set and left out stays."""
    keys = {"steps": state.STEP_COUNT, "label-noise": state.LABEL_NOISE, "seed": state.SEED}
    keys |= {"schedule": state.SCHEDULE, "bottleneck": state.BOTTLENECK} | {name: state.weight(name) for name in NAMES}
    kept = {keys[part] for part in state.LEFT_OUT.get() if part in keys}
    for key, setting in state.CONTROLS.items():
        if key not in kept:
            state.put(key, setting)


def _as_usual(*names: str) -> None:
    for name in names:
        state.put(state.weight(name), _usual()[name])


def _preset(weights: dict[str, float]) -> None:
    for name, weight in (_usual() | weights).items():
        if _shows(name):
            state.put(state.weight(name), weight)


def _times(weight: float) -> str:
    return "off" if weight == 0 else f"× {weight:g}"


# --- what the browser keeps -----------------------------------------------------------------------


_SAYS: Mapping[str, Collection[Any]] = {
    state.SEED: range(MAX_SEED + 1),
    state.STEP_COUNT: range(1, MAX_STEPS + 1),
    state.SCHEDULE: (*SHIPPED, state.OWN),
    state.BOTTLENECK: BOTTLENECKS,
    state.HIDDEN: HIDDEN_WIDTHS,
}


def _settings() -> dict[str, Any] | None:
    """Where the controls stand, if anybody has moved one."""
    said = {key: state.value(key) for key in state.CONTROLS}
    stand = {key: first if said[key] is None else said[key] for key, first in state.CONTROLS.items()}
    return stand if stand != state.CONTROLS else None


def _read(value: object) -> dict[str, Any]:
    match value:
        case dict() if {*value, state.HIDDEN} == {*state.CONTROLS} and all(_can_say(*each) for each in value.items()):
            return state.CONTROLS | value
        case _:
            raise ExcolorError("A control of Train is missing, or says what it cannot.")


def _can_say(key: str, setting: Any) -> bool:
    if type(setting) is not type(state.CONTROLS[key]):
        return False
    if key in _SAYS:
        return setting in _SAYS[key]
    most = 1.0 if key == state.LABEL_NOISE else MAX_WEIGHT
    return isinstance(setting, float) and 0 <= setting <= most  # a link's may lie between the marks


def _take(settings: Mapping[str, Any]) -> None:
    # An open page whose server was started anew says itself where its controls stand, and so does a link.
    if not _settings() and SETTINGS.name not in state.NAMED.get():
        for key, setting in settings.items():
            state.put(key, setting)
        if state.value(state.SCHEDULE) == state.OWN and not sheet.text():  # which could not be read
            state.put(state.SCHEDULE, state.CONTROLS[state.SCHEDULE])
    elif settings == _settings():
        state.LINKED.forget()  # it was this browser's own


SETTINGS = single(f"{LAST}settings", _settings, dict, _read, _take, _reset)

"""The controls: of which schedule the sixteen are trained, with which weights and seeds, and from where they come."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from excolor.config import RunConfig, Weights
from excolor.losses import EXPERIMENT
from excolor.needed import FIFTH
from excolor.schedule import SHIPPED
from excolor.studies import Study, combinations
from excolor.training import multipliers
from excolor.ui import sheet, state, stored
from excolor.ui.sections import controls
from excolor.ui.sections.needed import Subject
from excolor.ui.words import percent

FEWEST, USUAL, MOST = 1, 5, 20
"""Seeds of a study here."""
HERE = ""  # says that the runs are trained here


def config() -> RunConfig:
    """What the runs of the study have in common; those that Train has off count as 1."""
    kept, name = state.NEEDED.get(), state.value(state.NEEDED_SCHEDULE) or SHIPPED[0]
    schedule = (sheet.text() or SHIPPED[0]) if name == state.OWN else name
    weights = Weights(**{name: kept.weights[name] or 1.0 for name in EXPERIMENT})
    return replace(kept, schedule=schedule, seed=0, batch_seed=None, weights=weights)


def weight() -> float | None:
    """What neutrality is switched on with, where it is a column."""
    return (state.NEEDED.get().weights[FIFTH] or 1.0) if state.value(state.NEEDED_FIFTH) else None


def seeds() -> range:
    """The seeds of the study."""
    first = state.NEEDED_FIRST.get()
    return range(first, first + int(state.value(state.NEEDED_SEEDS) or USUAL))


def sweep() -> str:
    """The sweep that is chosen, by its name; empty where the runs are trained here."""
    name = state.value(state.NEEDED_SWEEP) or HERE
    return name if name in stored.names() else HERE


def study_of(common: RunConfig, fifth: float | None, over: range) -> Study:
    """The study of all sixteen; with a weight of neutrality, each of them without it and with it."""
    more = [] if fifth is None else [[{FIFTH: 0.0}, {FIFTH: fifth}]]
    return Study(common, over, axes=(combinations(common), *more))


def choose() -> Subject:
    """All controls; returns what they ask for."""
    if names := stored.names():
        state.put(state.NEEDED_SWEEP, sweep())
        st.selectbox(
            "Runs from",
            [HERE, *names],
            format_func=lambda name: name or "trained here",
            key=state.NEEDED_SWEEP,
            persist_state="session",
            width=320,
            help="Or a sweep that was made before, from the folder that the app was started with.",
        )
        if sweep():
            return Subject(None, sweep())
    _controls()
    _say_weights()
    return Subject(study_of(config(), weight(), seeds()))


def _controls() -> None:
    own = [state.OWN] if sheet.text() else []
    if state.value(state.NEEDED_SCHEDULE) not in (*SHIPPED, *own):
        state.put(state.NEEDED_SCHEDULE, SHIPPED[0])
    state.begin(state.NEEDED_SEEDS, USUAL)
    state.begin(state.NEEDED_FIFTH, False)
    with st.container(horizontal=True, gap="large", vertical_alignment="bottom"):
        st.segmented_control(
            "Schedule",
            [*SHIPPED, *own],
            key=state.NEEDED_SCHEDULE,
            required=True,
            persist_state="session",
            help="When each regularizer counts how much. ex-2.7 is the published one; own is yours.",
        )
        st.number_input(
            "Seeds",
            FEWEST,
            MOST,
            key=state.NEEDED_SEEDS,
            persist_state="session",
            width=140,
            help="Each combination is trained once with each seed.",
        )
        st.toggle(
            "Neutrality as one more column",
            key=state.NEEDED_FIFTH,
            persist_state="session",
            help="Trains each of the sixteen twice: without neutrality, and with it.",
        )


def _say_weights() -> None:
    """Which weights those have that are on, and what else is not as usual; and buttons to change that."""
    kept, now = state.NEEDED.get(), config()
    weights = dict(now.weights) | ({FIFTH: weight()} if weight() else {})
    moved = [f"{name} × {value:g}" for name, value in weights.items() if value not in (None, 1.0)]
    words = f"What is on has {', '.join(moved)}, else × 1" if moved else "Each regularizer that is on has × 1"
    usual = RunConfig()
    rest = [f"{now.steps:,} updates"] if now.steps != usual.steps else []
    rest += [f"bottleneck width {now.bottleneck}"] if now.bottleneck != usual.bottleneck else []
    rest += [f"hidden width {now.hidden}"] if now.hidden != usual.hidden else []
    rest += [f"label noise {percent(now.label_noise)}"] if now.label_noise else []
    over = seeds()
    text = f"{words}. Seeds {over[0]} to {over[-1]}." if len(over) > 1 else f"{words}. Seed {over[0]}."
    text += f" Also: {', '.join(rest)}." if rest else ""
    if silent := [name for name in EXPERIMENT if not kept.weights[name]]:
        text += f" Train has {' and '.join(silent)} off; here × 1."
    if weight() is None:
        text += " The schedule itself has neutrality on in all sixteen." if multipliers(now)[FIFTH] else ""
    train = common_of(controls.asked())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(text)
        if kept != train:
            st.button("Weights as on Train", on_click=state.NEEDED.set, args=(train,), key="needed-as-train")
        if kept != common_of(usual):
            st.button("All × 1", on_click=_as_usual, key="needed-usual")


def common_of(asked: RunConfig) -> RunConfig:
    """A run without what this page chooses by itself; neutrality has a weight only where it is not the usual one."""
    fifth = asked.weights[FIFTH]
    weights = Weights(**{**asked.weights, FIFTH: None if fifth in (0.0, 1.0) else fifth})
    return replace(asked, schedule=SHIPPED[0], seed=0, batch_seed=None, weights=weights)


def _as_usual() -> None:
    state.NEEDED.forget()
    state.NEEDED_FIRST.forget()

"""The study of label noise: many networks trained in the background, and at which rate they come out wrong."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from excolor import robustness
from excolor.charts import robustness as chart
from excolor.diagnosis import ANSWERS_GRAY
from excolor.kernel import is_compiled
from excolor.measured import Measured
from excolor.robustness import Metric, Robustness
from excolor.ui import panels, state, study
from excolor.ui.words import CAUSES, number, percent

POLL = 0.3  # seconds between two looks at the study
METRICS: dict[str, Metric] = {
    "red": "red_cosine",
    "grays": "gray_mse",
    "selectivity": "selectivity",
    "go wrong": "wrong",
}
LIMITS = {"red_cosine": "below: red is off its axis", "gray_mse": "above: the run fails"}


def noise_study() -> None:
    """Start the study or cancel it, watch it, and read what it says."""
    state.TICKING.set(study.of_label_noise().watched_by(state.VISITOR.get()))
    st.fragment(_look, run_every=POLL if state.TICKING.get() else None)()


def _look() -> None:
    running = study.of_label_noise()
    watching = running.watched_by(state.VISITOR.get())
    # What others have trained would spoil the guess, so nobody sees it who has not asked.
    asked = state.STUDY_ASKED.get()
    points = robustness.complete(dict(running.points)) if asked else []
    # What ticks is decided when the whole page runs, so both its begin and its end ask for that.
    if watching != state.TICKING.get():
        state.TICKING.set(watching)
        st.rerun()
    picked = _controls(running, asked)
    if asked and running.error is not None:
        st.warning(f"The runs could not be finished ({running.error}).")
    _chart(picked, points)
    with st.container(key="data-sweep-said"):
        if watching:
            done, total = len(running.points), len(robustness.configs())
            words = f"{done} of {total} networks trained"
            st.progress(done / total, words if is_compiled() else "Preparing the training kernel.")
        elif asked and running.done:
            st.markdown(conclusion(robustness.limits(points)))
        else:
            st.markdown(stopped(len(running.points) if asked else 0, len(points)))
    if points:
        with st.expander("The same in numbers"):
            st.markdown(_in_numbers(points, METRICS[picked]))
            st.markdown(
                f"The robust schedule, seeds 0 to {robustness.SEEDS - 1}, nothing changed but the noise. A run goes "
                "wrong if it misses more of the Train page’s checklist than its last line, the tint. The figures are "
                "measured on a third of that page’s colors, and are within 2 % of its own."
            )


def _controls(running: study.Underway[Measured], asked: bool) -> str:
    me, first = state.VISITOR.get(), next(iter(METRICS))
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        picked = st.segmented_control(
            "Figure", list(METRICS), default=first, required=True, key="data-figure", persist_state="session"
        )
        if running.watched_by(me):
            st.button("Cancel", on_click=running.cancel, args=(me,), key="data-cancel")
        elif not (asked and running.done):
            words = "Go on" if asked and running.points else f"Train {len(robustness.configs())} networks"
            st.button(words, on_click=_start, args=(running,), key="data-sweep", type="primary")
    return picked or first


def _start(running: study.Underway[Measured]) -> None:
    state.STUDY_ASKED.set(True)
    running.start(state.VISITOR.get())


def _chart(picked: str, points: Sequence[Measured]) -> None:
    name = METRICS[picked]
    panels.chart(
        chart.spec(name),
        chart.table(
            name,
            [each.config.label_noise for each in points],
            [each.config.seed for each in points],
            [robustness.metric(each, name) for each in points],
            [state_of(each) for each in points],
            [[CAUSES[cause] for cause in each.causes] for each in points],
            LIMITS.get(name, ""),
        ),
        f"{picked} against label noise. {_marks(name)}",
        "data-tolerance",
    )
    st.caption(_marks(name))


def _marks(name: Metric) -> str:
    if name == "wrong":
        return f"Each point is the share of {robustness.SEEDS} runs in which more is wrong than a tint."
    return (
        "Circles are sound runs, triangles runs that only keep a tint, crosses runs that go wrong; the line joins the "
        "medians."
    )


def state_of(run: Measured) -> chart.State:
    """What a run's point says: that it is sound, only keeps a tint, or goes wrong."""
    if run.goes_wrong:
        return "goes wrong"
    return "sound" if run.sound else "only a tint"


def stopped(trained: int, drawn: int) -> str:
    """How far a study came that is not under way: networks that are trained, and those of them that are drawn."""
    if not trained:
        return "You have not started it yet."
    words = f"Stopped after {trained} of {len(robustness.configs())} networks, which are remembered. "
    return words + ("Drawn are the rates that are complete." if drawn else "The first rate is not complete yet.")


def conclusion(told: Robustness) -> str:
    """What the whole study says."""
    seeds = robustness.SEEDS
    tints = f" {_tints(told.tinted)}" if told.tinted else ""
    if told.wrong_at is None:
        return f"**No run goes wrong, at any rate.**{tints}"
    if told.right_to >= 0:
        text = f"**No run of the {seeds} goes wrong up to a noise of {told.right_to:g}.**{tints}"
    else:
        text = "**Already without noise a run goes wrong.**"
    often_first = sorted(told.causes.items(), key=lambda item: -item[1])
    words = ", ".join(f"{CAUSES[cause]} ({n} of {seeds})" for cause, n in often_first)
    text += f" What goes wrong first, at {told.wrong_at:g}: {words}."
    if told.red_to > told.right_to or (told.red_to >= 0 and not told.right_to >= 0):
        text += f" Red’s cosine stays above its line longer, in every run up to {told.red_to:g}"
        text += (
            ": wrong labels fall on all colors and pull nowhere in particular, while the few right ones all pull the "
            "same way."
            if told.red_to < 1
            else "."
        )
    return text


def _tints(runs: int) -> str:
    words = "One of these runs keeps" if runs == 1 else f"{runs} of these runs keep"
    return (
        f"{words} a tint: with hue deleted, fewer than {percent(ANSWERS_GRAY)} of the answers are gray. Nothing else "
        "is wrong there."
    )


def _in_numbers(points: Sequence[Measured], name: Metric) -> str:
    if name == "wrong":
        counts = robustness.wrong(points)
        values = ", ".join(f"{level:g}: {n} of {robustness.SEEDS}" for level, n in counts.items())
        return f"Runs that go wrong, by noise: {values}."
    middles = robustness.medians(points, name)
    return f"Medians, by noise: {', '.join(f'{level:g}: {number(middle)}' for level, middle in middles.items())}."

"""The study of label noise: many networks trained in the background, and at which rate they come out wrong."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from excolor import robustness
from excolor.charts import robustness as chart
from excolor.kernel import is_compiled
from excolor.measured import Measured
from excolor.robustness import Metric, Robustness
from excolor.ui import panels, state, study
from excolor.ui.words import CAUSES, number

POLL = 0.3  # seconds between two looks at the study
METRICS: dict[str, Metric] = {
    "red": "red_cosine",
    "grays": "gray_mse",
    "selectivity": "selectivity",
    "not sound": "unsound",
}
LIMITS = {"red_cosine": "below: red is off its axis", "gray_mse": "above: the run fails"}


def noise_study() -> None:
    """Start the study or cancel it, watch it, and read what it says."""
    state.TICKING.set(study.shared().watched_by(state.VISITOR.get()))
    st.fragment(_look, run_every=POLL if state.TICKING.get() else None)()


def _look() -> None:
    running = study.shared()
    watching = running.watched_by(state.VISITOR.get())
    points = running.finished()
    # What ticks is decided when the whole page runs, so both its begin and its end ask for that.
    if watching != state.TICKING.get():
        state.TICKING.set(watching)
        st.rerun()
    picked = _controls(running)
    if running.error is not None:
        st.warning(f"The runs could not be finished ({running.error}).")
    _chart(picked, points)
    with st.container(key="data-sweep-said"):
        if watching:
            done, total = len(running.points), len(robustness.configs())
            words = f"{done} of {total} networks trained"
            st.progress(done / total, words if is_compiled() else "Preparing the training kernel.")
        elif running.done:
            st.markdown(_conclusion(robustness.limits(points)))
        else:
            st.markdown("Nothing is trained yet." if not points else "Stopped; what is drawn is remembered.")
    if points:
        with st.expander("The same in numbers"):
            st.markdown(_in_numbers(points, METRICS[picked]))
            st.markdown(
                f"The robust schedule, seeds 0 to {robustness.SEEDS - 1}, nothing changed but the noise. Sound: the "
                "verdict finds no cause, and the run does not fail. The figures are those of the Train page on a third "
                "of its colors, within 2 %."
            )


def _controls(running: study.Study) -> str:
    me, first = state.VISITOR.get(), next(iter(METRICS))
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        picked = st.segmented_control(
            "Figure", list(METRICS), default=first, required=True, key="data-figure", persist_state="session"
        )
        if running.watched_by(me):
            st.button("Cancel", on_click=running.cancel, args=(me,), key="data-cancel")
        elif not running.done:
            words = "Go on" if running.points else f"Train {len(robustness.configs())} networks"
            st.button(words, on_click=running.start, args=(me,), key="data-sweep", type="primary")
    return picked or first


def _chart(picked: str, points: Sequence[Measured]) -> None:
    name = METRICS[picked]
    panels.chart(
        chart.spec(name),
        chart.table(
            name,
            [each.config.label_noise for each in points],
            [each.config.seed for each in points],
            [robustness.metric(each, name) for each in points],
            [[CAUSES[cause] for cause in each.causes] for each in points],
            LIMITS.get(name, ""),
        ),
        f"{picked} against label noise: a disc for each sound run, a cross for each other, a line through the medians.",
        "data-tolerance",
    )
    marks = "Circles are sound runs, crosses all others; the line joins the medians."
    st.caption(f"Each point is the share of {robustness.SEEDS} runs." if name == "unsound" else marks)


def _conclusion(told: Robustness) -> str:
    if told.breaks_at is None:
        return "Every run is sound, at every rate."
    broken = {
        "the grays are harmed when hue is deleted": told.grays,
        "hue is not in its plane": told.off_plane,
        "red is not where it should be": told.red,
    }
    often_first = sorted(broken.items(), key=lambda item: -item[1])
    words = ", ".join(f"{what} ({n} of {robustness.SEEDS})" for what, n in often_first if n)
    if told.sound_to >= 0:
        text = f"**All {robustness.SEEDS} seeds are sound up to a noise of {told.sound_to:g}.** "
    else:
        text = "**Already without noise not every seed is sound.** "
    text += f"What breaks first, at {told.breaks_at:g}: {words}."
    if told.red_to > told.sound_to:
        text += (
            f" Red stays where it was told to be longer, up to {told.red_to:g}: wrong labels fall on all colors and "
            "pull nowhere in particular, while the few right ones all pull the same way."
        )
    return text


def _in_numbers(points: Sequence[Measured], name: Metric) -> str:
    if name == "unsound":
        counts = robustness.unsound(points)
        values = ", ".join(f"{level:g}: {n} of {robustness.SEEDS}" for level, n in counts.items())
        return f"Runs that are not sound, by noise: {values}."
    middles = robustness.medians(points, name)
    return f"Medians, by noise: {', '.join(f'{level:g}: {number(middle)}' for level, middle in middles.items())}."

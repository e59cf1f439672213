"""The schedule: when each regularizer counts, and the sheet behind it."""

from __future__ import annotations

import streamlit as st

from excolor.charts import keyframes
from excolor.config import STEPS
from excolor.schedule import SHIPPED, Schedule, find, silent_from
from excolor.ui import panels, state
from excolor.ui.words import number, percent


def chosen() -> tuple[Schedule, tuple[Schedule, ...]]:
    """The schedule that the visitor has chosen, and the others; the page draws it before the control that chooses."""
    picked = state.value(state.LESSON_SCHEDULE) or SHIPPED[0]
    return find(picked), tuple(find(name) for name in SHIPPED if name != picked)


def tracks(chosen: Schedule, others: tuple[Schedule, ...]) -> None:
    """The choice of a schedule, and all its values at the step under the pointer."""
    st.segmented_control(
        "Schedule",
        SHIPPED,
        default=SHIPPED[0],
        required=True,
        key=state.LESSON_SCHEDULE,
        persist_state="session",
        help="robust was found by trying many; ex-2.7 is the published one; clean has neutrality too. The others stay "
        "in gray behind it.",
    )
    # The words are the same whichever is chosen, so that the step stays where it is.
    words = (
        "The schedules against step: learning rate and four weights, the chosen schedule in front of the others. At "
        f"steps 0, {keyframes.START} and {chosen.last}: {' '.join(map(_in_words, map(find, SHIPPED)))}"
    )
    panels.chart(keyframes.spec(), keyframes.table(chosen, others, number), words, "schedule")


def _in_words(schedule: Schedule) -> str:
    steps = 0, keyframes.START, schedule.last
    values = {name: ", ".join(number(schedule.at(step)[name]) for step in steps) for name in keyframes.TRACKS}
    return f"{schedule.name}: {'; '.join(f'{name} {each}' for name, each in values.items())}."


def check(chosen: Schedule) -> None:
    """For how much of the training any regularizer pushes."""
    end = silent_from(chosen)
    rest = (chosen.last - end) / chosen.last
    with st.expander("Check your guess"):
        st.markdown(
            f"From step {end:,} on all weights are 0: for the last {percent(rest)} of the "
            "training nobody pushes, and the network only learns to give colors back as they are. What the terms "
            f"have arranged by then stays. The learning rate is {number(chosen.at(end)['lr'])} at that step, and "
            f"{number(chosen.at(chosen.last)['lr'])} at the end."
        )


def sheet(chosen: Schedule) -> None:
    """The sheet itself, and how a value moves between two of its keys."""
    left, right = st.columns([5, 7], gap="large")
    with left:
        st.markdown(
            "**The sheet behind it.** Each filled cell is a key, a diamond above; a blank cell sets none. STEP is a "
            "step, an offset from the row before it (+10), or a fraction of the way between its neighbors (+0.5). "
            f"Training makes {STEPS:,} updates."
        )
        st.markdown(
            "**Between two keys** a value moves by *minimum jerk*, as a hand does that reaches for a cup: it leaves "
            "gently, is fastest half-way, and arrives gently. τ is the share of the time that has passed."
        )
        st.latex(r"a + (b - a)\,(10 \tau^3 - 15 \tau^4 + 6 \tau^5)")
    with right:
        st.code(chosen.text.rstrip(), language=None)

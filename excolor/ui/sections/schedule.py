"""The schedule: when each regularizer counts, and the sheet behind it."""

from __future__ import annotations

from functools import cache

import streamlit as st

from excolor.charts import keyframes
from excolor.config import STEPS
from excolor.schedule import SHIPPED, Schedule, find, silent_from
from excolor.ui import panels, state
from excolor.ui.words import number, percent


def section() -> None:
    """The choice of a schedule, its curves, what they say, and the sheet, folded."""
    st.markdown(
        "Every push is multiplied by the **weight** of its term, and the schedule says how large that is at each step, "
        "which is one update. "
        "**Guess first:** for how much of the training does any of them push at all?"
    )
    state.begin(state.LESSON_SCHEDULE, SHIPPED[0])
    name = st.segmented_control(
        "Schedule",
        SHIPPED,
        required=True,
        key=state.LESSON_SCHEDULE,
        persist_state="session",
        help="robust was found by trying many; ex-2.7 is the published one; clean has neutrality too. The others stay "
        "in gray behind it.",
    )
    chosen = find(str(name))
    others = tuple(find(other) for other in SHIPPED if other != name)
    # The words are the same whichever is chosen, so that the step stays where it is.
    words = (
        "The schedules against step: learning rate and weights, the chosen schedule in front of the others. At "
        f"steps 0, {keyframes.START} and {chosen.last}: {' '.join(map(_in_words, map(find, SHIPPED)))}"
    )
    panels.chart(keyframes.spec(), keyframes.table(chosen, others, number), words, "schedule")
    with st.expander("Check your guess"):
        st.markdown(_silence(chosen))
    panels.fold("The sheet behind it", "fold-sheet", lambda: _sheet(chosen))


@cache
def _in_words(schedule: Schedule) -> str:
    steps = 0, keyframes.START, schedule.last
    values = {name: ", ".join(number(schedule.at(step)[name]) for step in steps) for name in keyframes.TRACKS}
    return f"{schedule.name}: {'; '.join(f'{name} {each}' for name, each in values.items())}."


def _silence(chosen: Schedule) -> str:
    end = silent_from(chosen)
    rest = (chosen.last - end) / chosen.last
    return (
        f"From step {end:,} on all weights are 0: for the last {percent(rest)} of the training nobody pushes, and only "
        f"the reconstruction is left. The learning rate is {number(chosen.at(end)['lr'])} at that step, and "
        f"{number(chosen.at(chosen.last)['lr'])} at the end. No term holds the wheel any more: how long it "
        "lasts depends on how much the network still moves. Train one for longer, and look."
    )


def _sheet(chosen: Schedule) -> None:
    left, right = st.columns([5, 7], gap="large")
    with left:
        st.markdown(
            "Each filled cell is a key, a diamond above; a blank cell sets none. STEP is the step of the row. "
            f"Training makes {STEPS:,} updates."
        )
        st.page_link("pages/schedule.py", label="Change it, and train with your own →")
        st.markdown(
            "**Between two keys** a value moves by *minimum jerk*, as a hand does that reaches for a cup: it leaves "
            "gently, is fastest half-way, and arrives gently. τ is the share of the time that has passed."
        )
        st.latex(r"a + (b - a)\,(10 \tau^3 - 15 \tau^4 + 6 \tau^5)")
    with right:
        st.code(chosen.text.rstrip(), language=None)

"""Missions: one calm line on every page that lists them, shows the open one, and says how near the last run came."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from excolor.config import RunConfig
from excolor.diagnosis import Cause
from excolor.measured import Measured
from excolor.missions import (
    AS_EXACT_AS_SOUND,
    GRAY_SPARED,
    GRAYS_LOST,
    HALF_ROUND,
    MISSIONS,
    NOISY,
    RED_BROKEN,
    SEEDS_ENOUGH,
    SHIPPED_MAX_MSE,
    SHIPPED_SELECTIVITY,
    Mission,
    Part,
    State,
    What,
    check,
)
from excolor.ui import state
from excolor.ui.words import CAUSES, number, percent, settings

REMEMBERED = 100  # runs of a session

TITLES = {
    "quiet-failure": "A quiet failure",
    "not-missed": "Not missed",
    "half-round": "Half round",
    "bad-luck": "Bad luck",
    "noisy": "Poor labels",
    "fewest": "The fewest regularizers",
    "better": "Better than ours",
}
GOALS = {
    "quiet-failure": (
        f"Let deleting hue destroy the grays (MSE {GRAYS_LOST:g} or more) while the intact network looks fine "
        f"(maximum MSE {AS_EXACT_AS_SOUND:g} or less)."
    ),
    "not-missed": f"Do without one of the regularizers and stay sound, on {SEEDS_ENOUGH} seeds.",
    "half-round": f"Turn the wheel until red stands {HALF_ROUND:.0f}° or more from the first axis; break nothing else.",
    "bad-luck": "Find a seed on which the published schedule fails, and say why.",
    "noisy": f"Get a sound run although {percent(NOISY)} of the labels are noise.",
    "fewest": (
        f"As few as you can: yet deleting warmth breaks red (MSE {RED_BROKEN:g} or more) and spares the grays "
        f"({GRAY_SPARED:g} or less)."
    ),
    "better": (
        f"Beat the network that ships: sound, selectivity {SHIPPED_SELECTIVITY:g} or more, "
        f"intact maximum MSE {number(SHIPPED_MAX_MSE)} or less."
    ),
}
# A question, a direction, and nearly the answer.
HINTS = {
    "quiet-failure": (
        "Which figure would you look at, if nobody had told you about the grays?",
        "Something has to keep the grays away from the hues. What pushes colors apart?",
        "Switch separate off, and leave the rest as it is.",
    ),
    "not-missed": (
        "What is there already without being asked for?",
        "Latents are brought to length 1 before they are decoded, whatever their length was.",
        "Switch unitarity off. Then change the seed, twice, and touch nothing else.",
    ),
    "half-round": (
        "What tells the network where on the wheel red belongs?",
        "Without it any angle is as good as another. Which one comes out is a matter of the seed.",
        "Switch anchor off and go through the seeds: about one in five will do.",
    ),
    "bad-luck": (
        "The same settings, another seed: what differs between two such runs?",
        "Reset all, choose the schedule ex-2.7, and go through the seeds. Watch the grays, not the intact error.",
        "About one seed in fifteen fails. If a gray shares the plane with the hues, what does deleting hue delete?",
    ),
    "noisy": (
        "Labels that say nothing put random colors into the plane. Which regularizer could resist?",
        "The grays are what goes wrong first. Push colors further apart.",
        "Raise separate to × 5 and planarity to × 3, and try a few seeds.",
    ),
    "fewest": (
        "Deleting warmth takes the first axis. What has to be on it, and what must not be?",
        "One regularizer puts red there. Another keeps the grays from following.",
        "Anchor and separate are enough. On ex-2.7 a weaker separate, × 0.3, does it on nearly every seed.",
    ),
    "better": (
        "The network that ships was the best of 200 seeds. What else than the seed could you change?",
        "More updates halve the intact error. Selectivity is a matter of luck, so try often.",
        "Take 6000 updates, planarity × 1 or × 2, and a dozen seeds: about one in four will do.",
    ),
}
# In other words than the verdict's, so that it has to be understood.
REASONS = {
    Cause.GRAYS_IN_PLANE: "Tones lie where only hues should be",
    Cause.GRAYS_HARMED: "Tones lie apart from the hues and are hit all the same",
    Cause.HUE_OFF_PLANE: "Some hue is kept where nothing was deleted",
    Cause.ROTATED: "The deleted axis holds another pair of colors",
    Cause.RED_OFF_AXIS: "Red never came near its axis",
    Cause.NOT_CONVERGED: "It could not give colors back even before",
}

# --- what a session remembers --------------------------------------------------------------------


def _runs() -> list[Measured]:
    return state.MISSION_RUNS.get()


def solved() -> dict[str, RunConfig]:
    """The session's solved missions, each with the settings of the run that solved it first."""
    return state.SOLVED.get()


def opened() -> Mission | None:
    """The mission that is open, if one is."""
    wanted = state.MISSION.get()
    return next((mission for mission in MISSIONS if mission.id == wanted), None)


def _hints() -> dict[str, int]:
    """How many hints of each mission were asked for."""
    return state.HINTS.get()


def _state(mission: Mission) -> State:
    return check(mission, _runs(), state.value(state.MISSION_REASON))


def _mark() -> list[Mission]:
    """A mission that the last run solves is solved from then on; returns those that are so since now."""
    news = [mission for mission in MISSIONS if mission.id not in solved() and _state(mission).done]
    for mission in news:
        solved()[mission.id] = _runs()[-1].config
    return news


# --- in words ------------------------------------------------------------------------------------


def _regularizers(part: Part, run: Measured) -> str:
    n = int(part.bound.value)
    return f"{n} regularizer is on" if n == 1 else f"{n} regularizers are on"


def _why(found: Iterable[Cause]) -> str:
    return ", ".join(CAUSES[cause] for cause in found) or CAUSES[Cause.GRAYS_HARMED]


def _sound(part: Part, run: Measured) -> str:
    return "the run is sound" if part.bound.kept else f"the run is not sound: {_why(run.causes)}"


def _nothing_else(part: Part, run: Measured) -> str:
    others = [cause for cause in run.causes if cause is not Cause.ROTATED]
    return f"more is wrong than the angle: {_why(others)}"


def _fails(part: Part, run: Measured) -> str:
    words = "seed {n} fails" if part.bound.kept else "seed {n} does not fail"
    return words.format(n=run.config.seed)


def _reason(part: Part, run: Measured) -> str:
    if part.bound.kept:
        return "the reason is right"
    return "the reason is not given yet" if part.bound.value == 0 else "that is not the reason"


def _whole(value: float) -> str:
    return f"{value:.0f}" if math.isfinite(value) else number(value)


def _fine(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else number(value)


def _value(words: str, write: Callable[[float], str] = number) -> Callable[[Part, Measured], str]:
    def say(part: Part, run: Measured) -> str:
        value = write(part.bound.value)
        if not part.bound.kept and value == write(part.bound.bound):
            value = f"{part.bound.value:.5g}"  # so near that the usual digits do not tell them apart
        return words.format(value=value)

    return say


SAYS: dict[What, Callable[[Part, Measured], str]] = {
    What.FINISHED: _value("the run ended early, at step {value}", _whole),
    What.CONVERGED: _value("it has not converged, its intact maximum MSE is {value}"),
    What.GRAYS_LOST: _value("deleting hue leaves the grays an MSE of {value}"),
    What.INTACT: _value("the intact maximum MSE is {value}"),
    What.REGULARIZERS: _regularizers,
    What.SOUND: _sound,
    What.SEEDS: _value("sound seeds with these settings: {value}", _whole),
    What.UNHARMED: _value("other seeds with these settings that are not sound: {value}", _whole),
    What.ANGLE: _value("red stands {value}° from the first axis", _whole),
    What.NOTHING_ELSE: _nothing_else,
    What.PUBLISHED: _value("these are not the published settings"),
    What.FAILS: _fails,
    What.REASON: _reason,
    What.NOISE: _value("{value} of the labels are noise", percent),
    What.RED: _value("red’s MSE is {value}"),
    What.GRAYS_SPARED: _value("the worst gray’s MSE is {value}"),
    What.RED_ON_AXIS: _value("red’s cosine to the first axis is {value}"),
    What.SELECTIVITY: _value("selectivity is {value}", _fine),
}
# The bound belongs to the sentence only where the goal does not say it, and only when it is missed.
BOUNDS = {
    What.REGULARIZERS: "at most {bound:.0f}",
    What.SEEDS: "of {bound:.0f}",
    What.RED_ON_AXIS: "at least {bound:g}",
    What.CONVERGED: "at most {bound:g}",
}
# Worth a word only when they are missed.
TACIT = frozenset({What.CONVERGED, What.FINISHED, What.UNHARMED, What.PUBLISHED, What.RED_ON_AXIS, What.NOTHING_ELSE})


def _say(part: Part, run: Measured) -> str:
    words = SAYS[part.what](part, run)
    if not part.bound.kept and part.what in BOUNDS:
        words += f" ({BOUNDS[part.what].format(bound=part.bound.bound)})"
    return words


def in_words(state: State, run: Measured | None) -> str:
    """How near a run came: what is missing first, then what is good already."""
    if run is None or not state.parts:
        return "No run yet: the Train page makes one."
    if state.done:
        return f"Done with {settings(run.config)}."
    missing = [_say(part, run) for part in state.parts if not part.bound.kept]
    good = [_say(part, run) for part in state.parts if part.bound.kept and part.what not in TACIT]
    words = f"Not yet: {'; '.join(missing)}."
    if good:
        words += " " + f"Good: {'; '.join(good)}."
    return words


# --- on the page ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Slots:
    """The places of the strip that depend on the runs: in the list, beside its button, and the open mission's."""

    rows: dict[str, DeltaGenerator]
    count: DeltaGenerator
    line: DeltaGenerator | None


# Each run of a page is a thread of its own, and what it drew is of use to it alone.
_drawn = threading.local()


def wait() -> None:
    """Say above that the run counts once it is shown; called when a page asks what will come of it first."""
    slots: _Slots | None = getattr(_drawn, "slots", None)
    mission = opened()
    if slots and slots.line and mission:
        slots.line.html(_line_html(mission, "This run counts as soon as it is shown: guess first, or skip."))


def note(run: Measured) -> None:
    """Take a run as evidence, and bring the strip above up to date; called when a page has trained one."""
    evidence = run.forgetting()
    others = [each for each in _runs() if each.config != run.config]
    state.MISSION_RUNS.set([*others, evidence][-REMEMBERED:])
    news = _mark()
    slots: _Slots | None = getattr(_drawn, "slots", None)
    if slots is None:
        return
    for mission in news:
        slots.rows[mission.id].html(_row_html(mission))
    if news:
        slots.count.html(_count_html())
    mission = opened()
    if mission and slots.line:
        slots.line.html(_line_html(mission))


def strip() -> None:
    """The line at the top of a page: the list of missions, and the open one with its state."""
    _mark()
    mission = opened()
    with st.container(key="missions", horizontal=True, gap="small"):
        with st.container(
            key="missions-list", horizontal=True, vertical_alignment="center", width="content", gap="small"
        ):
            # In the page's own order, where the keyboard finds it: Streamlit hangs a popover behind all else.
            # Another key with another mission: choosing one closes the list.
            fold = st.expander("Missions", key=f"missions-fold-{mission.id if mission else ''}", type="compact")
            with fold, st.container(key="mission-rows"):
                rows = {each.id: _row(each, mission) for each in MISSIONS}
            count = st.empty()
            count.html(_count_html())
        line = None
        if mission:
            line = st.empty()
            line.html(_line_html(mission))
            _tools(mission)
    _drawn.slots = _Slots(rows, count, line)


def _open(mission: str | None) -> None:
    state.MISSION.set(mission)


def _row(mission: Mission, current: Mission | None) -> DeltaGenerator:
    with st.container(key=f"mission-row-{mission.id}", gap=None):
        st.button(
            TITLES[mission.id],
            key=f"mission-{mission.id}",
            on_click=_open,
            args=(mission.id,),
            type="tertiary",
            disabled=mission is current,
        )
        slot = st.empty()
        slot.html(_row_html(mission))
    return slot


def _tools(mission: Mission) -> None:
    def hint() -> None:
        _hints()[mission.id] = _hints().get(mission.id, 0) + 1

    with st.container(key="mission-tools", horizontal=True, width="content", gap="small"):
        told = _hints().get(mission.id, 0) >= len(HINTS[mission.id])
        st.button("Hint", key="mission-hint", on_click=hint, disabled=told, type="tertiary")
        st.button("Put away", key="mission-close", on_click=_open, args=(None,), type="tertiary")
    if mission.asks:
        st.selectbox(
            "Why did it fail?",
            list(REASONS),
            index=None,
            format_func=REASONS.__getitem__,
            key=state.MISSION_REASON,
            placeholder="Why did it fail?",
            label_visibility="collapsed",
            persist_state="session",
        )


def _count_html() -> str:
    words = f"{len(solved())} of {len(MISSIONS)} done"
    return f'<p class="xc-count">{escape(words)}</p>'


def _row_html(mission: Mission) -> str:
    config = solved().get(mission.id)
    words = f"Done with {settings(config)}." if config else "Open."
    return (
        f'<div class="xc-mission">{_mark_of(config is not None)}'
        f"<p><em>{_html(words)}</em> {_html(GOALS[mission.id])}</p></div>"
    )


def _line_html(mission: Mission, words: str = "") -> str:
    """The open mission; `words` say how it stands while it is not solved."""
    config = solved().get(mission.id)
    if config:
        words = f"Done with {settings(config)}."
    words = words or in_words(_state(mission), _runs()[-1] if _runs() else None)
    told = HINTS[mission.id][: _hints().get(mission.id, 0)]
    items = "".join(f"<li>{_html(hint)}</li>" for hint in told)
    hints = f"<ol>{items}</ol>" if told else ""
    return (
        f'<div class="xc-mission xc-open">{_mark_of(config is not None)}'
        f"<p><b>{_html(TITLES[mission.id])}.</b> {_html(GOALS[mission.id])}</p>"
        f'<p role="status">{_html(words)}</p>{hints}</div>'
    )


def _html(words: str) -> str:
    """Escaped, and with numbers that stay on one line."""
    return escape(words).replace(" × ", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}")


def _mark_of(done: bool) -> str:
    return f'<span class="xc-mark">{"●" if done else "○"}</span>'

"""Does it come back? The relearning race, first without noise and then with it, and why two zeros hold."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from excolor.charts import race as chart
from excolor.kernel import is_compiled
from excolor.lab.race import FRACTIONS, JITTER, SEEDS, UPDATES, Fraction, Race, Runner
from excolor.ui import html, panels, predict, state
from excolor.ui.laboratory import known_race, raced
from excolor.ui.sections.ending import listed
from excolor.ui.sections.gone import Found, Subject, about, ask_or_go_on, reveal
from excolor.ui.sections.gone.path import path
from excolor.ui.words import number

PLAIN: dict[Runner, str] = {
    "ablated": "ablated: both sides zeroed",
    "pruned": "pruned: the dims taken out",
    "producer": "only the writing side zeroed",
    "consumer": "only the reading side zeroed",
    "fresh": "a fresh network, which never learned anything",
}
SHAKEN: dict[Runner, str] = {
    "jittered": "ablated, then a thousandth of noise",
    "redrawn": "ablated, then these parameters drawn anew",
    "grays": "with the noise, but it sees only grays",
}
_SAID: dict[Runner, str] = {
    "ablated": "ablated",
    "pruned": "pruned",
    "producer": "only the writing side zeroed",
    "consumer": "only the reading side zeroed",
    "fresh": "a fresh network",
}
BACK: Fraction = "tenth"  # of the error that the deletion left: from here on hue is back
NO_ANSWER_YET = 0.3  # seconds after which a race shows its progress


def section(subject: Subject) -> None:
    """What races, both questions, both charts, and why."""
    st.markdown(
        f"Train on. No regularizer, only “give the color back”, for {UPDATES:,} updates. Does the network learn again "
        f"what was deleted? Several runners start, {SEEDS} times each. A dim has two sides: parameters that *write* "
        "it, and parameters that *read* it. Ablating zeroes both. The last runner is a **fresh network**: a deletion "
        "is as good as never having learned, if it relearns no faster than that one."
    )
    ask_or_go_on("back", subject, f"Without {subject.what}: which of these get it back?", PLAIN, "none of them")
    race = _race(subject)
    if race is None:
        return
    threshold = (
        f"**Did it come back?** Yes, if the error of the vivid hues fell to {chart.WORDS[BACK]} of what the deletion "
        f"left within {UPDATES:,} updates, in most of {SEEDS} races."
    )
    reveal("back", subject, PLAIN, found(race, PLAIN), "came back", threshold)
    _chart(race, list(PLAIN), "gone-race-plain")
    st.markdown(said_of_plain(race))
    st.subheader("Why two zeros hold")
    path(race, subject)

    st.subheader("And with a little noise?")
    st.markdown(
        f"Two exact zeros are a special place. Now noise is added to every parameter (normal, standard deviation "
        f"{JITTER:g}). Before any training the error of the vivid hues is "
        f"{number(_at_first(race, 'jittered'))} with it, and {number(race.left)} without."
    )
    ask_or_go_on("noise", subject, "Which of these get it back now?", SHAKEN, "none of them")
    reveal("noise", subject, SHAKEN, found(race, SHAKEN), "came back", threshold)
    _chart(race, ["ablated", *SHAKEN, "fresh"], "gone-race-shaken")
    st.markdown(said_of_shaken(race))
    panels.fold("The race in numbers", "fold-race", lambda: _table(race))


# --- running it ------------------------------------------------------------------------------------


def _race(subject: Subject) -> Race | None:
    """The race: from memory, or run now if the student asked for it; None while there is none."""
    this = subject.run.key, subject.dims
    known = known_race(subject.run, subject.dims)
    if known is not None:
        return known
    if state.FRESH.get() == about("back", subject):
        state.RACE_ASKED.set(this)
    if state.RACE_ASKED.get() != this:
        st.button("Run the race", key="gone-race", type="primary", on_click=state.RACE_ASKED.set, args=(this,))
        return None
    return _with_progress(subject)


def _with_progress(subject: Subject) -> Race:
    where = st.empty()
    start = time.perf_counter()
    with where.container():
        words = "The race begins." if is_compiled() else "Preparing the training kernel, once on this machine."
        bar = st.progress(0.0, words)
        st.button("Cancel", key="cancel-race", on_click=_cancel)
        drawing = st.empty()

    def progress(so_far: Race) -> None:
        done = int(so_far.updates[-1])
        bar.progress(done / UPDATES, f"{done:,} of {UPDATES:,} updates")
        if time.perf_counter() - start > NO_ANSWER_YET:
            _draw_so_far(drawing, so_far)

    def waiting(ahead: int | None) -> None:
        state.MODEL.get()  # any look at the session: Streamlit breaks off here what its student no longer wants
        if ahead is None:
            bar.progress(0.0, "Somebody else runs the same race. It is shown here too.")
        elif ahead:
            bar.progress(0.0, f"Others race too. You are number {ahead + 1} in the queue.")

    race = raced(subject.run, subject.dims, progress, waiting)
    state.RACE_ASKED.forget()
    where.empty()
    return race


def _draw_so_far(where: DeltaGenerator, so_far: Race) -> None:
    rows = chart.table(so_far, list(PLAIN))
    spec = {**chart.spec(), "datasets": {"rows": rows}}
    where.vega_lite_chart(spec=spec, width="stretch", alt="The race so far: a line for each runner.")


def _cancel() -> None:
    state.RACE_ASKED.forget()
    if isinstance(fresh := state.FRESH.get(), predict.Deleted) and fresh.who == "back":
        state.FRESH.forget()


# --- what it shows ---------------------------------------------------------------------------------


def back(race: Race, runner: Runner, fraction: Fraction = BACK) -> bool:
    """Whether a runner came down to a fraction of what the deletion left, in most of its races."""
    return math.isfinite(race.median(runner, fraction))


def found(race: Race, runners: Collection[Runner]) -> dict[str, Found]:
    """Of each runner whether hue came back, with the updates that it took."""
    return {
        runner: Found(back(race, runner), f"to {chart.WORDS[BACK]}: {reached(race, runner, BACK)}")
        for runner in runners
    }


def reached(race: Race, runner: Runner, fraction: Fraction) -> str:
    """The updates that a runner took to a fraction: the median of its races and their range; never is a word."""
    middle = race.median(runner, fraction)
    every = [np.inf if each is None else each for each in race.reached(runner, fraction)]
    if not math.isfinite(min(every)):
        return "never"
    least, most = (f"{each:g}" if math.isfinite(each) else "never" for each in (min(every), max(every)))
    middle_said = f"{middle:g}" if math.isfinite(middle) else "never"
    return f"{middle_said} updates" if least == most else f"{middle_said} ({least} to {most})"


def said_of_plain(race: Race) -> str:
    """Which runners came back without the noise, and how they compare with a fresh network."""
    text = _nothing_lost(race)
    if text:
        return text
    stayed = [_SAID[each] for each in PLAIN if not back(race, each)]
    came: list[Runner] = [each for each in PLAIN if back(race, each)]
    came.sort(key=lambda each: race.median(each, BACK))
    if came:
        text += f"Down to {chart.WORDS[BACK]} of the error came: {'; '.join(_after(race, each) for each in came)}. "
    if stayed:
        text += f"**Never, within {UPDATES:,} updates: {listed(stayed)}.** "
    if np.array_equal(race.errors["ablated"], race.errors["pruned"]):
        text += "Ablated and pruned run exactly alike: with both sides zero, the dim might as well not be there."
    elif _alike(race):
        text += (
            "Ablated and pruned run alike, up to rounding: with both sides zero, the dim might as well not be there."
        )
    else:
        text += "Ablated and pruned do not run alike here."
    return text


def _alike(race: Race) -> bool:
    one, other = (np.nan_to_num(chart.median(race, each)[-1], nan=np.inf) for each in ("ablated", "pruned"))
    return bool(abs(one - other) <= 0.1 * max(one, other)) if np.isfinite(max(one, other)) else False


def _after(race: Race, runner: Runner) -> str:
    return f"{_SAID[runner]}, after {race.median(runner, BACK):g} updates"


def said_of_shaken(race: Race) -> str:
    """What the noise changes, and whether hue comes back to a network that sees only grays."""
    if text := _nothing_lost(race):
        return text
    return f"{_jittered(race)}\n\n{_only_grays(race)}"


def _jittered(race: Race) -> str:
    jittered, fresh = (race.median(each, "hundredth") for each in ("jittered", "fresh"))
    if not back(race, "jittered"):
        return f"Even with the noise, hue does not come back within {UPDATES:,} updates."
    if not math.isfinite(jittered):
        updates = f"{race.median('jittered', BACK):g} updates"
        text = f"With the noise it comes back to {chart.WORDS[BACK]} of the error, after {updates}"
        return f"{text}, and never to a hundredth."
    if jittered < fresh:
        against = f"a fresh network needs {fresh:g}" if math.isfinite(fresh) else "a fresh network never gets there"
        return (
            f"**With a thousandth of noise it is back**: down to a hundredth of the error after {jittered:g} updates, "
            f"and {against}. The network still knows most of what it needs; only the door was shut. So the zeros "
            "flattered the deletion."
        )
    return (
        f"With the noise it is back, down to a hundredth of the error after {jittered:g} updates. A fresh network "
        f"needs {fresh:g}, so this deletion is as good as never having learned."
    )


def _only_grays(race: Race) -> str:
    best = float(np.nanmin(chart.median(race, "grays"))) if np.isfinite(chart.median(race, "grays")).any() else math.nan
    if back(race, "grays"):
        return "**The runner that sees only grays gets hue back all the same**, without ever being shown one."
    if best < 0.9 * race.left:
        return (
            "The runner that sees only grays gets a little better on vivid colors, "
            f"{number(best)} at best where the deletion left {number(race.left)}. It does not get hue back."
        )
    return (
        "**The runner that sees only grays does not get hue back**: what is never shown does not return by itself. Its "
        f"error is {number(best)} at best, and the deletion left {number(race.left)}."
    )


def _nothing_lost(race: Race) -> str:
    """A sentence where this deletion took nothing that could come back; else empty."""
    if race.left >= 0.01:
        return ""
    return (
        f"This deletion left the vivid hues an error of only {number(race.left)}. Little was lost, so little can come "
        "back, and the race says nothing. "
    )


def _at_first(race: Race, runner: Runner) -> float:
    return float(chart.median(race, runner)[0])


def _chart(race: Race, runners: Sequence[Runner], key: str) -> None:
    ends = listed([f"{chart.NAMES[each]} {number(float(chart.median(race, each)[-1]))}" for each in runners])
    panels.chart(
        chart.spec(),
        chart.table(race, runners),
        f"Error of the vivid hues against updates, the median of {SEEDS} races; it began at {number(race.left)} for "
        f"the ablated network. After {UPDATES:,} updates: {ends}.",
        key,
    )


def _table(race: Race) -> None:
    rows: Mapping[html.Cell, Sequence[html.Cell]] = {
        words: [reached(race, runner, fraction) for fraction in FRACTIONS]
        for runner, words in (*PLAIN.items(), *SHAKEN.items())
    }
    st.markdown(
        f"Updates until the error is down to a fraction of what the deletion left ({number(race.left)}): the median of "
        f"{SEEDS} races, and the first and the last of them."
    )
    st.html(html.table([f"to {chart.WORDS[each]}" for each in FRACTIONS], rows, "Updates to relearn", kind="numbers"))

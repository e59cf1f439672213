"""What is said of missions: titles, goals, hints, reasons, how near a run came, and what a solving one showed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from excolor.diagnosis import Cause
from excolor.losses import EXPERIMENT
from excolor.measured import Measured
from excolor.metrics import SURVIVES_TO
from excolor.missions import (
    AS_EXACT_AS_SOUND,
    GRAY_SPARED,
    GRAYS_KEPT,
    GRAYS_LOST,
    NO_TRACE,
    NOISY,
    RED_BROKEN,
    SEEDS_ENOUGH,
    SHIPPED_MAX_MSE,
    SHIPPED_MEDIAN_MSE,
    STILL_TINTED,
    TURNED,
    Part,
    State,
    What,
    besides,
    switched_on,
)
from excolor.training import multipliers
from excolor.ui.words import CAUSES, number, percent, tenths

NUMBERS = {3: "three", 4: "four"}
TITLES = {
    "quiet-failure": "A quiet failure",
    "tinted": "Clean at first sight",
    "not-missed": "Not missed",
    "no-trace": "Without a trace",
    "half-round": "The far side",
    "bad-luck": "Bad luck",
    "noisy": "Poor labels",
    "fewest": "The fewest regularizers",
    "better": "More exact than ours",
}
GOALS = {
    "quiet-failure": (
        f"Let deleting hue destroy the grays (MSE {GRAYS_LOST:g} or more) while the intact network looks fine "
        f"(maximum MSE {AS_EXACT_AS_SOUND:g} or less)."
    ),
    "tinted": (
        f"Get a run in which every gray survives the deletion of hue (MSE {SURVIVES_TO:g} or less), but at most "
        f"{percent(STILL_TINTED)} of all answers turn gray; nothing else may be wrong."
    ),
    "not-missed": (
        f"Do without one of the experiment’s {NUMBERS[len(EXPERIMENT)]} regularizers and stay sound: on "
        f"{NUMBERS[SEEDS_ENOUGH]} seeds, and on at least half of those you try."
    ),
    "no-trace": (
        f"Delete hue so that no tint is left in the answers and no gray suffers: a sound run, {tenths(NO_TRACE)} or "
        f"more of the answers gray, the grays’ MSE {number(GRAYS_KEPT)} or less."
    ),
    "half-round": (
        f"Turn the wheel until red is on the far side, {TURNED:.0f}° or more from the first axis; break nothing else."
    ),
    "bad-luck": "Find a seed on which the published schedule fails, and say why.",
    "noisy": f"Get a sound run although {percent(NOISY)} of the labels are noise.",
    "fewest": (
        f"As few as you can: yet deleting warmth breaks red (MSE {RED_BROKEN:g} or more) and spares the grays "
        f"({GRAY_SPARED:g} or less)."
    ),
    "better": (
        f"Beat the errors of the network that ships, {number(SHIPPED_MAX_MSE)} at most and "
        f"{number(SHIPPED_MEDIAN_MSE)} in the median, and delete hue as cleanly: a sound run, {tenths(NO_TRACE)} or "
        "more of the answers gray."
    ),
}
# A question, a direction, and nearly the answer.
HINTS = {
    "quiet-failure": (
        "Which figure would you look at, if nobody had told you about the grays?",
        "Something has to keep the grays away from the hues. What pushes colors apart?",
        "Switch separate off, and leave the rest as it is.",
    ),
    "tinted": (
        "The five grays are five colors. What of the answers to all the others?",
        "A pale color keeps its tint if its hue is not only in the plane. What pulls it there, and what pushes it out?",
        "Take separate × 2 and planarity × 0.3, and try a few seeds.",
    ),
    "not-missed": (
        "What is there already without being asked for?",
        "Latents are brought to length 1 before they are decoded, whatever their length was.",
        "Switch unitarity off. Then change the seed and touch nothing else. Neutrality × 0.3 makes it easier.",
    ),
    "no-trace": (
        "Planarity pulls the hues into the plane. Who keeps the grays out of it?",
        "There is one more label, “desaturated”, and a regularizer that listens to it.",
        "Take neutrality × 1, leave the rest as it is, and try a few seeds.",
    ),
    "half-round": (
        "What tells the network where on the wheel red belongs?",
        "Without it any angle is as good as another. Which one comes out is a matter of the seed.",
        "Switch anchor off, take neutrality × 1, and go through the seeds: about every second one will do.",
    ),
    "bad-luck": (
        "The same settings, another seed: what differs between two such runs?",
        "Reset all, choose the schedule ex-2.7, and go through the seeds. Watch the grays, not the intact error.",
        "About one seed in fifteen fails. If a gray shares the plane with the hues, what does deleting hue delete?",
    ),
    "noisy": (
        "Labels that say nothing put random colors into the plane. Which regularizer could resist?",
        "The grays are what goes wrong first. Push colors further apart, and the grays out of the plane.",
        "Take neutrality × 1, planarity × 3 and separate × 5, and try a few seeds.",
    ),
    "fewest": (
        "Deleting warmth takes the first axis. What has to be on it, and what must not be?",
        "One regularizer puts red there. Another keeps the grays from following.",
        "Anchor and separate are enough. On ex-2.7 a weaker separate, × 0.3, does it on nearly every seed.",
    ),
    "better": (
        "The network that ships was the best of 200 seeds. What else could you change?",
        "More updates make the errors smaller, but leave a tint more often. What takes the tint out?",
        "Take 6000 updates and neutrality × 0.5, leave the rest as it is, and try a few seeds.",
    ),
}
# In other words than the verdict's, so that it has to be understood.
REASONS = {
    Cause.GRAYS_IN_PLANE: "Tones lie where only hues should be",
    Cause.GRAYS_HARMED: "Tones lie apart from the hues and are hit all the same",
    Cause.HUE_OFF_PLANE: "Some hue is kept where nothing was deleted",
    Cause.ROTATED: "The deleted axis holds another pair of colors",
    Cause.NOT_ROUND: "The hues are crowded on one side",
    Cause.TINTED: "A tint is left in the answers",
    Cause.RED_OFF_AXIS: "Red never came near its axis",
    Cause.NOT_CONVERGED: "It could not give colors back even before",
}

# --- how near a run came ---------------------------------------------------------------------------


def _regularizers(part: Part, run: Measured) -> str:
    n = int(part.bound.value)
    words = f"{n} regularizer is on" if n == 1 else f"{n} regularizers are on"
    return words if part.bound.kept else f"{words} (at most {part.bound.bound:.0f})"


def _why(found: Iterable[Cause]) -> str:
    return ", ".join(CAUSES[cause] for cause in found) or CAUSES[Cause.GRAYS_HARMED]


def _sound(part: Part, run: Measured) -> str:
    return "the run is sound" if part.bound.kept else f"the run is not sound: {_why(run.causes)}"


def _nothing_else(wanted: Cause, but: str) -> Callable[[Part, Measured], str]:
    return lambda part, run: f"more is wrong than {but}: {_why(besides(run, wanted))}"


def _fails(part: Part, run: Measured) -> str:
    return f"seed {run.config.seed} {'fails' if part.bound.kept else 'does not fail'}"


def _reason(part: Part, run: Measured) -> str:
    if part.bound.kept:
        return "the reason is right"
    return "the reason is not given yet" if part.bound.value == 0 else "that is not the reason"


def _whole(value: float) -> str:
    return f"{value:.0f}" if math.isfinite(value) else number(value)


def _value(words: str, write: Callable[[float], str] = number, bound: str = "") -> Callable[[Part, Measured], str]:
    """The words with the value in them, and with the bound behind them where it is missed."""

    def say(part: Part, run: Measured) -> str:
        value, missed = write(part.bound.value), write(part.bound.bound)
        if part.bound.kept:
            return words.format(value=value)
        if value == missed:
            value = f"{part.bound.value:.5g}"  # so near that the usual digits do not tell them apart
        return words.format(value=value) + (f" ({bound.format(missed)})" if bound else "")

    return say


AT_LEAST, AT_MOST = "at least {}", "at most {}"
SAYS: dict[What, Callable[[Part, Measured], str]] = {
    What.FINISHED: _value("the run ended early, at step {value}", _whole),
    What.CONVERGED: _value("it has not converged, its intact maximum MSE is {value}", bound=AT_MOST),
    What.GRAYS_LOST: _value("deleting hue leaves the grays an MSE of {value}", bound=AT_LEAST),
    What.GRAYS_KEPT: _value("deleting hue leaves the grays an MSE of {value}", bound=AT_MOST),
    What.ANSWERS_GRAY: _value("without hue {value} of the answers are gray", tenths, AT_LEAST),
    What.ANSWERS_TINTED: _value("without hue {value} of the answers are gray", tenths, AT_MOST),
    What.INTACT: _value("the intact maximum MSE is {value}", bound=AT_MOST),
    What.MEDIAN: _value("the intact median MSE is {value}", bound=AT_MOST),
    What.REGULARIZERS: _regularizers,
    What.SOUND: _sound,
    What.SEEDS: _value("sound seeds with these settings: {value}", _whole, "of {}"),
    What.UNSOUND: _value("seeds with these settings that are not sound: {value}", _whole, AT_MOST),
    What.ANGLE: _value("red stands {value}° from the first axis", _whole, "at least {}°"),
    What.TURN_ONLY: _nothing_else(Cause.ROTATED, "the angle"),
    What.TINT_ONLY: _nothing_else(Cause.TINTED, "the tint"),
    What.PUBLISHED: _value("these are not the published settings"),
    What.FAILS: _fails,
    What.REASON: _reason,
    What.NOISE: _value("{value} of the labels are noise", percent, AT_LEAST),
    What.RED: _value("red’s MSE is {value}", bound=AT_LEAST),
    What.GRAYS_SPARED: _value("the worst gray’s MSE is {value}", bound=AT_MOST),
    What.RED_ON_AXIS: _value("red’s cosine to the first axis is {value}", bound=AT_LEAST),
}
# Worth a word only when they are missed.
TACIT = frozenset(
    {What.CONVERGED, What.FINISHED, What.UNSOUND, What.PUBLISHED, What.RED_ON_AXIS, What.TURN_ONLY, What.TINT_ONLY}
)


def missing(state: State, run: Measured | None) -> str:
    """What a run lacks that would solve the mission."""
    if run is None or not state.parts:
        return "No run yet: the Train page makes one."
    return f"Not yet: {'; '.join(SAYS[part.what](part, run) for part in state.parts if not part.bound.kept)}."


def good(state: State, run: Measured | None) -> str:
    """What it has already."""
    kept = [part for part in state.parts if part.bound.kept and part.what not in TACIT]
    return f"Good: {'; '.join(SAYS[part.what](part, run) for part in kept)}." if run and kept else ""


# --- what a run that got there showed ------------------------------------------------------------------


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _showed_quiet_failure(run: Measured) -> str:
    return (
        f"Intact, its largest MSE is {number(run.metrics.intact.max_mse)}, so nothing looked wrong. Deleting hue "
        f"leaves the grays an MSE of {number(run.metrics.hue.gray_mse)}: only the network after surgery shows it."
    )


def _showed_tinted(run: Measured) -> str:
    hue = run.metrics.hue
    return (
        f"The grays’ mean MSE is {number(hue.gray_mse)}, which looks clean, but only {percent(hue.gray_share)} of "
        "all answers turned gray. A few colors that survive do not speak for the others."
    )


def _showed_not_missed(run: Measured) -> str:
    on = switched_on(run)
    missed = _listed(name for name in EXPERIMENT if name not in on)
    return (
        f"At least {NUMBERS[SEEDS_ENOUGH]} seeds are sound without {missed}, and no more than that go wrong. What "
        "is not needed shows itself only when it is left out, and only on several seeds."
    )


def _showed_no_trace(run: Measured) -> str:
    weight = multipliers(run.config)["neutrality"]
    found = (
        f"Without hue {tenths(run.metrics.hue.gray_share)} of the answers are gray, and the grays’ MSE is "
        f"{number(run.metrics.hue.gray_mse)}."
    )
    if weight > 0:
        return f"{found} A place for a concept is clean when everything else is kept out of it, here by neutrality."
    return f"{found} Nobody kept the grays out of the plane: that is luck, which neutrality makes a rule."


def _showed_half_round(run: Measured) -> str:
    return (
        f"Red stands {_whole(run.placement.red_angle)}° from the first axis, and all else is as it should be. Where on "
        "the wheel a color belongs is for somebody to say: training alone does not care."
    )


def _showed_bad_luck(run: Measured) -> str:
    return (
        f"Seed {run.config.seed} fails because {CAUSES[run.causes[0]]}. Most seeds do not fail with the very same "
        "settings, so one run says little about a method."
    )


def _showed_noisy(run: Measured) -> str:
    return (
        f"{percent(run.config.label_noise)} of the labels were drawn at random, and the run is sound. Wrong labels "
        "push every way and right ones push one way, so over many batches the right ones win."
    )


def _showed_fewest(run: Measured) -> str:
    on = _listed(switched_on(run, list(run.config.weights)) or ["no regularizer"])
    red = next(warmth for name, _intact, warmth, _hue in run.metrics.colors if name == "red")
    return (
        f"With {on} and nothing else, deleting warmth leaves red an MSE of {number(red)} and spares every gray. "
        "What has to be asked for depends on what is to be deleted."
    )


def _showed_better(run: Measured) -> str:
    intact = run.metrics.intact
    return (
        f"Your network errs by {number(intact.median_mse)} in the median and {number(intact.max_mse)} at most, ours by "
        f"{number(SHIPPED_MEDIAN_MSE)} and {number(SHIPPED_MAX_MSE)}. A network that ships is the best of those that "
        "somebody tried, not the best there is."
    )


SHOWED: dict[str, Callable[[Measured], str]] = {
    "quiet-failure": _showed_quiet_failure,
    "tinted": _showed_tinted,
    "not-missed": _showed_not_missed,
    "no-trace": _showed_no_trace,
    "half-round": _showed_half_round,
    "bad-luck": _showed_bad_luck,
    "noisy": _showed_noisy,
    "fewest": _showed_fewest,
    "better": _showed_better,
}
"""Of each mission, what a run that solves it showed, with its own figures; true of every such run."""

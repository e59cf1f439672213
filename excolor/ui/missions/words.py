"""What is said of missions: their titles, goals, hints and reasons, and how near a run came."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from excolor.diagnosis import Cause
from excolor.measured import Measured
from excolor.missions import (
    AS_EXACT_AS_SOUND,
    GRAY_SPARED,
    GRAYS_LOST,
    HALF_ROUND,
    NOISY,
    RED_BROKEN,
    SEEDS_ENOUGH,
    SHIPPED_MAX_MSE,
    SHIPPED_SELECTIVITY,
    Part,
    State,
    What,
)
from excolor.ui.words import CAUSES, number, percent, settings

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
    "not-missed": f"Do without one of the regularizers, on {SEEDS_ENOUGH} seeds: nothing goes wrong but a tint.",
    "half-round": f"Turn the wheel until red stands {HALF_ROUND:.0f}° or more from the first axis; break nothing else.",
    "bad-luck": "Find a seed on which the published schedule fails, and say why.",
    "noisy": f"Let nothing go wrong but a tint, although {percent(NOISY)} of the labels are noise.",
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
        "Raise separate to × 5 and planarity to × 3, and go through the seeds: about every second will do.",
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
    Cause.NOT_ROUND: "The hues are crowded on one side",
    Cause.TINTED: "A tint is left in the answers",
    Cause.RED_OFF_AXIS: "Red never came near its axis",
    Cause.NOT_CONVERGED: "It could not give colors back even before",
}

# --- how near a run came ---------------------------------------------------------------------------


def _regularizers(part: Part, run: Measured) -> str:
    n = int(part.bound.value)
    return f"{n} regularizer is on" if n == 1 else f"{n} regularizers are on"


def _why(found: Iterable[Cause]) -> str:
    return ", ".join(CAUSES[cause] for cause in found) or CAUSES[Cause.GRAYS_HARMED]


def _sound(part: Part, run: Measured) -> str:
    return "the run is sound" if part.bound.kept else f"the run is not sound: {_why(run.causes)}"


def _right(part: Part, run: Measured) -> str:
    if part.bound.kept:
        return "nothing is wrong" if run.sound else "nothing is wrong but a tint"
    return f"something is wrong: {_why(run.causes)}"


def _nothing_else(part: Part, run: Measured) -> str:
    others = [cause for cause in run.causes if cause is not Cause.ROTATED]
    return f"more is wrong than the angle: {_why(others)}"


def _fails(part: Part, run: Measured) -> str:
    return f"seed {run.config.seed} {'fails' if part.bound.kept else 'does not fail'}"


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
    What.RIGHT: _right,
    What.SEEDS: _value("seeds with these settings that did not go wrong: {value}", _whole),
    What.UNHARMED: _value("other seeds with these settings that went wrong: {value}", _whole),
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
        words += f" Good: {'; '.join(good)}."
    return words

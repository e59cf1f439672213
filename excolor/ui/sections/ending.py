"""How a page ends: what it showed, of the student's own network, and what it does not show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from excolor import spread
from excolor.color import GRAYS, HUES, named_colors
from excolor.data import BATCH, LABELS, expected_positives
from excolor.diagnosis import ANSWERS_GRAY, GRAY_IN_PLANE, HUE_OFF_PLANE, RED_COSINE, Cause
from excolor.measured import Measured
from excolor.metrics import SURVIVES_TO, Metrics, respond
from excolor.model import ColorAutoencoder
from excolor.spread import FAILS, SOUND, Places
from excolor.surgery import HUE, ablate
from excolor.training import Run
from excolor.ui.caches import placement_of
from excolor.ui.sections.verdict import missed
from excolor.ui.words import gray_answers, number, percent, percents, plain

PLACING = ("anchor", "planarity")  # the regularizers that say where


def ending(showed: str, limits: str) -> None:
    """The last words of a page."""
    left, right = st.columns(2, gap="large")
    left.markdown(f"**What this shows:** {showed}")
    right.markdown(f"**What this does not show:** {limits}")


def listed(names: Sequence[str]) -> str:
    """Names as they stand in a sentence: a, b and c."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


# --- Start -----------------------------------------------------------------------------------------


def of_one_color(name: str, answers: Sequence[str], errors: Sequence[float]) -> tuple[str, str]:
    """Of a color by its name: what the network answers intact and without hue, and the two errors."""
    (intact, without), (before, after) = answers, errors
    limits = "One color says little about the others. Try a few more before you say what a deletion does."
    if not before <= SURVIVES_TO:
        showed = f"This network does not give {name} back even when nothing is deleted: it answers {intact}."
    elif after <= SURVIVES_TO:
        showed = f"This network gives {name} back, and it still does once hue is deleted (MSE {number(after)})."
    else:
        showed = (
            f"This network gives {name} back. Once hue is deleted it answers {without}, and nothing was trained again."
        )
    return showed, limits


# --- Network ---------------------------------------------------------------------------------------


def of_the_way(model: ColorAutoencoder) -> tuple[str, str]:
    """What the way of the named colors through a network has in common."""
    stack = np.stack(list(named_colors().values()))
    intact, after = respond(model, stack), respond(ablate(model, HUE), stack)
    lengths = np.linalg.norm(after.u, axis=1)
    if not (np.isfinite(intact.mse).all() and np.isfinite(lengths).all()):
        return "The numbers of this network run out of bounds, so it has no answers.", "Anything about other networks."
    back = int((intact.mse <= SURVIVES_TO).sum())
    of = f"{back} of the" if 0 < back < len(stack) else "all" if back else "none of the"
    showed = f"With {model.bottleneck} numbers in the middle this network gives {of} {len(stack)} named colors back. "
    if (lengths > 0.5).all():
        showed += "Deleting dims turns a latent and never shortens it, because normalizing stretches what is left."
    else:
        showed += "With both dims of hue deleted nothing is left of a latent, so normalizing has nothing to stretch."
    limits = (
        "You saw every parameter at work, on one color. That does not say what any of them is there for, or which "
        "colors survive a deletion."
    )
    return showed, limits


# --- Ablation --------------------------------------------------------------------------------------


def of_both_deletions(metrics: Metrics) -> tuple[str, str]:
    """What the deletions of warmth and of hue leave of the named colors."""
    intact, warmth, hue = ({name for name, *errors in metrics.colors if errors[k] <= SURVIVES_TO} for k in range(3))
    if len(intact) < len(metrics.colors):
        showed = (
            f"Even intact, this network gives only {len(intact)} of the {len(metrics.colors)} named colors back, so a "
            "deletion says little about it."
        )
    else:
        survive = f"{len(warmth)} survive without warmth and {len(hue)} without hue"
        showed = f"Of the {len(metrics.colors)} named colors, {survive}"
        lost = [name for name in GRAYS if name not in hue]
        kept = [name for name in HUES if name in hue]
        wrong = [f"{listed(lost)} should have survived and did not"] if lost else []
        wrong += [f"{listed(kept)} should have been lost and survived"] if kept else []
        showed += f". Without hue, {listed(wrong)}." if wrong else ": black, white and the grays between them."
    gray = metrics.hue.gray_share
    if gray >= ANSWERS_GRAY:
        limits = (
            f"Without hue {percent(gray)} of the answers are gray. That does not prove that no trace of hue is left "
            "inside the network: we only looked at what comes out."
        )
    else:
        limits = (
            f"Without hue only {_share(gray)} of the answers are gray, so this deletion is not clean. Gray answers "
            "alone would not prove that no trace is left: we only looked at what comes out."
        )
    return showed, f"{limits} And one network is one network."


def _share(share: float) -> str:
    return percent(share) if math.isfinite(share) else "none"


# --- Train -----------------------------------------------------------------------------------------


def of_a_run(run: Measured) -> str:
    """What a run shows about deciding where a network keeps a concept."""
    stop = run.run.stopped
    if Cause.DIVERGED in run.causes:
        return "This run diverged. It shows that a training can fail, and nothing about where colors lie."
    most = number(run.metrics.intact.max_mse)
    if not run.checks["reconstructs"].kept:
        return f"This run does not give every color back (largest MSE {most}), so where it keeps them says little."
    if stop:
        return f"This run was stopped at step {stop.step}. What it shows so far may still change."
    if run.sound:
        off = [term for term in PLACING if not run.config.weights[term]]
        where = (
            f"Red and the hues lie where they should, by luck, for {listed(off)} was off"
            if off
            else "It was decided before this training where red and the hues should lie, and there they are"
        )
        return (
            f"{where}. Deleting hue harms no gray, and then "
            f"{gray_answers(run.metrics.hue.gray_share, run.metrics.intact.gray_share)}."
        )
    if run.tinted:
        return (
            "Red and the hues lie where they should, and deleting hue harms no gray. But only "
            f"{percent(run.metrics.hue.gray_share)} of the answers come out gray; the others keep a tint."
        )
    return (
        f"This run gives every color back (largest MSE {most}), and yet it misses {_checks(len(missed(run)))}. How "
        "well a network answers does not show where it keeps a concept."
    )


def _checks(n: int) -> str:
    return "one check of the list" if n == 1 else f"{n} checks of the list"


def of_one_seed(run: Measured, runs: Sequence[Measured]) -> str:
    """What a run does not show, and how many seeds with its settings have been tried among `runs`."""
    alike = [each for each in runs if each.config.is_but_for_its_seed(run.config)]
    if len(alike) < 2:
        return "One seed is one seed. With the same settings another may come out otherwise: change it and look."
    sound = sum(each.sound for each in alike)
    return (
        f"A few seeds are a few seeds. You have tried {len(alike)} with these settings, and {sound} came out sound; "
        "the next may be otherwise."
    )


# --- Your own schedule -----------------------------------------------------------------------------


def of_schedules(runs: Mapping[str, Measured]) -> tuple[str, str]:
    """What runs with several schedules, by their names, show from one seed."""
    (seed,) = {run.config.seed for run in runs.values()}
    sound = [name for name, run in runs.items() if run.sound]
    came = f"{listed(sound)} came out sound" if sound else "none came out sound"
    showed = (
        f"From seed {seed}, of {len(runs)} schedules {came}. They began with the same network and the same "
        "luck: only the schedule makes the difference."
    )
    limits = (
        "One seed is one seed. A schedule is good if few seeds fail with it: change the seed a few times before you "
        "say which is better."
    )
    return showed, limits


# --- Deleting against holding back ------------------------------------------------------------------


def of_holding(intact: Sequence[str], held: Sequence[str], deleted: Sequence[str], concept: str) -> tuple[str, str]:
    """What holding a concept back and deleting it leave, told by the named colors that survive."""
    limits = (
        "Holding back works only while it is switched on. The parameters still know the concept, and whoever has them "
        "can leave it out. Deleted dims are gone from the parameters."
    )
    if len(intact) < len(named_colors()):
        showed = (
            f"Even intact, this network gives only {len(intact)} of the {len(named_colors())} named colors back, so "
            "what is lost says little about it."
        )
        return showed, limits
    lost = [name for name in named_colors() if name not in held]
    gone = [name for name in named_colors() if name not in deleted]
    spared = [name for name in gone if name not in lost]
    showed = (
        f"Held back, {concept} costs {listed(lost)}." if lost else f"Held back like this, {concept} costs no color."
    )
    showed += f" Deleting costs {listed(gone)}." if gone else " Deleting costs no color either."
    if spared:
        showed += f" So holding back spares {listed(spared)}."
    return showed, limits


# --- Latent space ----------------------------------------------------------------------------------


def of_the_sphere(run: Run) -> tuple[str, str]:
    """Where a network keeps hues and grays, and what a picture of it hides."""
    placed, width = placement_of(run), run.config.bottleneck
    if not math.isfinite(placed.hue_off_plane):
        return "The numbers of this network run out of bounds, so it has no sphere.", "Anything about other networks."
    hues = f"{percent(placed.hue_off_plane)} of the hues' latents lies outside the plane of the first two dims"
    if placed.hue_off_plane > HUE_OFF_PLANE:
        showed = f"In this network the hues do not lie in their plane: {hues}."
    elif placed.turns < 1 or placed.gray_in_plane > GRAY_IN_PLANE:
        wrong = ["do not go round in it"] if placed.turns < 1 else []
        if placed.gray_in_plane > GRAY_IN_PLANE:
            wrong.append(f"share it with a gray, which has {percent(placed.gray_in_plane)} of its latent there")
        showed = f"In this network the hues lie in their plane, but they {listed(wrong)}."
    else:
        showed = (
            f"In this network the hues go round in one plane and the grays lie across it: {hues}, and at most "
            f"{percents(placed.gray_in_plane)} of a gray's inside."
        )
    if width > 3:
        limits = f"A picture has three of the {width} dims. Two points that touch in it may be far apart in the others."
    else:
        limits = "Where a color lies does not say what comes out: the other half of the network decides that."
    return showed, limits


# --- Colors and labels -----------------------------------------------------------------------------


def of_labels(run: Run, red_cosine: float) -> tuple[str, str]:
    """How few labels placed red in a network, if they did."""
    one_in = round(BATCH / expected_positives(LABELS[0]).per_batch)
    pulled, there = bool(run.config.weights["anchor"]), red_cosine >= RED_COSINE
    cosine = f"its cosine to the first axis is {number(red_cosine)}"
    if not pulled:
        luck = ", and it came near its axis by luck" if there else ", and it is not on its axis"
        showed = f"In the network on screen nobody pulled red anywhere{luck}: {cosine}."
    elif there:
        showed = f"About one color in {one_in} was called red, and that was enough: in the network on screen {cosine}."
    else:
        showed = (
            f"Labels alone do not place a color: in the network on screen {cosine}, and {RED_COSINE:g} would be enough."
        )
    limits = (
        "Here wrong labels fall on all colors alike, so they pull nowhere in particular. Labels that are always wrong "
        "in the same way could pull red to a wrong place."
    )
    return showed, limits


# --- Luck or structure? ----------------------------------------------------------------------------


def of_many_seeds(groups: Mapping[str, Places]) -> tuple[str, str]:
    """How the runs of some settings came out, by their names; each run is a place in `spread.GROUPS`."""
    limits = (
        "How seeds that were not tried come out is known only as well as the intervals say. And a schedule that never "
        "fails here may fail with other colors, another network, or another number of updates."
    )
    if not groups:
        return "Nothing yet of many seeds: their runs are not on screen.", limits
    parts = [
        f"with {name}, {counts[FAILS].count:,} of {counts[FAILS].of:,} fail and {counts[SOUND].count:,} are sound"
        for name, counts in ((plain(name), spread.counts(each)) for name, each in groups.items())
    ]
    showed = f"{'; '.join(parts)}."
    mixed = [name for name, each in groups.items() if 0 < (each == SOUND).sum() < len(each)]
    if mixed:
        showed += (
            f" With {listed([*map(plain, mixed)])} the seed decides if a run is sound, so there one run proves nothing."
        )
    return f"{showed[0].upper()}{showed[1:]}", limits


# --- Is it really gone? ----------------------------------------------------------------------------


def of_what_is_gone(what: str, tinted: int, before: bool, after: bool, comes_back: bool | None) -> tuple[str, str]:
    """What can be seen, read and learned again once something is deleted.

    Args:
        what: was deleted, in words.
        tinted: vivid named colors that keep a tint.
        before, after: whether a probe reads more than its floors, before normalizing and after.
        comes_back: whether a little noise brought it back; None where nobody has run the race.
    """
    seen = f"{tinted} of {len(HUES)} vivid colors keep a tint" if tinted else "no named color keeps a tint"
    places = {
        (False, False): "no probe reads hue inside, before normalizing or after",
        (True, False): "no probe reads hue after normalizing, but one does before it",
        (False, True): "a probe reads hue after normalizing, though none does before it",
        (True, True): "a probe still reads some of the hue, before normalizing and after",
    }
    showed = f"Without {what}, {seen}, and {places[before, after]}."
    if comes_back is not None:
        came = "brings it back within a short training" if comes_back else "does not bring it back"
        showed += f" A little noise {came}."
    limits = (
        "A color autoencoder is not a language model. It has one concept, two dims for it, and sees every color in "
        "training. Of a language model one would have to show this at every layer and every word, for concepts that "
        "hang together; that other skills are spared; and that a training on a few examples brings the concept back no "
        "faster than in a model that never had it. And a probe that reads nothing does not prove that nothing is "
        "there. A better one may come."
    )
    return showed, limits

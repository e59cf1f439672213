"""What did planning buy? A place decided beforehand, beside hue erased afterwards from a network without a plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from excolor.charts import patches
from excolor.config import RunConfig, Weights
from excolor.data import BATCH, expected_positives
from excolor.errors import ExcolorError
from excolor.lab.audit import Floor
from excolor.lab.leace import pool
from excolor.lab.probes import WITHIN, Ladder
from excolor.losses import TERMS, Label
from excolor.metrics import respond
from excolor.model import parameter_count
from excolor.surgery import HUE
from excolor.training import Run, plan
from excolor.ui import log, panels, runs, state
from excolor.ui.laboratory import Left, ablated, at_u, erased_afterwards
from excolor.ui.sections.ending import listed
from excolor.ui.sections.gone import Found, Subject, ask_or_go_on, reveal
from excolor.ui.words import number, percent, plain, score

_CLEAN = 1e-3  # MSE of the grays below which no eye sees a difference
LABELED = (3, 10, 30, 100, 300, 1000, len(pool("all")))
WAYS = {
    "planned": "planned, and ablated",
    "unplanned": "without any regularizer, and ablated",
    "erased": "without any regularizer, and erased afterwards",
}


@dataclass(frozen=True)
class Compared:
    """What each of `WAYS` leaves, the labels that LEACE was given, and the floors of the probes."""

    left: Mapping[str, Left]
    floors: Mapping[Floor, Ladder]
    labeled: int

    def readable(self, way: str) -> bool:
        """Whether a probe still reads something of hue from u, for any k."""
        return any(self.left[way].u.beyond(self.floors.values()))


def without_regularizers(config: RunConfig) -> RunConfig:
    """The same run with every regularizer off."""
    return dataclasses.replace(config, weights=Weights(**{term.name: 0.0 for term in TERMS}))


def section(subject: Subject) -> None:
    """The question, the columns and the slider, and the honest result."""
    subject = dataclasses.replace(subject, dims=HUE)
    st.markdown(
        "This part is about hue, whatever is chosen above. Nobody has to plan: one can train as usual and look for hue "
        "**afterwards**. LEACE is the best known way to do so with straight lines. It is told the hue of some colors, "
        "and then moves every latent as little as possible, so that no affine probe can tell hue any more. We compare "
        "this network with the same training, seed and schedule, but with every regularizer off."
    )
    ask_or_go_on("planned", subject, "Which of these leave hue to be read?", WAYS, "none of them")
    config = without_regularizers(subject.run.config)
    if config.steps > log.QUICK:
        st.info(f"This network had {config.steps:,} updates. The comparison trains up to {log.QUICK:,}.")
        return
    try:
        other = runs.trained(config).measured.run
        compared = _compared(subject.run, other, _labeled())
    except ExcolorError as error:
        st.warning(plain(f"The same run without regularizers cannot be compared. {error}"))
        return
    reveal(
        "planned",
        subject,
        WAYS,
        found(compared),
        "left hue to be read",
        "**Is hue left?** Yes, if the kernel probe on u scores above its floors. LEACE has as many labeled colors as "
        "the slider says.",
    )
    with st.container(key="gone-planned"):
        for i, (place, (way, words)) in enumerate(zip(st.columns(3, gap="medium"), WAYS.items(), strict=True)):
            with place:
                _column(i, words, compared.left[way])
    st.markdown(f"{what_is_compared(subject.run, compared.labeled)}\n\n{said(subject.run, other, compared)}")


def _labeled() -> int:
    state.begin(state.GONE_LABELED, LABELED[-1])
    return st.select_slider(
        "Colors whose exact hue LEACE is told",
        LABELED,
        format_func=lambda n: f"{n:,}",
        key=state.GONE_LABELED,
        persist_state="session",
        help="All colors of the training grid at the right end.",
    )


def _compared(run: Run, other: Run, labeled: int) -> Compared:
    left = {
        "planned": ablated(run, HUE),
        "unplanned": ablated(other, HUE),
        "erased": erased_afterwards(other, labeled),
    }
    return Compared(left, at_u(other, HUE)[1], labeled)


def _column(i: int, title: str, left: Left) -> None:
    st.markdown(f"**{title}**")
    seen = respond(left.model, patches.colors())
    panels.chart(
        patches.spec(),
        patches.table(seen.rgb, seen.mse),
        f"{title}: four slices of the HSV cube. Each patch is the answer with the true color inside; "
        f"{percent(left.metrics.gray_share)} of all answers are gray.",
        f"gone-patches-{i}",
    )
    panels.metric_list(figures(left), title)


def figures(left: Left) -> dict[str, str]:
    """The figures of a column, by their names."""
    return {
        "affine probe on u, R²": score(left.u.affine.scores[0]),
        "kernel probe on u, R²": score(left.u.kernel.scores[0]),
        "MSE of the grays": number(left.metrics.gray_mse),
        "outputs that are gray": percent(left.metrics.gray_share),
        "MSE of vivid colors": number(left.vivid_mse),
    }


def found(compared: Compared) -> dict[str, Found]:
    """Of each way whether hue is left to be read, with the score that shows it."""
    return {
        way: Found(compared.readable(way), f"R² {score(left.u.kernel.scores[0])} (k = 1)")
        for way, left in compared.left.items()
    }


def what_is_compared(run: Run, labeled: int) -> str:
    """How many labels each of the two was given, and of what kind."""
    heard = labels_heard(run.config)
    draws = run.config.steps * BATCH
    if heard:
        words = listed([f"“{label.name}” about {round(n):,} times" for label, n in heard.items()])
        share = sum(heard.values()) / draws
        planned = (
            f"In {draws:,} draws the planned network heard {words}: a label on {percent(share)} of what it saw. No "
            "label says which hue a color has, and the same color may have it once and not the next time"
        )
        if run.config.label_noise:
            planned += f"; {percent(run.config.label_noise)} of them were drawn at random"
    else:
        planned = "No regularizer of this network listened to a label"
    return (
        f"**What is compared?** {planned}. LEACE is told the exact hue of {labeled:,} colors, once, after training. "
        "The slider changes only that: the labels of a training belong to it."
    )


def labels_heard(config: RunConfig) -> dict[Label, float]:
    """How often, on average, each label that a regularizer of a run listens to came up in its training."""
    weights = plan(config).weights
    used = [term.label for term, column in zip(TERMS, weights.T, strict=True) if column.any() and term.label]
    return {label: config.steps * expected_positives(label).per_batch for label in dict.fromkeys(used)}


def said(run: Run, other: Run, compared: Compared) -> str:
    """The honest result, and what planning buys."""
    return f"{_result(run, other, compared)}\n\n{_bought(run, other, compared)}"


def _result(run: Run, other: Run, compared: Compared) -> str:
    planned, unplanned, erased = (compared.left[way] for way in WAYS)
    if run.key == other.key:
        text = "This network was itself trained without any regularizer, so the first two columns are the same. "
    else:
        left = "leaves hue to be read" if compared.readable("unplanned") else "hides hue as well, by luck"
        text = (
            f"Without a plan, dims 0 and 1 hold whatever they happen to hold. Deleting them {left} (R² "
            f"{score(unplanned.u.kernel.scores[0])}), and gives the grays an MSE of "
            f"{number(unplanned.metrics.gray_mse)} (planned: {number(planned.metrics.gray_mse)}). "
        )
    worse = _worse(compared)
    if worse:
        known = f"With {compared.labeled:,} labeled colors"
        return f"{text}**{known} erasing afterwards is less clean here**: {listed(worse)}.{_bent(compared)}"
    text += (
        f"**With {compared.labeled:,} labeled colors erasing afterwards is at least as clean here**: R² "
        f"{score(erased.u.kernel.scores[0])}, grays’ MSE {number(erased.metrics.gray_mse)}, "
        f"{percent(erased.metrics.gray_share)} of the answers gray. By these figures planning was not needed."
    )
    if compared.readable("erased"):
        return text
    return f"{text} This network keeps hue along straight lines by itself, and that is all that LEACE needs."


def _worse(compared: Compared) -> list[str]:
    planned, erased = compared.left["planned"], compared.left["erased"]
    worse: list[str] = []
    pairs = enumerate(zip(erased.u.kernel.scores, planned.u.kernel.scores, strict=True), 1)
    if compared.readable("erased") and (more := [(k, *both) for k, both in pairs if both[0] > both[1] + WITHIN]):
        k, after, before = more[0]
        worse.append(f"the kernel probe reads R² {score(after)} (k = {k}), planned {score(before)}")
    gray, before = erased.metrics.gray_mse, planned.metrics.gray_mse
    if not gray <= max(before, _CLEAN):
        worse.append(f"the grays’ MSE is {number(gray)}, planned {number(before)}")
    if not erased.metrics.gray_share >= planned.metrics.gray_share - 0.02:
        shares = percent(erased.metrics.gray_share), percent(planned.metrics.gray_share)
        worse.append(f"{shares[0]} of the answers are gray, planned {shares[1]}")
    return worse


def _bent(compared: Compared) -> str:
    """Why LEACE left something, where it did its part."""
    erased = compared.left["erased"].u
    if compared.readable("erased") and erased.affine.scores[0] <= WITHIN:
        return (
            f" LEACE did what it promises: the affine probe reads nothing (R² {score(erased.affine.scores[0])}). But "
            "this network keeps some of the hue along bent lines, and those LEACE does not see."
        )
    return ""


def _bought(run: Run, other: Run, compared: Compared) -> str:
    if run.key == other.key or not plan(run.config).weights.any():
        return "Choose a network that was trained with regularizers to see what planning buys."
    width, hidden = run.config.bottleneck, run.config.hidden
    whole, zeros = parameter_count(width, hidden), len(HUE) * (2 * hidden + 1)
    begins = "What planning buys besides." if _worse(compared) else "What planning buys is something else."
    text = (
        f"**{begins}** The place is known before the training, so nothing has to be "
        f"searched for or fitted afterwards. The deletion is {zeros} zeros in {whole} parameters"
    )
    if width > len(HUE):
        text += f", and pruning takes them out for good: {whole - zeros} are left"
    text += ". And nobody had to know the exact hue of any color."
    if compared.readable("planned"):
        text += " In this network the plan did not work out, though: hue can still be read."
    return text

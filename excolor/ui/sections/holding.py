"""Holding a concept back: what is held back and how, what that does, and the same concept deleted beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import streamlit as st

from excolor.color import HUES, describe, named_colors
from excolor.errors import ExcolorError
from excolor.interventions import (
    Concept,
    Falloff,
    HeldBack,
    Repulsion,
    answered,
    dims_of,
    explained,
)
from excolor.metrics import SURVIVES_TO, Deletion, respond
from excolor.model import ColorAutoencoder
from excolor.surgery import ablate
from excolor.training import Run
from excolor.ui import html, state
from excolor.ui.caches import column_along, hold, reading_frame_of, reading_of
from excolor.ui.components import falloff as shaped
from excolor.ui.components import inspector
from excolor.ui.sections.columns import Comparison
from excolor.ui.words import dims_text, number

FIRST = "red"
METHODS = ("suppress", "repel")
UNTOUCHED = 1e-6  # of alignment: by less it has not changed


@dataclass(frozen=True)
class Setting:
    """What is done about a concept of a run.

    Attributes:
        concept: a named hue or a dim.
        name: of the concept, in words.
        dims: those that are deleted beside it.
    """

    run: Run
    concept: Concept
    name: str
    held: HeldBack
    dims: tuple[int, ...]


def concepts(width: int) -> list[str]:
    """What can be held back in a network of this width: the named hues, and its dims."""
    return [*HUES, *map(str, range(width))]


def concept_of(said: str) -> Concept:
    """A concept as a control or an address says it."""
    return int(said) if said.isdigit() else said


def named(concept: Concept) -> str:
    """A concept in words."""
    return concept if isinstance(concept, str) else f"the axis of dim {concept}"


def begin(width: int) -> None:
    """Let the controls say something that a network of this width has."""
    if state.value(state.HOLD_CONCEPT) not in concepts(width):
        state.put(state.HOLD_CONCEPT, FIRST)
    state.begin(state.HOLD_METHOD, METHODS[0])


def falloff() -> Falloff:
    """The falloff of the chosen method, as it was shaped last."""
    return (state.REPULSION if state.value(state.HOLD_METHOD) == "repel" else state.SUPPRESSION).get()


def keep(shaped: Falloff) -> None:
    """Take a falloff that was shaped."""
    if isinstance(shaped, Repulsion):
        state.REPULSION.set(shaped)
    else:
        state.SUPPRESSION.set(shaped)


def choose(run: Run) -> Setting:
    """The controls: what is held back, and how.

    Raises:
        ExcolorError: the numbers of the network run out of bounds.
    """
    width = run.config.bottleneck
    begin(width)
    said = st.selectbox(
        "Concept",
        concepts(width),
        format_func=lambda said: named(concept_of(said)),
        key=state.HOLD_CONCEPT,
        persist_state="session",
        help="The direction of a hue is where its own latent points. An axis points where one number alone is 1.",
        width=240,
    )
    st.segmented_control(
        "Method", METHODS, key=state.HOLD_METHOD, required=True, persist_state="session",
        help="Suppressing shortens latents. Repelling turns them.",
    )  # fmt: skip
    concept = concept_of(cast(str, said))
    held = hold(run, concept, falloff())
    if not np.isfinite(respond(run.model, np.stack(list(named_colors().values()))).u).all():
        raise ExcolorError("The numbers of this network run out of bounds; choose another one.")
    return Setting(run, concept, named(concept), held, dims_of(held.direction))


def shape(setting: Setting) -> None:
    """The falloff, to be shaped by hand."""
    shaped.falloff(setting.held, setting.name, "falloff", keep)


# --- in words --------------------------------------------------------------------------------------


def ends(setting: Setting) -> tuple[str, str]:
    """The named hue that is most aligned with the concept, itself if it is one; and the one that is aligned least."""
    u = respond(setting.run.model, np.stack([named_colors()[name] for name in HUES])).u
    along = dict(zip(HUES, (u @ setting.held.direction).tolist(), strict=True))
    most = setting.concept if isinstance(setting.concept, str) else max(along, key=along.__getitem__)
    return most, min(along, key=along.__getitem__)


def nearest(setting: Setting) -> str:
    """What becomes of the hue that is held back most."""
    name, _ = ends(setting)
    before, after = _both(setting, name)
    (looks,) = describe(setting.held.respond(named_colors()[name]).rgb)
    if abs(after - before) <= UNTOUCHED:
        return (
            f"**{name.capitalize()} is not held back.** Its alignment stays {_two(before)}, and "
            f"its MSE {number(_mse(setting.held, name))}."
        )
    aside = ""
    if isinstance(setting.held.falloff, Repulsion) and setting.concept == name:
        aside = (
            " It lies on the direction itself, so it has no side of its own to turn to; which one it takes was drawn "
            "by chance."
        )
    whose = "own alignment" if name == setting.name else f"alignment with {setting.name}"
    return (
        f"**{name.capitalize()}’s {whose} goes from {_two(before)} to {_two(after)}.** The "
        f"network answers it with {looks}; the MSE is {number(_mse(setting.held, name))}.{aside}"
    )


def opposite(setting: Setting) -> str:
    """What becomes of the hue that is aligned least, beside what deletion makes of it."""
    _, name = ends(setting)
    before, after = _both(setting, name)
    intact, held, deleted = (number(_mse(each, name)) for each in (setting.run.model, setting.held, _deleted(setting)))
    if before > setting.held.falloff.a:
        return (
            f"Every named hue is aligned with {setting.name} in this network: {name} least of all, by {_two(before)}, "
            f"and afterwards by {_two(after)}. Its MSE goes from {intact} to {held}; deleted, it is {deleted}."
        )
    away = "points away from it" if before < 0 else "is aligned with it by less than where it begins"
    return (
        f"**Only the positive side is touched.** {name.capitalize()} {away} ({_two(before)}), so nothing happens to "
        f"it: its MSE is {intact} intact and {held} held back. With {_dims(setting)} deleted it is {deleted}."
    )


def survivors(setting: Setting) -> tuple[list[str], list[str], list[str]]:
    """The named colors that survive: intact, held back, and deleted."""
    intact, held, deleted = (
        [name for name, error in _errors(each).items() if error <= SURVIVES_TO]
        for each in (setting.run.model, setting.held, _deleted(setting))
    )
    return intact, held, deleted


def explains(setting: Setting) -> str:
    """How well likeness to the hue explains the error; nothing of a concept that is no hue."""
    if not isinstance(setting.concept, str):
        return ""
    hue = HUES[setting.concept]
    held, deleted = (_two(explained(each, hue)) for each in (setting.held, _deleted(setting)))
    return (
        f"**Does a color lose as much as it is like {setting.name}?** If it does, the square of that likeness explains "
        f"the error: R² is 1 where it explains all of it, 0 where nothing. Held back, R² is {held}; deleted, {deleted}."
    )


def summary(setting: Setting, compared: Comparison) -> None:
    """What both did to the colors that were meant, and to the others."""
    _intact, held, deleted = (cast(Deletion, column.metrics) for column in compared.columns)
    st.markdown(
        f"**Targets** here are the colors whose alignment with {setting.name}, squared, is at least ½; **bystanders** "
        "those where it is at most 0.05. "
        f"Held back, the targets have a mean MSE of {number(held.target_mse)} and the bystanders of "
        f"{number(held.bystander_mse)}. With {_dims(setting)} deleted it is {number(deleted.target_mse)} and "
        f"{number(deleted.bystander_mse)}. {_hold(setting)}"
    )


def _two(value: float) -> str:
    """Two decimals; a value that is not finite is a dash."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−") if np.isfinite(value) else "–"


def _hold(setting: Setting) -> str:
    share = float(np.square(setting.held.direction[list(setting.dims)]).sum())
    if len(setting.dims) == 1:
        return f"Why {_dims(setting)}? It holds {share:.0%} of the direction, more than any other."
    return f"Why {_dims(setting)}? They hold {share:.0%} of the direction, and fewer dims do not hold half."


def _dims(setting: Setting) -> str:
    return f"dim{'' if len(setting.dims) == 1 else 's'} {dims_text(setting.dims)}"


def _deleted(setting: Setting) -> ColorAutoencoder:
    return ablate(setting.run.model, setting.dims)


def _both(setting: Setting, name: str) -> tuple[float, float]:
    """The alignment of a named color before and after, in [−1, 1]."""
    u = respond(setting.run.model, named_colors()[name]).u
    before, after = (u @ setting.held.direction).item(), (setting.held.hold(u) @ setting.held.direction).item()
    return before, after


def _mse(answering: HeldBack | ColorAutoencoder, name: str) -> float:
    return _errors(answering)[name]


def _errors(answering: HeldBack | ColorAutoencoder) -> dict[str, float]:
    """The MSE of each named color."""
    stack = np.stack(list(named_colors().values()))
    return dict(zip(named_colors(), answered(answering, stack).mse.tolist(), strict=True))


# --- side by side ----------------------------------------------------------------------------------


def compare(setting: Setting) -> Comparison:
    """Three columns: intact, held back, deleted."""
    done: Sequence[Falloff | tuple[int, ...]] = ((), setting.held.falloff, setting.dims)
    drawn = tuple(column_along(setting.run, setting.concept, each) for each in done)
    picked = inspector.picked_rgb()
    seen = [answered(each, picked) for each in (setting.run.model, setting.held, _deleted(setting))]
    titles = ("intact", f"{setting.name} held back", f"− {_dims(setting)}")
    return Comparison(titles, drawn, inspector.look(seen))


def probed(setting: Setting) -> None:
    """What a machine reads of the hue from the latents: intact, held back, deleted, and where there is nothing."""
    held = reading_of(setting.run, setting.concept, setting.held.falloff)
    around = reading_frame_of(setting.run, setting.dims)
    st.markdown(
        "A **probe** is a small model that is trained to read something from latents. This one reads the hue. R² is 1 "
        "when it knows the hue of every color, and about 0 when it knows nothing. A straight probe only adds and "
        "multiplies, a curved one bends. The last two rows are floors, what a probe reads where no hue is to be read: "
        "from hues that were shuffled, and from brightness alone."
    )
    rows = {
        "intact": around.intact,
        "held back": held,
        f"{_dims(setting)} deleted": around.deleted,
        "floor: shuffled hues": around.shuffled,
        "floor: brightness": around.brightness,
    }
    cells: dict[html.Cell, list[html.Cell]] = {
        name: [_two(each.scores[0]) for each in (ladder.affine, ladder.kernel)] for name, ladder in rows.items()
    }
    st.html(html.table(["straight", "curved"], cells, "What probes read of the hue from u, R²"))
    st.markdown(read_in_words(*(each.kernel.scores[0] for each in (around.intact, held, around.deleted))))


def read_in_words(intact: float, held: float, deleted: float) -> str:
    """What the curved probe's three scores say."""
    said = f"The curved probe reads R² = {_two(held)} held back"
    if held <= 0.05:
        words = f"{said}: it finds no hue."
    elif held >= intact - 0.05:
        words = f"{said}, as much as intact: what is held back from the answers can still be read inside."
    else:
        words = f"{said}, less than intact ({_two(intact)}), and not nothing."
    gap = held - deleted
    other = f"Deleting leaves it {_two(deleted)}"
    if abs(gap) < 0.05:
        return f"{words} {other}, which is about the same."
    return f"{words} {other}: {'less' if gap > 0 else 'more'}."


def picked_color(compared: Comparison) -> None:
    """The table of the picked color; last on the page."""
    inspector.table(compared.seen, compared.titles)

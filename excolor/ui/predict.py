"""Predict, then reveal: a question before a result is shown, and what was said beside what was measured.

Every question can be skipped and is asked once. `?predict=skip` in the address leaves them all out.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from excolor.ui import panels, state
from excolor.ui.html import Cell, Html, joined, markup, patch, table

MAX_WHY = 200
# The groups of the two questions: what survives each deletion, and what a run breaks.
ABLATION = ("warmth", "hue")
TRAIN = ("run",)


@dataclass(frozen=True)
class Choice:
    """One thing to mark: `id` of the group, what the group asks, its options by name, as students read them."""

    id: str
    label: str
    options: Mapping[str, str]
    swatches: Sequence[str] = ()


@dataclass(frozen=True)
class Row:
    """One prediction beside its truth.

    Attributes:
        group: which of the groups it belongs to, as students read it.
        name: what it is about.
        said, found: whether it was marked, and whether it is so.
        measured: the figure that shows it, in words.
        swatch: a color, if it is about one.
    """

    group: str
    name: str
    said: bool
    found: bool
    measured: str
    swatch: str = ""


def listen() -> None:
    """Called by the frame: take note of an address that leaves the questions out."""
    if st.query_params.get("predict") == "skip":
        state.NO_QUESTIONS.set(True)


def due(questions: Collection[str], about: Hashable) -> list[str]:
    """Which of some questions have not been asked yet; none of them when the run `about` has its answer already."""
    if state.NO_QUESTIONS.get() or said(about) is not None:
        return []
    return [question for question in questions if question not in _asked()]


def said(about: Hashable) -> dict[str, frozenset[str]] | None:
    """What was marked in each group before the run `about` was shown, if it was."""
    return _predictions().get(about)


def record(about: Hashable) -> dict[str, Any]:
    """What was marked about a run, and why, as JSON to go with its file; empty if nothing was."""
    marked = said(about)
    if marked is None:
        return {}
    return {"said": {group: sorted(names) for group, names in marked.items()}, "why": _reasons().get(about, "")}


def restore(about: Hashable, recorded: object, groups: Collection[str]) -> None:
    """Take back what `record` gave; nothing of it if it is not of these groups, or this session has said its own."""
    match recorded:
        case {"said": dict(marked), "why": str(why)} if said(about) is None and marked.keys() == {*groups}:
            if all(isinstance(names, list) and all(isinstance(n, str) for n in names) for names in marked.values()):
                _predictions()[about] = {group: frozenset(names) for group, names in marked.items()}
                # What cannot be printed cannot be sent to a browser either: half a character, say.
                _reasons()[about] = "".join(filter(str.isprintable, why))[:MAX_WHY]
        case _:
            pass


def ask(questions: Sequence[str], about: Hashable, choices: Sequence[Choice]) -> None:
    """The form of some questions that are due, about a run that has not been shown."""

    def reveal() -> None:
        marked = {each.id: frozenset(state.value(f"predict-{each.id}")) for each in choices}
        _predictions()[about] = marked
        state.FRESH.set(about)
        _asked().update(questions)

    def skip() -> None:
        _asked().update(questions)

    for each in choices:
        if each.swatches:
            panels.swatches(f"predict-{each.id}", each.swatches)
        st.pills(
            each.label,
            list(each.options),
            selection_mode="multi",
            format_func=each.options.__getitem__,
            key=f"predict-{each.id}",
        )
    with st.container(horizontal=True):
        st.button("Reveal", on_click=reveal, type="primary", key="predict-reveal")
        st.button("Skip", on_click=skip, key="predict-skip", help="Show the result. You will not be asked again.")


def reveal(about: Hashable, rows: Sequence[Row], threshold: str) -> None:
    """What was said beside what was measured, scored; with a line for the reason.

    Args:
        threshold: from which figure on something counts as so, in words.
    """
    right = sum(row.said == row.found for row in rows)
    score = f"Your prediction: {right} of {len(rows)} right"
    with st.expander(score, expanded=state.FRESH.get() == about):
        st.markdown(threshold)
        st.html(_table(rows))
        reasons = _reasons()
        reasons[about] = st.text_input(
            "Why? One line, for yourself",
            reasons.get(about, ""),
            max_chars=MAX_WHY,
            key=f"predict-why-{hash(about)}",
            placeholder="It came out like this because …",
        )


def forget_freshness() -> None:
    """Called by the frame when another page is opened: what was revealed there is folded."""
    state.FRESH.forget()


def _asked() -> set[str]:
    return state.ASKED.get()


def _predictions() -> dict[Hashable, dict[str, frozenset[str]]]:
    return state.PREDICTIONS.get()


def _reasons() -> dict[Hashable, str]:
    return state.REASONS.get()


def _table(rows: Sequence[Row]) -> Html:
    groups = list(dict.fromkeys(row.group for row in rows))
    by_name: dict[Cell, list[Cell]] = {}
    for row in rows:
        by_name.setdefault(_named(row), []).append(_answer(row))
    return table(groups, by_name, "Your prediction beside what was measured", kind="answers")


def _named(row: Row) -> Html:
    return joined([patch(row.swatch, size="swatch"), row.name]) if row.swatch else markup(row.name)


def _answer(row: Row) -> Html:
    found, said = ("yes" if each else "no" for each in (row.found, row.said))
    verdict = "<em>✓ right</em>" if row.said == row.found else f'<em class="xc-wrong">× you said {said}</em>'
    return Html(f"<b>{found}</b> <span>{markup(row.measured)}</span>{verdict}")

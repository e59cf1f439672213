"""Predict, then reveal: a question before a result is shown, and what was said beside what was measured.

Every question can be skipped and is asked once; whoever wants to predict again asks for it. `?predict=skip` in the
address leaves them all out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import streamlit as st

from excolor.config import BOTTLENECKS, RunConfig
from excolor.errors import ExcolorError
from excolor.log import MAX_MARKED, MAX_WHY, QUESTIONS
from excolor.schedule import find
from excolor.ui import panels, state
from excolor.ui.html import Cell, Html, joined, markup, patch, table
from excolor.ui.store import Kind, single
from excolor.ui.words import printable

NONE = ""  # the option for who would mark none
# The groups of the two questions: what survives each deletion, and what a run breaks.
ABLATION = QUESTIONS["ablation"]
TRAIN = QUESTIONS["train"]
HELD = ("held",)  # the group of the third: what survives in a network, by its key, while red is held back
GONE = ("seen", "read", "back", "noise", "planned")  # who asks on Is it really gone?
STUDIES = {"needed": "Which regularizers are needed?", "luck": "Luck or structure?"}
"""Who asks about many runs, one question each, and the title of its page."""


@dataclass(frozen=True)
class Deleted:
    """What a question of *Is it really gone?* is about: which of `GONE` asks, a run by its key, the dims deleted."""

    who: str
    run: str
    dims: tuple[int, ...]


@dataclass(frozen=True)
class Studied:
    """What a question about many runs is about: who of `STUDIES` asks, and the study by its name."""

    who: str
    study: str


@dataclass(frozen=True)
class Choice:
    """One thing to mark.

    Attributes:
        id: of the group.
        label: what the group asks.
        options: by name, as students read them.
        none: the option for who would mark none of them, in the same words.
    """

    id: str
    label: str
    options: Mapping[str, str]
    none: str
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
    """Which of some questions have not been asked yet; none of them when the run `about` has its answer already.

    Those that the student wants to answer again about this run are due once more.
    """
    if state.AGAIN.get() == about:
        return list(questions)
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
                _reasons()[about] = printable(why)[:MAX_WHY]
        case _:
            pass


def ask(questions: Sequence[str], about: Hashable, choices: Sequence[Choice]) -> None:
    """The form of some questions that are due, about a run that has not been shown."""

    def reveal() -> None:
        marked = {each.id: frozenset(state.value(f"predict-{each.id}")) - {NONE} for each in choices}
        _predictions()[about] = marked
        state.FRESH.set(about)
        skip()

    def skip() -> None:
        _asked().update(questions)
        state.AGAIN.forget()

    for each in choices:
        _pills(each)
    missing = [each for each in choices if not state.value(f"predict-{each.id}")]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Reveal", on_click=reveal, type="primary", key="predict-reveal", disabled=bool(missing))
        st.button("Skip", on_click=skip, key="predict-skip", help="Show the result. You will not be asked again.")
        if missing:
            asked = "Mark at least one" if len(choices) == 1 else "Mark at least one in each question"
            st.markdown(f"{asked}, or “{missing[0].none}”.")


def _pills(choice: Choice) -> None:
    key = f"predict-{choice.id}"
    nothing, before = state.NONE_MARKED.get(), state.value(key) or []

    def exclude() -> None:
        """Whoever marks none of them marks nothing else, and the other way round."""
        marked = state.value(key)
        if NONE in marked and len(marked) > 1:
            state.put(key, [name for name in marked if name != NONE] if key in nothing else [NONE])
        (nothing.add if NONE in state.value(key) else nothing.discard)(key)

    if not before:
        nothing.discard(key)
    if choice.swatches:
        panels.swatches(key, choice.swatches)
    st.pills(
        choice.label,
        [*choice.options, NONE],
        selection_mode="multi",
        format_func={**choice.options, NONE: choice.none}.__getitem__,
        key=key,
        on_change=exclude,
        wrap=True,
    )


def again(about: Hashable) -> None:
    """A button to predict about a run that is on screen, once more or for the first time."""
    if state.NO_QUESTIONS.get():
        return
    words = "Predict again" if _predictions() else "Predict"
    key = f"predict-again-{about.who}" if isinstance(about, Deleted | Studied) else "predict-again"
    st.button(words, on_click=state.AGAIN.set, args=(about,), key=key, help="Asks before it shows.")


def reveal(about: Hashable, rows: Sequence[Row], so: str, threshold: str) -> None:
    """What was said beside what was measured, with its score and a line for the reason.

    Args:
        so: what became of each that was to be marked, such as "survived".
        threshold: from which figure on something counts as so, in words.
    """
    with st.expander(f"Your prediction. {score(rows, so)}", expanded=state.FRESH.get() == about):
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
        again(about)


def score(rows: Sequence[Row], so: str) -> str:
    """How many were named of those that are so, and how many of those that are not; a sentence for each group."""
    groups = list(dict.fromkeys(row.group for row in rows))
    sentences = {group: _named_of([row for row in rows if row.group == group], so) for group in groups}
    if len(groups) == 1:
        return sentences[groups[0]]
    return " ".join(f"{group}: {words[0].lower()}{words[1:]}" for group, words in sentences.items())


def _named_of(rows: Sequence[Row], so: str) -> str:
    found, named = sum(row.found for row in rows), sum(row.said for row in rows)
    right = sum(row.said and row.found for row in rows)
    if not found:
        return f"Nothing {so}, and you named {named or 'nothing'}."
    words = f"You named {right or 'none'} of the {found} that {so}"
    return f"{words}, and {named - right} that did not." if named > right else f"{words}, and nothing else."


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
        by_name.setdefault(_swatched(row), []).append(_answer(row))
    return table(groups, by_name, "Your prediction beside what was measured", kind="answers")


def _swatched(row: Row) -> Html:
    return joined([patch(row.swatch, size="swatch"), row.name]) if row.swatch else markup(row.name)


def _answer(row: Row) -> Html:
    found, said = ("yes" if each else "no" for each in (row.found, row.said))
    verdict = "<em>✓ right</em>" if row.said == row.found else f'<em class="xc-wrong">× you said {said}</em>'
    return Html(f"<b>{found}</b> <span>{markup(row.measured)}</span>{verdict}")


# --- what the browser keeps -----------------------------------------------------------------------

MOST = 200  # predictions
_RUN_KEY = re.compile("[0-9a-f]{64}")  # and so is the name of a study


@dataclass(frozen=True)
class Held:
    """What a prediction about a network with red held back goes by: the run's key."""

    key: str


@dataclass(frozen=True)
class _Said:
    """A prediction: the run it is about, by its configuration or its key, or what else it is about; what was marked."""

    about: RunConfig | str | Held | Deleted | Studied
    marked: Mapping[str, frozenset[str]]
    why: str


def _entries() -> dict[str, _Said]:
    said = {
        _entry_name(about): _Said(about, marked, _reasons().get(about, ""))
        for about, marked in _predictions().items()
        if isinstance(about, RunConfig | str | Held | Deleted | Studied)
    }
    return dict([*said.items()][-MOST:])


@lru_cache(maxsize=4 * MOST)
def _entry_name(about: RunConfig | str | Held | Deleted | Studied) -> str:
    match about:
        case str():
            name = about
        case RunConfig():
            name = about.to_json()
        case Held(run):
            name = f"held {run}"
        case Deleted(who, run, dims):
            name = f"{who} {run} {dims}"
        case Studied(who, study):
            name = f"{who} {study}"
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _write(said: _Said) -> dict[str, Any]:
    match said.about:
        case str():
            about: dict[str, Any] = {"run": said.about}
        case RunConfig():
            about = {"config": said.about.to_dict()}
        case Held(run):
            about = {"held": run}
        case Deleted(who, run, dims):
            about = {"who": who, "run": run, "dims": list(dims)}
        case Studied(who, study):
            about = {"who": who, "study": study}
    return {"about": about, "said": {group: sorted(names) for group, names in said.marked.items()}, "why": said.why}


def _read(rest: str, value: object) -> _Said:
    match value:
        case {"about": {"who": str(who), "run": str(run), "dims": list(dims)}, "said": marked, "why": str(why)}:
            return _Said(_deleted(who, run, dims), _marked(marked, QUESTIONS[who]), printable(why)[:MAX_WHY])
        case {"about": {"who": str(who), "study": str(study)}, "said": marked, "why": str(why)}:
            if who not in STUDIES or not _RUN_KEY.fullmatch(study):
                raise ExcolorError("A prediction is about no study.")
            return _Said(Studied(who, study), _marked(marked, (who,)), printable(why)[:MAX_WHY])
        case {"about": {"run": str(about)}, "said": marked, "why": str(why)} if _RUN_KEY.fullmatch(about):
            return _Said(about, _marked(marked, ABLATION), printable(why)[:MAX_WHY])
        case {"about": {"held": str(about)}, "said": marked, "why": str(why)} if _RUN_KEY.fullmatch(about):
            return _Said(Held(about), _marked(marked, HELD), printable(why)[:MAX_WHY])
        case {"about": {"config": config}, "said": marked, "why": str(why)}:
            asked = RunConfig.from_dict(config)
            find(asked.schedule)
            return _Said(asked, _marked(marked, TRAIN), printable(why)[:MAX_WHY])
        case _:
            raise ExcolorError("A prediction is about nothing, or says nothing.")


def _deleted(who: str, run: str, dims: list[object]) -> Deleted:
    known = tuple(dim for dim in dims if type(dim) is int and 0 <= dim < BOTTLENECKS.stop)
    if who not in GONE or not _RUN_KEY.fullmatch(run) or len(known) < len(dims) or known != tuple(sorted({*known})):
        raise ExcolorError("A prediction is about no deletion.")
    return Deleted(who, run, known)


def _marked(value: object, groups: Collection[str]) -> dict[str, frozenset[str]]:
    if not isinstance(value, dict) or value.keys() != {*groups}:
        raise ExcolorError("A prediction answers other questions than those of its page.")
    return {group: frozenset(_names(value[group])) for group in groups}


def _names(value: object) -> list[str]:
    if not isinstance(value, list) or len(value) > MAX_MARKED:
        raise ExcolorError("What was marked is no list, or a long one.")
    for name in value:
        if not isinstance(name, str) or len(name) > MAX_MARKED or printable(name) != name:
            raise ExcolorError("What was marked has no name, or a long one.")
    return value


def _take(entries: Mapping[str, _Said]) -> None:
    for said in entries.values():
        _predictions()[said.about] = dict(said.marked)
        _reasons()[said.about] = said.why


def _drop(entries: Collection[str]) -> None:
    for entry, said in _entries().items():
        if entry in entries:
            del _predictions()[said.about]
            _reasons().pop(said.about, None)


PREDICTIONS = Kind("prediction", MOST, _entries, _write, _read, _take, _drop)
ASKED = single(
    "asked",
    lambda: sorted(_asked()) or None,
    list,
    _names,
    lambda names: _asked().update(names),
    lambda: _asked().clear(),
)

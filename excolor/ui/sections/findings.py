"""What a student found in this session: predictions, runs and missions, and one thing to take home."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

import streamlit as st

from excolor.config import RunConfig
from excolor.measured import Measured, measure
from excolor.ui import html, log, predict, shelf, state
from excolor.ui.caches import metrics_of
from excolor.ui.missions import showed as solved_missions
from excolor.ui.missions.words import TITLES
from excolor.ui.sections import ending, gone, guess, holding_guess, survival
from excolor.ui.sections.verdict import missed
from excolor.ui.words import CAUSES, plain, settings

LISTED = 10  # runs


def predictions() -> None:
    """Each prediction of the session: how much of it was right, what was not, and the reason that was given."""
    if rows := predicted():
        heads = ["how it came out", "other than you said", "your reason"]
        st.html(html.table(heads, rows, "Your predictions and how they came out", kind="answers"))
    else:
        _nowhere("You have not predicted anything yet. Ablation asks before it shows.", "ablation", "To Ablation →")


def predicted() -> dict[html.Cell, list[html.Cell]]:
    """What each prediction of the session was about, and then how it came out, what came out otherwise, the reason."""
    rows: dict[html.Cell, list[html.Cell]] = {}
    predicted = state.PREDICTIONS.get()
    made = {run.config: run for run in log.made()} if predicted else {}
    for about in predicted:
        what, so, found = _about(about, made)
        came = predict.score(found, so) if found else _not_known(about)
        wrong = any(row.said != row.found for row in found)
        otherwise = _by_group(found) if wrong else "nothing" if found else "–"
        rows[what] = [came, otherwise, state.REASONS.get().get(about) or "–"]
    return rows


def _about(about: Hashable, made: Mapping[RunConfig, Measured]) -> tuple[str, str, list[predict.Row]]:
    """What a prediction is about, what became of what was to be marked, and its rows: none if the network is gone."""
    if isinstance(about, predict.Deleted):
        names = [name for name, run in shelf.choices().items() if run.key == about.run]
        so, found = state.CAME_OUT.get().get(about, ("", []))
        name = names[0] if names else "another network"
        return f"{gone.GROUPS[about.who]} {name} without {gone.called(about.dims)}", so, found
    if isinstance(about, predict.Studied):
        so, found = state.CAME_OUT.get().get(about, ("", []))
        return predict.STUDIES[about.who], so, found
    if isinstance(about, RunConfig):
        run = made.get(about)
        return f"What breaks: {settings(about)}", "broke", guess.said_and_found(run) if run else []
    for name, run in shelf.choices().items():
        if run.key == about:
            return f"What survives in {name}", "survived", survival.said_and_found(run)
        if holding_guess.about(run) == about:
            return f"What survives in {name}, red held back", "survived", holding_guess.said_and_found(run)
    return "What survives in another network", "survived", []


def _not_known(about: Hashable) -> str:
    """Why it is not said how a prediction came out."""
    if isinstance(about, predict.Deleted):
        return "Open “Is it really gone?” to see how it came out."
    if isinstance(about, predict.Studied):
        return f"Open “{predict.STUDIES[about.who]}” to see how it came out."
    return "Its network is not here any more."


def _by_group(rows: Iterable[predict.Row]) -> str:
    """What came out other than said, by the group it belongs to where there is more than one."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        names = groups.setdefault(row.group, [])
        if row.said != row.found:
            names.append(_within(row.name))
    if len(groups) == 1:
        return "; ".join(*groups.values())
    return "; ".join(f"{group}: {', '.join(names)}" for group, names in groups.items() if names)


def runs() -> None:
    """The runs of the session, the last one first, with what each misses."""
    made = log.made()
    if not made:
        _nowhere("You have not trained a network yet. It takes a moment.", "train", "To Train →")
        return
    rows: dict[html.Cell, list[html.Cell]] = {
        settings(run.config): [_kept(run), _missed(run)] for run in reversed(made[-LISTED:])
    }
    st.html(html.table(["checks kept", "checks missed"], rows, "Your runs", kind="answers"))
    if len(made) > LISTED:
        sound = sum(run.sound for run in made)
        st.caption(f"The last {LISTED} of {len(made)}; {sound} of all are sound. *Your runs* has all of them.")


def _kept(run: Measured) -> str:
    return f"{sum(check.kept for check in run.checks.values())} of {len(run.checks)}"


def _missed(run: Measured) -> str:
    if stop := run.run.stopped:
        return f"it ended at step {stop.step}" + (f": {CAUSES[run.causes[0]]}" if run.causes else "")
    return "; ".join(map(_within, missed(run))) or "none: a sound run"


def _within(words: str) -> str:
    """Words as they stand within a list."""
    return f"{words[:1].lower()}{words[1:]}"


def missions() -> None:
    """The missions that are solved, and what each showed."""
    showed = solved_missions()
    if not showed:
        _nowhere(
            "No mission is done yet. They stand at the top of every page.", "train", "To Train, where runs are made →"
        )
        return
    rows: dict[html.Cell, list[html.Cell]] = {TITLES[mission]: [words] for mission, words in showed.items()}
    st.html(html.table(["what it showed"], rows, "Your missions", kind="answers"))


def take_home() -> None:
    """One sentence of the student's last run, or of the network that was chosen last."""
    if last := log.last():
        name, measured = f"Your last run, {settings(last.run.config)}", last.run
    else:
        run = shelf.current()
        name, measured = f"The network {plain(shelf.chosen_name())}", measure(run, metrics=metrics_of(run))
    st.markdown(f"**{name}.** {ending.of_a_run(measured)}")


def _nowhere(said: str, page: str, label: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(said, width="content")
        st.page_link(f"pages/{page}.py", label=label)

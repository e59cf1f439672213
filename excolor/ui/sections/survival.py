"""What survives a deletion: predicted before anything is shown, then beside what was measured."""

from __future__ import annotations

import streamlit as st

from excolor.color import named_codes
from excolor.metrics import SURVIVES_TO, Metrics
from excolor.training import Run
from excolor.ui import predict, shelf
from excolor.ui.caches import metrics_of
from excolor.ui.words import meant, number, plain

_QUESTIONS = {
    "warmth": "Which of these survive when **warmth** is deleted?",
    "hue": "And which survive when **hue** is deleted?",
}
_TITLES = {"warmth": "− warmth", "hue": "− hue"}


def due(chosen: Run) -> bool:
    """Whether to ask before anything of a run is shown."""
    return bool(predict.due(["ablation"], chosen.key))


def ask(chosen: Run) -> None:
    """Ask what will survive; nothing else is to be shown before it is answered or skipped."""
    st.markdown(
        f"{meant(chosen.config)} In a moment the first number is deleted, then both. **Mark what you think will "
        "survive.** A color survives if it comes back nearly as it was. Each of its channels, red, green and blue, "
        "runs from 0 to 1; if each is off by a tenth, 0.4 instead of 0.5, that is just near enough."
    )
    names = {name: name for name in named_codes().values()}
    choices = [
        predict.Choice(part, text, names, "none of them", list(named_codes())) for part, text in _QUESTIONS.items()
    ]
    predict.ask(["ablation"], chosen.key, choices)


def reveal(chosen: Run) -> None:
    """What the student thought would survive, beside what does; a button to say it where nothing was said."""
    rows = said_and_found(chosen)
    if not rows:
        predict.again(chosen.key)
        return
    predict.reveal(
        chosen.key,
        rows,
        "survived",
        f"**Does it survive?** Yes, if its MSE is at most {SURVIVES_TO}: as if each channel, which runs from 0 to 1, "
        f"were off by a tenth. Measured on {plain(shelf.chosen_name())}, the network on screen.",
    )


def said_and_found(chosen: Run) -> list[predict.Row]:
    """What was said of each color and deletion, beside what was measured; empty if nothing was said."""
    # What was said is looked for first: the metrics may have to be computed.
    return of_metrics(chosen.key, metrics_of(chosen)) if predict.said(chosen.key) else []


def of_metrics(key: str, metrics: Metrics) -> list[predict.Row]:
    """The same of a run by its key, whose metrics are known."""
    said = predict.said(key)
    if said is None:
        return []
    return [
        predict.Row(title, name, name in said[part], error <= SURVIVES_TO, number(error), code)
        for (name, _intact, *errors), code in zip(metrics.colors, named_codes(), strict=True)
        for (part, title), error in zip(_TITLES.items(), errors, strict=True)
    ]

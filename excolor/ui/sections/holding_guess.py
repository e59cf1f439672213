"""Which named colors survive when red is held back: predicted before it is shown, then beside what was measured."""

from __future__ import annotations

import numpy as np
import streamlit as st

from excolor.color import named_codes, named_colors
from excolor.interventions import suppress
from excolor.metrics import SURVIVES_TO
from excolor.training import Run
from excolor.ui import predict, shelf
from excolor.ui.words import number, plain

QUESTION, CONCEPT = "holding", "red"
(GROUP,) = predict.HELD


def about(run: Run) -> predict.Held:
    """What the prediction about a run goes by."""
    return predict.Held(run.key)


def due(run: Run) -> bool:
    """Whether to ask before anything of a run is shown."""
    return bool(predict.due([QUESTION], about(run)))


def ask(run: Run) -> None:
    """Ask what will survive; nothing else is to be shown before it is answered or skipped."""
    st.markdown(
        "In a moment **red** is held back, as far as it goes: at alignment 1 all of it is taken away, at alignment ½ "
        "half of it. No parameter changes. **Mark what you think will survive**: what comes back nearly as it was."
    )
    names = {name: name for name in named_codes().values()}
    text = "Which of these survive when **red** is held back?"
    predict.ask([QUESTION], about(run), [predict.Choice(GROUP, text, names, "none of them", list(named_codes()))])


def reveal(run: Run) -> None:
    """What was said beside what is so; a button to say it where nothing was said."""
    rows = said_and_found(run)
    if not rows:
        predict.again(about(run))
        return
    predict.reveal(
        about(run),
        rows,
        "survived",
        f"**Does it survive?** Yes, if its MSE is at most {SURVIVES_TO}. Measured on {plain(shelf.chosen_name())}, "
        "with red suppressed as the page begins: from alignment 0, strength 1 at alignment 1, exponent 1.",
    )


def said_and_found(run: Run) -> list[predict.Row]:
    """What was said of each color, beside what was measured; empty if nothing was said."""
    said = predict.said(about(run))
    if said is None:
        return []
    errors = suppress(run.model, CONCEPT).respond(np.stack(list(named_colors().values()))).mse.tolist()
    return [
        predict.Row("red held back", name, name in said[GROUP], error <= SURVIVES_TO, number(error), code)
        for (code, name), error in zip(named_codes().items(), errors, strict=True)
    ]

"""Why two zeros hold: one path through a dim, its two parameters before the race and after it."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from excolor.lab.race import SEEDS, UPDATES, Race, Runner, start
from excolor.model import ColorAutoencoder, from_vector
from excolor.ui import html
from excolor.ui.sections.gone import Subject
from excolor.ui.words import number

_SHOWN: dict[Runner, str] = {
    "ablated": "both zeroed",
    "producer": "writing side",
    "consumer": "reading side",
}


def path(race: Race, subject: Subject) -> None:
    """The path drawn, its parameters in a table, and what follows."""
    dim = subject.dims[0]
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.html(_drawing(dim))
    with right:
        st.html(_table(race, subject, *_strongest(subject.run.model, dim), dim))
    st.markdown(f"{_WHY} {checked(race, subject)}")


_WHY = (
    "What flows through the path is input × w × v. Training asks of each parameter: what would a small change of it do "
    "to the answer? For w the answer has the factor v in it, and for v it has w. **If both are 0, neither counts, so "
    "neither is ever changed.** If only one is 0, the other makes it count, and it moves at once."
)


def checked(race: Race, subject: Subject) -> str:
    """What became of the zeros in the race."""
    if still_zero(race, subject):
        return (
            f"So it came out: after {UPDATES:,} updates every zero of the ablated network is still exactly 0, in all "
            f"{SEEDS} races."
        )
    return (
        "Here it came out otherwise: not every zero of the ablated network is still exactly 0, which may be rounding."
    )


def still_zero(race: Race, subject: Subject) -> bool:
    """Whether after the race the ablated network's parameters that write and read the dims are still exactly 0."""
    config, dims = subject.run.config, list(subject.dims)
    for vector in race.parameters["ablated"]:
        model = from_vector(vector, config.bottleneck, config.hidden)
        sides = model.encoder_out.weight[dims], model.encoder_out.bias[dims], model.decoder_in.weight[:, dims]
        if any(bool(side.any()) for side in sides):  # what is not a number is not zero either
            return False
    return True


def _sides(model: ColorAutoencoder, dim: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The weights that write a dim, `[H]`, and those that read it, `[H]`."""
    return model.encoder_out.weight[dim].detach().numpy(), model.decoder_in.weight[:, dim].detach().numpy()


def _strongest(model: ColorAutoencoder, dim: int) -> tuple[int, int]:
    """The path through a dim that weighs most: where it comes from, and where it leads."""
    writes, reads = _sides(model, dim)
    return int(np.abs(writes).argmax()), int(np.abs(reads).argmax())


def _table(race: Race, subject: Subject, source: int, target: int, dim: int) -> html.Html:
    run = subject.run
    rows: dict[html.Cell, list[html.Cell]] = {}
    for runner, words in _SHOWN.items():
        begun = start(runner, run.model, subject.dims, np.random.default_rng(0))
        ended = from_vector(race.parameters[runner][0], run.config.bottleneck, run.config.hidden)
        cells: list[html.Cell] = []
        for model in (begun, ended):
            writes, reads = _sides(model, dim)
            cells += [number(float(writes[source])), number(float(reads[target]))]
        rows[words] = cells
    label = f"What was zeroed, and two parameters of a path through dim {dim} before and after {UPDATES:,} updates"
    return html.table(["w", "v"] * 2, rows, label, groups=["before", "after the race"])


def _drawing(dim: int) -> html.Html:
    """A unit before the middle, the dim, a unit behind it, and the two parameters between them."""
    words = (
        f"A path through dim {dim}: a number comes in, is multiplied by w, is dim {dim}, is multiplied by v, goes on"
    )
    return html.Html(
        f'<div class="xc-path" role="img" aria-label="{words}"><i>in</i><b>× w →</b><i>dim {dim}</i><b>× v →</b>'
        "<i>out</i><em></em><em>writes</em><em></em><em>reads</em><em></em></div>"
    )

"""The grid: sixteen cells, each with a wheel, how its runs came out, their figures, and what broke."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from excolor import links
from excolor.config import RunConfig
from excolor.errors import ExcolorError
from excolor.needed import FIGURES, Cell, Needed, On, Spread, Tally
from excolor.rows import wilson
from excolor.ui import html, state, wheels
from excolor.ui.sections.needed import ORDER, WAYS, taking
from excolor.ui.words import CAUSES, number, percent, tenths

FIGURE_NAMES = {
    "intact.max_mse": "largest MSE, intact",
    "hue.gray_mse": "MSE of the grays, no hue",
    "hue.gray_share": "gray answers, no hue",
    "red_cosine": "red’s cosine",
}
MIDDLE_SEED = -1  # says that the run in the middle is shown
MOST_OFFERED = 100  # seeds in the choice of the one that is shown
FEW = 30  # runs of a cell, up to which the page says that they are few
_SWITCH = (True, False)


def draw(found: Needed) -> None:
    """How to read the grid, which run of each cell is drawn, and the cells."""
    st.markdown(legend(found))
    seed = _shown_seed(found)
    other = 0
    with st.container(key="needed-grid"):
        heads = st.container(key="needed-heads").columns(4)
        for place, (planarity, unitarity) in zip(heads, product(_SWITCH, _SWITCH), strict=True):
            place.html(f"<p>{_switched('planarity', planarity)}, {_switched('unitarity', unitarity)}</p>")
        for anchor, separate in product(_SWITCH, _SWITCH):
            st.html(f'<p class="xc-band">{_switched("anchor", anchor)}, {_switched("separate", separate)}</p>')
            for place, (planarity, unitarity) in zip(st.columns(4), product(_SWITCH, _SWITCH), strict=True):
                switches = zip(ORDER, (anchor, separate, planarity, unitarity), strict=True)
                with place:
                    other += _cell(found, frozenset(name for name, on in switches if on), seed)
    if other:
        st.caption(
            f"{other} of the wheels are of runs that came out otherwise when they were trained again here: another "
            "processor, or another version of excolor."
        )


def legend(found: Needed) -> str:
    """What the bars say, and how much a few seeds say."""
    most = max(cell.tally.runs for cell in found.cells.values())
    low = wilson(most, most)[0]
    few = (
        f"**{most:,} runs a cell{' are few' if most <= FEW else ''}:** even if all of them come out alike, the 95 % "
        f"interval of that share begins at {tenths(low)}. Such an interval holds the true share in 19 of 20 studies."
        if most > 1
        else "**One run a cell proves nothing:** another seed may come out otherwise."
    )
    return (
        "**How to read it.** The bar: filled is sound, striped only keeps a tint, empty goes wrong. *Sound* means that "
        "a run keeps all seven checks of Train; it *goes right* if it misses at most the last, the tint. Of the "
        "figures you see the median, which is the middle value, and in parentheses the range. The wheel is that of one "
        "run, at first the middle one of its cell: the one with the median MSE of the grays without hue, and of two "
        f"the better one. *Take* makes it the network of every page, and sets Train to it.\n\n{few}"
    )


def _shown_seed(found: Needed) -> int:
    known = found.seeds()
    offered = [MIDDLE_SEED, *known[:MOST_OFFERED]]
    if state.value(state.NEEDED_SHOWN) not in offered:
        state.put(state.NEEDED_SHOWN, MIDDLE_SEED)
    more = f" Of the {len(known):,} seeds the first {MOST_OFFERED} can be chosen." if len(known) > MOST_OFFERED else ""
    return st.selectbox(
        "Run that is drawn, and taken",
        offered,
        format_func=lambda seed: "the middle one of each cell" if seed == MIDDLE_SEED else f"seed {seed}",
        key=state.NEEDED_SHOWN,
        persist_state="session",
        width=320,
        help=f"With one seed all runs begin with the same network.{more}",
    )


def _switched(name: str, on: bool) -> str:
    return f"<b>{name}</b> on" if on else f"{name} off"


def _cell(found: Needed, on: On, seed: int) -> int:
    """One cell; returns how many of its wheels are not those of the rows."""
    other, parts, shown = 0, [_title(on)], dict[bool, tuple[RunConfig, str]]()
    for fifth in found.ways:
        cell = found.cells.get((on, fifth))
        head = f'<p class="xc-way">{WAYS[fifth]}</p>' if len(found.ways) > 1 else ""
        if cell is None:
            parts.append(f"<div>{head}<p>No run yet.</p></div>")
            continue
        place = cell.middle if seed == MIDDLE_SEED else found.of_seed(cell, seed)
        picture = '<p class="xc-none">No run with this seed.</p>'
        if place is not None:
            row, config = found.row(place), found.run(place)
            picture, same = _picture(cell, row, config)
            other += not same
            shown[fifth] = config, row["key"]
        parts.append(f"<div>{head}{picture}{_counts(cell.tally)}{_figures(cell)}{_broke(cell)}</div>")
    st.html(f'<div class="xc-cell">{"".join(parts)}</div>')
    with st.container(horizontal=True, gap="small"):
        for fifth, (config, key) in shown.items():
            way = "" if len(found.ways) == 1 else ", with neutrality" if fifth else ", without"
            st.button(
                f"Take seed {config.seed}{way}",
                on_click=taking.take,
                args=(config, key),
                key=f"needed-take-{'-'.join(sorted(on))}-{fifth}",
            )
    for config, _key in shown.values():
        taking.say(config)
    return other


def _title(on: On) -> str:
    names = "".join(
        f"<li><b>✓ {name}</b></li>" if name in on else f'<li class="xc-off">× {name}</li>' for name in ORDER
    )
    return f'<ul class="xc-switches" aria-label="On, ✓, and off, ×">{names}</ul>'


def _picture(cell: Cell, row: Mapping[str, Any], config: RunConfig) -> tuple[str, bool]:
    """The wheel of the run of a row with its seed in words, and whether it is that of its row."""
    words = f"seed {config.seed}, {come_out(row)}"
    try:
        wheel = wheels.of(config)
    except ExcolorError:
        wheel = None
    if wheel is None:
        return f'<p class="xc-none">{words}. No picture: it would take long to train again.</p>', True
    alt = f"Color wheel of the run with {named_cell(cell)}, {words}: where the hues lie on dims 0, up, and 1."
    return (
        f'<figure><img src="{wheels.picture(wheel)}" alt="{html.markup(alt)}"><figcaption>{html.markup(words)}'
        f"{_link(config)}</figcaption></figure>",
        wheel.key == row["key"],
    )


def _link(config: RunConfig) -> str:
    """The way to Train that can be copied; empty where its schedule is too long."""
    try:
        query = urlencode({"seed": str(config.seed)} | links.query(config))
    except ExcolorError:
        return ""
    return f'<br><a href="train?{html.markup(query)}">its link to Train</a>'


def named_cell(cell: Cell) -> str:
    """What a cell has on, for its picture's words."""
    names = [f"{name} {'on' if name in cell.on else 'off'}" for name in ORDER]
    return ", ".join([*names, "neutrality on"] if cell.fifth else names)


def come_out(row: Mapping[str, Any]) -> str:
    """What a run of a row is: sound, only keeps a tint, or goes wrong."""
    return "sound" if row["sound"] else "only a tint" if row["tinted"] else "goes wrong"


def bar(tally: Tally) -> html.Html:
    """How some runs came out, as a bar of the three shares; its words stand beside it."""
    shares = {"sound": tally.sound, "tint": tally.tinted, "wrong": tally.wrong}
    parts = "".join(f'<i class="xc-{name}" style="flex:{n}"></i>' for name, n in shares.items() if n)
    return html.Html(f'<span class="xc-bar" aria-hidden="true">{parts}</span>')


def _counts(tally: Tally) -> str:
    return (
        f'<p class="xc-counts">{bar(tally)}<b>{tally.sound} of {tally.runs:,} sound</b>, {tally.tinted} only a tint, '
        f"{tally.wrong} go wrong</p>"
    )


def spread(name: str, values: Spread) -> str:
    """A figure's median, and its range in parentheses."""
    write = percent if name == "hue.gray_share" else number
    return f"{write(values.median)} ({write(values.low)} to {write(values.high)})"


def _figures(cell: Cell) -> str:
    items = "".join(f"<dt>{FIGURE_NAMES[name]}</dt><dd>{spread(name, cell.figures[name])}</dd>" for name in FIGURES)
    return f"<dl>{items}</dl>"


def broke(cell: Cell) -> str:
    """What broke in a cell's runs, and in how many of them; empty where nothing did."""
    if not cell.causes:
        return ""
    n = cell.tally.runs
    said = [f"{CAUSES[cause]} in {count} of {n:,}" for cause, count in cell.causes.items()]
    words = "; ".join(said)
    return f"{words[0].upper()}{words[1:]}."


def _broke(cell: Cell) -> str:
    said = broke(cell)
    return f'<p class="xc-broke">{html.markup(said)}</p>' if said else ""

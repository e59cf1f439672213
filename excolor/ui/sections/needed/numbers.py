"""The same in one table, and the command that makes the same rows."""

from __future__ import annotations

import streamlit as st

from excolor.needed import EVERY, FIGURES, Cell, Needed
from excolor.schedule import SHIPPED, find
from excolor.studies import Study
from excolor.ui import html
from excolor.ui.sections.needed import ORDER, WAYS, Subject, choose
from excolor.ui.sections.needed.cells import FIGURE_NAMES, broke, spread


def table(found: Needed) -> None:
    """A row for each combination; where neutrality is varied, each figure without it and with it."""
    names = ["sound", "only a tint", "runs", *FIGURE_NAMES.values(), "what broke"]
    several = len(found.ways) > 1
    rows: dict[html.Cell, list[html.Cell]] = {}
    for on in EVERY:
        ways = [_told(found.cells[on, way]) for way in found.ways]
        label = " ".join(f"{'✓' if name in on else '×'} {name}" for name in ORDER)
        rows[label] = [cell for figure in zip(*ways, strict=True) for cell in figure]
    heads = [WAYS[way].removesuffix(" neutrality") for way in found.ways] * len(names) if several else names
    label = "All combinations, with the median and the range of their figures"
    st.html(html.scrolled(html.table(heads, rows, label, groups=names if several else ())))
    if several:
        st.caption("Each figure without neutrality and with it.")


def _told(cell: Cell) -> list[str]:
    tally = cell.tally
    counts = [f"{n:,}" for n in (tally.sound, tally.tinted, tally.runs)]
    return [*counts, *(spread(name, cell.figures[name]) for name in FIGURES), broke(cell) or "nothing"]


def command(subject: Subject, found: Needed | None) -> None:
    """The command line whose rows are those of the page."""
    study = subject.study or (found and study_of_rows(found))
    if not study:
        st.markdown(
            "`excolor sweep --combinations` has written these rows, and others of the same study may be missing here."
        )
        return
    st.markdown("In a terminal this trains the same runs, and keeps them in a folder:")
    st.code(command_of(study), language=None, wrap_lines=True)
    if study.config.schedule not in SHIPPED:
        st.caption("own.csv is the schedule: download yours on the page Your own schedule.")


def study_of_rows(found: Needed) -> Study | None:
    """The study whose rows these are, all of them and no other; None if they are not those of one range of seeds."""
    seeds = found.seeds()
    over = range(seeds[0], seeds[-1] + 1)
    study = choose.study_of(found.config, found.weight if len(found.ways) > 1 else None, over)
    apart = found.table["seed"] != found.table["batch_seed"]
    return study if len(over) == len(seeds) and len(study) == len(found.table) and not apart else None


def command_of(study: Study) -> str:
    """The command whose study this is; a schedule of one's own is in the file own.csv."""
    config, seeds = study.config, study.seeds
    words = ["excolor sweep --combinations", f"--seeds {seeds[0]}:{seeds[-1] + 1}"]
    shipped = config.schedule in SHIPPED
    if not shipped or config.schedule != SHIPPED[0]:
        words.append(f"--schedule {config.schedule if shipped else 'own.csv'}")
    if config.steps != find(config.schedule).steps:
        words.append(f"--steps {config.steps}")
    words += [f"--weight {name}={value!r}" for name, value in config.weights.items() if value not in (None, 1.0)]
    if len(study.axes) > 1:
        (fifth,) = study.axes[1][1].values()
        words.append(f"--neutrality {fifth!r}")
    usual = type(config)()
    for name in ("bottleneck", "hidden", "label_noise"):
        if (value := getattr(config, name)) != getattr(usual, name):
            words.append(f"--{name.replace('_', '-')} {value!r}")
    return " ".join([*words, "--out needed"])

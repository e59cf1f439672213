"""The same in one table, and the command that makes the same rows."""

from __future__ import annotations

import streamlit as st

from excolor.needed import EVERY, FIGURES, Needed
from excolor.schedule import SHIPPED, find
from excolor.studies import Study
from excolor.ui import html
from excolor.ui.sections.needed import ORDER, WAYS, Subject, choose
from excolor.ui.sections.needed.cells import FIGURE_NAMES, broke, spread


def table(found: Needed) -> None:
    """A row for each combination."""
    heads = ["sound", "only a tint", "runs", *FIGURE_NAMES.values(), "what broke"]
    rows: dict[html.Cell, list[html.Cell]] = {}
    for way in found.ways:
        for on in EVERY:
            if cell := found.cells.get((on, way)):
                name = " ".join(f"{'✓' if name in on else '×'} {name}" for name in ORDER)
                tally = cell.tally
                rows[f"{name}{f', {WAYS[way]}' if len(found.ways) > 1 else ''}"] = [
                    *map(str, (tally.sound, tally.tinted, tally.runs)),
                    *(spread(name, cell.figures[name]) for name in FIGURES),
                    broke(cell) or "nothing",
                ]
    told = html.table(heads, rows, "All combinations, with the median and the range of their figures")
    st.html(html.scrolled(told))


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

"""Which of two sources of chance decides: the first parameters, or the batches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st

from excolor import spread
from excolor.charts import cells, figures
from excolor.rows import config_of
from excolor.spread import FAILS, GROUPS, SOUND, TINT, WRONG, Floats, Places, Shares
from excolor.studies import Study
from excolor.ui import panels, state
from excolor.ui.sections import luck, studying
from excolor.ui.sections.luck.many import address_of
from excolor.ui.words import FIGURES, number, percent, plain

VERDICT = "verdict"
SIGNS = {SOUND: "✓", TINT: "t", WRONG: "w", FAILS: "×"}
SIZES = (4, 8, 12)
MOST = 40  # rows and columns that are drawn


def asked() -> Study:
    """Each of some first parameters with each of some batches."""
    return Study(luck.one(), state.LUCK_INIT.get(), state.LUCK_BATCHES.get())


def section() -> None:
    """The table, trained here or of a sweep."""
    st.markdown(
        "The seed does two things. It draws the **first parameters**, and it draws the **batches**: which colors the "
        "network sees when, and which of them carry a label. Here each has a seed of its own, and all first "
        "parameters are trained with all batches."
    )
    if name := luck.sweep():
        _of_sweep(name)
        return
    study = asked()
    with st.container(horizontal=True, gap="large", vertical_alignment="bottom"):
        _size()
    st.caption(f"With {plain(luck.about_one())}.")
    _choose_cells()
    studying.watch(study, "luck-two", _draw)
    seeds = ["--init-seeds", luck.ends(state.LUCK_INIT.get()), "--batch-seeds", luck.ends(state.LUCK_BATCHES.get())]
    luck.show_command(luck.command(study, *seeds), "luck-two")


def _size() -> None:
    now = len(state.LUCK_INIT.get())
    square = state.LUCK_INIT.get() == state.LUCK_BATCHES.get() == range(now)
    state.put("luck-two-size", now if square else None)

    def let_go() -> None:
        if size := state.value("luck-two-size"):
            state.LUCK_INIT.set(range(size))
            state.LUCK_BATCHES.set(range(size))

    st.segmented_control(
        "Seeds of each",
        sorted({*SIZES, now}),
        key="luck-two-size",
        on_change=let_go,
        format_func=lambda n: f"{n} × {n}",
    )


def _choose_cells() -> None:
    st.selectbox(
        "Shown",
        [VERDICT, *FIGURES],
        format_func=lambda name: "what each run is" if name == VERDICT else FIGURES[name],
        key="luck-two-shown",
        persist_state="session",
        width=420,
    )


def _of_sweep(name: str) -> None:
    table = luck.rows_of(name)
    if table is None:
        return
    if len(spread.settings(table)[0]) > 1 or Grid.of(table) is None:
        st.info(
            "The rows of this sweep do not fit here. They have to be of one setting, with each seed of the first "
            "parameters under each of several seeds of the batches."
        )
        return
    _choose_cells()
    _draw(table)


@dataclass(frozen=True)
class Grid:
    """Runs as a table: a row for each seed of the first parameters, a column for each seed of the batches.

    Attributes:
        inits, batches: the seeds, ascending.
        places: of each cell the row of `table`, `[R, C]`.
    """

    inits: list[int]
    batches: list[int]
    places: Places
    table: pa.Table

    @staticmethod
    def of(table: pa.Table) -> Grid | None:
        """The rows as a table; None if a cell is missing or is twice, or there is one row or column."""
        inits, batches = (table[name].to_pylist() for name in ("seed", "batch_seed"))
        found = spread.crossed(inits, batches, np.arange(len(table), dtype=np.float64))
        if found is None or min(found[2].shape) < 2:
            return None
        return Grid(found[0], found[1], found[2].astype(np.intp), table)

    def first(self, most: int) -> Grid:
        """Up to so many rows and columns of it."""
        return Grid(self.inits[:most], self.batches[:most], self.places[:most, :most], self.table)

    @property
    def groups(self) -> Places:
        """What each run is, `[R, C]`."""
        return spread.groups(self.table)[self.places]

    def values(self, name: str) -> Floats:
        """A figure as its axis spaces it, or 1 for each run that is sound, `[R, C]`."""
        if name == VERDICT:
            return (self.groups == SOUND).astype(np.float64)
        drawn = luck.drawn_as(name, [self.table])
        return drawn.even(spread.column(self.table, name))[self.places]


def _draw(table: pa.Table) -> None:
    grid = Grid.of(table)
    if grid is None:
        st.markdown("The table is drawn once every cell has its run. It needs two seeds of each.")
        return
    name = state.value("luck-two-shown") or VERDICT
    shares = spread.variance_shares(grid.values(name), np.random.default_rng(0))
    st.markdown(decides(shares, name))
    st.markdown(lined_up(grid))
    _cells(grid.first(MOST), name, decides(shares, name))
    if max(grid.places.shape) > MOST:
        st.caption(
            f"Drawn are the first {MOST} seeds of each, and the means of what is drawn. The sentences count all."
        )
    _cell(grid)


def _cells(grid: Grid, name: str, said: str) -> None:
    spec = cells.spec(
        (*map(str, grid.inits), "mean"),
        (*map(str, grid.batches), "mean"),
        "seed of the first parameters",
        "seed of the batches",
        2 if name == VERDICT else cells.LONG,
    )
    panels.chart(spec, _table(grid, name), f"{_shown(name)} for each seed. {said}", "luck-two-chart")
    st.caption(_caption(name))


def _shown(name: str) -> str:
    return "What each run is" if name == VERDICT else FIGURES[name]


def _caption(name: str) -> str:
    ends = "The last row and the last column have the means"
    if name == VERDICT:
        signs = "✓ is sound, t keeps a tint, w has more wrong with it, × fails. The stronger the shade, the worse."
        return f"{signs} {ends}: percent of sound runs."
    return f"The stronger the shade, the higher. {ends}{', taken of powers of ten' if _in_powers(name) else ''}."


def _in_powers(name: str) -> bool:
    return name != VERDICT and figures.figure(name, []).scale == "log"


def _table(grid: Grid, name: str) -> pa.Table:
    """The cells, and after them the means of rows and columns."""
    groups = grid.groups
    raw = None if name == VERDICT else spread.column(grid.table, name)[grid.places]
    even = grid.values(name)
    wide = _with_means(even)
    if raw is None:
        written = [[SIGNS[int(g)] for g in line] for line in groups]
        shades = _with_means(groups / FAILS)
        shades[-1, :], shades[:, -1] = 0, 0
        means = [[f"{100 * v:.0f}" for v in line] for line in wide]
    else:
        written = [[number(v) for v in line] for line in raw]
        shades = spread.shades(wide, even)
        means = [[number(10**v if _in_powers(name) else v) for v in line] for line in wide]
    r, c = groups.shape
    numbers = [[written[i][j] if i < r and j < c else means[i][j] for j in range(c + 1)] for i in range(r + 1)]
    words = [[_words(grid, i, j, numbers[i][j], name) for j in range(c + 1)] for i in range(r + 1)]
    return cells.table(shades, numbers, words)


def _with_means(table: Floats) -> Floats:
    rows = np.column_stack([table, table.mean(1)])
    return np.vstack([rows, rows.mean(0)])


def _words(grid: Grid, i: int, j: int, said: str, name: str) -> str:
    r, c = grid.places.shape
    parameters = f"first parameters of seed {grid.inits[i]}" if i < r else ""
    batches = f"batches of seed {grid.batches[j]}" if j < c else ""
    where = ", ".join(filter(None, (parameters, batches))) or "all"
    if i == r or j == c:
        return f"{where}: {f'{said} % sound' if name == VERDICT else f'mean {said}'}"
    rest = "" if name == VERDICT else f"{said}, "
    return f"{where}: {rest}{GROUPS[grid.groups[i, j]]}"


# --- sentences ------------------------------------------------------------------------------------


def decides(shares: Shares, name: str) -> str:
    """Which of the two explains how much of what differs, in a sentence."""
    what = "whether a run is sound" if name == VERDICT else luck.of_figure(name)
    what += " (in powers of ten)" if _in_powers(name) else ""
    if not math.isfinite(shares.rows):
        return f"In {what} the runs do not differ, or one has no number there. So there is nothing to explain."
    said = (
        f"Of all that differs in {what}, the first parameters explain {percent(shares.rows)}, the batches "
        f"{percent(shares.columns)}, and {percent(shares.neither)} hangs on which parameters meet which batches. "
        f"If the same runs stood anywhere in the table, the first two would stay below "
        f"{percent(shares.rows_by_chance)} and {percent(shares.columns_by_chance)} in 95 of 100 cases."
    )
    more = [
        words
        for words, share, limit in (
            ("the first parameters", shares.rows, shares.rows_by_chance),
            ("the batches", shares.columns, shares.columns_by_chance),
        )
        if share > limit
    ]
    if len(more) == 2:
        return f"{said} **Both matter by themselves.**"
    if more:
        return f"{said} **So {more[0]} matter by themselves; of the others that is not seen.**"
    return f"{said} **So neither of the two decides by itself, as far as this table shows.**"


def lined_up(grid: Grid) -> str:
    """Whether the runs that fail stand in the same rows or columns."""
    fails = grid.groups == FAILS
    n = int(fails.sum())
    if not n:
        return f"None of these {fails.size} runs fails."
    rows, columns = int(fails.any(1).sum()), int(fails.any(0).sum())
    said = (
        f"{n} of these {fails.size} runs {'fails' if n == 1 else 'fail'}: in {rows} of the {fails.shape[0]} rows, and "
        f"in {columns} of the {fails.shape[1]} columns."
    )
    parts = [
        f"{k} {words} with all {others}"
        for k, words, others in (
            (int(fails.all(1).sum()), "of the first parameters fail", "batches"),
            (int(fails.all(0).sum()), "of the batches fail", "first parameters"),
        )
        if k
    ]
    if not parts:
        return f"{said} No first parameters fail with all batches, and no batches fail with all first parameters."
    return f"{said} {' and '.join(parts)}."


def _cell(grid: Grid) -> None:
    """One run of the table, with its numbers and how to have it again."""
    with st.container(horizontal=True, gap="large"):
        i = st.selectbox("First parameters of seed", grid.inits, key="luck-two-init", width=220)
        j = st.selectbox("Batches of seed", grid.batches, key="luck-two-batch", width=220)
    place = int(grid.places[grid.inits.index(i), grid.batches.index(j)])
    row = grid.table.slice(place, 1).to_pylist()[0]
    group = GROUPS[int(spread.groups(grid.table.slice(place, 1))[0])]
    st.markdown(f"This run: **{group}**. {in_numbers(row)}")
    if at := address_of(row):
        with st.container(key="luck-seeds-cell"):
            st.markdown(f"Both have the same seed, so it can be [opened on Train]({at}).")
        return
    st.markdown("Train draws both by one seed, so it cannot make this run. This command does:")
    st.code(again(row), language=None, wrap_lines=True)


def in_numbers(row: dict[str, Any]) -> str:
    """The figures that decide what a run is."""
    names = ("intact.max_mse", "hue.gray_mse", "hue.gray_share", "red_cosine")
    return " ".join(f"{FIGURES[name][0].upper()}{FIGURES[name][1:]}: {number(row[name])}." for name in names)


def again(row: dict[str, Any]) -> str:
    """The command that trains the run of a row, whose batches have a seed of their own."""
    config = config_of(row)
    words = luck.command(Study(config, [0])).replace(" sweep ", " train ", 1)
    return f"{words} --seed {config.seed} --batch-seed {config.drawn_by}"

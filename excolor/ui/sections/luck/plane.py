"""Two weights as a map: how the runs come out where both take several values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import streamlit as st

from excolor import spread
from excolor.charts import cells
from excolor.spread import FAILS, SOUND, Floats, Places
from excolor.studies import Study, grid
from excolor.ui import panels, state
from excolor.ui.sections import luck, studying
from excolor.ui.words import FIGURES, counted, number, percent, plain

USUAL = "0.1:10:log5"
SHARES = ("sound", "fails")
_SHOWN = {"sound": "share of sound runs", "fails": "share of failing runs"}


def asked() -> Study:
    """Both weights at each of their values, under each seed."""
    return Study(luck.one(), state.LUCK_MAP_SEEDS.get(), axes=tuple(map(grid, state.LUCK_MAP.get())))


def section() -> None:
    """The map, trained here or of a sweep."""
    st.markdown("Two weights at once. Each cell of the map is a pair of values, trained with a few seeds.")
    if name := luck.sweep():
        table = luck.rows_of(name)
        if table is not None:
            _of_sweep(table)
        return
    with st.container(horizontal=True, gap="large"):
        for place, label in enumerate(("From left to right", "From below to above")):
            _choose(place, label)
        _choose_cells()
    study, seeds = asked(), luck.ends(state.LUCK_MAP_SEEDS.get())
    first, second = state.LUCK_MAP.get()
    st.caption(f"With {plain(luck.about_one())} but for these. The values and seeds: {first}, {second}, {seeds}.")
    studying.watch(study, "luck-map", lambda table: draw(table, (_name(first), _name(second))))
    luck.show_command(luck.command(study, "--seeds", seeds, "--grid", first, "--grid", second), "luck-map")


def _name(text: str) -> str:
    return text.partition("=")[0]


def _choose(place: int, label: str) -> None:
    """One of the two weights; where it would be the other one, they change places."""
    key = f"luck-map-{place}"
    state.put(key, _name(state.LUCK_MAP.get()[place]))

    def let_go() -> None:
        now = list(state.LUCK_MAP.get())
        if state.value(key) == _name(now[1 - place]):
            state.LUCK_MAP.set((now[1], now[0]))
            return
        now[place] = f"{state.value(key)}={USUAL}"
        state.LUCK_MAP.set((now[0], now[1]))

    st.selectbox(label, luck.NAMES, key=key, on_change=let_go, width=200)


def _choose_cells() -> None:
    st.selectbox(
        "Shown",
        [*SHARES, *FIGURES],
        format_func=lambda name: _SHOWN.get(name) or f"median of {FIGURES[name]}",
        key=state.LUCK_CELLS,
        persist_state="session",
        width=420,
    )


def _of_sweep(table: pa.Table) -> None:
    differ = spread.varied(spread.settings(table)[0])
    if len(differ) != 2 or not {*differ} <= {*luck.NAMES}:
        st.info("The rows of this sweep do not fit here. They have to differ in two weights.")
        return
    _choose_cells()
    draw(table, (differ[0], differ[1]))


@dataclass(frozen=True)
class Map:
    """Runs by two weights.

    Attributes:
        names: of the weights, from left to right and from below to above.
        across, up: their values, ascending.
        column, row: where each run stands, `[N]`.
        groups: what it is, `[N]`.
    """

    names: tuple[str, str]
    across: Floats
    up: Floats
    column: Places
    row: Places
    groups: Places

    @staticmethod
    def of(table: pa.Table, names: tuple[str, str]) -> Map:
        """The rows by their values of both."""
        (across, column), (up, row) = (np.unique(spread.column(table, name), return_inverse=True) for name in names)
        return Map(names, across, up, column, row, spread.groups(table))

    def counts(self, group: int) -> tuple[Places, Places]:
        """How many runs of each cell are of a group, and how many there are, both `[R, C]`."""
        shape = len(self.up), len(self.across)
        place = self.row * shape[1] + self.column
        n = np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape)
        return np.bincount(place, self.groups == group, len(n.reshape(-1))).astype(np.intp).reshape(shape), n

    def medians(self, values: Floats) -> Floats:
        """The median of each cell, `[R, C]`; not a number where no run has one."""
        place = self.row * len(self.across) + self.column
        order = np.argsort(place, kind="stable")
        cells_of = np.split(values[order], np.searchsorted(place[order], np.arange(1, len(self.up) * len(self.across))))
        return np.array([spread.spread(each).middle for each in cells_of]).reshape(len(self.up), len(self.across))

    def words(self, i: int, j: int) -> str:
        """A cell by the values of its weights."""
        return f"{self.names[0]} × {self.across[j]:.3g}, {self.names[1]} × {self.up[i]:.3g}"


def draw(table: pa.Table, names: tuple[str, str]) -> None:
    """The map, what it says, and one of its cells."""
    found = Map.of(table, names)
    shown = state.value(state.LUCK_CELLS) or "sound"
    said = says(found)
    st.markdown(said)
    sound, n = found.counts(SOUND)
    fails, _ = found.counts(FAILS)

    def cell(i: int, j: int) -> str:
        return f"{found.words(i, j)}: {came_out(int(sound[i, j]), int(fails[i, j]), int(n[i, j]))}"

    if shown in SHARES:
        values = (sound if shown == "sound" else fails) / np.maximum(n, 1)
        values = np.where(n > 0, values, np.nan)
        shades, written = values, percent
    else:
        values = found.medians(spread.column(table, shown))
        even = luck.drawn_as(shown, [table]).even(values)
        shades, written = spread.shades(even, even), number
    numbers = [[written(float(v)) for v in line] for line in values]
    words = [[cell(i, j) for j in range(n.shape[1])] for i in range(n.shape[0])]
    long = 4 if shown in SHARES else cells.LONG
    labels = [tuple(f"{v:.2g}" for v in axis) for axis in (found.up, found.across)]
    spec = cells.spec(*labels, f"{names[1]}, times its weight", f"{names[0]}, times its weight", long)
    panels.chart(spec, cells.table(shades, numbers, words), said.replace("**", ""), "luck-map-chart")
    st.caption(
        f"{(_SHOWN.get(shown) or f'median of {FIGURES[shown]}').capitalize()}: the stronger the shade, the higher."
    )
    with st.container(horizontal=True, gap="large"):
        j = st.selectbox(
            names[0],
            range(len(found.across)),
            format_func=lambda k: f"× {found.across[k]:.3g}",
            key="luck-map-across",
            width=200,
        )
        i = st.selectbox(
            names[1], range(len(found.up)), format_func=lambda k: f"× {found.up[k]:.3g}", key="luck-map-up", width=200
        )
    figure = (
        ""
        if shown in SHARES or not n[i, j]
        else f" The median of {luck.of_figure(shown)} is {number(float(values[i, j]))}."
    )
    st.markdown(f"{cell(i, j)}.{figure}")


def came_out(sound: int, fails: int, n: int) -> str:
    """What the runs of a cell are."""
    if not n:
        return "no run yet"
    are, fail = "is" if sound == 1 else "are", "fails" if fails == 1 else "fail"
    return f"of {counted(n, 'run')}, {sound} {are} sound and {fails} {fail}"


def says(found: Map) -> str:
    """Where on the map runs fail, and where most are sound."""
    fails, n = found.counts(FAILS)
    sound, _ = found.counts(SOUND)
    there = n > 0
    free = int(((fails == 0) & there).sum())
    total = int(there.sum())
    said = f"No run fails in {free} of the {total} cells." if free else f"In each of the {total} cells a run fails."
    if not sound.any():
        return f"{said} None is sound anywhere."
    share = np.where(there, sound / np.maximum(n, 1), -1)
    best = np.argwhere(share == share.max())
    i, j = best[0].tolist()
    where = f"at {found.words(i, j)}" if len(best) == 1 else f"in {len(best)} cells, such as {found.words(i, j)}"
    count = spread.Count(int(sound[i, j]), int(n[i, j]))
    few = " A cell has few runs, so neighbors say more than one of them." if n.max() < 30 else ""
    return f"{said} Most are sound {where}: {luck.counted(count)}.{few}"

"""The sections of *Luck or structure?*: what is trained, where its rows come from, and what is said in all of them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import streamlit as st

from excolor import links, spread
from excolor.charts import figures
from excolor.config import MAX_SEED, STEPS, RunConfig, Weights
from excolor.errors import ExcolorError, shown
from excolor.losses import TERMS
from excolor.schedule import SHIPPED
from excolor.spread import Count
from excolor.studies import Study, grid
from excolor.ui import panels, sheet, state, stored, study
from excolor.ui.words import FIGURES, percents, plain

ALL = "all three"
THREE = "schedule=ex-2.7,robust,clean"
COUNTS = (60, 200, 500, 2000)
NAMES = [term.name for term in TERMS]
FIRST_FIGURE, FIRST_ONE = "hue.gray_mse", "ex-2.7"
HERE = "trained here"
SCHEDULED = "scheduled"


# --- what is trained ------------------------------------------------------------------------------


def own() -> str:
    """The text of the one schedule that does not ship and can be chosen: a link's or the session's; empty if none."""
    schedule = state.LUCK_BASE.get().schedule
    return sheet.text() if schedule in SHIPPED else schedule


def chosen() -> str:
    """What the control of the schedule says: `ALL`, the name of one that ships, or that it is one's own."""
    said = state.value(state.LUCK_SCHEDULE) or ALL
    return ALL if said == state.OWN and not own() else said


def common(schedule: str) -> RunConfig:
    """What the runs with a schedule have in common, by its name or as one's own."""
    text = own() if schedule == state.OWN else schedule
    return replace(state.LUCK_BASE.get(), schedule=text)


def one() -> RunConfig:
    """What the runs have in common where the page works with one schedule."""
    return common((state.value(state.LUCK_ONE) or FIRST_ONE) if chosen() == ALL else chosen())


def seeds() -> range:
    """The many seeds."""
    first = state.LUCK_FIRST.get()
    return range(first, first + (state.value(state.LUCK_SEEDS) or COUNTS[0]))


def asked() -> Study:
    """The study of many seeds."""
    if chosen() == ALL:
        return Study(common(SHIPPED[0]), seeds(), axes=(grid(THREE),))
    return Study(common(chosen()), seeds())


def before() -> Study | None:
    """The same with the weights that were drawn before these, if there are any."""
    weights, now = state.LUCK_BEFORE.get(), asked()
    if weights is None or weights == now.config.weights:
        return None
    return replace(now, config=replace(now.config, weights=weights))


def figure() -> str:
    """The figure that is looked at, by its column."""
    return state.value(state.LUCK_FIGURE) or FIRST_FIGURE


def rest_in_words() -> str:
    """What a link has set beside the weights, for which the page has no control; empty if nothing."""
    base, usual = state.LUCK_BASE.get(), RunConfig()
    words = {
        "steps": f"{base.steps:,} updates",
        "bottleneck": f"{base.bottleneck} latent dims",
        "hidden": f"hidden layers {base.hidden} wide",
        "label_noise": f"{percents(base.label_noise)} label noise",
    }
    return ", ".join(said for name, said in words.items() if getattr(base, name) != getattr(usual, name))


def forget_rest() -> None:
    """Leave the weights as they are, and make all else what it is without a link. From a callback."""
    state.LUCK_BASE.set(RunConfig(weights=state.LUCK_BASE.get().weights))
    state.LUCK_FIRST.forget()


def weights_in_words(weights: Weights) -> str:
    """What is moved: separate × 0.3, no anchor; or that nothing is."""
    usual = Weights()
    parts = [
        f"{name} × {w:g}" if w else f"no {name}" for name, w in weights.items() if w is not None and w != usual[name]
    ]
    return ", ".join(parts) or "all weights as scheduled"


# --- the words of an address ----------------------------------------------------------------------

_SEEDS = re.compile("([0-9]{1,10}):([0-9]{1,10})")
MOST_VALUES = 100


def seeds_of(word: str, said: str, most: int = study.MOST_RUNS) -> range:
    """Some seeds, as the command line has them.

    Raises:
        ExcolorError: they are none, or more than `most`.
    """
    found = _SEEDS.fullmatch(said)
    seeds = range(*map(int, found.groups())) if found else range(0)
    if not seeds or len(seeds) > most or seeds.stop > MAX_SEED + 1:
        raise ExcolorError(f"{word} is {shown(said)}; it must be up to {most:,} seeds, such as 0:5.")
    return seeds


def ends(seeds: range) -> str:
    """A range of seeds as the command line has it."""
    return f"{seeds.start}:{seeds.stop}"


def varied_by(word: str, said: str) -> str:
    """The regularizer that a grid varies.

    Raises:
        ExcolorError: it varies something else, or has values that a weight cannot have or a page does not draw.
    """
    axis = grid(said)
    name = said.partition("=")[0]
    if name not in NAMES or len(axis) > MOST_VALUES:
        raise ExcolorError(f"{word} is {shown(said)}; it must vary a weight, such as separate=0.1:10:log7.")
    Study(RunConfig(), range(1), axes=(axis,)).settings()
    return name


def weights_as_text(weights: Weights) -> str:
    """What of some weights is moved: separate:0.3,anchor:0; nothing is "scheduled"."""
    usual = Weights()
    parts = [f"{name}:{w!r}".removesuffix(".0") for name, w in weights.items() if w is not None and w != usual[name]]
    return ",".join(parts) or SCHEDULED


def weights_from(said: str) -> Weights:
    """The weights that `weights_as_text` wrote.

    Raises:
        ExcolorError: it was not written so.
    """
    parts = [] if said == SCHEDULED else [each.partition(":") for each in said.split(",")]
    named = {name: value for name, _, value in parts}
    config, ignored = links.parse({name: named[name] for name in NAMES if name in named})
    if ignored or not named.keys() <= {*NAMES}:
        raise ExcolorError(f"before is {shown(said)}; it must be weights such as separate:0.3, or {SCHEDULED}.")
    return config.weights


# --- where rows come from -------------------------------------------------------------------------


def runs_from() -> str:
    """A control for it, where there is a choice; returns the name of a sweep, or nothing for what is trained here."""
    names = stored.names()
    if not names:
        return ""
    if state.value(state.LUCK_FROM) not in (HERE, *names):
        state.put(state.LUCK_FROM, HERE)
    picked = st.selectbox(
        "Runs from",
        [HERE, *names],
        key=state.LUCK_FROM,
        format_func=plain,
        persist_state="session",
        help="Sweeps that were made before stand in a folder that was named when the app was started.",
        width=420,
    )
    return "" if picked == HERE else picked


def sweep() -> str:
    """The sweep that is shown, if one is."""
    name = state.value(state.LUCK_FROM) or HERE
    return name if name in stored.names() else ""


def rows_of(name: str) -> pa.Table | None:
    """The rows of a sweep; None once a sentence has said why they cannot be shown."""
    try:
        return stored.table(name)
    except ExcolorError as error:
        st.warning(plain(str(error)))
        return None


@dataclass(frozen=True)
class Setting:
    """The rows of one setting, by the name that tells it from the others."""

    name: str
    table: pa.Table

    @property
    def groups(self) -> spread.Places:
        """What each of them is."""
        return spread.groups(self.table)


def settings_of(table: pa.Table) -> list[Setting]:
    """Rows by their settings, in the order in which these first come."""
    found, places = spread.settings(table)
    return [setting_of(table, places, k, name) for k, name in enumerate(named(found))]


def setting_of(table: pa.Table, places: spread.Places, k: int, name: str) -> Setting:
    """The rows of one setting, the `k`th of `spread.settings`."""
    return Setting(name, table.filter(pa.array(places == k)))


def named(found: Sequence[dict[str, object]]) -> list[str]:
    """Settings by what they differ in; a single one by its schedule."""
    differ = spread.varied(found) or ["schedule"]
    return [_named(each, differ) for each in found]


def _named(setting: dict[str, object], names: Sequence[str]) -> str:
    return ", ".join(_said(name, setting[name]) for name in names)


def _said(name: str, value: object) -> str:
    if name == "schedule":
        return str(value) if value in SHIPPED else "own schedule"
    if name not in NAMES:
        return f"{name.replace('_', ' ')} {value:g}"
    return f"{name} as scheduled" if value is None else f"{name} × {value:g}" if value else f"no {name}"


# --- words ----------------------------------------------------------------------------------------


def choose_one() -> None:
    """A control for the schedule of the further experiments, where the page is about all three."""
    if chosen() == ALL:
        state.begin(state.LUCK_ONE, FIRST_ONE)
        st.segmented_control(
            "Schedule of these experiments",
            THREE.partition("=")[2].split(","),
            key=state.LUCK_ONE,
            required=True,
            persist_state="session",
        )


def about_one() -> str:
    """What the further experiments have in common, in words."""
    config = one()
    schedule = config.schedule if config.schedule in SHIPPED else "your own schedule"
    return f"{schedule}, {weights_in_words(config.weights)}"


def counted(count: Count) -> str:
    """How many of how many, with the interval of the share."""
    low, high = count.interval
    return f"{count.count:,} of {count.of:,} ({percents(low)} to {percents(high)})"


def of_figure(name: str) -> str:
    """A figure as a sentence has it: the MSE of the grays, without hue."""
    words = FIGURES[name]
    return words if words.startswith(("red", "how", "degrees")) else f"the {words}"


def choose_figure(key: str, label: str = "Figure") -> str:
    """A control for the figure."""
    state.begin(key, FIRST_FIGURE)
    return st.selectbox(
        label, list(FIGURES), format_func=FIGURES.__getitem__, key=key, persist_state="session", width=420
    )


def drawn_as(name: str, tables: Sequence[pa.Table]) -> figures.Figure:
    """How a figure of some rows is drawn."""
    return figures.figure(name, [spread.column(table, name) for table in tables])


# --- the same rows by the command line ------------------------------------------------------------


def command(study: Study, *rest: str) -> str:
    """The command whose sweep has the runs of a study; `rest` says its seeds and what it varies."""
    config = study.config
    words = ["python", "-m", "excolor", "sweep"]
    if not any(each.startswith("schedule=") for each in rest):
        words += ["--schedule", config.schedule if config.schedule in SHIPPED else f"{state.OWN}.csv"]
    if config.steps != STEPS or config.schedule not in SHIPPED:
        words += ["--steps", str(config.steps)]
    usual = RunConfig()
    for name in ("bottleneck", "hidden", "label_noise"):
        if (value := getattr(config, name)) != getattr(usual, name):
            words += [f"--{name.replace('_', '-')}", f"{value!r}"]
    for name, weight in config.weights.items():
        if weight is not None and weight != usual.weights[name]:
            words += ["--weight", f"{name}={weight!r}"]
    return shlex.join([*words, *rest])


def show_command(text: str, key: str) -> None:
    """The command, folded."""

    def draw() -> None:
        st.code(text, language=None, wrap_lines=True)
        if f"{state.OWN}.csv" in text:
            st.markdown("Your own schedule has to be a file there: download it on its page, and call it `own.csv`.")
        st.markdown("With `--out FOLDER` the rows are kept, and the same command goes on where it was stopped.")

    panels.fold("The same runs by a command", f"fold-{key}-command", draw)

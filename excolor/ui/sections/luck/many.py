"""Many seeds: how they come out, why, and how a changed weight moves them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import streamlit as st

from excolor import links, spread
from excolor.charts import many as chart
from excolor.config import Weights
from excolor.diagnosis import ANSWERS_GRAY, Cause
from excolor.errors import ExcolorError
from excolor.metrics import FAILS_ABOVE
from excolor.rows import causes, config_of
from excolor.spread import FAILS, GROUPS, SOUND, TINT, WRONG, Count
from excolor.ui import html, panels, predict, state, study
from excolor.ui.sections import luck, studying
from excolor.ui.sections.controls import SCALE
from excolor.ui.sections.ending import listed
from excolor.ui.sections.luck import Setting
from excolor.ui.words import CAUSES, EFFECTS, FIGURES, number, percent, percents, plain

BESIDE = 3  # settings that stand beside each other
MOST_LINKS = 40
SCHEDULED = -1.0  # where the slider of a fifth regularizer stands that is left to the schedule
MARKS = {"few": "1 to 5", "some": "6 to 15", "many": "16 to 50", "most": "more than 50"}
_LAST = {"few": 5, "some": 15, "many": 50, "most": 100}


# --- controls -------------------------------------------------------------------------------------


def choose() -> None:
    """What is trained: the schedule, how many seeds, and one weight."""
    options = [luck.ALL, *("ex-2.7", "robust", "clean"), *([state.OWN] if luck.own() else [])]
    state.put(state.LUCK_SCHEDULE, luck.chosen())
    count = state.value(state.LUCK_SEEDS) or luck.COUNTS[0]
    state.put(state.LUCK_SEEDS, count)
    with st.container(horizontal=True, gap="large"):
        st.segmented_control(
            "Schedule", options, key=state.LUCK_SCHEDULE, required=True, persist_state="session", help=_SCHEDULES
        )
        st.segmented_control(
            f"Seeds of each, from {first:,} on" if (first := state.LUCK_FIRST.get()) else "Seeds of each",
            sorted({*luck.COUNTS, count}),
            key=state.LUCK_SEEDS,
            required=True,
            persist_state="session",
            format_func=lambda n: f"{n:,}",
        )
    with st.container(horizontal=True, gap="large"):
        _weight()
    weights = state.LUCK_BASE.get().weights
    if weights != Weights():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Changed: {luck.weights_in_words(weights)}.")
            st.button("As scheduled", on_click=change, args=(Weights(),), key="luck-reset")
    if (rest := luck.rest_in_words()) or state.LUCK_FIRST.get():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"By its link, this page trains with {rest or f'seeds from {state.LUCK_FIRST.get():,} on'}.")
            st.button("As usual", on_click=luck.forget_rest, key="luck-forget")


_SCHEDULES = "ex-2.7 is the published one; robust was found by trying many; clean has neutrality too."


def _weight() -> None:
    term = st.selectbox(
        "Change one weight", luck.NAMES, index=luck.NAMES.index("separate"), key=state.LUCK_TERM, width=200
    )
    weight = state.LUCK_BASE.get().weights[term]
    now = SCHEDULED if weight is None else weight
    free = Weights()[term] is None
    key = f"luck-weight-{term}"
    state.put(key, now)

    def let_go() -> None:
        said = state.value(key)
        weights = state.LUCK_BASE.get().weights
        change(Weights(**{**weights, term: None if said == SCHEDULED else said}))

    st.select_slider(
        f"Weight of {term}",
        sorted({*SCALE, now, *([SCHEDULED] if free else [])}),
        key=key,
        on_change=let_go,
        format_func=lambda w: "as scheduled" if w == SCHEDULED else f"× {w:g}" if w else "off",
        help=f"It {EFFECTS[term]}. × 1 is as scheduled." if not free else f"It {EFFECTS[term]}.",
        width=360,
    )


def change(weights: Weights) -> None:
    """Give all runs other weights; those that were drawn until now stay as an outline. From a callback."""
    asked = luck.asked()
    if studying.is_asked(asked) and study.underway(asked).points:
        state.LUCK_BEFORE.set(asked.config.weights)
    state.LUCK_BASE.set(replace(state.LUCK_BASE.get(), weights=weights))


# --- the section ----------------------------------------------------------------------------------


def section() -> Sequence[Setting]:
    """All of it; returns the settings of which there are rows on screen."""
    st.markdown(
        "A run **fails** if it does not give a color back, or if it loses the grays once hue is deleted: an MSE above "
        f"{FAILS_ABOVE:g}. It **keeps a tint** if nothing else is wrong with it, but fewer than "
        f"{percent(ANSWERS_GRAY)} of the answers are gray without hue. It is **sound** if nothing is wrong with it."
    )
    name = luck.runs_from()
    if name:
        return _of_sweep(name)
    choose()
    asked = luck.asked()
    about = predict.Studied("luck", study.name_of(asked))
    schedule = _asked_schedule(asked.axes[0] if asked.axes else [{"schedule": luck.chosen()}])
    _ask_or_go_on(about, schedule, asked.config.weights)
    luck.choose_figure(state.LUCK_FIGURE)
    before, running = luck.before(), study.underway(asked) if len(asked) <= study.MOST_RUNS else None
    earlier = study.table(study.underway(before)) if before and running and studying.is_asked(before) else None
    studying.watch(asked, "luck-many", lambda table: draw(luck.settings_of(table), _settings(earlier), before))
    if running is None or not studying.is_asked(asked):
        if earlier is not None and len(earlier):
            st.markdown("These are the runs before the change.")
            draw(luck.settings_of(earlier), [], None)
        settings = []
    else:
        settings = _settings(study.table(running))
        if before and not (earlier is not None and len(earlier)):
            st.markdown(
                f"The link compares them with runs before a change: {luck.weights_in_words(before.config.weights)}."
            )
            studying.watch(before, "luck-before", lambda _table: None)
    varied = ["--grid", luck.THREE] if asked.axes else []
    luck.show_command(luck.command(asked, "--seeds", luck.ends(luck.seeds()), *varied), "luck-many")
    if settings and running and running.done:
        _reveal(about, schedule, settings)
    return settings


def _settings(table: pa.Table | None) -> list[Setting]:
    return luck.settings_of(table) if table is not None and len(table) else []


def _of_sweep(name: str) -> Sequence[Setting]:
    table = luck.rows_of(name)
    if table is None:
        return []
    found, places = spread.settings(table)
    names = luck.named(found)
    if len(names) > BESIDE:
        state.put(state.LUCK_SETTING, min(state.value(state.LUCK_SETTING) or 0, len(names) - 1))
        picked = st.selectbox(
            f"Which of its {len(names):,} settings",
            range(len(names)),
            format_func=names.__getitem__,
            key=state.LUCK_SETTING,
            persist_state="session",
        )
        shown = [luck.setting_of(table, places, picked, names[picked])]
    else:
        shown = [luck.setting_of(table, places, k, each) for k, each in enumerate(names)]
    about = predict.Studied("luck", hashlib.sha256(f"sweep {name} {shown[0].name}".encode()).hexdigest())
    schedule = _asked_schedule([{"schedule": each.name} for each in shown])
    _ask_or_go_on(about, schedule, None)
    luck.choose_figure(state.LUCK_FIGURE)
    draw(shown, [], None)
    _reveal(about, schedule, shown)
    return shown


# --- the question ---------------------------------------------------------------------------------


def _asked_schedule(axis: Sequence[object]) -> str:
    names = [str(each["schedule"]) for each in axis]  # pyright: ignore[reportIndexIssue]
    return "ex-2.7" if "ex-2.7" in names else names[0]


def _ask_or_go_on(about: predict.Studied, schedule: str, weights: Weights | None) -> None:
    if not predict.due(["luck"], about):
        return
    st.markdown(_question(schedule, weights))
    predict.ask(["luck"], about, [predict.Choice("luck", "How many of 100 would fail?", MARKS, "none")])
    panels.end_here()


def _question(schedule: str, weights: Weights | None) -> str:
    what = "your own schedule" if schedule == state.OWN else plain(schedule)
    changed = f" and {luck.weights_in_words(weights)}" if weights not in (None, Weights()) else ""
    return (
        f"**Before you look:** take 100 networks, all trained with {what}{changed}, each from another seed. Mark how "
        "many of them would fail."
    )


def right(fails: Count) -> str:
    """The one of `MARKS` that is so; empty where none fails."""
    if not fails.count:
        return ""
    of_hundred = max(1, math.floor(100 * fails.share + 0.5))
    return next(name for name, last in _LAST.items() if of_hundred <= last)


def _reveal(about: predict.Studied, schedule: str, settings: Sequence[Setting]) -> None:
    said = predict.said(about)
    if said is None:
        predict.again(about)
        return
    setting = next((each for each in settings if each.name == schedule), settings[0])
    fails = spread.counts(setting.groups)[FAILS]
    so = right(fails)
    rows = [
        predict.Row(
            "How many fail?", words, mark in said["luck"], mark == so, luck.counted(fails) if mark == so else ""
        )
        for mark, words in MARKS.items()
    ]
    state.CAME_OUT.get()[about] = "came out", rows
    low, high = fails.interval
    predict.reveal(
        about,
        rows,
        "came out",
        f"**How many of 100 fail?** {luck.counted(fails)} did with {plain(setting.name)}: that is "
        f"{number(100 * fails.share)} of 100. Many more seeds would give between {number(100 * low)} and "
        f"{number(100 * high)}.",
    )


# --- what is drawn --------------------------------------------------------------------------------


def draw(settings: Sequence[Setting], earlier: Sequence[Setting], before: object) -> None:
    """The counts, the distributions, and why."""
    name = luck.figure()
    old = {each.name: each for each in earlier}
    shown = luck.drawn_as(name, [each.table for each in (*settings, *earlier)])
    st.html(_table(settings, old, name))
    if old:
        for each in settings:
            if each.name in old:
                st.markdown(moved(each, old[each.name]))
    panels_of = [_panel(each, old.get(each.name), name) for each in settings]
    panels.chart(
        chart.spec(shown, FIGURES[name], len(settings)),
        chart.table(shown, panels_of),
        _alt(settings, name),
        "luck-chart",
    )
    st.caption(_caption(panels_of, shown))
    st.markdown("\n\n".join(filter(None, (why(each) for each in settings))))
    for each in settings:
        if said := blind(each):
            st.markdown(said)
    for each in settings:
        _links(each)


def _panel(setting: Setting, old: Setting | None, name: str) -> chart.Panel:
    nothing = (np.empty(0), np.empty(0, np.intp))
    return chart.Panel(
        f"{setting.name}: {len(setting.table):,} runs",
        spread.column(setting.table, name),
        setting.groups,
        setting.table["seed"].to_numpy(),
        (spread.column(old.table, name), old.groups) if old else nothing,
    )


def _table(settings: Sequence[Setting], old: dict[str, Setting], name: str) -> html.Html:
    lines: dict[html.Cell, Sequence[html.Cell]] = {}
    for each in settings:
        lines[each.name] = _cells(each, name)
        if each.name in old:
            lines[f"{each.name}, before"] = _cells(old[each.name], name)
    heads = ["sound", "keep a tint", "more is wrong", "fail", f"{FIGURES[name]}: median (10th to 90th percentile)"]
    return html.table(heads, lines, "How the runs came out, with 95 % intervals")


def _cells(setting: Setting, name: str) -> list[html.Cell]:
    here = spread.spread(spread.column(setting.table, name))
    return [
        *(_cell(each) for each in spread.counts(setting.groups)),
        f"{number(here.middle)} ({number(here.low)} to {number(here.high)})",
    ]


def _cell(count: Count) -> html.Html:
    low, high = count.interval
    return html.Html(f"<b>{count.count:,}</b> of {count.of:,}<br><small>{percents(low)} to {percents(high)}</small>")


def _alt(settings: Sequence[Setting], name: str) -> str:
    said: list[str] = []
    for each in settings:
        counts = zip(spread.counts(each.groups), GROUPS, strict=True)
        said.append(f"{each.name}: {listed([f'{count.count:,} {group}' for count, group in counts])}")
    return f"The distribution of {luck.of_figure(name)}. {'; '.join(said)}."


def _caption(shown: Sequence[chart.Panel], figure: chart.Figure) -> str:
    runs = sum(len(each.values) for each in shown)
    words = "Each mark is a run. Wrong are those that fail, or have more wrong with them than a tint."
    if runs > chart.MOST_DOTS:
        words = (
            f"These are more than {chart.MOST_DOTS} runs, so a bar counts those in each of {chart.BINS} bins. Wrong "
            "are runs that fail, or have more wrong with them than a tint."
        )
    if any(len(each.before[0]) for each in shown):
        words += " The dashed outline is the runs before the change."
    if figure.bound is not None:
        words += f" The dashed line is the bound, {figure.bound:g}: what lies {figure.wrong} it is wrong."
    values = np.concatenate([each.values for each in shown])
    known = values[np.isfinite(values)]
    if lost := len(values) - len(known):
        words += f" {lost:,} {'run has' if lost == 1 else 'runs have'} no such number, and no mark."
    if beyond := int(((known < figure.low) | (known > figure.high)).sum()):
        words += f" {beyond:,} beyond the ends of the axis {'stands' if beyond == 1 else 'stand'} at its ends."
    return words


# --- sentences ------------------------------------------------------------------------------------


def moved(now: Setting, before: Setting) -> str:
    """How a change of a weight moved the runs of a setting that fail, and those that are sound."""
    parts = [
        _moved(spread.counts(now.groups)[group], spread.counts(before.groups)[group], words)
        for group, words in ((FAILS, "fail"), (SOUND, "are sound"))
    ]
    return f"**{plain(now.name)}:** {' '.join(parts)}"


def _moved(now: Count, before: Count, words: str) -> str:
    (low, high), (least, most) = now.interval, before.interval
    said = f"{now.count:,} of {now.of:,} {words}, and before the change {before.count:,} of {before.of:,}."
    if now.share == before.share:
        return said
    if low > most or high < least:
        return f"{said} The intervals do not touch: that is hardly luck."
    return f"{said} The intervals overlap: that may be luck."


_MORE = {
    FAILS: ("fails", "fail"),
    WRONG: ("does not fail, but has more wrong than a tint", "do not fail, but have more wrong than a tint"),
}


def why(setting: Setting) -> str:
    """What is wrong with the runs of a setting that fail, with those that have more wrong, and with those tinted."""
    groups, parts = setting.groups, list[str]()
    counts = spread.counts(groups)
    for group, (one, more) in _MORE.items():
        if count := counts[group].count:
            found = causes(setting.table.filter(pa.array(groups == group)))
            said = listed([f"{CAUSES[Cause(cause)]} ({n:,})" for cause, n in found.items()])
            parts.append(f"{count:,} {one if count == 1 else more}{f': {said}' if said else ''}.")
    if count := counts[TINT].count:
        share = spread.spread(spread.column(setting.table, "hue.gray_share")[groups == TINT])
        parts.append(
            f"{count:,} {'keeps' if count == 1 else 'keep'} a tint, and nothing else is wrong: without hue "
            f"{percent(share.middle)} of the answers are gray, in the median."
        )
    if not parts:
        return f"**{plain(setting.name)}:** nothing is wrong with any of its {len(setting.table):,} runs."
    return f"**{plain(setting.name)}:** {' '.join(parts)}"


def blind(setting: Setting) -> str:
    """That the error of an intact network does not show which runs fail, where it is so; else nothing."""
    groups = setting.groups
    fails, sound = groups == FAILS, groups == SOUND
    if not fails.any() or not sound.any():
        return ""
    exact = spread.column(setting.table, "intact.max_mse")
    back = spread.column(setting.table, "kept.reconstructs")[fails] == 1
    if back.mean() <= 0.5:
        return ""
    n, k = int(fails.sum()), int(back.sum())
    failing, fine = (number(spread.spread(exact[each]).middle) for each in (fails, sound))
    no_worse = int((exact[fails] <= exact[sound].max()).sum())
    if n == 1:
        which = "the one run that fails gives"
    else:
        which = f"all {n:,} runs that fail give" if k == n else f"{k:,} of the {n:,} runs that fail give"
    return (
        f"**The error of the intact network does not show it.** With {plain(setting.name)}, {which} every color back "
        f"(maximum MSE at most {FAILS_ABOVE:g}). The median of that maximum is {failing} for runs that "
        f"fail and {fine} for sound ones; {no_worse:,} of the {n:,} "
        f"{'is' if no_worse == 1 else 'are'} no worse than the worst sound run."
    )


def _links(setting: Setting) -> None:
    """The seeds of the runs that fail, each of which opens on Train."""
    failing = setting.table.filter(setting.table["fails"])
    if not len(failing):
        return
    rows = failing.slice(0, MOST_LINKS).to_pylist()
    shown = [f"[{row['seed']}]({at})" if (at := address_of(row)) else str(row["seed"]) for row in rows]
    rest = f" … and {len(failing) - len(rows):,} more" if len(failing) > len(rows) else ""
    with st.container(key=f"luck-seeds-{hashlib.sha256(setting.name.encode()).hexdigest()[:8]}"):
        st.markdown(f"Seeds that fail with {plain(setting.name)}; each opens on Train: {' '.join(shown)}{rest}")


def address_of(row: dict[str, object]) -> str:
    """Where Train makes the run of a row again; empty if it cannot."""
    config = config_of(row)
    if config.batch_seed is not None:
        return ""
    try:
        return f"train?{urlencode({'seed': str(config.seed)} | links.query(config))}"
    except ExcolorError:
        return ""

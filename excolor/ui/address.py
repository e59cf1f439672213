"""What a page is about, in its address: written when the page has run, read when a visitor opens one.

Everything that is at its default is absent. What an address says wins over what the browser has kept, and what it says
without being understood is named on the page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import cast, get_args
from urllib.parse import urlencode

import streamlit as st

from excolor import links
from excolor.checkpoint import PRETRAINED
from excolor.config import RunConfig, Weights
from excolor.deletions import Surgery
from excolor.errors import ExcolorError, shown
from excolor.interventions import Falloff, Repulsion, Shape, Suppression
from excolor.log import LINKED
from excolor.missions import MISSIONS
from excolor.schedule import SHIPPED
from excolor.surgery import HUE
from excolor.training import Run
from excolor.ui import log, missions, runs, sheet, shelf, state, stored
from excolor.ui.caches import all_shipped
from excolor.ui.components import falloff as shaped
from excolor.ui.components import link
from excolor.ui.sections import controls, holding, luck
from excolor.ui.sections.needed import choose as needed
from excolor.ui.sections.prose import NAMES
from excolor.ui.words import FIGURES, plain

Words = Mapping[str, str]
_CODE = re.compile("#?([0-9a-f]{6})", re.IGNORECASE)
CUTS = {"": "nothing", "0": "warmth [0]", "0,1": "hue [0, 1]"}
"""What the sphere is shown without, by its dims in an address, as its control says it."""
_DIMS = re.compile("[0-9](,[0-9])*|")


@dataclass(frozen=True)
class Part:
    """One thing that a page is about.

    Attributes:
        words: of an address that are its own.
        write: what of it is not at its default, in these words.
        read: takes an address that has one of them into the session; returns a sentence for each that was ignored.
    """

    words: frozenset[str]
    write: Callable[[], dict[str, str]]
    read: Callable[[Words], tuple[str, ...]]


# --- the parts ------------------------------------------------------------------------------------


def _write_settings() -> dict[str, str]:
    return links.query(controls.asked())


def _read_settings(words: Words) -> tuple[str, ...]:
    config, ignored = links.parse(words)
    key, strange = links.marked(words)
    if config.batch_seed is not None:
        ignored += (f"batch-seed is {config.batch_seed}; Train draws the batches by its one seed, {config.seed}.",)
    controls.ask(config)
    state.NAMED.get().add(controls.SETTINGS.name)
    if key or state.AT.get() is None:
        state.LINKED.set(_Linked(controls.asked(), key, bool(ignored)))
    return ignored + strange


def _write_model() -> dict[str, str]:
    name = shelf.chosen_name()
    if name in PRETRAINED:
        return {"model": name} if name != PRETRAINED[0] else {}
    # Whoever does not have it can train it. Its seed, which is always there, says that these are its settings.
    config = shelf.choices()[name].config
    return {"model": name, "seed": str(config.seed)} | links.query(config)


def _read_model(words: Words) -> tuple[str, ...]:
    name, said = words.get("model", ""), words.keys() & set(links.WORDS)
    config, ignored = links.parse(words)
    state.NAMED.get().add(shelf.MODEL.name)
    there = shelf.choices().get(name)
    if name in all_shipped() or (there and (not said or there.config == config)):
        state.MODEL.set(name)
        return ()
    state.MODEL.set(PRETRAINED[0])
    if said:
        key, strange = links.marked(words)
        ignored += strange + _train(config, key, bool(ignored))
    elif name:
        ignored = (f"There is no model {shown(name)} here; {shelf.chosen_name()} is shown.",)
    state.WANTED.set("" if name == LINKED else name)  # the browser may have kept it, and says so in a moment
    return ignored


def _train(config: RunConfig, key: str, partly: bool) -> tuple[str, ...]:
    """Make the linked run a model and choose it, if that is quick."""
    if config.steps > log.QUICK:
        return (f"The model has {config.steps:,} updates; a link trains up to {log.QUICK:,}.",)
    try:
        run = runs.trained(config).measured.run
    except ExcolorError as error:
        return (str(error),)
    state.LINKED_RUN.set(run)
    state.MODEL.set(LINKED)
    state.LINKED.set(_Linked(config, key, partly))
    return ()


def _write_surgery() -> dict[str, str]:
    how = state.value(state.SURGERY) or "ablate"
    return {"surgery": how} if how != "ablate" else {}


def _read_surgery(words: Words) -> tuple[str, ...]:
    how = words["surgery"]
    if how not in get_args(Surgery):
        return (f"surgery is {shown(how)}; it must be {' or '.join(get_args(Surgery))}.",)
    state.put(state.SURGERY, how)
    return ()


def _write_dims() -> dict[str, str]:
    picked = state.value(state.dims(shelf.current().config.bottleneck))
    dims = HUE if picked is None else tuple(sorted(picked))
    return {"dims": ",".join(map(str, dims))} if dims != HUE else {}


def _read_dims(words: Words) -> tuple[str, ...]:
    dims, ignored = _dims(words["dims"])
    if dims is not None:
        state.put(state.dims(shelf.current().config.bottleneck), list(dims))
    return ignored


def _dims(said: str) -> tuple[tuple[int, ...] | None, tuple[str, ...]]:
    """Some dims of the model on screen, or a sentence why they are none."""
    width = shelf.current().config.bottleneck
    dims = {int(dim) for dim in said.split(",") if dim} if _DIMS.fullmatch(said) else {width}
    if max(dims, default=0) < width:
        return tuple(sorted(dims)), ()
    return None, (f"dims is {shown(said)}; it must be some of 0 to {width - 1}, such as 0,1.",)


def _write_taken_out() -> dict[str, str]:
    """The dims that are deleted on the Network page, where none are at first."""
    width = shelf.current().config.bottleneck
    dims = [dim for dim in state.DELETED.get() if dim < width]
    return {"dims": ",".join(map(str, dims))} if dims else {}


def _read_taken_out(words: Words) -> tuple[str, ...]:
    dims, ignored = _dims(words["dims"])
    if dims is not None:
        state.DELETED.set(list(dims))
    return ignored


def _write_cut() -> dict[str, str]:
    return next(({"dims": dims} for dims, cut in CUTS.items() if dims and cut == state.value(state.CUT)), {})


def _read_cut(words: Words) -> tuple[str, ...]:
    if words["dims"] not in CUTS:
        return (f"dims is {shown(words['dims'])}; here it must be {' or '.join(filter(None, CUTS))}.",)
    state.put(state.CUT, CUTS[words["dims"]])
    return ()


def _write_holding() -> dict[str, str]:
    concept = state.value(state.HOLD_CONCEPT) or holding.FIRST
    said = {"concept": concept} if concept != holding.FIRST else {}
    falloff = holding.falloff()
    said |= {"method": "repel"} if isinstance(falloff, Repulsion) else {}
    for word, name in _FALLOFF[type(falloff)].items():
        if (value := getattr(falloff, name)) != getattr(type(falloff)(), name):
            said[word] = value if isinstance(value, str) else f"{value:g}"
    return said


def _read_holding(words: Words) -> tuple[str, ...]:
    ignored: list[str] = []
    known = holding.concepts(shelf.current().config.bottleneck)
    if (concept := words.get("concept", holding.FIRST)) in known:
        state.put(state.HOLD_CONCEPT, concept)
    else:
        ignored.append(f"concept is {shown(concept)}; it must be {', '.join(known)}.")
    if (method := words.get("method", "suppress")) not in holding.METHODS:
        ignored.append(f"method is {shown(method)}; it must be {' or '.join(holding.METHODS)}.")
        method = "suppress"
    state.put(state.HOLD_METHOD, method)
    try:
        falloff = _falloff(method, words)
    except ExcolorError as error:
        ignored.append(str(error))
    else:
        holding.keep(falloff)
    used = _FALLOFF[Repulsion if method == "repel" else Suppression]
    ignored += [f"{word} says nothing with {method}." for word in _SHAPED if word in words and word not in used]
    return tuple(ignored)


def _falloff(method: str, words: Words) -> Falloff:
    """The falloff that an address says.

    Raises:
        ExcolorError: a part of it is not what the handles reach.
    """

    def number(word: str, name: str, usual: float) -> float:
        low, high = shaped.LIMITS[name]
        try:
            value = float(words.get(word, usual))
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise ExcolorError(f"{word} is {shown(words[word])}; it must be a number from {low:g} to {high:g}.")
        return value

    if method == "repel":
        usual = Repulsion()
        shape = cast(Shape, words.get("shape", usual.shape))
        return Repulsion(number("from", "a", usual.a), number("to", "b", usual.b), shape)
    usual = Suppression()
    return Suppression(number("from", "a", usual.a), number("strength", "b", usual.b), number("exponent", "p", usual.p))


def _write_luck() -> dict[str, str]:
    schedule, base = luck.chosen(), state.LUCK_BASE.get()
    said = links.query(luck.common(schedule) if schedule == state.OWN else replace(base, schedule=SHIPPED[0]))
    said |= {"schedule": schedule} if schedule in SHIPPED else {}
    before = state.LUCK_BEFORE.get()
    said |= {"before": luck.weights_as_text(before)} if before is not None and luck.before() else {}
    figure = luck.figure()
    for word, text, usual in (
        ("seeds", luck.ends(luck.seeds()), luck.ends(range(luck.COUNTS[0]))),
        ("figure", figure, luck.FIRST_FIGURE),
        ("sweep", luck.sweep(), ""),
        ("setting", str(state.value(state.LUCK_SETTING) or 0) if luck.sweep() else "0", "0"),
        ("one", state.value(state.LUCK_ONE) or luck.FIRST_ONE, luck.FIRST_ONE),
        ("init-seeds", *map(luck.ends, (state.LUCK_INIT.get(), state.LUCK_INIT.first()))),
        ("batch-seeds", *map(luck.ends, (state.LUCK_BATCHES.get(), state.LUCK_BATCHES.first()))),
        ("vary", state.LUCK_LINE.get(), state.LUCK_LINE.first()),
        ("vary-seeds", *map(luck.ends, (state.LUCK_LINE_SEEDS.get(), state.LUCK_LINE_SEEDS.first()))),
        ("map", ";".join(state.LUCK_MAP.get()), ";".join(state.LUCK_MAP.first())),
        ("map-seeds", *map(luck.ends, (state.LUCK_MAP_SEEDS.get(), state.LUCK_MAP_SEEDS.first()))),
    ):
        said |= {word: text} if text != usual else {}
    return said


def _read_luck(words: Words) -> tuple[str, ...]:
    """Each word by itself: what is not understood leaves the others alone."""
    config, ignored = links.parse({word: words[word] for word in _MANY if word in words})
    state.LUCK_BASE.set(config)
    own, named = config.schedule not in SHIPPED, words.get("schedule") in SHIPPED
    state.put(state.LUCK_SCHEDULE, state.OWN if own else config.schedule if named else luck.ALL)
    state.LUCK_BEFORE.forget()
    for word, read in _LUCK.items():
        if word in words:
            try:
                read(words[word])
            except ExcolorError as error:
                ignored += (str(error),)
    return ignored


def _put_seeds(slot: state.Slot[range], word: str) -> Callable[[str], None]:
    return lambda said: slot.set(luck.seeds_of(word, said))


def _read_many_seeds(said: str) -> None:
    seeds = luck.seeds_of("seeds", said)
    state.LUCK_FIRST.set(seeds.start)
    state.put(state.LUCK_SEEDS, len(seeds))


def _one_of(key: str, word: str, known: Callable[[], Collection[str]]) -> Callable[[str], None]:
    def read(said: str) -> None:
        if said not in known():
            raise ExcolorError(f"{word} is {shown(said)}, which there is not here.")
        state.put(key, said)

    return read


def _read_map(said: str) -> None:
    first, cut, second = said.partition(";")
    if not cut or luck.varied_by("map", first) == luck.varied_by("map", second):
        raise ExcolorError(f"map is {shown(said)}; it must vary two weights: separate=0.1:10:log5;anchor=0.1,1.")
    state.LUCK_MAP.set((first, second))


def _read_setting(said: str) -> None:
    if not re.fullmatch("[0-9]{1,5}", said):
        raise ExcolorError(f"setting is {shown(said)}; it must be a place in the list of the sweep’s settings, from 0.")
    state.put(state.LUCK_SETTING, int(said))


def _read_line(said: str) -> None:
    luck.varied_by("vary", said)
    state.LUCK_LINE.set(said)


_MANY = frozenset(links.WORDS) - {"seed", "batch-seed"}  # what says of many runs how they are trained
_LUCK: Mapping[str, Callable[[str], None]] = {
    "before": lambda said: state.LUCK_BEFORE.set(luck.weights_from(said)),
    "seeds": _read_many_seeds,
    "figure": _one_of(state.LUCK_FIGURE, "figure", lambda: FIGURES),
    "sweep": _one_of(state.LUCK_FROM, "sweep", stored.names),
    "setting": _read_setting,
    "one": _one_of(state.LUCK_ONE, "one", lambda: SHIPPED),
    "init-seeds": _put_seeds(state.LUCK_INIT, "init-seeds"),
    "batch-seeds": _put_seeds(state.LUCK_BATCHES, "batch-seeds"),
    "vary": _read_line,
    "vary-seeds": _put_seeds(state.LUCK_LINE_SEEDS, "vary-seeds"),
    "map": _read_map,
    "map-seeds": _put_seeds(state.LUCK_MAP_SEEDS, "map-seeds"),
}


def _write_sheet() -> dict[str, str]:
    seed = controls.asked().seed
    words = links.query(RunConfig(sheet.text() or SHIPPED[0], seed))
    return {word: words[word] for word in _SHEET if word in words}


def _read_sheet(words: Words) -> tuple[str, ...]:
    config, ignored = links.parse({word: words[word] for word in _SHEET if word in words})
    if config.schedule not in SHIPPED:
        sheet.put(config.schedule)
    state.put(state.SEED, config.seed)
    state.NAMED.get().update((controls.SETTINGS.name, sheet.KEPT.name))
    return ignored


def _write_needed() -> dict[str, str]:
    if name := needed.sweep():
        return {"sweep": name}
    config, over = needed.config(), needed.seeds()
    if (fifth := needed.weight()) is not None:
        config = replace(config, weights=Weights(**{**config.weights, needed.FIFTH: fifth}))
    return links.query(config) | ({"seeds": luck.ends(over)} if over != range(needed.USUAL) else {})


def _read_needed(words: Words) -> tuple[str, ...]:
    config, ignored = links.parse({word: words[word] for word in _MANY if word in words})
    fifth = config.weights[needed.FIFTH]
    off = [name for name, weight in config.weights.items() if weight == 0]
    ignored += tuple(f"{name} is 0; to be switched on and off it must be above 0." for name in off)
    if config.schedule not in SHIPPED:
        sheet.put(config.schedule)
        state.NAMED.get().add(sheet.KEPT.name)
    state.put(state.NEEDED_SCHEDULE, config.schedule if config.schedule in SHIPPED else state.OWN)
    state.put(state.NEEDED_FIFTH, bool(fifth))
    on = Weights(**{**config.weights, **dict.fromkeys(off, 1.0)})
    state.NEEDED.set(needed.common_of(replace(config, weights=on)))
    over = range(needed.USUAL)
    if "seeds" in words:
        try:
            over = luck.seeds_of("seeds", words["seeds"], needed.MOST)
        except ExcolorError as error:
            ignored += (str(error),)
    state.NEEDED_FIRST.set(over.start)
    state.put(state.NEEDED_SEEDS, len(over))
    name = words.get("sweep", "")
    if name and name not in stored.names():
        ignored += (f"There is no sweep {shown(name)} here.",)
        name = ""
    state.put(state.NEEDED_SWEEP, name)
    return ignored


def _write_term() -> dict[str, str]:
    term = state.value(state.LESSON_TERM) or NAMES[0]
    return {"term": term} if term != NAMES[0] else {}


def _read_term(words: Words) -> tuple[str, ...]:
    term = words["term"]
    if term not in NAMES:
        return (f"term is {shown(term)}; it must be {', '.join(NAMES)}.",)
    state.put(state.LESSON_TERM, term)
    return ()


def _write_curves() -> dict[str, str]:
    """The schedule that Regularizers shows, which need not be that of the model."""
    schedule = state.value(state.LESSON_SCHEDULE) or SHIPPED[0]
    return {"curves": schedule} if schedule != SHIPPED[0] else {}


def _read_curves(words: Words) -> tuple[str, ...]:
    schedule = words["curves"]
    if schedule not in SHIPPED:
        return (f"curves is {shown(schedule)}; it must be {', '.join(SHIPPED)}.",)
    state.put(state.LESSON_SCHEDULE, schedule)
    return ()


def _write_color() -> dict[str, str]:
    picked = state.picked()
    return {"color": picked.removeprefix("#")} if picked else {}


def _read_color(words: Words) -> tuple[str, ...]:
    code = _CODE.fullmatch(words["color"])
    if code is None:
        return (f"color is {shown(words['color'])}; it must be six digits from 0 to f, such as ff0000.",)
    if state.picked() != (picked := f"#{code[1].lower()}"):
        state.pick(picked)
    return ()


def _write_mission() -> dict[str, str]:
    mission = state.MISSION.get()
    return {"mission": mission} if mission else {}


def _read_mission(words: Words) -> tuple[str, ...]:
    known = [mission.id for mission in MISSIONS]
    if words["mission"] not in known:
        return (f"mission is {shown(words['mission'])}; it must be {', '.join(known)}.",)
    state.MISSION.set(words["mission"])
    state.NAMED.get().add(missions.OPEN.name)
    return ()


def _write_questions() -> dict[str, str]:
    return {"predict": "skip"} if state.NO_QUESTIONS.get() else {}


def _write_left_out() -> dict[str, str]:
    left_out = [part for part in controls.PARTS if part in state.LEFT_OUT.get()]
    return {"hide": ",".join(left_out)} if left_out else {}


def _read_left_out(words: Words) -> tuple[str, ...]:
    asked = words["hide"].split(",") if words["hide"] else []
    state.LEFT_OUT.set(frozenset(asked) & {*controls.PARTS})
    strange = next((part for part in asked if part not in controls.PARTS), None)
    return (f"hide has {shown(strange)}; it may have {', '.join(controls.PARTS)}.",) if strange is not None else ()


def _write_preview() -> dict[str, str]:
    return {"preview": "yes"} if state.PREVIEW.get() else {}


def _read_preview(words: Words) -> tuple[str, ...]:
    state.PREVIEW.set(words["preview"] == "yes")
    return ()


_FALLOFF = {
    Suppression: {"from": "a", "strength": "b", "exponent": "p"},
    Repulsion: {"from": "a", "to": "b", "shape": "shape"},
}
_SHAPED = dict.fromkeys(word for words in _FALLOFF.values() for word in words)
_RUN = frozenset(links.WORDS)
_SHEET = frozenset({"seed", links.SHEET})
SETTINGS = Part(_RUN | {links.RUN}, _write_settings, _read_settings)
MODEL = Part(_RUN | {links.RUN, "model"}, _write_model, _read_model)
TAKEN_OUT = Part(frozenset({"dims"}), _write_taken_out, _read_taken_out)
CUT = Part(frozenset({"dims"}), _write_cut, _read_cut)
SURGERY = Part(frozenset({"surgery"}), _write_surgery, _read_surgery)
DIMS = Part(frozenset({"dims"}), _write_dims, _read_dims)
HOLDING = Part(frozenset({"concept", "method", *_SHAPED}), _write_holding, _read_holding)
LUCK = Part(_MANY | {*_LUCK}, _write_luck, _read_luck)
SHEET = Part(_SHEET, _write_sheet, _read_sheet)
NEEDED = Part(_MANY | {"seeds", "sweep"}, _write_needed, _read_needed)
TERM = Part(frozenset({"term"}), _write_term, _read_term)
CURVES = Part(frozenset({"curves"}), _write_curves, _read_curves)
EVERYWHERE = (
    Part(frozenset({"color"}), _write_color, _read_color),
    Part(frozenset({"mission"}), _write_mission, _read_mission),
    Part(frozenset({"predict"}), _write_questions, lambda words: ()),  # read by predict.listen
    Part(frozenset({"hide"}), _write_left_out, _read_left_out),
    Part(frozenset({"preview"}), _write_preview, _read_preview),
)
PAGES: Mapping[str, tuple[Part, ...]] = {
    "": (MODEL,),
    "network": (MODEL, TAKEN_OUT),
    "ablation": (MODEL, SURGERY, DIMS),  # in this order: which dims there are depends on the model
    "train": (SETTINGS,),
    "regularizers": (MODEL, TERM, CURVES),
    "data": (MODEL,),
    "latent": (MODEL, CUT),
    "schedule": (SHEET,),
    "gone": (MODEL, DIMS),
    "holding": (MODEL, HOLDING),
    "needed": (NEEDED,),
    "luck": (LUCK,),
}
"""What pages are about, by their addresses; all of them also about what is picked, and the open mission."""


# --- to and fro -----------------------------------------------------------------------------------


def read(page: str) -> None:
    """Take the address of a page into the session when a visitor opens the page; called before the page runs."""
    came = st.query_params.to_dict()
    if state.AT.get() != page:
        state.IGNORED.forget()
        # A page that was reached from another of this session still has what was written for that one, or nothing.
        if came and came != state.ADDRESS.get():
            state.IGNORED.set(_take(page, came))
        state.AT.set(page)
    if state.WANTED.get() and state.WANTED.get() in shelf.choices():
        _choose_wanted()


def _take(page: str, came: Words) -> tuple[str, ...]:
    parts = [*PAGES.get(page, ()), *EVERYWHERE]
    known = frozenset[str]().union(*(part.words for part in parts))
    ignored = [f"{shown(word)} says nothing on this page." for word in came if word not in known]
    for part in parts:
        if part.words & came.keys():
            ignored += part.read(came)
    return tuple(ignored)


def _choose_wanted() -> None:
    """The browser has brought the model that the address names."""
    name, linked = state.WANTED.take(), state.LINKED_RUN.get()
    if linked is None or linked.config == shelf.choices()[name].config:
        state.MODEL.set(name)
        state.IGNORED.forget()
        state.LINKED.forget()
        state.LINKED_RUN.forget()


def said(page: str) -> tuple[dict[str, str], str]:
    """What the page is about now, in the words of an address; and why it has no link, empty if it has one."""
    words: dict[str, str] = {}
    trouble = ""
    for part in (*PAGES.get(page, ()), *EVERYWHERE):
        try:
            words |= part.write()
        except ExcolorError as error:
            trouble = str(error)
    return words, trouble


def write(page: str) -> None:
    """Make the address say what the page is about, and draw the button that copies it; called when it has run."""
    words, trouble = said(page)
    begun = state.ADDRESS.get() is not None
    state.ADDRESS.set(words)
    # Of a session that begins, the browser may not look after the history yet (history.js).
    if begun and st.query_params.to_dict() != words:
        st.query_params.from_dict(words)
    run = _shown(page)
    copied = words | ({links.RUN: links.mark(run.key)} if run else {})
    link.link(urlencode(copied), trouble, "link")


def take(page: str, words: Words) -> None:
    """Set the session up as an address of a page says; from a callback."""
    state.IGNORED.set(_take(page, words))


def _shown(page: str) -> Run | None:
    """The run that a page shows, if it shows what it is about."""
    parts = PAGES.get(page, ())
    if MODEL in parts:
        return shelf.current()
    last = log.last() if SETTINGS in parts else None
    return last.run.run if last and last.run.config == controls.asked() and not last.run.run.stopped else None


# --- what a visitor is told -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Linked:
    """What a link said: the run, its mark if it had one, and whether a part of it was ignored."""

    config: RunConfig
    key: str
    partly: bool


def tell(page: str) -> None:
    """A line for what was ignored, and one for a linked model."""
    with st.container(key="address-told"):
        if ignored := state.IGNORED.get():
            st.caption(f"Not all of the address was understood: {' '.join(plain(each) for each in ignored)}")
        if MODEL in PAGES.get(page, ()) and shelf.chosen_name() == LINKED:
            tell_of(shelf.current())


def tell_of(run: Run) -> None:
    """Whether a run that is shown is the one that a link was copied from; nothing if it came by no link."""
    linked = state.LINKED.get()
    if linked is not None and linked.config == run.config:
        st.caption(came_out(run.key, linked.key, linked.partly))


def came_out(key: str, said: str, partly: bool) -> str:
    """How a run that was trained for a link compares with the one that the link was copied from.

    Args:
        key: of the run.
        said: the mark in the link; empty if it has none.
        partly: whether a part of the link was ignored.
    """
    otherwise = "On another kind of processor, or with another version of excolor, the same settings can lead to"
    if not said:
        return f"These settings came by a link. {otherwise} another run than this one."
    if said == links.mark(key):
        return "This is the run that the link was copied from, to the last bit."
    if partly:
        return "This is another run than the one that the link was copied from: a part of the link was ignored."
    return f"This is another run than the one that the link was copied from. {otherwise} one that differs."

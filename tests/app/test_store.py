"""What a browser keeps: another session has it again, a second tab follows, and what is unsound is left out."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import streamlit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from excolor.checkpoint import PRETRAINED
from excolor.config import RunConfig
from excolor.log import MOST, Entry
from excolor.measured import measure
from excolor.metrics import quick_grid
from excolor.schedule import cells_of
from excolor.training import Run, train
from excolor.ui import kept, log, predict, runs, sheet, shelf, state, store
from excolor.ui.missions.words import TITLES
from excolor.ui.store import LONGEST, ROOM, Browser, sound

MINE = RunConfig(steps=60, seed=7, label_noise=0.25)
SHEET = "STEP,PHASE,ACTION,lr\n0,,,0.1\n,,,\n9,,,0.2\n"
SETTINGS = state.CONTROLS | {
    state.SCHEDULE: state.OWN,
    state.SEED: 7,
    state.weight("separate"): 0.0,
    state.LABEL_NOISE: 0.25,
}


@pytest.fixture(scope="module")
def one() -> Run:
    return train(MINE)


@pytest.fixture(scope="module")
def other() -> Run:
    return train(replace(MINE, seed=8))


@dataclass
class Tab:
    """A tab of the browser with its session; `storage` is what all of them share."""

    storage: dict[str, str]
    session: dict[str, Any] = field(default_factory=dict[str, Any])
    reports: int = 0

    @contextmanager
    def open(self) -> Iterator[Browser]:
        """Within it the session is this tab's."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(streamlit, "session_state", self.session)
            yield kept.browser()

    def tell(self, entries: object, **more: object) -> None:
        self.reports += 1
        with self.open() as browser:
            report = {"session": browser.session, "number": self.reports, "entries": entries, **more}
            browser.hear(report, kept.KINDS)

    def greet(self) -> None:
        """The tab's first report: all that is there."""
        self.tell(dict(self.storage), greeting=True)

    def run(self) -> dict[str, str | None]:
        """A run of a page ends: what has changed is written; returns that."""
        with self.open() as browser:
            changes = browser.outgoing(kept.KINDS)["changes"]
        for key, text in changes.items():
            if text is None:
                self.storage.pop(key, None)
            else:
                self.storage[key] = text
        return changes


def made(run: Run, name: str = "") -> str:
    """Log a run that was trained here, and give it a name; returns its key."""
    log.note(measure(run, quick_grid()))
    key = state.LAST_MADE.get()
    if name:
        log.call(key, name)
    return key


def work(one: Run) -> None:
    """What a student does in a lesson."""
    made(train(replace(MINE, seed=9)))
    key = made(one, "mine")
    state.LOG.set(log.current().pinning([key]))
    state.MODEL.set("mine")
    state.PREDICTIONS.get()[MINE] = {"run": frozenset({"grays", "tint"})}
    state.PREDICTIONS.get()[one.key] = {"warmth": frozenset(), "hue": frozenset({"white"})}
    state.PREDICTIONS.get()[predict.Held(one.key)] = {"held": frozenset({"cyan"})}
    state.PREDICTIONS.get()[predict.Studied("luck", "0" * 64)] = {"luck": frozenset({"some"})}
    state.REASONS.get()[MINE] = "Because of <b>this</b>."
    state.ASKED.get().update({"separate", "ablation"})
    state.SOLVED.get()["noisy"] = MINE
    state.SHOWED.get()["noisy"] = "It bore 25\N{NO-BREAK SPACE}% of noise."
    state.UNREAD.get().append("noisy")
    state.HINTS.get()["tinted"] = 2
    state.MISSION.set("tinted")
    sheet.replace(cells_of(SHEET))
    sheet.type_in(cells_of(SHEET.replace("0.2", "fast")))  # which is wrong, and is not lost either
    for key, setting in SETTINGS.items():
        state.put(key, setting)


@pytest.fixture
def first(one: Run) -> Tab:
    """A tab in which a student has worked, and all of it is written."""
    tab = Tab({})
    with tab.open():
        work(one)
    tab.run()
    return tab


def of(session: dict[str, Any]) -> dict[str, Any]:
    """What a student would look for, in values that can be compared."""
    told = Tab({}, session)
    with told.open():
        return {
            "named": {name: each.run.run.key for name, each in log.current().named.items()},
            "last": (last := log.last()) and last.key,
            "model": shelf.chosen_name(),
            "predictions": dict(state.PREDICTIONS.get()),
            "reasons": {about: why for about, why in state.REASONS.get().items() if why},
            "asked": set(state.ASKED.get()),
            "solved": dict(state.SOLVED.get()),
            "showed": dict(state.SHOWED.get()),
            "unread": list(state.UNREAD.get()),
            "hints": dict(state.HINTS.get()),
            "mission": state.MISSION.get(),
            "log": [
                (each.key, each.when, each.name, each.pinned, each.run.metrics, each.run.placement, each.run.causes)
                for each in log.current().entries
            ],
            "sheet": (sheet.text(), sheet.cells(), sheet.last_sound().text),
            "settings": {key: state.value(key) for key in state.CONTROLS},
        }


def test_another_session_has_all_of_it_again(first: Tab) -> None:
    later = Tab(first.storage)
    later.greet()
    assert of(later.session) == of(first.session)
    assert of(later.session)["settings"] == SETTINGS
    assert later.run() == {}  # and there is nothing to write


def test_a_table_that_an_open_page_brings_back_keeps_the_sheet_that_it_was(first: Tab) -> None:
    later = Tab(first.storage)
    with later.open():
        sheet.cells()
        sheet.type_in(cells_of(SHEET.replace("0.2", "slow")))  # the page says this before the browser is heard
    later.greet()
    assert of(later.session)["sheet"] == (SHEET, cells_of(SHEET.replace("0.2", "slow")), SHEET)


def test_a_run_that_changes_nothing_writes_nothing(first: Tab) -> None:
    changes = first.run()
    with first.open() as browser:
        revision = browser.outgoing(kept.KINDS)["revision"]
    assert first.run() == changes  # as long as nobody has said that it is written
    first.tell({}, wrote=revision)
    assert first.run() == {}
    first.tell(None, wrote=revision - 1)  # which says nothing of what is there now
    assert first.run() == {}


def test_what_has_changed_is_all_that_is_written(first: Tab, other: Run) -> None:
    later = Tab(first.storage)
    later.greet()
    with later.open():
        made(other, "another")
        state.HINTS.get()["tinted"] = 3
        log.delete([log.current().named["mine"].key])
    changes = later.run()
    assert {key.split("/")[0] for key in changes} == {"log", "hint", "last"}
    assert sorted(text is None for key, text in changes.items() if key.startswith("log/")) == [False, True]
    again = Tab(later.storage)
    again.greet()
    assert of(again.session) == of(later.session)
    assert list(of(again.session)["named"]) == ["another"]
    assert of(again.session)["model"] == PRETRAINED[0]


def test_a_second_tab_follows_but_stays_where_its_student_left_off(first: Tab, one: Run, other: Run) -> None:
    second = Tab(first.storage)
    second.greet()
    with second.open():
        made(other, "another")
        state.SOLVED.get()["tinted"], state.SHOWED.get()["tinted"] = MINE, "It kept a tint."
        state.put(state.SEED, 3)
        state.MODEL.set("another")
    changes = second.run()
    first.tell(changes)
    with first.open() as browser:
        assert browser.news
    assert list(of(first.session)["named"]) == ["mine", "another"]
    assert of(first.session)["solved"] == of(second.session)["solved"]
    assert of(first.session)["settings"] == SETTINGS
    assert of(first.session)["model"] == "mine"
    with first.open():
        last = log.last()
        assert last is not None
        assert last.name == "mine"  # which is on screen here
        assert log.made()[-1] is last.run
        log.delete([last.key])
    second.tell(first.run())
    assert list(of(second.session)["named"]) == ["another"]
    with first.open() as browser:
        browser.news = False
    first.tell({key: text for key, text in changes.items() if text})  # heard before
    with first.open() as browser:
        assert not browser.news


def test_two_tabs_that_keep_different_runs_by_one_name_at_once_have_both(one: Run, other: Run) -> None:
    storage: dict[str, str] = {}
    tabs = Tab(storage), Tab(storage)
    for tab, run in zip(tabs, (one, other), strict=True):
        with tab.open():
            made(run, "mine")
    written = [tab.run() for tab in tabs]
    for _ in range(4):
        for tab, changes in zip(tabs, reversed(written), strict=True):
            tab.tell(changes)
        written = [tab.run() for tab in tabs]
    both = [of(tab.session)["named"] for tab in tabs]
    assert both[0] == both[1]
    assert sorted(both[0].values()) == sorted([one.key, other.key])
    assert len(storage) == 2


def test_clearing_leaves_nothing_here_and_nothing_to_write(first: Tab) -> None:
    with first.open() as browser:
        kept.clear()
        assert browser.outgoing(kept.KINDS)["cleared"] == 1
    fresh = of({})
    assert of(first.session) == fresh | {"settings": state.CONTROLS}
    assert first.run() == {}


def test_settings_that_a_student_has_moved_already_stay(first: Tab) -> None:
    later = Tab(first.storage)
    with later.open():
        state.put(state.SEED, 11)
    later.greet()
    assert later.session[state.SEED] == 11
    assert state.weight("separate") not in later.session


# --- the run and its settings ---------------------------------------------------------------------


def test_a_run_that_came_back_has_its_history_once_it_is_chosen(first: Tab, one: Run) -> None:
    later = Tab(first.storage)
    later.greet()
    with later.open():
        assert not shelf.choices()["mine"].remembers
        chosen = shelf.current()
        assert chosen.remembers
        assert chosen.key == one.key
        assert shelf.choices()["mine"] is chosen
        assert log.current().named["mine"].run.run.remembers is False  # which would be all of its size
    assert later.run() == {}


def test_where_the_same_settings_lead_elsewhere_the_run_stays_what_it_was(
    first: Tab, one: Run, other: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = replace(other, config=one.config)
    monkeypatch.setattr(runs, "trained", lambda config: runs.Trained(measure(elsewhere, quick_grid()), 0.0, 0.0))
    later = Tab(first.storage)
    later.greet()
    with later.open():
        assert shelf.current().key == one.key
        assert not shelf.current().remembers


def test_what_a_student_deletes_is_held_by_nobody_once_it_cannot_come_back(first: Tab, other: Run) -> None:
    large = replace(other)
    held = weakref.ref(large)
    with first.open():
        key = made(large, "another")
    del large
    first.run()
    with first.open():
        log.delete([key])
    first.run()
    gc.collect()
    assert held() is None  # its history; what can come back has none


def test_a_log_that_is_cleared_has_nothing_to_bring_back(first: Tab) -> None:
    with first.open():
        log.delete([state.LAST_MADE.get()])
        kept.clear()
        log.undo()
    assert of(first.session)["log"] == []


# --- bounds ---------------------------------------------------------------------------------------


def test_a_run_that_is_too_large_is_not_written_and_the_page_can_say_so(first: Tab, one: Run) -> None:
    large = replace(one, config=replace(one.config, schedule=f"STEP,lr\n0,0.1\n100,0.1\n{'#' * LONGEST}"))
    with first.open():
        key = made(large, "large")
    first.run()
    assert not any("large" in text for text in first.storage.values())
    with first.open() as browser:
        assert browser.refused == {log.RUNS.key(key)}
        assert not browser.keeps(log.RUNS, log.current().by_key[key])


def test_of_too_many_the_oldest_without_a_name_go_and_are_taken_out_of_the_browser(first: Tab, one: Run) -> None:
    with first.open():
        entry = log.current().named["mine"]
        many = [
            Entry(n, replace(entry.run, run=replace(entry.run.run, config=replace(MINE, seed=1000 + n))))
            for n in range(1, MOST + 1)
        ]
        state.LOG.set(log.current().taking(many))
        assert log.went().startswith("The log has room for 200 runs. 2 runs had to go, last of all robust, seed 1002,")
    first.run()
    later = Tab(first.storage)
    later.greet()
    assert of(later.session)["log"] == of(first.session)["log"]
    assert len([key for key in first.storage if key.startswith("log/")]) == MOST
    assert later.run() == {}
    # What all of it takes: a browser has room for five million characters, and the app asks for two.
    size = sum(map(len, first.storage.values()))
    assert 500_000 < size < ROOM / 2


def test_a_run_is_written_once_however_many_there_are(first: Tab, one: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with first.open() as browser:
        browser.outgoing(kept.KINDS)
        monkeypatch.setattr(store.json, "dumps", lambda *_, **__: pytest.fail("it was written already"))
        browser.outgoing(kept.KINDS)


# --- what cannot be trusted -----------------------------------------------------------------------

Change = Callable[[dict[str, str]], object]


def changed(kind: str, **values: object) -> Change:
    """An entry of a kind, with some of its values set otherwise."""

    def change(storage: dict[str, str]) -> None:
        key = next(key for key in storage if key.startswith(kind))
        entry = json.loads(storage[key])
        entry["is"] = entry["is"] | values if isinstance(entry["is"], dict) else values["value"]
        storage[key] = json.dumps(entry)

    return change


HOSTILE: dict[str, Change] = {
    "not JSON": lambda storage: storage.update({"log/x": "{"}),
    "nested without end": lambda storage: storage.update({"log/x": "[" * 60_000}),
    "a number of thousands of digits": lambda storage: storage.update(
        {"hint/tinted": f'{{"is":1,"since":{"9" * 9999}}}'}
    ),
    "too long": lambda storage: storage.update({"log/x": " " * (LONGEST + 1)}),
    "of no kind": lambda storage: storage.update({"run/x": '{"is":1,"since":1}'}),
    "without a time": lambda storage: storage.update({"asked": '{"is":[]}'}),
    "at no time": lambda storage: storage.update({"asked": '{"is":[],"since":-1}'}),
    "a run whose name is a number": changed("log", name=1),
    "a run with a long name": changed("log", name="x" * 41),
    "a run with half a character": changed("log", name="\ud800"),
    "a run whose name turns the writing round": changed("log", name="a\N{RIGHT-TO-LEFT OVERRIDE}b"),
    "a run that was made at no time": changed("log", when=-1),
    "a run that is pinned twice": changed("log", pinned=2),
    "a run of nothing": changed("log", run=None),
    "a run that is kept as another": lambda storage: storage.update(
        {"log/x": next(text for key, text in storage.items() if key.startswith("log/"))}
    ),
    "a prediction about nothing": changed("prediction", about={}),
    "a prediction about no key": changed("prediction", about={"run": "../../x"}),
    "a prediction held back by no key": changed("prediction", about={"held": "x"}),
    "a prediction about no study": changed("prediction", about={"who": "luck", "study": "x"}),
    "a prediction about a study of no page": changed("prediction", about={"who": "seen", "study": "0" * 64}),
    "a prediction of other groups": changed("prediction", said={"other": []}),
    "a prediction of numbers": changed("prediction", said={"run": [1]}),
    "a mission that is none": lambda storage: storage.update({"solved/x": storage["solved/noisy"]}),
    "a mission that showed a number": changed("solved", showed=3),
    "a mission that showed a book": changed("solved", showed="x" * 10_000),
    "too many hints": changed("hint", value=4),
    "no hints": changed("hint", value=0),
    "true hints": changed("hint", value=True),
    "a mission to open that is none": changed("last/mission", value="x"),
    "a model without a name": changed("last/model", value=["robust"]),
    "a seed below 0": changed("last/settings", **{state.SEED: -1}),
    "a seed that is half": changed("last/settings", **{state.SEED: 0.5}),
    "a seed that is true": changed("last/settings", **{state.SEED: True}),
    "a weight beyond all bounds": changed("last/settings", **{state.weight("anchor"): 10.5}),
    "a weight that is a list": changed("last/settings", **{state.weight("anchor"): []}),
    "a schedule that does not ship": changed("last/settings", **{state.SCHEDULE: "/etc/passwd"}),
    "steps beyond all bounds": changed("last/settings", **{state.STEP_COUNT: 10**12}),
    "noise above 1": changed("last/settings", **{state.LABEL_NOISE: 1.05}),
    "a control that is none": changed("last/settings", other=1),
    "a sheet that cannot be trained with": changed("last/sheet", sheet=SHEET.replace("lr", "rate")),
    "a table that is none": changed("last/sheet", typed="a,b\n1,2\n"),
    "a table of a thousand rows": changed("last/sheet", typed=SHEET + "9,,,\n" * 1000),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_what_is_unsound_is_left_out_counted_and_nothing_else_is_lost(first: Tab, change: Change) -> None:
    before = dict(first.storage)
    change(first.storage)
    later = Tab(first.storage)
    later.greet()
    with later.open() as browser:
        assert browser.left_out == 1
    spoilt = {key for key, text in first.storage.items() if before.get(key) != text}
    assert len(sound(first.storage, kept.KINDS).entries) == len(first.storage) - len(spoilt)
    later.run()
    # What could not be read is not taken away: who knows who wrote it.
    assert all(first.storage[key] == later.storage[key] for key in spoilt)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from([kind.name for kind in kept.KINDS])
rests = st.sampled_from(["", "/", "/x", *(f"/{mission}" for mission in TITLES)])
entries = st.dictionaries(
    st.builds(str.__add__, names, rests) | st.text(max_size=8),
    st.none() | st.text(max_size=20) | anything.map(lambda value: json.dumps({"since": 1, "is": value})) | anything,
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries | anything)
def test_whatever_a_browser_has_kept_nothing_is_raised_and_the_session_is_sound(found: object) -> None:
    tab = Tab({})
    tab.tell(found, greeting=True)
    tab.run()
    told = of(tab.session)
    assert told["model"] in (*PRETRAINED, *told["named"])
    assert set(told["solved"]) <= set(TITLES)


@given(anything)
def test_a_report_that_is_none_changes_nothing(report: object) -> None:
    tab = Tab({})
    with tab.open() as browser:
        before = dict(vars(browser))
        browser.hear(report, kept.KINDS)
        assert vars(browser) == before


def test_a_browser_that_keeps_nothing_says_so() -> None:
    tab = Tab({})
    tab.tell({}, available=False)
    with tab.open() as browser:
        assert not browser.available
    tab.tell({}, full=True, others=3)
    with tab.open() as browser:
        assert (browser.available, browser.full, browser.others) == (True, True, 3)

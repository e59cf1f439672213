"""Which regularizers are needed?: the grid against runs trained one by one, and sentences true of whatever came out."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from excolor import cli, links, rows, sweeps
from excolor.config import RunConfig, Weights
from excolor.diagnosis import Cause
from excolor.errors import ExcolorError
from excolor.log import LAST
from excolor.losses import EXPERIMENT
from excolor.measured import measure
from excolor.needed import EVERY, FIGURES, Needed, fewest, needed, spoiled, together
from excolor.rows import wilson
from excolor.schedule import find
from excolor.studies import Study, combinations
from excolor.training import train
from excolor.ui import state, stored, study, wheels
from excolor.ui.sections.needed import cells, choose, effects, guess, numbers, unitarity
from excolor.ui.words import CAUSES, tenths
from tests.support.app import app, framed, html, last_run, sound, unfold

SHORT = "steps=60&seeds=0:2"
OWN = find("ex-2.7").text.replace("0.1", "0.2")
ALL = frozenset(EXPERIMENT)


@pytest.fixture(autouse=True)
def forgotten() -> None:
    study.studies.clear()  # pyright: ignore[reportFunctionMemberAccess]


def opened(monkeypatch: pytest.MonkeyPatch, query: str) -> AppTest:
    """The page as somebody opens it by an address."""
    at = sound(framed(monkeypatch).run())
    at.query_params.clear()
    for part in filter(None, [*query.split("&"), "predict=skip"]):
        word, _, text = part.partition("=")
        at.query_params[word] = text
    return sound(at.switch_page("pages/needed.py").run())


def trained(at: AppTest) -> AppTest:
    end = time.monotonic() + 100
    while any(each.key == "needed-cancel" for each in at.button) and time.monotonic() < end:
        time.sleep(0.2)
        sound(at.run())
    return at


def prose(at: AppTest) -> str:
    return "\n".join(each.value for kind in (at.markdown, at.caption, at.warning, at.success) for each in kind)


# --- the grid --------------------------------------------------------------------------------------


@pytest.mark.numerical
def test_the_grid_has_the_figures_of_runs_trained_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(monkeypatch, f"{SHORT}&neutrality=0.5")
    assert '<div class="xc-cell">' not in html(at)
    trained(sound(at.button("needed-start").click().run()))
    shown = html(at)
    assert shown.count('<div class="xc-cell">') == 16
    assert shown.count("<img") == 32
    asked = choose.study_of(RunConfig(steps=60), 0.5, range(2))
    found = needed(study.table(study.underway(asked)))
    assert found.ways == (False, True)
    for on in EVERY[::3]:
        for fifth in (False, True):
            weights = Weights(**{name: float(name in on) for name in EXPERIMENT}, neutrality=0.5 * fifth)
            runs = [measure(train(steps=60, seed=seed, weights=weights)) for seed in range(2)]
            cell = found.cells[on, fifth]
            assert (cell.tally.runs, cell.tally.sound) == (2, sum(run.sound for run in runs))
            assert (cell.tally.tinted, cell.tally.wrong) == tuple(
                sum(getattr(run, what) for run in runs) for what in ("tinted", "goes_wrong")
            )
            assert dict(cell.causes) == {c: n for c in Cause if (n := sum(c in run.causes for run in runs))}
            for name in FIGURES:
                values = [run.metrics.scores()[name] for run in runs]
                got = cell.figures[name]
                assert (got.median, got.low, got.high) == pytest.approx((np.mean(values), min(values), max(values)))
                assert cells.spread(name, got) in shown
            best = min(runs, key=lambda run: run.metrics.hue.gray_mse)
            assert found.run(cell.middle) == best.config
            (link,) = re.findall(rf'alt="[^"]*{re.escape(cells.named_cell(cell))}, seed.*?href="([^"]*)"', shown)[:1]
            assert links.config_of(unescape(link)) == best.config
            assert wheels.of(best.config).key == best.run.key  # pyright: ignore[reportOptionalMemberAccess]


# --- what is said ----------------------------------------------------------------------------------

SOUND, TINTED, WRONG, DIVERGED = "sound", "tinted", "wrong", "diverged"
_LIKE = rows.row_of(measure(train(steps=1)))


def row(on: Iterable[str], seed: int, came: str, fifth: float | None = None) -> dict[str, Any]:
    causes = {SOUND: [], TINTED: [Cause.TINTED], WRONG: [Cause.GRAYS_IN_PLANE, Cause.NOT_ROUND]}.get(
        came, [Cause.DIVERGED]
    )
    figures = dict.fromkeys(FIGURES, np.nan if came == DIVERGED else 0.5)
    stop = {"stopped_step": 3, "stopped_term": "reconstruction"} if came == DIVERGED else {}
    return {
        **_LIKE,
        **{name: float(name in on) for name in EXPERIMENT},
        "neutrality": fifth,
        "seed": seed,
        "batch_seed": seed,
        "sound": came == SOUND,
        "tinted": came == TINTED,
        "fails": came in (WRONG, DIVERGED),
        "causes": [each.value for each in causes],
        **figures,
        **stop,
    }


def made(came: Mapping[frozenset[str], list[str]], usual: str = WRONG) -> Needed:
    """A study that came out so; all other runs are as usual."""
    return needed(rows.table_of([row(on, seed, came.get(on, [usual] * 3)[seed]) for seed in range(3) for on in EVERY]))


def test_what_broke_is_told_with_its_counts_and_nothing_where_nothing_did() -> None:
    found = made({ALL: [SOUND] * 3, ALL - {"anchor"}: [SOUND, TINTED, WRONG], frozenset(): [DIVERGED] * 3})
    assert cells.broke(found.cells[ALL, False]) == ""
    mixed = cells.broke(found.cells[ALL - {"anchor"}, False])
    assert {f"{CAUSES[cause]} in 1 of 3" for cause in (Cause.TINTED, Cause.GRAYS_IN_PLANE, Cause.NOT_ROUND)} == {
        each.rstrip(".")[0].lower() + each.rstrip(".")[1:] for each in mixed.split("; ")
    }
    gone = found.cells[frozenset(), False]
    assert cells.broke(gone) == "It diverged in 3 of 3."
    assert cells.spread("red_cosine", gone.figures["red_cosine"]) == "– (– to –)"
    assert "nan" not in cells.spread("hue.gray_share", gone.figures["hue.gray_share"])
    assert f"begins at {tenths(wilson(3, 3)[0])}" in cells.legend(found)


def test_nothing_is_called_needed_where_no_run_is_sound() -> None:
    for came in (WRONG, TINTED, DIVERGED):
        found = made({}, came)
        assert "None of these 48 runs is sound" in effects.needed_here(found, False)
        assert ("even with all four on, 0 of 3" in effects.one_by_one(found, False)) == (came != TINTED)
    assert "with none of the combinations" in effects.all_together(made({}), False)
    assert "even with all four off most runs go right (3 of 3)" in effects.all_together(made({}, TINTED), False)
    assert "0 are sound and 0 keep only a tint" in effects.ending_of(made({}))[0]


def test_what_every_sound_run_has_is_called_so_and_what_one_lacks_is_not() -> None:
    three = ALL - {"unitarity"}
    found = made({ALL: [SOUND] * 3, three: [SOUND, TINTED, WRONG]})
    said = effects.needed_here(found, False)
    assert said.startswith("**Every one of the 4 sound runs has anchor, separate and planarity.** Without")
    assert "Without anchor 0 of 24 are sound, without separate 0 of 24, without planarity 0 of 24;" in said
    assert said.endswith("Of them 1 has no unitarity.")
    assert "Most still do without unitarity (2 of 3), but not without anchor (0 of 3)" in effects.one_by_one(
        found, False
    )
    assert fewest(found, False) == [three]
    assert "anchor, separate and planarity (2 of 3)" in effects.all_together(found, False)
    assert "Of the 33 runs with fewer than 3 on, none goes right" in effects.all_together(found, False)
    every = made({}, SOUND)
    assert "None of the four is in all 48 sound runs" in effects.needed_here(every, False)
    one = made({ALL: [SOUND, WRONG, WRONG]})
    assert effects.needed_here(one, False).startswith("**The one sound run has")
    few = made({three: [SOUND, WRONG, WRONG]})
    assert effects.needed_here(few, False).endswith("It has no unitarity.")


def test_what_can_be_left_out_alone_and_not_together_is_seen_by_the_sixteen_alone() -> None:
    one, other = ALL - {"separate"}, ALL - {"planarity"}
    found = made({each: [SOUND] * 3 for each in (ALL, one, other)})
    assert together(found, False) == [frozenset({"separate", "planarity"})]
    said = effects.all_together(found, False)
    assert "Each of separate and planarity can be left out alone; without both, 0 of 3 go right." in said
    assert "more can be less" not in said
    worse = made({frozenset({"anchor"}): [TINTED, TINTED, WRONG]})
    assert (frozenset({"anchor"}), frozenset({"anchor", "separate"})) in [*spoiled(worse, False)]
    assert "And more can be less: with anchor 2 of 3 go right, with" in effects.all_together(worse, False)


def test_a_prediction_is_judged_by_most_of_the_runs_without_it() -> None:
    found = made(
        {ALL: [SOUND] * 3, ALL - {"unitarity"}: [SOUND, TINTED, WRONG], ALL - {"anchor"}: [SOUND, WRONG, WRONG]}
    )
    judged = {each.name: (each.said, each.found, each.measured) for each in guess.rows_of(found, frozenset({"anchor"}))}
    assert judged["unitarity"] == (False, True, "2 of 3 go right")
    assert judged["anchor"] == (True, False, "1 of 3 go right")


def test_what_unitarity_does_follows_its_pairs() -> None:
    found = made({ALL: [SOUND] * 3, ALL - {"unitarity"}: [WRONG, WRONG, SOUND]})
    said = unitarity.said(found, False)
    assert "in 1 of them it decides" in said
    assert "3 of 24 go right with it and 1 of 24 without it" in said
    assert "On average they are 0.15 and 1.5 off 1. So with it they are closer" in unitarity.of_lengths(
        [0.9, 1.2], [2.0, 3.0]
    )
    for lengths in ([0.5, 1.9], [0.9, 1.1]):
        assert "not clearly closer" in unitarity.of_lengths(lengths, [0.9, 1.1])


def test_rows_that_are_no_such_study_are_refused() -> None:
    some = [row(on, 0, SOUND) for on in EVERY]
    for changed in (
        {"steps": 100},
        {"anchor": 0.5},
        {"schedule": "clean"},
        {"seed": -1},
        {"neutrality": 2.0},
        {"label_noise": 0.5},
    ):
        with pytest.raises(ExcolorError):
            needed(rows.table_of([*some, {**row(ALL, 1, SOUND, 1.0), **changed}]))
    with pytest.raises(ExcolorError):
        needed(pa.table({name: [] for name in rows.columns()}))


# --- the page --------------------------------------------------------------------------------------


def test_it_asks_first_trains_what_is_revealed_and_tells_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    at = app("needed.py", predict="")
    at.number_input("needed-seeds").set_value(1).run()
    assert [each.key for each in at.button if str(each.key).startswith("needed-")] == []
    at.session_state[state.NEEDED.key] = RunConfig(steps=60)
    at.run()
    at.button_group("predict-needed").set_value(["anchor"]).run()
    trained(sound(at.button("predict-reveal").click().run()))
    (told,) = (each.label for each in at.expander if each.label.startswith("Your prediction"))
    assert "can be left out" in told
    sound(at.switch_page("pages/end.py").run())
    assert "Which regularizers are needed?" in html(at)
    sound(at.switch_page("pages/needed.py").run())
    at.number_input("needed-seeds").set_value(2).run()
    assert at.button("needed-start").label == "Train 32 networks"  # asked once


@pytest.mark.numerical
def test_a_run_of_a_cell_is_taken_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(monkeypatch, SHORT)
    trained(sound(at.button("needed-start").click().run()))
    at.selectbox("needed-shown").set_value(1).run()
    sound(at.button("needed-take-anchor-planarity-unitarity-False").click().run())
    config = RunConfig(steps=60, seed=1, weights=Weights(separate=0))
    assert "Taken: robust, seed 1, no separate, 60 updates." in prose(at)
    sound(at.switch_page("pages/ablation.py").run())
    assert at.session_state[state.MODEL.key] == LAST
    assert last_run(at).config == config
    assert last_run(at).key == train(config).key
    sound(at.switch_page("pages/train.py").run())
    assert last_run(at).config == config
    assert {"seed": "1", "separate": "0", "steps": "60"}.items() <= dict(at.query_params).items()


def test_a_link_brings_the_same_study_and_nonsense_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    query = "schedule=ex-2.7&anchor=2&neutrality=0.5&steps=60&bottleneck=3&label-noise=0.1&seeds=7:9"
    at = opened(monkeypatch, query)
    assert at.button("needed-start").label == "Train 64 networks"
    assert dict(at.query_params) == dict(part.split("=") for part in f"{query}&predict=skip".split("&"))
    assert opened(monkeypatch, "").button("needed-start").label == "Train 80 networks"
    for bad in ("5:2", "0:21", "4294967295:4294967300", "<b>"):
        at = opened(monkeypatch, f"seeds={bad}&separate=0&seed=3&sweep=../x&steps=9e9&predict=skip")
        told = prose(at)
        for word in ("seeds", "separate is 0", "'seed' says nothing", "no sweep", "steps"):
            assert word in told
        assert at.button("needed-start").label == "Train 80 networks"


@pytest.mark.parametrize(
    ("common", "fifth", "seeds"),
    [
        (RunConfig(), None, range(5)),
        (RunConfig("clean", weights=Weights(separate=0.1, planarity=1e-7)), 0.25, range(3, 5)),
        (RunConfig("ex-2.7", steps=60, bottleneck=3, hidden=8, label_noise=0.1), 1.0, range(20)),
        (RunConfig(OWN, steps=3001), None, range(1)),
        (RunConfig(OWN, steps=60), None, range(1)),
    ],
)
def test_the_command_makes_the_same_study(
    common: RunConfig, fifth: float | None, seeds: range, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.csv").write_text(OWN)
    asked = choose.study_of(common, fifth, seeds)
    program, *words = numbers.command_of(asked).split()
    assert program == "excolor"
    told = cli._study(cli._parser().parse_args(words))  # pyright: ignore[reportPrivateUsage]
    assert list(told) == list(asked)


def test_a_sweep_of_the_folder_is_shown_and_what_does_not_fit_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(stored.FOLDER, str(tmp_path))
    common = RunConfig(steps=20)
    studies = {
        "fits": Study(common, range(1), axes=(combinations(common),)),
        "other": Study(common, range(1)),
        "begun": list(Study(common, range(1), axes=(combinations(common),)))[:2],
        "grid": Study(common, range(1), axes=(({"hidden": 8}, {"hidden": 9}),)),
    }
    for name, asked in studies.items():
        with rows.Writer(tmp_path / name, asked) as writer:
            for run in sweeps.sweep(list(asked)):
                writer.add(rows.row_of(run))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / rows.part_name(0)).write_bytes(b"PAR1 and no more")
    at = opened(monkeypatch, "sweep=fits")
    assert [each.key for each in at.button if each.key == "needed-start"] == []
    assert at.query_params["sweep"] == "fits"
    found = needed(stored.table("fits"))
    shown = html(at)
    for cell in found.cells.values():
        assert cells.spread("red_cosine", cell.figures["red_cosine"]) in shown
    unfold(at, "needed-table", "needed-command")
    assert "All combinations, with the median" in html(at)
    (command,) = (each.value for each in at.code)
    assert command == "excolor sweep --combinations --seeds 0:1 --steps 20 --out needed"
    for name, told in {
        "other": "does not have all sixteen",
        "begun": "does not have all sixteen",
        "grid": "differ in hidden",
        "broken": "cannot be shown",
    }.items():
        at = opened(monkeypatch, f"sweep={name}")
        assert told in prose(at)
        assert str(tmp_path) not in prose(at)

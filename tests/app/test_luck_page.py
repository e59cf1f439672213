"""Luck or structure?: asked first, repeated by its link and its commands, and every sentence true of the rows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest, app_test

from excolor import cli, rows, spread
from excolor.charts import figures
from excolor.config import RunConfig, Weights
from excolor.diagnosis import Cause
from excolor.studies import Study, combinations, grid
from excolor.ui import predict, state, stored, study
from excolor.ui.sections import ending, luck
from excolor.ui.sections.luck import Setting, many, plane, two, weight
from excolor.ui.words import FIGURES
from tests.app.test_address import opened
from tests.support.app import Served, app, framed, html, sound, unfold
from tests.support.rows import diverged, failing, row, table

Make = Callable[[RunConfig], rows.Row]
FAILING = (3, 17, 26, 41)


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(stored.FOLDER, raising=False)
    study.studies.clear()  # pyright: ignore[reportFunctionMemberAccess]


def come_out(config: RunConfig) -> rows.Row:
    """Of ex-2.7 four of sixty fail and half of the others keep a tint; where separate is raised none fails."""
    if config.schedule != "ex-2.7" or config.weights.separate != 1:
        return row(config)
    if config.seed in FAILING:
        return failing(config, **{"intact.max_mse": 0.0005})
    return row(config, tinted=config.seed % 2 == 0, **{"hue.gray_share": 0.7 if config.seed % 2 == 0 else 1.0})


def trained(asked: Study, make: Make = come_out) -> Study:
    """A study that somebody has had trained, with rows made by hand."""
    study.underway(asked).points.update({config: make(config) for config in asked})
    return asked


THREE = Study(RunConfig(), range(60), axes=(grid(luck.THREE),))


def prose(at: AppTest) -> str:
    return "\n".join([*(each.value for each in at.markdown), *(each.value for each in at.caption)])


def press(at: AppTest, key: str) -> AppTest:
    sound(at.button(key).click().run())
    return sound(at.run())  # which the harness does not do by itself after a fragment


def counts(at: AppTest) -> dict[str, list[str]]:
    """The table: of each setting, how many are sound, keep a tint, are wrong, fail."""
    found = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', html(at))
    return {name: re.findall(r"<b>([\d,]+)</b> of", cells) for name, cells in found if "of 60" in cells}


# --- asked first ----------------------------------------------------------------------------------


def test_it_asks_first_and_shows_nothing_that_nobody_asked_for() -> None:
    trained(THREE)
    at = app("luck.py", predict="")
    assert [each.value for each in at.header] == ["Many seeds"]
    assert at.get("vega_lite_chart") == []
    assert "all trained with ex-2.7" in prose(at)
    sound(at.button_group("predict-luck").set_value(["few"]).run())
    sound(at.button("predict-reveal").click().run())
    assert at.get("vega_lite_chart") == []
    press(at, "luck-many-start")
    assert len(at.get("vega_lite_chart")) == 1
    so, told = at.session_state[state.CAME_OUT.key][predict.Studied("luck", study.name_of(THREE))]
    # Four of sixty are seven of a hundred.
    assert so == "came out"
    assert [each.found for each in told] == [False, True, False, False]
    assert [each.said for each in told] == [True, False, False, False]
    assert "You named none of the 1 that came out, and 1 that did not." in " ".join(e.label for e in at.expander)


@pytest.mark.parametrize(
    ("fails", "of", "mark"),
    [
        (0, 60, ""),
        (1, 2000, "few"),
        (5, 100, "few"),
        (4, 60, "some"),
        (16, 100, "many"),
        (50, 100, "many"),
        (3, 4, "most"),
    ],
)
def test_one_mark_is_right(fails: int, of: int, mark: str) -> None:
    assert many.right(spread.Count(fails, of)) == mark


# --- what is said of many seeds -------------------------------------------------------------------


def test_counts_causes_and_seeds_are_those_of_the_rows() -> None:
    trained(THREE)
    at = press(app("luck.py"), "luck-many-start")
    assert counts(at) == {
        "ex-2.7": ["27", "29", "0", "4"],
        "robust": ["60", "0", "0", "0"],
        "clean": ["60", "0", "0", "0"],
    }
    said = prose(at)
    low, high = rows.wilson(4, 60)
    assert f"{100 * low:.1f}\u00a0% to {100 * high:.0f}\u00a0%" in html(at)
    assert "4 fail: grays lie in the hue plane (4) and the hues do not go round (4)." in said
    assert "29 keep a tint, and nothing else is wrong: without hue 70% of the answers are gray" in said
    assert "**robust:** nothing is wrong with any of its 60 runs." in said
    assert "With ex-2.7, all 4 runs that fail give every color back" in said
    links = re.findall(r"\[(\d+)\]\(train\?seed=(\d+)&schedule=ex-2\.7\)", said)
    assert links == [(str(seed), str(seed)) for seed in FAILING]
    assert "With ex-2.7, 4 of 60 fail and 27 are sound" in said
    assert "With ex-2.7 the seed decides" in said


def test_a_changed_weight_leaves_the_runs_before_as_an_outline() -> None:
    trained(THREE)
    at = press(app("luck.py"), "luck-many-start")
    sound(at.select_slider("luck-weight-separate").set_value(3.0).run())
    changed = trained(Study(RunConfig(weights=Weights(separate=3)), range(60), axes=THREE.axes))
    assert "These are the runs before the change." in prose(at)
    press(at, "luck-many-start")
    assert counts(at)["ex-2.7"] == ["60", "0", "0", "0"]
    assert counts(at)["ex-2.7, before"] == ["27", "29", "0", "4"]
    assert "0 of 60 fail, and before the change 4 of 60. The intervals overlap" in prose(at)
    assert "60 of 60 are sound, and before the change 27 of 60. The intervals do not touch" in prose(at)
    assert "The dashed outline is the runs before the change." in prose(at)
    # The link has both, and asks for them where it is opened.
    assert study.name_of(changed) in at.session_state[state.STUDIES_ASKED.key]
    sound(at.button("luck-reset").click().run())
    assert at.session_state[state.LUCK_BEFORE.key] == Weights(separate=3)


@pytest.mark.parametrize("make", [row, failing, diverged, lambda config: row(config, [Cause.GRAYS_HARMED])])
def test_sentences_are_true_where_all_runs_are_alike(make: Make) -> None:
    alike = Setting("it", table(*(make(RunConfig(seed=seed)) for seed in range(4))))
    group = spread.GROUPS[alike.groups[0]]
    said = many.why(alike) + many.blind(alike)
    assert ("nothing is wrong" in said) == (group == "sound")
    assert (" fail:" in said) == (group == "fails")
    assert "does not show it" not in said
    for name in figures.names():
        drawn = luck.drawn_as(name, [alike.table])
        panel = many.chart.Panel(
            "it", spread.column(alike.table, name), alike.groups, np.arange(4), (np.empty(0), np.empty(0, np.intp))
        )
        kinds = many.chart.table(drawn, [panel])["kind"].to_pylist()
        lost = bool(np.isnan(panel.values).all())
        assert kinds.count("dot") == (0 if lost else 4)
        assert ("no such number" in many._caption([panel], drawn)) == lost
    showed, _limits = ending.of_many_seeds({"it": alike.groups})
    assert showed == f"With it, {4 * (group == 'fails')} of 4 fail and {4 * (group == 'sound')} are sound."


def test_that_the_error_does_not_show_it_is_said_only_where_it_is_so() -> None:
    config = RunConfig()
    wrong = {"kept.reconstructs": False, "intact.max_mse": 0.5}
    seen = table(row(config), failing(config, **wrong), failing(config))
    assert many.blind(Setting("it", seen)) == ""
    most = table(row(config), failing(config, **wrong), failing(config), failing(config))
    assert "2 of the 3 runs that fail give every color back" in many.blind(Setting("it", most))
    assert "2 of the 3 are no worse than the worst sound run" in many.blind(Setting("it", most))
    one = many.blind(Setting("it", table(row(config), failing(config))))
    assert "the one run that fails gives every color back" in one


def test_every_figure_has_a_name() -> None:
    assert {*FIGURES} == {*figures.names()}


# --- the three others -----------------------------------------------------------------------------


def test_which_of_the_two_decides() -> None:
    def make(config: RunConfig) -> rows.Row:
        return (
            failing(config) if config.seed == 2 else row(config, **{"hue.gray_mse": 10.0 ** -(2 + config.drawn_by % 3)})
        )

    asked = trained(Study(RunConfig("ex-2.7"), range(8), range(8)), make)
    at = press(unfold(app("luck.py"), "luck-two"), "luck-two-start")
    assert at.button("luck-many-start")
    said = prose(at)
    assert "the first parameters explain 100%, the batches 0%, and 0% hangs on" in said
    assert "So the first parameters matter by themselves" in said
    assert "8 of these 64 runs fail: in 1 of the 8 rows, and in 8 of the 8 columns." in said
    assert "1 of the first parameters fail with all batches." in said
    assert "(train?seed=0&schedule=ex-2.7)" in said
    sound(at.selectbox("luck-two-init").set_value(2).run())
    assert at.code[0].value == "python -m excolor train --schedule ex-2.7 --seed 2 --batch-seed 0"
    command = cli._parser().parse_args(shlex.split(at.code[0].value)[3:])
    assert cli._config(command) == RunConfig("ex-2.7", 2, batch_seed=0)
    sound(at.selectbox("luck-two-shown").set_value("hue.gray_mse").run())
    assert (
        "Of all that differs in the MSE of the grays, without hue (in powers of ten), the first parameters explain"
        in prose(at)
    )
    grid_of = two.Grid.of(study.table(study.underway(asked)))
    assert grid_of is not None
    of_sound = [j for i, j in np.ndindex(8, 8) if i != 2]
    assert len(of_sound) == 56
    for name in (two.VERDICT, *FIGURES):
        assert len(two._table(grid_of, name)) == 81


def test_a_table_of_diverged_runs_explains_nothing() -> None:
    found = two.Grid.of(table(*(diverged(RunConfig(seed=i, batch_seed=j)) for i in range(2) for j in range(2))))
    assert found is not None
    assert len(two._table(found, "hue.gray_mse")) == 9
    shares = spread.variance_shares(found.values("hue.gray_mse"), np.random.default_rng(0))
    assert "nothing to explain" in two.decides(shares, "hue.gray_mse")
    assert "4 of these 4 runs fail" in two.lined_up(found)


def test_a_weight_and_two_weights() -> None:
    def make(config: RunConfig) -> rows.Row:
        return failing(config) if (config.weights.separate or 0) < 0.5 else row(config)

    trained(Study(RunConfig("ex-2.7"), range(20), axes=(grid("separate=0.1:10:log7"),)), make)
    trained(
        Study(RunConfig("ex-2.7"), range(5), axes=(grid("separate=0.1:10:log5"), grid("planarity=0.1:10:log5"))), make
    )
    at = unfold(app("luck.py"), "luck-line", "luck-map")
    press(at, "luck-line-start")
    press(at, "luck-map-start")
    said = prose(at)
    assert re.search(r"At separate × 0\.1, 20 of 20 \(84\s% to 100\s%\) fail, and at × 10, 0 of 20", said)
    assert "The median of the MSE of the grays, without hue goes from 0.20 to 0.0010." in said
    assert "No run fails in 15 of the 25 cells. Most are sound in 15 cells" in said
    assert "separate × 0.1, planarity × 0.1: of 5 runs, 0 are sound and 5 fail." in said
    sound(at.selectbox("luck-map-across").set_value(4).run())
    assert "separate × 10, planarity × 0.1: of 5 runs, 5 are sound and 0 fail." in prose(at)
    # Of runs of which none has a number, too.
    lost = table(*(diverged(RunConfig(seed=k, weights=Weights(separate=w))) for k in range(2) for w in (0.0, 1.0, 2.0)))
    weights = spread.column(lost, "separate")
    assert "None is sound at any value." in weight.says(
        "separate", "hue.gray_mse", weights, spread.column(lost, "hue.gray_mse"), spread.groups(lost)
    )
    assert (
        plane.says(plane.Map.of(lost, ("separate", "anchor")))
        == "In each of the 3 cells a run fails. None is sound anywhere."
    )


# --- links and commands ---------------------------------------------------------------------------


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    return sound(framed(monkeypatch).run())


def asked_by(command: str) -> Study:
    return cli._study(cli._parser().parse_args(shlex.split(command)[3:]))


LINK = (
    "schedule=robust&separate=0.3&neutrality=2&steps=100&label-noise=0.1&hidden=8&seeds=10:15&before=anchor:0,separate:3"
    "&figure=selectivity&init-seeds=0:4&batch-seeds=5:9&vary=anchor=0.5:2:log3&vary-seeds=1:3"
    "&map=anchor=0.1,1;separate=1,2&map-seeds=0:2"
)


def test_a_link_repeats_its_runs_and_its_commands_make_them(at: AppTest) -> None:
    opened(at, "luck", LINK)
    unfold(at, *(f"luck-{name}" for name in ("two", "line", "map")))
    unfold(at, *(f"luck-{name}-command" for name in ("many", "two", "line", "map")))
    words = {name: at.query_params[name] for name in at.query_params}
    for part in LINK.split("&"):
        name, _, value = part.partition("=")
        assert words.get(name) in (value, [value]), name
    config = RunConfig("robust", 0, 100, 4, 8, 0.1, Weights(separate=0.3, neutrality=2))
    codes = [each.value for each in at.code if " sweep " in each.value]
    assert [asked_by(each) for each in codes] == [
        Study(config, range(10, 15)),
        Study(config, range(4), range(5, 9)),
        Study(config, range(1, 3), axes=(grid("anchor=0.5:2:log3"),)),
        Study(config, range(2), axes=(grid("anchor=0.1,1"), grid("separate=1,2"))),
    ]
    assert at.session_state[state.LUCK_BEFORE.key] == Weights(anchor=0, separate=3)
    assert "this page trains with 100 updates, hidden layers 8 wide, 10\u00a0% label noise." in prose(at)
    sound(at.button("luck-forget").click().run())
    assert at.session_state[state.LUCK_BASE.key] == RunConfig(weights=config.weights)


def test_all_three_schedules_are_one_command(at: AppTest) -> None:
    opened(at, "luck", "separate=2")
    unfold(at, "luck-many-command")
    assert asked_by(at.code[0].value) == Study(RunConfig(weights=Weights(separate=2)), range(60), axes=THREE.axes)


def test_what_an_address_cannot_mean_is_named_and_left_out(at: AppTest) -> None:
    opened(
        at,
        "luck",
        "seed=3&schedule=<b>&separate=99&seeds=5:2&before=separate:x&figure=nothing&sweep=../x&setting=-1&one=mine&init-seeds=0:9999999"
        "&batch-seeds=a&vary=hidden=2,3&vary-seeds=-1:2&map=anchor=1,2;anchor=1,2&map-seeds=0:",
    )
    said = " ".join(each.value for each in at.caption)
    for word in (
        *(
            "'seed' says nothing",
            "schedule is",
            "weight separate is",
            "seeds is",
            "before is",
            "figure is",
            "sweep is",
            "setting is",
        ),
        *("one is", "init-seeds is", "batch-seeds is", "vary is", "vary-seeds is", "map is", "map-seeds is"),
    ):
        assert word in said.replace("\\", ""), word
    assert {name: at.query_params[name] for name in at.query_params if name != "predict"} == {}


# --- stored sweeps --------------------------------------------------------------------------------


def write(folder: Path, asked: Study, make: Make = come_out) -> None:
    with rows.Writer(folder, asked) as writer:
        for config in asked:
            writer.add(make(config))


def test_a_stored_sweep_is_shown_alike_and_told_where_it_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_test, "PagesManager", Served)
    monkeypatch.setenv(stored.FOLDER, str(tmp_path))
    write(tmp_path / "three", THREE)
    write(tmp_path / "two", Study(RunConfig(), range(3), range(3)))
    write(tmp_path / "line", Study(RunConfig(), range(3), axes=(grid("separate=0,1,2"),)))
    write(tmp_path / "map", Study(RunConfig(), range(2), axes=(grid("separate=0.5,1"), grid("anchor=1,2"))))
    write(tmp_path / "sixteen", Study(RunConfig(), range(2), axes=(combinations(RunConfig()),)))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / rows.part_name(0)).write_bytes(b"PAR1 and no more")
    fits = {
        "three": set[str](),
        "two": {"two"},
        "line": {"line"},
        "map": {"map"},
        "sixteen": set[str](),
        "broken": None,
    }
    at = unfold(app("luck.py"), "luck-two", "luck-line", "luck-map")
    for name, parts in fits.items():
        sound(at.selectbox(state.LUCK_FROM).set_value(name).run())
        charts = len(at.get("vega_lite_chart"))
        if parts is None:
            assert charts == 0
            assert "This sweep cannot be shown" in at.warning[0].value
            continue
        assert charts == 1 + len(parts), name
        assert len(at.info) == 3 - len(parts), name
    sound(at.selectbox(state.LUCK_FROM).set_value("three").run())
    assert counts(at)["ex-2.7"] == ["27", "29", "0", "4"]
    sound(at.selectbox(state.LUCK_FROM).set_value("sixteen").run())
    sound(at.selectbox(state.LUCK_SETTING).set_value(15).run())
    assert "no unitarity, no anchor, no separate, no planarity" in prose(at)
    assert (at.query_params["sweep"], at.query_params["setting"]) in (("sixteen", "15"), (["sixteen"], ["15"]))

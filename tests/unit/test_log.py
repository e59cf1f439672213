"""The log: which runs stay, what they are called, and that a file brings them back and nothing else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from excolor.cli import main
from excolor.config import RunConfig, Weights
from excolor.errors import ExcolorError
from excolor.log import MAX_BYTES, MOST, Entry, Log, Prediction, entry_of, from_json, note_of_entry, to_csv, to_json
from excolor.measured import Measured, measure
from excolor.metrics import quick_grid
from excolor.training import Run, train


def quick(run: Run) -> Measured:
    return measure(run, quick_grid())


@pytest.fixture(scope="module")
def run() -> Measured:
    return quick(train(steps=40, seed=4)).forgetting()


def entry(run: Measured, when: int, **said: Any) -> Entry:
    """One that differs by its seed, which is its time."""
    alike = replace(run, run=replace(run.run, config=replace(run.config, seed=when)))
    return Entry(when, alike, **said)


def seeds(log: Log) -> list[int]:
    return [each.run.config.seed for each in log.entries]


# --- who stays -------------------------------------------------------------------------------------


def test_the_oldest_without_a_name_or_a_pin_goes_first_and_that_is_told(run: Measured) -> None:
    log = Log().add(entry(run, 0, name="mine")).add(entry(run, 1, pinned=True))
    for when in range(2, MOST):
        log = log.add(entry(run, when))
    assert (len(log.entries), log.went, log.last_went) == (MOST, 0, None)
    log = log.add(entry(run, MOST)).add(entry(run, MOST + 1))
    assert seeds(log) == [0, 1, *range(4, MOST + 2)]
    assert log.went == 2
    assert log.last_went is not None
    assert log.last_went.when == 3


def test_where_all_have_names_the_newest_stays_and_then_the_pinned(run: Measured) -> None:
    named = [entry(run, when, name=f"run {when}", pinned=when == 0) for when in range(MOST)]
    log = Log().taking(named).add(entry(run, MOST))
    assert seeds(log) == [0, *range(2, MOST + 1)]


def test_the_same_run_is_one_entry_that_moves_to_the_end_and_stays_what_it_is_called(run: Measured) -> None:
    log = Log().add(entry(run, 1, name="mine", pinned=True)).add(entry(run, 2)).add(entry(run, 1))
    assert seeds(log) == [1, 2]
    again = log.add(replace(entry(run, 1), when=9))
    assert seeds(again) == [2, 1]
    assert again.entries[-1] == replace(log.entries[0], when=9)


def test_of_equal_settings_the_last_run_counts_and_one_from_a_file_does_not(run: Measured) -> None:
    elsewhere = replace(run.run, parameters=run.run.parameters + 1)
    log = Log().taking([entry(run, 1), entry(run, 2), entry(run, 3, loaded=True)])
    first = log.entries[0]
    other = Entry(4, replace(run, run=replace(elsewhere, config=first.run.config)))
    assert [each.when for each in log.add(other).made.values()] == [2, 4]
    assert len(log.add(other).entries) == 4


def test_deleted_runs_come_back_as_they_were(run: Measured) -> None:
    log = Log().taking([entry(run, 1, name="mine"), entry(run, 2, pinned=True), entry(run, 3)])
    gone = log.entries[:2]
    less = log.without({each.key for each in gone})
    assert seeds(less) == [3]
    assert less.joined(gone).entries == log.entries
    renamed = less.naming(less.entries[0].key, "mine").joined(gone)
    assert sorted(renamed.named) == ["mine", "mine 2"]


# --- names and pins --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 41, "robust", "clean", "last run", "mine", " mine ", "a\x00b", "a\u202eb"]
)
def test_a_name_that_is_no_name_is_refused_in_a_sentence(run: Measured, name: str) -> None:
    log = Log().taking([entry(run, 1, name="mine"), entry(run, 2)])
    with pytest.raises(ExcolorError, match=r"^\S.*\.$"):
        log.naming(log.entries[1].key, name)


def test_a_run_can_be_renamed_and_keep_its_name(run: Measured) -> None:
    log = Log().add(entry(run, 1, name="mine"))
    (key,) = log.by_key
    assert list(log.naming(key, "mine").named) == ["mine"]
    assert list(log.naming(key, f"  {'x' * 40} ").named) == ["x" * 40]


def test_two_are_pinned_at_once_and_a_third_is_refused(run: Measured) -> None:
    log = Log().taking([entry(run, when) for when in range(4)])
    keys = [each.key for each in log.entries]
    log = log.pinning(keys[:1]).pinning(keys[1:2])
    assert [each.when for each in log.pinned] == [0, 1]
    with pytest.raises(ExcolorError, match=r"two are; unpin one"):
        log.pinning(keys[2:3])
    assert [each.when for each in log.pinning(keys[1:3]).pinned] == [1, 2]
    assert [each.when for each in log.unpinning(keys[:1]).pinning(keys[3:]).pinned] == [1, 3]


def test_two_tabs_end_with_the_same_log(run: Measured) -> None:
    other = replace(run, run=replace(run.run, parameters=run.run.parameters + 1))
    a = [entry(run, 1, name="mine", pinned=True), entry(run, 2, pinned=True)]
    b = [entry(other, 3, name="mine", pinned=True), entry(other, 4, name="robust")]
    one, two = Log().taking(a).taking(b), Log().taking(b).taking(a)
    assert one.entries == two.entries
    assert sorted(one.named) == ["mine", "mine 2", "robust 2"]
    assert [each.when for each in one.pinned] == [2, 3]


# --- files -----------------------------------------------------------------------------------------


SAID = Prediction({"run": frozenset({"grays", "tint"})}, "=because")


@pytest.fixture(scope="module")
def log(run: Measured) -> tuple[Entry, ...]:
    other = quick(train(RunConfig(steps=30, bottleneck=3, label_noise=0.25, weights=Weights(anchor=0)))).forgetting()
    return Entry(1000, run, "+mine", True, False, {"train": SAID}), Entry(2000, other, "", False, True)


def test_a_file_brings_back_the_same_runs_measured_again(log: tuple[Entry, ...]) -> None:
    back = from_json(to_json(log).encode(), quick)
    assert [replace(each, run=log[0].run) for each in back] == [replace(each, run=log[0].run) for each in log]
    for mine, theirs in zip(log, back, strict=True):
        assert mine.key == theirs.key
        assert theirs.run.metrics == mine.run.metrics
    assert to_json(back) == to_json(log)
    assert "mse" not in to_json(log)  # no figure that could be believed


def test_what_a_browser_keeps_has_the_figures_with_it(log: tuple[Entry, ...]) -> None:
    for each in log:
        back = entry_of(json.loads(json.dumps(note_of_entry(each))))
        assert (back.key, back.run.metrics, back.run.causes) == (each.key, each.run.metrics, each.run.causes)


def change(**values: object) -> Callable[[dict[str, Any]], object]:
    return lambda file: file["runs"][0].update(values)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (lambda file: file.update(format="excolor-log-0"), "no log"),
        (lambda file: file.update(more=1), "other names"),
        (lambda file: file.update(runs={}), "a list"),
        (lambda file: file.update(runs=file["runs"] * MOST), "a list of up to 200"),
        (change(when=-1), "Run 1 of the file cannot be read. .* the time"),
        (change(when=True), "the time"),
        (change(when=1e300), "the time"),
        (change(name="x" * 41), "the name"),
        (change(name="a\nb"), "the name"),
        (change(pinned=1), "pinned"),
        (change(run={}), "other names"),
        (change(predictions={"other": {}}), "other names"),
        (change(predictions={"train": {"said": {"hue": []}, "why": ""}}), "other names"),
        (change(predictions={"train": {"said": {"run": [1]}, "why": ""}}), "marks 1"),
        (change(predictions={"train": {"said": {"run": ["x"] * 99}, "why": ""}}), "a list"),
        (change(predictions={"train": {"said": {"run": []}, "why": "x" * 201}}), "the reason"),
    ],
)
def test_a_file_that_nobody_wrote_is_refused_in_a_sentence(
    log: tuple[Entry, ...], changed: Callable[[dict[str, Any]], object], said: str
) -> None:
    file = json.loads(to_json(log))
    changed(file)
    with pytest.raises(ExcolorError, match=rf"{said}.*\.$"):
        from_json(json.dumps(file), lambda run: pytest.fail("nothing is measured of a file that is refused"))


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b" " * (MAX_BYTES + 1)])
def test_what_is_no_file_of_ours_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(ExcolorError, match=r"^The file .*\.$"):
        from_json(data)


def test_no_cell_of_the_table_begins_a_formula(log: tuple[Entry, ...]) -> None:
    names = ["=1+1", "+1", "-1", "−1", "@SUM(A1)", "plain", "a,b", 'a"b']
    entries = [replace(log[0], when=when, name=name) for when, name in enumerate(names)]
    rows = list(csv.DictReader(io.StringIO(to_csv(entries))))
    assert [row["name"] for row in rows] == ["'=1+1", "'+1", "'-1", "'−1", "'@SUM(A1)", "plain", "a,b", 'a"b']
    assert {row["why_train"] for row in rows} == {"'=because"}
    assert {row["said_run"] for row in rows} == {"grays; tint"}
    assert {float(row["hue_gray_mse"]) for row in rows} == {log[0].run.metrics.hue.gray_mse}
    assert rows[0]["when"] == "1970-01-01T00:00:00+00:00"


def test_the_command_line_lists_a_log_as_a_table_as_csv_and_as_json(
    log: tuple[Entry, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "runs.json"
    path.write_text(to_json(log), encoding="utf-8")
    assert main(["log", str(path)]) == 0
    table = capsys.readouterr().out
    assert "+mine, seed 4" in table
    assert "robust, seed 0" in table
    assert main(["log", str(path), "--json"]) == 0
    assert capsys.readouterr().out == to_json(log)
    assert main(["log", str(path), "--csv"]) == 0
    assert len(list(csv.reader(io.StringIO(capsys.readouterr().out)))) == 3
    path.write_text("{}")
    assert main(["log", str(path)]) == 1
    assert capsys.readouterr().err == "excolor: The file is JSON, but no log of excolor.\n"

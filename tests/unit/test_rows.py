"""Rows of a study: what they have, and a file that does not show how often its writing was interrupted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import excolor
from excolor import rows
from excolor.config import RunConfig, Weights
from excolor.errors import ExcolorError
from excolor.measured import Measured
from excolor.studies import Study
from excolor.sweeps import summarize, sweep
from excolor.training import train

pytestmark = pytest.mark.numerical

STEPS = 20
Run = Callable[..., Any]


def bits(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}


@pytest.fixture(scope="module")
def trials() -> list[Measured]:
    return sweep(list(Study(RunConfig(steps=STEPS), range(7))))


def written(folder: Path, study: Study, trials: list[Measured], up_to: int) -> None:
    with rows.Writer(folder, study) as writer:
        for run in trials[writer.done : up_to]:
            writer.add(rows.row_of(run))


def test_a_study_that_was_interrupted_twice_has_the_same_files(
    trials: list[Measured], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PART", 3)
    study = Study(RunConfig(steps=STEPS), range(7))
    written(tmp_path / "once", study, trials, 7)
    for up_to in (2, 2, 5, 7):  # in the middle of a file twice
        written(tmp_path / "again", study, trials, up_to)
        assert len(rows.read(tmp_path / "again")) == up_to
    assert bits(tmp_path / "once") == bits(tmp_path / "again")
    assert len(bits(tmp_path / "once")) == 3


def test_a_row_says_what_the_run_says(trials: list[Measured]) -> None:
    row = rows.row_of(trials[2])
    assert tuple(row) == rows.columns()
    assert row.items() >= trials[2].metrics.scores().items()
    assert (row["seed"], row["batch_seed"], row["separate"], row["neutrality"]) == (2, 2, 1, None)
    assert row["key"] == trials[2].run.key
    assert {name: row[f"kept.{name}"] for name in trials[2].checks} == {n: c.kept for n, c in trials[2].checks.items()}
    assert (row["sound"], row["fails"], row["tinted"]) == (False, True, False)
    assert rows.config_of(row) == trials[2].config


def test_a_row_is_the_way_back_to_its_run() -> None:
    config = RunConfig("clean", seed=3, steps=STEPS, batch_seed=8, weights=Weights(neutrality=0.5, anchor=0))
    (row,) = rows.table_of([rows.row_of(run) for run in sweep([config])]).to_pylist()
    assert rows.config_of(row) == config
    assert train(rows.config_of(row)).key == row["key"]


def test_a_table_sums_up_what_its_runs_do(trials: list[Measured]) -> None:
    table = rows.table_of([rows.row_of(run) for run in trials])
    assert rows.figures(table) == summarize(trials)
    assert rows.verdicts(table)["fails"]["count"] == 7
    ((setting, found),) = rows.by_setting(table)
    assert (setting["steps"], len(found)) == (STEPS, 7)
    assert rows.causes(table).keys() == {cause.value for run in trials for cause in run.causes}


def test_wilsons_interval_by_published_figures() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), Table I: the score method without continuity correction.
    for count, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert rows.wilson(count, n) == pytest.approx((low, high), abs=6e-5)


def test_rows_of_something_else_are_refused(
    trials: list[Measured], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, study = tmp_path / "rows", Study(RunConfig(steps=STEPS), range(7))
    written(folder, study, trials, 4)
    before = bits(folder)
    for other, said in (
        (
            Study(RunConfig(steps=STEPS, weights=Weights(separate=0.5)), range(7)),
            "row 1, is seed 0.*has seed 0.*separate 0.5",
        ),
        (Study(RunConfig(steps=STEPS), range(3)), "row 4, is seed 3.*has ended"),
    ):
        with pytest.raises(ExcolorError, match=said):
            rows.Writer(folder, other)
    with pytest.raises(ExcolorError, match="audit '', and these would be of 'dims 0,1'"):
        rows.Writer(folder, study, "dims 0,1")
    monkeypatch.setattr(excolor, "__version__", "0.0.9")
    with pytest.raises(ExcolorError, match=r"version '0.1.0', and these would be of '0.0.9'"):
        rows.Writer(folder, study)
    assert bits(folder) == before


def test_what_is_no_sweep_is_refused(trials: list[Measured], tmp_path: Path, refused: Run) -> None:
    written(tmp_path / "rows", Study(RunConfig(steps=STEPS), range(7)), trials, 2)
    part = tmp_path / "rows" / "part-00000.parquet"
    whole = part.read_bytes()
    for content, said in ((b"", "damaged"), (whole[:300], "damaged"), (whole[:-9] + b"\0" * 9, "damaged")):
        part.write_bytes(content)
        with pytest.raises(ExcolorError, match=said):
            rows.read(part.parent)
    pq.write_table(rows.table_of([rows.row_of(trials[0])]), part)
    with pytest.raises(ExcolorError, match="no rows of a sweep"):
        rows.read(part.parent)
    table = rows.table_of([rows.row_of(trials[0])]).drop_columns(["key"])
    pq.write_table(table.replace_schema_metadata({b"excolor": b'{"format": 1}'}), part)
    with pytest.raises(ExcolorError, match="lacks the column key"):
        rows.read(part.parent)
    (tmp_path / "rows" / "notes.txt").touch()
    with pytest.raises(ExcolorError, match=r"'notes.txt', where a sweep has part-00000.parquet"):
        rows.read(part.parent)
    for place in (part, tmp_path / "nowhere", "\0"):
        code, line = refused("summarize", str(place))
        assert (code, "cannot be read" in line) == (1, True)


def test_the_command_line_writes_a_study_and_sums_it_up(tmp_path: Path, run_json: Run) -> None:
    argv = ["sweep", "--steps", str(STEPS), "--combinations", "--neutrality", "1", "--out", str(tmp_path / "a")]
    assert run_json(*argv, "--seeds", "0:1")["runs"] == 32
    said = run_json(*argv, "--seeds", "0:2")
    assert said == run_json("summarize", str(tmp_path / "a"))
    assert [each["runs"] for each in said["settings"]] == [2] * 32
    assert {each["setting"]["neutrality"] for each in said["settings"]} == {0, 1}
    assert said["settings"][0]["fails"]["high"] == pytest.approx(
        rows.wilson(said["settings"][0]["fails"]["count"], 2)[1]
    )
    assert rows.about(tmp_path / "a") == {"format": 1, "version": excolor.__version__, "audit": ""}


@pytest.mark.parametrize(
    "argv",
    [
        ["--init-seeds", "0:2"],
        ["--batch-seeds", "0:2"],
        ["--init-seeds", "0:2", "--batch-seeds", "0:2", "--seeds", "0:2"],
    ],
)
def test_seeds_apart_come_in_pairs(argv: list[str], refused: Run) -> None:
    assert refused("sweep", *argv)[1] == "excolor: --init-seeds and --batch-seeds go together, and instead of --seeds."


def test_what_a_study_cannot_vary_is_refused(refused: Run) -> None:
    assert (
        refused("sweep", "--combinations", "--grid", "anchor=1,2")[1]
        == "excolor: anchor is varied twice; vary it once."
    )
    assert "weight anchor is 11" in refused("sweep", "--grid", "anchor=1,11")[1]

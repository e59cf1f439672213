"""Studies that pages show: what is trained in the background against a sweep, and what a folder holds."""

import time
from pathlib import Path

import pyarrow as pa
import pytest

from excolor import rows, sweeps
from excolor.config import RunConfig, Weights
from excolor.errors import ExcolorError
from excolor.studies import Study, combinations
from excolor.ui import stored, study

CONFIG = RunConfig(steps=40)
SIXTEEN = Study(CONFIG, range(2), axes=(combinations(CONFIG),))


@pytest.fixture(autouse=True)
def forgotten() -> None:
    study.studies.clear()  # pyright: ignore[reportFunctionMemberAccess]


def finish(running: study.Underway[rows.Row]) -> None:
    end = time.monotonic() + 60
    while running.watchers and time.monotonic() < end:
        time.sleep(0.01)


def same(one: pa.Table, other: pa.Table) -> bool:
    """Bit for bit; what is no number too, which equals nothing."""
    return one.column_names == other.column_names and repr(one.to_pylist()) == repr(other.to_pylist())


@pytest.mark.numerical
def test_a_page_has_the_rows_that_a_sweep_writes() -> None:
    running = study.underway(SIXTEEN)
    assert len(study.table(running)) == 0
    running.start("me")
    finish(running)
    assert running.done
    written = rows.table_of([rows.row_of(run) for run in sweeps.sweep(list(SIXTEEN))])
    assert same(study.table(running), written)


def test_the_same_study_is_trained_once_and_another_one_beside_it() -> None:
    other = Study(RunConfig(steps=40, weights=Weights(anchor=0)), range(2))
    assert study.underway(SIXTEEN) is study.underway(Study(CONFIG, range(2), axes=(combinations(CONFIG),)))
    study.underway(SIXTEEN).start("me")
    study.underway(other).start("somebody else")
    finish(study.underway(SIXTEEN))
    finish(study.underway(other))
    assert study.underway(other).done
    assert {row["anchor"] for row in study.underway(other).in_order()} == {0.0}


def test_only_so_many_are_remembered_and_none_that_is_watched_is_forgotten() -> None:
    watched = study.underway(SIXTEEN)
    watched.watchers.add("me")
    for seed in range(2 * study.REMEMBERED):
        study.underway(Study(CONFIG, [seed]))
    assert len(study.studies().known) == study.REMEMBERED
    assert study.underway(SIXTEEN) is watched


def write(folder: Path, steps: int = 10) -> pa.Table:
    few = Study(RunConfig(steps=steps), range(3))
    with rows.Writer(folder, few) as writer:
        for run in sweeps.sweep(list(few)):
            writer.add(rows.row_of(run))
    return rows.read(folder)


def test_a_folder_given_at_start_is_offered_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(stored.FOLDER, raising=False)
    assert stored.names() == []
    monkeypatch.setenv(stored.FOLDER, str(tmp_path / "nowhere"))
    assert stored.names() == []
    monkeypatch.setenv(stored.FOLDER, str(tmp_path))
    short = write(tmp_path / "short")
    (tmp_path / "notes.txt").write_text("no folder")
    assert stored.names() == ["short"]
    assert same(stored.table("short"), short)


def test_a_sweep_that_was_written_anew_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(stored.FOLDER, str(tmp_path))
    write(tmp_path / "sweep")
    before = stored.table("sweep")
    for part in (tmp_path / "sweep").iterdir():
        part.unlink()
    (tmp_path / "sweep").rmdir()
    write(tmp_path / "sweep", steps=20)
    assert set(before["steps"].to_pylist()) == {10}
    assert set(stored.table("sweep")["steps"].to_pylist()) == {20}


def test_what_is_no_sweep_is_refused_in_a_sentence_without_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(stored.FOLDER, str(tmp_path / "given"))
    (tmp_path / "given" / "empty").mkdir(parents=True)
    (tmp_path / "given" / "broken").mkdir()
    (tmp_path / "given" / "broken" / "part-00000.parquet").write_bytes(b"PAR1 nonsense")
    write(tmp_path / "outside")
    for name in ("empty", "broken", "..", "../outside", str(tmp_path / "outside")):
        with pytest.raises(ExcolorError) as refused:
            stored.table(name)
        assert str(tmp_path) not in str(refused.value)

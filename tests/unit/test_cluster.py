"""A real cluster on this machine: it gives what threads give, also when one of its workers is killed meanwhile."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from excolor import cluster, rows
from excolor.cli import main
from excolor.config import RunConfig
from excolor.errors import ExcolorError
from excolor.studies import Study, grid
from excolor.sweeps import runs

distributed = pytest.importorskip("distributed")

# Its threads and its event loop end a little later than it says, and sockets of the killed worker are left to the
# garbage collector: after it, another test of the same process can be blamed. So it is run by itself.
pytestmark = [
    pytest.mark.skipif("EXCOLOR_CLUSTER" not in os.environ, reason="run alone: EXCOLOR_CLUSTER=1 pytest -n 0"),
    pytest.mark.numerical,
    pytest.mark.filterwarnings("ignore"),
]
STEPS = 100


@pytest.fixture(scope="module")
def four() -> Iterator[Any]:
    with distributed.LocalCluster(
        host="127.0.0.1", n_workers=4, threads_per_worker=1, dashboard_address=":0", silence_logs="CRITICAL"
    ) as found:
        yield found


def pids(address: str) -> dict[str, int]:
    with distributed.Client(address, set_as_default=False) as client:
        return client.run(os.getpid)


def test_a_killed_worker_loses_no_run_and_doubles_none(four: Any) -> None:
    study = Study(RunConfig(steps=STEPS), range(12), axes=(grid("separate=0,1"),))
    # As text, in which what is not a number is equal to itself.
    alone = {place: repr(rows.row_of(run)) for place, run in runs(study)}
    victim = next(iter(pids(four.scheduler_address).values()))
    found: list[tuple[int, str]] = []
    with cluster.connected(four.scheduler_address) as (executor, room):
        assert room == 4
        with closing(runs(study, executor=executor, jobs=room, together=2)) as coming:
            for place, run in coming:
                found.append((place, repr(rows.row_of(run))))
                if len(found) == 5:
                    os.kill(victim, signal.SIGKILL)
    assert sorted(place for place, _ in found) == list(range(24))
    assert dict(found) == alone
    assert victim not in pids(four.scheduler_address).values()


def test_the_command_line_writes_the_same_rows_from_a_cluster(four: Any, tmp_path: Path) -> None:
    argv = ["sweep", "--steps", str(STEPS), "--seeds", "0:6", "--out"]
    assert main([*argv, str(tmp_path / "cluster"), "--scheduler", four.scheduler_address]) == 0
    assert main([*argv, str(tmp_path / "threads")]) == 0
    part = "part-00000.parquet"
    assert (tmp_path / "cluster" / part).read_bytes() == (tmp_path / "threads" / part).read_bytes()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", ""])
def test_where_no_scheduler_is(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_ANSWERS_WITHIN", "0.5s")
    with pytest.raises(ExcolorError, match="no scheduler answers"), cluster.connected(address):
        pass


def test_a_worker_of_another_version_is_refused(four: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("excolor.__version__", "0.0.9")
    refused = pytest.raises(ExcolorError, match="A worker has excolor 0.1.0; it must have 0.0.9")
    with refused, cluster.connected(four.scheduler_address):
        pass

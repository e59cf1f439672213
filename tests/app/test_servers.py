"""Two servers on one machine, one with a full disk and a read-only home: both work.

That what they compile is sound however they come in each other's way is tested in tests/unit/test_kernel_faults.py.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from excolor.config import RunConfig
from excolor.measured import measure
from excolor.training import train
from excolor.ui.sections.verdict import checks_of
from tests.support.browser import serve
from tests.support.limits import full_disk
from tests.support.session import session

LOG = 64_000  # bytes of a file that the second may write
READ_ONLY = "/proc"  # nobody can make a file there, not even root


def trained(server: str) -> str:
    """What the Train page of a server shows of the run that it opens with."""
    with session(server, "train", timeout=240) as visitor:
        visitor.run()
        return visitor.html()


@pytest.mark.numerical
def test_both_train_alike_and_complain_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = tmp_path / "first.log", tmp_path / "second.log"
    with ExitStack() as stack, ThreadPoolExecutor(2) as threads:
        servers = [stack.enter_context(serve(logs[0]))]
        with full_disk(LOG), monkeypatch.context() as poor:
            for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
                poor.setenv(name, READ_ONLY)
            servers.append(stack.enter_context(serve(logs[1])))
        pages = list(threads.map(trained, servers))
    expected = checks_of(measure(train(RunConfig())))
    assert all(expected in page for page in pages)
    assert not any("Traceback" in log.read_text() for log in logs)

"""The compiled kernel's files on the disk, whatever has happened to them: a damaged one is compiled anew, never run."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from numba.core import types

import excolor
from excolor import kernel
from tests.support.limits import full_disk

TOY = "def toy(x):\n    return {0} * x\n"


def load(path: Path) -> Callable[[float], float]:
    """The function in a source file, as after the program has been started again."""
    spec = importlib.util.spec_from_file_location("toy", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.toy


def compiled(source: Path) -> Any:
    return kernel._compile(load(source), (types.float64,))


def from_the_disk(function: Any) -> bool:
    return sum(function.stats.cache_hits.values()) == 1


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "toy.py"
    path.write_text(TOY.format(2))
    return path


def files_of(source: Path, ending: str) -> list[Path]:
    return sorted(source.parent.rglob(f"*.{ending}"))


def test_what_was_compiled_once_comes_from_the_disk(source: Path) -> None:
    assert not from_the_disk(compiled(source))
    assert from_the_disk(compiled(source))
    assert compiled(source)(3.0) == 6


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_a_damaged_file_is_not_used_and_is_written_anew(ending: str, source: Path) -> None:
    assert compiled(source)(3.0) == 6
    (path,) = files_of(source, ending)
    sound = path.read_bytes()
    middle = len(sound) // 2
    blank, flipped = bytearray(sound), bytearray(sound)
    blank[middle : middle + 512] = bytes(512)  # a sector that was never written
    flipped[middle] ^= 4
    for damaged in (b"", b"rubbish", sound[:middle], bytes(len(sound)), blank, flipped):
        path.write_bytes(damaged)
        again = compiled(source)
        assert again(3.0) == 6
        assert not from_the_disk(again)
        assert from_the_disk(compiled(source))


def test_code_is_not_run_before_that_of_the_new_source_is_written(source: Path) -> None:
    assert compiled(source)(3.0) == 6
    (code,) = files_of(source, "nbc")
    stale = code.read_bytes()
    source.write_text(TOY.format(2.5))
    assert compiled(source)(3.0) == 7.5
    code.write_bytes(stale)  # another process has written its index, and not yet its code
    assert compiled(source)(3.0) == 7.5
    code.unlink()
    assert compiled(source)(3.0) == 7.5


def test_on_a_full_disk_it_is_compiled_and_not_kept(source: Path) -> None:
    with full_disk():
        assert compiled(source)(3.0) == 6
    assert files_of(source, "nb*") == []
    compiled(source)
    assert from_the_disk(compiled(source))


OTHER = """
import sys
from pathlib import Path
from tests.unit.test_kernel_faults import compiled, from_the_disk
for _ in range(2):
    toy = compiled(Path(sys.argv[1]))
    print(toy(3.0), from_the_disk(toy))
"""


def test_code_of_another_machine_is_left_to_that_machine(source: Path) -> None:
    assert compiled(source)(3.0) == 6
    here = Path(excolor.__file__).parents[1]
    environment = os.environ | {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "PYTHONPATH": str(here)}
    ran = subprocess.run(
        [sys.executable, "-c", OTHER, str(source)],
        env=environment,
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.split() == ["6.0", "False", "6.0", "True"], ran.stderr
    assert from_the_disk(compiled(source))
    ours, theirs = files_of(source, "nbc")
    ours.write_bytes(theirs.read_bytes())  # both wrote at once, and took the same name
    assert not from_the_disk(compiled(source))
    assert from_the_disk(compiled(source))

"""The compiled kernel on the disk: as good as one just compiled, and no trouble where it cannot be kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import excolor
from excolor import kernel
from excolor.config import RunConfig
from excolor.training import train

PROBE = """
import sys, excolor
from excolor import kernel
from excolor.config import RunConfig
from excolor.training import train
assert excolor.__file__.startswith(sys.argv[1]), excolor.__file__
del kernel._SOURCES["survey"]  # a training does without it, and it takes long to compile
print(train(RunConfig(steps=120)).parameters.tobytes().hex())
"""


def trained_in(folder: Path, environment: dict[str, str]) -> str:
    """The weights that another process trains with the package in a folder."""
    command = [sys.executable, "-c", PROBE, str(folder)]
    ran = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_a_kernel_from_the_disk_rounds_as_one_just_compiled() -> None:
    # One of the two was compiled in this process or in the next test's, the other comes from the disk.
    here = Path(excolor.__file__).parents[1]
    expected = train(RunConfig(steps=120)).parameters
    assert trained_in(here, os.environ | {"PYTHONPATH": str(here)}) == expected.tobytes().hex()


@pytest.mark.parametrize("trouble", ["a file in every place for a cache", "a cache full of rubbish"])
def test_a_cache_that_is_no_use_costs_only_time(trouble: str, tmp_path: Path) -> None:
    expected = train(RunConfig(steps=120)).parameters
    ours = Path(excolor.__file__).parent
    copied = tmp_path / "excolor"  # numba would fall back on the cache beside the package under test
    shutil.copytree(ours, copied, ignore=shutil.ignore_patterns("__pycache__", "ui", "charts"))
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("NUMBA_CACHE_DIR", None)
    cache = copied / "__pycache__"
    if trouble == "a cache full of rubbish":
        kept = kernel._compiled["train_steps"].stats.cache_path  # pyright: ignore
        indexes = [path.name for path in Path(kept).glob("kernel.*.nbi")]
        assert any("_train_steps" in name for name in indexes)
        cache.mkdir()
        for name in indexes:
            (cache / name).write_bytes(b"rubbish")
    else:
        for place in (cache, tmp_path / "home"):
            place.write_text("not a folder")
        in_the_way = ("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "LOCALAPPDATA")
        environment |= dict.fromkeys(in_the_way, str(tmp_path / "home"))
    assert trained_in(tmp_path, environment) == expected.tobytes().hex()
    kept = trouble == "a cache full of rubbish"  # elsewhere there is no place for it
    assert bool(list(tmp_path.rglob("*.nbc"))) == kept

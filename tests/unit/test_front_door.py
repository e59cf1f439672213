"""`import excolor`: what stands at its front door, and that nothing behind it gets in the way."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import excolor

PACKAGE = Path(excolor.__file__).parent


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_the_import_alone_loads_nothing_heavy() -> None:
    heavy = "{'torch', 'numpy', 'numba', 'streamlit', 'altair', 'pyvista', 'vtk', 'matplotlib', 'pyarrow'}"
    assert python(f"import sys, excolor; dir(excolor); print(sorted({heavy} & set(sys.modules)))") == "[]"
    assert python("import excolor; print(excolor.train.__module__)") == "excolor.training"


def test_every_name_is_there_and_listed() -> None:
    assert sorted(excolor.__all__) == sorted(set(excolor.__all__))
    for name in excolor.__all__:
        assert getattr(excolor, name) is not None
    assert set(excolor.__all__) <= set(dir(excolor))
    assert python("import excolor; print(set(excolor.__all__) <= set(dir(excolor)))") == "True"
    star: dict[str, object] = {}
    exec("from excolor import *", star)
    assert set(excolor.__all__) <= set(star)


@pytest.mark.parametrize("name", ["sweeps_", "Trial", "vector", "_HOME_", ""])
def test_another_name_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=f"excolor.*{name!r}"):
        getattr(excolor, name)


def test_importing_a_module_does_not_replace_what_stands_at_the_door() -> None:
    modules = sorted(
        f"excolor.{path.stem}" for path in PACKAGE.glob("*.py") if path.stem not in ("__init__", "__main__")
    )
    code = f"""
import importlib, types, excolor
first = {{name: getattr(excolor, name) for name in excolor.__all__}}
for module in {modules}:
    importlib.import_module(module)
print([name for name in excolor.__all__ if getattr(excolor, name) is not first[name]])
print([name for name in excolor.__all__ if isinstance(getattr(excolor, name), types.ModuleType)])
"""
    assert python(code) == "[]\n[]"
    # The other way round: the modules first.
    code = f"""
import importlib, types
for module in {modules}:
    importlib.import_module(module)
import excolor
print([name for name in excolor.__all__ if isinstance(getattr(excolor, name), types.ModuleType)])
print(all(map(callable, (excolor.sweep, excolor.train, excolor.evaluate, excolor.measure, excolor.ablate))))
"""
    assert python(code) == "[]\nTrue"


def test_the_types_ship() -> None:
    assert files("excolor").joinpath("py.typed").is_file()


def test_the_first_lines_that_anybody_writes(tmp_path: Path) -> None:
    run = excolor.train(seed=3, steps=200, weights={"separate": 0.5})
    assert (run.config.seed, run.config.weights.separate, run.config.weights.anchor) == (3, 0.5, 1)
    metrics = excolor.evaluate(run.model)
    assert metrics.hue.gray_mse >= 0
    assert excolor.evaluate(excolor.ablate(run.model, excolor.HUE)).intact.max_mse == metrics.hue.max_mse
    path = tmp_path / "mine.safetensors"
    excolor.save(path, run)
    loaded = excolor.load(path)
    assert isinstance(loaded, excolor.Measured)
    assert loaded.run.key == run.key
    assert loaded.config == run.config
    assert loaded.metrics == metrics
    assert loaded.run.remembers
    assert excolor.load("robust").sound


@pytest.mark.parametrize("fields", [{"sede": 3}, {"seed": -1}, {"weights": {"separat": 1}}, {"weights": 3}])
def test_a_field_that_is_none_is_refused_in_a_sentence(fields: dict[str, object]) -> None:
    with pytest.raises(excolor.ExcolorError, match=r"\.$"):
        excolor.train(**fields)  # pyright: ignore[reportArgumentType]

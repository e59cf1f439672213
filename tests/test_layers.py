"""The library is one-way: a file imports only from those above it, and only the UI knows Streamlit."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGE = "excolor"
# From the ground up. What a package's own __init__ says, everything else has imported already.
LAYERS = (
    "__init__",
    "errors",
    "config",
    "color",
    "schedule",
    "data",
    "model",
    "losses",
    "kernel",
    "training",
    "surgery",
    "evaluation",
    "verdict",
    "missions",
    "checkpoint",
    "sweep",
    "bench",
    "charts",
    "scenes",
    "ui",
    "__main__",
)
UI = "ui"
# Both start or need a running app.
UI_ONLY = frozenset({"streamlit", "stpyvista"})
COMMAND_LINE = "__main__"
APP_FOLDERS = ("pages",)


def module_name(file: Path, root: Path) -> str:
    """`excolor/charts/wheel.py` → `excolor.charts.wheel`; a package's own file keeps its `__init__`."""
    return ".".join(file.relative_to(root).with_suffix("").parts)


def imports(tree: ast.AST, module: str) -> Iterator[str]:
    """Every module that `module` imports, wherever in the file: at the top, in a function, by its name as text.

    `from a import b` yields `a.b`, for `b` may be a module as well as something inside `a`.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level] if node.level else []
            base += node.module.split(".") if node.module else []
            yield from (".".join([*base, alias.name]) for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                yield str(node.args[0].value)


def layer(name: str) -> str:
    """The layer to which a module of the package belongs; the package itself is its `__init__`."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in LAYERS else "__init__"


def complaints(module: str, source: str) -> list[str]:
    """What is wrong with the imports of one file, one sentence each."""
    own = module.split(".")[1]
    if own not in LAYERS:
        return [f"{module} has no place in LAYERS"]
    found: list[str] = []
    for name in imports(ast.parse(source), module):
        top = name.split(".")[0]
        if top in UI_ONLY and own != UI:
            found.append(f"{module} imports {name}, which only {PACKAGE}.{UI} may")
        elif top == PACKAGE and own == COMMAND_LINE and layer(name) == UI:
            found.append(f"{module} imports {name}: the command line must work without the UI")
        elif top == PACKAGE and LAYERS.index(layer(name)) > LAYERS.index(own):
            found.append(f"{module} imports {name}, which stands above it")
    return found


def cycle(sources: dict[str, str]) -> list[str]:
    """Modules of one package that import each other in a ring, or an empty list."""
    graph: dict[str, set[str]] = {}
    for module, source in sources.items():
        graph[module] = set()
        for name in imports(ast.parse(source), module):
            parent = name.rpartition(".")[0]
            targets = (name, f"{name}.__init__", parent, f"{parent}.__init__")
            graph[module].update([target for target in targets if target in sources][:1])
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


LIBRARY = {module_name(file, ROOT): file for file in sorted((ROOT / PACKAGE).rglob("*.py"))}
PACKAGES = sorted({name.split(".")[1] for name in LIBRARY if name.count(".") > 1})


@pytest.mark.parametrize("module", LIBRARY)
def test_a_file_imports_only_from_those_above_it(module: str) -> None:
    assert complaints(module, LIBRARY[module].read_text()) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_inside_a_package_no_modules_import_each_other_in_a_ring(package: str) -> None:
    prefix = f"{PACKAGE}.{package}."
    assert cycle({name: file.read_text() for name, file in LIBRARY.items() if name.startswith(prefix)}) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("excolor.color", "from excolor.model import encode"),
        ("excolor.color", "from excolor import model"),
        ("excolor.color", "import excolor.model"),
        ("excolor.color", "from . import model"),
        ("excolor.color", "from .model import encode"),
        ("excolor.color", "def later():\n    from excolor.model import encode"),
        ("excolor.charts.wheel", "from ..ui import panels"),
        ("excolor.charts.wheel", "from excolor.scenes import cube"),
        ("excolor.__init__", "from excolor.config import RunConfig"),
        ("excolor.color", "import streamlit as st"),
        ("excolor.charts.wheel", "from streamlit.delta_generator import DeltaGenerator"),
        ("excolor.scenes", "from stpyvista import stpyvista"),
        ("excolor.__main__", "import excolor.ui"),
        ("excolor.__main__", "def serve():\n    from excolor.ui import caches"),
        ("excolor.__main__", "import importlib\nui = importlib.import_module('excolor.ui.caches')"),
        ("excolor.helpers", ""),
    ],
)
def test_a_wrong_import_is_found(module: str, source: str) -> None:
    assert len(complaints(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("excolor.model", "import torch\nfrom excolor.color import hsv_to_rgb\nfrom excolor import __version__"),
        ("excolor.checkpoint", "import excolor\nfrom . import model"),
        ("excolor.charts.wheel", "from excolor.charts import theme\nfrom .theme import GROUND"),
        ("excolor.ui.panels", "import streamlit as st\nfrom excolor.charts.wheel import wheel"),
        ("excolor.__main__", "from excolor.bench import bench\nfrom excolor import checkpoint"),
    ],
)
def test_a_right_import_is_let_through(module: str, source: str) -> None:
    assert complaints(module, source) == []


def test_a_ring_is_found_and_a_shared_base_is_not_one() -> None:
    front, theme, wheel = (f"excolor.charts.{name}" for name in ("__init__", "theme", "wheel"))
    base = {theme: "GROUND = '#777'", wheel: "from excolor.charts.theme import GROUND"}
    assert cycle(base | {"excolor.charts.cube": "from . import theme, wheel"}) == []
    assert cycle(base | {front: "from .wheel import wheel"}) == []
    assert {theme, wheel} <= set(cycle(base | {theme: "from excolor.charts import wheel"}))
    assert {front, wheel} <= set(cycle({front: "from .wheel import wheel\nSIZE = 9", wheel: "from . import SIZE"}))


def undeclared(used: set[str], requirements: list[str]) -> set[str]:
    """Top-level modules that come from none of the required distributions (nor from Python itself)."""
    declared = {canonicalize_name(Requirement(line).name) for line in requirements}
    providers = packages_distributions()
    foreign = used - sys.stdlib_module_names - {PACKAGE, *APP_FOLDERS}
    return {top for top in foreign if not declared & {canonicalize_name(d) for d in providers.get(top, ())}}


def test_every_third_party_module_that_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    app = [ROOT / "streamlit_app.py", *(file for folder in APP_FOLDERS for file in (ROOT / folder).rglob("*.py"))]
    files = [*LIBRARY.values(), *filter(Path.exists, app)]
    used = {
        name.split(".")[0] for file in files for name in imports(ast.parse(file.read_text()), module_name(file, ROOT))
    }
    assert {"torch", "numpy"} <= used
    assert undeclared(used, project["dependencies"]) == set()


def test_an_undeclared_module_is_found() -> None:
    used = {"torch", "yaml", "pandas", "json", "excolor"}
    assert undeclared(used, ["torch==2.13.*", "pandas>=2"]) == {"yaml"}

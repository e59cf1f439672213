"""Several ES modules as the one script that a component or a scene's page is given.

Streamlit takes a component's JavaScript as one text, and a scene's page is one file. Written are real modules, which
import one another and which Node can import alone; here they are put one after another, each in a function of its own.
"""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from pathlib import Path

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|function|class) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(import\b.*|export\b(?! default).*)", re.MULTILINE)


def joined(entry: Path) -> str:
    """The module `entry` with all that it imports, as one module without an import.

    Understood are `import { name, name as other } from "./file.js";` and `export` before a const, a function or a
    class. What the entry exports by name is no longer exported; its `export default` stays.

    Raises:
        ValueError: A module imports or exports in another way, or modules import one another in a circle.
    """
    texts: dict[Path, str] = {}
    needs: dict[Path, list[Path]] = {}
    waiting = [entry.resolve()]
    while waiting:
        path = waiting.pop()
        if path not in texts:
            texts[path] = path.read_text(encoding="utf-8")
            needs[path] = [(path.parent / found).resolve() for _names, found in _IMPORT.findall(texts[path])]
            waiting += needs[path]
    order = list(TopologicalSorter(needs).static_order())  # a CycleError is a ValueError
    return "\n".join(_body(path, texts[path], order, last=path == order[-1]) for path in order)


def _body(path: Path, text: str, order: list[Path], *, last: bool) -> str:
    """One module: the last as it is, the others as a constant that holds what they export."""

    def constants(found: re.Match[str]) -> str:
        names, source = found[1].replace(" as ", ": "), (path.parent / found[2]).resolve()
        return f"const {{{names}}} = {_name(source, order)};"

    body = _IMPORT.sub(constants, _EXPORT.sub("", text))
    if left := _LEFT.search(body):
        raise ValueError(f"{path.name} cannot be joined: {left[0]!r} is none of the forms that are understood")
    if last:
        return body
    return f"const {_name(path, order)} = (() => {{\n{body}\nreturn {{ {', '.join(_EXPORT.findall(text))} }};\n}})();"


def _name(path: Path, order: list[Path]) -> str:
    return f"{path.stem}_{order.index(path)}"

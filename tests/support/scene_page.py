"""How tests read the page of a scene: what the viewer is given to draw, and what the page's own script is told."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest


def state_of(page: str) -> dict[str, Any]:
    """The scene as the viewer reads it; strict JSON, in which there is no NaN."""
    (zipped,) = re.findall(r'base64Str = "([^"]+)"', page)
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(zipped))) as archive:
        (name,) = archive.namelist()
        text = archive.read(name).decode()
    return json.loads(text, parse_constant=pytest.fail)


def settings_of(page: str) -> dict[str, Any]:
    """What the page's own script reads."""
    (text,) = re.findall(r"<script>const EXCOLOR = (.*);</script>", page)
    return json.loads(text, parse_constant=pytest.fail)


def below(node: dict[str, Any], ending: str) -> Iterator[dict[str, Any]]:
    """The objects of a class, by the end of its name, that an object of the scene depends on."""
    for child in node.get("dependencies", ()):
        if child["type"].endswith(ending):
            yield child
        yield from below(child, ending)


def panels_of(state: dict[str, Any]) -> list[dict[str, Any]]:
    """The renderers that have something to draw, as the page's script chooses them."""
    return [each for each in below(state["scene"], "Renderer") if any(below(each, "Actor"))]


def array(state: dict[str, Any], at: dict[str, Any]) -> np.ndarray:
    kind = {"Float32Array": "<f4", "Uint8Array": "u1", "Int32Array": "<i4"}[at["dataType"]]
    content = np.frombuffer(base64.b64decode(state["hashes"][at["hash"]]["content"]), kind)
    assert len(content) == at["size"]
    return content.reshape(-1, at["numberOfComponents"])


def meshes(page: str) -> list[list[tuple[np.ndarray, np.ndarray]]]:
    """Of each panel the meshes, as places `[N, 3]` and their levels of RGB `[N, 3]` (`[0, 3]` for lines)."""
    state = state_of(page)
    found: list[list[tuple[np.ndarray, np.ndarray]]] = []
    for renderer in panels_of(state):
        found.append([])
        for data in below(renderer, "PolyData"):
            fields = data["properties"].get("fields", [])
            levels = [array(state, field) for field in fields if field["name"] == "rgb"]
            points = array(state, data["properties"]["points"])
            found[-1].append((points, levels[0] if levels else np.empty((0, 3), np.uint8)))
    return found

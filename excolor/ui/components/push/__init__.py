"""One regularizer in a cross-section of the sphere: a sample that is dragged, and the push on it as an arrow.

A component of our own: value and push are computed in the browser while the sample is dragged, and the server hears of
nothing.
"""

from __future__ import annotations

from typing import Any

from excolor.charts import wheel
from excolor.charts.gradients import SCENES, term
from excolor.color import hsv_to_rgb, rgb_to_hex
from excolor.losses import SHARPNESS
from excolor.ui.components import declared
from excolor.ui.components.push.words import ALT, HINT, HOW_FAR, TOWARD, ZERO

_component = declared("push")


def given(name: str) -> dict[str, Any]:
    """What the component needs of a term's scene, as plain JSON values."""
    scene, acts = SCENES[name], term(name)
    moved = scene.control
    # To keep out of some dims is to stay within the others.
    keeps_out = acts.kind == "anti-subspace"
    where = f"{HOW_FAR[name]}: value {{value}}, push {{push}}"
    return {
        "name": name,
        "kind": "subspace" if keeps_out else acts.kind,
        "layer": acts.layer,
        "dims": scene.dims,
        "outside": [int((dim in acts.dims) == keeps_out) for dim in scene.dims],
        "sharpness": SHARPNESS,
        "low": moved.low,
        "high": moved.high,
        "step": moved.step,
        "start": moved.start,
        "unit": moved.unit,
        "angle": scene.angle,
        "turn": scene.turn,
        "code": _code(scene.hue),
        "still": [{"angle": angle, "code": _code(hue)} for hue, angle in scene.still],
        "field": scene.field,
        "wheel": wheel.FOR_BROWSER,
        "words": {
            "alt": ALT.format(name=name),
            "moved": moved.name,
            "zero": ZERO.get(name, ""),
            "hint": HINT,
            "pushed": f"{where} {TOWARD[name]}",
            "still": where,
        },
    }


def _code(hue: int | None) -> str:
    hsv = (0, 0, 0.25) if hue is None else (hue / 360, 1, 1)
    return rgb_to_hex(hsv_to_rgb([hsv]))[0]


def draw(name: str, key: str) -> None:
    """Draw the picture of a term."""
    _component(data=given(name), key=key, height="content")

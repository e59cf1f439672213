"""What the falloff component says, by the method; the browser fills in what stands in braces."""

from __future__ import annotations

from typing import Any, Literal

Method = Literal["suppress", "repel"]

_SHARED = {
    "across": "alignment",
    "beside": "across →",
    "unchanged": "unchanged",
    "shape": "Shape of the curve",
    "shapes": {"linear": "straight", "smooth": "smooth"},
    "heads": ["before", "after"],
    "each": "{name} {before}, then {then}",
    "hint": "Drag the white squares, use arrow keys on them, or type a number.",
}
_A = "nothing happens up to alignment {value}"
_OF: dict[Method, dict[str, Any]] = {
    "suppress": {
        "up": "strength",
        "graph": "Strength against alignment, with three handles",
        "a": "From alignment",
        "b": "Strength at 1",
        "p": "Exponent",
        "says": {"a": _A, "b": "at alignment 1 a share of {value} is taken away", "p": "exponent {value}"},
    },
    "repel": {
        "up": "alignment afterwards",
        "graph": "Alignment afterwards against alignment before, with two handles",
        "a": "From alignment",
        "b": "Alignment 1 becomes",
        "says": {"a": _A, "b": "alignment 1 becomes {value}"},
    },
}


def words(method: Method, concept: str) -> dict[str, Any]:
    """All that the component says about a concept that is held back in this way."""
    graph = {"suppress": "How strongly? Shape it", "repel": "How far? Shape it"}[method]
    return {
        **_SHARED,
        **_OF[method],
        "alt": f"How {concept} is held back: a curve to be shaped, and what it does to each direction",
        "titles": {"graph": graph, "lobe": "Strength by direction", "map": "Where each direction goes"},
        "table": f"Alignment of the named hues with {concept}",
        "pictures": {
            "lobe": f"A lobe that reaches the farther, the more of its alignment with {concept} a direction loses.",
            "map": "The circle, and where it goes when it is held back. Named hues that are aligned:",
        },
    }

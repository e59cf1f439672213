"""What the push component says, by the name of the term; the browser fills in what stands in braces."""

from __future__ import annotations

ALT = "A cross-section of the sphere with a sample that {name} pushes"
HINT = "Drag the ringed sample, or use arrow keys."

HOW_FAR = {
    "anchor": "{position} from the first axis",
    "planarity": "{position} over the hue plane",
    "separate": "{position} apart",
    "unitarity": "length {position}",
    "neutrality": "{position} over the hue plane",
}
TOWARD = {
    "anchor": "toward the first axis",
    "planarity": "toward the plane",
    "separate": "away from its neighbor",
    "unitarity": "toward length 1",
    "neutrality": "away from the plane",
}
ZERO = {
    "anchor": "red’s place",
    "planarity": "hue plane",
    "unitarity": "length 1",
    "neutrality": "no hue",
}
"""What is written where the term is zero."""

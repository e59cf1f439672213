"""Numbers, colors and names in a text, compared with values that may have been rounded otherwise.

A page, a browser and a test reach the same number by different arithmetic, and another processor rounds each of them
differently in its last bits. Where the true value lies near the edge between two roundings, their texts differ though
nothing is wrong: 8.3 × 10⁻⁷ and 8.4 × 10⁻⁷. So the number is read out of the text, and may be off by one unit of its
last digit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from excolor.color import describe, hex_to_rgb
from excolor.ui.words import number

NUMBER = r"[−-]?\d+(?:\.\d+)?(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
# Single precision in an answer of a network, and some: seen between engines are 2e-6.
ROUNDING = 1e-5
_PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")


def read(text: str) -> tuple[float, float]:
    """The number that a text is, and the unit of the last digit that counts: two of them in front of a point."""
    digits, _, power = text.translate(_PLAIN).partition(" × 10")
    places = len(digits.partition(".")[2])
    whole = len(digits.lstrip("-"))
    last = -places if places else max(0, whole - 2)
    return float(digits) * 10.0 ** int(power or 0), 10.0 ** (last + int(power or 0))


def writes(text: str, value: float) -> bool:
    """Whether a text is this number, as `excolor.ui.words.number` writes it."""
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    if not re.fullmatch(NUMBER, text):
        return text == number(value)  # a dash is a dash
    if not math.isfinite(value):
        return False
    seen, unit = read(text)
    # As many digits as `number` gives, not one digit with a unit so large that it would allow anything.
    return abs(seen - value) <= unit * 1.001 and (value == 0 or unit <= 10 * abs(value))


def writes_percent(text: str, share: float) -> bool:
    """Whether a text is this share, as `excolor.ui.words.percent` writes it."""
    if not math.isfinite(share):
        return text == "–"
    match = re.fullmatch(r"(\d+)%", text)
    return match is not None and abs(int(match[1]) - 100 * share) <= 1.001


def says(text: str, template: str, value: float) -> bool:
    """Whether a text has the template somewhere with this number, or with `{}%` this share, in place of {}."""
    before, after = template.split("{}")
    if after.startswith("%"):
        found = re.findall(re.escape(before) + r"(\d+%)" + re.escape(after[1:]), text)
        return any(writes_percent(each, value) for each in found)
    found = re.findall(rf"{re.escape(before)}({NUMBER}|–){re.escape(after)}", text)
    return any(writes(each, value) for each in found)


def all_written(texts: Iterable[str], values: Iterable[float]) -> bool:
    """Whether these texts are these numbers, one by one."""
    return all(writes(text, value) for text, value in zip(texts, values, strict=True))


def is_code(code: str, rgb: ArrayLike) -> bool:
    """Whether a hex code is of this color: each channel is the nearest level, or where two are as near, either."""
    return bool(np.abs(hex_to_rgb(code) - np.clip(np.ravel(rgb), 0, 1)).max() <= 0.5 / 255 + ROUNDING)


def names(rgb: ArrayLike) -> set[str]:
    """What a color may be called: its name, and where it lies on the border between two, the other one's as well."""
    center: NDArray[np.float64] = np.ravel(np.asarray(rgb, np.float64))
    return set(describe([center + ROUNDING * np.array(step) for step in product((-1, 0, 1), repeat=3)]))

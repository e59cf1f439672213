"""How numbers are written on a page: two significant digits, the same everywhere."""

from __future__ import annotations

import math

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def figure(value: float) -> str:
    """Two significant digits: 0.29, 0.0017, 7.7 × 10⁻⁶; a value that is not finite is a dash."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    power = int(exponent)
    if -4 < power < 4:
        text = f"{float(f'{value:.1e}'):.{max(0, 1 - power)}f}"
    else:
        text = f"{mantissa} × 10{str(power).translate(_SUPERSCRIPT)}"
    return text.replace("-", "−")


def percent(value: float) -> str:
    """A share in whole percent; a value that is not finite is a dash."""
    return f"{value:.0%}" if math.isfinite(value) else "–"


def dims_text(dims: tuple[int, ...]) -> str:
    """A set of dims as it is written everywhere: [0, 1]."""
    return f"[{', '.join(map(str, dims))}]"

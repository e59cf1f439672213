"""How numbers and causes are written on a page: two significant digits, and the same words everywhere."""

from __future__ import annotations

import math
from gettext import gettext as _

from excolor.config import RunConfig
from excolor.verdict import Cause

CAUSES = {
    Cause.DIVERGED: _("it diverged"),
    Cause.NOT_CONVERGED: _("it has not converged"),
    Cause.GREYS_IN_PLANE: _("greys lie in the hue plane"),
    Cause.GREYS_HARMED: _("deleting hue harms the greys"),
    Cause.HUE_OFF_PLANE: _("hue is not in the plane"),
    Cause.ROTATED: _("the wheel is rotated"),
    Cause.RED_OFF_AXIS: _("red is not on its axis"),
}
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


def settings(config: RunConfig) -> str:
    """A run's settings in a few words: its schedule, its seed, and what was moved."""
    usual = RunConfig()
    parts = [config.schedule, _("seed {n}").format(n=config.seed)]
    weights = vars(config.weights)
    if any(weights.values()):
        parts += [
            f"{term} × {weight:g}" if weight else _("no {term}").format(term=term)
            for term, weight in weights.items()
            if weight != 1
        ]
    else:
        parts.append(_("all off"))
    if config.bottleneck != usual.bottleneck:
        parts.append(_("width {n}").format(n=config.bottleneck))
    if config.steps != usual.steps:
        parts.append(_("{n} updates").format(n=config.steps))
    if config.label_noise:
        parts.append(_("{share} noise").format(share=percent(config.label_noise)))
    return ", ".join(parts)

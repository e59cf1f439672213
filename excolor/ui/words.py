"""How numbers and causes are written on a page: two significant digits, and the same words everywhere."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from excolor.config import RunConfig
from excolor.diagnosis import Cause
from excolor.losses import TERMS
from excolor.metrics import Deletion, Intact
from excolor.schedule import SHIPPED
from excolor.training import moved, multipliers, plan

CAUSES = {
    Cause.DIVERGED: "it diverged",
    Cause.NOT_CONVERGED: "it has not converged",
    Cause.GRAYS_IN_PLANE: "grays lie in the hue plane",
    Cause.HUE_OFF_PLANE: "hue is not in the plane",
    Cause.NOT_ROUND: "the hues do not go round",
    Cause.ROTATED: "the wheel is rotated",
    Cause.RED_OFF_AXIS: "red is not on its axis",
    Cause.GRAYS_HARMED: "deleting hue harms a gray",
    Cause.TINTED: "some answers keep a tint",
}
_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
PLACING = ("anchor", "planarity")
"""The regularizers that say where red and the hues belong."""

EFFECTS = {
    "unitarity": "pulls latents to length 1 before they are normalized",
    "anchor": "pins red to the first axis",
    "separate": "pushes colors apart on the sphere",
    "planarity": "pulls vibrant colors into the plane of the first two axes",
    "neutrality": "pulls black, gray, white and what is nearly gray out of that plane",
}
"""What each regularizer does."""

METRIC_NAMES = {
    "max_mse": "maximum MSE",
    "median_mse": "median MSE",
    "gray_mse": "MSE of the grays",
    "gray_share": "outputs that are gray",
    "target_mse": "target MSE",
    "bystander_mse": "bystander MSE",
}
FIGURES = {
    **{
        f"{group}.{name}": f"{words}, {place}"
        for group, place in (("hue", "without hue"), ("intact", "intact"), ("warmth", "without warmth"))
        for name, words in METRIC_NAMES.items()
        if group != "intact" or not name.startswith(("target", "bystander"))
    },
    "selectivity": "selectivity",
    "red_cosine": "red’s cosine",
    "worst_gray": "MSE of the worst gray, without hue",
    "placement.gray_in_plane": "share of the worst gray that lies in the hue plane",
    "placement.hue_off_plane": "share of the hues that lies off their plane",
    "placement.red_angle": "degrees between red and its axis in the plane",
    "placement.turns": "how often the hues go round",
}
"""Each figure of a run, by its column in `excolor.rows`."""
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def printable(text: str) -> str:
    """Text from a student, a file or a browser without what has no shape: control characters, marks that turn the
    direction of writing round, halves of characters."""
    return "".join(sign for sign in text if sign.isprintable() or sign == "\N{NO-BREAK SPACE}")


# What Markdown, and Streamlit's of it, takes for more than the character that it is.
_MARKS = re.compile(r"[\\`*_\[\](){}#!|~<>$:&]")
# And what it makes of several: arrows and dashes between blanks, addresses, an icon; at the beginning a list or a line.
_MADE = re.compile(
    r"(?<!\S)(?=(?:<->|->|<-|--|>=|<=|~=)(?!\S))|(?<=:)(?=//|streamlit|material)|(?<=www)(?=\.)|(?=@)|^(?=[-+=\d])",
    re.I,
)
_JOINER = "\N{WORD JOINER}"  # has no width


def plain(text: str) -> str:
    """Text from a student, a file or a browser for a place that renders Markdown: it is shown as it was typed."""
    return _MARKS.sub(r"\\\g<0>", _MADE.sub(_JOINER, " ".join(text.split("\n"))))


def counted(count: int, what: str) -> str:
    """How many there are of something: no runs, 1 run, 2 runs."""
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def number(value: float) -> str:
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


def score(r2: float) -> str:
    """An R² with two decimals: 0.48, −0.02; a value that is not finite is a dash."""
    return f"{r2 + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−") if math.isfinite(r2) else "–"


def percent(value: float) -> str:
    """A share in whole percent; a value that is not finite is a dash."""
    return f"{value:.0%}" if math.isfinite(value) else "–"


def gray_answers(share: float, intact: float) -> str:
    """How many of a network's answers are gray, beside how many are before anything is deleted."""
    return f"{percent(share)} of all answers are gray (intact {percent(intact)})"


def percents(share: float) -> str:
    """A share in percent with two significant digits; all and nothing as they are, one that is not finite is a dash."""
    if not math.isfinite(share):
        return "–"
    return f"{number(100 * share) if share < 0.1 else round(100 * share)}\u00a0%"


def tenths(share: float) -> str:
    """A share in percent with one decimal; one that is not finite is a dash."""
    return f"{100 * share:.1f}\u00a0%" if math.isfinite(100 * share) else "–"


def chance(probability: float) -> str:
    """A probability in words where it says nothing in digits, else in percent."""
    if probability == 0:
        return "never"
    return f"{number(100 * probability)} %" if probability >= 5e-4 else "almost never"


def dims_text(dims: tuple[int, ...]) -> str:
    """A set of dims as it is written everywhere: [0, 1]."""
    return f"[{', '.join(map(str, dims))}]"


def written(metrics: Intact | Deletion) -> dict[str, str]:
    """Each metric by the name that students see; one that does not apply is a dash."""
    values = vars(metrics)
    return {
        name: (percent if key == "gray_share" else number)(values.get(key, math.nan))
        for key, name in METRIC_NAMES.items()
    }


@lru_cache(maxsize=1024)
def settings(config: RunConfig) -> str:
    """A run's settings in a few words: its schedule, its seed, and what was moved."""
    usual = RunConfig()
    parts = [config.schedule if config.schedule in SHIPPED else "own schedule", f"seed {config.seed}"]
    if config.batch_seed is not None:
        parts.append(f"batches of seed {config.batch_seed}")
    if any(multipliers(config).values()):
        parts += [f"{term} × {weight:g}" if weight else f"no {term}" for term, weight in moved(config).items()]
    else:
        parts.append("all off")
    if config.bottleneck != usual.bottleneck:
        parts.append(f"width {config.bottleneck}")
    if config.steps != usual.steps:
        parts.append(f"{config.steps} updates")
    if config.label_noise:
        parts.append(f"{percent(config.label_noise)} noise")
    return ", ".join(parts)


@lru_cache(maxsize=64)
def meant(config: RunConfig) -> str:
    """What was meant to be where before a network was trained, and what it was not told of that."""
    weights = plan(config).weights
    told = {term.name for term, column in zip(TERMS, weights.T, strict=True) if column.any()}
    numbers = _NUMBERS.get(config.bottleneck, str(config.bottleneck))
    words = (
        f"The first of the {numbers} numbers in the network’s middle is meant for *warmth*, red against cyan, and the "
        "first two together for *hue*, the place on the color wheel; a gray has none."
    )
    untold = [name for name in PLACING if name not in told]
    if not untold:
        return words
    return f"{words} But this one was trained without {' and '.join(untold)}, so it was not told all of that."

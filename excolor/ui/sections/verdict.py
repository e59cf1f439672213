"""The verdict: what became of a run, in sentences with the metrics that show it, and the checklist behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from excolor.diagnosis import ANSWERS_GRAY, ROTATED, Bound, Cause
from excolor.measured import Measured
from excolor.ui.html import Cell, Html, checklist, table
from excolor.ui.words import gray_answers, number, percent, plain

_OTHER_PAIR = "deleting dim 0 deletes other colors than red and cyan first."
CHANNELS = 3  # of a color; on a sphere they need one dim more


def verdict(run: Measured) -> str:
    """A sentence for each cause, gravest first, or one for a run that keeps every check."""
    stopped = run.run.stopped
    early = f"**Stopped early, at step {stopped.step}**. So far: " if stopped and not stopped.term else ""
    if run.causes:
        return early + " ".join(_sentence(cause, run) for cause in run.causes)
    found = (
        "red is on the first axis, and the hues go round in the plane of the first two. Deleting hue harms no gray: "
        f"{_gray(run)}."
    )
    return early + found if early else f"**A sound run**: {found}"


def in_short(run: Measured) -> str:
    """The same in a few words: what each of its sentences begins with."""
    return "; ".join(re.findall(r"\*\*(.+?)\*\*", verdict(run)))


def _gray(run: Measured) -> str:
    return gray_answers(run.metrics.hue.gray_share, run.metrics.intact.gray_share)


def mark(run: Measured) -> str:
    """The shape before it, as markup: a tick for a sound run, a triangle for any other."""
    return f'<span class="xc-verdict" aria-hidden="true">{"✓" if run.sound else "▲"}</span>'


def _sentence(cause: Cause, run: Measured) -> str:
    placed, metrics = run.placement, run.metrics
    match cause:
        case Cause.DIVERGED:
            return _diverged(run)
        case Cause.NOT_CONVERGED:
            most = number(metrics.intact.max_mse)
            return f"**Not converged**: even intact, its largest MSE is {most}. {_remedy(run.config.bottleneck)}"
        case Cause.GRAYS_IN_PLANE:
            return (
                f"**Grays in the hue plane**: dims 0 and 1 hold {percent(placed.gray_in_plane)} of one of them, and "
                f"deleting hue leaves the worst gray an MSE of {number(metrics.worst_gray)}."
            )
        case Cause.HUE_OFF_PLANE:
            return (
                f"**Hue is not in the plane**: dims 0 and 1 hold only {percent(1 - placed.hue_off_plane)} of the "
                f"vibrant colors. With those two deleted, {_gray(run)}."
            )
        case Cause.NOT_ROUND:
            return (
                "**The hues do not go round**: from red through all hues back to red, their path never circles the "
                "center of the plane, so there is no wheel."
            )
        case Cause.ROTATED:
            return f"**The wheel is rotated**: red lies {number(placed.red_angle)}° from the first axis, so " + (
                "dim 0 holds warmth the wrong way round." if placed.red_angle >= 180 - ROTATED else _OTHER_PAIR
            )
        case Cause.RED_OFF_AXIS:
            return f"**Red is not on its axis**: its cosine to the first axis is {number(metrics.red_cosine)}."
        case Cause.GRAYS_HARMED:
            return (
                f"**Deleting hue harms a gray**: the worst of them then has an MSE of {number(metrics.worst_gray)}, "
                f"though dims 0 and 1 hold at most {percent(placed.gray_in_plane)} of a gray."
            )
        case Cause.TINTED:
            return (
                f"**Some answers keep a tint**: with hue deleted only {_gray(run)}, where a sound run has at least "
                f"{percent(ANSWERS_GRAY)}. Everything else is as it should be."
            )


def _diverged(run: Measured) -> str:
    stop = run.run.stopped
    step, term = (stop.step, plain(str(stop.term))) if stop else ("–", "–")
    return f"**The run diverged at step {step}**: its {term} was no longer a number."


def _remedy(bottleneck: int) -> str:
    if bottleneck > CHANNELS:
        return "More updates may help; until it is, the rest does not mean much."
    return (
        f"More updates will not help: colors have three channels, and a sphere in {bottleneck} dims has room for "
        f"{bottleneck - 1}."
    )


# Of each check: what is right when it is kept, and its value and bound in words.
_CHECKS = {
    "reconstructs": ("It gives every color back", "largest MSE {value}, at most {bound}"),
    "red_on_axis": ("Red is on the first axis", "cosine {value}, at least {bound}"),
    "wheel_not_turned": ("The wheel is not turned", "red {value} off, at most {bound}°"),
    "hues_in_plane": ("The hues lie in the plane", "{value} outside it, at most {bound}"),
    "hues_go_round": ("The hues go round in the plane", "times round {value}, at least {bound}"),
    "grays_survive": ("Each gray survives hue’s deletion", "worst MSE {value}, at most {bound}"),
    "answers_gray": ("Without hue the answers are gray", "{value}, at least {bound}; intact {intact}"),
}
_WRITTEN = {
    "wheel_not_turned": lambda angle: f"{number(angle)}°",
    "hues_in_plane": percent,
    "hues_go_round": "{:.0f}".format,
    "answers_gray": percent,
}


def checks_of(run: Measured) -> Html:
    """The checklist of a sound run, each line with a mark, its metric and the bound."""
    lines = [(check.kept, _CHECKS[name][0], figure(name, run)) for name, check in run.checks.items()]
    kept = sum(check.kept for check in run.checks.values())
    return checklist(lines, f"The checklist of a sound run: {kept} of {len(lines)} are kept")


def beside(runs: Mapping[str, Measured], label: str) -> Html:
    """The checklist of several runs, by their names, beside each other: a mark and the metric for each check."""
    rows: dict[Cell, list[Cell]] = {
        "sound": [_ticked(run.sound, "yes" if run.sound else "no") for run in runs.values()],
    }
    for check, (what, _words) in _CHECKS.items():
        rows[what] = [_ticked(run.checks[check].kept, _value(check, run.checks[check])) for run in runs.values()]
    return table(list(runs), rows, label)


def _ticked(kept: bool, words: str) -> str:
    return f"{'✓' if kept else '×'} {words}"


def missed(run: Measured) -> list[str]:
    """What would be right, of each check that is not kept."""
    return [_CHECKS[name][0] for name, check in run.checks.items() if not check.kept]


def figure(name: str, run: Measured) -> str:
    """What a check measures on a run, and its bound, in words."""
    check = run.checks[name]
    bound = percent(check.bound) if _WRITTEN.get(name) is percent else f"{check.bound:g}"
    intact = percent(run.metrics.intact.gray_share)
    return _CHECKS[name][1].format(value=_value(name, check), bound=bound, intact=intact)


def _value(name: str, check: Bound) -> str:
    return _WRITTEN.get(name, number)(check.value)

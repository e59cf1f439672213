"""The verdict: what became of a run, in sentences with the metrics that show it."""

from __future__ import annotations

from excolor.diagnosis import Cause
from excolor.measured import Measured
from excolor.ui.words import number, percent

CHANNELS = 3  # of a color; on a sphere they need one dim more


def verdict(run: Measured) -> str:
    """A sentence for each cause, gravest first, or one for a sound run."""
    if run.causes:
        return " ".join(_sentence(cause, run) for cause in run.causes)
    metrics = run.metrics
    return (
        f"**A sound run**: red lies on the first axis (cosine {number(metrics.red_cosine)}), hue in the plane of the "
        f"first two, and deleting hue leaves the grays alone (MSE {number(metrics.hue.gray_mse)}) and turns "
        f"{percent(metrics.hue.gray_share)} of all outputs gray."
    )


def mark(run: Measured) -> str:
    """The shape before it, as markup: a tick for a sound run, a triangle for any other."""
    return f'<span class="xc-verdict" aria-hidden="true">{"▲" if run.causes else "✓"}</span>'


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
                f"**Grays in the hue plane**: a gray keeps {percent(placed.gray_in_plane)} of its latent there, so "
                f"deleting hue takes grays with it; their MSE is then {number(metrics.hue.gray_mse)}."
            )
        case Cause.GRAYS_HARMED:
            return (
                f"**Deleting hue harms the grays**: their MSE is then {number(metrics.hue.gray_mse)}, though they keep "
                f"at most {percent(placed.gray_in_plane)} of their latent in its plane."
            )
        case Cause.HUE_OFF_PLANE:
            return (
                f"**Hue is not in the plane**: {percent(placed.hue_off_plane)} of the vibrant colors' latent lies "
                f"outside dims [0, 1]; after deleting those, {percent(metrics.hue.gray_share)} of the outputs are gray."
            )
        case Cause.ROTATED:
            return (
                f"**The wheel is rotated**: red lies {number(placed.red_angle)}° from the first axis, so deleting "
                "dim 0 deletes something other than warmth."
            )
        case Cause.RED_OFF_AXIS:
            return f"**Red is not on its axis**: its cosine to the first axis is {number(metrics.red_cosine)}."


def _diverged(run: Measured) -> str:
    stop = run.run.stopped
    step, term = (stop.step, stop.term) if stop else ("–", "–")
    return f"**The run diverged at step {step}**: its {term} was no longer a number."


def _remedy(bottleneck: int) -> str:
    if bottleneck > CHANNELS:
        return "It needs more updates before the rest means much."
    return (
        f"More updates will not help: colors have three channels, and a sphere in {bottleneck} dims has room for "
        f"{bottleneck - 1}."
    )

"""What a deletion leaves of a model, to be looked at: the metrics and the charts' rows of each set of deleted dims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from excolor.charts import brightness, curves, latents, patches
from excolor.color import GRAY_WITHIN, HUES, PATCH_GRID, PRIMARIES, SECONDARIES, hsv_to_rgb
from excolor.interventions import HeldBack, answered, measured
from excolor.metrics import Deletion, Intact, Response, respond, survey
from excolor.model import ColorAutoencoder
from excolor.surgery import HUE, ablate, prune

Paint = Literal["true color", "answer"]
"""What a point is painted in: the color that it stands for, or what the network makes of it."""
Surgery = Literal["ablate", "prune"]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Column:
    """One column of a comparison: `dims` deleted from a model.

    Attributes:
        patches_gray: share of the fully saturated patches that come out gray, black among them.
        curves: by the axis along which the error is drawn.
        latents: by the two dims that are seen.
    """

    dims: tuple[int, ...]
    metrics: Intact | Deletion
    patches: pa.Table
    patches_gray: float
    curves: dict[curves.Axis, pa.Table]
    latents: dict[tuple[int, int], pa.Table]


def operate(model: ColorAutoencoder, dims: Sequence[int], surgery: Surgery) -> ColorAutoencoder:
    """The model after surgery; itself when there is nothing to delete.

    Raises:
        ExcolorError: as in `ablate` and `prune`; every dim can be ablated, and not pruned.
    """
    if not dims:
        return model
    return ablate(model, dims) if surgery == "ablate" else prune(model, dims)


def answers(model: ColorAutoencoder, dims: Sequence[int], surgery: Surgery, rgb: ArrayLike) -> Response:
    """What a model makes of colors `[..., 3]` once `dims` are deleted.

    Under pruning the dims that are left keep their numbers, so that the axes stay where they were: u is `[N, D]`.
    """
    response = respond(operate(model, dims, surgery), rgb)
    if surgery == "ablate":
        return response
    u = np.zeros((len(response.u), model.bottleneck), np.float32)
    u[:, [k for k in range(model.bottleneck) if k not in dims]] = response.u
    return replace(response, u=u)


def column(model: ColorAutoencoder, dims: tuple[int, ...], surgery: Surgery) -> Column:
    """Everything in one column of a comparison.

    Raises:
        ExcolorError: as in `operate`.
    """
    (metrics,) = survey(model, [dims])
    return _drawn(dims, metrics if dims else metrics.whole, lambda rgb: answers(model, dims, surgery, rgb))


def column_along(model: ColorAutoencoder, direction: NDArray[np.float64], done: HeldBack | tuple[int, ...]) -> Column:
    """A column of a comparison along a direction `[D]`, whose targets and bystanders are told by their alignment.

    Args:
        done: the model held back, or the dims of it that are ablated; none leave it as it is.

    Raises:
        ExcolorError: as in `ablate`.
    """
    dims = () if isinstance(done, HeldBack) else done
    answering = done if isinstance(done, HeldBack) else operate(model, dims, "ablate")
    return _drawn(dims, measured(model, direction, answering), lambda rgb: answered(answering, rgb))


def _drawn(dims: tuple[int, ...], metrics: Intact | Deletion, answer: Callable[[ArrayLike], Response]) -> Column:
    """The column of these metrics, drawn of what is answered to colors `[..., 3]`."""
    on_patches, on_latents = answer(patches.colors()), answer(latents.colors())
    vivid: Floats = on_patches.rgb.reshape(*PATCH_GRID, 3)[:, -1]
    views = [view for view in latents.VIEWS if max(view) < on_latents.u.shape[1]]
    return Column(
        dims,
        metrics,
        patches.table(on_patches.rgb, on_patches.mse),
        float((vivid.max(-1) - vivid.min(-1) < GRAY_WITHIN).mean()),
        {axis: curves.table(axis, answer(curves.colors(axis)).mse) for axis in curves.AXES},
        {view: latents.table(view, on_latents.u, on_latents.rgb, dims) for view in views},
    )


def projection(
    model: ColorAutoencoder, dims: tuple[int, int], deleted: Sequence[int] = (), paint: Paint = "true color"
) -> pa.Table:
    """The rows of a chart of a model's latents on any two dims, some ablated."""
    response = respond(ablate(model, deleted), latents.colors())
    painted = latents.colors() if paint == "true color" else response.rgb
    return latents.table(dims, response.u, response.rgb, deleted, painted)


def hue_answers(model: ColorAutoencoder) -> Floats:
    """What a model answers to the twelve named hues once hue is ablated, RGB `[12, 3]`."""
    return respond(ablate(model, HUE), hsv_to_rgb([[hue, 1, 1] for hue in HUES.values()])).rgb


def hue_brightness(model: ColorAutoencoder) -> pa.Table:
    """The rows of the chart of brightness: what each hue becomes once hue is ablated."""
    return brightness.table(respond(ablate(model, HUE), brightness.colors()).rgb)


def tones(answered: ArrayLike) -> tuple[float, float]:
    """Mean brightness of the answers `[12, 3]` to the named hues: to the primaries, and to the secondaries."""
    of = dict(zip(HUES, np.asarray(answered).mean(-1).tolist(), strict=True))
    dark, light = (float(np.mean([of[name] for name in group])) for group in (PRIMARIES, SECONDARIES))
    return dark, light

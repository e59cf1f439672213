"""What the ablation page shows of one column: the figures and the rows of its charts, computed once per model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import ArrayLike

from excolor.charts import brightness, curves, latents, patches
from excolor.color import GRAY_WITHIN, HUES, PATCH_GRID
from excolor.metrics import (
    Deletion,
    Intact,
    Residue,
    Response,
    Scan,
    deletion_metrics,
    full_grid,
    intact_metrics,
    residue,
    respond,
    scan,
    share_in,
)
from excolor.model import ColorAutoencoder
from excolor.surgery import ablate, prune
from excolor.training import Run
from excolor.ui.caches import by_key


@dataclass(frozen=True)
class Column:
    """One column of the comparison: `dims` deleted from a model, by ablation or by pruning.

    Attributes:
        patches_gray: share of the fully saturated patches that come out gray, black among them.
        named_brightness: mean channel of the answers to the twelve named hues, `[12]`.
    """

    dims: tuple[int, ...]
    metrics: Intact | Deletion
    patches: pa.Table
    patches_gray: float
    curves: dict[str, pa.Table]
    latents: dict[tuple[int, int], pa.Table]
    brightness: pa.Table
    named_brightness: np.ndarray


def operate(model: ColorAutoencoder, dims: tuple[int, ...], pruned: bool) -> ColorAutoencoder:
    """The model after surgery; itself when there is nothing to delete.

    Raises:
        ExcolorError: every dim would be pruned.
    """
    if not dims:
        return model
    return prune(model, dims) if pruned else ablate(model, dims)


def answers(chosen: Run, dims: tuple[int, ...], pruned: bool, rgb: ArrayLike) -> Response:
    """What a model makes of colors `[..., 3]` once `dims` are deleted.

    Under pruning the dims that are left keep their numbers, so that the axes stay where they were: u is `[N, D]`.
    """
    response = respond(operate(chosen.model, dims, pruned), rgb)
    u = np.zeros((len(response.u), chosen.config.bottleneck), np.float32)
    u[:, [k for k in range(chosen.config.bottleneck) if not (pruned and k in dims)]] = response.u
    return replace(response, u=u)


@st.cache_resource(show_spinner=False, max_entries=8, hash_funcs={Run: by_key})
def _intact_scan(chosen: Run) -> Scan:
    return scan(chosen.model, full_grid(), latents=True)


@st.cache_resource(show_spinner=False, max_entries=128, hash_funcs={Run: by_key})
def column(chosen: Run, dims: tuple[int, ...], pruned: bool) -> Column:
    """Everything in one column of the ablation page."""
    model = operate(chosen.model, dims, pruned)
    on_patches, on_latents = respond(model, patches.colors()), answers(chosen, dims, pruned, latents.colors())
    u = on_latents.u
    views = [view for view in latents.VIEWS if max(view) < chosen.config.bottleneck]
    return Column(
        dims,
        _metrics(chosen, model, dims),
        patches.table(on_patches.rgb, on_patches.mse),
        float(np.mean(np.ptp(on_patches.rgb.reshape(*PATCH_GRID, 3)[:, -1], axis=-1) < GRAY_WITHIN)),
        {axis: curves.table(axis, respond(model, curves.colors(axis)).mse) for axis in curves.AXES},
        {view: latents.table(view, u, on_latents.rgb, dims) for view in views},
        brightness.table(respond(model, brightness.colors()).rgb),
        on_latents.rgb[-len(HUES) :].mean(-1),
    )


def _metrics(chosen: Run, model: ColorAutoencoder, dims: tuple[int, ...]) -> Intact | Deletion:
    grid, before = full_grid(), _intact_scan(chosen)
    if not dims:
        return intact_metrics(before, grid)
    return deletion_metrics(scan(model, grid), grid, share_in(before.u, dims))


@st.cache_resource(show_spinner=False, max_entries=128, hash_funcs={Run: by_key})
def residue_of(chosen: Run, dims: tuple[int, ...]) -> Residue:
    """What is left of the latents of vibrant colors once `dims` are deleted."""
    return residue(chosen.model, dims)


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs={Run: by_key})
def wheel(chosen: Run) -> pa.Table:
    """The rows of a model's color wheel: its latents on the hue plane."""
    response = respond(chosen.model, latents.colors())
    return latents.table(latents.VIEWS[0], response.u, response.rgb)


@st.cache_resource(show_spinner=False, max_entries=128, hash_funcs={Run: by_key})
def projection(chosen: Run, dims: tuple[int, int], deleted: tuple[int, ...]) -> pa.Table:
    """The rows of a model's latents on any two dims, some deleted."""
    response = respond(ablate(chosen.model, deleted), latents.colors())
    return latents.table(dims, response.u, response.rgb, deleted)

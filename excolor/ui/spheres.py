"""Scenes on a page: built once, mounted by stpyvista's component, and replaced by a sentence where that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import stpyvista
import streamlit as st

from excolor import scenes
from excolor.charts import latents
from excolor.color import HUES, hsv_grid, hsv_to_rgb, named_colors, rgb_grid
from excolor.data import TRAINING_GRID
from excolor.diagnosis import axis_roles
from excolor.metrics import respond
from excolor.scenes import CUBE_VIEWS, LATENT_VIEWS, Scene
from excolor.surgery import HUE, WARMTH, ablate
from excolor.ui.components.replay import latents_in
from excolor.ui.runs import trained
from excolor.ui.subject import Subject, by_key

Dims = tuple[int, int, int]
HEIGHT = 520
_LEVELS = 8


def mount(build: Callable[[], str], key: str, alt: str, height: int = HEIGHT) -> None:
    """Draw a scene and say beneath it what is to be seen; where it cannot be built, say so.

    Args:
        build: makes the page of the scene, from memory where it can.
    """
    try:
        page = build()
    except Exception as error:  # whatever VTK runs into, the projections on the page show the same
        st.warning(f"The scene could not be built ({type(error).__name__}). The flat charts show the same.")
        return
    data = {"_html": page, "backend": "trame", "height": height, "width": 0, "use_container_width": True}
    stpyvista._stpv_component(key=key, data=data)
    st.caption(alt)


def axis_names(chosen: Subject) -> list[str]:
    """Every axis by its number and what lives on it."""
    words = {"warmth": "warmth", "hue": "hue", "tone": "tone", "": ""}
    return [f"u{latents.sub(k)} {words[role]}".strip() for k, role in enumerate(axis_roles(chosen.model))]


def shown_colors() -> np.ndarray:
    """The colors whose latents are drawn: RGB 8³, then the seventeen named ones, `[529, 3]`."""
    return np.concatenate([rgb_grid(_LEVELS).reshape(-1, 3), np.stack(list(named_colors().values()))])


@st.cache_data(show_spinner=False, max_entries=24, hash_funcs={Subject: by_key})
def sphere_page(chosen: Subject, dims: Dims, deleted: tuple[int, ...], true_colors: bool) -> str:
    """A page with one sphere."""
    panel = _panel("", chosen, dims, deleted, true_colors)
    return scenes.to_html(Scene((panel,), _views(), words=_words()), "sphere", HEIGHT)


@st.cache_data(show_spinner=False, max_entries=24, hash_funcs={Subject: by_key})
def triple_page(chosen: Subject, dims: Dims, right: tuple[int, ...], titles: tuple[str, ...]) -> str:
    """A page with three spheres that turn together: intact, without warmth, without the dims on the right."""
    panels = [
        _panel(title, chosen, dims, deleted, True) for title, deleted in zip(titles, ((), WARMTH, right), strict=True)
    ]
    return scenes.to_html(Scene(tuple(panels), _views(), words=_words()), "triple", 400)


@st.cache_data(show_spinner=False, max_entries=24, hash_funcs={Subject: by_key})
def training_page(chosen: Subject, dims: Dims) -> str:
    """A page with one sphere, on which a model's training can be scrubbed."""
    shown = trained(chosen.config).frames
    places = latents_in(shown)
    frames = np.stack([places[..., k] for k in dims], axis=-1)
    colors = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in shown["colors"]])
    panel = scenes.latent_panel("", places[-1], colors, dims, axis_names(chosen))
    names = tuple(f"{done} updates" for done in shown["steps"])
    return scenes.to_html(
        Scene((panel,), _views(), frames=frames, frame_names=names, words=_words()), "training", HEIGHT
    )


@st.cache_data(show_spinner=False, max_entries=12, hash_funcs={Subject: by_key})
def cube_page(chosen: Subject, answers: bool) -> str:
    """A page with the RGB cube on its black corner, from the front and from the back."""
    given = hue_answers(chosen) if answers else None
    panels = tuple(scenes.cube_panel(title, given) for title in ("front", "back"))
    return scenes.to_html(Scene(panels, CUBE_VIEWS, linked=False, words=_words()), "cube", HEIGHT)


@st.cache_data(show_spinner=False, max_entries=12)
def hsv_page(titles: tuple[str, str], drawn: np.ndarray, height: int = HEIGHT) -> str:
    """A page with two HSV cubes that turn together: the training colors, and those of them that were drawn."""
    grid = hsv_grid(*TRAINING_GRID).reshape(-1, 3)
    panels = tuple(scenes.hsv_panel(title, hsv) for title, hsv in zip(titles, (grid, grid[drawn]), strict=True))
    names = {"front": "front", "side": "from the side", "below": "from below", "oblique": "oblique"}
    views = tuple(scenes.View(names[view.name], view.position, view.up) for view in scenes.HSV_VIEWS)
    return scenes.to_html(Scene(panels, views, radius=scenes.HSV_RADIUS, words=_words()), "hsv", height)


def hue_answers(chosen: Subject) -> np.ndarray:
    """What a model answers to the twelve named hues once hue is deleted, RGB `[12, 3]`."""
    return respond(ablate(chosen.model, HUE), hsv_to_rgb([[hue, 1, 1] for hue in HUES.values()])).rgb


def _panel(title: str, chosen: Subject, dims: Dims, deleted: Sequence[int], true_colors: bool) -> scenes.Panel:
    colors = shown_colors()
    response = respond(ablate(chosen.model, deleted), colors)
    painted = colors if true_colors else response.rgb
    return scenes.latent_panel(title, response.u, painted, dims, axis_names(chosen), deleted)


def _views() -> tuple[scenes.View, ...]:
    names = {"front": "front", "side": "from the side", "above": "from above", "oblique": "oblique"}
    return tuple(scenes.View(names[view.name], view.position, view.up) for view in LATENT_VIEWS)


def _words() -> dict[str, str]:
    return {
        "none": "This browser has no WebGL, so the scene cannot be drawn. The flat charts on this page show the same.",
        "views": "Where to look from",
        "frames": "Moment of the training",
    }

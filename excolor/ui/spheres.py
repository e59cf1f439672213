"""Scenes on a page: built once, mounted by stpyvista's component, and replaced by a sentence where that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import stpyvista
import streamlit as st
from streamlit import runtime

from excolor import scenes
from excolor.charts import latents
from excolor.color import hsv_grid, named_colors, rgb_grid
from excolor.data import TRAINING_GRID
from excolor.deletions import Paint, hue_answers
from excolor.metrics import respond
from excolor.scenes import CUBE_VIEWS, LATENT_VIEWS, Scene
from excolor.surgery import WARMTH, ablate
from excolor.training import Run, snapshot_colors
from excolor.ui.caches import by_key, by_memory, roles_of

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
        _viewer()
    except Exception as error:  # whatever VTK runs into, the projections on the page show the same
        st.warning(f"The scene could not be built ({type(error).__name__}). The flat charts show the same.")
        return
    data = {"_html": page, "backend": "trame", "height": height, "width": 0, "use_container_width": True}
    stpyvista._stpv_component(key=key, data=data)
    st.caption(alt)


def axis_names(chosen: Run) -> list[str]:
    """Every axis by its number and what lives on it."""
    words = {"warmth": "warmth", "hue": "hue", "tone": "tone", "": ""}
    return [f"u{latents.sub(k)} {words[role]}".strip() for k, role in enumerate(roles_of(chosen))]


def shown_colors() -> np.ndarray:
    """The colors whose latents are drawn: RGB 8³, then the seventeen named ones, `[529, 3]`."""
    return np.concatenate([rgb_grid(_LEVELS).reshape(-1, 3), np.stack(list(named_colors().values()))])


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs={Run: by_key})
def sphere_page(chosen: Run, dims: Dims, deleted: tuple[int, ...], paint: Paint) -> str:
    """A page with one sphere."""
    panel = _panel("", chosen, dims, deleted, paint)
    return _page(Scene((panel,), _views(), words=_words("Colors on the sphere of latents")), "sphere", HEIGHT)


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs={Run: by_key})
def triple_page(chosen: Run, dims: Dims, right: tuple[int, ...], titles: tuple[str, ...]) -> str:
    """A page with three spheres that turn together: intact, without warmth, without the dims on the right."""
    panels = [
        _panel(title, chosen, dims, deleted, "true color")
        for title, deleted in zip(titles, ((), WARMTH, right), strict=True)
    ]
    return _page(Scene(tuple(panels), _views(), words=_words("Three spheres of latents")), "triple", 400)


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs={Run: by_memory})
def training_page(chosen: Run, dims: Dims) -> str:
    """A page with one sphere, on which the training of a run that remembers it can be scrubbed."""
    places = chosen.snapshots.latents
    frames = np.stack([places[..., k] for k in dims], axis=-1)
    panel = scenes.latent_panel("", places[-1], snapshot_colors(), dims, axis_names(chosen))
    names = tuple(f"{done} updates" for done in chosen.snapshots.steps.tolist())
    return _page(
        Scene((panel,), _views(), frames=frames, frame_names=names, words=_words("The sphere through training")),
        "training",
        HEIGHT,
    )


@st.cache_resource(show_spinner=False, max_entries=1)
def cube_page() -> str:
    """A page with the RGB cube on its black corner, from the front and from the back."""
    return _cubes(None)


@st.cache_resource(show_spinner=False, max_entries=12, hash_funcs={Run: by_key})
def fall_page(chosen: Run) -> str:
    """The page of `cube_page`, and in it where a run's answers to the named hues fall once hue is deleted."""
    return _cubes(hue_answers(chosen.model))


@st.cache_resource(show_spinner=False, max_entries=12)
def hsv_page(titles: tuple[str, str], drawn: np.ndarray, height: int = HEIGHT) -> str:
    """A page with two HSV cubes that turn together: the training colors, and those of them that were drawn."""
    grid = hsv_grid(*TRAINING_GRID).reshape(-1, 3)
    panels = tuple(scenes.hsv_panel(title, hsv) for title, hsv in zip(titles, (grid, grid[drawn]), strict=True))
    names = {"front": "front", "side": "from the side", "below": "from below", "oblique": "oblique"}
    views = tuple(scenes.View(names[view.name], view.position, view.up) for view in scenes.HSV_VIEWS)
    return _page(Scene(panels, views, radius=scenes.HSV_RADIUS, words=_words("Two HSV cubes")), "hsv", height)


def _page(scene: Scene, key: str, height: int) -> str:
    return scenes.to_html(scene, key, height, _viewer())


def _viewer() -> str:
    """The address of the viewer's code, of which no scene needs one of its own; good until the page runs again."""
    if not runtime.exists():
        return ""
    # A private call: Streamlit serves so what its own elements show. See the version's pin.
    files = runtime.get_instance().media_file_mgr
    address = files.add(scenes.viewer_code().encode(), "text/javascript", "excolor-viewer")
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}{address}" if base else address


def _cubes(answers: np.ndarray | None) -> str:
    panels = tuple(scenes.cube_panel(title, answers) for title in ("from one side", "from the opposite side"))
    return _page(Scene(panels, CUBE_VIEWS, linked=False, words=_words("Two RGB cubes")), "cube", HEIGHT)


def _panel(title: str, chosen: Run, dims: Dims, deleted: Sequence[int], paint: Paint) -> scenes.Panel:
    colors = shown_colors()
    response = respond(ablate(chosen.model, deleted), colors)
    painted = colors if paint == "true color" else response.rgb
    return scenes.latent_panel(title, response.u, painted, dims, axis_names(chosen), deleted)


def _views() -> tuple[scenes.View, ...]:
    names = {"front": "front", "side": "from the side", "above": "from above", "oblique": "oblique"}
    return tuple(scenes.View(names[view.name], view.position, view.up) for view in LATENT_VIEWS)


def _words(title: str) -> dict[str, str]:
    return {
        "title": title,
        "none": "This browser has no WebGL, so the scene cannot be drawn. The flat charts on this page show the same.",
        "views": "Where to look from",
        "frames": "Moment of the training",
    }

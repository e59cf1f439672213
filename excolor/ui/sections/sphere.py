"""The sphere of latents: what is deleted, along which dims it is seen, and what those cannot show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast, get_args

import numpy as np
import streamlit as st

from excolor.charts import latents
from excolor.color import named_codes, rgb_grid
from excolor.deletions import Paint, along_a_line
from excolor.diagnosis import axis_roles, placement
from excolor.metrics import respond, share_in
from excolor.scenes import latent_places, stand_cube
from excolor.surgery import HUE, WARMTH, ablate
from excolor.training import Run
from excolor.ui import panels, shelf, spheres, state
from excolor.ui.caches import projection_of
from excolor.ui.components import inspector
from excolor.ui.words import dims_text, number, percent

_VIEWS = ((1, 0, 2), (2, 3, 1), (1, 3, 0))
_OTHER = "other"
_CUTS = {"nothing": (), "warmth [0]": WARMTH, "hue [0, 1]": HUE}
_LEVELS = 8
_PAINTED: dict[Paint, str] = {
    "true color": "Each point is painted in the color that it stands for.",
    "answer": "Each point is painted in what the network answers to its color, and a name at the rim is that answer's.",
}


@dataclass(frozen=True)
class View:
    """What is looked at.

    Attributes:
        dims: to the right, upwards, towards the reader.
        deleted: the dims that are ablated.
        paint: what a point is painted in.
        seen: the picked color, in the intact network and in the one on the sphere.
    """

    chosen: Run
    dims: spheres.Dims
    deleted: tuple[int, ...]
    paint: Paint
    seen: inspector.Inspected


def choose() -> View:
    """The controls: the network, what to delete, how to look."""
    with st.container(horizontal=True, gap="large"):
        chosen = shelf.choose("latent-model")
        width = chosen.config.bottleneck
        cut = st.segmented_control(
            "Deleted", list(_CUTS), default=next(iter(_CUTS)), required=True, key="latent-cut", persist_state="session"
        )
        options = {dims_text(view): view for view in _VIEWS if max(view) < width}
        view = st.segmented_control(
            "Dims: right, up, towards you",
            [*options, _OTHER],
            default=next(iter(options), _OTHER),
            required=True,
            key=f"latent-view-{width}",
            persist_state="session",
            help="The first three are the notebook's.",
        )
        paint: Paint = st.segmented_control(
            "Points in", get_args(Paint), default="true color", required=True, key="latent-paint"
        )
        _find()
    dims = options[view] if view in options else _any_dims(width)
    if len(set(dims)) < min(3, width):
        st.info("The same dim is chosen twice, so the picture is flat. Choose three different ones.")
    deleted = _CUTS[cut]
    rgb = inspector.picked_rgb()
    seen = inspector.look([respond(ablate(chosen.model, each), rgb) for each in ((), deleted)])
    return View(chosen, dims, deleted, paint, seen)


def _find() -> None:
    names = {"": "none", **({state.picked(): "the picked one"} if state.picked() else {}), **named_codes()}

    def find() -> None:
        state.pick(state.value("latent-mark"))

    state.put("latent-mark", state.picked() or "")
    st.selectbox(
        "Find a color", list(names), format_func=names.__getitem__, key="latent-mark", width=200, on_change=find
    )


def _any_dims(width: int) -> spheres.Dims:
    sides = zip(st.columns(3), ("right", "up", "towards you"), strict=True)
    return cast(
        spheres.Dims,
        tuple(
            place.selectbox(label, range(width), index=min(i, width - 1), key=f"latent-{i}-{width}")
            for i, (place, label) in enumerate(sides)
        ),
    )


def section(view: View) -> None:
    """The sphere, and beside it its latents on two pairs of its dims."""
    left, right = st.columns([5, 3], gap="medium")
    with left:
        spheres.mount(
            lambda: spheres.sphere_page(view.chosen, view.dims, view.deleted, view.paint), "sphere", _caption(view)
        )
    across, up, towards = view.dims
    with right:
        for place, pair in enumerate(((across, up), (towards, up))):
            panels.chart(
                latents.spec(pair, 310),
                projection_of(view.chosen, pair, view.deleted, view.paint),
                f"The same latents on dims {dims_text(pair)}.",
                f"projection-{place}",
                mark=latents.mark(pair, view.seen.code, view.seen.u(1), view.seen.turn),
            )


def _caption(view: View) -> str:
    roles = axis_roles(view.chosen.model)
    named = ", ".join(f"u{latents.sub(k)} {roles[k]}".strip() for k in view.dims)
    return f"{len(spheres.shown_colors())} colors on {named}. {_PAINTED[view.paint]} {_what_is_seen(view)}"


def _what_is_seen(view: View) -> str:
    if view.deleted == HUE:
        line = along_a_line(_grid_latents(view)[:, view.dims], rgb_grid(_LEVELS).reshape(-1, 3))
        return (
            f"Hue is deleted: the wheel is gone. Of the spread that is left, {percent(line.share)} lies along one "
            f"line, and the place on it goes with brightness (correlation {number(line.brightness_correlation)})."
        )
    placed = placement(ablate(view.chosen.model, view.deleted))
    if view.deleted == WARMTH:
        return (
            "Warmth is deleted: of the wheel, a band is left. The vibrant hues have on average "
            f"{percent(1 - placed.hue_off_plane)} of their squared length along u₁."
        )
    return (
        f"The vibrant hues lie round the plane of u₀ and u₁, on average {percent(placed.hue_off_plane)} of their "
        f"squared length outside it; the grays keep at most {percent(placed.gray_in_plane)} of theirs inside."
    )


def _grid_latents(view: View) -> np.ndarray:
    return respond(ablate(view.chosen.model, view.deleted), rgb_grid(_LEVELS)).u


def hidden(view: View) -> None:
    """How much of the latents lies in the dims that a picture has no room for."""
    width = view.chosen.config.bottleneck
    dims = tuple(k for k in range(width) if k not in view.dims)
    unseen = float(np.mean(share_in(_grid_latents(view), dims)))
    where = f"dims {dims_text(dims)}" if dims else "no dim at all"
    st.markdown(
        f"The sphere has {width} dims, a picture three. Here {percent(unseen)} of the points' squared length is, on "
        f"average, in what you cannot see ({where}). That is why most points seem to lie *inside* the sphere: the "
        "further in, the more of them is hidden. Only a point on the rim is shown whole."
    )


def picked_color(view: View) -> None:
    """The table of the picked color, which is marked on the sphere and in both cubes; last on the page."""
    places = {
        "sphere": latent_places(view.seen.answers[1].u, view.dims),
        "cube": np.repeat(stand_cube(view.seen.rgb[None]), 2, axis=0),
    }
    inspector.table(view.seen, ["intact", "now"], places)

"""The sphere of latents: what is deleted, along which dims it is seen, and what those cannot show."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast, get_args

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from excolor.charts import latents
from excolor.color import named_codes, rgb_grid
from excolor.deletions import Paint
from excolor.diagnosis import HUE_OFF_PLANE, Placement, has_wheel
from excolor.metrics import Residue, respond, share_in
from excolor.scenes import stand_cube
from excolor.surgery import HUE, WARMTH, ablate
from excolor.training import Run
from excolor.ui import address, panels, shelf, spheres, state
from excolor.ui.caches import placement_of, projection_of, residue_of, roles_of
from excolor.ui.components import inspector
from excolor.ui.words import dims_text, number, percent, percents

_VIEWS = ((1, 0, 2), (2, 3, 1), (1, 3, 0))
_OTHER = "other"
_CUTS = dict(zip(address.CUTS.values(), ((), WARMTH, HUE), strict=True))
_LEVELS = 8
ON_THE_RIM = 0.95  # of the radius
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
        state.begin(state.CUT, next(iter(_CUTS)))
        cut = st.segmented_control("Deleted", list(_CUTS), required=True, key=state.CUT, persist_state="session")
        options = {dims_text(view): view for view in _VIEWS if max(view) < width}
        view = st.segmented_control(
            "Dims: right, up, towards you",
            [*options, _OTHER],
            default=next(iter(options), _OTHER),
            required=True,
            key=f"latent-view-{width}",
            persist_state="session",
            help="The first looks straight at the plane of u₀ and u₁.",
        )
        paint: Paint = st.segmented_control(
            "Points in", get_args(Paint), default="true color", required=True, key="latent-paint"
        )
        _find()
    dims = options[view] if view in options else _any_dims(width)
    if len(set(dims)) < min(3, width):
        st.info("The same dim is chosen twice, so the picture is flat. Choose three different ones.")
    deleted = _CUTS[str(cut)]
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
    roles = roles_of(view.chosen)
    named = ", ".join(f"u{latents.sub(k)} {roles[k]}".strip() for k in view.dims)
    return f"{len(spheres.shown_colors())} colors on {named}. {_PAINTED[view.paint]} {_what_is_seen(view)}"


def _what_is_seen(view: View) -> str:
    if view.deleted == HUE:
        return without_hue(residue_of(view.chosen, HUE))
    placed = placement_of(view.chosen, view.deleted)
    if view.deleted == WARMTH:
        return f"Warmth is deleted. Of a vibrant hue, u₁ now holds {percent(1 - placed.hue_off_plane)} on average."
    return intact(placed)


def intact(placed: Placement) -> str:
    """Where a network keeps hues and grays."""
    if has_wheel(placed):
        said = "The vibrant hues go round in the plane of u₀ and u₁"
    elif placed.hue_off_plane <= HUE_OFF_PLANE:
        said = "The vibrant hues lie in the plane of u₀ and u₁, but do not go round in it"
    else:
        said = "The vibrant hues do not lie in the plane of u₀ and u₁"
    return (
        f"{said}. The other dims hold {percent(placed.hue_off_plane)} of a hue on average, and this plane at most "
        f"{percents(placed.gray_in_plane)} of a gray. (A dim holds the share u² of a color.)"
    )


def without_hue(left: Residue) -> str:
    """What is to be seen once hue is deleted; the correlation is the one that Ablation shows."""
    if not left.most > 0:
        return "Hue is deleted, and nothing is left: all points are in the middle."
    if not math.isfinite(left.brightness_correlation):
        return "Hue is deleted, and what is left is the same for every hue."
    return (
        "Hue is deleted. How far a vibrant color now lies from black’s place towards white’s correlates with its "
        f"brightness by {number(left.brightness_correlation)}, over all hues and all dims."
    )


def hidden(view: View) -> None:
    """How much of the latents lies in the dims that a picture has no room for."""
    width = view.chosen.config.bottleneck
    u = respond(ablate(view.chosen.model, view.deleted), rgb_grid(_LEVELS)).u
    unseen = tuple(k for k in range(width) if k not in (*view.dims, *view.deleted))
    st.markdown(unseen_words(share_in(u, range(width)), share_in(u, unseen), unseen))


def unseen_words(whole: ArrayLike, hidden: ArrayLike, dims: tuple[int, ...]) -> str:
    """What a picture of three dims shows of some points.

    Args:
        whole: squared length of each point, `[N]`: 1, or 0 where a deletion left nothing.
        hidden: how much of it lies in `dims`, `[N]`.
        dims: which are not in the picture, and not deleted.
    """
    shares: NDArray[np.floating] = np.asarray(hidden)
    if not np.asarray(whole).max() > 0:
        return "Nothing is left of any point, so all of them are in the middle."
    if not dims:
        return "Here the picture has every dim that is left, so all points are on the rim: each is shown whole."
    inside = float(np.mean(np.sqrt(np.maximum(0, 1 - shares)) < ON_THE_RIM))
    return (
        f"A picture has three dims. Here it leaves out dims {dims_text(dims)}, which hold "
        f"{percent(float(shares.mean()))} of a point on average. {percent(inside)} of the points therefore seem to lie "
        "*inside* the sphere: the further in, the more of a point is hidden. Only a point on the rim is shown whole."
    )


def picked_color(view: View) -> None:
    """The table of the picked color, which is marked on the sphere and in both cubes; last on the page."""
    places = {
        "sphere": latents.places(view.seen.answers[1].u, view.dims),
        "cube": np.repeat(stand_cube(view.seen.rgb[None]), 2, axis=0),
    }
    inspector.table(view.seen, ["intact", "now"], places)

"""Three columns of charts: the intact network, without warmth, and without whatever the visitor deletes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import cast, get_args

import numpy as np
import streamlit as st

from excolor.charts import curves, latents, patches
from excolor.deletions import Column, Surgery, answers
from excolor.metrics import Deletion, Metrics, respond
from excolor.surgery import HUE, WARMTH
from excolor.training import Run
from excolor.ui import panels, state
from excolor.ui.caches import column_of, metrics_of
from excolor.ui.components import inspector
from excolor.ui.words import dims_text, gray_answers, number, percent

AT_AN_END = 0.5  # |u₀| from which a color may be called one end of the first axis


@dataclass(frozen=True)
class Comparison:
    """Columns beside each other, each with its title, and the picked color in their networks."""

    titles: tuple[str, ...]
    columns: tuple[Column, ...]
    seen: inspector.Inspected

    @property
    def right(self) -> tuple[int, ...]:
        """The dims that the visitor deleted."""
        return self.columns[-1].dims

    def places(self) -> Iterator[tuple[int, str, Column]]:
        """Each column by its number, its title and itself, within its place on the page."""
        each = zip(st.columns(3, gap="medium"), self.titles, self.columns, strict=True)
        for i, (place, title, column) in enumerate(each):
            with place:
                # Seen where the columns stand under each other.
                st.html(f'<p class="xc-column">{escape(title)}</p>')
                yield i, title, column


def choose(chosen: Run) -> tuple[Surgery, tuple[int, ...]]:
    """The controls: how to operate, and which dims are deleted on the right."""
    dims_key = state.dims(chosen.config.bottleneck)
    state.begin(state.SURGERY, "ablate")
    state.begin(dims_key, list(HUE))
    how = st.segmented_control(
        "Surgery",
        get_args(Surgery),
        required=True,
        key=state.SURGERY,
        persist_state="session",
        help="Both delete a dim: it is set to zero, or taken out.",
    )
    picked = st.pills(
        "Dims deleted on the right",
        range(chosen.config.bottleneck),
        selection_mode="multi",
        key=dims_key,
        persist_state="session",
        help="0 and 1 together are hue. Any other set can be tried.",
    )
    return cast(Surgery, how), tuple(sorted(picked))


def compare(chosen: Run, how: Surgery, right: tuple[int, ...]) -> Comparison:
    """The three columns of a run.

    Raises:
        ExcolorError: every dim would be pruned.
    """
    deletions = (), WARMTH, right
    columns = tuple(column_of(chosen, dims, how) for dims in deletions)
    seen = inspector.look([answers(chosen.model, dims, how, inspector.picked_rgb()) for dims in deletions])
    return Comparison(("intact", f"− warmth, dims {dims_text(WARMTH)}", _title(right)), columns, seen)


def _title(right: tuple[int, ...]) -> str:
    if not right:
        return "nothing deleted"
    return f"− hue, dims {dims_text(right)}" if right == HUE else f"− dims {dims_text(right)}"


def summary(compared: Comparison) -> None:
    """What each deletion did, in words."""
    intact, *deleted = (column.metrics for column in compared.columns)
    said = [
        _deletion(column.dims, metrics, intact.gray_share)
        for column, metrics in zip(compared.columns[1:], deleted, strict=True)
        if isinstance(metrics, Deletion)
    ]
    st.markdown(
        "The squares of a color’s numbers u₀, u₁, … add up to 1, so each is a share: what that dim *holds* of the "
        "color. **Targets** are the colors of which the deleted dims hold at least half, **bystanders** those of which "
        "they hold at most a twentieth. A clean deletion hits the targets and spares the bystanders.\n\n"
        + " ".join(said)
    )


def _deletion(dims: tuple[int, ...], metrics: Deletion, intact_gray: float) -> str:
    return (
        f"**Without dims {dims_text(dims)}**, {gray_answers(metrics.gray_share, intact_gray)}. "
        f"{_mean_error('targets', metrics.target_mse)} {_mean_error('bystanders', metrics.bystander_mse)}"
    )


def _mean_error(who: str, mse: float) -> str:
    return f"The {who} have a mean MSE of {number(mse)}." if math.isfinite(mse) else f"There are no {who}."


def opposites(chosen: Run) -> None:
    """Why deleting warmth takes cyan as well as red, or why it does not."""
    red, cyan = respond(chosen.model, [[1, 0, 0], [0, 1, 1]]).u[:, 0].tolist()
    st.markdown(opposed(red, cyan, metrics_of(chosen)))


def opposed(red: float, cyan: float, metrics: Metrics) -> str:
    """What u₀ of red and of cyan say of the first axis, and what both become without it."""
    without = {name: number(warmth) for name, _intact, warmth, _hue in metrics.colors}
    seen = f"red has u₀ = {number(red)} and cyan {number(cyan)}"
    then = f"an MSE of {without['red']}, cyan of {without['cyan']}"
    if red * cyan < 0 and min(abs(red), abs(cyan)) >= AT_AN_END:
        return (
            f"**Why is cyan hit like red?** {seen.capitalize()}: they are the two ends of one axis, and deleting dim 0 "
            f"takes the whole axis. Red then has {then}."
        )
    return f"In this network {seen}, so the two are not the ends of the first axis. Without it red has {then}."


def headings(compared: Comparison) -> None:
    """The title of each column, which stays in view above all that follows in its container, and its metrics."""
    with st.container(key="columns"):
        for place, title in zip(st.columns(3, gap="medium"), compared.titles, strict=True):
            place.header(title, anchor=False)
    for _i, title, column in compared.places():
        panels.metric_list(panels.written(column.metrics), title)


def slices(compared: Comparison) -> None:
    """Every color as a patch, in four slices of saturation."""
    intact = f" (intact {percent(compared.columns[0].patches_gray)})"
    for i, title, column in compared.places():
        panels.chart(
            patches.spec(),
            column.patches,
            f"{title}: four slices of the HSV cube, hue to the right and value upwards. Each patch is the "
            f"reconstructed color with the true color inside; {percent(column.patches_gray)} of the fully saturated "
            f"patches look gray{intact if i else ''}. Largest MSE {number(column.metrics.max_mse)}.",
            f"patches-{i}",
            mark=patches.mark(compared.seen.code, compared.seen.turn),
        )


def errors(compared: Comparison, axes: Iterable[curves.Axis]) -> None:
    """The error along some edges of the color space, an axis below the other."""
    seen = compared.seen
    for axis in axes:
        for i, title, column in compared.places():
            mse = column.curves[axis].column("mse").to_numpy()
            least, most = number(float(mse.min())), number(float(mse.max()))
            panels.chart(
                curves.spec(axis),
                column.curves[axis],
                f"{title}: mean squared error against {axis}, from {least} to {most}.",
                f"{axis}-{i}",
                mark=curves.mark(axis, seen.code, seen.mse(i), seen.turn),
            )


def wheels(compared: Comparison, views: Iterable[tuple[int, int]]) -> None:
    """The latents along some pairs of axes, a pair below the other."""
    seen = compared.seen
    for view in views:
        for i, title, column in compared.places():
            gone = tuple(k for k in view if k in column.dims)
            deleted = f"Deleted: {dims_text(gone)}." if gone else "Neither is deleted."
            panels.chart(
                latents.spec(view),
                column.latents[view],
                f"{title}: latents of 512 colors on dims {dims_text(view)}. {deleted}",
                f"latents-{view}-{i}",
                mark=latents.mark(view, seen.code, seen.u(i), seen.turn),
            )


def turned(chosen: Run, compared: Comparison) -> None:
    """The three as spheres that turn together."""
    from excolor.ui import spheres  # VTK and what comes with it: a second and 170 MB, for those who unfold it

    st.markdown(
        "Drag any of the three: they turn together. Turn the plane of u₀ and u₁ until you see it edge-on, and look at "
        "what each deletion left."
    )
    intact, _warmth, right = (column.metrics.gray_share for column in compared.columns)
    gray = f" On the right, {gray_answers(right, intact)}." if compared.right else ""
    spheres.mount(
        lambda: spheres.triple_page(chosen, _turned_dims(chosen), compared.right, compared.titles),
        "triple",
        f"Three spheres with {len(spheres.shown_colors())} colors each, painted as they are: "
        f"{'; '.join(compared.titles)}.{gray}",
        height=400,
    )


def picked_color(chosen: Run, compared: Comparison) -> None:
    """The table of the picked color; last on the page."""
    right = "− hue" if compared.right == HUE else compared.titles[-1]
    places = [latents.places(answer.u, _turned_dims(chosen)) for answer in compared.seen.answers]
    inspector.table(compared.seen, ["intact", "− warmth", right], {"triple": np.concatenate(places)})


def _turned_dims(chosen: Run) -> tuple[int, int, int]:
    return 1, 0, min(2, chosen.config.bottleneck - 1)

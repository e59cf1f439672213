"""Ablation: warmth against full hue, side by side."""

from collections.abc import Callable
from gettext import gettext as _

import numpy as np
import streamlit as st

from excolor.charts import brightness, curves, latents, patches
from excolor.color import HUES, PRIMARIES, SECONDARIES
from excolor.errors import ExcolorError
from excolor.evaluation import Deletion
from excolor.surgery import HUE, WARMTH
from excolor.ui import frame, panels, shelf, spheres
from excolor.ui.text import dims_text, figure, percent
from excolor.ui.views import Column, column, residue_of

frame.require()

st.title(_("What is left when a concept is deleted?"))

with st.container(horizontal=True, gap="large"):
    chosen = shelf.choose("ablation-model", _("Model"), _("Two trained networks ship; your own runs join them."))
    how = st.segmented_control(
        _("Surgery"),
        ["ablate", "prune"],
        default="ablate",
        required=True,
        key="ablation-how",
        persist_state="session",
        help=_("To ablate is to set the weights around a dim to zero; to prune is to take the dim out altogether."),
    )
    picked = st.pills(
        _("Dims deleted on the right"),
        range(chosen.config.bottleneck),
        selection_mode="multi",
        default=list(HUE),
        key=f"ablation-dims-{chosen.config.bottleneck}",
        persist_state="session",
        help=_("0 and 1 together are hue. Any other set can be tried."),
    )

right = tuple(sorted(picked))
try:
    columns = [column(chosen, dims, how == "prune") for dims in ((), WARMTH, right)]
except ExcolorError as error:
    st.warning(str(error))
    st.stop()

if not right:
    name_of_right = _("nothing deleted")
elif right == HUE:
    name_of_right = _("− hue, dims {dims}").format(dims=dims_text(right))
else:
    name_of_right = _("− dims {dims}").format(dims=dims_text(right))
titles = [_("intact"), _("− warmth, dims {dims}").format(dims=dims_text(WARMTH)), name_of_right]

_intact, without_warmth, shown_right = columns
if isinstance(without_warmth.figures, Deletion) and isinstance(shown_right.figures, Deletion):
    st.markdown(
        _(
            "Without dims {warmth}, {warm_grey} of all outputs are grey; without dims {right}, {right_grey}. "
            "**Target** colours, which kept at least half of their latent in the deleted dims, now have a mean error of "
            "{warm_target} and {right_target}. **Bystanders**, which kept at most a twentieth there, have {warm_by} and "
            "{right_by}. A clean deletion is high in the first and low in the second."
        ).format(
            warmth=dims_text(WARMTH),
            right=dims_text(right),
            warm_grey=percent(without_warmth.figures.grey_share),
            right_grey=percent(shown_right.figures.grey_share),
            warm_target=figure(without_warmth.figures.target_mse),
            right_target=figure(shown_right.figures.target_mse),
            warm_by=figure(without_warmth.figures.bystander_mse),
            right_by=figure(shown_right.figures.bystander_mse),
        )
    )


def across(draw: Callable[[str, Column], None]) -> None:
    for place, title, shown in zip(st.columns(3, gap="medium"), titles, columns, strict=True):
        with place:
            draw(title, shown)


def heading(title: str, shown: Column) -> None:
    st.subheader(title, anchor=False)
    panels.figure_list(panels.written(shown.figures), title)


def slices(title: str, shown: Column) -> None:
    grey = percent(shown.patches_grey)
    panels.chart(
        patches.spec(),
        shown.patches,
        _(
            "{title}: four slices of the HSV cube, hue to the right and value upwards. Each patch is the reconstructed "
            "colour with the true colour inside; {grey} of the fully saturated patches look grey. Largest MSE {error}."
        ).format(title=title, grey=grey, error=figure(shown.figures.max_mse)),
        f"patches-{titles.index(title)}",
    )


def curve(axis: curves.Axis) -> Callable[[str, Column], None]:
    def draw(title: str, shown: Column) -> None:
        errors = shown.curves[axis].column("mse").to_numpy()
        panels.chart(
            curves.spec(axis),
            shown.curves[axis],
            _("{title}: mean squared error against {axis}, from {low} to {high}.").format(
                title=title, axis=axis, low=figure(float(errors.min())), high=figure(float(errors.max()))
            ),
            f"{axis}-{titles.index(title)}",
        )

    return draw


def latent(view: tuple[int, int]) -> Callable[[str, Column], None]:
    def draw(title: str, shown: Column) -> None:
        gone = [k for k in view if k in shown.dims]
        words = _("{title}: latents of 512 colours on dims {view}. {gone}").format(
            title=title,
            view=dims_text(view),
            gone=_("Deleted: {dims}.").format(dims=dims_text(tuple(gone))) if gone else _("Neither is deleted."),
        )
        panels.chart(
            latents.spec(view), shown.latents[view], words, f"latents-{view}-{titles.index(title)}", fixed=True
        )

    return draw


across(heading)
st.markdown(
    _(
        "**Every colour, in four slices of saturation.** A patch is the reconstructed colour; the square inside it is "
        "the true one. Where you see no square, the network is right."
    )
)
across(slices)
st.markdown(
    _(
        "**Where the error is.** MSE along three edges of the colour space, each point in its true colour. The scale is "
        "the same in all nine charts: its height is the root of the error."
    )
)
for axis in curves.AXES:
    across(curve(axis))
st.markdown(
    _(
        "**Where the network keeps it.** Latents on the sphere, seen along two pairs of axes; a deleted axis is missing. "
        "What is left is stretched to unit length again, so the points stay on the sphere."
    )
)
for view in latents.VIEWS:
    if max(view) < chosen.config.bottleneck:
        across(latent(view))

st.markdown(
    _(
        "**The same, to be turned.** Drag any of the three: they turn together. Look along the wheel's edge, and see what each "
        "deletion left of it."
    )
)
spheres.mount(
    lambda: spheres.triple_page(chosen, (1, 0, min(2, chosen.config.bottleneck - 1)), right, tuple(titles)),
    "triple",
    _(
        "Three spheres with {n} colours each: intact, a wheel around tones; without dim 0, a band; without dims {dims}, "
        "{grey} of all outputs are grey."
    ).format(
        n=len(spheres.shown_colors()),
        dims=dims_text(right),
        grey=percent(getattr(shown_right.figures, "grey_share", np.nan)),
    ),
    height=400,
)

st.header(_("Primaries go dark, secondaries go light"))
grey_of = dict(zip(HUES, shown_right.named_brightness.tolist(), strict=True))
dark, light = (np.mean([grey_of[hue] for hue in group]) for group in (PRIMARIES, SECONDARIES))
st.markdown(
    _(
        "Look at the answers with dims {dims} deleted. The primaries (red, green, blue) come out with a mean brightness "
        "of **{dark}**, the secondaries (yellow, cyan, magenta) with **{light}**."
    ).format(dims=dims_text(right), dark=figure(float(dark)), light=figure(float(light)))
)
panels.chart(
    brightness.spec(),
    shown_right.brightness,
    _(
        "Brightness against hue. Squares: the true colours, a third for primaries, two thirds for secondaries. Circles: "
        "the answers with dims {dims} deleted, {dark} for primaries and {light} for secondaries."
    ).format(dims=dims_text(right), dark=figure(float(dark)), light=figure(float(light))),
    "brightness",
)
left = residue_of(chosen, right)
st.markdown(
    _(
        "Squares are the true colours, circles what the network answers. **Why?** A primary has one of its three channels "
        "full, so its brightness is ⅓; a secondary has two, so ⅔. The network must keep brightness somewhere, and it was "
        "not in the deleted dims: of a vibrant colour's latent, {least} to {most} of the length is left here. The "
        "normalisation stretches that residue to full length again, and its direction follows brightness: over all hues "
        "the correlation is **{correlation}**. What is left *is* tone, so the decoder answers with a grey of that tone."
    ).format(least=percent(left.least), most=percent(left.most), correlation=figure(left.brightness_correlation))
)

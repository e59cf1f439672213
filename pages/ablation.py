"""Ablation: warmth against full hue, side by side."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from excolor.charts import brightness, curves, latents, patches
from excolor.color import HUES, PRIMARIES, SECONDARIES, named_codes, named_colors
from excolor.errors import ExcolorError
from excolor.metrics import SURVIVES_TO, Deletion
from excolor.scenes import latent_places
from excolor.surgery import HUE, WARMTH
from excolor.training import Run
from excolor.ui import frame, panels, predict, shelf, spheres
from excolor.ui.caches import metrics_of
from excolor.ui.components import inspector
from excolor.ui.views import Column, answers, column, residue_of
from excolor.ui.words import dims_text, number, percent

frame.require()

PARTS = {"warmth": "− warmth", "hue": "− hue"}
FOLLOWS = 0.8  # correlation from which brightness may be called what is left

st.title("What is left when a concept is deleted?")


def predicted(chosen: Run) -> None:
    """What the student thought would survive, beside what does."""
    said = predict.said(chosen.key)
    if said is None:
        return
    rows = [
        predict.Row(title, name, name in said[part], error <= SURVIVES_TO, number(error), code)
        for (name, _intact, *errors), code in zip(metrics_of(chosen).colors, codes, strict=True)
        for (part, title), error in zip(PARTS.items(), errors, strict=True)
    ]
    predict.reveal(
        chosen.key,
        rows,
        (
            f"**Does it survive?** Yes, if its MSE is at most {SURVIVES_TO}: off by a tenth of the range in each channel. "
            f"Measured on {shelf.chosen_name()}, the network on screen."
        ),
    )


def first_guess(chosen: Run) -> None:
    """Ask what will survive, and show nothing else before it is answered or skipped."""
    st.markdown(
        "The network was told to keep *warmth*, red against cyan, in the first of its four numbers, and all of *hue* in the "
        "first two. In a moment the first number is deleted, then both. **Mark what you think will survive**: what comes "
        "back nearly as it was, off by at most a tenth."
    )
    questions = {
        "warmth": "Which of these survive when **warmth** is deleted?",
        "hue": "And which survive when **hue** is deleted?",
    }
    names = dict(zip(named_colors(), named_colors(), strict=True))
    predict.ask(
        ["ablation"], chosen.key, [predict.Choice(part, text, names, codes) for part, text in questions.items()]
    )


codes = list(named_codes())

controls = st.container(horizontal=True, gap="large")
with controls:
    chosen = shelf.choose("ablation-model")
if predict.due(["ablation"], chosen.key):
    first_guess(chosen)
    st.stop()

with controls:
    how = st.segmented_control(
        "Surgery",
        ["ablate", "prune"],
        default="ablate",
        required=True,
        key="ablation-how",
        persist_state="session",
        help="To ablate is to set the weights around a dim to zero; to prune is to take the dim out altogether.",
    )
    picked = st.pills(
        "Dims deleted on the right",
        range(chosen.config.bottleneck),
        selection_mode="multi",
        default=list(HUE),
        key=f"ablation-dims-{chosen.config.bottleneck}",
        persist_state="session",
        help="0 and 1 together are hue. Any other set can be tried.",
    )

right = tuple(sorted(picked))
deletions = (), WARMTH, right
try:
    columns = [column(chosen, dims, how == "prune") for dims in deletions]
    seen = inspector.look([answers(chosen, dims, how == "prune", inspector.picked_rgb()) for dims in deletions])
except ExcolorError as error:
    st.warning(str(error))
    st.stop()

if not right:
    name_of_right = "nothing deleted"
elif right == HUE:
    name_of_right = f"− hue, dims {dims_text(right)}"
else:
    name_of_right = f"− dims {dims_text(right)}"
titles = ["intact", f"− warmth, dims {dims_text(WARMTH)}", name_of_right]

predicted(chosen)
_intact, without_warmth, shown_right = columns
if isinstance(without_warmth.metrics, Deletion) and isinstance(shown_right.metrics, Deletion):
    st.markdown(
        f"Without dims {dims_text(WARMTH)}, {percent(without_warmth.metrics.gray_share)} of all outputs are gray; without dims {dims_text(right)}, {percent(shown_right.metrics.gray_share)}. "
        "**Target** colors, which kept at least half of their latent in the deleted dims, now have a mean error of "
        f"{number(without_warmth.metrics.target_mse)} and {number(shown_right.metrics.target_mse)}. **Bystanders**, which kept at most a twentieth there, have {number(without_warmth.metrics.bystander_mse)} and "
        f"{number(shown_right.metrics.bystander_mse)}. A clean deletion is high in the first and low in the second."
    )


def across(draw: Callable[[str, Column], None]) -> None:
    for place, title, shown in zip(st.columns(3, gap="medium"), titles, columns, strict=True):
        with place:
            draw(title, shown)


def heading(title: str, shown: Column) -> None:
    st.subheader(title, anchor=False)
    panels.metric_list(panels.written(shown.metrics), title)


def slices(title: str, shown: Column) -> None:
    gray = percent(shown.patches_gray)
    panels.chart(
        patches.spec(),
        shown.patches,
        (
            f"{title}: four slices of the HSV cube, hue to the right and value upwards. Each patch is the reconstructed "
            f"color with the true color inside; {gray} of the fully saturated patches look gray. Largest MSE {number(shown.metrics.max_mse)}."
        ),
        f"patches-{titles.index(title)}",
        mark=patches.mark(seen.code, seen.turn),
    )


def curve(axis: curves.Axis) -> Callable[[str, Column], None]:
    def draw(title: str, shown: Column) -> None:
        errors = shown.curves[axis].column("mse").to_numpy()
        panels.chart(
            curves.spec(axis),
            shown.curves[axis],
            f"{title}: mean squared error against {axis}, from {number(float(errors.min()))} to {number(float(errors.max()))}.",
            f"{axis}-{titles.index(title)}",
            mark=curves.mark(axis, seen.code, seen.mse(titles.index(title)), seen.turn),
        )

    return draw


def latent(view: tuple[int, int]) -> Callable[[str, Column], None]:
    def draw(title: str, shown: Column) -> None:
        gone = [k for k in view if k in shown.dims]
        words = "{title}: latents of 512 colors on dims {view}. {gone}".format(
            title=title,
            view=dims_text(view),
            gone=f"Deleted: {dims_text(tuple(gone))}." if gone else "Neither is deleted.",
        )
        panels.chart(
            latents.spec(view),
            shown.latents[view],
            words,
            f"latents-{view}-{titles.index(title)}",
            mark=latents.mark(view, seen.code, seen.u(titles.index(title)), seen.turn),
        )

    return draw


across(heading)
st.markdown(
    "**Every color, in four slices of saturation.** A patch is the reconstructed color; the square inside it is "
    "the true one. Where you see no square, the network is right. **Click a color**, here or in any chart below: it is "
    "marked in all of them."
)
across(slices)
st.markdown(
    "**Where the error is.** MSE along three edges of the color space, each point in its true color. The scale is "
    "the same in all nine charts: its height is the root of the error."
)
for axis in curves.AXES:
    across(curve(axis))
st.markdown(
    "**Where the network keeps it.** Latents on the sphere, seen along two pairs of axes; a deleted axis is missing. "
    "What is left is stretched to unit length again, so the points stay on the sphere."
)
for view in latents.VIEWS:
    if max(view) < chosen.config.bottleneck:
        across(latent(view))

st.header("What becomes of primaries and secondaries")
hue = column(chosen, HUE, False)
gray_of = dict(zip(HUES, hue.named_brightness.tolist(), strict=True))
dark, light = (float(np.mean([gray_of[name] for name in group])) for group in (PRIMARIES, SECONDARIES))
hue_answer = answers(chosen, HUE, False, seen.rgb)
left = residue_of(chosen, HUE)
st.markdown(
    f"With hue deleted (dims {dims_text(HUE)}), the primaries (red, green, blue) come out with a mean brightness of **{number(dark)}**, the "
    f"secondaries (yellow, cyan, magenta) with **{number(light)}**. Squares are the true colors, circles what the network "
    "answers."
)
panels.chart(
    brightness.spec(),
    hue.brightness,
    (
        "Brightness against hue. Squares: the true colors, a third for primaries, two thirds for secondaries. Circles: "
        f"the answers with hue deleted, {number(dark)} for primaries and {number(light)} for secondaries."
    ),
    "brightness",
    mark=brightness.mark(seen.code, hue_answer.rgb[0], seen.turn),
)
why = (
    "**Why?** A primary has one of its three channels full, so its brightness is ⅓; a secondary has two, so ⅔. Of a vibrant "
    f"color's latent, {percent(left.least)} to {percent(left.most)} of the length is left once hue is deleted. The normalization stretches that residue "
    f"to full length again, and over all hues its direction correlates with brightness by **{number(left.brightness_correlation)}**."
)
if left.brightness_correlation >= FOLLOWS:
    why += (
        " " + "What is left *is* tone, so the decoder answers with a tone: dark for a primary, light for a secondary."
    )
else:
    why += " " + "In this network what is left is not tone alone, so its answers follow brightness less closely."
st.markdown(why)

st.header("The same, to be turned")
st.markdown(
    "Drag any of the three: they turn together. Look along the wheel's edge, and see what each deletion left of it."
)
shown_dims = (1, 0, min(2, chosen.config.bottleneck - 1))
deleted_share = getattr(shown_right.metrics, "gray_share", None)
spheres.mount(
    lambda: spheres.triple_page(chosen, shown_dims, right, tuple(titles)),
    "triple",
    f"Three spheres with {len(spheres.shown_colors())} colors each: {'; '.join(titles)}."
    + (" " + f"On the right, {percent(deleted_share)} of all outputs are gray." if deleted_share is not None else ""),
    height=400,
)
st.page_link("pages/network.py", label="Next: follow one color through the network →")
inspector.table(
    seen,
    ["intact", "− warmth", "− hue" if right == HUE else name_of_right],
    {"triple": np.concatenate([latent_places(answer.u, shown_dims) for answer in seen.answers])},
)

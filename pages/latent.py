"""Latent space: turn the sphere, and see the color wheel edge-on."""

import numpy as np
import streamlit as st

from excolor.charts import brightness, latents
from excolor.color import PRIMARIES, SECONDARIES, named_codes, named_colors, rgb_grid
from excolor.diagnosis import axis_roles, placement
from excolor.metrics import respond
from excolor.scenes import latent_places, stand_cube
from excolor.surgery import HUE, WARMTH, ablate
from excolor.ui import frame, panels, shelf, spheres, state
from excolor.ui.components import inspector
from excolor.ui.views import projection
from excolor.ui.words import dims_text, number, percent

frame.require()

VIEWS = ((1, 0, 2), (2, 3, 1), (1, 3, 0))
OTHER = "other"
NONE = "none"
PICKED = "the picked one"

st.title("Where does the network keep color?")
st.markdown(
    "Every color is a point on a sphere. **Drag it.** Turn the wheel until you see it edge-on, then delete hue and look "
    "at what is left."
)

with st.container(horizontal=True, gap="large"):
    chosen = shelf.choose("latent-model")
    width = chosen.config.bottleneck
    cuts = {"nothing": (), "warmth [0]": WARMTH, "hue [0, 1]": HUE}
    cut = st.segmented_control(
        "Deleted", list(cuts), default=next(iter(cuts)), required=True, key="latent-cut", persist_state="session"
    )
    options = {dims_text(view): view for view in VIEWS if max(view) < width}
    view = st.segmented_control(
        "Dims: right, up, towards you",
        [*options, OTHER],
        default=next(iter(options), OTHER),
        required=True,
        key=f"latent-view-{width}",
        persist_state="session",
        help="The first three are the notebook's.",
    )
    paint = st.segmented_control(
        "Points in", ["true color", "answer"], default="true color", required=True, key="latent-paint"
    )
    names = {"": NONE, **({state.picked(): PICKED} if state.picked() else {}), **named_codes()}

    def find() -> None:
        state.pick(state.value("latent-mark"))

    state.put("latent-mark", state.picked() or "")
    st.selectbox(
        "Find a color", list(names), format_func=names.__getitem__, key="latent-mark", width=200, on_change=find
    )

if view not in options:
    axes = st.columns(3)
    picked = [
        place.selectbox(label, range(width), index=min(i, width - 1), key=f"latent-{i}-{width}")
        for i, (place, label) in enumerate(zip(axes, ("right", "up", "towards you"), strict=True))
    ]
    dims = (picked[0], picked[1], picked[2])
else:
    dims = options[view]
if len(set(dims)) < min(3, width):
    st.info("The same dim is chosen twice, so the picture is flat. Choose three different ones.")
deleted = cuts[cut or next(iter(cuts))]
true_colors = paint == "true color"
variants = {"intact": (), "now": deleted}
seen = inspector.look([respond(ablate(chosen.model, dims), inspector.picked_rgb()) for dims in variants.values()])

u = respond(ablate(chosen.model, deleted), rgb_grid(8)).u
hidden = [k for k in range(width) if k not in dims]
unseen = float(np.mean(sum((u[:, k] ** 2 for k in hidden), np.zeros(len(u)))))
roles = axis_roles(chosen.model)
placed = placement(ablate(chosen.model, deleted))


def along_a_line(places: np.ndarray) -> tuple[float, float]:
    """How much of the spread of places lies along one line, and how closely the place on it follows brightness."""
    apart = np.nan_to_num(places - places.mean(0))
    _left, spread, directions = np.linalg.svd(apart, full_matrices=False)
    if spread[0] < 1e-6:
        return np.nan, np.nan
    correlation = np.corrcoef(apart @ directions[0], rgb_grid(8).reshape(-1, 3).mean(-1))[0, 1]
    return float(spread[0] ** 2 / (spread**2).sum()), float(abs(correlation))


def what_is_seen() -> str:
    """What is to be seen in this run, in words."""
    named = ", ".join(f"u{latents.sub(k)} {roles[k]}".strip() for k in dims)
    if deleted == HUE:
        line, tone = along_a_line(u[:, dims])
        seen = (
            f"Hue is deleted: the wheel is gone. Of the spread that is left, {percent(line)} lies along one line, and the place on it "
            f"goes with brightness (correlation {number(tone)})."
        )
    elif deleted == WARMTH:
        seen = (
            f"Warmth is deleted: of the wheel, a band is left. The vibrant hues have on average {percent(1 - placed.hue_off_plane)} of their squared "
            "length along u₁."
        )
    else:
        seen = (
            f"The vibrant hues lie round the plane of u₀ and u₁, on average {percent(placed.hue_off_plane)} of their squared length outside it; the "
            f"grays keep at most {percent(placed.gray_in_plane)} of theirs inside."
        )
    return f"{len(spheres.shown_colors())} colors on {named}. {seen}"


left, right = st.columns([5, 3], gap="medium")
with left:
    spheres.mount(lambda: spheres.sphere_page(chosen, dims, deleted, true_colors), "sphere", what_is_seen())
with right:
    for place, pair in enumerate(((dims[0], dims[1]), (dims[2], dims[1]))):
        words = f"The same latents on dims {dims_text(pair)}."
        panels.chart(
            latents.spec(pair, 310),
            projection(chosen, pair, deleted),
            words,
            f"projection-{place}",
            mark=latents.mark(pair, seen.code, seen.u(1), seen.turn),
        )

st.subheader("What three dims cannot show")
st.markdown(
    (
        "The sphere has {width} dims, a picture three. Here {unseen} of the points' squared length is, on average, in what "
        "you cannot see ({hidden}). That is why most points seem to lie *inside* the sphere: the further in, the more of "
        "them is hidden. Only a point on the rim is shown whole."
    ).format(
        width=width,
        unseen=percent(unseen),
        hidden=f"dims {dims_text(tuple(hidden))}" if hidden else "no dim at all",
    )
)

st.header("How it got there")
if chosen.remembers:
    st.markdown("The same sphere through training. Move the slider: from a heap of points to a wheel.")
    spheres.mount(
        lambda: spheres.training_page(chosen, dims),
        "training",
        f"216 colors at {len(chosen.snapshots)} moments of the training of seed {chosen.config.seed}, from its initial "
        "weights to its end.",
    )
else:
    st.info("This run came from a file that holds no history of its training, so there is nothing to play.")

st.header("Why primaries go dark and secondaries light")
st.markdown(
    "Stand the RGB cube on its black corner. Height is now brightness: the primaries are the lower ring of corners, a "
    "third of the way up, the secondaries the upper ring, at two thirds. When hue is deleted, a color can only fall to "
    "the gray line in the middle."
)
fall = st.toggle("Show where each hue falls", value=True, key="cube-fall", persist_state="session")
answers = dict(zip(list(named_colors())[:12], spheres.hue_answers(chosen).mean(-1).tolist(), strict=True))
dark, light = (float(np.mean([answers[hue] for hue in group])) for group in (PRIMARIES, SECONDARIES))
spheres.mount(
    lambda: spheres.cube_page(chosen, fall),
    "cube",
    (
        "The RGB cube with black at the bottom and white at the top, from the front (yellow in the middle) and from the back "
        f"(blue in the middle). In this network the primaries fall to a brightness of {number(dark)}, the secondaries rise to {number(light)}."
    ),
)
panels.chart(
    brightness.spec(),
    brightness.table(respond(ablate(chosen.model, HUE), brightness.colors()).rgb),
    "Brightness of each hue (squares) and of the gray it becomes (circles).",
    "latent-brightness",
    mark=brightness.mark(seen.code, respond(ablate(chosen.model, HUE), seen.rgb).rgb[0], seen.turn),
)
st.page_link("pages/data.py", label="Next: what the network is shown, and how little it is told →")
inspector.table(
    seen,
    list(variants),
    {"sphere": latent_places(seen.answers[1].u, dims), "cube": np.repeat(stand_cube(seen.rgb[None]), 2, axis=0)},
)

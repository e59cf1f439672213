"""Train: move a slider, let go, and the network has been trained again in full."""

import time

import numpy as np
import streamlit as st

from excolor import losses
from excolor.charts import latents
from excolor.color import named_colors
from excolor.config import BOTTLENECKS, MAX_SEED, MAX_STEPS, STEPS, RunConfig, Weights
from excolor.diagnosis import Cause, breakages
from excolor.errors import ExcolorError
from excolor.kernel import is_compiled
from excolor.measured import Measured
from excolor.metrics import respond
from excolor.schedule import SHIPPED
from excolor.surgery import HUE, WARMTH, ablate
from excolor.training import Engine, Run
from excolor.ui import frame, missions, panels, predict, shelf, state
from excolor.ui.caches import frames_of, metrics_of, shipped, wheel_of
from excolor.ui.components import inspector
from excolor.ui.components.replay import replay
from excolor.ui.runs import Trained, trained
from excolor.ui.words import number, percent, settings

frame.require()

SCALE = [0.0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0]
STEP_COUNTS = [100, 300, 1000, 2000, STEPS, 6000, 10_000, 30_000, MAX_STEPS]
TERMS = [term.name for term in losses.TERMS]
HELP = {
    "unitarity": "Pulls encodings to length 1 before they are normalized.",
    "anchor": "Pins red to the first axis.",
    "separate": "Pushes colors apart on the sphere.",
    "planarity": "Pulls vibrant colors into the plane of the first two axes.",
}
PRESETS = {"All on": {}, **{f"No {term}": {term: 0.0} for term in TERMS}} | {"All off": dict.fromkeys(TERMS, 0.0)}
CHANNELS = 3  # of a color; on a sphere they need one dim more
NO_ANSWER_YET = 0.3  # seconds after which a run shows its progress


def reset(*keys: str) -> None:
    for key in keys:
        state.put(key, state.CONTROLS[key])


def preset(weights: dict[str, float]) -> None:
    for term in TERMS:
        state.put(state.weight(term), weights.get(term, 1.0))


def controls() -> RunConfig:
    st.markdown("**Try first**")
    with st.container(horizontal=True, gap="small"):
        for name, weights in PRESETS.items():
            st.button(name, on_click=preset, args=(weights,), key=f"preset-{name}")
    for term in TERMS:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.select_slider(
                term, SCALE, key=state.weight(term), help=HELP[term], persist_state="session", format_func=_times
            )
            st.button("↺", key=f"reset-{term}", on_click=reset, args=(state.weight(term),), help="Back to × 1")
    st.select_slider(
        "updates", STEP_COUNTS, key=state.STEP_COUNT, persist_state="session", help="Stretches the schedule."
    )
    st.slider(
        "label noise",
        0.0,
        1.0,
        step=0.05,
        key=state.LABEL_NOISE,
        persist_state="session",
        help="Share of the labels that are drawn at random and say nothing about their color.",
    )
    st.segmented_control(
        "schedule",
        list(reversed(SHIPPED)),
        key=state.SCHEDULE,
        required=True,
        persist_state="session",
        help="ex-2.7 is the published one; robust was found by trying many.",
    )
    st.segmented_control(
        "bottleneck width",
        list(BOTTLENECKS),
        key=state.BOTTLENECK,
        required=True,
        persist_state="session",
        help="How many numbers a color is squeezed through.",
    )
    st.number_input("seed", 0, MAX_SEED, key=state.SEED, persist_state="session", help="Another seed is another run.")
    st.button("Reset all", on_click=reset, args=tuple(state.CONTROLS), key="reset-all")
    return RunConfig(
        schedule=state.value(state.SCHEDULE),
        seed=int(state.value(state.SEED)),
        steps=state.value(state.STEP_COUNT),
        bottleneck=state.value(state.BOTTLENECK),
        label_noise=round(state.value(state.LABEL_NOISE), 2),
        weights=Weights(**{term: state.value(state.weight(term)) for term in TERMS}),
    )


def _times(value: float) -> str:
    return "off" if value == 0 else f"× {value:g}"


def run_with_progress(config: RunConfig, engine: Engine, where) -> Trained | None:
    """Train, or find in memory; a run that takes longer shows its progress and a way to stop it."""
    if state.cancelled(engine).get() == config:
        return None
    if not is_compiled():
        where.info("Preparing the training kernel, once on this machine. This takes a few seconds.")
    start, shown = time.perf_counter(), None

    def cancel() -> None:
        state.cancelled(engine).set(config)

    def progress(done: int) -> None:
        nonlocal shown
        if shown is None and time.perf_counter() - start > NO_ANSWER_YET:
            with where.container():
                shown = st.progress(0.0)
                st.button("Cancel", on_click=cancel, key=f"cancel-{engine}")
        if shown is not None:
            shown.progress(done / config.steps, f"{done} of {config.steps} updates")

    result = trained(config, engine, progress)
    state.cancelled(engine).forget()
    where.empty()
    return result


def verdict(run: Measured) -> str:
    """What became of the run, with the figures that show it."""
    found, placed, metrics = run.causes, run.placement, run.metrics
    width = run.config.bottleneck
    if width > CHANNELS:
        remedy = "It needs more updates before the rest means much."
    else:
        remedy = f"More updates will not help: colors have three channels, and a sphere in {width} dims has room for {width - 1}."
    sentences = {
        Cause.DIVERGED: f"**The run diverged at step {run.run.stopped.step if run.run.stopped else '–'}**: its {run.run.stopped.term if run.run.stopped else '–'} was no longer a number.",
        Cause.NOT_CONVERGED: f"**Not converged**: even intact, its largest MSE is {number(metrics.intact.max_mse)}. {remedy}",
        Cause.GRAYS_IN_PLANE: (
            f"**Grays in the hue plane**: a gray keeps {percent(placed.gray_in_plane)} of its latent there, so deleting hue takes grays with it; "
            f"their MSE is then {number(metrics.hue.gray_mse)}."
        ),
        Cause.GRAYS_HARMED: (
            f"**Deleting hue harms the grays**: their MSE is then {number(metrics.hue.gray_mse)}, though they keep at most {percent(placed.gray_in_plane)} of their latent in "
            "its plane."
        ),
        Cause.HUE_OFF_PLANE: (
            f"**Hue is not in the plane**: {percent(placed.hue_off_plane)} of the vibrant colors' latent lies outside dims [0, 1]; after deleting "
            f"those, {percent(metrics.hue.gray_share)} of the outputs are gray."
        ),
        Cause.ROTATED: (
            f"**The wheel is rotated**: red lies {number(placed.red_angle)}° from the first axis, so deleting dim 0 deletes something other "
            "than warmth."
        ),
        Cause.RED_OFF_AXIS: f"**Red is not on its axis**: its cosine to the first axis is {number(metrics.red_cosine)}.",
    }
    if found:
        return " ".join(sentences[cause] for cause in found)
    return (
        f"**A sound run**: red lies on the first axis (cosine {number(metrics.red_cosine)}), hue in the plane of the first two, and deleting "
        f"hue leaves the grays alone (MSE {number(metrics.hue.gray_mse)}) and turns {percent(metrics.hue.gray_share)} of all outputs gray."
    )


BREAKS = {
    "answers": "The answers themselves",
    "grays": "The grays, once hue is deleted",
    "plane": "The plane of hue",
    "axis": "Red's place on the first axis",
}


def first_guess(config: RunConfig, terms: list[str]) -> None:
    """Ask what will break without some regularizers, before it is shown."""
    off = " and ".join(f"**{term}**, which {HELP[term][0].lower()}{HELP[term][1:-1]}" for term in terms)
    st.markdown(f"Switched off: {off}. In a moment the network is trained without it.")
    predict.ask(terms, config, [predict.Choice("run", "What will break? Mark nothing if nothing will.", BREAKS)])


def predicted(run: Measured) -> None:
    """What the student thought would break, beside what did."""
    said = predict.said(run.config)
    if said is None:
        return
    rows = []
    for name, metrics in breakages(run.metrics, run.placement).items():
        measured = ", ".join(
            MEASURED[name][i].format(number(each.value), f"{each.bound:g}") for i, each in enumerate(metrics)
        )
        broken = not all(each.kept for each in metrics)
        rows.append(predict.Row("Did it break?", BREAKS[name], name in said["run"], broken, measured))
    predict.reveal(run.config, rows, "**What broke?** Measured on this run, against the bound that a sound run keeps.")


MEASURED = {
    "answers": ["maximum MSE {}, at most {}"],
    "grays": ["MSE of the grays {}, at most {}"],
    "plane": ["share outside {}, at most {}"],
    "axis": ["cosine {}, at least {}", "turned by {}°, at most {}°"],
}


def named_table(run: Run) -> None:
    colors = np.stack(list(named_colors().values()))
    model = run.model
    variants = {"intact": model, "− warmth": ablate(model, WARMTH), "− hue": ablate(model, HUE)}
    answers = {title: respond(variant, colors) for title, variant in variants.items()}
    panels.strip(
        list(named_colors()), {t: (a.rgb, [number(float(e)) for e in a.mse]) for t, a in answers.items()}, colors
    )


def keep_and_load(run: Run) -> None:
    st.subheader("Keep this run")
    if said := state.SAID.take():
        st.success(said)
    left, middle, right = st.columns([2, 1, 2], vertical_alignment="bottom")
    # Another run is another name, so it is another field.
    suggested = settings(run.config)[: shelf.MAX_NAME]
    name = left.text_input("Name", suggested, key=f"keep-name {suggested}", max_chars=shelf.MAX_NAME)
    try:
        if middle.button("Keep", key="keep"):
            said = f"Kept as {shelf.keep(name, run)}. It can be chosen on every page."
            state.SAID.set(said)
            st.rerun()
        data = shelf.file_of(run)
        right.download_button(
            "Download",
            data,
            f"{name or 'run'}.safetensors",
            key="download",
            on_click="ignore",
            help="The network, its settings and figures, and what you predicted of it.",
        )
    except ExcolorError as error:
        st.warning(str(error))
    upload = st.file_uploader("Load a checkpoint", type="safetensors", key="load")
    if upload is not None and state.LOADED.get() != upload.file_id:
        state.LOADED.set(upload.file_id)
        try:
            loaded = shelf.load(upload.getvalue(), upload.name)
            state.SAID.set(f"Loaded as {loaded}. It can be chosen on every page.")
            st.rerun()
        except ExcolorError as error:
            st.warning(str(error))
    removable = list(shelf.kept())
    if removable:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            gone = st.selectbox("Kept runs", removable, key="forget-name")
            st.button("Forget", on_click=shelf.forget, args=(gone,), key="forget")


def compare() -> None:
    rgb = inspector.picked_rgb()
    st.subheader("All figures, beside another network")
    names = list(shelf.choices())
    pair = []
    for place, key, index in zip(
        st.columns(2), ("compare-left", "compare-right"), (names.index(shelf.LAST), 0), strict=True
    ):
        with place:
            picked = st.selectbox("Network", names, index=index, key=key)
            chosen = shelf.choices()[picked]
            # Words that stay the same: Streamlit draws a chart anew when they change. The figures stand below.
            words = "Latents of 512 colors on the hue plane of {name}, the names of the hues around the rim."
            panels.chart(
                latents.spec((1, 0)),
                wheel_of(chosen),
                words.format(name=picked),
                f"{key}-wheel",
                mark=latents.mark((1, 0), state.picked(), respond(chosen.model, rgb).u[0], state.turn()),
            )
            pair.append((picked, metrics_of(chosen)))
    panels.metric_table(pair)


def readable(fused: Trained) -> None:
    st.subheader("The same, the readable way")
    st.markdown(
        "The page trains with a compiled kernel. The loop that the lessons show uses PyTorch's autograd: the same "
        "weights to begin with, the same batches, the same steps."
    )
    config = fused.measured.config
    wanted = state.AUTOGRAD_WANTED.get() == config

    def want() -> None:
        state.AUTOGRAD_WANTED.set(config)
        state.cancelled("autograd").forget()

    st.button("Train this with autograd instead", on_click=want, key="autograd")
    if not wanted:
        return
    slow = run_with_progress(config, "autograd", st.empty())
    if slow is None:
        st.info("Cancelled. Nothing was changed.")
        return
    ratio = slow.train_s / fused.train_s
    st.markdown(
        f"Autograd took **{number(slow.train_s)} s**, the kernel **{number(fused.train_s)} s**: {round(ratio)} times as long. Both end at the same place as far "
        f"as rounding lets them: the intact maximum is {number(slow.measured.metrics.intact.max_mse)} and {number(fused.measured.metrics.intact.max_mse)}, red's cosine {number(slow.measured.metrics.red_cosine)} and {number(fused.measured.metrics.red_cosine)}."
    )


for key, value in state.CONTROLS.items():
    state.begin(key, value)

st.title("What happens when you change a weight?")
left, right = st.columns([1, 3], gap="large")
with left, st.container(key="train-controls"):
    config = controls()

with right:
    untold = predict.due([term for term, weight in config.weights.items() if weight == 0], config)
    if untold:
        missions.wait()
        first_guess(config, untold)
        st.stop()
    try:
        trained_now = run_with_progress(config, "fused", st.empty())
    except ExcolorError as error:
        st.warning(str(error))
        st.stop()
    if trained_now is None:
        st.info("Cancelled. Move any control to train again.")
        trained_now = state.SHOWN.get()
        if trained_now is None:
            st.stop()
    state.SHOWN.set(trained_now)
    measured, run = trained_now.measured, trained_now.measured.run
    shelf.set_last(run)
    missions.note(measured)

    with st.container(key="train-verdict"):
        st.markdown(verdict(measured))
    predicted(measured)
    replay(run.key, frames_of(run), frames_of(shipped("robust")), verdict(measured).replace("**", ""), "replay")
    st.caption(f"Trained in {number(trained_now.train_s)} s, evaluated in {number(trained_now.evaluate_s)} s.")
    if st.button("See its ablation →", key="see-ablation", type="primary"):
        state.MODEL.set(shelf.LAST)
        st.switch_page("pages/ablation.py")
    st.subheader("What deleting warmth and hue does to it")
    named_table(run)
    compare()
    keep_and_load(run)
    readable(trained_now)

variants = {"intact": (), "− warmth": WARMTH, "− hue": HUE}
seen = [respond(ablate(run.model, dims), inspector.picked_rgb()) for dims in variants.values()]
inspector.table(inspector.look(seen), list(variants))

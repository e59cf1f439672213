"""Colors and labels: what the network is shown, how seldom it is told anything, and how wrong that may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import streamlit as st

from excolor import robustness
from excolor.charts import batch, heat_map, label_probability
from excolor.charts import robustness as robustness_chart
from excolor.color import describe, hsv_to_rgb, rgb_to_hex, rgb_to_hsv
from excolor.config import STEPS
from excolor.data import (
    BATCH,
    BLOCK,
    LABELS,
    TRAINING_GRID,
    VIVID,
    Batches,
    Noise,
    cell_shares,
    draw_sample,
    expected_positives,
    label_probabilities,
    noise_on,
    shares,
    stream,
    training_set,
)
from excolor.kernel import is_compiled
from excolor.measured import Measured
from excolor.metrics import respond
from excolor.scenes import hsv_places
from excolor.surgery import HUE, WARMTH, ablate
from excolor.ui import frame, labels, noise, panels, shelf, spheres, state
from excolor.ui.components import inspector
from excolor.ui.words import CAUSES, number, percent

frame.require()

SAMPLE = 10 * BATCH
HEIGHT = 440  # of the scene, in pixels
POLL = 0.3  # seconds between two looks at the sweep
DOUBTFUL = 0.01  # a probability below which a label comes as a surprise
GROUPS = {"black": "black", "gray": "gray, white", "muted": "muted", "vivid": "vivid"}
FIGURES: dict[str, robustness_chart.Name] = {
    "red": "red_cosine",
    "grays": "gray_mse",
    "selectivity": "selectivity",
    "not sound": "unsound",
}


def percents(share: float) -> str:
    """A share in percent with two significant digits; all and nothing as they are."""
    return f"{number(100 * share) if share < 0.1 else round(100 * share)}\u00a0%"


def table(heads: Sequence[str], rows: Mapping[str, Sequence[str]], label: str) -> None:
    """A table of figures with a name for each row."""
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
        for name, cells in rows.items()
    )
    st.html(
        f'<div class="xc-scroll"><table class="xc-table xc-plain" aria-label="{escape(label)}"><thead><tr><td></td>{top}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def strip(rgb: np.ndarray, label: str) -> None:
    """Drawn colors in the order in which they came, eight by eight."""
    cells = "".join(f'<i style="background:{fill};aspect-ratio:1"></i>' for fill in rgb_to_hex(rgb))
    st.html(
        f'<div role="img" aria-label="{escape(label)}" style="display:grid;grid-template-columns:repeat(8,1fr);gap:4px;'
        f'padding:8px;background:#808080;max-width:18rem">{cells}</div>'
    )


# --- the colors -----------------------------------------------------------------------------------


@st.fragment
def cube() -> None:
    """The training colors and a sample of them, in the HSV cube."""
    weighted = st.toggle(
        "Draw with the sampling weight",
        key="data-weighted",
        persist_state="session",
        help="Off: every point of the grid is drawn alike. On: as the network is trained.",
    )
    drawn = draw_sample(SAMPLE, weighted, np.random.default_rng(0))
    colors, _probability = training_set()
    groups = shares()
    vibrant = np.ptp(colors[drawn], axis=1)
    found = {
        "black": int((colors[drawn].max(1) == 0).sum()),
        "gray": int(((vibrant < 1e-9) & (colors[drawn].max(1) > 0)).sum()),
        "vivid": int((vibrant >= VIVID - 1e-9).sum()),
    }
    left, right = st.columns([7, 3], gap="large", vertical_alignment="center")
    with left:
        titles = ("the grid: {n} points".format(n=f"{len(colors):,}"), f"{SAMPLE} draws")
        spheres.mount(
            lambda: spheres.hsv_page(titles, drawn, HEIGHT),
            "hsv",
            (
                "Left, the training colors, each at its hue (to the right), value (upwards) and saturation (towards you): "
                "the whole floor is black, the whole back wall gray. Right, those that were drawn."
            ),
            HEIGHT,
        )
    with right:
        st.markdown(f"**The first {BATCH} draws.** That is one batch.")
        strip(colors[drawn[:BATCH]], f"The first {BATCH} colors that were drawn.")
        st.markdown(
            (
                "Of all {n} draws, **{black}** are black, **{gray}** gray or white, and **{vivid}** vivid. On average it "
                "would be {black_mean}, {gray_mean} and {vivid_mean}."
            ).format(
                n=SAMPLE,
                **found,
                **{
                    f"{name}_mean": number(
                        SAMPLE * (groups[name].drawn if weighted else groups[name].points / len(colors))
                    )
                    for name in found
                },
            )
        )


def colors_section() -> None:
    hues, saturations, values = TRAINING_GRID
    points = hues * saturations * values
    groups = shares()
    st.header("The colors: a grid of {n}".format(n=f"{points:,}"), anchor="colors")
    st.markdown(
        (
            "The training set is {h} hues × {s} saturations × {v} values. **Turn the cubes**; they turn together. Then switch "
            "the weight on, and see what becomes rare.\n\n"
            "**Guess first:** how many of the {n} points are black?"
        ).format(h=hues, s=saturations, v=values, n=f"{points:,}")
    )
    cube()
    with st.expander("Check your guess"):
        black, gray = groups["black"], groups["gray"]
        distinct = sum(group.distinct for group in groups.values())
        st.markdown(
            (
                "**{black}**, one in {every}. At value 0 every hue and every saturation is the same black. At saturation 0 "
                "every hue is the same gray: {gray} points for {grays} grays, white among them. So {points} points show "
                "only {distinct} different colors, and {dull} of the grid is black or gray."
            ).format(
                black=black.points,
                every=round(points / black.points),
                gray=gray.points,
                grays=gray.distinct,
                points=f"{points:,}",
                distinct=f"{distinct:,}",
                dull=percent((black.points + gray.points) / points),
            )
        )


def weight_section() -> None:
    points = len(training_set()[0])
    _hues, saturations, values = TRAINING_GRID
    groups, drawn = shares(), cell_shares()
    st.header("What the sampling weight does", anchor="weight")
    left, right = st.columns([5, 6], gap="large")
    with left:
        panels.chart(
            heat_map.spec(float(drawn.max())),
            heat_map.table(drawn),
            (
                f"Share of draws of each saturation and value, in percent: from {percents(float(drawn.min()))} at value 0 to {percents(float(drawn.max()))} at saturation 1 "
                "and value 1, growing along both."
            ),
            "data-cells",
            fixed=True,
        )
    with right:
        st.markdown(
            "**Share of the draws, in percent,** of each saturation and value, over all hues. Without the weight each of "
            f"the {saturations * values} cells would get {percents(1 / (saturations * values))}. With it the brightest, most saturated cell gets {percents(float(drawn.max()))}, and black, the "
            f"whole bottom row, {percents(groups['black'].drawn)}."
        )
        table(
            ["points", "colors", "without", "with"],
            {
                name: [
                    f"{groups[key].points:,}",
                    f"{groups[key].distinct:,}",
                    percents(groups[key].points / points),
                    percents(groups[key].drawn),
                ]
                for key, name in GROUPS.items()
            },
            "Share of draws of black, gray, muted and vivid colors",
        )
        st.markdown(
            f"Vivid: saturation times value is at least {number(VIVID)}. The weight of a point divides what is there again and "
            "again by how often it is there: black by all hues and saturations, a gray by all hues."
        )
        st.latex(r"w = \frac{1 - v}{n_s\, n_h} + \frac{(1 - s)\, v}{n_h} + s\, v")


# --- the labels ------------------------------------------------------------------------------------


def chances_section() -> None:
    st.header("The labels: a coin with a bias", anchor="labels")
    st.markdown(
        "Nobody sorts the colors. Each time a color is drawn, a coin decides whether it is called “red”, and another "
        "whether it is called “vibrant”. The same red may be called red now and not the next time: labels on the "
        "internet are like that. **Follow the lines:** how far from pure red does the label reach?"
    )
    hues, saturations, _values = TRAINING_GRID
    red, vibrant = label_probabilities(
        hsv_to_rgb([[0, 1, 1], [1 / hues, 1, 1], [3 / hues, 1, 1], [0, 1 - 1 / (saturations - 1), 1]])
    )
    words = {
        "hue": (
            f"Probability of each label against hue: red has {percents(red[0])} at pure red, {percents(red[1])} at 10°, {percents(red[2])} at orange; vibrant "
            f"has {percents(float(vibrant[0]))} at every hue."
        ),
        "saturation": (
            f"Probability of each label against the saturation of red: both have {percents(red[0])} at saturation 1; at the next lower "
            f"one of the grid red has {percents(red[3])}, vibrant {labels.chance(float(vibrant[3]))}."
        ),
    }
    left, right = st.columns(2, gap="large")
    for place, axis in zip((left, right), label_probability.AXES, strict=True):
        with place:
            panels.chart(
                label_probability.spec(axis),
                label_probability.table(axis),
                words[axis],
                f"data-chances-{axis}",
                mark=label_probability.mark(axis, seen.code, seen.turn),
            )
    st.markdown(
        f"One step of the grid, 10°, takes “red” from {percents(red[0])} to {percents(red[1])}; orange has {percents(red[2])}. One step of saturation takes "
        f"“vibrant” from {percents(red[0])} to {labels.chance(float(vibrant[3]))}. That is how steep ½ · redness¹⁰ and ½ · vibrancy¹⁰⁰ are. Redness is "
        "r · (1 − g/2 − b/2), vibrancy is saturation times value."
    )


def draw(count: int) -> None:
    state.DRAWN.set(min(STEPS, state.DRAWN.get() + count))


def again() -> None:
    state.DRAWN.forget()
    state.DRAW_SEED.set(state.DRAW_SEED.get() + 1)


def said_of(last: Batches) -> str:
    """What happened in the last of some batches."""
    parts: list[str] = []
    for label, positive in (("red", last.positives("red")[-1]), ("vibrant", last.positives("vibrant")[-1])):
        who = describe(last.rgb[-1][positive > 0]) if positive.any() else []
        if not who:
            parts.append(f"nobody got “{label}”")
        else:
            parts.append(f"{len(who)} got “{label}” ({', '.join(who)})")
    return "**Batch {n}:** {red}; {vibrant}.".format(n=f"{len(last):,}", red=parts[0], vibrant=parts[1])


def tally(drawn: Batches) -> None:
    """What was seen, beside what is to be expected; before the first draw that would give the answer away."""
    n = len(drawn)
    expected = list(map(expected_positives, LABELS))
    counts = list(drawn.labels.sum(2))
    table(
        ["“red”", "“vibrant”"],
        {
            "labels seen": [f"{int(each.sum()):,}" for each in counts],
            "labels in a batch": [number(float(each.sum()) / n) if n else "–" for each in counts],
            "… on average": [number(each.per_batch) if n else "–" for each in expected],
            "batches without": [tenths(float((each == 0).mean())) if n else "–" for each in counts],
            "… to be expected": [tenths(each.without) if n else "–" for each in expected],
        },
        f"Labels seen in {n} batches, and the exact expectation",
    )


def tenths(share: float) -> str:
    """A share in percent with one decimal."""
    return f"{100 * share:.1f}\u00a0%"


def draw_section() -> None:
    n, seed = state.DRAWN.get(), state.DRAW_SEED.get()
    clean = stream(seed, n)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        full = n >= STEPS
        st.button("Draw a batch", on_click=draw, args=(1,), key="data-draw", type="primary", disabled=full)
        st.button(f"Draw {BLOCK}", on_click=draw, args=(BLOCK,), key="data-draw-100", disabled=full)
        st.button(
            "Start over",
            on_click=again,
            key="data-again",
            disabled=n == 0,
            help="Empties the tally and takes other draws: the next seed.",
        )
        st.markdown(
            "**{n}** batches drawn, {samples} colors; seed {seed}".format(
                n=f"{n:,}", samples=f"{n * BATCH:,}", seed=seed
            )
        )
    left, right = st.columns([5, 7], gap="large")
    with left:
        last = stream(seed, max(1, n))
        rows = batch.table(last.rgb[-1], last.positives("red")[-1], last.positives("vibrant")[-1])
        rows = rows if n else rows.slice(0, 0)
        panels.chart(
            batch.spec(),
            rows,
            "The 64 colors of the last batch. Who carries a label is said beside it.",
            "data-batch",
            mark=batch.mark(rows, seen.code, seen.turn),
            fixed=True,
        )
    with right:
        with st.container(key="data-said"):
            st.markdown(
                said_of(clean)
                if n
                else "**Press “Draw a batch”.** A disc with R will mark who is called red, a diamond with V who is called vibrant."
            )
        tally(clean)
        panels.chart(
            batch.empty_batches_spec(),
            batch.empty_batches_table(clean),
            (
                "Of the last hundred batches, a bar for each that has a label, red above, vibrant below. The tally says the "
                "same in numbers."
            ),
            "data-silence",
        )
    red, vibrant = map(expected_positives, LABELS)
    with st.expander("Check your guess"):
        st.markdown(
            (
                "In **{red} of 100** batches nobody is called red, and in {vibrant} nobody is called vibrant. Then the "
                "regularizer that listens to the label is silent. In a whole training, {steps} batches and {samples} "
                "colors, there are about **{total}** labels “red”: one color in {every}. That is enough to put red where "
                "it was told to be."
            ).format(
                red=tenths(red.without).removesuffix("\u00a0%"),
                vibrant=tenths(vibrant.without).removesuffix("\u00a0%"),
                steps=f"{STEPS:,}",
                samples=f"{STEPS * BATCH:,}",
                total=round(STEPS * red.per_batch),
                every=round(BATCH / red.per_batch),
            )
        )


# --- wrong labels ----------------------------------------------------------------------------------


def unlikely(drawn: Batches) -> list[int]:
    """How many labels sit on colors that would carry them with a probability under 1 %."""
    likely = label_probabilities(drawn.rgb)
    return [
        int(((positive > 0) & (probability < DOUBTFUL)).sum())
        for positive, probability in zip(drawn.labels, likely, strict=True)
    ]


def noise_section() -> None:
    n, seed = state.DRAWN.get(), state.DRAW_SEED.get()
    st.header("Labels made wrong on purpose", anchor="noise")
    st.markdown(
        "At this rate a label forgets its color: it is drawn blindly, as often as before. These are the batches that you "
        "drew, with the same colors and the same coins. **Move the slider.**"
    )
    with st.container(horizontal=True, gap="large", vertical_alignment="bottom"):
        rate = st.slider(
            "label noise",
            0.0,
            1.0,
            step=0.05,
            key="data-noise",
            persist_state="session",
            width=420,
            help="Share of the labels that are drawn at random and say nothing about their color.",
        )
        if n < BLOCK:
            st.button(f"Draw {BLOCK} first", on_click=draw, args=(BLOCK,), key="data-draw-more")
        if st.button("Train with this noise →", key="data-train"):
            state.put(state.LABEL_NOISE, round(rate, 2))
            st.switch_page("pages/train.py")
    rate = round(rate, 2)
    clean, noisy = stream(seed, n), stream(seed, n, rate)
    changed = (
        noise_on(clean.positives("red"), noisy.positives("red")),
        noise_on(clean.positives("vibrant"), noisy.positives("vibrant")),
    )
    left, right = st.columns([6, 5], gap="large")
    with left:
        rows = batch.carriers_table(noisy, (changed[0].made, changed[1].made))
        panels.chart(
            batch.carriers_spec(),
            rows,
            (
                f"The last {batch.ACROSS * batch.DOWN} colors that got each label, red above, vibrant below; a cross marks those that got it only "
                "because of the noise. The numbers are said beside it."
            ),
            "data-carriers",
            mark=batch.mark(rows, seen.code, seen.turn),
            fixed=True,
        )
        st.caption(
            f"The last {batch.ACROSS * batch.DOWN} colors that got each label, newest first. ×: only because of the noise."
        )
    with right, st.container(key="data-noise-said"):
        st.markdown(noise_words(rate, clean, noisy, changed))


def noise_words(rate: float, clean: Batches, noisy: Batches, changed: tuple[Noise, Noise]) -> str:
    """What the noise did to the batches that were drawn."""
    if not len(clean):
        return "No batch is drawn yet."
    seen = [int(each.sum()) for each in noisy.labels]
    made, lost = ([int(getattr(each, what).sum()) for each in changed] for what in ("made", "lost"))
    doubtful, before = unlikely(noisy), unlikely(clean)
    text = (
        "At noise **{rate}**, {red_made} of {red} labels “red” are there only because of the noise (×), and {vibrant_made} of "
        "{vibrant} “vibrant”; {lost} labels that the color had earned are lost.\n\n"
        "On colors that would carry the label with less than {doubtful} sit **{red_odd}** of the labels “red” and "
        "**{vibrant_odd}** of the “vibrant”; without noise {red_before} and {vibrant_before}."
    ).format(
        rate=f"{rate:g}",
        red_made=made[0],
        red=seen[0],
        vibrant_made=made[1],
        vibrant=seen[1],
        lost=sum(lost),
        doubtful=f"{100 * DOUBTFUL:g}\u00a0%",
        red_odd=doubtful[0],
        vibrant_odd=doubtful[1],
        red_before=before[0],
        vibrant_before=before[1],
    )
    if before[0]:
        text += (
            " Even without noise some reds are a surprise: such a color is called red very seldom, but there are many of "
            "them."
        )
    return text


@st.fragment
def playing() -> None:
    """Drawing batches, and the noise on them: what is drawn above is what is made wrong below."""
    if state.turn() != seen.turn:  # a color was picked in here, and is to be marked everywhere
        st.rerun()
    draw_section()
    noise_section()


# --- how much noise --------------------------------------------------------------------------------


def value(point: Measured, name: robustness_chart.Name) -> float:
    """The figure of a run that is drawn."""
    metrics = point.metrics
    return {
        "red_cosine": metrics.red_cosine,
        "gray_mse": metrics.hue.gray_mse,
        "selectivity": metrics.selectivity,
        "unsound": float(not point.sound),
    }[name]


def conclusion(points: Sequence[Measured]) -> str:
    """What the whole sweep says."""
    told = robustness.limits(points)
    if told.breaks_at is None:
        return "Every run is sound, at every rate."
    first = {
        "the grays are harmed when hue is deleted ({n} of {all})": told.grays,
        "hue is not in its plane ({n} of {all})": told.off_plane,
        "red is not where it should be ({n} of {all})": told.red,
    }
    words = ", ".join(
        text.format(n=n, all=robustness.SEEDS) for text, n in sorted(first.items(), key=lambda item: -item[1]) if n
    )
    if told.sound_to >= 0:
        start = "**All {seeds} seeds are sound up to a noise of {rate}.** ".format(
            seeds=robustness.SEEDS, rate=f"{told.sound_to:g}"
        )
    else:
        start = "**Already without noise not every seed is sound.** "
    text = start + "What breaks first, at {rate}: {words}.".format(rate=f"{told.breaks_at:g}", words=words)
    if told.red_to > told.sound_to:
        text += (
            " Red stays where it was told to be longer, up to {rate}: wrong labels fall on all colors and pull nowhere in "
            "particular, while the few right ones all pull the same way."
        ).format(rate=f"{told.red_to:g}")
    return text


def so_far(points: Sequence[Measured], name: robustness_chart.Name) -> str:
    """The medians of the levels that are there, or how many runs are not sound."""
    parts: list[str] = []
    for level in robustness.LEVELS:
        here = [value(each, name) for each in points if each.config.label_noise == level]
        if here and name == "unsound":
            parts.append("{level}: {n} of {all}".format(level=f"{level:g}", n=round(sum(here)), all=len(here)))
        elif here:
            parts.append(f"{level:g}: {number(float(np.median(here)))}")
    return ", ".join(parts)


def sweep_section() -> None:
    running, me = noise.study(), state.VISITOR.get()
    watching = running.watched_by(me)
    points = running.finished()
    total = len(robustness.LEVELS) * robustness.SEEDS

    def start() -> None:
        running.start(me)

    def cancel() -> None:
        running.cancel(me)

    # What ticks is decided when the whole page runs, so both its begin and its end ask for that.
    if watching != state.TICKING.get():
        state.TICKING.set(watching)
        st.rerun()
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        picked = st.segmented_control(
            "Figure",
            list(FIGURES),
            default=next(iter(FIGURES)),
            required=True,
            key="data-figure",
            persist_state="session",
        )
        if watching:
            st.button("Cancel", on_click=cancel, key="data-cancel")
        elif not running.done:
            again = "Go on" if running.points else f"Train {total} networks"
            st.button(again, on_click=start, key="data-sweep", type="primary")
    if running.error is not None:
        st.warning(f"The runs could not be finished ({running.error}).")
    name = FIGURES[picked or next(iter(FIGURES))]
    panels.chart(
        robustness_chart.spec(name),
        robustness_chart.table(
            name,
            [each.config.label_noise for each in points],
            [each.config.seed for each in points],
            [value(each, name) for each in points],
            [[CAUSES[cause] for cause in each.causes] for each in points],
            {"red_cosine": "below: red is off its axis", "gray_mse": "above: the run fails"}.get(name, ""),
        ),
        f"{picked} against label noise: a disc for each sound run, a cross for each other, a line through the medians.",
        "data-tolerance",
    )
    marks = "Circles are sound runs, crosses all others; the line joins the medians."
    st.caption(f"Each point is the share of {robustness.SEEDS} runs." if name == "unsound" else marks)
    with st.container(key="data-sweep-said"):
        if watching:
            done = len(running.points)
            words = f"{done} of {total} networks trained"
            st.progress(done / total, words if is_compiled() else "Preparing the training kernel.")
        elif running.done:
            st.markdown(conclusion(points))
        else:
            st.markdown("Nothing is trained yet." if not points else "Stopped; what is drawn is remembered.")
    if points:
        with st.expander("The same in numbers"):
            st.markdown(
                "{what}: {values}.".format(
                    what="Runs that are not sound, by noise" if name == "unsound" else "Medians, by noise",
                    values=so_far(points, name),
                )
            )
            st.markdown(
                f"The robust schedule, seeds 0 to {robustness.SEEDS - 1}, nothing changed but the noise. Sound: the verdict finds no cause, "
                "and the run does not fail. The figures are those of the Train page on a third of its colors, within 2 %."
            )


model = shelf.current().model
variants = {"intact": (), "− warmth": WARMTH, "− hue": HUE}
seen = inspector.look([respond(ablate(model, dims), inspector.picked_rgb()) for dims in variants.values()])

st.title("How little does the network have to be told?")
st.markdown(
    "It is shown colors. Now and then it hears that one of them is “red” or “vibrant”, and that is all. See how seldom, "
    "and how wrong it may be."
)
colors_section()
weight_section()
chances_section()
st.subheader("Draw it yourself", anchor="draw")
st.markdown(
    f"A training step sees a batch of {BATCH}. **Guess first:** in how many of 100 batches is nobody called red? Then draw "
    "one, a few more, a hundred."
)
playing()
st.header("How much noise does it stand?", anchor="tolerance")
st.markdown(
    f"Now train: {robustness.SEEDS} seeds at each of {len(robustness.LEVELS)} rates, from no noise to nothing but noise. **Guess first:** up to which "
    f"rate do all {robustness.SEEDS} still come out right?"
)
state.TICKING.set(noise.study().watched_by(state.VISITOR.get()))
st.fragment(sweep_section, run_every=POLL if state.TICKING.get() else None)()
st.page_link("pages/regularizers.py", label="Next: what each label pulls at, and how hard →")
inspector.table(seen, list(variants), {"hsv": np.repeat(hsv_places(rgb_to_hsv(seen.rgb[None])), 2, axis=0)})

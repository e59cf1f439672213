"""Regularizers: where each of the four pushes the latents, how hard, and when."""

import inspect

import numpy as np
import streamlit as st
import torch

from excolor import losses
from excolor.charts import gradients, keyframes
from excolor.color import named_colors
from excolor.config import STEPS
from excolor.data import BATCH, TRAINING_GRID, expected_positives
from excolor.losses import SAME_COLOR, Term
from excolor.schedule import SHIPPED, Schedule, find
from excolor.ui import frame, labels, panels, state
from excolor.ui.caches import shipped
from excolor.ui.words import number, percent

frame.require()

FORMULAS = {
    "anchor": r"\lVert \mathbf{u} - (1, 0, 0, 0) \rVert^2",
    "planarity": r"\sum_{k \ge 2} u_k^2",
    "separate": r"\sum_{j \ne i} \left( \frac{1 + \mathbf{u}_i \cdot \mathbf{u}_j}{2} \right)^{100}",
    "unitarity": r"\left( \lVert \mathbf{z} \rVert - 1 \right)^2",
}
TITLES = {
    "anchor": "Anchor: red goes to the first axis",
    "planarity": "Planarity: vibrant colors go to one plane",
    "separate": "Separate: neighbors go apart",
    "unitarity": "Unitarity: every color goes to length 1",
}
SENTENCES = {
    "anchor": "Anchor pulls red to one point of the sphere, the end of the first axis, u₀.",
    "planarity": "Planarity pulls vibrant colors into the plane of the first two axes, u₀ and u₁: the hue plane.",
    "separate": "Separate pushes any two samples apart, wherever they are, as long as they are close.",
    "unitarity": "Unitarity pulls z to length 1, before z is divided by its length to become u.",
}
GUESSES = {
    "anchor": "**Guess first:** where on the circle is red pushed hardest? Then move red round the circle.",
    "planarity": "**Guess first:** is the push hardest right above the plane? Then lift the sample off the plane.",
    "separate": "**Guess first:** from how far away do two samples feel each other? Then bring them together.",
    "unitarity": "**Guess first:** is z pushed harder from inside or from outside? Then make it shorter and longer.",
}
_HUES, _SATURATIONS, _VALUES = TRAINING_GRID
PALER = 1 - 1 / (_SATURATIONS - 1)
EXAMPLES = (
    ("red", (0.0, 1.0, 1.0)),
    ("hue 10°", (1 / _HUES, 1.0, 1.0)),
    ("hue 20°", (2 / _HUES, 1.0, 1.0)),
    ("orange", (3 / _HUES, 1.0, 1.0)),
    (f"saturation {number(PALER)}", (0.0, PALER, 1.0)),
    (f"value {number(PALER)}", (0.0, 1.0, PALER)),
    ("yellow", (6 / _HUES, 1.0, 1.0)),
    ("cyan", (18 / _HUES, 1.0, 1.0)),
    ("blue", (24 / _HUES, 1.0, 1.0)),
    ("white", (0.0, 0.0, 1.0)),
)


def near(name: gradients.Name, position: float) -> tuple[str, str]:
    """The value and the push at a position of the slider, as they are written."""
    effect = gradients.effect(name)
    i = int(np.argmin(np.abs(effect.positions - position)))
    return number(round(float(effect.value[i]), 12)), number(round(float(effect.strength[i]), 12))


def warmth(color: str) -> str:
    """u₀ of a named color in the network that ships."""
    _z, u, _output = shipped("robust").model(torch.as_tensor(named_colors()[color][None], dtype=torch.float32))
    return number(float(u[0, 0])).replace("-", "−")


def answer(name: gradients.Name) -> str:
    """What the student will have found, with the numbers of the picture."""
    effect = gradients.effect(name)
    hardest = int(np.argmax(effect.strength))
    most, where = number(float(effect.strength[hardest])), f"{abs(effect.positions[hardest]):g}"
    if name == "anchor":
        return (
            f"Red is pushed hardest at {where}°, with {most}. Opposite, at 180°, the value is largest, {near(name, 180)[0]}, and yet the "
            f"push is {near(name, 180)[1]}: no way round is shorter than the other. The push is the slope of the curve, and the curve is "
            f"flat there. Nobody pushes cyan, which has no label. Yet in the network that ships, red is at u₀ = {warmth('red')} and cyan at "
            f"u₀ = {warmth('cyan')}."
        )
    if name == "planarity":
        return (
            f"It is hardest at {where}°, with {most}. Right above the plane, at 90°, the value is largest, {near(name, 90)[0]}, and the "
            f"push is {near(name, 90)[1]}: every way down is equally long. The term does not say where in the plane a hue belongs; it "
            "only keeps the other two axes free of it."
        )
    if name == "separate":
        faint = effect.positions[np.flatnonzero(effect.strength >= effect.strength[hardest] / 100)[-1]]
        return (
            "The push is hardest at {where}°, with {most}. Beyond {faint}° it is less than a hundredth of that. So a sample "
            "only feels its neighbors, and the pushes of all neighbors add up. Two samples closer than {same}° count as "
            "the same color drawn twice, and are left alone."
        ).format(where=where, most=most, faint=f"{faint:g}", same=number(float(np.degrees(np.arccos(1 - SAME_COLOR)))))
    high = 1.4
    return (
        f"From either side alike: the push grows with the distance to the circle. At length {number(2 - high)} it is {near(name, 2 - high)[1]}, at length "
        f"{number(high)} it is {near(name, high)[1]}. But z is divided by its length before anyone uses it, so the network answers the same for "
        "a long z as for a short one. Then why have this term? Keep the question for the Train page."
    )


def in_words(name: gradients.Name) -> str:
    """The picture's text alternative."""
    effect, moved = gradients.effect(name), gradients.control(name)
    unit = "°" if moved.unit == "degrees" else ""
    picks = np.linspace(0, len(effect.positions) - 1, 5).round().astype(int)
    values = "; ".join(
        "{position}{unit}: value {value}, push {push}".format(
            position=f"{position:.3g}".replace("-", "−"),
            unit=unit,
            value=near(name, position)[0],
            push=near(name, position)[1],
        )
        for position in effect.positions[picks].tolist()
    )
    return f"{TITLES[name]}. A cross-section of the sphere with the push as an arrow. {moved.name}, {values}."


def who(term: Term) -> None:
    """The label that a term listens to, and who carries it."""
    if term.label is None:
        words = {
            "separate": "**No label: every sample.** Each of the {batch} in a batch is compared with the {others} others.",
            "unitarity": "**No label: every sample.** All {batch} in a batch, whatever their color.",
        }
        st.markdown(words[term.name].format(batch=BATCH, others=BATCH - 1))
        return
    found = expected_positives(term.label)
    st.markdown(
        f"**It listens to the label “{term.label.name}”.** The label is drawn by chance, afresh for every sample. Of the {BATCH} "
        f"samples in a batch {number(found.per_batch)} carry it on average; in **{percent(found.without)}** of the batches nobody does, and then the term "
        "is silent. These are some colors of the training set, and how often they carry it:"
    )
    labels.patches(term.label, EXAMPLES)


def weight(term: Term, chosen: Schedule, others: tuple[Schedule, ...]) -> None:
    """The weight of a term through training."""
    st.markdown(
        "**When it counts.** The push is multiplied by this weight, step by step. Thick: the schedule "
        f"{chosen.name}, which you can change below."
    )
    words = []
    # In one order whichever is chosen: a chart whose words change is drawn anew.
    for schedule in map(find, SHIPPED):
        values = schedule.values(term.column, np.arange(schedule.steps))
        most = int(np.argmax(values))
        words.append(
            f"{schedule.name}: {number(values[0])} at step 0, at most {number(values[most])} at step {most}, {number(values[-1])} at step {schedule.last}"
        )
    panels.chart(
        keyframes.weight_spec(),
        keyframes.weight_table(term.column, chosen, others),
        f"Weight of {term.name} against step. {'; '.join(words)}.",
        f"weight-{term.name}",
    )


def source(term: Term) -> str:
    """The code of a term as the library has it, with the constants that it uses."""
    used = term.loss.__code__.co_names
    lines = inspect.getsource(losses).splitlines()
    constants = [line for name in used for line in lines if name.isupper() and line.startswith(f"{name} = ")]
    return "\n".join([*constants, *([""] if constants else []), inspect.getsource(term.loss)]).rstrip()


def lesson(name: gradients.Name, chosen: Schedule, others: tuple[Schedule, ...]) -> None:
    """One term."""
    term = gradients.term(name)
    st.header(TITLES[name], anchor=name)
    st.markdown(SENTENCES[name])
    left, right = st.columns([5, 7], gap="large")
    with left:
        st.markdown(GUESSES[name])
        with st.container(key=f"push-{name}"):
            panels.chart(
                gradients.spec(name), gradients.table(name, number), in_words(name), f"picture-{name}", fixed=True
            )
        with st.expander("Check your guess"):
            st.markdown(answer(name))
    with right:
        st.latex(FORMULAS[name])
        st.code(source(term), language="python", wrap_lines=True)
        who(term)
        weight(term, chosen, others)


st.title("How do you tell a network where to keep a concept?")
st.markdown(
    "Four regularizers are added to the loss. Each is zero where the samples should be, and pushes them there. "
    "The arrow is the push: minus the gradient of the term."
)

names = list(reversed(SHIPPED))
picked = state.value("regularizers-schedule") or names[0]
chosen, others = find(picked), tuple(find(name) for name in names if name != picked)
for each in gradients.NAMES:
    lesson(each, chosen, others)

st.header("The schedule: when each of them counts", anchor="schedule")
st.markdown(
    "**Move along the steps**, with the pointer, a finger or the slider: the values of that step stand at the right.\n\n"
    "**Guess first:** for how much of the training does any of the four push at all?"
)
st.segmented_control(
    "Schedule",
    names,
    default=names[0],
    required=True,
    key="regularizers-schedule",
    persist_state="session",
    help="robust was found by trying many; ex-2.7 is the published one. The other one stays in gray behind it.",
)
read_out = " ".join(
    f"{each.name}: "
    + "; ".join(
        f"{name} {', '.join(number(each.at(step)[name]) for step in (0, keyframes.START, each.last))}"
        for name in keyframes.TRACKS
    )
    + "."
    for each in map(find, SHIPPED)
)
panels.chart(
    keyframes.spec(),
    keyframes.table(chosen, others, number),
    # The words are the same for both, so that the step stays where it is.
    (
        "The schedules against step: learning rate and four weights, the chosen schedule in front of the other. At steps 0, "
        f"{keyframes.START} and {chosen.last}: {read_out}"
    ),
    "schedule",
)
every = np.arange(chosen.steps)
pushing = np.any([chosen.values(term.column, every) > 0 for term in losses.TERMS], axis=0)
end = int(np.flatnonzero(pushing)[-1]) + 1
with st.expander("Check your guess"):
    st.markdown(
        (
            "From step {end} on all four weights are 0: for the last {rest} of the training nobody pushes, and the network "
            "only learns to give colors back as they are. What the terms have arranged by then stays. The learning rate is "
            "{rate} at that step, and {last} at the end."
        ).format(
            end=f"{end:,}",
            rest=percent((chosen.last - end) / chosen.last),
            rate=number(chosen.at(end)["lr"]),
            last=number(chosen.at(chosen.last)["lr"]),
        )
    )
left, right = st.columns([5, 7], gap="large")
with left:
    st.markdown(
        (
            "**The sheet behind it.** Each filled cell is a key, a diamond above; a blank cell sets none. STEP is a step, an "
            "offset from the row before it (+10), or a fraction of the way between its neighbors (+0.5). Training makes "
            "{steps} updates."
        ).format(steps=f"{STEPS:,}")
    )
    st.markdown(
        "**Between two keys** a value moves by *minimum jerk*, as a hand does that reaches for a cup: it leaves gently, "
        "is fastest half-way, and arrives gently. τ is the share of the time that has passed."
    )
    st.latex(r"a + (b - a)\,(10 \tau^3 - 15 \tau^4 + 6 \tau^5)")
with right:
    st.code(chosen.text.rstrip(), language=None)
st.page_link("pages/train.py", label="Next: change the weights yourself, and train it again →")

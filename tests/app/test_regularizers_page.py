"""The Regularizers page: its figures against the library's and against those worked out by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from excolor.checkpoint import pretrained
from excolor.data import expected_positives
from excolor.diagnosis import placement
from excolor.losses import TERMS
from excolor.metrics import respond
from excolor.pushes import Moment, at_work, moment
from excolor.schedule import SHIPPED, find
from excolor.ui.sections.prose import NAMES, PROSE
from excolor.ui.words import number, percent, percents
from tests.support.app import unfold

ROOT = Path(__file__).parents[2]
BY_NAME = {term.name: term for term in TERMS}
every_term = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def at() -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120).run()
    app.switch_page("pages/regularizers.py").run()
    assert not app.exception
    return app


@pytest.fixture(scope="module")
def moments() -> Mapping[str, Moment]:
    run = pretrained("robust").run
    return {name: moment(run, share) for name, share in {"start": 0, "a tenth": 0.1, "half": 0.5, "end": 1}.items()}


def choose(at: AppTest, name: str, when: str = "half") -> str:
    at.button_group("regularizers-term").set_value(name)
    at.button_group("regularizers-moment").set_value(when)
    at.run()
    assert not at.exception
    return said(at)


def said(at: AppTest) -> str:
    return "\n".join(element.value for element in at.markdown)


def test_every_regularizer_can_be_chosen(at: AppTest) -> None:
    assert at.button_group("regularizers-term").options == list(NAMES)
    assert set(NAMES) == set(BY_NAME)


@every_term
def test_the_page_counts_the_positives(name: str, at: AppTest) -> None:
    text, label = choose(at, name), BY_NAME[name].label
    assert PROSE[name].sentence in text
    if label is None:
        assert "It listens to no label: it acts on **all 64** samples" in text
        return
    found = expected_positives(label)
    assert f"label “{label.name}”: on average **{number(found.per_batch)} of the 64** in a batch" in text
    assert f", and nobody in {percent(found.without)} of all batches." in text


@pytest.mark.numerical
@every_term
@pytest.mark.parametrize("when", ["start", "a tenth", "half", "end"])
def test_the_sentence_of_a_batch_is_the_librarys(
    name: str, when: str, at: AppTest, moments: Mapping[str, Moment]
) -> None:
    text, now, term = choose(at, name, when), moments[when], BY_NAME[name]
    ahead = now.next_with(term.label.name) if term.label else 0
    work = at_work(term, now, ahead)
    assert f"**Batch {now.number(ahead):,} of 3,001**, after {now.done:,} updates." in text
    assert f", with {number(work.strength.max())}." in text
    if term.label:
        assert f"**{work.carriers.sum()} of the 64** carr" in text
    weight = now.weights[name]
    assert f"The weight of {name} is {number(weight)} at this moment" in text
    assert ("**none of this counts.**" in text) is not bool(weight)


def test_a_batch_in_which_nobody_carries_the_label_says_so(at: AppTest, moments: Mapping[str, Moment]) -> None:
    choose(at, "anchor")
    now = moments["half"]
    ahead = now.next_with("red") + 1
    assert not now.batches.positives("red")[ahead].any()
    at.button("another-batch").click().run()
    assert f"Batch {now.number(ahead):,} of" in said(at)
    assert "Nobody here carries “red”: **anchor says nothing**" in said(at)
    assert "Hardest pushed" not in said(at)
    at.button("next-with").click().run()
    assert f"Batch {now.number(now.next_with('red', ahead)):,} of" in said(at)
    assert "of the 64** carr" in said(at)


def test_the_words_of_a_picture_do_not_change_with_the_batch(at: AppTest) -> None:
    # Streamlit puts them into the specification, and draws a chart with another specification from the beginning.
    choose(at, "separate")
    words = [element.proto.alt for element in at.get("vega_lite_chart")]
    at.button("another-batch").click().run()
    assert [element.proto.alt for element in at.get("vega_lite_chart")] == words


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        # By hand: 2 sin θ and sin 2φ are largest at 90° and 45°; cos¹⁹⁸(θ/2) sin θ at tan² (θ/2) = 1/199, or 8.1°.
        ("anchor", ["hardest at 90°, with 2.0. Opposite, at 180°, the value is largest, 4.0, and yet the push is 0"]),
        ("planarity", ["hardest at 45°, with 1.0. Right above the plane, at 90°, the value is largest, 1.0, and the"]),
        # 1 − cos θ = 1e-5 at θ = √2e-5 in radians.
        ("separate", ["hardest at 8°, with 4.3", f"closer than {number(math.degrees(math.sqrt(2e-5)))}°"]),
        ("unitarity", ["At length 0.70 it is 0.60, at length 1.3 it is 0.60"]),
    ],
)
def test_the_guesses_are_answered_with_the_figures_of_the_pictures(name: str, answers: list[str], at: AppTest) -> None:
    text = choose(at, name)
    assert all(answer in text for answer in answers)


# --- the schedule --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "end", "rest", "last"), [("robust", "2,000", "33%", "0"), ("ex-2.7", "2,800", "7%", "0.050")]
)
def test_the_chosen_schedule_is_shown(name: str, end: str, rest: str, last: str, at: AppTest) -> None:
    at.button_group("regularizers-schedule").set_value(name)
    unfold(at, "sheet")
    assert find(name).text.strip() in [element.value for element in at.code]
    assert f"From step {end} on all weights are 0: for the last {rest}" in said(at)
    assert f"and {last} at the end" in said(at)


def test_the_words_of_a_chart_do_not_change_with_the_schedule(at: AppTest) -> None:
    words = []
    for name in SHIPPED:
        at.button_group("regularizers-schedule").set_value(name).run()
        words.append([element.proto.alt for element in at.get("vega_lite_chart")])
    assert words[0] == words[1]
    for schedule in SHIPPED:
        assert any(f"{schedule}: lr {number(find(schedule).at(0)['lr'])}, " in each for each in words[0])


# --- what it adds up to --------------------------------------------------------------------------


@pytest.mark.numerical
def test_the_page_ends_with_what_the_chosen_model_shows(at: AppTest) -> None:
    for name in ("ex-2.7", "robust"):
        at.button_group("regularizers-model").set_value(name).run()
        model = pretrained(name).run.model
        placed = placement(model)
        (found,) = re.findall(rf"\*\*In {name}\*\*.*", said(at))
        assert f"u₀ = {number(respond(model, [1, 0, 0]).u[0, 0])} " in found
        assert percents(placed.hue_off_plane) in found
        assert percents(placed.gray_in_plane) in found


def test_only_what_speaks_to_a_gray_is_said_to_move_it(at: AppTest) -> None:
    # Redness of a gray g is g(1 − g), at most 1/4: its label comes with ½ · 4⁻¹⁰, and “vibrant” never.
    assert "A gray almost never carries “red” or “vibrant”, so anchor and planarity leave it alone." in said(at)
    assert "Without separate and neutrality no term keeps it out" in said(at)

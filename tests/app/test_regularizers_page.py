"""The Regularizers page: its figures against the library's and against those worked out by hand."""

from __future__ import annotations

import math
import re
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from excolor.color import hex_to_rgb, rgb_to_hex
from excolor.data import LABELS, expected_positives, training_set
from excolor.losses import TERMS
from excolor.schedule import SHIPPED, find
from excolor.ui.words import number, percent

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def at() -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120).run()
    app.switch_page("pages/regularizers.py").run()
    assert not app.exception
    return app


def said(at: AppTest) -> str:
    return "\n".join(element.value for element in at.markdown)


def test_the_page_counts_the_positives(at: AppTest) -> None:
    for label in LABELS:
        found = expected_positives(label)
        (paragraph,) = re.findall(rf"label “{label.name}”.*", said(at))
        assert f"in a batch {number(found.per_batch)} carry it" in paragraph
        assert f"**{percent(found.without)}** of the batches" in paragraph
    assert said(at).count("No label: every sample") == 2


def test_the_patches_are_training_colors_with_their_probability(at: AppTest) -> None:
    html = "".join(element.proto.body for element in at.get("html"))
    lists = re.findall(r'<ul class="xc-positives" aria-label="(\w+)">(.*?)</ul>', html)
    assert [label for label, _ in lists] == ["red", "vibrant", "desaturated"]
    trained = set(rgb_to_hex(training_set()[0]))
    for (_, cells), label in zip(lists, LABELS, strict=True):
        patches = re.findall(r"background:(#\w{6}).*?<span>(.*?)<br><b>(.*?)</b>", cells)
        assert len(patches) >= 8
        for fill, name, words in patches:
            assert fill in trained
            assert name
            exact = label.probability(hex_to_rgb(fill)[None]).item()
            # A hex code has whole levels only, so the probability it gives is a little off.
            match = re.fullmatch(r"([\d.]+) %", unescape(words))
            if match:
                assert float(match[1]) / 100 == pytest.approx(exact, rel=0.06)
            else:
                assert exact < 5e-4
                assert (words == "never") is (exact == 0)


def test_the_guesses_are_answered_with_the_figures_of_the_pictures(at: AppTest) -> None:
    text = said(at)
    # By hand: 2 sin θ and sin 2φ are largest at 90° and 45°; cos¹⁹⁸(θ/2) sin θ at tan² (θ/2) = 1/199, which is 8.1°.
    assert "hardest at 90°, with 2.0. Opposite, at 180°, the value is largest, 4.0, and yet the push is 0" in text
    assert (
        "hardest at 45°, with 1.0. Right above the plane, at 90°, the value is largest, 1.0, and the push is 0" in text
    )
    assert "hardest at 8°, with 4.3" in text
    # 1 − cos θ = 1e-5 at θ = √2e-5 in radians.
    assert f"closer than {number(math.degrees(math.sqrt(2e-5)))}°" in text
    assert "At length 0.60 it is 0.80, at length 1.4 it is 0.80" in text


@pytest.mark.parametrize(
    ("name", "end", "rest", "last"), [("robust", "2,000", "33%", "0"), ("ex-2.7", "2,800", "7%", "0.050")]
)
def test_the_chosen_schedule_is_shown(name: str, end: str, rest: str, last: str, at: AppTest) -> None:
    at.button_group("regularizers-schedule").set_value(name).run()
    assert not at.exception
    assert find(name).text.strip() in [element.value for element in at.code]
    assert f"From step {end} on all weights are 0: for the last {rest}" in said(at)
    assert f"and {last} at the end" in said(at)
    assert said(at).count(f"Thick: the schedule {name}") == len(TERMS)


def test_the_words_of_a_chart_do_not_change_with_the_schedule(at: AppTest) -> None:
    # Streamlit puts them into the specification, and draws a chart with another specification from the beginning.
    words = []
    for name in SHIPPED:
        at.button_group("regularizers-schedule").set_value(name).run()
        words.append([element.proto.alt for element in at.get("vega_lite_chart")])
    assert words[0] == words[1] == words[2]
    for schedule in SHIPPED:
        assert any(f"{schedule}: lr {number(find(schedule).at(0)['lr'])}, " in each for each in words[0])

"""Deleting or holding back: what the page says against the library, for several networks, concepts and falloffs."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

import excolor
from excolor.checkpoint import pretrained
from excolor.color import HUES, named_colors
from excolor.interventions import Falloff, HeldBack, Repulsion, Suppression, dims_of, measured
from excolor.metrics import SURVIVES_TO, respond
from excolor.surgery import ablate
from excolor.ui import state
from excolor.ui.components.falloff import given, sound_falloff
from excolor.ui.sections.holding import read_in_words
from excolor.ui.words import dims_text, percent
from tests.support.app import app, framed, html, sound, unfold
from tests.support.written import all_written

pytestmark = pytest.mark.numerical


def opened(monkeypatch: pytest.MonkeyPatch, query: str) -> AppTest:
    at = framed(monkeypatch)
    for word, text in parse_qsl(query, keep_blank_values=True):
        at.query_params[word] = text
    sound(at.run())
    return sound(at.switch_page("pages/holding.py").run())


def held(model: str, concept: str | int, falloff: Falloff) -> HeldBack:
    network = pretrained(model).run.model
    if isinstance(falloff, Suppression):
        return excolor.suppress(network, concept, falloff)
    return excolor.repel(network, concept, falloff)


@pytest.mark.parametrize(
    ("query", "model", "concept", "falloff"),
    [
        ("", "robust", "red", Suppression()),
        ("concept=green&from=0.25&strength=0.5&exponent=0.5", "robust", "green", Suppression(0.25, 0.5, 0.5)),
        ("model=ex-2.7&concept=2&method=repel&shape=smooth", "ex-2.7", 2, Repulsion(shape="smooth")),
        ("model=clean&method=repel&from=0.9&to=1", "clean", "red", Repulsion(0.9, 1)),
    ],
)
def test_an_address_sets_the_page_up_and_it_says_what_the_library_measures(
    query: str, model: str, concept: str | int, falloff: Falloff, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(monkeypatch, query)
    back = held(model, concept, falloff)
    dims = dims_of(back.direction)
    shown = [re.findall("<dd>([^<]*)</dd>", each) for each in re.findall("<dl.*?</dl>", html(at))]
    for values, answering in zip(shown, (back.model, back, ablate(back.model, dims)), strict=True):
        found = measured(back.model, back.direction, answering)
        numbers = [value for name, value in vars(found).items() if name != "gray_share"]
        assert all_written([text for i, text in enumerate(values) if i != 3], numbers)
        assert values[3] == percent(found.gray_share)
    said = " ".join(each.value for each in at.markdown)
    survives = {name for name, rgb in named_colors().items() if back.respond(rgb).mse[0] <= SURVIVES_TO}
    lost = re.findall("costs ([a-z, ]+)\\.", said.partition("**What this shows:**")[2])[0]
    assert set(re.split(", | and ", lost)) == ({*named_colors()} - survives or {"no color"})
    assert f"dim{'s' if len(dims) > 1 else ''} {dims_text(dims)}" in said
    assert ("Only the positive side is touched" in said) == (
        min((respond(back.model, named_colors()[name]).u @ back.direction).item() for name in HUES) <= falloff.a
    )
    # What it writes is what came; what is at its default is absent.
    wrote = {word: "".join(texts) for word, texts in at.query_params.items() if word != "predict"}
    assert wrote == dict(parse_qsl(query))


def test_what_an_address_says_wrongly_is_named_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(monkeypatch, "concept=pink&method=shout&from=2&to=0.1")
    told = " ".join(each.value for each in at.caption)
    for part in (
        "concept is 'pink'",
        "method is 'shout'",
        "from is '2'; it must be a number from 0 to 0.95",
        "to says",
    ):
        assert part in told
    assert state.HOLD_CONCEPT in at.session_state
    assert at.selectbox(state.HOLD_CONCEPT).value == "red"


def test_a_concept_that_another_network_has_not_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(monkeypatch, "model=mine&seed=1&bottleneck=6&steps=200&concept=5")
    assert at.selectbox(state.HOLD_CONCEPT).value == "5"
    sound(at.button_group("holding-model").set_value("robust").run())
    assert at.selectbox(state.HOLD_CONCEPT).value == "red"


def test_probes_read_what_is_held_back_and_less_of_what_is_deleted() -> None:
    at = unfold(app("holding.py"), "probed")
    rows = dict(re.findall(r'<tr><th scope="row">([^<]*)</th>.*?<td>([^<]*)</td></tr>', html(at)))
    scores = [float(text.replace("−", "-")) for text in rows.values()]
    assert list(rows)[:2] == ["intact", "held back"]
    assert min(scores[:2]) > 0.9
    assert 0.2 < scores[2] < 0.8
    assert max(map(abs, scores[3:])) < 0.2
    assert any("can still be read inside" in each.value for each in at.markdown)


@pytest.mark.parametrize(
    ("scores", "says"),
    [
        ((1, 0.97, 0.5), "as much as intact: what is held back from the answers can still be read inside. Deleting"),
        ((1, 0.5, 0.52), "less than intact (1.00), and not nothing. Deleting leaves it 0.52, which is about the same."),
        ((1, 0.01, 0.4), "it finds no hue. Deleting leaves it 0.40: more."),
    ],
)
def test_what_probes_read_in_words(scores: tuple[float, float, float], says: str) -> None:
    assert says in read_in_words(*scores)


def test_what_a_browser_sends_is_a_falloff_within_reach_or_none() -> None:
    usual = Suppression()
    assert sound_falloff({"a": 0.5, "b": 0, "p": 8}, usual) == Suppression(0.5, 0, 8)
    assert sound_falloff({"a": 0, "b": 1, "shape": "smooth"}, Repulsion()) == Repulsion(0, 1, "smooth")
    for hostile in (
        None,
        [],
        {"a": 0, "b": 1},
        {"a": 0.99, "b": 1, "p": 1},
        {"a": "0", "b": 1, "p": 1},
        {"a": True, "b": 1, "p": 1},
        {"a": float("nan"), "b": 1, "p": 1},
        {"a": 0, "b": 1, "p": 1, "x": 1},
    ):
        assert sound_falloff(hostile, usual) is None
    assert sound_falloff({"a": 0, "b": 1, "shape": ["linear"]}, Repulsion()) is None


def test_the_browser_is_given_each_hues_alignment_on_the_plane_of_the_concept() -> None:
    back = held("robust", "green", Repulsion())
    places = {each["name"]: (each["x"], each["y"]) for each in given(back, "green")["hues"]}
    assert places["green"] == pytest.approx((0, 1), abs=1e-5)
    for name, (x, y) in places.items():
        u = respond(back.model, named_colors()[name]).u[0]
        assert y == pytest.approx(float(u @ back.direction), abs=1e-6)
        assert x * x + y * y <= 1 + 1e-6


def test_red_is_predicted_before_it_is_held_back_and_the_end_tells_of_it() -> None:
    at = app("holding.py", predict="")
    assert not at.get("vega_lite_chart")
    at.button_group("predict-held").set_value(["cyan", "red"]).run()
    sound(at.button("predict-reveal").click().run())
    errors = {name: held("robust", "red", Suppression()).respond(rgb).mse[0] for name, rgb in named_colors().items()}
    survive = sum(error <= SURVIVES_TO for error in errors.values())
    assert f"You named 1 of the {survive} that survived, and 1 that did not." in at.expander[-2].label
    sound(at.switch_page("pages/end.py").run())
    assert "What survives in robust, red held back" in html(at)

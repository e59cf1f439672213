"""Predict, then reveal: what is asked when, what is kept of it, and that the score is that of the run on screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any, cast

import pytest
from streamlit.testing.v1 import AppTest

from excolor.checkpoint import pretrained, to_bytes
from excolor.color import GRAYS, HUES, named_colors
from excolor.config import RunConfig, Weights
from excolor.diagnosis import ANSWERS_GRAY, HUE_OFF_PLANE, RED_COSINE, ROTATED, placement
from excolor.measured import measure
from excolor.metrics import FAILS_ABOVE, SURVIVES_TO, evaluate, respond
from excolor.surgery import HUE, WARMTH, ablate
from excolor.training import Run, train
from excolor.ui import predict, shelf
from excolor.ui.predict import MAX_WHY, NONE, Row
from excolor.ui.shelf import file_maker
from tests.support.app import app, html, last_run, sound, unfold

Rows = dict[str, list[tuple[str, str, bool]]]


def asked(at: AppTest) -> bool:
    return any(button.key == "predict-reveal" for button in at.button)


def mark(at: AppTest, **choices: list[str]) -> AppTest:
    """Mark some choices of each group, and reveal."""
    for group, names in choices.items():
        at.button_group(f"predict-{group}").set_value(names)
    sound(at.run())
    return sound(at.button("predict-reveal").click().run())


def revealed(at: AppTest) -> Rows:
    """The table: name → of each column, what was found, the figure, and whether that is what was said."""
    table = html(at).partition("xc-answers")[2].partition("</table>")[0]
    rows = re.findall(r'<tr><th scope="row">(?:<i.*?</i></i>)?([^<]+)</th>(.*?)</tr>', table)
    cell = re.compile(r"<td[^>]*><b>([^<]+)</b> <span>([^<]+)</span><em[^>]*>([^<]+)</em></td>")
    return {
        unescape(name): [(found, unescape(number), "right" in word) for found, number, word in cell.findall(cells)]
        for name, cells in rows
    }


def score(at: AppTest) -> str:
    (label,) = (each.label for each in at.expander if "prediction" in each.label)
    return label.removeprefix("Your prediction. ")


def named(marked: list[str], so: list[str], became: str) -> str:
    """The score by hand: of those that are so, and of those that are not."""
    right = len({*marked} & {*so})
    other = len(marked) - right
    if not so:
        return f"nothing {became}, and you named {len(marked) or 'nothing'}."
    rest = f"and {other} that did not." if other else "and nothing else."
    return f"you named {right or 'none'} of the {len(so)} that {became}, {rest}"


# --- the ablation page ---------------------------------------------------------------------------


def survivors(name: str) -> dict[str, list[bool]]:
    """By the definition: MSE at most 0.01 once warmth or hue is deleted."""
    model = pretrained(name).run.model
    colors = named_colors()
    variants = [ablate(model, dims) for dims in (WARMTH, HUE)]
    return {color: [respond(each, rgb).mse[0] <= 0.01 for each in variants] for color, rgb in colors.items()}


def test_nothing_is_shown_before_the_question_is_answered() -> None:
    at = app("ablation.py", predict="")
    assert asked(at)
    assert at.get("vega_lite_chart") == []
    assert html(at).count("MSE") == 0
    for group in ("warmth", "hue"):
        assert at.button_group(f"predict-{group}").options == [*named_colors(), "none of them"]
    # Start shows one color at a time, and no list of them all.
    sound(at.switch_page("pages/start.py").run())
    assert "xc-patches" not in html(at).rpartition("</style>")[2]


@pytest.mark.parametrize("warmth", [[NONE], ["chartreuse", "violet", *GRAYS], list(HUES)])
def test_the_score_is_that_of_the_network_on_screen(warmth: list[str]) -> None:
    at = app("ablation.py", predict="")
    hue = ["white", "black", "red"]
    mark(at, warmth=warmth, hue=hue)
    truth = survivors("robust")
    assert set(truth) == set(named_colors())
    said = {name: [name in warmth, name in hue] for name in truth}
    expected = {
        name: [("yes" if found else "no", found == s) for found, s in zip(truth[name], said[name], strict=True)]
        for name in truth
    }
    shown = revealed(at)
    assert {name: [(found, right) for found, _figure, right in cells] for name, cells in shown.items()} == expected
    so = [[name for name in truth if truth[name][part]] for part in (0, 1)]
    marked = [name for name in warmth if name != NONE]
    assert score(at) == f"− warmth: {named(marked, so[0], 'survived')} − hue: {named(hue, so[1], 'survived')}"
    assert f"at most {SURVIVES_TO:g}" in " ".join(each.value for each in at.markdown)
    assert len(at.get("vega_lite_chart")) == 9
    # Who knows the answer has it all right.
    if warmth[:1] == ["chartreuse"]:
        assert [name for name, cells in shown.items() if not cells[0][2]] == []


def test_a_skipped_question_is_not_asked_again_and_an_answered_one_neither() -> None:
    at = app("ablation.py", predict="")
    sound(at.button("predict-skip").click().run())
    assert not asked(at)
    assert len(at.get("vega_lite_chart")) == 9
    assert not any("prediction" in each.label for each in at.expander)
    for page in ("train", "start", "ablation"):
        sound(at.switch_page(f"pages/{page}.py").run())
        assert not asked(at)
    sound(at.button_group("ablation-model").set_value("ex-2.7").run())
    assert not asked(at)
    at = app("ablation.py", predict="")
    mark(at, warmth=[NONE], hue=[NONE])
    sound(at.button_group("ablation-model").set_value("ex-2.7").run())
    assert not asked(at)


def test_nothing_is_revealed_before_each_question_has_a_mark() -> None:
    at = app("ablation.py", predict="")

    def said() -> list[str]:
        return [each.value for each in at.markdown if each.value.startswith("Mark at least one")]

    assert at.button("predict-reveal").disabled
    assert said() == ["Mark at least one in each question, or “none of them”."]
    sound(at.button_group("predict-warmth").set_value(["violet"]).run())
    assert at.button("predict-reveal").disabled
    sound(at.button_group("predict-hue").set_value([NONE]).run())
    assert not at.button("predict-reveal").disabled
    assert said() == []


def test_none_of_them_excludes_the_others_and_they_exclude_it() -> None:
    at = app("ablation.py", predict="")
    pills = at.button_group("predict-hue")
    for marked, left in (
        (["red", "white"], ["red", "white"]),
        (["red", "white", NONE], [NONE]),
        ([NONE, "black"], ["black"]),
        ([], []),
        ([NONE], [NONE]),
        (["red", NONE], ["red"]),
    ):
        sound(at.button_group("predict-hue").set_value(marked).run())
        assert at.button_group("predict-hue").value == left
    assert pills.label == "And which survive when **hue** is deleted?"


def row(said: bool, found: bool, group: str = "") -> Row:
    return Row(group, "", said, found, "")


RIGHT, WRONG, MISSED, LEFT = row(True, True), row(True, False), row(False, True), row(False, False)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([RIGHT, MISSED, LEFT], "You named 1 of the 2 that broke, and nothing else."),
        ([WRONG, WRONG, MISSED], "You named none of the 1 that broke, and 2 that did not."),
        ([MISSED, LEFT], "You named none of the 1 that broke, and nothing else."),  # saying nothing is not rewarded
        ([LEFT, LEFT], "Nothing broke, and you named nothing."),
        ([WRONG, LEFT], "Nothing broke, and you named 1."),
        (
            [row(True, True, "a"), row(False, False, "b")],
            "a: you named 1 of the 1 that broke, and nothing else. b: nothing broke, and you named nothing.",
        ),
    ],
)
def test_the_score_says_what_was_named_rightly_and_wrongly(rows: list[Row], words: str) -> None:
    assert predict.score(rows, "broke") == words


def test_one_may_predict_again_about_the_same_network_and_about_another() -> None:
    at = app("ablation.py", predict="")
    mark(at, warmth=["violet"], hue=["white"])
    before = score(at)
    sound(at.button("predict-again").click().run())
    assert asked(at)
    assert at.get("vega_lite_chart") == []
    mark(at, warmth=["red"], hue=["black"])
    assert not asked(at)
    assert score(at) != before
    sound(at.button_group("ablation-model").set_value("ex-2.7").run())
    assert not asked(at)
    sound(at.button("predict-again").click().run())
    assert asked(at)
    mark(at, warmth=[NONE], hue=[NONE])
    assert "you named none of" in score(at)
    # On Train, where no regularizer is off, it is about the settings.
    sound(at.switch_page("pages/train.py").run())
    sound(at.button("predict-again").click().run())
    assert asked(at)
    assert any(each.value.startswith("The settings: robust, seed 0.") for each in at.markdown)
    mark(at, run=[NONE])
    assert "you named" in score(at).lower()


def test_where_questions_are_left_out_there_is_no_button_for_them() -> None:
    at = app("ablation.py", predict="skip")
    assert not [button for button in at.button if button.key == "predict-again"]


def test_a_prediction_and_its_reason_stay_with_the_network_that_it_was_about() -> None:
    at = app("ablation.py", predict="")
    mark(at, warmth=["violet"], hue=["white"])
    before = score(at), revealed(at)
    (field,) = (each for each in at.text_input if each.key and each.key.startswith("predict-why"))
    sound(field.set_value("tone is not hue").run())
    sound(at.button_group("ablation-model").set_value("ex-2.7").run())
    assert revealed(at) == {}
    at.switch_page("pages/start.py").run()
    sound(at.switch_page("pages/ablation.py").run())
    sound(at.button_group("ablation-model").set_value("robust").run())
    assert (score(at), revealed(at)) == before
    (field,) = (each for each in at.text_input if each.key and each.key.startswith("predict-why"))
    assert field.value == "tone is not hue"


# --- with the run's file -------------------------------------------------------------------------


def why_field(at: AppTest):
    (field,) = (each for each in at.text_input if each.key and each.key.startswith("predict-why"))
    return field


def load(at: AppTest, name: str, data: bytes) -> None:
    """Through the Train page's own uploader."""
    at.file_uploader[0].set_value((name, data, "application/octet-stream"))
    sound(at.run())


@pytest.fixture
def predicted_run(monkeypatch: pytest.MonkeyPatch) -> tuple[AppTest, bytes]:
    """A session that predicted what its own run would break, and what would survive in it; and that run's file."""
    makers: list[Callable[[], bytes]] = []

    def offering(run: Run) -> Callable[[], bytes]:
        makers.append(file_maker(run))
        return makers[-1]

    monkeypatch.setattr(shelf, "file_maker", offering)
    at = unfold(app("train.py", predict=""), "keep")
    sound(at.button("preset-No planarity").click().run())
    mark(at, run=["plane"])
    sound(why_field(at).set_value("nothing flattens it").run())
    sound(at.switch_page("pages/ablation.py").run())
    sound(at.button_group("ablation-model").set_value("last run").run())
    mark(at, warmth=["violet"], hue=["white", "black"])
    unfold(at.switch_page("pages/train.py"), "keep")  # where it is offered for download
    sound(at.switch_page("pages/ablation.py").run())
    return at, makers[-1]()


def test_a_prediction_goes_with_the_file_of_its_run(predicted_run: tuple[AppTest, bytes]) -> None:
    before, data = predicted_run
    on_ablation = score(before), revealed(before)
    after = unfold(app("train.py", predict=""), "keep")
    load(after, "theirs.safetensors", data)
    sound(after.switch_page("pages/ablation.py").run())
    assert asked(after)  # of the network that ships; of the one with an answer nobody asks again
    sound(after.button_group("ablation-model").set_value("theirs").run())
    assert not asked(after)
    assert (score(after), revealed(after)) == on_ablation
    sound(after.switch_page("pages/train.py").run())
    sound(after.button("preset-No planarity").click().run())
    assert not asked(after)
    broke = [name for name, ((found, _figure, _right),) in revealed(after).items() if found == "yes"]
    assert score(after).lower() == named(["The plane of hue"], broke, "broke")
    assert why_field(after).value == "nothing flattens it"


@pytest.mark.parametrize(
    "nonsense",
    [
        [1, 2],
        {"train": 3, "ablation": {"said": {"run": []}, "why": ""}},
        {"train": {"said": {"run": "plane"}, "why": ""}, "ablation": {"said": {"warmth": [1], "hue": []}, "why": ""}},
        {"train": {"said": {"run": ["plane"]}, "why": 7}, "ablation": {"said": [["warmth"], ["hue"]], "why": "x"}},
    ],
)
def test_a_prediction_that_makes_no_sense_is_left_out_and_the_network_is_not(nonsense: object) -> None:
    data = to_bytes(measure(pretrained().run), predictions=cast(dict[str, Any], nonsense))
    at = unfold(app("train.py", predict=""), "keep")
    load(at, "odd.safetensors", data)
    assert any("Loaded as odd" in each.value for each in at.success)
    assert "predictions" not in at.session_state or not at.session_state["predictions"]


def test_a_reason_that_cannot_be_written_is_shown_without_what_cannot() -> None:
    said = {"said": {"warmth": ["red"], "hue": []}, "why": "a\ud800b\n\x00c" + "d" * 1000}
    data = to_bytes(measure(pretrained().run), predictions={"ablation": said})
    at = unfold(app("train.py", predict=""), "keep")
    load(at, "odd.safetensors", data)
    sound(at.switch_page("pages/ablation.py").run())
    sound(at.button_group("ablation-model").set_value("odd").run())
    assert why_field(at).value == "abc" + "d" * (MAX_WHY - 3)


def test_what_this_session_said_itself_is_not_replaced_by_a_file(predicted_run: tuple[AppTest, bytes]) -> None:
    first, data = predicted_run
    at = unfold(app("train.py", predict=""), "keep")
    sound(at.button("preset-No planarity").click().run())
    mark(at, run=["answers", "grays"])
    own = revealed(at)
    assert own != revealed(sound(first.switch_page("pages/train.py").run()))
    load(at, "theirs.safetensors", data)
    assert revealed(at) == own


# --- the Train page ------------------------------------------------------------------------------

QUESTIONS = {
    "answers": "The answers themselves",
    "grays": "The grays, once hue is deleted",
    "plane": "The plane of hue",
    "axis": "Red's place on the first axis",
    "tint": "The gray of the answers, once hue is deleted",
}


def broken(config: RunConfig) -> dict[str, bool]:
    """By the definitions in the verdict's bounds, from a training of its own."""
    model = train(config).model
    metrics, placed = evaluate(model), placement(model)
    return {
        "answers": metrics.intact.max_mse > FAILS_ABOVE,
        "grays": metrics.worst_gray > SURVIVES_TO,
        "plane": placed.hue_off_plane > HUE_OFF_PLANE or placed.turns < 1,
        "axis": metrics.red_cosine < RED_COSINE or placed.red_angle > ROTATED,
        "tint": metrics.hue.gray_share < ANSWERS_GRAY,
    }


@pytest.mark.parametrize("term", ["unitarity", "anchor", "separate", "planarity"])
def test_before_a_regularizer_is_off_it_is_asked_what_will_break(term: str) -> None:
    at = unfold(app("train.py", predict=""), "keep")
    assert not asked(at)
    sound(at.button(f"preset-No {term}").click().run())
    assert asked(at)
    assert last_run(at).config.weights == Weights()  # it has not been trained
    assert any(f"**{term}**, which" in each.value for each in at.markdown)
    mark(at, run=["grays", "plane"])
    config = last_run(at).config
    assert config.weights[term] == 0
    truth = broken(config)
    shown = revealed(at)
    assert list(shown) == list(QUESTIONS.values())
    for key, name in QUESTIONS.items():
        ((found, number, right),) = shown[name]
        assert found == ("yes" if truth[key] else "no"), key
        assert right == (truth[key] == (key in ("grays", "plane")))
        assert re.search(r"at (most|least) [\d.]+", number)
    assert score(at).lower() == named(["grays", "plane"], [key for key in QUESTIONS if truth[key]], "broke")
    # Not again for this one, but for another.
    sound(at.button("preset-All on").click().run())
    sound(at.button(f"preset-No {term}").click().run())
    assert not asked(at)
    assert revealed(at) == shown
    sound(at.button("preset-All off").click().run())
    assert asked(at)
    (text,) = (each.value for each in at.markdown if each.value.startswith("Switched off"))
    assert f"**{term}**" not in text
    assert text.endswith("trained without any of them.")
    sound(at.button("predict-skip").click().run())
    for other in ("No anchor", "No separate", "All off"):
        sound(at.button(f"preset-{other}").click().run())
        assert not asked(at)


def test_an_address_may_leave_the_questions_out() -> None:
    at = app("ablation.py", predict="skip")
    assert not asked(at)
    sound(at.switch_page("pages/train.py").run())
    sound(at.button("preset-All off").click().run())
    assert not asked(at)
    assert asked(app("ablation.py", predict="nonsense"))

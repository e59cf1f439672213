"""The lesson as a story: each page leads to the next, each word is explained where it first appears, and the end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from excolor.config import RunConfig, Weights
from excolor.measured import measure
from excolor.training import train
from excolor.ui.glossary import WORDS
from tests.support.app import app, html, listed, sound

LESSON, FURTHER = listed("lesson"), listed("further")


def leads_to(at: AppTest) -> list[str]:
    return [link.proto.page for link in at.get("page_link")]


@pytest.mark.parametrize("asked", ["", "skip"])
def test_each_page_leads_to_the_next(asked: str) -> None:
    for page, following in pairwise(LESSON):
        if asked == "" and page == "ablation":
            continue  # first there is a question to answer
        assert leads_to(app(f"{page}.py", predict=asked)) == [following]


def test_the_end_leads_further_and_from_there_back() -> None:
    students = [page for page in FURTHER if page != "teacher"]
    assert set(leads_to(app("end.py"))) >= {*students}
    for page, following in pairwise([*students, "end"]):
        assert leads_to(app(f"{page}.py")) == [following]


# --- words ---------------------------------------------------------------------------------------


def visible(block: Any, folded: bool = False) -> Iterator[str]:
    """The texts of a page from top to bottom, without what is folded away, unless that is asked for."""
    for child in block.children.values():
        if isinstance(child, Block):
            if child.type == "expander":
                yield child.proto.label
                if not folded:
                    continue
            yield from visible(child, folded)
        else:
            yield shown_by(child)


def shown_by(element: Any) -> str:
    match element.type:
        case "html":
            return re.sub(r"<style>.*?</style>|<[^>]+>", " ", element.proto.body, flags=re.S)
        case "bidi_component":
            given = json.loads(element.proto.json)
            words = given[0].get("words", {}) if isinstance(given, list) else {}
            return re.sub(r"\{\w+\}", "", json.dumps(list(words.values()), ensure_ascii=False))
        case "vega_lite_chart":
            return " ".join(re.findall(r'"title": ?"([^"]*)"', element.proto.spec))
        case "button_group":
            return " ".join([element.label, *element.options])
        case _:
            values = [getattr(element, name, "") for name in ("label", "value")]
            return " ".join(each for each in values if isinstance(each, str))


@pytest.mark.parametrize("asked", ["", "skip"])
def test_no_word_is_used_before_it_is_explained(asked: str) -> None:
    explained: set[str] = set()
    for page in LESSON:
        for text in visible(app(f"{page}.py", predict=asked).main):
            explained |= {name for name, word in WORDS.items() if word.sentence in text}
            used = {name for name, word in WORDS.items() if re.search(word.pattern, text, re.I)}
            assert used <= explained, f"{page}: {sorted(used - explained)} in “{text[:200]}”"


def test_each_word_is_explained_somewhere() -> None:
    said = ""
    for page in (*LESSON, "holding", "luck"):
        at = app(f"{page}.py")
        for fold in ("fold-tones", "fold-beside", "fold-read"):
            at.session_state[fold] = True
        said += "\n".join(visible(sound(at.run()).main, folded=True))
    assert [name for name, word in WORDS.items() if word.sentence not in said] == []


@pytest.mark.parametrize("name", WORDS)
def test_the_sentence_of_a_word_is_one_and_has_the_word_in_it(name: str) -> None:
    word = WORDS[name]
    assert word.sentence.count(f"**{name}**") == 1
    assert re.fullmatch(r"[A-Z][^.]*(?:\d\.\d[^.]*)*\.", word.sentence)
    assert re.search(word.pattern, name)


# --- what you found ------------------------------------------------------------------------------


def test_the_end_of_a_session_without_anything_says_where_to_go() -> None:
    at = app("end.py")
    assert "xc-answers" not in html(at).rpartition("</style>")[2]
    assert leads_to(at)[:3] == ["ablation", "train", "train"]
    assert "**The network robust.**" in at.markdown[-2].value


def rows(at: AppTest, label: str) -> dict[str, list[str]]:
    table = html(at).partition(f'aria-label="{label}"')[2].partition("</table>")[0]
    found = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table)
    return {name: re.findall(r"<td>(.*?)</td>", cells) for name, cells in found}


@pytest.mark.numerical
def test_the_end_tells_what_was_predicted_trained_and_solved() -> None:
    at = app("ablation.py", predict="")
    at.button_group("predict-warmth").set_value(["green"])
    at.button_group("predict-hue").set_value(["red", "black", "dark gray", "gray", "light gray", "white"]).run()
    sound(at.button("predict-reveal").click().run())
    at.text_input[0].set_value("because <b>four</b> numbers").run()
    sound(at.switch_page("pages/train.py").run())
    at.button("preset-No separate").click().run()
    at.button_group("predict-run").set_value(["grays"]).run()
    sound(at.button("predict-reveal").click().run())
    sound(at.switch_page("pages/end.py").run())

    said = rows(at, "Your predictions and how they came out")
    assert list(said) == ["What survives in robust", "What breaks: robust, seed 0, no separate"]
    came_out, otherwise, why = said["What survives in robust"]
    assert re.search(r"− hue: you named 5 of the 5 that survived, and 1 that did not", came_out)
    assert "− hue: red" in otherwise
    assert "black" not in otherwise.partition("− hue")[2]
    assert why == "because &lt;b&gt;four&lt;/b&gt; numbers"

    run = measure(train(RunConfig(weights=Weights(separate=0))))
    made = rows(at, "Your runs")
    assert list(made) == ["robust, seed 0, no separate", "robust, seed 0"]
    kept = sum(check.kept for check in run.checks.values())
    assert made["robust, seed 0, no separate"][0] == f"{kept} of {len(run.checks)}"
    assert "each gray survives hue’s deletion" in made["robust, seed 0, no separate"][1]
    assert list(rows(at, "Your missions")) == ["A quiet failure"]
    assert any(each.value.startswith("**Your last run, robust, seed 0, no separate.**") for each in at.markdown)


def test_a_prediction_outlives_its_network() -> None:
    at = app("end.py")
    at.session_state["predictions"] = {"gone": {"warmth": frozenset(), "hue": frozenset()}, RunConfig(seed=9): {}}
    said = rows(sound(at.run()), "Your predictions and how they came out")
    assert [cells[0] for cells in said.values()] == ["Its network is not here any more."] * 2

"""The page for teachers: what its link says, which addresses it takes, and the setups that are kept."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from excolor.errors import ExcolorError
from excolor.ui import reach
from excolor.ui.sections import controls
from excolor.ui.sections.class_link import PAGES
from tests.support.app import app, framed, sound

SLIDERS = {"updates": "steps", "label noise": "label-noise"} | {name: name for name in controls.NAMES}


def linked(at: AppTest) -> tuple[str, dict[str, str]]:
    """The page of the link on screen, and its words."""
    url = urlsplit(at.code[0].value)
    return url.path.strip("/"), dict(parse_qsl(url.query, keep_blank_values=True))


def test_the_link_has_what_stands_on_the_page_that_it_opens() -> None:
    at = app("train.py")
    at.select_slider("train-separate").set_value(2.0).run()
    at.number_input("train-seed").set_value(7).run()
    at.switch_page("pages/teacher.py").run()
    assert linked(sound(at)) == ("train", {"seed": "7", "separate": "2"})
    at.toggle("class-asks").set_value(False).run()
    at.selectbox("class-mission").set_value("bad-luck").run()
    at.button_group("class-controls").set_value(["seed", "separate"]).run()
    page, words = linked(sound(at))
    assert {"mission": "bad-luck", "predict": "skip", "seed": "7", "separate": "2"}.items() <= words.items()
    assert {*words["hide"].split(",")} == {*controls.PARTS} - {"seed", "separate"}
    assert page == "train"
    for page, title in PAGES.items():
        at.selectbox("class-page").set_value(page).run()
        assert linked(sound(at))[0] == page, title


def test_what_is_left_out_is_not_there_and_stays_as_it_was_set() -> None:
    at = app("train.py")
    set_to = {"train-steps": 1000, "train-anchor": 0.5, "train-noise": 0.1}
    owner = {"train-steps": "steps", "train-anchor": "anchor", "train-noise": "label-noise"}
    for part in controls.PARTS:
        for key, setting in set_to.items():
            at.session_state[key] = setting
        at.session_state["left-out"] = frozenset([part])
        sound(at.run())
        shown = {SLIDERS[each.label] for each in at.select_slider}
        keys = {each.key for each in (*at.number_input, *at.button_group, *at.button)}
        shown |= {name for name in ("seed", "schedule", "bottleneck") if f"train-{name}" in keys}
        shown |= {"presets"} if "preset-All on" in keys else set()
        assert shown == {*controls.PARTS} - {part}
        assert [each.value for each in at.caption if "leaves out" in each.value]
        if part != "seed":
            at.button("reset-all").click().run()
            assert {key for key, setting in set_to.items() if at.session_state[key] == setting} == {
                key for key in set_to if owner[key] == part
            }


def test_a_link_says_what_it_leaves_out_and_a_name_that_is_no_control_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    at = framed(monkeypatch)
    at.query_params["hide"] = "seed,nonsense"
    sound(at.run())
    assert any("nonsense" in each.value for each in at.caption)
    assert at.session_state["left-out"] == {"seed"}


def test_a_setup_is_kept_copied_set_up_and_deleted() -> None:
    at = app("train.py")
    at.number_input("train-seed").set_value(3).run()
    at.switch_page("pages/teacher.py").run()
    at.button_group("class-controls").set_value(["seed"]).run()
    before = linked(at)
    at.text_input("setup-name").set_value("**third** lesson").run()
    at.text_input("setup-note").set_value("![a](http://x)").run()
    at.button("setup-keep").click().run()
    at.button("setup-copy-0").click().run()
    assert [*at.session_state["setups"]] == ["**third** lesson", "**third** lesson 2"]
    at.button_group("class-controls").set_value(list(controls.PARTS)).run()
    sound(at.switch_page("pages/train.py").run())
    at.number_input("train-seed").set_value(9).run()
    at.switch_page("pages/teacher.py").run()
    assert linked(at) != before
    at.button("setup-use-1").click().run()
    assert linked(sound(at)) == before
    at.button("setup-delete-0").click().run()
    assert [*at.session_state["setups"]] == ["**third** lesson 2"]
    assert not any("![a]" in each.value.replace("\\", "\0") for each in at.markdown)


@pytest.mark.parametrize("text", ["", "ftp://a", "http://", "http://a b", "javascript:alert(1)", "http://a:99999", "x"])
def test_an_address_that_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises(ExcolorError, match="must be one such as"):
        reach.checked(text)


def test_an_address_is_taken_as_it_is_but_for_its_end() -> None:
    assert reach.checked(" https://school.example:8501/app/ ") == "https://school.example:8501/app"

"""What a student types, what a file is called and what is written in it is text, on every page: never markup."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from excolor import checkpoint
from excolor.checkpoint import pretrained
from excolor.measured import measure
from excolor.metrics import quick_grid
from excolor.training import Stop
from excolor.ui.words import plain, printable, settings
from tests.support.app import PAGES, app, html, named_runs, sound, unfold

HOSTILE = [
    "![a](http://far.test/x.png)",
    "<b>bold</b> &amp; <img src=x>",
    ":material/home: :smile: :streamlit:",
    "$x^2$ and $y$ :red[r]",
    "*a* _b_ `c` ~~d~~ [e](f)",
]
MARKS = set("\\`*_[](){}#!|~<>$:&")


def rendered(at: AppTest) -> list[str]:
    """Everything on the page that Streamlit takes for Markdown."""
    texts = [each.value for kind in (at.markdown, at.caption, at.success, at.warning, at.info) for each in kind]
    texts += [each.value for kind in (at.title, at.header, at.subheader) for each in kind]
    widgets = [*at.button, *at.text_input, *at.selectbox, *at.select_slider, *at.number_input, *at.slider]
    texts += [text for each in widgets for text in (each.label, each.help or "")]
    texts += [each.label for each in at.expander]
    return texts + [option.content for group in at.get("button_group") for option in group.proto.options]


def shown(text: str) -> str:
    """A text as Markdown shows it where every mark in it is escaped; fails where one is not."""
    assert not MARKS & set(re.sub(r"\\.", "", text))
    return re.sub(r"\\(.)", r"\1", text).replace("\N{WORD JOINER}", "")


@given(st.text())
def test_plain_text_has_no_mark_that_is_not_escaped_and_is_otherwise_the_same(text: str) -> None:
    assert shown(plain(text)).replace("\n", " ") == text.replace("\n", " ").replace("\N{WORD JOINER}", "")


@given(st.text())
def test_printable_text_can_be_sent_and_reads_from_left_to_right(text: str) -> None:
    left = printable(text)
    left.encode()
    assert not set(left) & set("\x00\n\t\x7f\N{RIGHT-TO-LEFT OVERRIDE}\N{LEFT-TO-RIGHT ISOLATE}")
    assert printable("Größe 温度 × −1") == "Größe 温度 × −1"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_runs_name_is_text_on_every_page(name: str) -> None:
    at = unfold(app("train.py"), "keep")
    next(each for each in at.text_input if str(each.key).startswith("run-name")).set_value(name)
    sound(at.button("name-run").click().run())
    assert [shown(each.value) for each in at.success] == [f"Named {name}. It can be chosen on every page."]
    at.session_state["model"] = name
    at.session_state["predictions"] = {named_runs(at)[name].key: {"warmth": frozenset({name}), "hue": frozenset()}}
    at.session_state["predict-reasons"] = {named_runs(at)[name].key: name}
    seen = 0
    for page in PAGES:
        sound(at.switch_page(f"pages/{page}").run())
        texts = rendered(at)
        assert not [text for text in texts if name in text]
        assert name not in html(at) or not MARKS & set(name) & set("<&")
        seen += sum(plain(name) in text for text in texts)
    assert seen >= 5  # to be chosen on most, and in sentences


def upload(at: AppTest, name: str, data: bytes) -> AppTest:
    at.file_uploader[0].set_value((name, data, "application/octet-stream"))
    return sound(at.run())


def test_a_files_name_and_what_is_written_in_it_are_text() -> None:
    at = unfold(app("train.py"), "keep")
    name = HOSTILE[0]
    upload(at, f"{name}.safetensors", b"nonsense")
    (said,) = (each.value for each in at.warning)
    assert shown(said).startswith(name)
    run = pretrained("robust").run
    hostile: dict[str, Any] = {"said": {"warmth": [HOSTILE[1]], "hue": []}, "why": HOSTILE[1]}
    marked = replace(run, stopped=Stop(7, HOSTILE[0][:40]))
    data = checkpoint.to_bytes(measure(marked, quick_grid()), predictions={"ablation": hostile})
    upload(at, f"{name}.safetensors", data)
    assert [shown(each.value) for each in at.success] == [f"Loaded as {name}. It can be chosen on every page."]
    at.session_state["model"] = name
    for page in ("ablation.py", "end.py"):
        sound(at.switch_page(f"pages/{page}").run())
        assert not [text for text in rendered(at) if name in text or HOSTILE[1] in text]
        assert HOSTILE[1] not in html(at)


def test_a_name_without_a_shape_is_none() -> None:
    at = unfold(app("train.py"), "keep")
    next(each for each in at.text_input if str(each.key).startswith("run-name")).set_value("\u202e\u200b")
    sound(at.button("name-run").click().run())
    assert at.warning.len == 1


def test_a_schedule_of_ones_own_is_not_written_out_where_settings_are() -> None:
    own = "STEP,PHASE,ACTION,lr\n0,![a](http://far.test/x.png),,0.1\n100,,,0.1\n"
    assert settings(replace(pretrained("robust").run.config, schedule=own)).startswith("own schedule, seed ")

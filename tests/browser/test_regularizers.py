"""Regularizers on the screen: its sliders move the pictures without the server, its schedule reads out the step."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page

from excolor.charts import gradients, keyframes
from excolor.schedule import SHIPPED, find
from excolor.ui.words import number
from tests.browser.conftest import Visit
from tests.support.browser import Theme, fit_height, open_page, settled

PAGE = "regularizers"
every_term = pytest.mark.parametrize("name", gradients.NAMES)


def picture(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-push-{name}")


def slider(within: Locator) -> Locator:
    return within.locator("input[type=range]")


def schedule(page: Page) -> Locator:
    chart = page.locator('[data-testid="stVegaLiteChart"]').last
    chart.scroll_into_view_if_needed()
    return chart


def texts(within: Locator) -> list[str]:
    """Everything written in a chart."""
    return [text.strip() for text in within.locator("svg.marks text").all_text_contents() if text.strip()]


def sent(page: Page) -> list[int]:
    """The sizes of all messages to the server from now on."""
    sizes: list[int] = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda payload: sizes.append(len(payload))))
    return sizes


def move(page: Page, within: Locator, value: float) -> None:
    slider(within).fill(f"{value:g}")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def dot(within: Locator) -> str:
    """Where the sample is: the last of the filled circles in the picture."""
    place = within.locator("svg.marks .mark-symbol path[transform]").evaluate_all(
        "paths => paths.map(p => p.getAttribute('transform'))"
    )
    return json.dumps(place)


@every_term
def test_a_slider_moves_the_picture_and_asks_nobody(name: str, page: Page) -> None:
    messages = sent(page)
    open_page(page, PAGE)
    here, effect = picture(page, name), gradients.effect(name)
    before, asked = dot(here), len(messages)
    assert asked > 0  # it listens
    for i in (0, len(effect.positions) // 3, len(effect.positions) - 1):
        move(page, here, float(effect.positions[i]))
        written = texts(here)
        assert f"value {number(round(float(effect.value[i]), 15))}" in written
        assert f"push {number(round(float(effect.strength[i]), 15))}" in written
        after = dot(here)
        assert after != before
        before = after
    settled(page)
    assert len(messages) == asked


def test_a_slider_is_moved_with_the_keyboard_and_says_its_value_and_unit(page: Page) -> None:
    open_page(page, PAGE)
    here = picture(page, "anchor")
    assert slider(here).evaluate("input => input.labels[0].innerText.replace(/\\s+/g, ' ')").endswith("axis 60")
    slider(here).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert "angle 70°" in texts(here)
    unit = slider(here).evaluate("input => getComputedStyle(input.nextElementSibling, '::after').content")
    assert unit == '"°"'
    assert slider(here).evaluate("input => getComputedStyle(input).outlineStyle") == "solid"
    page.keyboard.press("Enter")  # sends no form
    settled(page)
    assert "angle 70°" in texts(here)


def test_nothing_jumps_when_the_page_runs_again(page: Page) -> None:
    open_page(page, PAGE)
    move(page, picture(page, "anchor"), -30)
    move(page, schedule(page), 1740)
    page.get_by_role("radiogroup", name="Schedule").get_by_role("radio", name="ex-2.7", exact=True).click()
    settled(page)
    assert "angle −30°" in texts(picture(page, "anchor"))
    assert slider(schedule(page)).input_value() == "1740"
    assert read_out(page, 1740) == expected("ex-2.7", 1740)


def expected(name: str, step: int) -> list[str]:
    values = find(name).at(step)
    return [number(values[parameter]) for parameter in keyframes.TRACKS]


def read_out(page: Page, step: int) -> list[str]:
    """The values at the right of the schedule, from the top, once it shows the step."""
    assert slider(schedule(page)).input_value() == str(step)
    bold = schedule(page).locator("svg.marks text[font-weight='600']")
    return [text.strip() for text in bold.all_text_contents()]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_step_under_the_pointer_is_read_out(name: str, page: Page) -> None:
    messages = sent(page)
    open_page(page, PAGE)
    assert read_out(page, keyframes.START) == expected("robust", keyframes.START)
    if name != "robust":
        page.get_by_role("radiogroup", name="Schedule").get_by_role("radio", name=name, exact=True).click()
        settled(page)
    chart, asked = schedule(page), len(messages)
    box = chart.locator("svg.marks").bounding_box()
    assert box is not None
    steps: set[int] = set()
    for across, down in ((0.2, 0.1), (0.45, 0.5), (0.8, 0.8)):
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=4)
        # The plot begins after the axis, so a place is known to within it.
        page.wait_for_function(
            "([input, low, high]) => low < +input.value && +input.value < high",
            arg=[slider(chart).element_handle(), 3000 * (across - 0.07), 3000 * across],
        )
        step = int(slider(chart).input_value())
        assert read_out(page, step) == expected(name, step)
        steps.add(step)
    assert len(steps) == 3
    for step in (0, 10, 3000):
        move(page, chart, step)
        assert read_out(page, step) == expected(name, step)
    settled(page)
    assert len(messages) == asked


def test_a_tap_reads_out_a_step(new_page: Visit) -> None:
    page = new_page(width=390, touch=True)
    open_page(page, PAGE)
    chart = schedule(page)
    box = chart.locator("svg.marks").bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 0.8 * box["width"], box["y"] + 100)
    settled(page)
    step = int(slider(chart).input_value())
    assert 1800 < step < 2700
    assert read_out(page, step) == expected("robust", step)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_cut_off_and_everything_can_be_read(theme: Theme, width: int, new_page: Visit) -> None:
    page = new_page(theme=theme, width=width)
    open_page(page, PAGE)
    fit_height(page)
    charts = page.locator('[data-testid="stVegaLiteChart"]')
    assert charts.count() == 2 * len(gradients.NAMES) + 1
    for chart in charts.all():
        box = chart.locator("svg.marks").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert not chart.locator("svg.marks").evaluate(
            """svg => {
                const frame = svg.getBoundingClientRect();
                const lead = 4;  // a line of text is higher than its letters
                return [...svg.querySelectorAll('text')].some(text => {
                    const box = text.getBoundingClientRect();
                    return box.width > 0 && (box.left < frame.left - lead || box.right > frame.right + lead
                        || box.top < frame.top - lead || box.bottom > frame.bottom + lead);
                });
            }"""
        )
    ground = luminance("rgb(128, 128, 128)")
    paper = luminance(page.locator(".stApp").evaluate("app => getComputedStyle(app).backgroundColor"))
    for chart in charts.all():
        for fill, on_ground in chart.locator("svg.marks text").evaluate_all(
            "texts => texts.filter(t => t.textContent.trim() && +getComputedStyle(t).opacity > 0)"
            ".map(t => [getComputedStyle(t).fill, getComputedStyle(t).fill === 'rgb(0, 0, 0)'])"
        ):
            red, green, blue = rgb(fill)
            assert red == green == blue
            assert contrast(luminance(fill), ground if on_ground else paper) >= 4.5
    for name in gradients.NAMES:
        assert slider(picture(page, name)).is_visible()


def rgb(color: str) -> list[int]:
    return [int(level) for level in re.findall(r"\d+", color)[:3]]


def luminance(color: str) -> float:
    """Relative luminance, as WCAG has it."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (level / 255 for level in rgb(color))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: float, b: float) -> float:
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)

"""Regularizers on the screen: a sample is dragged without the server, and the schedule reads out the step."""

from __future__ import annotations

import math
import re

import pytest
from playwright.sync_api import Locator, Page

from excolor.charts import gradients, keyframes
from excolor.schedule import SHIPPED, find
from excolor.ui.sections.prose import NAMES
from excolor.ui.words import number
from tests.browser.conftest import Visit
from tests.support.browser import fit_height, open_page, settled

PAGE = "regularizers"


def choose(page: Page, name: str) -> None:
    page.get_by_role("radiogroup", name="Regularizer").get_by_role("radio", name=name, exact=True).click()
    settled(page)
    page.locator(f'.push[data-term="{name}"]').wait_for()


def sample(page: Page) -> Locator:
    return page.locator(".push [role=slider]")


def slider(within: Locator) -> Locator:
    return within.locator("input[type=range]")


def schedule(page: Page) -> Locator:
    chart = page.locator('[data-testid="stVegaLiteChart"]').last
    chart.scroll_into_view_if_needed()
    return chart


def sent(page: Page) -> list[int]:
    """The sizes of all messages to the server from now on."""
    sizes: list[int] = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda payload: sizes.append(len(payload))))
    return sizes


def move(page: Page, within: Locator, value: float) -> None:
    slider(within).fill(f"{value:g}")
    two_frames(page)


def two_frames(page: Page) -> None:
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def position(page: Page) -> float:
    return float(sample(page).get_attribute("aria-valuenow") or "nan")


def on_screen(page: Page, name: str, at: float) -> tuple[float, float]:
    """Where the sample is at a position, in pixels of the screen."""
    box = page.locator(".push svg").bounding_box()
    assert box is not None
    (x, y) = gradients.SCENES[name].samples(at)[0]
    middle, unit = box["width"] / 2, box["width"] / 2 / 1.4
    return box["x"] + middle + x * unit, box["y"] + middle - y * unit


def written(page: Page) -> list[str]:
    """Value and push beneath the picture."""
    return [page.locator(f".push .{each}").inner_text() for each in ("value", "strength")]


def expected_of(name: str, at: float) -> list[str]:
    effect = gradients.effect(name)
    i = int(abs(effect.positions - at).argmin())
    # What is zero but for rounding is written as zero.
    return [number(round(float(each[i]), 12)) for each in (effect.value, effect.strength)]


def test_every_sample_is_dragged_and_asks_nobody(page: Page) -> None:
    messages = sent(page)
    open_page(page, PAGE)
    for name in NAMES:
        choose(page, name)
        moved, asked = gradients.SCENES[name].control, len(messages)
        assert asked > 0  # it listens
        assert position(page) == moved.start
        page.locator(".push svg").scroll_into_view_if_needed()
        page.mouse.move(*on_screen(page, name, moved.start))
        page.mouse.down()
        at = math.nan
        for i in (3, 2, 1):
            at = float(moved.positions[i * len(moved.positions) // 4])
            page.mouse.move(*on_screen(page, name, at), steps=5)
            assert position(page) == pytest.approx(at)
            assert written(page) == expected_of(name, at)
            arrow = page.locator(".push .arrow:not(.field):not(.thin)").last.get_attribute("d")
            effect = gradients.effect(name)
            assert bool(arrow) is bool(effect.at(at)[1] > 1e-3 * effect.hardest[1])
        page.mouse.up()
        # What is let go stays, and a click anywhere brings the sample there.
        assert position(page) == pytest.approx(at)
        page.mouse.click(*on_screen(page, name, moved.high - 3 * moved.step))
        assert position(page) == pytest.approx(moved.high - 3 * moved.step)
        settled(page)
        assert len(messages) == asked


def test_a_sample_is_moved_with_the_keyboard_says_where_it_is_and_stays_when_the_page_runs_again(page: Page) -> None:
    open_page(page, PAGE)
    handle = sample(page)
    assert handle.get_attribute("aria-label") == "Angle to the first axis"
    handle.focus()
    page.keyboard.press("ArrowRight")
    assert position(page) == 61
    page.keyboard.press("ArrowDown")
    page.keyboard.press("PageDown")
    assert position(page) == 50
    value, push = expected_of("anchor", 50)
    assert handle.get_attribute("aria-valuetext") == (
        f"50° from the first axis: value {value}, push {push} toward the first axis"
    )
    ring = handle.locator(".ring")
    assert ring.evaluate("ring => getComputedStyle(ring).strokeWidth") == "4px"
    page.keyboard.press("Home")
    assert position(page) == -180
    assert handle.get_attribute("aria-valuetext") == "−180° from the first axis: value 4.0, push 0"
    page.keyboard.press("End")
    assert position(page) == 180
    # Nothing jumps when the page runs again.
    move(page, schedule(page), 1740)
    page.get_by_role("radiogroup", name="Schedule").get_by_role("radio", name="ex-2.7", exact=True).click()
    settled(page)
    assert position(page) == 180
    assert slider(schedule(page)).input_value() == "1740"
    assert read_out(page, 1740) == expected("ex-2.7", 1740)
    # Every term remembers where its own sample was left.
    choose(page, "separate")
    assert position(page) == gradients.SCENES["separate"].control.start
    choose(page, "anchor")
    assert position(page) == 180


def test_a_finger_drags_the_sample_and_not_the_page_and_taps_a_step(new_page: Visit) -> None:
    page = new_page(width=390, height=800, touch=True)
    open_page(page, PAGE)
    page.locator(".push svg").scroll_into_view_if_needed()
    scrolled = "main => main.scrollTop"
    before = page.get_by_test_id("stMain").evaluate(scrolled)
    touch = page.context.new_cdp_session(page)
    for kind, at in (("touchStart", 60), ("touchMove", 90), ("touchMove", 140), ("touchEnd", None)):
        x, y = on_screen(page, "anchor", at or 0)
        points = [] if at is None else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        two_frames(page)
    assert position(page) == 140
    assert page.get_by_test_id("stMain").evaluate(scrolled) == before
    chart = schedule(page)
    box = chart.locator("svg.marks").bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 0.8 * box["width"], box["y"] + 100)
    assert_reads_out(page, "robust", 1800, 2700)


def expected(name: str, step: int) -> list[str]:
    values = find(name).at(step)
    return [number(values[parameter]) for parameter in keyframes.TRACKS]


def read_out(page: Page, step: int) -> list[str]:
    """The values at the right of the schedule, from the top, once it shows the step."""
    assert slider(schedule(page)).input_value() == str(step)
    bold = schedule(page).locator("svg.marks text[font-weight='600']")
    return [text.strip() for text in bold.all_text_contents()]


def assert_reads_out(page: Page, name: str, low: float, high: float) -> int:
    """Waits until the schedule shows a step between two; its values are at the right, and it comes back."""
    shown = slider(schedule(page))
    page.wait_for_function(
        "([input, low, high]) => low < +input.value && +input.value < high", arg=[shown.element_handle(), low, high]
    )
    step = int(shown.input_value())
    assert read_out(page, step) == expected(name, step)
    return step


def test_the_step_under_the_pointer_is_read_out_on_every_schedule(page: Page) -> None:
    messages = sent(page)
    open_page(page, PAGE)
    assert read_out(page, keyframes.START) == expected("robust", keyframes.START)
    for name in SHIPPED:
        choice = page.get_by_role("radiogroup", name="Schedule").get_by_role("radio", name=name, exact=True)
        if not choice.is_checked():
            choice.click()
            settled(page)
        chart, asked = schedule(page), len(messages)
        box = chart.locator("svg.marks").bounding_box()
        assert box is not None
        chart.locator("svg.marks").hover()  # it is drawn anew where the pointer comes in, which may swallow a move
        steps: set[int] = set()
        for across, down in ((0.2, 0.1), (0.45, 0.5), (0.8, 0.8)):
            page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=4)
            # The plot begins after the axis, so a place is known to within it.
            steps.add(assert_reads_out(page, name, 3000 * (across - 0.07), 3000 * across))
        assert len(steps) == 3
        # None of its slider's track is filled: Streamlit fills it only when the slider itself is moved.
        filled = slider(chart).evaluate("input => getComputedStyle(input).getPropertyValue('--vega-range-progress')")
        assert filled == "0%"
        assert_zero_is_beside_its_line(chart)
        for step in (0, 10, 3000):
            move(page, chart, step)
            assert read_out(page, step) == expected(name, step)
        settled(page)
        assert len(messages) == asked


def assert_zero_is_beside_its_line(chart: Locator) -> None:
    zeros = chart.locator(".role-axis-label text").filter(has_text=re.compile(r"^0$"))
    heights = [box["y"] + box["height"] / 2 for box in (zero.bounding_box() for zero in zeros.all()) if box]
    lines = chart.locator(".mark-rule.layer_0_marks line").evaluate_all(
        "lines => lines.map(line => line.getBoundingClientRect().y)"
    )
    assert len(lines) == len(keyframes.TRACKS)
    for line in lines:
        assert min(abs(height - line) for height in heights) < 2.5


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_cut_off_or_taller_than_the_screen_and_everything_can_be_read(width: int, new_page: Visit) -> None:
    page = new_page(width=width)
    open_page(page, PAGE)
    for name in NAMES:
        choose(page, name)
        assert sample(page).is_visible()
        if width == 1280:
            assert_no_taller_than_the_screen(page)
        box = page.locator(".push svg").bounding_box()
        assert box is not None
        assert box["width"] == pytest.approx(box["height"], abs=1)
        assert 0 <= box["x"] < box["x"] + box["width"] <= width
    fit_height(page)
    charts = page.locator('[data-testid="stVegaLiteChart"]').filter(visible=True)
    assert charts.count() == 3
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
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        settled(page)
        assert_legible(page, charts)


def assert_no_taller_than_the_screen(page: Page) -> None:
    top = page.get_by_role("radiogroup", name="Regularizer").bounding_box()
    bottoms = [page.locator(".push").bounding_box(), page.locator(".st-key-at-work-said p").bounding_box()]
    assert top is not None
    for box in bottoms:
        assert box is not None
        assert box["y"] + box["height"] - top["y"] <= 800 - 60  # the navigation stays above


def assert_legible(page: Page, charts: Locator) -> None:
    """Words in charts are gray, and of enough contrast with what is behind them."""
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

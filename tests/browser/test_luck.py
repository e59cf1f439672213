"""Luck or structure? in a real browser: many seeds with their progress, and the outline of the runs before a change."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.support.browser import settled

# It may be over before a test has looked.
_NOTE_PROGRESS = """() => {
  new MutationObserver(() => {
    const said = document.querySelector('[data-testid="stProgress"]')?.textContent ?? '';
    if (said.includes(' of ')) window.progressed = said.trim();
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def test_many_seeds_are_trained_and_a_changed_weight_leaves_an_outline(page: Page) -> None:
    page.goto("/luck?predict=skip&schedule=ex-2.7&seeds=100:130")
    settled(page)
    train = page.get_by_role("button", name="Train 30 networks", exact=True)
    chart = page.get_by_test_id("stVegaLiteChart")
    counts = page.get_by_role("table", name="How the runs came out, with 95 % intervals")
    expect(chart).to_have_count(0)
    page.evaluate(_NOTE_PROGRESS)
    train.click()
    page.wait_for_function("() => window.progressed")
    expect(page.get_by_text("With ex-2.7 ", exact=False).last).to_be_visible()
    expect(page.get_by_test_id("stProgress")).to_have_count(0, timeout=60_000)
    settled(page)
    assert re.fullmatch(r"\d+ of 30 networks trained", page.evaluate("() => window.progressed"))
    expect(counts.get_by_role("rowheader")).to_have_text(["ex-2.7"])
    marks = chart.locator("svg .mark-symbol path")
    expect(marks).to_have_count(30)
    outline = chart.locator("svg .mark-line path")
    expect(outline).to_have_count(0)
    slider = page.get_by_role("slider", name="Weight of separate")
    slider.focus()
    page.keyboard.press("ArrowRight")
    settled(page)
    assert "separate=1.5" in page.url
    assert "before=scheduled" in page.url
    train.click()
    expect(page.get_by_test_id("stProgress")).to_have_count(0, timeout=60_000)
    settled(page)
    expect(counts.get_by_role("rowheader")).to_have_text(["ex-2.7", "ex-2.7, before"])
    expect(marks).to_have_count(30)
    assert outline.count() > 0

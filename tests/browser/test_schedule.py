"""The own schedule in a real browser: a cell is typed, its curve and its run follow, an error stands at its cell."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Theme, navigate, open_page, settled

COLUMNS = ("row", "STEP", "PHASE", "ACTION", "lr", "reg-separate")


def grid(page: Page) -> Locator:
    return page.get_by_test_id("stDataFrame")


def cell(page: Page, row: int, column: str) -> Locator:
    """A cell as a reader of the screen has it, by the row's number."""
    return page.get_by_test_id(f"glide-cell-{COLUMNS.index(column)}-{row - 2}")


def type_in(page: Page, row: int, column: str, text: str) -> None:
    """By keyboard: from the first step to the cell, and over what is in it."""
    settled(page)
    grid(page).scroll_into_view_if_needed()
    box = grid(page).bounding_box()
    assert box
    page.mouse.click(box["x"] + 120, box["y"] + 55)
    expect(cell(page, 2, "STEP")).to_have_attribute("aria-selected", "true")
    for key, times in (("ArrowDown", row - 2), ("ArrowRight", COLUMNS.index(column) - 1)):
        for _ in range(times):
            page.keyboard.press(key)
    expect(cell(page, row, column)).to_have_attribute("aria-selected", "true")
    page.keyboard.type(text[0])
    expect(page.locator("#portal textarea")).to_have_value(text[0])  # the grid fetches this field when it is first used
    page.keyboard.type(text[1:])
    expect(page.locator("#portal textarea")).to_have_value(text)
    page.wait_for_timeout(300)  # the grid's own field drops what nobody can type: text and Enter within some frames
    page.keyboard.press("Enter")
    expect(cell(page, row, column)).to_have_text(text)


def expect_key(page: Page, text: str, count: int = 1) -> None:
    """So many keys of the curves say this."""
    page.wait_for_function(
        """([text, count]) => [...document.querySelectorAll('[data-testid="stVegaLiteChart"] .mark-symbol path')]
            .filter(each => each.__data__?.datum?.text === text).length === count""",
        arg=[text, count],
    )


@pytest.mark.numerical
def test_a_cell_is_typed_and_its_curve_its_run_and_its_fault_follow(page: Page) -> None:
    open_page(page, "schedule")
    expect_key(page, "0.040 at step 1,000")
    type_in(page, 4, "reg-separate", "0")
    expect_key(page, "0.040 at step 1,000", 0)
    verdicts = page.get_by_role("table", name=re.compile("^The checklist of a sound run"))
    expect(verdicts.locator("thead th")).to_have_text(["yours", "robust", "ex-2.7", "clean"])
    expect(verdicts.locator("tbody tr").first.locator("td").first).to_have_text("× no")
    # What is wrong stands at its cell; what was typed stays, and so do the curves of before.
    type_in(page, 4, "lr", "fast")
    expect(page.get_by_text("Row 4, lr is 'fast'; it must be a number such as 0.01 or 1e-8.")).to_be_visible()
    expect(cell(page, 4, "row")).to_have_text("▲ 4")
    expect(cell(page, 4, "lr")).to_have_text("fast")
    expect(grid(page).locator("th").filter(has_text="▲ lr")).to_have_count(1)
    expect_key(page, "0.15 at step 1,000")
    # A row that is added keeps all of it, and so does a way to another page and back.
    page.get_by_role("button", name="Add a row below").click()
    settled(page)
    expect(cell(page, 5, "row")).to_have_text("▲ 5")
    navigate(page, "Start")
    navigate(page, "Your own schedule")
    settled(page)
    type_in(page, 5, "lr", "0.3")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    expect_key(page, "0.30 at step 1,000")
    # On to Train, whose controls say so; a reload has it again.
    page.get_by_role("button", name="Use it on Train").click()
    settled(page)
    for _ in range(2):
        expect(page.get_by_role("radio", name="own")).to_be_checked()
        page.reload()
        settled(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_telephone_scrolls_the_table_and_not_the_page(page: Page, theme: Theme) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": 390, "height": 900})
    open_page(page, "schedule")
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
    assert grid(page).locator(".dvn-scroller").evaluate("inside => inside.scrollWidth > inside.clientWidth")

"""A teacher's link: a camera reads its code, a class finds what it says, and a setup is there the next day."""

from __future__ import annotations

import zxingcpp
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.support.browser import open_page, pixels, settled, unfold


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def fill(page: Page, name: str, text: str) -> None:
    page.get_by_role("textbox", name=name).fill(text)
    page.get_by_role("textbox", name=name).press("Enter")
    settled(page)


def test_a_camera_reads_the_link_and_the_class_finds_what_it_says(new_page: Visit, server: str) -> None:
    page = new_page()
    open_page(page, "teacher")
    fill(page, "Address at which the class reaches this machine", server)
    press(page, "label noise")
    press(page, "presets")
    link = page.locator("code").inner_text()
    assert link.startswith(f"{server}/train?")
    code = page.locator(".xc-code")
    code.scroll_into_view_if_needed()
    assert [each.text for each in zxingcpp.read_barcodes(pixels(page, code))] == [link]
    fill(page, "Name", "<b>first</b> lesson")
    press(page, "Keep")
    expect(page.get_by_text("Kept as <b>first</b> lesson.")).to_be_visible()

    # What is done in the look at it is done by a visitor whom nobody remembers.
    unfold(page, "A look at it")
    seen = page.frame_locator("iframe[title='The page as a student finds it']")
    expect(seen.get_by_text("Your teacher’s link leaves out: presets, label noise.")).to_be_visible()
    expect(seen.get_by_role("button", name="No separate")).to_have_count(0)
    assert not page.evaluate("() => Object.keys(localStorage).some(key => key.includes('last/run'))")

    student = new_page()
    student.goto(link)
    settled(student)
    expect(student.get_by_text("Your teacher’s link leaves out: presets, label noise.")).to_be_visible()
    expect(student.get_by_role("slider", name="separate")).to_be_visible()
    expect(student.get_by_role("slider", name="label noise")).to_have_count(0)

    page.reload()
    settled(page)
    expect(page.get_by_text("<b>first</b> lesson, Train.")).to_be_visible()
    press(page, "Set up like this")
    fill(page, "Address at which the class reaches this machine", server)
    assert page.locator("code").inner_text() == link

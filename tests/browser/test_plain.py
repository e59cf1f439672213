"""A run whose name is Markdown: the browser shows the characters that were typed, and asks nobody for anything."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_log import select
from tests.browser.test_store import NAME, named
from tests.support.browser import navigate, open_page, settled, unfold

IMAGE = "![a](http://far.test/x) :material/home:"
HTML = "<b>b</b> $x$ and $y$ :red[r] -> a@b.co"


def text(where: Locator) -> str:
    """What is to be read, without the joiners, which have no width."""
    return where.inner_text().replace("\N{WORD JOINER}", "").strip()


def call(page: Page, name: str) -> str:
    field = page.get_by_role("textbox", name="Name")
    field.fill(name)
    field.press("Enter")
    settled(page)
    page.get_by_role("button", name="Name it", exact=True).click()
    settled(page)
    return text(page.get_by_test_id("stAlert"))


def test_a_name_is_shown_as_it_was_typed_and_nobody_is_asked_for_anything(page: Page) -> None:
    """The page's own watch fails the test if anything was asked of another host."""
    open_page(page, "train")
    for name, preset in ((IMAGE, "No anchor"), (HTML, "All on")):
        page.get_by_role("button", name=preset, exact=True).click()
        settled(page)
        if not page.get_by_role("textbox", name="Name").is_visible():
            unfold(page, NAME)
        assert call(page, name) == f"Named {name}. It can be chosen on every page."
    assert named(page) == [IMAGE, HTML]
    navigate(page, "Your runs")
    settled(page)
    select(page, 0, 1)
    for button in ("Pin", "Delete"):
        page.get_by_role("button", name=button, exact=True).click()
        settled(page)
    page.get_by_role("button", name="Undo: bring back 2 runs").click()
    settled(page)
    select(page, 1)
    page.get_by_role("button", name="Delete", exact=True).click()
    settled(page)
    assert text(page.get_by_test_id("stAlert")) == f"Deleted {IMAGE}."
    navigate(page, "Start")
    settled(page)
    choice = page.get_by_role("radiogroup", name="Model")
    assert HTML in [text(each) for each in choice.get_by_role("radio").all()]
    choice.get_by_role("radio").last.click()
    settled(page)
    navigate(page, "Regularizers")
    settled(page)
    expect(page.get_by_test_id("stMain")).to_contain_text("In <b>b</b> $x$ and $y$ :red[r]")
    assert page.locator('[data-testid="stMain"] img[alt="a"], [data-testid="stMain"] a[href^="mailto:"]').count() == 0

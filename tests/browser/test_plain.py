"""A run whose name is Markdown: the browser shows the characters that were typed, and asks nobody for anything."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_store import KEEP, models
from tests.support.browser import navigate, open_page, settled, unfold

IMAGE = "![a](http://far.test/x) :material/home:"
HTML = "<b>b</b> $x$ and $y$ :red[r] -> a@b.co"


def text(where: Locator) -> str:
    """What is to be read, without the joiners, which have no width."""
    return where.inner_text().replace("\N{WORD JOINER}", "").strip()


def keep(page: Page, name: str) -> str:
    field = page.get_by_role("textbox", name="Name")
    field.fill(name)
    field.press("Enter")
    settled(page)
    page.get_by_role("button", name="Keep", exact=True).click()
    settled(page)
    return text(page.get_by_test_id("stAlert"))


def test_a_name_is_shown_as_it_was_typed_and_nobody_is_asked_for_anything(page: Page) -> None:
    """The page's own watch fails the test if anything was asked of another host."""
    open_page(page, "train")
    unfold(page, KEEP)
    for name in (IMAGE, HTML):
        assert keep(page, name) == f"Kept as {name}. It can be chosen on every page."
    assert models(page) == [IMAGE, HTML]
    unfold(page, "All figures, beside another network")
    page.locator(".st-key-forget").get_by_role("button").click()  # the first: what is left can be chosen side by side
    settled(page)
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

"""Is it really gone? in a real browser: the race with its progress, cancelled and run to its end."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.support.browser import another_visitor, open_page, settled


def test_the_race_shows_its_progress_is_cancelled_and_comes_to_its_end(page: Page) -> None:
    open_page(page, "gone")
    page.locator(".st-key-ablation-dims-4").get_by_role("button", name="3", exact=True).click()  # a race of its own
    settled(page)
    run, cancel = (page.get_by_role("button", name=name, exact=True) for name in ("Run the race", "Cancel"))
    zeros = page.get_by_text("every zero of the ablated network is still exactly 0")
    run.click()
    expect(page.get_by_text(re.compile(r"^[\d,]+ of 3,000 updates$"))).to_be_visible()
    cancel.click()
    expect(run).to_be_visible()
    expect(zeros).to_have_count(0)
    run.click()
    expect(zeros).to_be_visible(timeout=60_000)
    expect(cancel).to_have_count(0)
    settled(page)
    # A slider plays it.
    race = page.get_by_test_id("stVegaLiteChart").nth(4)
    race.scroll_into_view_if_needed()
    line = race.locator("svg.marks .mark-line path").last
    whole = line.get_attribute("d") or ""
    race.locator("input[type=range]").fill("100")
    expect(line).not_to_have_attribute("d", whole)
    assert page.url.endswith("dims=0,1,3")
    # Another visitor finds what the server remembers.
    url = page.url.rpartition("/")[2]
    another_visitor(page)
    page.goto(f"/{url}&predict=skip" if "predict" not in url else f"/{url}")
    settled(page)
    expect(zeros).to_be_visible()

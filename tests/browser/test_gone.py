"""Is it really gone? in a real browser: the race with its progress, cancelled and run to its end."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.support.browser import another_visitor, open_page, settled

# A race may be over before a pointer has come to its button.
_CANCEL_AT_ONCE = """() => {
  const look = (_changes, watch) => {
    const button = document.querySelector('.st-key-cancel-race button');
    const said = document.querySelector('[data-testid="stProgress"]')?.textContent ?? '';
    if (!button || !said.includes(' of ')) return;
    watch.disconnect();
    window.progressed = said.trim();
    button.click();
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def test_the_race_shows_its_progress_is_cancelled_and_comes_to_its_end(page: Page) -> None:
    open_page(page, "gone")
    page.locator(".st-key-ablation-dims-4").get_by_role("button", name="3", exact=True).click()  # a race of its own
    settled(page)
    run = page.get_by_role("button", name="Run the race", exact=True)
    cancel = page.get_by_role("button", name="Cancel", exact=True)
    zeros = page.get_by_text("every zero of the ablated network is still exactly 0")
    page.evaluate(_CANCEL_AT_ONCE)
    run.click()
    page.wait_for_function("() => window.progressed")
    settled(page)
    expect(run).to_be_visible()
    expect(zeros).to_have_count(0)
    assert re.fullmatch(r"[\d,]+ of 3,000 updates", page.evaluate("() => window.progressed"))
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
    address = page.url.rpartition("/")[2]
    assert "dims=0%2C1%2C3" in address
    # Another visitor finds what the server remembers.
    another_visitor(page)
    page.goto(f"/{address}")
    settled(page)
    expect(zeros).to_be_visible()

"""Which regularizers are needed? in a real browser: trained, cancelled, gone on with, and a run taken along."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.test_looks import violations
from tests.support.browser import settled

# A study may be over before a pointer has come to its button.
_CANCEL_AT_ONCE = """() => {
  const look = (_changes, watch) => {
    const button = document.querySelector('.st-key-needed-cancel button');
    const said = document.querySelector('[data-testid="stProgress"]')?.textContent ?? '';
    if (!button || !/^[1-9].* of /.test(said.trim())) return;
    watch.disconnect();
    window.progressed = said.trim();
    button.click();
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def test_the_sixteen_are_trained_cancelled_gone_on_with_and_one_is_taken_along(page: Page) -> None:
    page.goto("/needed?predict=skip&steps=1500&seeds=11:15")  # a study of its own
    settled(page)
    page.evaluate(_CANCEL_AT_ONCE)
    page.get_by_role("button", name="Train 64 networks", exact=True).click()
    page.wait_for_function("() => window.progressed", timeout=60_000)
    go_on = page.get_by_role("button", name="Go on", exact=True)
    expect(go_on).to_be_visible()
    settled(page)
    assert re.fullmatch(r"\d+ of 64 networks trained", page.evaluate("() => window.progressed"))
    expect(page.get_by_text(re.compile(r"Stopped after \d+ of 64 networks"))).to_be_visible()
    go_on.click()
    expect(page.get_by_text("What this does not show")).to_be_visible(timeout=90_000)
    settled(page)
    expect(page.locator(".xc-cell img")).to_have_count(16)
    assert violations(page) == []
    take = page.locator('[class*="st-key-needed-take-anchor-planarity-separate-"] button').last
    seed = (take.text_content() or "").removeprefix("Take seed ")
    take.click()
    expect(page.get_by_text(f"Taken: robust, seed {seed}, no unitarity, 1500 updates.")).to_be_visible()
    settled(page)
    page.get_by_role("link", name="See its ablation").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Which regularizers are needed?")
    settled(page)
    expect(page.get_by_role("radio", name="last run", exact=True)).to_be_checked()

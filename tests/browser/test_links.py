"""One link is everything: what a page shows is shown to whoever opens its link, and is what the command line prints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from excolor.ui.words import number
from tests.browser.conftest import printed
from tests.support.browser import navigate, open_page, settled, visit

Move = Callable[[Page], None]
SAME = "This is the run that the link was copied from, to the last bit."


def press(name: str) -> Move:
    return lambda page: page.get_by_role("button", name=name, exact=True).click()


def choose(key: str, name: str) -> Move:
    return lambda page: page.locator(f".st-key-{key}").get_by_text(name, exact=True).click()


def slide(key: str, keys: str) -> Move:
    return lambda page: page.locator(f'.st-key-train-{key} input[type="range"]').press(keys)


def seed(number: int) -> Move:
    def fill(page: Page) -> None:
        page.get_by_role("spinbutton", name="seed").fill(str(number))
        page.get_by_role("spinbutton", name="seed").press("Enter")

    return fill


# One after the other: each begins where the one before it ended.
ON_TRAIN: list[Move] = [
    lambda page: None,  # all at its default
    *[press(f"No {term}") for term in ("separate", "unitarity", "anchor", "planarity")],
    press("All off"),
    seed(3),
    press("All on"),
    *[slide(term, "ArrowLeft") for term in ("separate", "unitarity", "anchor", "planarity")],
    *[slide("noise", "ArrowRight"), slide("noise", "End"), seed(4)],
    *[choose("train-schedule", "ex-2.7"), slide("neutrality", "ArrowRight"), choose("train-schedule", "clean")],
    *[choose("train-bottleneck", width) for width in ("2", "3", "6")],
    *[slide("steps", "ArrowLeft"), slide("steps", "Home"), seed(4_294_967_295)],
]
ON_ABLATION: list[Move] = [
    *[choose("ablation-dims-6", "1"), choose("ablation-dims-6", "5"), choose("ablation-how", "prune")],
    *[choose("ablation-model", "ex-2.7"), choose("ablation-dims-4", "0"), choose("ablation-model", "clean")],
]
SHIPPED = re.compile("model=(ex-2.7|clean)")


def copied(page: Page) -> str:
    """What the page's button copies."""
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    return page.evaluate("() => theClipboard.readText()")


def shown(page: Page) -> list[str]:
    """The metrics of the Train page, or of the Ablation page."""
    return page.locator(".xc-checklist li, .xc-definitions dd").all_inner_texts()


def told(figures: dict[str, Any], link: str) -> set[str]:
    """Of what the command line prints, what stands on the page of a run's link, as it is written there."""
    if "/train" in link:
        checks = figures["checks"]
        return {number(checks[name]["value"]) for name in ("reconstructs", "red_on_axis", "grays_survive")}
    parts = (figures["metrics"][part] for part in ("intact", "warmth"))
    return {
        number(value) for part in parts for name, value in part.items() if value is not None and name != "gray_share"
    }


@pytest.mark.numerical
def test_thirty_links_show_strangers_what_the_pages_showed_and_the_command_line_prints(
    browser: Browser, server: str
) -> None:
    states: list[tuple[str, list[str]]] = []
    with visit(browser, server) as (page, watch):
        able_to_copy(page)
        open_page(page, "train")
        for move in ON_TRAIN:
            move(page)
            settled(page)
            states.append((copied(page), shown(page)))
        press("See its ablation →")(page)
        for move in ON_ABLATION:
            settled(page)
            move(page)
            settled(page)
            states.append((copied(page), shown(page)))
        assert watch.problems == []
    assert len({link for link, _metrics in states}) == len(states) == 30
    for together in (states[first : first + 5] for first in range(0, len(states), 5)):
        with ExitStack() as visits:
            strangers = [visits.enter_context(visit(browser, server)) for _ in together]
            for (stranger, _watch), (link, _metrics) in zip(strangers, together, strict=True):
                stranger.goto(link, wait_until="commit")
            for (stranger, watch), (link, metrics) in zip(strangers, together, strict=True):
                settled(stranger)
                assert metrics, link
                assert shown(stranger) == metrics, link
                assert stranger.get_by_text(SAME).count() == (not SHIPPED.search(link)), link
                assert watch.problems == []
    for link, metrics in states:
        if not SHIPPED.search(link):
            figures: dict[str, Any] = printed("train", "--link", link)
            assert figures["link"].partition("run=")[2] == link.partition("run=")[2]
            assert told(figures, link) <= set(re.findall(r"−?[\d.]+(?: × 10[⁻⁰-⁹²³]+)?", " ".join(metrics))), link


def able_to_copy(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.add_init_script("window.theClipboard = navigator.clipboard")


def test_the_address_follows_the_controls_and_back_leads_from_page_to_page(page: Page) -> None:
    able_to_copy(page)
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as over plain http
    open_page(page, "train")
    entries = page.evaluate("history.length")
    for move in (press("No separate"), seed(5), slide("steps", "Home")):
        move(page)
        settled(page)
    assert urlsplit(page.url).query == "separate=0&seed=5&steps=100&predict=skip"
    assert page.evaluate("history.length") == entries
    box = page.locator(".st-key-copy-link").bounding_box()
    assert copied(page).startswith(f"{page.url}&run=")
    assert page.locator(".st-key-copy-link").bounding_box() == box
    navigate(page, "Latent space")
    settled(page)
    page.go_back()
    settled(page)
    assert urlsplit(page.url).query == "separate=0&seed=5&steps=100&predict=skip"
    assert page.evaluate("history.length") == entries + 1
    # Another link in the same browser wins over what the browser has kept, and says what it does not understand.
    page.goto("/train?separate=0.37&seed=x&<b>=1&predict=skip")
    settled(page)
    told = page.locator(".st-key-address-told")
    expect(told).to_contain_text("'<b>' says nothing on this page. seed is 'x'; it must be a whole number.")
    assert page.get_by_role("spinbutton", name="seed").input_value() == "0"
    expect(page.locator(".st-key-train-separate")).to_contain_text("× 0.37")
    press("No anchor")(page)
    settled(page)
    page.reload()
    settled(page)
    assert urlsplit(page.url).query == "anchor=0&predict=skip"
    assert page.evaluate("() => Object.keys(localStorage).length") > 0
    assert json.loads(page.evaluate("() => localStorage['excolor/2/last/settings']"))["is"]["train-anchor"] == 0
    expect(page.get_by_text("came by a link")).to_have_count(0)  # it is this browser's own


def test_a_link_that_opens_with_a_question_finds_what_the_browser_has_kept(page: Page) -> None:
    open_page(page, "train?separate=0", asked=True)
    press("Skip")(page)
    settled(page)
    page.reload()
    settled(page)
    expect(page.get_by_role("button", name="Skip", exact=True)).to_have_count(0)
    expect(page.locator(".st-key-train-verdict")).to_be_visible()
    assert urlsplit(page.url).query == "separate=0"

"""The lesson from end to end, as a student walks through it: predict, reveal, look inside, retrain, solve a mission."""

from __future__ import annotations

import json
import re

import numpy as np
from playwright.sync_api import Locator, Page, expect

from excolor.checkpoint import pretrained
from excolor.color import GRAYS, exact_rgb, named_colors
from excolor.config import RunConfig, Weights
from excolor.diagnosis import Cause
from excolor.measured import Measured
from excolor.metrics import SURVIVES_TO, respond
from excolor.missions import MISSIONS, check
from excolor.surgery import HUE, WARMTH, ablate
from excolor.ui.sections.guess import BREAKS
from tests.browser.test_inspector import picked
from tests.browser.test_missions import open_mission
from tests.support.browser import navigation, open_page, settled
from tests.support.marks import click, point, rings
from tests.support.search import seed_where

SCORE = re.compile(r"Your prediction: (\d+) of (\d+) right")


def choose(page: Page, group: str, *names: str) -> None:
    for name in names:
        page.locator(f".st-key-predict-{group}").get_by_role("button", name=name, exact=True).click()
    settled(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def score(page: Page) -> tuple[int, int]:
    found = SCORE.search(page.get_by_text(SCORE).first.inner_text())
    assert found
    return int(found[1]), int(found[2])


def following(page: Page) -> Locator:
    """The one thing to do next, at the end of a page."""
    return page.get_by_test_id("stMain").get_by_test_id("stPageLink-NavLink")


def go_on(page: Page) -> str:
    """Follow it; returns the address of the page that it leads to."""
    following(page).click()
    settled(page)
    return page.url.partition("?")[0].rstrip("/").rpartition("/")[2]


def a_quiet_failure(run: Measured) -> bool:
    """It solves the mission of that name, and the verdict begins with the grays."""
    (mission,) = (each for each in MISSIONS if each.id == "quiet-failure")
    return check(mission, [run]).done and run.causes[:1] == (Cause.GRAYS_IN_PLANE,)


def test_a_student_walks_through_the_lesson(page: Page) -> None:
    open_page(page, asked=True)
    expect(page.get_by_text("Page 1 of 7")).to_be_visible()
    assert page.locator(".xc-patch").count() == 3
    assert page.locator(".xc-patches").count() == 0  # all at once only after the prediction

    # Predict.
    assert go_on(page) == "ablation"
    assert page.get_by_test_id("stVegaLiteChart").count() == 0
    said = {"warmth": ["green", "white", "black"], "hue": list(GRAYS)}
    for group, names in said.items():
        choose(page, group, *names)
    press(page, "Reveal")
    model = pretrained("robust").run.model
    right = sum(
        bool(respond(ablate(model, dims), rgb).mse[0] <= SURVIVES_TO) == (name in said[group])
        for group, dims in (("warmth", WARMTH), ("hue", HUE))
        for name, rgb in named_colors().items()
    )
    assert score(page) == (right, 34)
    page.get_by_role("textbox", name="Why? One line").fill("hue is a plane, warmth a line in it")
    page.keyboard.press("Enter")
    settled(page)

    # Pick a color, and find it in every chart.
    click(page, point(page, 0, "#ff5555"))
    code = picked(page)["code"]
    assert code == "#ff5555"
    assert [len(each) for each in rings(page)] == [1] * 18 + [2]

    # Follow it through the network, and delete hue there.
    assert go_on(page) == "network"
    network = page.locator(".network")
    assert network.get_attribute("data-color") == code
    page.locator(".network").get_by_role("button", name="Delete dim 0", exact=True).click()
    page.locator(".network").get_by_role("button", name="Delete dim 1", exact=True).click()
    exact = json.loads(network.get_attribute("data-exact") or "")
    after = respond(ablate(model, HUE), exact_rgb(code))
    np.testing.assert_allclose(exact["after"]["u"], after.u[0], atol=1e-4)
    np.testing.assert_allclose(exact["after"]["rgb"], after.rgb[0], atol=1e-4)

    # On to the end of the story, a page after the other; the color is still picked where there are charts.
    there = list(navigation(page).values())
    for address in there[3:]:
        assert go_on(page) == address
        expect(page.get_by_text(f"Page {there.index(address) + 1} of 7")).to_be_visible()
        if address == "latent":
            assert picked(page)["code"] == code
            assert all(rings(page))

    # Open a mission, predict what breaks, retrain, and solve it.
    seed = seed_where(RunConfig(weights=Weights(separate=0)), a_quiet_failure)
    field = page.get_by_role("spinbutton", name="seed")
    field.fill(str(seed))
    field.press("Enter")
    settled(page)
    open_mission(page, "A quiet failure")
    press(page, "No separate")
    choose(page, "run", "The grays, once hue is deleted")
    press(page, "Reveal")
    expect(page.locator(".xc-answers tr").filter(has_text="The grays").locator("td")).to_contain_text("✓ right")
    assert score(page)[1] == len(BREAKS)
    expect(page.locator(".st-key-train-verdict")).to_contain_text("Grays in the hue plane")
    expect(page.locator(".st-key-mission-showed")).to_contain_text(f"Done with robust, seed {seed}")
    expect(page.locator(".st-key-missions")).to_contain_text(f"1 of {len(MISSIONS)} done")

    # Its ablation, without being asked again; and what was said of the other network is still there.
    press(page, "See its ablation →")
    assert page.get_by_role("button", name="Reveal").count() == 0
    assert page.get_by_text(SCORE).count() == 0
    page.get_by_role("radiogroup", name="Model").get_by_role("radio", name="robust", exact=True).click()
    settled(page)
    assert score(page) == (right, 34)
    page.get_by_text(SCORE).first.click()
    expect(page.get_by_role("textbox", name="Why? One line")).to_have_value("hue is a plane, warmth a line in it")

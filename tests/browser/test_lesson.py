"""The lesson from end to end, as a student walks through it: predict, reveal, look inside, retrain, solve a mission."""

from __future__ import annotations

import json
import math
import re

import numpy as np
from playwright.sync_api import Locator, Page, expect

from excolor.checkpoint import pretrained
from excolor.color import GRAYS, named_colors
from excolor.config import RunConfig, Weights
from excolor.diagnosis import Cause
from excolor.measured import Measured
from excolor.metrics import SURVIVES_TO, respond
from excolor.missions import MISSIONS, check
from excolor.surgery import HUE, WARMTH, ablate
from excolor.ui.glossary import WORDS
from tests.browser.conftest import Visit
from tests.browser.test_inspector import picked
from tests.browser.test_missions import open_mission
from tests.support.browser import navigate, navigation, open_page, settled
from tests.support.marks import click, point, rings
from tests.support.search import seed_where

SCORE = re.compile(r"Your prediction\. ")


def choose(page: Page, group: str, *names: str) -> None:
    for name in names:
        page.locator(f".st-key-predict-{group}").get_by_role("button", name=name, exact=True).click()
    settled(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def score(page: Page) -> list[tuple[str, str]]:
    """Of each deletion: how many were named of those that survived, and how many there are."""
    return re.findall(r"you named (\w+) of the (\d+)", page.get_by_text(SCORE).first.inner_text(), re.IGNORECASE)


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
    expect(page.get_by_text("Page 1 of 6")).to_be_visible()
    assert page.locator(".xc-patch").count() == 3
    assert page.locator(".xc-patches").count() == 0  # all at once only after the prediction
    titles = list(navigation(page))

    # Follow red through the network, and delete hue there.
    assert go_on(page) == "network"
    expect(page.get_by_text("Page 2 of 6")).to_be_visible()
    network = page.locator(".network")
    network.get_by_role("button", name="Delete dim 0", exact=True).click()
    network.get_by_role("button", name="Delete dim 1", exact=True).click()
    exact = json.loads(network.get_attribute("data-exact") or "")
    model = pretrained("robust").run.model
    after = respond(ablate(model, HUE), [1.0, 0.0, 0.0])
    np.testing.assert_allclose(exact["after"]["u"], after.u[0], atol=1e-4)
    np.testing.assert_allclose(exact["after"]["rgb"], after.rgb[0], atol=1e-4)

    # Predict.
    assert go_on(page) == "ablation"
    expect(page.get_by_text("Page 3 of 6")).to_be_visible()
    assert page.get_by_test_id("stVegaLiteChart").count() == 0
    said = {"warmth": ["green", "white", "black"], "hue": list(GRAYS)}
    for group, names in said.items():
        choose(page, group, *names)
    press(page, "Reveal")
    model = pretrained("robust").run.model
    right: list[tuple[str, str]] = []
    for group, dims in (("warmth", WARMTH), ("hue", HUE)):
        survived = [
            name for name, rgb in named_colors().items() if respond(ablate(model, dims), rgb).mse[0] <= SURVIVES_TO
        ]
        right.append((str(len({*survived} & {*said[group]})), str(len(survived))))
    assert score(page) == right
    page.get_by_role("textbox", name="Why? One line").fill("hue is a plane, warmth a line in it")
    page.keyboard.press("Enter")
    settled(page)

    # Pick a color, and find it in every chart.
    click(page, point(page, 0, "#ff5555"))
    code = picked(page)["code"]
    assert code == "#ff5555"
    assert [len(each) for each in rings(page)] == [1] * 9

    # Open a mission, predict what breaks, retrain, and solve it.
    assert go_on(page) == "train"
    expect(page.get_by_text("Page 4 of 6")).to_be_visible()
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
    assert score(page)[0][0] == "1"
    expect(page.locator(".st-key-train-verdict")).to_contain_text("Grays in the hue plane")
    expect(page.locator(".st-key-mission-showed")).to_contain_text(f"Done with robust, seed {seed}")
    expect(page.locator(".st-key-missions")).to_contain_text(f"1 of {len(MISSIONS)} done")

    # Its ablation, without being asked again; and what was said of the other network is still there.
    press(page, "See its ablation →")
    assert page.get_by_role("button", name="Reveal").count() == 0
    assert page.get_by_text(SCORE).count() == 0
    page.get_by_role("radiogroup", name="Model").get_by_role("radio", name="robust", exact=True).click()
    settled(page)
    assert score(page) == right
    page.get_by_text(SCORE).first.click()
    expect(page.get_by_role("textbox", name="Why? One line")).to_have_value("hue is a plane, warmth a line in it")

    # The end tells all of it.
    navigate(page, "Regularizers")
    settled(page)
    expect(page.get_by_text("Page 5 of 6")).to_be_visible()
    assert go_on(page) == "end"
    expect(page.get_by_text("Page 6 of 6")).to_be_visible()
    predicted = page.get_by_role("row", name="What survives in robust")
    for named, survived in right:
        expect(predicted).to_contain_text(f"ou named {named} of the {survived} that survived")
    expect(predicted).to_contain_text("hue is a plane, warmth a line in it")
    expect(page.get_by_role("row", name=f"What breaks: robust, seed {seed}, no separate")).to_contain_text("that broke")
    last = page.get_by_role("table", name="Your runs").locator("tbody tr").first
    expect(last).to_contain_text(f"robust, seed {seed}, no separate")
    expect(page.get_by_role("table", name="Your missions")).to_contain_text("A quiet failure")

    # Further; the color is still picked where there are colors.
    for title in titles[6:]:
        navigate(page, title)
        settled(page)
        expect(page.get_by_text(f"Going further: {title}")).to_be_visible()
        if title in ("Colors and labels", "Latent space"):
            assert picked(page)["code"] == code
        assert all(rings(page)) or title != "Latent space"


SCREEN = 800  # pixels high, of a laptop 1280 wide
SCREENS = 14


def test_the_lesson_is_at_most_fourteen_screens_long(new_page: Visit) -> None:
    page = new_page(height=SCREEN)
    open_page(page)
    screens: dict[str, int] = {}
    for title, address in list(navigation(page).items())[:6]:
        open_page(page, address)
        height = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
        screens[f"{title}, {height} px"] = math.ceil(height / SCREEN)
        page.evaluate("localStorage.clear()")  # each as a new visitor meets it
    assert sum(screens.values()) <= SCREENS, f"{sum(screens.values())} screens: {screens}"


def test_words_are_a_key_away_on_every_page_and_cover_nothing(page: Page) -> None:
    for address in ("", "train", "end"):
        open_page(page, address)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            settled(page)
            fold = page.locator(".st-key-place summary")
            fold.focus()
            page.keyboard.press("Enter")
            words = page.locator(".st-key-place li")
            expect(words).to_have_count(len(WORDS))
            expect(words.first).to_be_visible()
            assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth")
            below, title = page.locator(".st-key-place details").bounding_box(), page.locator("h1").bounding_box()
            assert below is not None
            assert title is not None
            assert below["y"] + below["height"] <= title["y"] + 1
            page.keyboard.press("Enter")
            expect(words.first).not_to_be_visible()

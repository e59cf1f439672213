"""What is seen is right: every page in the navigation, in both themes and three widths, and what stays where it is."""

from __future__ import annotations

import json
import time
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.browser import Theme, navigate, navigation, open_page, settled, unfold_all

OTHER: dict[Theme, Theme] = {"light": "dark", "dark": "light"}
TARGET = 24  # pixels: WCAG 2.2, success criterion 2.5.8

# Components draw in shadow trees, which querySelectorAll does not enter.
_ALL = """
const all = [];
const walk = root => {
  for (const element of root.querySelectorAll('*')) {
    if (element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) all.push(element);
    if (element.shadowRoot) walk(element.shadowRoot);
  }
};
walk(document.querySelector('[data-testid="stMain"]'));
const said = element => (element.getAttribute('aria-label') || element.textContent).slice(0, 40);
"""
_SMALL = f"""target => {{ {_ALL}
  return all.filter(each => each.matches('a[href], button, summary, select, input[type="range"], input[type="color"]'))
    // Streamlit's own slider has an input that nobody sees; its handle is what is held.
    .filter(each => each.closest('[data-testid="stSlider"]') === null)
    .map(each => [said(each), each.getBoundingClientRect()])
    .filter(([, box]) => box.width && Math.min(box.width, box.height) < target - 0.5)
    .map(([name, box]) => `${{name}}: ${{box.width}} x ${{box.height}}`);
}}"""
# What lies beyond the window's edge, unless it is in a box that scrolls; and words that their own box cuts off.
_CUT = f"""() => {{ {_ALL}
  const beyond = each => {{
    const box = each.getBoundingClientRect();
    const outside = box.right > innerWidth + 1 || box.left < -1;
    return box.width && outside && !each.closest('.xc-scroll, .katex-display, pre, svg');
  }};
  const clipped = each => each.matches('a p, button p') && each.scrollWidth > each.clientWidth + 1;
  // Of Streamlit's slider again, the input that nobody sees.
  const seen = all.filter(each => !(each.tagName === 'INPUT' && each.closest('[data-testid="stSlider"]')));
  return seen.filter(each => beyond(each) || clipped(each)).map(each => `${{each.tagName}} ${{said(each)}}`);
}}"""


def violations(page: Page, *rules: str) -> list[str]:
    """What axe-core calls serious or critical, and headings out of order; by these of its rules, or by all."""
    only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found: list[dict[str, Any]] = Axe().run(page, options={"resultTypes": ["violations"]} | only).response["violations"]
    return [
        f"{each['id']}: {json.dumps([node['target'] for node in each['nodes']])}"
        for each in found
        if each["impact"] in ("serious", "critical") or each["id"] == "heading-order"
    ]


def in_both_themes(page: Page, shown: Theme) -> dict[Theme, list[str]]:
    """The violations in the theme that is shown and in the other, which can differ in its colors alone and stays."""
    found: dict[Theme, list[str]] = {shown: violations(page)}
    page.emulate_media(color_scheme=OTHER[shown], reduced_motion="reduce")
    settled(page)
    found[OTHER[shown]] = violations(page, "color-contrast", "link-in-text-block")
    return found


def cut_off(page: Page) -> list[str]:
    """What is not seen whole, once charts have had their time to follow the window."""
    end = time.monotonic() + 10
    while (found := page.evaluate(_CUT)) and time.monotonic() < end:
        page.wait_for_timeout(200)
    return found


def test_every_page_opens_at_its_top_and_is_in_order_in_both_themes_and_at_every_width(page: Page) -> None:
    open_page(page, "train")  # the last, so that each of them is come to from another
    main = page.get_by_test_id("stMain")
    titles = navigation(page)
    wrong: dict[str, list[str]] = {}
    shown: Theme = "light"
    for title in titles:
        main.evaluate("main => main.scrollTo(0, main.scrollHeight)")  # of the page before
        navigate(page, title)
        settled(page)
        assert main.evaluate("main => main.scrollTop") == 0, title
        unfold_all(page)
        wrong |= {f"{title}, {theme}": found for theme, found in in_both_themes(page, shown).items()}
        shown = OTHER[shown]
        wrong[f"{title}, small"] = page.evaluate(_SMALL, TARGET)
        for width in (640, 390):  # 1280 at a zoom of 200 %, and a telephone
            page.set_viewport_size({"width": width, "height": 900})
            settled(page)
            wrong[f"{title}, cut off at {width}"] = cut_off(page)
        page.set_viewport_size({"width": 1280, "height": 900})
        settled(page)
    assert {where: what for where, what in wrong.items() if what} == {}


def test_no_choice_of_a_question_is_cut_off(page: Page) -> None:
    for address in ("ablation", "train?separate=0", "gone", "holding", "needed", "luck"):
        open_page(page, address, asked=True)
        expect(page.get_by_role("button", name="Reveal")).to_be_visible()
        for width in (1280, 640, 390):
            page.set_viewport_size({"width": width, "height": 900})
            settled(page)
            assert cut_off(page) == [], f"{address} at {width}"


def test_start_has_an_address_of_its_own_and_the_keyboard_sees_where_it_is(page: Page) -> None:
    for address in ("", "start"):
        page.goto(f"/{address}")
        settled(page)
        assert "Can you decide" in page.get_by_role("heading", level=1).inner_text()
        assert page.get_by_role("dialog").count() == 0
        assert navigation(page)["Start"] == ""
    answers = page.locator("summary").filter(has_text="All the named colors at once")
    expect(answers).to_have_count(0)
    page.goto("/start?predict=skip")  # what the address asks for is asked for still
    settled(page)
    expect(answers).to_be_visible()
    # The keyboard sees where it is.
    page.keyboard.press("Tab")
    for link in (
        page.get_by_test_id("stTopNavLink").nth(1),
        page.get_by_test_id("stMain").get_by_test_id("stPageLink-NavLink"),
    ):
        link.focus()
        assert link.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"


def test_titles_of_columns_stay_above_their_charts(page: Page) -> None:
    open_page(page, "ablation")
    titles = page.locator(".st-key-columns").get_by_role("heading")
    charts = page.get_by_test_id("stVegaLiteChart")
    for row in range(charts.count() // 3):
        charts.nth(3 * row).evaluate("chart => chart.scrollIntoView({ block: 'center' })")
        for title, chart in zip(titles.all(), charts.all()[3 * row : 3 * row + 3], strict=True):
            above, below = title.bounding_box(), chart.bounding_box()
            assert above
            assert below
            assert abs(above["x"] - below["x"]) < 2
            assert 50 < above["y"] < below["y"] + 40
    # Where the columns stand under each other, each chart has its own.
    page.set_viewport_size({"width": 390, "height": 900})
    settled(page)
    expect(titles.first).to_be_hidden()
    for chart, column in zip(charts.all()[:3], page.locator(".xc-column").all()[3:6], strict=True):
        above, below = column.bounding_box(), chart.bounding_box()
        assert above
        assert below
        assert 0 <= below["y"] - above["y"] - above["height"] < 40

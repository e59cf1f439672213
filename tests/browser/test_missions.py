"""Missions in a real browser: opened on one page, solved on another; the strip is small, in nobody's way and stays."""

from __future__ import annotations

from itertools import pairwise

from playwright.sync_api import FloatRect, Locator, Page, expect

from excolor.config import RunConfig, Weights
from excolor.missions import MISSIONS, check
from excolor.ui.missions.words import TITLES
from tests.browser.conftest import Visit
from tests.support.browser import arrived, navigate, open_page, settled
from tests.support.search import seed_where

(QUIET_FAILURE,) = (each for each in MISSIONS if each.id == "quiet-failure")


def strip(page: Page) -> Locator:
    return page.locator(".st-key-missions")


def status(page: Page) -> Locator:
    return page.locator(".xc-open").get_by_role("status")


def banner(page: Page) -> Locator:
    return page.locator(".st-key-mission-showed")


def missions(page: Page) -> Locator:
    return strip(page).locator("summary")


def open_mission(page: Page, title: str) -> None:
    missions(page).click()
    page.get_by_role("button", name=title, exact=True).click()
    # On a busy machine the page may stand still for a while before it begins to run.
    expect(page.locator(".st-key-missions-now")).to_contain_text(f"{title}.", timeout=20_000)
    settled(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def top_of_title(page: Page) -> float:
    """Once the list above it has folded."""
    expect(strip(page).locator("details[open]")).to_have_count(0)
    box = page.locator("h1").bounding_box()
    assert box is not None
    return box["y"]


def test_opened_on_start_and_solved_on_train(page: Page) -> None:
    open_page(page)
    expect(strip(page)).to_contain_text(f"0 of {len(MISSIONS)} done")
    open_mission(page, "A quiet failure")
    expect(page.get_by_role("button", name="The far side", exact=True)).to_be_hidden()  # the list has closed
    expect(status(page)).to_have_text("A quiet failure. No run yet: the Train page makes one. ")
    page.get_by_role("link", name="Train").click()
    settled(page)
    seed = seed_where(RunConfig(weights=Weights(separate=0)), lambda run: check(QUIET_FAILURE, [run]).done)
    field = page.get_by_role("spinbutton", name="seed")
    field.fill(str(seed))
    field.press("Enter")
    settled(page)
    expect(status(page)).to_contain_text("Not yet: deleting hue leaves the grays an MSE of")
    press(page, "No separate")
    done = f"Done with robust, seed {seed}, no separate."
    expect(banner(page)).to_contain_text(f"A quiet failure. {done}")
    expect(status(page)).to_have_count(0)
    expect(strip(page)).to_contain_text(f"1 of {len(MISSIONS)} done")
    press(page, "All on")
    navigate(page, "What you found")
    arrived(page, "end")
    settled(page)
    expect(banner(page)).to_contain_text("only the network after surgery shows it.")
    press(page, "Close")
    expect(banner(page)).to_have_count(0)
    expect(status(page)).to_contain_text(done)
    missions(page).click()
    row = page.locator(".st-key-mission-row-quiet-failure")
    expect(row).to_contain_text(f"●{done}")
    expect(page.locator(".st-key-mission-row-noisy")).to_contain_text("○Open.")


def test_with_the_keyboard_alone(page: Page) -> None:
    open_page(page)
    missions(page).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="A quiet failure", exact=True)).to_be_visible()
    settled(page)
    for _ in range(10):
        if page.evaluate("document.activeElement.textContent") == "The far side":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    settled(page)
    expect(strip(page)).to_contain_text("Turn the wheel")
    hint = strip(page).get_by_role("button", name="Hint")
    for told in (1, 2, 3):
        hint.focus()
        page.keyboard.press("Enter")
        settled(page)
        expect(strip(page).locator("li")).to_have_count(told)
    expect(hint).to_be_disabled()
    strip(page).get_by_role("button", name="Put away").focus()
    page.keyboard.press("Enter")
    settled(page)
    expect(status(page)).to_have_count(0)


def test_closed_it_is_one_line_on_a_phone_and_its_rows_stay_where_they_come_up(new_page: Visit) -> None:
    """For who asked for less motion: else they move under the pointer while the list unfolds, a quick click is lost."""
    page = new_page(width=390)
    open_page(page)
    assert box(strip(page))["height"] <= 36
    missions(page).click()
    seen: dict[str, list[float]] = page.evaluate(
        """async count => {
          const seen = {};
          for (let frames = 0; frames < 30;) {
            const rows = [...document.querySelectorAll('[class*="st-key-mission-row-"] button')];
            for (const row of rows) (seen[row.textContent] ??= []).push(row.getBoundingClientRect().top);
            if (rows.length === count) frames++;
            await new Promise(requestAnimationFrame);
          }
          return seen;
        }""",
        len(MISSIONS),
    )
    assert {title: set(tops) for title, tops in seen.items()} == {title: {tops[-1]} for title, tops in seen.items()}
    assert len({tops[-1] for tops in seen.values()}) == len(MISSIONS)


# Boxes of whatever is drawn beside the two parts of the strip, and their own, in the page's order.
_BOXES = """
() => {
  const parts = [...document.querySelectorAll('.st-key-missions, .st-key-missions-now')];
  const block = parts[0].parentElement.closest('[data-testid="stVerticalBlock"]');
  const box = element => { const r = element.getBoundingClientRect(); return [r.top, r.bottom]; };
  const drawn = [...block.children].filter(child => child.getBoundingClientRect().height > 0);
  return drawn.map(box);
}
"""


def test_open_it_covers_nothing_and_nothing_is_wider_than_the_screen(page: Page) -> None:
    for told, path in enumerate(("", "train"), 1):
        open_page(page, path)
        for title in ("Bad luck", "The fewest regularizers"):
            open_mission(page, title)
            press(page, "Hint")
            expect(strip(page).locator("li")).to_have_count(told)
            for width in (390, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                settled(page)
                boxes = page.evaluate(_BOXES)
                assert len(boxes) > 3
                assert all(bottom <= top + 1 for (_, bottom), (top, _) in pairwise(boxes)), path
                assert page.locator('[data-testid="stMain"]').evaluate("main => main.scrollWidth <= main.clientWidth")
                parts = page.locator(
                    ":is(.st-key-missions, .st-key-missions-now) :is(button:visible, p:visible, li, input)"
                ).evaluate_all("all => all.map(part => part.getBoundingClientRect()).map(box => [box.left, box.right])")
                assert all(left >= 0 and right <= width for left, right in parts), path


# --- what stays in view ----------------------------------------------------------------------------


def scroll_to(page: Page, top: int) -> None:
    page.get_by_test_id("stMain").evaluate("(main, top) => main.scrollTo(0, top)", top)


def box(of: Locator) -> FloatRect:
    found = of.bounding_box()
    assert found is not None
    return found


# Whether what has the focus can be seen where it stands: from its middle one looks at it, or at something inside it.
_IN_SIGHT = """
() => {
  const focused = document.activeElement;
  if (focused === document.body || focused.closest('iframe, [data-testid="stHeader"]')) return true;
  const { left, top, width, height } = focused.getBoundingClientRect();
  if (width < 2 || height < 2) return true;
  const seen = document.elementFromPoint(left + width / 2, top + height / 2);
  return !seen || !seen.closest('.st-key-missions-now') || seen.closest('.st-key-missions-now').contains(focused);
}
"""


def test_the_line_stays_in_view_where_there_is_room_and_covers_neither_the_verdict_nor_what_has_the_focus(
    page: Page,
) -> None:
    open_page(page, "train")
    open_mission(page, "The far side")
    page.set_viewport_size({"width": 640, "height": 400})  # 1280 × 800 at a zoom of 200 %: it scrolls away
    settled(page)
    scroll_to(page, 500)
    assert box(page.locator(".xc-open"))["y"] < 0
    for solved in (False, True):
        if solved:
            press(page, "No separate")
            expect(banner(page)).to_be_visible()
        for width, height in ((390, 844), (1280, 800)):
            page.set_viewport_size({"width": width, "height": height})
            settled(page)
            scroll_to(page, 500)
            line = box(page.locator(".xc-open"))
            assert 0 <= line["y"] <= height / 3
            if width < 600:  # there the verdict waits at the lower edge
                assert box(page.locator(".st-key-train-verdict"))["y"] >= line["y"] + line["height"]
            else:  # and here the controls stand beside the page
                assert box(page.locator(".st-key-train-controls"))["y"] >= line["y"] + line["height"] - 1
            scroll_to(page, 100_000)
            page.get_by_role("button", name="See its ablation →").focus()
            for _ in range(25):
                page.keyboard.press("Shift+Tab")
                assert page.evaluate(_IN_SIGHT), page.evaluate("document.activeElement.outerHTML.slice(0, 300)")


def test_what_is_below_stays_where_it_is_while_runs_change(page: Page) -> None:
    open_page(page, "train")
    tops: dict[tuple[str, int], list[float]] = {}
    for name in ("All on", "All off"):
        press(page, name)
        while banner(page).count():
            press(page, "Close")
        navigate(page, "Start")  # where it is the same, and there is less to be drawn
        settled(page)
        for title in TITLES.values():
            open_mission(page, title)
            for width in (390, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                tops.setdefault((title, width), []).append(top_of_title(page))
        settled(page)
        navigate(page, "Train")
        settled(page)
    assert {where: max(at) - min(at) < 1 for where, at in tops.items()} == dict.fromkeys(tops, True), tops

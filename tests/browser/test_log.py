"""The log as a student uses it: three runs, a name, two pins, a run that is deleted and comes back, and a file."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import printed
from tests.support.browser import navigate, open_page, settled

HEAD, ROW, EDGE = 38, 60, 18  # pixels: of the table's head, of a row, and to the middle of what selects one


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def grid(page: Page) -> Locator:
    return page.locator(".st-key-log-table canvas").first


def select(page: Page, *rows: int) -> None:
    """Click on the left edge of rows, counted from the top; what is selected already is let go."""
    for row in rows:
        grid(page).scroll_into_view_if_needed()
        box = grid(page).bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + EDGE, box["y"] + HEAD + ROW * (row + 0.5))
        settled(page)


def stored(page: Page) -> dict[str, dict[str, Any]]:
    """What the browser keeps of the log, by key, but for when it was kept."""
    items: dict[str, str] = page.evaluate("() => ({ ...localStorage })")
    return {key: json.loads(text)["is"] for key, text in items.items() if key.startswith("excolor/2/log/")}


def said(page: Page) -> dict[str, tuple[str, bool]]:
    """The names and pins in it."""
    return {key: (entry["name"], entry["pinned"]) for key, entry in stored(page).items()}


def heads(page: Page) -> list[str]:
    """The networks that stand side by side."""
    return page.locator('.xc-grouped th[scope="colgroup"]').all_inner_texts()


def download(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as got:
        page.get_by_role("button", name=name, exact=True).click()
    path = folder / got.value.suggested_filename
    got.value.save_as(path)
    return path


def test_a_log_is_named_pinned_compared_exported_cleared_and_brought_back(page: Page, tmp_path: Path) -> None:
    open_page(page, "train")
    for preset in ("No separate", "No anchor"):
        press(page, preset)
    navigate(page, "Your runs")
    settled(page)
    expect(page.get_by_text("3 runs,")).to_be_visible()

    # The newest first: no anchor, no separate, and what the page opened with.
    select(page, 1)
    page.get_by_role("textbox", name="Name").fill("=collapsed")
    page.get_by_role("textbox", name="Name").press("Enter")
    settled(page)
    press(page, "Name it")
    expect(page.get_by_text("=collapsed. It can be chosen on every page.")).to_be_visible()
    select(page, 2)
    press(page, "Pin")
    assert heads(page) == ["robust, seed 0", "=collapsed"]
    press(page, "Delete")
    expect(page.get_by_text("Deleted 2 runs.")).to_be_visible()
    expect(page.get_by_text("1 run,")).to_be_visible()
    assert heads(page) == []
    press(page, "Undo: bring back 2 runs")
    assert heads(page) == ["robust, seed 0", "=collapsed"]

    table, file = download(page, "Download as CSV", tmp_path), download(page, "Download as JSON", tmp_path)
    with table.open(encoding="utf-8-sig", newline="") as rows:
        assert sorted(row["name"] for row in csv.DictReader(rows)) == ["", "", "'=collapsed"]
    assert len(printed("log", str(file))["runs"]) == 3  # the command line reads it too

    mine = said(page)
    press(page, "Clear what this browser keeps")
    press(page, "Forget all of it")
    expect(page.get_by_text("There is no run yet.")).to_be_visible()
    assert stored(page) == {}
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(file)
    settled(page)
    expect(page.get_by_text("New in the log, measured again: 3 runs.")).to_be_visible()
    assert said(page) == mine
    assert heads(page) == ["robust, seed 0", "=collapsed"]

    # With the keyboard: the second row is used on every page, and its settings go into Train's controls.
    grid(page).press("ArrowDown")
    grid(page).press("Shift+Space")
    settled(page)
    press(page, "Use it")
    press(page, "Train it again")
    assert page.get_by_role("heading", level=1).inner_text() == "What breaks when you train it yourself?"
    for term, weight in {"separate": "off", "anchor": "× 1"}.items():
        expect(page.locator(f".st-key-train-{term}").get_by_test_id("stSliderThumbValue")).to_have_text(weight)
    assert set(stored(page)) == set(mine)  # which is the same run again
    navigate(page, "Ablation")
    settled(page)
    model = page.locator(".st-key-ablation-model").get_by_role("radio", checked=True)
    expect(model).to_contain_text("=collapsed")

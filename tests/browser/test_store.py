"""What a student has kept is there again: after a reload, in a second tab, and when the server was started anew."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from excolor.config import RunConfig, Weights
from excolor.measured import Measured
from excolor.missions import MISSIONS, check
from tests.support.browser import free_port, navigate, navigation, open_page, serve, settled, unfold, visit
from tests.support.search import seed_where

NAME = "Name this run, or load one"
DISCONNECTED = "document.querySelector('[data-testid=\"stApp\"]').dataset.testConnectionState !== 'CONNECTED'"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def call(page: Page, name: str) -> None:
    """Give the run on the Train page a name."""
    if not page.get_by_role("textbox", name="Name").is_visible():
        unfold(page, NAME)
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("textbox", name="Name").press("Enter")
    settled(page)
    press(page, "Name it")
    expect(page.get_by_text(f"Named {name}. It can be chosen on every page.")).to_be_visible()


def found(page: Page) -> list[list[str]]:
    """The rows of what the last page of the lesson lists: predictions, runs and missions."""
    return sorted(
        page.locator(".xc-table tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
        )
    )


def named(page: Page) -> list[str]:
    """The names in the log that the browser keeps."""
    log = (text for key, text in stored(page).items() if key.startswith("excolor/2/log/") and len(text) > 1)
    entries = [json.loads(text)["is"] for text in log]
    return sorted(entry["name"] for entry in entries if entry["name"])


def stored(page: Page) -> dict[str, str]:
    return page.evaluate("() => ({ ...localStorage })")


def ours(page: Page) -> list[str]:
    return [key for key in stored(page) if key.startswith("excolor/")]


def a_quiet_failure(run: Measured) -> bool:
    (mission,) = (each for each in MISSIONS if each.id == "quiet-failure")
    return check(mission, [run]).done


def test_a_second_tab_a_reload_and_a_restarted_server_have_all_that_was_kept(browser: Browser, tmp_path: Path) -> None:
    seed = seed_where(RunConfig(weights=Weights(separate=0)), a_quiet_failure)
    port = free_port()
    with visit(browser, f"http://localhost:{port}") as (page, watch):
        with serve(tmp_path / "first.log", port=port):
            open_page(page, "train", asked=True)
            # A server's first visitor may come by a deep link.
            assert {"Start": "", "Ablation": "ablation"}.items() <= navigation(page).items()
            assert page.get_by_role("heading", level=1).inner_text() == "What breaks when you train it yourself?"
            assert watch.problems == []
            page.get_by_role("spinbutton", name="seed").fill(str(seed))
            page.get_by_role("spinbutton", name="seed").press("Enter")
            settled(page)
            press(page, "No separate")
            page.get_by_role("button", name="The grays, once hue is deleted").click()
            settled(page)
            press(page, "Reveal")
            page.get_by_role("textbox", name="Why?").fill("Nothing keeps them out.")
            page.get_by_role("textbox", name="Why?").press("Enter")
            settled(page)
            call(page, "mine")
            verdict = page.locator(".st-key-train-verdict").inner_text()
            navigate(page, "What you found")
            settled(page)
            mine = found(page)
            assert {"Nothing keeps them out."} < {cell for row in mine for cell in row}
            assert "A quiet failure" in {row[0] for row in mine}

            second = page.context.new_page()
            open_page(second, "end")
            assert found(second) == mine
            navigate(second, "Train")
            settled(second)
            assert second.locator(".st-key-train-verdict").inner_text() == verdict
            press(second, "No planarity")
            call(second, "another")
            navigate(second, "What you found")
            settled(second)
            both = found(second)
            assert len(both) == len(mine) + 1
            expect(page.locator(".xc-table tbody tr")).to_have_count(len(both))  # at once, and without a click
            assert found(page) == both
            second.close()

            page.reload()
            settled(page)
            assert found(page) == both
            navigate(page, "Train")
            settled(page)
            press(page, "No separate")
            assert named(page) == ["another", "mine"]
        page.wait_for_function(DISCONNECTED)
        with serve(tmp_path / "second.log", port=port):
            page.wait_for_function(f"!({DISCONNECTED})", timeout=60_000)
            settled(page)
            assert page.locator(".st-key-train-verdict").inner_text() == verdict
            assert named(page) == ["another", "mine"]
            navigate(page, "What you found")
            settled(page)
            assert found(page) == both
            assert watch.foreign == []


def test_where_a_browser_keeps_nothing_the_page_says_so_before_anything_is_lost(own_page: Page) -> None:
    page = own_page
    page.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })"
    )
    open_page(page, "train")
    unfold(page, NAME)
    expect(page.get_by_text("This browser keeps nothing for this page")).to_be_visible()
    call(page, "mine")


def test_a_storage_that_is_full_is_said_to_be_and_what_is_there_stays(own_page: Page) -> None:
    page = own_page
    page.context.add_init_script(
        "if (!localStorage.length) localStorage.setItem('another app', 'x'.repeat(5 * 1024 * 1024 - 200))"
    )
    open_page(page, "train")
    unfold(page, NAME)
    expect(page.get_by_text("This browser’s storage is full.")).to_be_visible()
    call(page, "mine")
    page.evaluate("localStorage.removeItem('another app')")
    press(page, "No anchor")
    expect(page.get_by_text("This browser’s storage is full.")).to_be_hidden()
    assert named(page) == ["mine"]


def test_what_cannot_be_read_is_left_out_and_one_button_clears_all(own_page: Page) -> None:
    page = own_page
    unread = {"excolor/2/log/x": "{", "excolor/1/run/y": "1"}
    left = unread | {"excolor/2/hint/tinted": json.dumps({"since": 1, "is": 2})}
    page.context.add_init_script(
        f"if (!localStorage.seen) Object.assign(localStorage, {json.dumps(left)}, {{ seen: '1' }})"
    )
    open_page(page, "log")
    expect(page.get_by_text("Of what this browser kept, 1 thing could not be read.")).to_be_visible()
    expect(page.get_by_text("Another version of this app has 1 thing here.")).to_be_visible()
    assert {key: stored(page).get(key) for key in unread} == unread
    navigate(page, "Train")
    settled(page)
    call(page, "mine")
    navigate(page, "Your runs")
    settled(page)
    press(page, "Clear what this browser keeps")
    expect(page.get_by_text("Forget 1 run, no predictions")).to_be_visible()
    press(page, "No, keep it")
    assert named(page) == ["mine"]
    press(page, "Clear what this browser keeps")
    press(page, "Forget all of it")
    expect(page.get_by_text("Forgotten. This page has begun anew.")).to_be_visible()
    assert ours(page) == []
    assert "seen" in stored(page)
    page.reload()
    settled(page)
    expect(page.get_by_text("There is no run yet.")).to_be_visible()


def test_a_training_that_a_restart_cut_off_begins_again_and_can_be_cancelled(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    with visit(browser, f"http://localhost:{port}") as (page, _watch):
        with serve(tmp_path / "first.log", port=port):
            open_page(page, "train")
            call(page, "mine")
            page.locator('.st-key-train-steps input[type="range"]').press("End")
            expect(page.get_by_text("of 100000 updates")).to_be_visible()
            page.wait_for_function("Object.entries(localStorage).some(([key, text]) => text.includes(':100000,'))")
        page.wait_for_function(DISCONNECTED)
        # What still stands there is the old one's; once it is gone, the new one's comes.
        page.evaluate(
            "() => new MutationObserver(() => { window.gone ||= !document.querySelector('[role=progressbar]') })"
            ".observe(document, { childList: true, subtree: true })"
        )
        with serve(tmp_path / "second.log", port=port):
            page.wait_for_function("window.gone", timeout=60_000)
            expect(page.get_by_text("of 100000 updates")).to_be_visible(timeout=60_000)
            press(page, "Cancel")
            expect(page.get_by_text("Cancelled. Move any control to train again.")).to_be_visible()
            assert named(page) == ["mine"]

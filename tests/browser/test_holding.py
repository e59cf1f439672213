"""Holding back on the screen: the falloff is shaped without the server, which hears of it when it is let go."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from excolor.checkpoint import pretrained
from excolor.interventions import Suppression, suppress
from excolor.ui.words import number
from tests.support.browser import open_page, settled


def handle(page: Page, name: str) -> Locator:
    return page.locator(".falloff").get_by_role("slider", name=name)


def value(of: Locator) -> float:
    return float(of.get_attribute("aria-valuenow") or "nan")


def afterwards(page: Page, name: str) -> float:
    row = page.locator(".falloff .hues tbody tr").filter(has=page.get_by_role("rowheader", name=name, exact=True))
    return float(row.locator("td").last.inner_text())


def red_error(page: Page) -> str:
    said = page.locator("p", has_text="own alignment goes").inner_text()
    return re.findall(r"MSE is (\S+?)\.(?:\s|$)", said)[0]


@pytest.mark.numerical
def test_a_handle_is_dragged_and_typed_and_moved_by_keys(page: Page) -> None:
    sizes: list[int] = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda payload: sizes.append(len(payload))))
    open_page(page, "holding")
    model = pretrained("robust").run.model
    end = handle(page, "Strength at 1")
    end.scroll_into_view_if_needed()
    assert (value(end), afterwards(page, "red")) == (1, 0)
    settled(page)
    asked, lobe = len(sizes), page.locator(".falloff .lobe .area").get_attribute("d")
    box = end.locator(".knob").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 140, steps=8)
    # Numbers, lobe and table follow at once, and nobody was asked.
    strength = value(end)
    assert 0.2 < strength < 0.7
    assert page.locator(".falloff").get_by_label("Strength at 1").last.input_value() == f"{strength:g}"
    assert afterwards(page, "red") == pytest.approx(1 - strength, abs=0.011)
    assert page.locator(".falloff .lobe .area").get_attribute("d") != lobe
    assert len(sizes) == asked
    page.mouse.up()
    settled(page)
    assert len(sizes) > asked
    mse = suppress(model, "red", Suppression(b=strength)).respond([1, 0, 0]).mse[0]
    assert red_error(page) == number(float(mse))
    assert f"strength={strength:g}" in page.url
    # By keys, and the focus stays where it is.
    end.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    assert value(end) == 0.99
    settled(page)
    assert red_error(page) == number(float(suppress(model, "red", Suppression(b=0.99)).respond([1, 0, 0]).mse[0]))
    page.keyboard.press("ArrowDown")
    assert value(end) == 0.98
    assert end.get_attribute("aria-valuetext") == "at alignment 1 a share of 0.98 is taken away"
    # By a number, which is taken when it is finished; and what is out of reach stops at the end.
    exponent = page.locator(".falloff input").last
    exponent.fill("99")
    assert value(handle(page, "Exponent")) == 8
    exponent.press("Tab")
    settled(page)
    expect(exponent).to_have_value("8")
    assert "exponent=8" in page.url
    # The other method has a falloff of its own.
    page.get_by_role("radio", name="repel", exact=True).click()
    settled(page)
    expect(page.locator(".falloff[data-method=repel]")).to_be_visible()
    page.get_by_role("button", name="smooth", exact=True).click()
    settled(page)
    assert "shape=smooth" in page.url
    page.get_by_role("radio", name="suppress", exact=True).click()
    settled(page)
    assert value(handle(page, "Exponent")) == 8

"""Colors and labels in a real browser: draws and their tally, the noise, the study against runs made elsewhere."""

from __future__ import annotations

import re
from statistics import median

import numpy as np
from playwright.sync_api import Locator, Page, expect

from excolor.charts import batch
from excolor.config import RunConfig
from excolor.data import BATCH, noise_on, stream
from excolor.robustness import LEVELS, SEEDS
from excolor.sweeps import sweep, with_seeds
from excolor.ui.words import number
from tests.support.browser import another_visitor, arrived, navigate, open_page, settled

PAGE = "data"


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def press(page: Page, name: str) -> None:
    button(page, name).click()
    settled(page)


# In the order in which the page has them.
CHARTS = ("cells", "chances of hue", "chances of saturation", "batch", "silence", "positives", "tolerance")


def chart(page: Page, name: str) -> Locator:
    every = page.locator('[data-testid="stVegaLiteChart"]')
    expect(every).to_have_count(len(CHARTS))
    return every.nth(CHARTS.index(name))


def marks(where: Locator, kind: str) -> int:
    """How many symbols or letters a chart draws."""
    return where.locator(f"svg.marks .mark-{kind}.role-mark > *").count()


def letters(where: Locator) -> list[str]:
    return [text for text in where.locator("svg.marks .mark-text.role-mark text").all_text_contents() if text]


def tally(page: Page) -> dict[str, list[str]]:
    rows = page.get_by_role("table", name="Labels seen").locator("tbody tr")
    found = rows.evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")
    return {head: cells for head, *cells in found}


def text(page: Page) -> str:
    return page.locator('[data-testid="stMain"]').inner_text().replace("\u00a0", " ")


def test_batches_are_drawn_marked_counted_and_fit_on_a_phone(page: Page) -> None:
    open_page(page, PAGE)
    assert "0 batches drawn" in text(page)
    assert marks(chart(page, "batch"), "rect") == 0
    n = 0
    for name, more in (("Draw a batch", 1), ("Draw a batch", 1), ("Draw 100", 100), ("Draw a batch", 1)):
        press(page, name)
        n += more
        drawn = stream(0, n)
        assert f"{n} batches drawn, {n * BATCH:,} colors" in text(page)
        assert tally(page)["labels seen"] == [f"{int(each.sum()):,}" for each in drawn.labels]
        picture = chart(page, "batch")
        assert picture.locator("svg.marks .mark-rect.role-mark > path").count() == BATCH
        counts = [int(each.sum()) for each in drawn.labels[:, -1]]
        assert letters(picture) == [letter for letter, n in zip("RVD", counts, strict=True) for _ in range(n)]
    bars = chart(page, "silence").locator("svg.marks .mark-rect.role-mark > path").count()
    assert bars == sum(int((each[-100:].sum(1) > 0).sum()) for each in drawn.labels)
    # A telephone shows it all without scrolling sideways.
    page.set_viewport_size({"width": 390, "height": 900})
    settled(page)
    wide = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid="stMain"], [data-testid="stMain"] *')]
             .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'auto')
             .map(e => e.dataset.testid || e.className)"""
    )
    assert wide == []
    assert page.locator('[data-testid="stMain"]').evaluate("main => main.scrollWidth") == 390
    press(page, "Start over")
    assert tally(page)["labels seen"] == ["0", "0", "0"]


def test_noise_puts_labels_on_wrong_colors_and_goes_to_the_train_page(page: Page) -> None:
    open_page(page, PAGE)
    press(page, "Draw 100 first")
    here = chart(page, "positives")
    slider = page.locator('.st-key-data-noise input[type="range"]')
    assert marks(here, "symbol") == 0
    for _ in range(10):
        slider.press("ArrowRight")
    settled(page)
    clean, noisy = stream(0, 100), stream(0, 100, 0.5)
    crosses = 0
    for before, after in zip(clean.labels, noisy.labels, strict=True):
        shown = np.argwhere(after > 0)[::-1][: batch.ACROSS * batch.DOWN]
        crosses += int(noise_on(before, after).made[shown[:, 0], shown[:, 1]].sum())
    assert marks(here, "symbol") == 2 * crosses  # each in black and in white
    said = page.locator(".st-key-data-noise-said").inner_text()
    assert f"of {int(noisy.positives('red').sum())} labels “red” are there only because of the noise" in said
    button(page, "Train with this noise →").click()
    arrived(page, "train")
    settled(page)
    expect(page.locator(".st-key-train-noise")).to_contain_text("0.50")
    # Back, where everything is as it was, and once more: the Train page has a value of its own by now.
    navigate(page, "Colors and labels")
    arrived(page, "data")
    settled(page)
    assert "100 batches drawn" in text(page)
    assert float(slider.input_value()) == 0.5
    slider.press("ArrowLeft")
    settled(page)
    button(page, "Train with this noise →").click()
    arrived(page, "train")
    settled(page)
    expect(page.locator(".st-key-train-noise")).to_contain_text("0.45")


def test_the_weight_changes_the_sample_and_the_cubes_are_drawn(page: Page) -> None:
    open_page(page, PAGE)
    frame = page.frame_locator("iframe").first
    expect(frame.locator("html[data-scene=ready]")).to_be_attached(timeout=30_000)
    assert frame.locator(".xc-title").all_text_contents() == ["the grid: 3,600 points", "640 draws"]
    before = text(page)
    page.locator(".st-key-data-as-trained label").first.click()
    settled(page)
    expect(frame.locator("html[data-scene=ready]")).to_be_attached(timeout=30_000)
    said = [re.search(r"Of all 640 draws, (\d+) are black, (\d+) gray", each) for each in (before, text(page))]
    black = [int(match[1]) for match in said if match]
    assert black[0] > 40 > 10 > black[1]  # 64 and 0.7 on average


def crosses_and_discs(page: Page) -> int:
    return marks(chart(page, "tolerance"), "symbol")


def test_the_study_is_cancelled_goes_on_to_its_end_and_finds_what_others_find(page: Page) -> None:
    open_page(page, PAGE)
    button(page, "Train 55 networks").click()
    expect(page.get_by_text(re.compile(r"[1-9]\d* of 55 networks trained"))).to_be_visible(timeout=60_000)
    button(page, "Cancel").click()
    expect(button(page, "Go on")).to_be_visible()
    # Only whole levels are drawn, and the first may not have been complete: how far it came is up to the machine.
    expect(page.get_by_text(re.compile("^Stopped after"))).to_be_visible()
    settled(page)
    stopped_at = crosses_and_discs(page)
    settled(page, frames=60)  # by itself it does not go on
    assert crosses_and_discs(page) == stopped_at < 55
    assert stopped_at % SEEDS == 0
    button(page, "Go on").click()
    expect(page.get_by_text(re.compile("goes wrong up to|Already without noise"))).to_be_visible(timeout=90_000)
    settled(page)
    assert crosses_and_discs(page) == 55
    page.get_by_text("The same in numbers").click()
    medians = page.get_by_text("Medians, by noise: ").inner_text().removeprefix("Medians, by noise: ").rstrip(".")
    said = dict(each.split(": ") for each in medians.split(", "))
    assert list(said) == [f"{level:g}" for level in LEVELS]
    for level in LEVELS[:: len(LEVELS) // 2]:
        trials = sweep(with_seeds(RunConfig(label_noise=level), range(SEEDS)))
        assert said[f"{level:g}"] == number(median(each.metrics.red_cosine for each in trials))
    for name, count in (("grays", 55), ("selectivity", 55), ("go wrong", 11)):
        page.get_by_role("radiogroup", name="Figure").get_by_role("radio", name=name, exact=True).click()
        settled(page)
        assert crosses_and_discs(page) == count

    # Another visitor is shown nothing of it before asking, and then all of it at once.
    another_visitor(page)
    open_page(page, PAGE)
    assert crosses_and_discs(page) == 0
    button(page, "Train 55 networks").click()
    expect(button(page, "Train 55 networks")).to_have_count(0)
    settled(page)
    assert crosses_and_discs(page) == 55

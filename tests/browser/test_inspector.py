"""Linked inspection: a color picked in one chart is marked in every chart and scene, and its table says the truth."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from excolor.charts import latents
from excolor.checkpoint import pretrained
from excolor.color import exact_rgb, rgb_to_hex
from excolor.data import LABELS
from excolor.metrics import respond
from excolor.surgery import HUE, WARMTH, ablate
from tests.browser.conftest import Visit
from tests.support.browser import navigation, open_page, settled, unfold
from tests.support.marks import charts, click, middle, point, rings
from tests.support.written import all_written, is_code

SHADOWED = """
(selector) => [...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector(selector)).find(Boolean)
"""


FOLDED = "saturation and value", "The other dims", "primaries and secondaries"  # of the ablation page


def picked(page: Page) -> dict[str, Any]:
    """The table of the picked color: its code, its words, and its cells by row."""
    return page.evaluate(
        f"""() => {{
          const table = ({SHADOWED})('aside');
          return {{
            code: table.dataset.code, hidden: table.hidden, words: table.querySelector('.head p').textContent,
            rows: Object.fromEntries([...table.querySelectorAll('tbody tr')].map(row =>
              [row.cells[0].textContent, [...row.cells].slice(1).map(cell => cell.textContent)])),
          }};
        }}"""
    )


def vector(said: str) -> list[float]:
    """The numbers of “(0.97, −0.12, 0.20, 0.05)”."""
    assert re.fullmatch(r"\((?:−?\d\.\d\d(?:, |\)$)){4}", said)
    return [float(each.replace("−", "-")) for each in said.strip("()").split(", ")]


def test_a_click_marks_the_color_in_every_chart_and_a_second_one_moves_the_mark(page: Page) -> None:
    open_page(page, "ablation")
    assert picked(page)["hidden"]
    assert_ring_lies_on_the_point_and_beside_it_nothing_is_picked(page)
    unfold(page, *FOLDED)
    assert not any(rings(page))
    model = pretrained("robust").run.model
    variants = [ablate(model, dims) for dims in ((), WARMTH, HUE)]
    # From a patch, from a curve, from a wheel, and the first again, which is still selected in its own chart.
    for chart, code in ((1, "#ff0000"), (4, "#00ff00"), (12, "#24b6ff"), (1, "#ff0000")):
        click(page, point(page, chart, code))
        seen = picked(page)
        assert seen["code"] == code
        marked = rings(page)
        assert [len(each) for each in marked] == [1] * 18 + [2]  # the last has the color and its answer
        answers = [respond(variant, exact_rgb(code)) for variant in variants]
        assert all_written(seen["rows"]["MSE"], [float(answer.mse[0]) for answer in answers])
        for said, answer in zip(seen["rows"]["latents u"], answers, strict=True):
            assert vector(said) == pytest.approx(answer.u[0], abs=0.005 + 1e-4)  # two digits after the point
        for said, answer in zip(seen["rows"]["answer"], answers, strict=True):
            assert is_code(said[:7], answer.rgb)
    assert "RGB 255, 0, 0 · HSV 0°, 100 %, 100 %" in picked(page)["words"]
    # The true color inside a patch has no words of its own: those of the patch are shown.
    page.mouse.move(*point(page, 1, "#ff0000").on_screen())
    expect(page.locator("#vg-tooltip-element")).to_contain_text("true colorred")
    page.get_by_role("button", name="Clear").click()
    settled(page)
    assert picked(page)["hidden"]
    assert not any(rings(page))


def assert_ring_lies_on_the_point_and_beside_it_nothing_is_picked(page: Page) -> None:
    """In the first wheel."""
    code = "#ffdb24"
    assert code in rgb_to_hex(latents.colors())
    mark = point(page, 6, code)
    click(page, mark)
    ((place,),) = rings(page)[6:7]
    assert place == pytest.approx(mark.on_screen(), abs=1.5)
    ground = charts(page).nth(6).bounding_box()
    assert ground is not None
    page.mouse.click(ground["x"] + ground["width"] * 0.6, ground["y"] + 12)
    settled(page)
    assert picked(page)["hidden"]


def test_the_scenes_of_a_page_are_told_without_being_built_again(page: Page) -> None:
    open_page(page, "latent")
    frame = page.locator(".st-key-sphere iframe").element_handle(timeout=60_000).content_frame()
    assert frame is not None
    frame.wait_for_function("document.documentElement.dataset.scene === 'ready'", timeout=60_000)
    ring = ".xc-ring:not([hidden])"
    assert frame.locator(ring).count() == 0
    frame.evaluate("() => { window.same = true; }")
    click(page, point(page, 0, "#0000ff"))
    assert frame.evaluate("() => window.same")
    assert frame.locator(ring).count() == 1
    assert frame.locator(ring).evaluate("ring => ring.style.background") == "rgb(0, 0, 255)"
    assert picked(page)["code"] == "#0000ff"
    assert [len(each) for each in rings(page)] == [1, 1, 2]


def test_a_pick_in_a_part_of_a_page_that_runs_alone_is_marked_on_all_of_it(page: Page) -> None:
    open_page(page, "data")
    page.get_by_role("button", name="Draw 100", exact=True).click()
    settled(page)
    batch = page.locator('[data-testid="stVegaLiteChart"][aria-label^="The 64 colors"]')
    patch = batch.locator("g.mark-rect path").first.element_handle()
    code = patch.evaluate("patch => patch.__data__.datum.true")
    click(page, middle(patch))
    assert picked(page)["code"] == code
    words = charts(page).evaluate_all("all => all.map(chart => chart.ariaLabel)")
    marked = [(said, len(each)) for said, each in zip(words, rings(page), strict=True)]
    assert [n for said, n in marked if said.startswith("Probability of each label")] == [len(LABELS)] * 2
    assert min(n for said, n in marked if said.startswith("The 64 colors")) >= 1
    frame = page.locator(".st-key-hsv iframe").element_handle(timeout=60_000).content_frame()
    assert frame is not None
    frame.wait_for_function("document.documentElement.dataset.scene === 'ready'", timeout=60_000)
    assert frame.locator(".xc-ring:not([hidden])").count() == 2


def test_a_pick_goes_along_to_the_other_pages_and_the_replay_picks_too(new_page: Visit) -> None:
    page = new_page(width=390)
    open_page(page, "train")
    unfold(page, "All figures, beside another network")
    canvas = f"({SHADOWED})('.replay').querySelector('canvas')"
    page.evaluate(f"() => {canvas}.scrollIntoView({{block: 'center'}})")
    # Red is at the top of the wheel: look for its color on the canvas.
    x, y = page.evaluate(
        f"""() => {{
          const canvas = {canvas}, g = canvas.getContext('2d'), box = canvas.getBoundingClientRect();
          const {{ width, height }} = canvas, data = g.getImageData(0, 0, width, height).data, found = [];
          for (let i = 0; i < width * height; i++)
            if (data[4 * i] === 255 && data[4 * i + 1] === 0 && data[4 * i + 2] === 0)
              found.push([i % width, Math.floor(i / width)]);
          const mean = k => found.reduce((sum, at) => sum + at[k], 0) / found.length;
          return [box.x + mean(0) * box.width / width, box.y + mean(1) * box.height / height];
        }}"""
    )
    page.mouse.click(x, y)
    settled(page)
    assert picked(page)["code"] == "#ff0000"
    assert [len(each) for each in rings(page)] == [1, 1]
    assert page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollWidth") <= 390
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="Ablation", exact=True).first.click()
    settled(page)
    assert navigation(page) is not None
    assert picked(page)["code"] == "#ff0000"
    assert [len(each) for each in rings(page)] == [1] * 9

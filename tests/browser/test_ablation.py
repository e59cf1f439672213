"""Ablation on the screen: patches, latents and curves in their colours, figures those of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Locator, Page

from excolor.charts import latents, patches
from excolor.charts.base import GROUND
from excolor.checkpoint import PRETRAINED, pretrained
from excolor.color import HUES, hex_to_rgb, hsv_to_rgb
from excolor.evaluation import respond
from excolor.surgery import HUE, WARMTH, ablate
from excolor.ui.text import figure, percent
from tests.browser.conftest import Visit
from tests.browser.tools import Theme, fit_height, navigation, open_page, pixels, serve, settled, visit

PARTS = ("intact", "warmth", "hue")
NAMES = {
    "max_mse": "maximum MSE",
    "median_mse": "median MSE",
    "grey_mse": "MSE of the greys",
    "grey_share": "outputs that are grey",
    "target_mse": "target MSE",
    "bystander_mse": "bystander MSE",
}
Image = NDArray[np.uint8]


def levels(codes: Sequence[str]) -> NDArray[np.int64]:
    """RGB levels `[N, 3]` of codes."""
    return np.rint([hex_to_rgb(code) * 255 for code in codes]).astype(np.int64)


def charts(page: Page, said: str) -> list[Locator]:
    """The charts whose text alternative says this, from left to right."""
    return page.locator(f'[data-testid="stVegaLiteChart"][aria-label*="{said}"]').all()


def cut(screen: Image, chart: Locator) -> Image:
    """A chart from a picture of the whole page."""
    box = chart.bounding_box()
    assert box is not None
    left, top = round(box["x"]), round(box["y"])
    return screen[top : top + round(box["height"]), left : left + round(box["width"])]


def ground(chart: Image) -> tuple[int, int, int, int]:
    """Left, right, top and bottom of the ground in a chart: it fills much of the rows and columns at its ends."""
    is_ground = (chart == levels([GROUND])[0]).all(-1)
    across, down = (np.flatnonzero(is_ground.sum(axis) > 0.5 * is_ground.sum(axis).max()) for axis in (0, 1))
    return int(across[0]), int(across[-1]) + 1, int(down[0]), int(down[-1]) + 1


def places(
    chart: Image, x: NDArray[np.float64], y: NDArray[np.float64], spec: dict[str, Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Column and row in the picture of points in the chart's own units."""
    left, right, top, bottom = ground(chart)
    encoding = next(layer["encoding"] for layer in spec["layer"] if layer.get("data") != {"sequence": {}})
    (x0, x1), (y0, y1) = (encoding[axis]["scale"]["domain"] for axis in ("x", "y"))
    across = left + (x - x0) / (x1 - x0) * (right - left)
    down = bottom - (y - y0) / (y1 - y0) * (bottom - top)
    return np.floor(across).astype(np.int64), np.floor(down).astype(np.int64)


def numbers(rows: list[dict[str, Any]], name: str) -> NDArray[np.float64]:
    return np.array([row[name] for row in rows], np.float64)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_patches_latents_and_curves_are_drawn_in_their_colours(theme: Theme, new_page: Visit) -> None:
    page = new_page(theme=theme)
    open_page(page, "ablation")
    fit_height(page)
    screen = pixels(page)
    intact = pretrained("robust").model
    models = intact, ablate(intact, WARMTH), ablate(intact, HUE)

    slices = charts(page, "four slices of the HSV cube")
    for chart, model in zip(slices, models, strict=True):
        response = respond(model, patches.colors())
        rows = patches.table(response.rgb, response.mse).to_pylist()
        image = cut(screen, chart)
        x, x2, y, y2 = (numbers(rows, name) for name in ("x", "x2", "y", "y2"))
        inside = places(image, (x + x2) / 2, (y + y2) / 2, patches.spec())
        near_edge = places(image, x + 0.15 * (x2 - x), y + 0.15 * (y2 - y), patches.spec())
        for (across, down), name in ((inside, "true"), (near_edge, "output")):
            off = np.abs(image[down, across] - levels([row[name] for row in rows])).max(-1)
            # A few pixels lie on the edge between a patch and the square inside it.
            assert np.mean(off <= 2) > 0.97, name

    for view in latents.VIEWS:
        for chart, model, deleted in zip(
            charts(page, f"on dims [{view[0]}, {view[1]}]"), models, ((), WARMTH, HUE), strict=True
        ):
            response = respond(model, latents.colors())
            rows = latents.table(view, response.u, response.rgb, deleted).to_pylist()
            image = cut(screen, chart)
            points = [row for row in rows if row["kind"] == "color"]
            across, down = places(image, numbers(points, "x"), numbers(points, "y"), latents.spec(view))
            seen = image[down, across].astype(np.int64)
            # The dot of a colour is hidden by those of later colours that are less than its own width away.
            far = np.hypot(across[:, None] - across, down[:, None] - down) > 4
            on_top = np.array([far[i, i + 1 :].all() for i in range(len(points))])
            off = np.abs(seen - levels([row["true"] for row in points])).max(-1)
            assert on_top[-1]
            assert np.mean(off[on_top] <= 8) > 0.9
            # The rim is there all the way round, but where points lie on it.
            turn = np.linspace(0, 2 * np.pi, 360, endpoint=False)
            ring = [places(image, r * np.cos(turn), r * np.sin(turn), latents.spec(view)) for r in (0.99, 1.0, 1.01)]
            on_rim = np.min([image[b, a].max(-1) for a, b in ring], axis=0)
            assert np.mean(on_rim < 120) > 0.3
            corner = ground(image)
            assert image[corner[2] + 2, corner[0] + 2].tolist() == levels([GROUND])[0].tolist()

    for chart in charts(page, "mean squared error against hue"):
        colours = {tuple(pixel) for pixel in cut(screen, chart).reshape(-1, 3).tolist()}
        for name in ("red", "green", "blue", "cyan"):
            assert tuple(np.rint(hsv_to_rgb([HUES[name], 1, 1]) * 255).astype(int).tolist()) in colours


def shown(page: Page) -> list[dict[str, str]]:
    """The figures in the three columns."""
    lists = page.locator("dl.xc-figures").all()
    return [
        dict(zip(each.locator("dt").all_inner_texts(), each.locator("dd").all_inner_texts(), strict=True))
        for each in lists
    ]


def written(values: dict[str, float | None]) -> dict[str, str]:
    return {
        label: (percent if key == "grey_share" else figure)(float("nan") if values.get(key) is None else values[key])
        for key, label in NAMES.items()
    }


@pytest.mark.parametrize("model", PRETRAINED)
def test_figures_are_those_of_the_command_line(model: str, page: Page, evaluated: dict[str, dict[str, Any]]) -> None:
    open_page(page, "ablation")
    page.get_by_role("radiogroup", name="Model").get_by_role("radio", name=model, exact=True).click()
    settled(page)
    assert shown(page) == [written(evaluated[model][part]) for part in PARTS]


def test_a_click_on_a_dim_changes_the_right_column_alone(page: Page, evaluated: dict[str, dict[str, Any]]) -> None:
    open_page(page, "ablation")
    intact, warmth, hue = (written(evaluated["robust"][part]) for part in PARTS)
    dims = page.get_by_role("toolbar", name="Dims deleted on the right")

    def click(name: str) -> tuple[list[dict[str, str]], list[str]]:
        dims.get_by_role("button", name=name, exact=True).click()
        settled(page)
        return shown(page), [chart.get_attribute("aria-label") or "" for chart in charts(page, "HSV cube")]

    columns, words = click("1")
    assert columns == [intact, warmth, warmth]
    assert [said.partition(":")[0] for said in words] == ["intact", "− warmth, dims [0]", "− dims [0]"]
    columns, words = click("3")
    assert columns[:2] == [intact, warmth]
    assert columns[2] not in (intact, warmth, hue)
    assert words[2].startswith("− dims [0, 3]:")
    click("3")
    columns, words = click("1")
    assert columns == [intact, warmth, hue]
    assert words[2].startswith("− hue, dims [0, 1]:")


def test_the_first_visitor_of_a_server_may_come_by_a_deep_link(browser: Browser, tmp_path: Path) -> None:
    with serve(tmp_path / "server.log") as base_url, visit(browser, base_url) as (page, watch):
        open_page(page, "ablation")
        there = navigation(page)
        assert {"Start": "", "Ablation": "ablation"}.items() <= there.items()
        assert page.get_by_role("heading", level=1).inner_text() == "What is left when a concept is deleted?"
        assert len(charts(page, "HSV cube")) == 3
        assert watch.problems == []

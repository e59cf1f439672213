"""Ablation on the screen: patches, latents and curves in their colors, figures those of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page

from excolor.charts import latents, patches
from excolor.charts.base import GROUND
from excolor.checkpoint import PRETRAINED, pretrained
from excolor.color import HUES, PRIMARIES, SECONDARIES, hex_to_rgb, hsv_to_rgb
from excolor.metrics import respond
from excolor.model import ColorAutoencoder
from excolor.surgery import HUE, WARMTH, ablate
from excolor.ui.words import number, percent
from tests.browser.conftest import Visit
from tests.support.browser import open_page, pixels, settled, unfold
from tests.unit.test_charts import ends

PARTS = ("intact", "warmth", "hue")
NAMES = {
    "max_mse": "maximum MSE",
    "median_mse": "median MSE",
    "gray_mse": "MSE of the grays",
    "gray_share": "outputs that are gray",
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
    """Row and column in the picture of points in the chart's own units."""
    left, right, top, bottom = ground(chart)
    domains = (spec["layer"][0]["encoding"][axis]["scale"]["domain"] for axis in ("x", "y"))
    (x0, x1), (y0, y1) = (ends(domain, right - left, bottom - top) for domain in domains)
    across = left + (x - x0) / (x1 - x0) * (right - left)
    down = bottom - (y - y0) / (y1 - y0) * (bottom - top)
    return np.floor(down).astype(np.int64), np.floor(across).astype(np.int64)


def numbers(rows: list[dict[str, Any]], *names: str) -> list[NDArray[np.float64]]:
    return [np.array([row[name] for row in rows], np.float64) for name in names]


def off(image: Image, at: tuple[NDArray[np.int64], NDArray[np.int64]], codes: Sequence[str]) -> NDArray[np.int64]:
    """By how many levels the pixels differ from these colors, `[N]`."""
    return np.abs(image[at].astype(np.int64) - levels(codes)).max(-1)


def assert_patches(image: Image, model: ColorAutoencoder) -> None:
    """Each of the 768 has its true color in the middle and the model's answer near its edge."""
    response = respond(model, patches.colors())
    rows = patches.table(response.rgb, response.mse).to_pylist()
    x, x2, y, y2 = numbers(rows, "x", "x2", "y", "y2")
    for share, name in ((0.5, "true"), (0.2, "output")):
        at = places(image, x + share * (x2 - x), y + share * (y2 - y), patches.spec())
        # A few pixels lie on an edge.
        assert np.mean(off(image, at, [row[name] for row in rows]) <= 2) > 0.97, name


def assert_latents(image: Image, model: ColorAutoencoder, view: tuple[int, int]) -> None:
    """A dot of the true color where its latent is, unless it is hidden; the rim around them all."""
    response = respond(model, latents.colors())
    rows = [row for row in latents.table(view, response.u, response.rgb).to_pylist() if row["kind"] == "color"]
    x, y = numbers(rows, "x", "y")
    at = places(image, x, y, latents.spec(view))
    # Later dots hide earlier ones that are less than their own width away.
    far = np.hypot(*(axis[:, None] - axis for axis in at)) > 5
    on_top = np.array([far[i, i + 1 :].all() for i in range(len(rows))])
    assert np.mean(off(image, at, [row["true"] for row in rows])[on_top] <= 8) > 0.9
    turn = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    ring = [image[places(image, r * np.cos(turn), r * np.sin(turn), latents.spec(view))] for r in (0.99, 1, 1.01)]
    # Darker than the ground at least where no dot lies on it.
    assert np.mean(np.min(ring, axis=0).max(-1) < 120) > 0.3


def assert_curve(image: Image) -> None:
    """Points in the colors whose error they show; neighbors blend into each other a little."""
    seen = np.unique(image.reshape(-1, 3), axis=0).astype(np.int64)
    for name in (*PRIMARIES, *SECONDARIES):
        true = np.rint(hsv_to_rgb([HUES[name], 1, 1]) * 255)
        assert np.abs(seen - true).max(-1).min() <= 48, name


def test_patches_latents_and_curves_are_drawn_in_their_colors(new_page: Visit) -> None:
    page = new_page(height=4800)  # all of it at once: to scroll or to grow would draw it again
    open_page(page, "ablation")
    unfold(page, "The other dims, and all of it to be turned")
    page.mouse.move(0, 0)
    assert page.locator('[data-testid="stMain"]').evaluate("main => main.scrollHeight <= main.clientHeight")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        settled(page)
        assert_drawn_in_their_colors(page)


def assert_drawn_in_their_colors(page: Page) -> None:
    screen = pixels(page)
    intact = pretrained("robust").run.model
    models = intact, ablate(intact, WARMTH), ablate(intact, HUE)
    drawn = [cut(screen, chart) for chart in charts(page, "four slices of the HSV cube")]
    for image, model in zip(drawn, models, strict=True):
        assert_patches(image, model)
    for view in latents.VIEWS:
        drawn = [cut(screen, chart) for chart in charts(page, f"on dims [{view[0]}, {view[1]}]")]
        for image, model in zip(drawn, models, strict=True):
            assert_latents(image, model, view)
    # Intact, all curves lie on each other.
    _intact, *drawn = [cut(screen, chart) for chart in charts(page, "mean squared error against hue")]
    for image in drawn:
        assert_curve(image)


def shown(page: Page) -> list[dict[str, str]]:
    """The figures in the three columns."""
    lists = page.locator("dl.xc-definitions").all()
    return [
        dict(zip(each.locator("dt").all_inner_texts(), each.locator("dd").all_inner_texts(), strict=True))
        for each in lists
    ]


def written(values: dict[str, float | None]) -> dict[str, str]:
    """Figures as the page writes them; null, and what there is not, is a dash."""
    words = dict.fromkeys(NAMES, "–")
    for key, value in values.items():
        if value is not None:
            words[key] = percent(value) if key == "gray_share" else number(value)
    return {NAMES[key]: said for key, said in words.items()}


def test_figures_are_those_of_the_command_line_and_a_click_changes_the_right_column_alone(
    page: Page, evaluated: dict[str, dict[str, Any]]
) -> None:
    open_page(page, "ablation")
    intact, warmth, hue = (written(evaluated["robust"][part]) for part in PARTS)
    assert shown(page) == [intact, warmth, hue]
    dims = page.get_by_role("toolbar", name="Dims deleted on the right")

    def click(name: str) -> tuple[list[dict[str, str]], list[str]]:
        dims.get_by_role("button", name=name, exact=True).click()
        settled(page)
        return shown(page), [chart.get_attribute("aria-label") or "" for chart in charts(page, "HSV cube")]

    columns, words = click("1")
    assert columns == [intact, warmth, warmth]
    assert [said.partition(":")[0] for said in words] == ["intact", "− warmth, dims [0]", "− dims [0]"]
    for model in PRETRAINED[1:]:
        page.get_by_role("radiogroup", name="Model").get_by_role("radio", name=model, exact=True).click()
        columns, words = click("1")
        assert columns == [written(evaluated[model][part]) for part in PARTS]
        assert words[2].startswith("− hue, dims [0, 1]:")
        click("1")  # the next model comes with this one's dims

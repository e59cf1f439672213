"""Marks of a chart: on a canvas as a visitor finds them, by what is painted; else by what Vega left on the elements."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import NamedTuple

import numpy as np
from matplotlib.image import imread
from numpy.typing import NDArray
from playwright.sync_api import ElementHandle, Locator, Page

from excolor.charts import patches
from excolor.charts.base import GROUND
from excolor.color import hex_to_rgb
from tests.support.browser import settled

# Of the elements in a chart, the white one of both rings that mark the picked color.
_RINGS = """
chart => [...chart.querySelectorAll('path')]
  .filter(path => path.getAttribute('stroke') === '#ffffff' && path.getAttribute('stroke-width') === '2')
  .map(ring => ring.getBoundingClientRect()).map(box => [box.x + box.width / 2, box.y + box.height / 2])
"""
# The element that shows a color, of those that can be clicked.
_MARK = """
(chart, code) => [...chart.querySelectorAll('path')].find(path => path.__data__?.datum?.true === code
  && getComputedStyle(path).pointerEvents !== 'none')
"""
_RADIUS = np.sqrt(170) / 2  # of a ring, in pixels: charts.base.ring gives the square of its width
_POINT = 4.3  # of a point, in pixels: charts.latents.spec gives its area
Image = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Spot(NamedTuple):
    """A place on an element, in pixels from its corner."""

    element: ElementHandle
    x: float
    y: float

    def on_screen(self) -> list[float]:
        """Where it is now on the screen."""
        box = self.element.bounding_box()
        assert box is not None
        return [box["x"] + self.x, box["y"] + self.y]


def charts(page: Page) -> Locator:
    """All flat charts of a page, in its order."""
    return page.locator('[data-testid="stVegaLiteChart"]')


def middle(element: ElementHandle) -> Spot:
    """The middle of an element."""
    box = element.bounding_box()
    assert box is not None
    return Spot(element, box["width"] / 2, box["height"] / 2)


def point(page: Page, chart: int, code: str) -> Spot:
    """The mark of a color; on a canvas, the middle of what is of just this color where it is most of one piece."""
    canvas = _canvas(charts(page).nth(chart))
    if canvas is None:
        mark = charts(page).nth(chart).evaluate_handle(_MARK, code).as_element()
        assert mark is not None, code
        return middle(mark)
    same = _is(_image(canvas), code)
    assert same.any(), code
    around = sum(np.roll(same, (dy, dx), (0, 1)).astype(int) for dy in (-1, 0, 1) for dx in (-1, 0, 1))
    inside = np.unravel_index(np.where(same, around, 0).argmax(), same.shape)
    pixels = np.argwhere(same)
    near = pixels[np.linalg.norm(pixels - inside, axis=1) < 2 * _POINT]
    y, x = near[np.linalg.norm(near - near.mean(0), axis=1).argmin()]
    return Spot(canvas, float(x) + 0.5, float(y) + 0.5)


def click(page: Page, at: Spot) -> None:
    """In the middle of the screen: its lower edge may be under the table."""
    at.element.evaluate("element => element.scrollIntoView({ block: 'center' })")
    settled(page)
    page.mouse.click(*at.on_screen())
    settled(page)


def rings(page: Page) -> list[list[list[float]]]:
    """In each chart, where on the screen are the middles of the rings that mark the picked color."""
    return [_rings(chart) for chart in charts(page).all()]


def _rings(chart: Locator) -> list[list[float]]:
    canvas = _canvas(chart)
    if canvas is None:
        return chart.evaluate(_RINGS)
    image = _image(canvas)
    of_patches = "four slices of the HSV cube" in (chart.get_attribute("aria-label") or "")
    outline = _box(image) if of_patches else _circle()
    return [Spot(canvas, x, y).on_screen() for x, y in _found(image.mean(-1), outline)]


def _found(brightness: NDArray[np.float64], outline: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Middles of white outlines in black ones; `outline` is `[N, 4]`: a point of it, and the way outwards."""
    places, outwards = outline[:, :2], 1.7 * outline[:, 2:]  # to the middle of the black that is left on either side
    weights = np.zeros_like(brightness)
    for at, weight in ((places, 1), (places - outwards, -0.5), (places + outwards, -0.5)):
        x, y = np.rint(at).astype(int).T
        np.add.at(weights, (y % weights.shape[0], x % weights.shape[1]), weight / len(outline))
    # Around each pixel what is white there, less what is black: a correlation, which Fourier's transform makes quick.
    spectrum = np.fft.rfft2(brightness) * np.fft.rfft2(weights).conj()
    contrast = np.fft.irfft2(spectrum, brightness.shape)
    found: list[tuple[float, float]] = []
    while contrast.max() > 0.45:
        y, x = np.unravel_index(contrast.argmax(), contrast.shape)
        near = contrast[y - 1 : y + 2, x - 1 : x + 2].clip(0.3) - 0.3
        dy, dx = ((near.sum(axis) * [-1, 0, 1]).sum() / near.sum() for axis in (1, 0))
        found.append((float(x + dx) + 0.5, float(y + dy) + 0.5))
        contrast[max(0, y - 5) : y + 6, max(0, x - 5) : x + 6] = 0
    return found


def _circle() -> NDArray[np.float64]:
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    way = np.stack([np.cos(turn), np.sin(turn)], -1)
    return np.concatenate([_RADIUS * way, way], -1)


def _box(image: Image) -> NDArray[np.float64]:
    """The outline of one patch, as large as the ground makes it; without its corners."""
    ground = _is(image, GROUND)
    across, down = (np.flatnonzero(ground.sum(axis) > 0.5 * ground.sum(axis).max()) for axis in (0, 1))
    (x0, x1), (y0, y1) = (patches.spec()["layer"][0]["encoding"][axis]["scale"]["domain"] for axis in ("x", "y"))
    half_width = np.ptp(across) / (x1 - x0) * 360 / 24 / 2
    half_height = np.ptp(down) / abs(y1 - y0) / 2
    share = np.linspace(-0.6, 0.6, 9)
    sides = [
        *([s * half_width, side * half_height, 0, side] for s in share for side in (-1, 1)),
        *([side * half_width, s * half_height, side, 0] for s in share for side in (-1, 1)),
    ]
    return np.array(sides)


def _canvas(chart: Locator) -> ElementHandle | None:
    return chart.evaluate_handle("chart => chart.querySelector('canvas')").as_element()


def _image(canvas: ElementHandle) -> Image:
    """What is painted, RGB `[H, W, 3]` between 0 and 1; nothing is black."""
    png = base64.b64decode(canvas.evaluate("canvas => canvas.toDataURL()").partition(",")[2])
    rgba = np.asarray(imread(BytesIO(png), format="png"), np.float64)
    return rgba[..., :3] * rgba[..., 3:]


def _is(image: Image, code: str) -> Mask:
    return (np.rint(image * 255) == np.rint(hex_to_rgb(code) * 255)).all(-1)

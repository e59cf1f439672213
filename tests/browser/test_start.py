"""Start on the screen: its patches in their colors, its figures those of the command line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

from excolor.charts.base import GROUND
from excolor.checkpoint import PRETRAINED, pretrained
from excolor.color import hex_to_rgb, named_colors, rgb_to_hex
from excolor.metrics import respond
from excolor.surgery import HUE, WARMTH, ablate
from tests.support.browser import arrived, open_page, pixels, settled, unfold
from tests.support.written import all_written, is_code

PARTS = ("intact", "warmth", "hue")


def levels(code: str) -> list[int]:
    return np.rint(hex_to_rgb(code) * 255).astype(int).tolist()


def is_color(pixel: list[int], rgb: NDArray[np.float32]) -> bool:
    """Whether a pixel has this color, or the other level where it lies between two."""
    return is_code("#" + "".join(f"{level:02x}" for level in pixel), rgb)


def pick(page: Page, group: str, name: str) -> None:
    page.get_by_role("radiogroup", name=group).get_by_role("radio", name=name, exact=True).click()
    settled(page)


def at(image: NDArray[np.uint8], across: float, down: float) -> list[int]:
    """The pixel at a share of the width and of the height."""
    height, width, _ = image.shape
    return image[int(down * height), int(across * width)].tolist()


def test_three_patches_in_their_colors_on_the_same_ground_in_one_row_lead_on_to_the_network(page: Page) -> None:
    open_page(page)
    model = pretrained("robust").run.model
    variants = model, ablate(model, WARMTH), ablate(model, HUE)
    patches = page.locator(".xc-row .xc-patch")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        settled(page)
        for name in ("red", "spring green") if theme == "light" else ("spring green",):  # red is there without a click
            if name != "red":
                pick(page, "Pick a color", name)
            true = named_colors()[name]
            assert patches.count() == 3
            for patch, variant in zip(patches.all(), variants, strict=True):
                image = pixels(page, patch)
                answer = respond(variant, true).rgb
                assert at(image, 0.5, 0.02) == at(image, 0.01, 0.5) == levels(GROUND)
                assert at(image, 0.15, 0.5) == at(image, 0.5, 0.85)
                assert is_color(at(image, 0.15, 0.5), answer)
                assert at(image, 0.5, 0.5) == levels(rgb_to_hex([true])[0])
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        settled(page)
        boxes = [patch.bounding_box() or {"x": 0.0, "y": 0.0} for patch in patches.all()]
        assert len({box["y"] for box in boxes}) == 1  # in the order of the lesson
        assert sorted({box["x"] for box in boxes}) == [box["x"] for box in boxes]
    page.get_by_role("link", name="Next: follow one color").click()
    arrived(page, "network")
    page.get_by_role("heading", name="What happens to one color on its way through?", level=1).wait_for()


def test_small_patches_have_their_colors_and_errors_are_those_of_the_command_line(
    page: Page, evaluated: dict[str, dict[str, Any]]
) -> None:
    open_page(page)
    unfold(page, "All the named colors")
    assert_small_patches(page)
    for model in PRETRAINED:
        pick(page, "Model", model)
        errors = {name: [values[part] for part in PARTS] for name, values in evaluated[model]["colors"].items()}
        table = page.locator("table.xc-patches tbody tr")
        shown = {row.locator("th").inner_text(): row.locator("td em").all_inner_texts() for row in table.all()}
        # All colors at once there, one at a time here: the same to rounding.
        assert shown.keys() == errors.keys()
        assert all(all_written(shown[name], values) for name, values in errors.items())
        for name in ("azure", "gray"):
            pick(page, "Pick a color", name)
            under = [text.splitlines()[-1] for text in page.locator(".xc-under").all_inner_texts()]
            assert all_written([text.removeprefix("MSE ") for text in under], errors[name])


def assert_small_patches(page: Page) -> None:
    """Each has its color in the middle and on its ground robust's answer without hue."""
    model = pretrained("robust").run.model
    colors = named_colors()
    answers = respond(ablate(model, HUE), np.stack(list(colors.values()))).rgb
    for (name, true), answer, row in zip(
        colors.items(), answers, page.locator("table.xc-patches tbody tr").all(), strict=True
    ):
        image = pixels(page, row.locator("td").last.locator(".xc-patch"))
        assert at(image, 0.05, 0.5) == levels(GROUND), name
        assert is_color(at(image, 0.15, 0.5), answer), name
        assert at(image, 0.5, 0.5) == levels(rgb_to_hex([true])[0]), name

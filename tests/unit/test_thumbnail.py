"""The small picture of a color wheel: hues where their latents are, and a triangle where red is."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from excolor.charts import thumbnail

SVG = "{http://www.w3.org/2000/svg}"


def test_hues_lie_at_their_latents_and_red_is_a_triangle() -> None:
    angle = np.linspace(0, 2 * np.pi, thumbnail.HUES, endpoint=False)
    u = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    picture = ElementTree.fromstring(thumbnail.svg(u))
    dots = [each for each in picture.iter(f"{SVG}circle") if each.get("fill") != "none"]
    assert len(dots) == thumbnail.HUES - 1
    places = [(float(each.get("cx", "")), float(each.get("cy", ""))) for each in dots]
    np.testing.assert_allclose(places, np.stack([np.sin(angle), -np.cos(angle)], axis=1)[1:], atol=0.006)
    (red,) = picture.iter(f"{SVG}polygon")
    corners = [[float(each) for each in corner.split(",")] for corner in red.get("points", "").split()]
    np.testing.assert_allclose(np.mean(corners, axis=0), [0, -1], atol=0.01)  # at the top, where dim 0 is 1
    assert red.get("fill") == "#ff0000"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_network_whose_numbers_ran_out_of_bounds_has_a_picture_too(value: float) -> None:
    ElementTree.fromstring(thumbnail.svg(np.full((thumbnail.HUES, 4), value)))

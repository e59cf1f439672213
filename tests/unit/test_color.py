"""Colors against the standard library's colorsys and against values worked out by hand."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from excolor.color import (
    FULL_GRID,
    GRAYS,
    HUES,
    PATCH_GRID,
    PRIMARIES,
    SECONDARIES,
    describe,
    exact_rgb,
    hex_to_rgb,
    hsv_grid,
    hsv_to_rgb,
    named_codes,
    named_colors,
    redness,
    rgb_grid,
    rgb_to_hex,
    rgb_to_hsv,
    vibrancy,
)
from excolor.errors import ExcolorError

pytestmark = pytest.mark.numerical

unit = st.floats(0, 1)
triples = st.tuples(unit, unit, unit)


@given(triples.filter(lambda hsv: hsv[0] < 1))
def test_hsv_to_rgb_is_that_of_colorsys(hsv: tuple[float, float, float]) -> None:
    np.testing.assert_allclose(hsv_to_rgb(hsv), colorsys.hsv_to_rgb(*hsv), atol=1e-12)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_rgb_to_hsv_is_that_of_colorsys(levels: tuple[int, int, int]) -> None:
    rgb = np.array(levels) / 255
    np.testing.assert_allclose(rgb_to_hsv(rgb), colorsys.rgb_to_hsv(*rgb.tolist()), atol=1e-12)


@given(hnp.arrays(np.float64, st.sampled_from([(3,), (5, 3), (2, 3, 3)]), elements=unit))
def test_conversions_keep_the_shape_and_there_and_back_is_the_same_color(rgb: np.ndarray) -> None:
    hsv = rgb_to_hsv(rgb)
    assert hsv.shape == rgb.shape
    assert np.all((hsv >= 0) & (hsv <= 1))
    np.testing.assert_allclose(hsv_to_rgb(hsv), rgb, atol=1e-9)
    assert vibrancy(rgb).shape == redness(rgb).shape == rgb.shape[:-1]


@given(triples)
def test_vibrancy_is_saturation_times_value(rgb: tuple[float, float, float]) -> None:
    _, s, v = colorsys.rgb_to_hsv(*rgb)
    assert vibrancy(rgb) == pytest.approx(s * v, abs=1e-12)


@pytest.mark.parametrize(
    ("rgb", "vibrant", "red"),
    [
        ((1, 0, 0), 1, 1),  # red
        ((1, 1, 0), 1, 1 / 2),  # yellow: 1 · (1 − 1/2)
        ((1, 0, 1), 1, 1 / 2),  # magenta
        ((1, 0.5, 0), 1, 3 / 4),  # orange: 1 · (1 − 1/4)
        ((0, 1, 1), 1, 0),  # cyan
        ((0, 1, 0), 1, 0),  # green
        ((0, 0, 1), 1, 0),  # blue
        ((1, 1, 1), 0, 0),  # white: 1 · (1 − 1/2 − 1/2)
        ((0, 0, 0), 0, 0),  # black
        ((0.5, 0.5, 0.5), 0, 1 / 4),  # gray: ½ · (1 − ½)
        ((0.5, 0, 0), 0.5, 1 / 2),  # dark red
        ((1, 0.6, 0.2), 0.8, 0.6),  # 1 · (1 − 0.3 − 0.1)
    ],
)
def test_vibrancy_and_redness_by_hand(rgb: tuple[float, ...], vibrant: float, red: float) -> None:
    assert vibrancy(rgb) == pytest.approx(vibrant, abs=1e-15)
    assert redness(rgb) == pytest.approx(red, abs=1e-15)


@pytest.mark.parametrize("shape", [(36, 10, 10), (24, 4, 8), (5, 2, 3), (1, 2, 2)])
def test_hsv_grid_has_every_combination_in_order(shape: tuple[int, int, int]) -> None:
    hues, saturations, values = shape
    grid = hsv_grid(*shape)
    assert grid.shape == (*shape, 3)
    for i, j, k in np.ndindex(shape):
        expected = i / hues, j / (saturations - 1), k / (values - 1)
        np.testing.assert_allclose(grid[i, j, k], expected, rtol=1e-15)
    assert grid[..., 0].max() < 1  # 0 again would be red twice


def test_the_grids_for_looking_are_those_of_the_experiment() -> None:
    assert FULL_GRID == (240, 48, 48)
    assert np.prod(FULL_GRID) == 552_960
    assert PATCH_GRID == (24, 4, 8)
    grid = rgb_grid(8)
    assert grid.shape == (8, 8, 8, 3)
    for index in np.ndindex(8, 8, 8):
        np.testing.assert_allclose(grid[index], np.array(index) / 7, rtol=1e-15)


def test_named_colors_are_twelve_hues_and_five_grays() -> None:
    named = named_colors()
    assert list(named) == [*HUES, *GRAYS]
    assert (len(HUES), len(GRAYS)) == (12, 5)
    for index, name in enumerate(HUES):
        np.testing.assert_allclose(named[name], colorsys.hsv_to_rgb(index / 12, 1, 1), atol=1e-12)
    assert [named[name].tolist() for name in PRIMARIES] == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert [named[name].tolist() for name in SECONDARIES] == [[1, 1, 0], [0, 1, 1], [1, 0, 1]]
    assert [named[name].tolist() for name in GRAYS] == [[level] * 3 for level in (0, 0.25, 0.5, 0.75, 1)]


@given(st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1))
def test_hex_codes_there_and_back(levels: list[tuple[int, int, int]]) -> None:
    codes = rgb_to_hex(np.array(levels) / 255)
    assert codes == [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in levels]
    np.testing.assert_allclose([hex_to_rgb(code) for code in codes], np.array(levels) / 255, atol=1e-15)


@pytest.mark.parametrize("text", ["", "red", "0.5", "none", "#abc", "#11223344", "#12345g", "#123456\n", "204060"])
def test_a_color_that_is_written_otherwise_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ExcolorError, match=r"color is '.*'; it must be written #rrggbb, for example #204060\."):
        hex_to_rgb(text)


def test_hex_codes_of_what_no_screen_shows() -> None:
    assert rgb_to_hex([[-3, 2, 0.5], [np.nan, np.inf, -np.inf]]) == ["#00ff80", "#00ff00"]
    assert rgb_to_hex(np.empty((0, 3))) == []


@pytest.mark.parametrize(
    ("rgb", "words"),
    [
        ((1, 0, 0), "red"),
        ((0.5, 0, 0), "dark red"),
        ((0.6, 1, 1), "pale cyan"),
        ((1, 0.02, 0.1), "red"),  # hue 355°, nearest to 0
        ((1, 0, 0.3), "rose"),  # hue 342°
        ((0.75, 0.7, 0.75), "light gray"),  # vibrancy 0.05
        ((1, 1, 1), "white"),
        ((0.1, 0.1, 0.1), "black"),
        ((-2, np.nan, np.inf), "blue"),
    ],
)
def test_colors_in_words(rgb: tuple[float, ...], words: str) -> None:
    assert describe([rgb]) == [words]


def test_every_named_color_is_called_by_its_name() -> None:
    named = named_colors()
    assert describe(list(named.values())) == list(named)


def test_a_code_is_its_color_and_that_of_a_named_one_is_exactly_that() -> None:
    assert list(named_codes().values()) == list(named_colors())
    for code, name in named_codes().items():
        assert exact_rgb(code).tolist() == named_colors()[name].tolist()
        assert np.abs(exact_rgb(code) - hex_to_rgb(code)).max() <= 0.5 / 255 + 1e-15  # ½ lies half-way
    assert exact_rgb("#204060").tolist() == [0x20 / 255, 0x40 / 255, 0x60 / 255]

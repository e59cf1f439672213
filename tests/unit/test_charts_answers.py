"""The charts of a network's answers: rows against colorsys and plain geometry."""

from __future__ import annotations

import colorsys
import json
import math
import re
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from excolor.charts import brightness, curves, latents, patches
from excolor.charts.wheel import REACH
from excolor.color import HUES, PRIMARIES, SECONDARIES, describe
from tests.support.charts import ANSWERS, N_LATENTS, assert_hex, columns, ends, layers, noise, on_rows, sphere, texts

# --- patches -------------------------------------------------------------------------------------


def test_patches_cover_24_by_4_by_8_places_without_overlap() -> None:
    x, x2, y, y2 = columns(ANSWERS["patches"][1](), "x", "x2", "y", "y2")
    assert len(x) == 24 * 4 * 8
    np.testing.assert_allclose(x2 - x, 15)
    np.testing.assert_allclose(y2 - y, 1)
    assert set(x) == {15 * i for i in range(24)}
    assert len(set(np.round(y, 9))) == 4 * 8
    for i, j in combinations(range(len(x)), 2):
        beside = x2[i] <= x[j] or x2[j] <= x[i]
        assert beside or y2[i] <= y[j] + 1e-9 or y2[j] <= y[i] + 1e-9
    encoding = next(on_rows(patches.spec()))[0]
    (left, right), (bottom, top) = encoding["x"]["scale"]["domain"], encoding["y"]["scale"]["domain"]
    assert left < x.min() < x2.max() < right
    assert top < y.min() < y2.max() < bottom


def test_a_patch_has_the_color_of_its_place() -> None:
    mse = np.arange(768, dtype=np.float32)
    output = noise(768, 3)
    table = patches.table(output, mse)
    x, y = columns(table, "x", "y")
    slices = np.sort(np.unique(np.round(y, 9))).reshape(4, 8)  # from the top: saturation rises, value falls
    for i, (true, rgb) in enumerate(zip(texts(table, "true"), patches.colors(), strict=True)):
        saturation, down = np.argwhere(np.isclose(slices, y[i]))[0]
        hsv = x[i] / 360, saturation / 3, (7 - down) / 7
        assert_hex(true, colorsys.hsv_to_rgb(*hsv))
        np.testing.assert_allclose(rgb, colorsys.hsv_to_rgb(*hsv), atol=1e-12)
    assert table.column("mse").to_pylist() == mse.tolist()
    for shown, rgb in zip(texts(table, "output"), output, strict=True):
        assert_hex(shown, rgb)
    assert table.column("output_name").to_pylist() == describe(output)


# --- curves --------------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", curves.AXES)
def test_curves_run_along_three_edges_of_the_hsv_cube(axis: curves.Axis) -> None:
    mse = noise(len(curves.colors(axis)), 1)[:, 0]
    table = curves.table(axis, mse)
    (x,) = columns(table, "x")
    names, trues = texts(table, "line"), texts(table, "true")
    for i, rgb in enumerate(curves.colors(axis)):
        if axis == "hue":
            hsv = x[i] % 360 / 360, 1.0, float(names[i].removeprefix("v = "))
        else:
            hsv = (HUES[names[i]], x[i], 1.0) if axis == "saturation" else (HUES[names[i]], 1.0, x[i])
        np.testing.assert_allclose(rgb, colorsys.hsv_to_rgb(*hsv), atol=1e-12)
        assert_hex(trues[i], colorsys.hsv_to_rgb(*hsv))
    assert table.column("mse").to_pylist() == mse.tolist()
    lines = ["v = 1", "v = 0.75", "v = 0.5", "v = 0.25"]
    if axis != "hue":
        lines = ["red", "yellow", "green", "cyan", "blue", "magenta"]
        assert sorted(lines) == sorted((*PRIMARIES, *SECONDARIES))
    last = 360.0 if axis == "hue" else 1.0
    points = 73 if axis == "hue" else 25
    assert len(names) == len(lines) * points
    for k, line in enumerate(lines):
        block = slice(k * points, (k + 1) * points)
        assert set(names[block]) == {line}
        np.testing.assert_allclose(x[block], np.linspace(0, last, points))
    # The name is written by the row at the end of its line.
    assert f"datum.x == {last:g}" in json.dumps(curves.spec(axis))
    assert np.count_nonzero(x == last) == len(lines)


def test_error_is_on_one_scale_for_all_axes() -> None:
    scales = [encoding["y"]["scale"] for axis in curves.AXES for encoding, _ in layers(curves.spec(axis))]
    assert all(scale == {"type": "sqrt", "domain": [0, 1], "clamp": True} for scale in scales)


def root_heights(ends: list[float]) -> NDArray[np.float64]:
    return np.sqrt(curves.spread_labels(np.array(ends, np.float32)))


# Heights on the root scale: 0.065 of a chart that is 240 pixels high are the 11 pixels of a letter and a little.
GAP = 0.06
an_error = st.one_of(st.floats(0, 1, width=32), st.floats(0, 1 / 128, width=32), st.just(math.nan))
errors = st.lists(an_error, min_size=1, max_size=6)


@given(errors)
def test_labels_stay_in_the_chart_and_never_lie_on_each_other(ends: list[float]) -> None:
    placed = root_heights(ends)
    assert np.all((placed >= 0) & (placed <= 1 + 1e-12))
    assert all(below + GAP <= above for below, above in pairwise(np.sort(placed)))


@given(errors)
def test_labels_are_in_the_order_of_their_lines(ends: list[float]) -> None:
    placed = root_heights(ends)
    heights = np.nan_to_num(ends)
    for i, j in combinations(range(len(ends)), 2):
        if heights[i] != heights[j]:
            assert (heights[i] < heights[j]) == (placed[i] < placed[j])


@given(errors)
def test_a_label_with_room_around_it_is_at_the_end_of_its_line(ends: list[float]) -> None:
    heights, placed = np.sqrt(np.nan_to_num(np.array(ends, np.float64))), root_heights(ends)
    for i, height in enumerate(heights):
        others = np.delete(heights, i)
        if all(abs(other - height) > 0.063 * len(ends) for other in others) and height < 1 - 0.063 * len(ends):
            assert placed[i] == pytest.approx(height, abs=1e-6)


def test_a_pile_of_labels_is_centered_on_its_lines() -> None:
    placed = root_heights([0.25, 0.25, 0.25])
    assert placed == pytest.approx([0.5 - 0.065, 0.5, 0.5 + 0.065])
    assert root_heights([1, 1]) == pytest.approx([1 - 0.065, 1])
    assert root_heights([0, 0, 0]) == pytest.approx([0, 0.065, 0.13])


# --- latents -------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", latents.VIEWS)
def test_a_point_is_where_its_latent_is(view: tuple[int, int]) -> None:
    u, output = sphere(N_LATENTS), noise(N_LATENTS, 3)
    rows = [row for row in latents.table(view, u, output).to_pylist() if row["kind"] == "color"]
    assert len(rows) == 8**3
    for i, row in enumerate(rows):
        rgb = i // 64 / 7, i // 8 % 8 / 7, i % 8 / 7  # red slowest, blue fastest
        assert (row["x"], row["y"]) == pytest.approx((u[i, view[0]], u[i, view[1]]))
        np.testing.assert_allclose(latents.colors()[i], rgb, atol=1e-12)
        assert_hex(row["true"], rgb)
        assert_hex(row["paint"], rgb)
    assert [row["label"] for row in rows] == describe(latents.colors()[:512])
    assert [row["output_name"] for row in rows] == describe(output[:512])


def test_a_name_at_the_rim_is_the_name_of_what_its_point_is_painted_in() -> None:
    angles = np.arange(12) * math.pi / 6 + 0.1
    gray = np.full((N_LATENTS, 3), 0.5)
    rows = latents.table((1, 0), turned(angles), gray, (), gray).to_pylist()
    assert {row["label"] for row in rows if row["kind"] == "name"} == {"gray"}
    assert {row["paint"] for row in rows if row["kind"] == "color"} == {"#808080"}


def test_the_named_hues_follow_the_grid() -> None:
    assert latents.colors().shape == (8**3 + 12, 3)
    for hue, rgb in zip(HUES.values(), latents.colors()[-12:], strict=True):
        np.testing.assert_allclose(rgb, colorsys.hsv_to_rgb(hue, 1, 1), atol=1e-12)


@pytest.mark.parametrize("view", latents.VIEWS)
@pytest.mark.parametrize("deleted", [(), (0,), (1,), (0, 1), (2,), (1, 2), (0, 1, 2, 3)])
def test_a_deleted_axis_is_a_gap(view: tuple[int, int], deleted: tuple[int, ...]) -> None:
    rows = latents.table(view, sphere(N_LATENTS), noise(N_LATENTS, 3), deleted).to_pylist()
    axes = [(r["x"], r["y"], r["x2"], r["y2"]) for r in rows if r["kind"] == "axis"]
    expected = {view[0]: (-1, 0, 1, 0), view[1]: (0, -1, 0, 1)}
    assert axes == [span for dim, span in expected.items() if dim not in deleted]


def turned(u0: NDArray[np.float64]) -> NDArray[np.float32]:
    """Latents of the named hues at these angles on dims (0, 1), with something of each on the others."""
    u = sphere(N_LATENTS)
    u[-12:] = np.stack([0.9 * np.cos(u0), 0.9 * np.sin(u0), np.full(12, 0.3), np.full(12, 0.3)], -1)
    return u


def test_named_hues_are_on_the_rim_where_they_point() -> None:
    angles = np.arange(12) * math.pi / 6 + 0.1
    rows = latents.table((1, 0), turned(angles), noise(N_LATENTS, 3)).to_pylist()
    named = {row["label"]: (row["x"], row["y"]) for row in rows if row["kind"] == "name"}
    assert list(named) == list(HUES)
    for angle, (x, y) in zip(angles, named.values(), strict=True):
        assert math.hypot(x, y) == pytest.approx(1.2)
        assert (x / 1.2, y / 1.2) == pytest.approx((math.sin(angle), math.cos(angle)), abs=1e-6)


@given(st.lists(st.floats(0, 2 * math.pi), min_size=12, max_size=12))
def test_names_on_the_rim_do_not_lie_on_each_other(angles: list[float]) -> None:
    rows = latents.table((1, 0), turned(np.array(angles)), noise(N_LATENTS, 3)).to_pylist()
    named = [row for row in rows if row["kind"] == "name"]
    assert named
    assert named[0]["label"] == "red"  # the first of those that meet is the one that is kept
    pixels = 280 / 3  # of one unit, where the place is as wide as high; a letter of 14 pixels is about 6.5 wide
    for one, other in combinations(named, 2):
        apart = abs(one["x"] - other["x"]) * pixels - 3.25 * (len(one["label"]) + len(other["label"]))
        assert apart > 0 or abs(one["y"] - other["y"]) * pixels > 14


def test_a_hue_without_a_direction_is_not_named() -> None:
    u = sphere(N_LATENTS)
    u[-12:] = [0.2, 0.2, 0.68, 0.68]
    u[-1] = [0.2, 0.3, 0.66, 0.66]  # rose: √(0.2² + 0.3²) = 0.36
    rows = latents.table((1, 0), u, noise(N_LATENTS, 3)).to_pylist()
    assert [row["label"] for row in rows if row["kind"] == "name"] == ["rose"]


@pytest.mark.parametrize("view", latents.VIEWS)
@pytest.mark.parametrize(("width", "height"), [(313, 283), (195, 283), (283, 283), (900, 283)])
def test_a_circle_is_round_and_as_large_as_can_be(view: tuple[int, int], width: float, height: float) -> None:
    spec = latents.spec(view)
    assert "width" not in spec  # the page's
    for axis in ("x", "y"):
        domains = {
            ends(encoding[axis]["scale"]["domain"], width, height)
            for encoding, _ in layers(spec)
            if "scale" in encoding[axis]
        }
        ((low, high),) = domains
        assert low == -high
        pixels = (width if axis == "x" else height) / (high - low)  # of one unit
        assert pixels == pytest.approx(min(width, height) / (2 * REACH))


def test_red_is_at_the_top() -> None:
    encoding = next(on_rows(latents.spec(latents.VIEWS[0])))[0]
    assert (encoding["x"]["title"], encoding["y"]["title"]) == ("u₁", "u₀")


# --- brightness ----------------------------------------------------------------------------------


def test_brightness_is_the_mean_channel_of_both() -> None:
    output = noise(73, 3)
    rows = brightness.table(output).to_pylist()
    assert len(rows) == 2 * 73
    for i in range(73):
        before, after = rows[i], rows[73 + i]
        rgb = colorsys.hsv_to_rgb(i * 5 % 360 / 360, 1, 1)
        assert (before["kind"], after["kind"]) == ("color", "output")
        assert before["hue"] == after["hue"] == 5 * i
        assert before["brightness"] == pytest.approx(sum(rgb) / 3)
        assert after["brightness"] == pytest.approx(sum(map(float, output[i])) / 3)
        assert_hex(before["fill"], rgb)
        assert_hex(after["fill"], output[i])
    assert [row["name"] for row in rows] == describe(np.concatenate([brightness.colors(), output]))
    thirds = {row["name"]: row["brightness"] for row in rows[:73:6]}
    assert [thirds[name] for name in PRIMARIES] == pytest.approx([1 / 3] * 3)
    assert [thirds[name] for name in SECONDARIES] == pytest.approx([2 / 3] * 3)


def test_hues_are_named_where_they_are() -> None:
    expression = next(on_rows(brightness.spec()))[0]["x"]["axis"]["labelExpr"]
    said = dict(re.findall(r"datum\.value == (\d+) \? '([a-z ]+)'", expression))
    assert said == {str(30 * i): hue for i, hue in enumerate(HUES)} | {"360": "red"}


# --- what a diverged run gives -------------------------------------------------------------------


def test_not_a_number_is_drawn_as_nothing_rather_than_raised() -> None:
    def nan(*shape: int) -> NDArray[np.float32]:
        return np.full(shape, np.nan, np.float32)

    tables = [
        patches.table(nan(768, 3), nan(768)),
        brightness.table(nan(73, 3)),
        *(curves.table(axis, nan(len(curves.colors(axis)))) for axis in curves.AXES),
        *(latents.table(view, nan(N_LATENTS, 4), nan(N_LATENTS, 3)) for view in latents.VIEWS),
    ]
    for (make_spec, make_table), table in zip(ANSWERS.values(), tables, strict=True):
        assert table.schema == make_table().schema
        assert make_spec()
    assert not [row for row in tables[-1].to_pylist() if row["kind"] == "name"]


def test_a_narrow_bottleneck_has_the_hue_plane_alone() -> None:
    rows = latents.table((1, 0), sphere(N_LATENTS, 2), noise(N_LATENTS, 3)).to_pylist()
    assert sum(row["kind"] == "color" for row in rows) == 512

"""Charts and the scene of Colors and labels: specifications against Vega-Lite's schema, rows against plain loops."""

from __future__ import annotations

import colorsys
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from excolor.charts import batch, heat_map, label_probability, robustness
from excolor.color import hsv_grid
from excolor.data import (
    BATCH,
    BLOCK,
    LABELS,
    TRAINING_GRID,
    Batches,
    cell_shares,
    stream,
)
from excolor.robustness import METRICS, Metric
from excolor.scenes import HSV_RADIUS, HSV_VIEWS, Scene, hsv_panel, hsv_places, to_html
from tests.support.charts import DRAWN, MADE, MEASURED, NOISE, SEEDS, STATES, runs
from tests.support.scene_page import meshes, settings_of


def column(table: pa.Table, name: str) -> list[Any]:
    return table.column(name).to_pylist()


# --- cells ---------------------------------------------------------------------------------------


def test_each_cell_has_its_share_of_the_draws() -> None:
    table = heat_map.table(cell_shares())
    weights = {
        (s, v): sum((1 - v / 9) / 360 + (1 - s / 9) * v / 9 / 36 + s / 9 * v / 9 for _ in range(36))
        for s in range(10)
        for v in range(10)
    }
    total = sum(weights.values())
    for s, v, share, text in zip(*(column(table, n) for n in ("saturation", "value", "share", "percent")), strict=True):
        assert share == pytest.approx(weights[s, v] / total, rel=1e-9)
        assert float(text) == pytest.approx(100 * share, abs=0.051 if share > 0.00995 else 0.0051)
    assert sum(column(table, "share")) == pytest.approx(1)


# --- chances -------------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", label_probability.AXES)
def test_lines_are_the_probabilities_and_points_the_training_colors(axis: label_probability.Axis) -> None:
    table = label_probability.table(axis)
    hues, saturations, _ = TRAINING_GRID
    for row in table.to_pylist():
        hsv = (row["x"] / 360 % 1, 1, 1) if axis == "hue" else (0, row["x"], 1)
        r, g, b = colorsys.hsv_to_rgb(*hsv)
        likely = {
            "red": 0.5 * (r * (1 - g / 2 - b / 2)) ** 10,
            "vibrant": 0.5 * (hsv[1] * hsv[2]) ** 100,
            "desaturated": 0.5 * (1 - hsv[1] * hsv[2]) ** 10,
        }
        assert row["probability"] == pytest.approx(likely[row["label"]], abs=1e-12)
        levels = [int(row["true"][i : i + 2], 16) for i in (1, 3, 5)]
        assert levels == pytest.approx([255 * c for c in (r, g, b)], abs=0.51)
    for label in ("red", "vibrant", "desaturated"):
        at = [row["x"] for row in table.to_pylist() if row["label"] == label and row["trained"]]
        steps = [10.0 * k for k in range(-18, 19)] if axis == "hue" else [k / 9 for k in range(10)]
        assert at == pytest.approx(steps)
        assert len(at) == (hues + 1 if axis == "hue" else saturations)
        assert sum(row["written"] for row in table.to_pylist() if row["label"] == label) == 1


# --- batches -------------------------------------------------------------------------------------


def test_a_batch_is_eight_by_eight_and_marks_who_carries_what() -> None:
    red, vibrant, desaturated = labels = np.zeros((3, BATCH), np.float32)
    red[[0, 9, 20]] = vibrant[[9, 20, 63]] = desaturated[[20, 30]] = 1
    rows = batch.table(DRAWN.rgb[0], labels).to_pylist()
    patches = [row for row in rows if not row["badge"]]
    assert [(row["x"], row["y"]) for row in patches] == [(k % 8 + 0.5, k // 8 + 0.5) for k in range(64)]
    badges = [(row["badge"], row["x"], row["y"], row["labels"]) for row in rows if row["badge"]]
    assert badges == [
        ("red", 0.5, 0.5, "red"),
        ("red", pytest.approx(1.3), 1.5, "red and vibrant"),  # beside each other
        ("red", pytest.approx(4.1), 2.5, "red and vibrant and desaturated"),
        ("vibrant", pytest.approx(1.7), 1.5, "red and vibrant"),
        ("vibrant", 4.5, 2.5, "red and vibrant and desaturated"),
        ("vibrant", 7.5, 7.5, "vibrant"),
        ("desaturated", pytest.approx(4.9), 2.5, "red and vibrant and desaturated"),
        ("desaturated", 6.5, 3.5, "desaturated"),
    ]
    assert [row["labels"] for row in patches].count("no label") == 59


def test_a_label_is_told_by_shape_and_letter() -> None:
    marks = [layer["mark"] for layer in batch.spec()["layer"][1:]]
    assert [mark["shape"] for mark in marks if mark["type"] == "point"] == ["circle", "diamond", "square"]
    assert [mark["text"] for mark in marks if mark["type"] == "text"] == ["R", "V", "D"]


def test_bars_are_the_labels_of_the_last_hundred_batches() -> None:
    rows = batch.empty_batches_table(DRAWN).to_pylist()
    for name in ("red", "vibrant", "desaturated"):
        positive = DRAWN.positives(name)
        mine = [row for row in rows if row["label"] == name]
        assert [row["number"] for row in mine] == list(range(51, 151))
        assert [row["batch"] for row in mine] == list(range(1, BLOCK + 1))
        assert [row["count"] for row in mine] == [sum(map(float, each)) for each in positive[50:]]
        assert all(row["to"] - row["from"] == min(row["count"], batch.MOST) for row in mine)
    assert batch.empty_batches_table(stream(3, 0)).num_rows == 0
    assert len(batch.empty_batches_table(stream(3, 7))) == 21


def test_positives_are_the_last_who_got_a_label_and_crosses_those_of_the_noise() -> None:
    rows = batch.positives_table(DRAWN, MADE).to_pylist()
    for k, (label, positive) in enumerate(zip(LABELS, DRAWN.labels, strict=True)):
        mine = [row for row in rows if row["label"] == label.name]
        who = [(b, i) for b in range(149, -1, -1) for i in range(63, -1, -1) if positive[b, i]]
        who = who[: batch.ACROSS * batch.DOWN]
        assert len(mine) == len(who)
        assert [row["why"] == "the noise" for row in mine] == [bool(MADE[k][at]) for at in who]
        for row, at in zip(mine, who, strict=True):
            assert [int(row["true"][i : i + 2], 16) for i in (1, 3, 5)] == pytest.approx(
                255 * DRAWN.rgb[at].astype(float), abs=0.51
            )
    places = {(row["x"], row["y"]) for row in rows}
    assert len(places) == len(rows)
    assert {row["why"] for row in rows} == {"the noise", "its color"}


def test_nobody_carries_anything_in_no_batch() -> None:
    empty = Batches(DRAWN.rgb[:0], DRAWN.labels[:, :0])
    assert batch.positives_table(empty, [each[:0] for each in MADE]).num_rows == 0


# --- tolerance -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", METRICS)
def test_points_are_runs_and_the_line_their_median(name: Metric) -> None:
    rows = runs(name).to_pylist()
    points = [row for row in rows if row["kind"] == "run"]
    middles = {row["noise"]: row["figure"] for row in rows if row["kind"] == "median"}
    if name == "wrong":
        assert points == []
        assert middles == {0.0: 0.0, 0.5: pytest.approx(2 / 3)}
        return
    assert [(row["noise"], int(row["seed"]), row["figure"]) for row in points] == list(
        zip(NOISE, SEEDS, MEASURED, strict=True)
    )
    assert [row["state"] for row in points] == STATES
    assert [row["words"] for row in points[:3]] == ["a sound run", "a sound run", "a tint"]
    assert points[-1]["words"] == "grays in the hue plane, wheel rotated"
    assert middles == {0.0: median(MEASURED[:3]), 0.5: median(MEASURED[3:])}


def test_before_the_first_run_there_are_axes_and_no_point() -> None:
    rows = robustness.table("red_cosine", [], [], [], [], [], "the limit").to_pylist()
    assert [row["kind"] for row in rows] == ["limit"]
    assert rows[0]["figure"] == 0.8


# --- the scene -----------------------------------------------------------------------------------


def test_hue_is_to_the_right_value_upwards_and_saturation_to_the_reader() -> None:
    low = hsv_places([[0, 0, 0]])[0]
    for axis, hsv in ((0, [1, 0, 0]), (1, [0, 0, 1]), (2, [0, 1, 0])):
        moved = hsv_places([hsv])[0] - low
        assert np.flatnonzero(moved).tolist() == [axis]
        assert moved[axis] > 0
        assert moved[axis] == pytest.approx(-2 * low[axis])  # from one side to the other, centered


def test_the_cube_has_twelve_edges_and_every_color_inside() -> None:
    hsv = hsv_grid(*TRAINING_GRID).reshape(-1, 3)
    panel = hsv_panel("title", hsv)
    assert panel.points.shape == (3600, 3)
    assert len(panel.lines) == 12
    assert all(np.count_nonzero(end - start) == 1 for start, end in panel.lines)
    assert np.abs(panel.points).max() <= np.abs(panel.lines).max()
    for (h, s, v), rgb in zip(hsv[::97], panel.colors[::97], strict=True):
        assert rgb == pytest.approx(colorsys.hsv_to_rgb(h, s, v))
    assert {label.text for label in panel.labels} == {"hue", "value", "saturation", "gray", "vivid", "black"}


def test_the_page_has_the_grid_and_what_was_drawn_and_turns_them_together() -> None:
    drawn = np.array([0, 5, 5, 3599])
    everything = hsv_grid(*TRAINING_GRID).reshape(-1, 3)
    panels = hsv_panel("all", everything), hsv_panel("some", everything[drawn])
    page = to_html(Scene(panels, HSV_VIEWS, radius=HSV_RADIUS), "key", 400)
    (grid, _lines), (sample, _edges) = meshes(page)
    np.testing.assert_allclose(grid[0], hsv_places(everything), atol=1e-6)
    np.testing.assert_allclose(sample[0], hsv_places(everything[drawn]), atol=1e-6)
    told = settings_of(page)
    assert [panel["title"] for panel in told["panels"]] == ["all", "some"]
    assert told["radius"] == HSV_RADIUS
    assert len(told["views"]) == len(HSV_VIEWS)

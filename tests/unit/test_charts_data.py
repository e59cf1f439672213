"""Charts and the scene of Colors and labels: specifications against Vega-Lite's schema, rows against plain loops."""

from __future__ import annotations

import colorsys
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import altair as alt
import jsonschema
import numpy as np
import pyarrow as pa
import pytest

from excolor.charts import batch, heat_map, label_probability, robustness
from excolor.charts.base import GROUND
from excolor.color import exact_rgb, hsv_grid
from excolor.data import (
    BATCH,
    BLOCK,
    LABELS,
    TRAINING_GRID,
    Batches,
    cell_shares,
    label_probabilities,
    noise_on,
    stream,
)
from excolor.robustness import METRICS, Metric
from excolor.scenes import HSV_RADIUS, HSV_VIEWS, Scene, hsv_panel, hsv_places, to_html
from tests.support.scene_page import meshes, settings_of

Spec = dict[str, Any]
HEX = re.compile(r"#[0-9a-f]{6}")
MANY = stream(3, 150, 0.4)
CLEAN = stream(3, 150)
MADE = (
    noise_on(CLEAN.positives("red"), MANY.positives("red")).made,
    noise_on(CLEAN.positives("vibrant"), MANY.positives("vibrant")).made,
)
NOISE, SEEDS = [0.0, 0.0, 0.0, 0.5, 0.5, 0.5], [0, 1, 2, 0, 1, 2]
FIGURES = [0.9, 0.7, 0.8, 0.2, 0.1, -0.6]
CAUSES = [[], [], [], ["red off its axis"], [], ["grays in the hue plane", "wheel rotated"]]


def runs(name: Metric) -> pa.Table:
    return robustness.table(name, NOISE, SEEDS, FIGURES, CAUSES, "the limit")


CHARTS: dict[str, tuple[Callable[[], Spec], Callable[[], pa.Table]]] = {
    "cells": (lambda: heat_map.spec(0.04), lambda: heat_map.table(cell_shares())),
    "batch": (batch.spec, lambda: batch.table(MANY.rgb[0], MANY.positives("red")[0], MANY.positives("vibrant")[0])),
    "silence": (batch.empty_batches_spec, lambda: batch.empty_batches_table(MANY)),
    "positives": (batch.positives_spec, lambda: batch.positives_table(MANY, MADE)),
    **{
        f"chances {a}": (lambda a=a: label_probability.spec(a), lambda a=a: label_probability.table(a))
        for a in label_probability.AXES
    },
    **{f"tolerance {n}": (lambda n=n: robustness.spec(n), lambda n=n: runs(n)) for n in METRICS},
}
# Patches in the order in which they were drawn have no place on a scale.
WITHOUT_AXIS = {("batch", "x"), ("batch", "y"), ("positives", "x")}
every_chart = pytest.mark.parametrize("name", CHARTS)


def encodings(spec: Spec) -> Iterator[Spec]:
    return (layer["encoding"] for layer in spec["layer"])


def column(table: pa.Table, name: str) -> list[Any]:
    return table.column(name).to_pylist()


@pytest.fixture(scope="module")
def vega_lite() -> jsonschema.Draft7Validator:
    (path,) = Path(alt.__file__).parent.glob("vegalite/v*/schema/vega-lite-schema.json")
    return jsonschema.Draft7Validator(json.loads(path.read_text()))


@every_chart
def test_a_specification_is_vega_lite_survives_json_and_leaves_data_and_theme_to_the_page(
    name: str, vega_lite: jsonschema.Draft7Validator
) -> None:
    spec = CHARTS[name][0]()
    vega_lite.validate(spec)
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec
    assert CHARTS[name][0]() is spec  # built once
    assert "datasets" not in spec
    assert "config" not in spec
    assert {"name": "rows"} in [spec.get("data"), *(layer.get("data") for layer in spec["layer"])]


@every_chart
def test_every_column_that_is_drawn_is_there_and_no_other(name: str) -> None:
    spec, table = CHARTS[name][0](), CHARTS[name][1]()
    used = set(re.findall(r"datum\.(\w+)", json.dumps([layer.get("transform", []) for layer in spec["layer"]])))
    for encoding in encodings(spec):
        for definitions in encoding.values():
            for each in definitions if isinstance(definitions, list) else [definitions]:
                used |= {each["field"]} if "field" in each else set()
    assert used == set(table.column_names)


@every_chart
def test_the_only_color_is_data_and_axes_do_not_move(name: str) -> None:
    spec = CHARTS[name][0]()
    for code in HEX.findall(json.dumps(spec)):
        assert code[1:3] == code[3:5] == code[5:7]
    for axis in ("x", "y"):
        drawn = [encoding[axis] for encoding in encodings(spec) if encoding.get(axis, {}).get("axis")]
        titles = {each["title"] for each in drawn}
        assert len(titles) == (0 if (name, axis) in WITHOUT_AXIS else 1)
        domains = {
            tuple(encoding[axis]["scale"]["domain"])
            for encoding in encodings(spec)
            if "domain" in encoding.get(axis, {}).get("scale", {})
        }
        assert len(domains) == 1


@pytest.mark.parametrize("name", ["batch", "positives", "chances hue", "chances saturation"])
def test_marks_that_are_colors_sit_on_the_ground_carry_their_code_and_are_named(name: str) -> None:
    spec, table = CHARTS[name][0](), CHARTS[name][1]()
    assert spec["view"] == {"fill": GROUND, "stroke": None}
    assert all(HEX.fullmatch(code) for code in column(table, "true"))
    assert all(re.fullmatch(r"[a-z ]+", word) for word in column(table, "name"))


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
        likely = 0.5 * (r * (1 - g / 2 - b / 2)) ** 10 if row["label"] == "red" else 0.5 * (hsv[1] * hsv[2]) ** 100
        assert row["probability"] == pytest.approx(likely, abs=1e-12)
        levels = [int(row["true"][i : i + 2], 16) for i in (1, 3, 5)]
        assert levels == pytest.approx([255 * c for c in (r, g, b)], abs=0.51)
    for label in ("red", "vibrant"):
        at = [row["x"] for row in table.to_pylist() if row["label"] == label and row["trained"]]
        steps = [10.0 * k for k in range(-18, 19)] if axis == "hue" else [k / 9 for k in range(10)]
        assert at == pytest.approx(steps)
        assert len(at) == (hues + 1 if axis == "hue" else saturations)
        assert sum(row["written"] for row in table.to_pylist() if row["label"] == label) == 1


# --- batches -------------------------------------------------------------------------------------


def test_a_batch_is_eight_by_eight_and_marks_who_carries_what() -> None:
    red, vibrant = np.zeros((2, BATCH), np.float32)
    red[[0, 9]] = vibrant[[9, 63]] = 1
    rows = batch.table(MANY.rgb[0], red, vibrant).to_pylist()
    patches = [row for row in rows if not row["badge"]]
    assert [(row["x"], row["y"]) for row in patches] == [(k % 8 + 0.5, k // 8 + 0.5) for k in range(64)]
    badges = [(row["badge"], row["x"], row["y"], row["labels"]) for row in rows if row["badge"]]
    assert badges == [
        ("red", 0.5, 0.5, "red"),
        ("red", pytest.approx(1.3), 1.5, "red and vibrant"),  # beside each other
        ("vibrant", pytest.approx(1.7), 1.5, "red and vibrant"),
        ("vibrant", 7.5, 7.5, "vibrant"),
    ]
    assert [row["labels"] for row in patches].count("no label") == 61


def test_a_label_is_told_by_shape_and_letter() -> None:
    marks = [layer["mark"] for layer in batch.spec()["layer"][1:]]
    assert [mark["shape"] for mark in marks if mark["type"] == "point"] == ["circle", "diamond"]
    assert [mark["text"] for mark in marks if mark["type"] == "text"] == ["R", "V"]


def test_bars_are_the_labels_of_the_last_hundred_batches() -> None:
    rows = batch.empty_batches_table(MANY).to_pylist()
    for name, positive in (("red", MANY.positives("red")), ("vibrant", MANY.positives("vibrant"))):
        mine = [row for row in rows if row["label"] == name]
        assert [row["number"] for row in mine] == list(range(51, 151))
        assert [row["batch"] for row in mine] == list(range(1, BLOCK + 1))
        assert [row["count"] for row in mine] == [sum(map(float, each)) for each in positive[50:]]
        assert all(row["to"] - row["from"] == min(row["count"], batch.MOST) for row in mine)
    assert batch.empty_batches_table(stream(3, 0)).num_rows == 0
    assert len(batch.empty_batches_table(stream(3, 7))) == 14


def test_positives_are_the_last_who_got_a_label_and_crosses_those_of_the_noise() -> None:
    rows = batch.positives_table(MANY, MADE).to_pylist()
    for k, (label, positive) in enumerate(zip(LABELS, MANY.labels, strict=True)):
        mine = [row for row in rows if row["label"] == label.name]
        who = [(b, i) for b in range(149, -1, -1) for i in range(63, -1, -1) if positive[b, i]]
        who = who[: batch.ACROSS * batch.DOWN]
        assert len(mine) == len(who)
        assert [row["why"] == "the noise" for row in mine] == [bool(MADE[k][at]) for at in who]
        for row, at in zip(mine, who, strict=True):
            assert [int(row["true"][i : i + 2], 16) for i in (1, 3, 5)] == pytest.approx(
                255 * MANY.rgb[at].astype(float), abs=0.51
            )
    places = {(row["x"], row["y"]) for row in rows}
    assert len(places) == len(rows)
    assert {row["why"] for row in rows} == {"the noise", "its color"}


def test_nobody_carries_anything_in_no_batch() -> None:
    empty = Batches(MANY.rgb[:0], MANY.labels[:, :0])
    assert batch.positives_table(empty, (MADE[0][:0], MADE[1][:0])).num_rows == 0


# --- tolerance -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", METRICS)
def test_points_are_runs_and_the_line_their_median(name: Metric) -> None:
    rows = runs(name).to_pylist()
    points = [row for row in rows if row["kind"] == "run"]
    middles = {row["noise"]: row["figure"] for row in rows if row["kind"] == "median"}
    if name == "unsound":
        assert points == []
        assert middles == {0.0: 0.0, 0.5: pytest.approx(2 / 3)}
        return
    assert [(row["noise"], int(row["seed"]), row["figure"]) for row in points] == list(
        zip(NOISE, SEEDS, FIGURES, strict=True)
    )
    assert [row["state"] for row in points] == ["not sound" if each else "sound" for each in CAUSES]
    assert points[-1]["words"] == "grays in the hue plane, wheel rotated"
    assert middles == {0.0: median(FIGURES[:3]), 0.5: median(FIGURES[3:])}


def test_before_the_first_run_there_are_axes_and_no_point() -> None:
    rows = robustness.table("red_cosine", [], [], [], [], "the limit").to_pylist()
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


def test_a_scene_has_balls_of_its_own_size() -> None:
    panel = hsv_panel("", [[0, 1, 1]])
    assert settings_of(to_html(Scene((panel,), HSV_VIEWS, radius=0.5), "key", 100))["radius"] == 0.5


# --- the picked color -----------------------------------------------------------------------------


def test_the_picked_color_is_marked_on_each_of_its_patches_and_nowhere_else() -> None:
    rgb = np.zeros((64, 3), np.float32)
    rgb[[3, 40]] = (1, 0.5, 0)
    rows = batch.table(rgb, np.zeros(64), (np.arange(64) == 3).astype(np.float32))
    marked = batch.mark(rows, "#ff8000", 7).to_pylist()
    # The one with a label has a row more, for its badge, at the same place.
    places = {(row["left"], row["right"], row["top"], row["bottom"]) for row in marked}
    rounded = {tuple(round(value, 9) for value in place) for place in places}
    assert rounded == {(3.04, 3.96, 0.04, 0.96), (0.04, 0.96, 5.04, 5.96)}
    assert {(row["true"], row["turn"]) for row in marked} == {("#ff8000", 7)}
    for shown, code in ((rows, "#00ff00"), (rows, None), (rows.slice(0, 0), "#ff8000")):
        (row,) = batch.mark(shown, code, 8).to_pylist()
        assert (row["true"], row["turn"], row["all"]) == (None, 8, 1)


def test_the_picked_colors_probabilities_are_its_own() -> None:
    pale = ("#ff8080", 0, 127 / 255)
    for code, hue, saturation in (("#ff0000", 0, 1), ("#ff8000", 30, 1), ("#0000ff", -120, 1), pale):
        red, vibrant = label_probabilities(exact_rgb(code))
        for axis, x in (("hue", hue), ("saturation", saturation)):
            rows = label_probability.mark(axis, code, 1).to_pylist()
            assert [row["probability"] for row in rows] == pytest.approx([red, vibrant])
            assert [row["x"] for row in rows] == pytest.approx([x, x])

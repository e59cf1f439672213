"""The picked color in the charts: what a click gives, and where it is marked."""

from __future__ import annotations

import colorsys

import numpy as np
import pyarrow as pa
import pytest

from excolor.charts import batch, brightness, curves, label_probability, latents, patches
from excolor.charts.base import PICK
from excolor.color import exact_rgb
from excolor.data import label_probabilities
from tests.support.charts import ANSWERS, HEX, fields, layers, texts

every_chart = pytest.mark.parametrize("name", ANSWERS)


def marks(name: str, code: str | None) -> pa.Table:
    """The rows that mark a color in a chart, after it was picked as the third."""
    if name == "patches":
        return patches.mark(code, 3)
    if name == "brightness":
        return brightness.mark(code, np.full(3, 0.4, np.float32), 3)
    if name.startswith("curves"):
        return curves.mark(curves.AXES[[f"curves {axis}" for axis in curves.AXES].index(name)], code, 0.04, 3)
    view = latents.VIEWS[[f"latents {view}" for view in latents.VIEWS].index(name)]
    return latents.mark(view, code, np.array([0.1, 0.2, 0.3, -0.4], np.float32), 3)


@every_chart
def test_a_click_gives_the_color_and_the_count_that_comes_with_the_mark(name: str) -> None:
    (picking,) = ANSWERS[name][0]()["params"]
    assert picking["name"] == PICK
    assert picking["select"]["fields"] == ["true", "turn"]
    ((_encoding, layer),) = [each for each in layers(ANSWERS[name][0]()) if each[1].get("name") in picking["views"]]
    (looked_up,) = [each for each in layer["transform"] if "lookup" in each]
    assert looked_up["from"] == {"data": {"name": "mark"}, "key": "all", "fields": ["turn"]}
    table = marks(name, None)
    assert set(table.column("all").to_pylist()) == {1}
    assert set(table.column("turn").to_pylist()) == {3}
    for code in texts(ANSWERS[name][1](), "true"):
        assert not code or HEX.fullmatch(code)


@every_chart
def test_a_mark_is_drawn_from_its_rows_in_black_and_white_and_nothing_is_drawn_without_one(name: str) -> None:
    ringing = [(e, layer) for e, layer in layers(ANSWERS[name][0]()) if layer["data"] == {"name": "mark"}]
    table = marks(name, "#ff8000")
    assert {layer["mark"]["stroke"] for _, layer in ringing} == {"#000000", "#ffffff"}
    for encoding, layer in ringing:
        assert {definition["field"] for _, definition in fields(encoding)} <= set(table.column_names)
        assert layer["transform"] == [{"filter": "isValid(datum.true)"}]
    assert set(texts(table, "true")) == {"#ff8000"}
    assert marks(name, None).column("true").null_count == len(table)
    assert marks(name, None).schema == table.schema


def test_a_mark_is_where_its_color_is() -> None:
    code = "#ff8000"  # orange itself, which it rounds
    hue = 30
    (orange,) = marks("patches", code).to_pylist()
    assert (orange["x"], orange["x2"]) == (30, 45)
    there = [row for row in ANSWERS["patches"][1]().to_pylist() if (row["x"], row["y"]) == (orange["x"], orange["y"])]
    assert [row["true"] for row in there] == [code]
    for axis, place in (("hue", hue), ("saturation", 1), ("value", 1)):
        (row,) = marks(f"curves {axis}", code).to_pylist()
        assert (row["x"], row["mse"]) == (pytest.approx(place), 0.04)
    own, answer = marks("brightness", code).to_pylist()
    assert own["hue"] == answer["hue"] == pytest.approx(hue)
    assert own["brightness"] == pytest.approx(0.5)
    assert answer["brightness"] == pytest.approx(0.4)
    for view in latents.VIEWS:
        (row,) = marks(f"latents {view}", code).to_pylist()
        assert (row["x"], row["y"]) == pytest.approx([(0.1, 0.2, 0.3, -0.4)[dim] for dim in view])
    for axis, value in zip(curves.AXES, colorsys.rgb_to_hsv(0x20 / 255, 0x40 / 255, 0x60 / 255), strict=True):
        (row,) = curves.mark(axis, "#204060", 0.1, 0).to_pylist()
        assert row["x"] == pytest.approx(value * (360 if axis == "hue" else 1))
    (row,) = latents.mark((2, 3), code, np.array([0.6, 0.8], np.float32), 0).to_pylist()
    assert (row["x"], row["y"]) == (0, 0)  # dims that the model does not have


def test_the_picked_color_is_marked_on_each_of_its_patches_and_nowhere_else() -> None:
    rgb = np.zeros((64, 3), np.float32)
    rgb[[3, 40]] = (1, 0.5, 0)
    rows = batch.table(rgb, np.outer([0, 1, 0], np.arange(64) == 3))
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
        likely = label_probabilities(exact_rgb(code))
        for axis, x in (("hue", hue), ("saturation", saturation)):
            rows = label_probability.mark(axis, code, 1).to_pylist()
            assert [row["probability"] for row in rows] == pytest.approx(list(likely))
            assert [row["x"] for row in rows] == pytest.approx([x] * len(likely))

"""The charts of the regularizers, against closed forms, finite differences and the schedule; who carries a label."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from excolor.charts import gradients, keyframes
from excolor.charts.base import GROUND
from excolor.color import rgb_to_hsv
from excolor.data import LABELS, expected_positives, training_set
from excolor.losses import Label
from excolor.schedule import SHIPPED, find
from excolor.ui.words import chance, number
from tests.support.charts import PUBLISHED, ROBUST, layers

every_term = pytest.mark.parametrize("name", gradients.NAMES)
FROM_THE_SIDE = ("planarity", "neutrality")  # of the plane, which is then a line
every_schedule = pytest.mark.parametrize(("chosen", "other"), [(ROBUST, PUBLISHED), (PUBLISHED, ROBUST)])


@every_term
def test_a_slider_moves_both_charts(name: str) -> None:
    spec, moved = gradients.spec(name), gradients.control(name)
    (param,) = spec["params"]
    assert (param["name"], param["value"]) == ("control", moved.start)
    assert param["bind"] == {
        "input": "range",
        "min": moved.low,
        "max": moved.high,
        "step": moved.step,
        "name": moved.name,
    }
    for view in spec["vconcat"]:
        assert any("control" in json.dumps(layer.get("transform", [])) for layer in view["layer"])
    # Of all positions exactly one row of each sample passes the filter, rounding or not.
    table = gradients.table(name, number)
    at = np.array([row["at"] for row in table.to_pylist() if row["kind"] == "sample" and row["first"]])
    for position in np.arange(moved.low, moved.high + moved.step / 2, moved.step):
        assert (abs(at - position) < moved.step / 4).sum() == 1
    assert moved.start in np.round(at, 9)


@every_term
def test_the_picture_is_a_round_circle_on_the_ground_in_line_with_its_curve(name: str) -> None:
    picture, curve = gradients.spec(name)["vconcat"]
    assert picture["width"] == picture["height"] == curve["width"]
    assert picture["view"] == {"fill": GROUND, "stroke": None}
    assert len({tuple(e[a]["scale"]["domain"]) for e, _ in layers(picture) for a in "xy" if "scale" in e[a]}) == 1
    rim = [(row["x"], row["y"]) for row in gradients.table(name, number).to_pylist() if row["kind"] == "rim"]
    assert np.hypot(*zip(*rim, strict=True)) == pytest.approx(np.ones(len(rim)))
    titles = [next(e[a]["title"] for e, _ in layers(picture) if "title" in e[a]) for a in "xy"]
    assert titles == {"planarity": ["u₁", "u₂"], "neutrality": ["u₁", "u₂"], "unitarity": ["z₁", "z₀"]}.get(
        name, ["u₁", "u₀"]
    )


# --- the push, against closed forms --------------------------------------------------------------


def test_anchor_is_the_squared_chord_and_pushes_along_the_circle_to_the_top() -> None:
    effect = gradients.effect("anchor")
    angle = np.radians(effect.positions)
    top = np.stack([np.sin(angle), np.cos(angle)], -1)
    assert effect.samples[:, 0] == pytest.approx(top)
    assert effect.value == pytest.approx(2 - 2 * np.cos(angle))
    # −d/dθ (2 − 2 cos θ) = −2 sin θ, in the direction of growing θ, which is (cos θ, −sin θ).
    along = np.stack([np.cos(angle), -np.sin(angle)], -1)
    assert effect.pushes[:, 0] == pytest.approx(-2 * np.sin(angle)[:, None] * along)


def test_planarity_is_the_squared_sine_and_pushes_along_the_circle_to_the_plane() -> None:
    effect = gradients.effect("planarity")
    height = np.radians(effect.positions)
    assert effect.samples[:, 0] == pytest.approx(np.stack([np.cos(height), np.sin(height)], -1))
    assert effect.value == pytest.approx(np.sin(height) ** 2)
    upwards = np.stack([-np.sin(height), np.cos(height)], -1)
    assert effect.pushes[:, 0] == pytest.approx(-np.sin(2 * height)[:, None] * upwards)


def test_neutrality_is_the_squared_cosine_and_pushes_along_the_circle_out_of_the_plane() -> None:
    effect = gradients.effect("neutrality")
    height = np.radians(effect.positions)
    assert effect.samples[:, 0] == pytest.approx(np.stack([np.cos(height), np.sin(height)], -1))
    assert effect.value == pytest.approx(np.cos(height) ** 2)
    upwards = np.stack([-np.sin(height), np.cos(height)], -1)
    assert effect.pushes[:, 0] == pytest.approx(np.sin(2 * height)[:, None] * upwards)
    # Its sample carries its label: a gray.
    fills = {row["fill"] for row in gradients.table("neutrality", number).to_pylist() if row["kind"] == "sample"}
    assert fills == {"#808080"}


def test_separate_is_a_power_of_the_cosine_and_pushes_both_apart() -> None:
    effect = gradients.effect("separate")
    angle = np.radians(effect.positions)
    first, second = effect.samples[:, 0], effect.samples[:, 1]
    assert (first * second).sum(-1) == pytest.approx(np.cos(angle))
    assert effect.value == pytest.approx(((1 + np.cos(angle)) / 2) ** 100, rel=1e-9)
    # The mean of the two values is v = ((1 + cos θ)/2)¹⁰⁰, and moving either sample alone changes θ:
    # dv/dθ = −50 ((1 + cos θ)/2)⁹⁹ sin θ.
    hard = 50 * ((1 + np.cos(angle)) / 2) ** 99 * np.sin(angle)
    assert effect.strength == pytest.approx(hard, rel=1e-9)
    assert np.hypot(*np.moveaxis(effect.pushes[:, 1], -1, 0)) == pytest.approx(hard, rel=1e-9)
    assert (effect.pushes[:, 0, 0] < 0).all()  # the left one to the left
    assert effect.pushes[:, 1] == pytest.approx(effect.pushes[:, 0] * [-1, 1])


def test_unitarity_is_a_parabola_and_pushes_to_the_circle() -> None:
    effect = gradients.effect("unitarity")
    length = np.hypot(*np.moveaxis(effect.samples[:, 0], -1, 0))
    assert length == pytest.approx(effect.positions)
    assert effect.value == pytest.approx((effect.positions - 1) ** 2)
    outwards = effect.samples[:, 0] / length[:, None]
    assert effect.pushes[:, 0] == pytest.approx(-2 * (effect.positions - 1)[:, None] * outwards)


@given(
    st.sampled_from(gradients.NAMES), st.floats(-3, 3), st.floats(0.05, 3), st.sampled_from([(1, 0), (1, 2), (2, 3)])
)
def test_a_push_is_minus_the_slope_along_the_way_it_points(
    name: str, angle: float, apart: float, dims: tuple[int, int]
) -> None:
    # By central differences of the library's loss, two samples on the circle; the first is moved along it.
    def points(at: float) -> NDArray[np.float64]:
        return np.array([[math.sin(a), math.cos(a)] for a in (at, angle + apart)])

    def value(at: NDArray[np.float64]) -> float:
        latent = torch.zeros(2, 4, dtype=torch.float64)
        latent[:, dims] = torch.as_tensor(at)
        return float(gradients.term(name).loss(latent).mean())

    h = 1e-5
    _, (force, _) = gradients.negative_gradient(name, points(angle), dims)
    along = np.array([math.cos(angle), -math.sin(angle)])
    slope = (value(points(angle + h)) - value(points(angle - h))) / (2 * h)
    assert force @ along == pytest.approx(-slope, abs=1e-6)
    if name != "unitarity":
        assert force @ points(angle)[0] == pytest.approx(0, abs=1e-12)  # u has no length to change


@every_term
def test_arrows_are_the_pushes_on_one_scale(name: str) -> None:
    rows = gradients.table(name, number).to_pylist()
    effect = gradients.effect(name)
    samples = [row for row in rows if row["kind"] == "sample"]
    drawn = np.array([(row["x2"] - row["x"], row["y2"] - row["y"]) for row in samples])
    pushes = effect.pushes.reshape(-1, 2)
    assert drawn == pytest.approx(pushes * 0.5 / effect.strength.max())
    assert np.hypot(*drawn.T).max() == pytest.approx(0.5)
    (measure,) = (row for row in rows if row["kind"] == "measure")
    length = float(measure["text"].removeprefix("push "))
    assert measure["x2"] - measure["x"] == pytest.approx(length * 0.5 / effect.strength.max())
    for row, (dx, dy) in zip(samples, drawn, strict=True):
        assert row["pushed"] == (np.hypot(dx, dy) > 5e-4)
        if row["pushed"]:  # a head points up at 0°, and is turned clockwise
            turn = math.radians(row["turn"])
            assert (math.sin(turn), math.cos(turn)) == pytest.approx((dx, dy) / np.hypot(dx, dy))
    for row in rows:
        if row["kind"] == "field":
            dims = (1, 2) if name in FROM_THE_SIDE else (1, 0)
            _, (force,) = gradients.negative_gradient(name, np.array([[row["x"], row["y"]]]), dims)
            assert (row["x2"] - row["x"], row["y2"] - row["y"]) == pytest.approx(force * 0.5 / effect.strength.max())


@every_term
def test_what_is_written_is_what_is_drawn(name: str) -> None:
    effect = gradients.effect(name)
    rows = [row for row in gradients.table(name, number).to_pylist() if row["kind"] == "sample" and row["first"]]
    assert [row["at"] for row in rows] == effect.positions.tolist()
    for row, value, strength in zip(rows, effect.value, effect.strength, strict=True):
        assert row["value"] == value
        # What is zero but for rounding is written as zero.
        assert row["value_text"] == number(round(value, 15))
        assert row["push_text"] == number(round(strength, 15))
        written = float(re.sub(r"[^\d.−]", "", row["where"]).replace("−", "-"))
        assert written == pytest.approx(row["at"])
        assert row["where"].endswith("°") is (name != "unitarity")


def test_where_a_term_is_zero_is_marked() -> None:
    for name in gradients.NAMES:
        rows = gradients.table(name, number).to_pylist()
        for zero in (row for row in rows if row["kind"] == "zero"):
            for x, y in {(zero["x"], zero["y"]), (zero["x2"] or zero["x"], zero["y2"] or zero["y"])}:
                point = np.array([[x, y]]) / np.hypot(x, y)
                value, force = gradients.negative_gradient(name, point, (1, 2) if name in FROM_THE_SIDE else (1, 0))
                assert value == pytest.approx(0, abs=1e-12)
                assert force == pytest.approx(0, abs=1e-12)


# --- the schedule --------------------------------------------------------------------------------


@every_schedule
def test_the_sheet_has_the_values_of_the_schedule_at_every_step_drawn(chosen: Any, other: Any) -> None:
    rows = keyframes.table(chosen, (other,), number).to_pylist()
    tracks = {row["text"]: row["y"] for row in rows if row["kind"] == "name"}
    assert list(tracks) == [
        "learning rate",
        *(f"weight of {t}" for t in ("anchor", "planarity", "separate", "unitarity")),
    ]
    assert list(tracks.values()) == sorted(tracks.values())
    every = [track for name in SHIPPED for track in find(name).tracks]  # the largest of any sheet
    ends = dict.fromkeys(keyframes.TRACKS, max(max(each.values) for each in every if each.parameter != "lr"))
    ends["lr"] = max(max(each.values) for each in every if each.parameter == "lr")
    for rank, schedule in (("front", chosen), ("back", other)):
        for i, parameter in enumerate(keyframes.TRACKS):
            mine = [
                row for row in rows if row["kind"] == "value" and row["rank"] == rank and row["parameter"] == parameter
            ]
            assert [row["at"] for row in mine] == list(range(0, 3001, 10))
            for row in mine:
                value = schedule.at(row["at"])[parameter]
                assert row["text"] == number(value)
                assert row["y"] == pytest.approx(list(tracks.values())[i] + 1 - value / ends[parameter])


@every_schedule
def test_the_keys_are_the_filled_cells_of_the_chosen_sheet(chosen: Any, other: Any) -> None:
    rows = keyframes.table(chosen, (other,), number).to_pylist()
    keys = [row for row in rows if row["kind"] == "key"]
    cells = [cell for line in chosen.text.splitlines()[1:] for cell in line.split(",")[3:] if cell]
    assert len(keys) == len(cells)
    for row in keys:
        written, _, step = row["text"].partition(" at step ")
        assert float(step.replace(",", "")) == row["at"]
        assert written in {number(float(cell)) for cell in cells}
        on_line = [r["y"] for r in rows if r["kind"] == "value" and r["rank"] == "front" and r["at"] == row["at"]]
        assert any(row["y"] == pytest.approx(y) for y in on_line)


def test_the_pointer_and_a_slider_choose_the_step() -> None:
    (param,) = keyframes.spec()["params"]
    assert param["name"] == "pointer"
    assert param["select"]["nearest"] is True
    assert param["bind"] == {"input": "range", "min": 0, "max": 3000, "step": 10, "name": "Step"}
    assert param["value"] == [{"at": keyframes.START}]
    assert keyframes.START in keyframes.steps_of(3000)
    # What it is the nearest of stands at one height: only the distance along the steps counts.
    (cells,) = (layer for layer in keyframes.spec()["layer"] if layer.get("name") in param["views"])
    assert cells["encoding"]["y"] == {"value": 0}


@pytest.mark.parametrize("parameter", keyframes.TRACKS[1:])
@every_schedule
def test_a_weight_is_that_of_the_schedule_with_the_chosen_one_in_front(parameter: str, chosen: Any, other: Any) -> None:
    rows = keyframes.weight_table(parameter, chosen, (other,)).to_pylist()
    for rank, schedule in (("front", chosen), ("back", other)):
        mine = [row for row in rows if row["schedule"] == schedule.name]
        assert {row["rank"] for row in mine if not row["name"]} == {rank}
        drawn = [(row["step"], row["weight"]) for row in mine if not row["name"]]
        assert [step for step, _ in drawn] == list(range(0, 3001, 10))
        assert [weight for _, weight in drawn] == [schedule.at(step)[parameter] for step, _ in drawn]
        assert sum(row["name"] for row in mine) == 1


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=1, max_size=2))
def test_a_name_stands_on_no_line_and_on_no_other_name(bumps: list[list[float]]) -> None:
    x = np.linspace(0, 1, 301)
    lines = np.stack([top * np.exp(-(((x - middle) / (0.2 + wide)) ** 2)) for top, middle, wide in bumps])
    places = keyframes.name_places(lines, 1.0)
    assert len(places) == len(lines)
    for i, (at, height) in enumerate(places):
        assert 0.07 < height <= 1
        assert abs(lines[i, at - 21 : at + 22] - height).min() >= 0.07


def test_the_names_of_lines_that_are_one_stand_apart() -> None:
    places = keyframes.name_places(np.zeros((2, 301)), 1.0)
    (at, height), (other_at, other_height) = places
    assert abs(at - other_at) > 2 * 21 or abs(height - other_height) >= 0.08


# --- who carries a label -------------------------------------------------------------------------


def likely(label: Label, rgb: list[float]) -> float:
    """docs/experiment.md, "Training set": ½·redness¹⁰, ½·vibrancy¹⁰⁰ and ½·(1 − vibrancy)¹⁰, in plain Python."""
    r, g, b = rgb
    if label == "red":
        return (r * (1 - g / 2 - b / 2)) ** 10 / 2
    _, s, v = rgb_to_hsv([rgb])[0].tolist()
    return (s * v) ** 100 / 2 if label == "vibrant" else (1 - s * v) ** 10 / 2


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.name)
def test_positives_are_counted_exactly(label: Label) -> None:
    colors, drawn = training_set()
    share = math.fsum(p * likely(label.name, rgb) for p, rgb in zip(drawn.tolist(), colors.tolist(), strict=True))
    found = expected_positives(label)
    assert found.per_batch == pytest.approx(64 * share)
    assert found.without == pytest.approx(math.exp(64 * math.log1p(-share)))


@pytest.mark.parametrize(
    ("value", "words"), [(0.5, "50 %"), (0.0281, "2.8 %"), (5e-4, "0.050 %"), (3e-6, "almost never"), (0.0, "never")]
)
def test_a_chance_in_words(value: float, words: str) -> None:
    assert chance(value) == words

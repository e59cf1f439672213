"""The charts of the regularizers, against closed forms, finite differences and the schedule; who carries a label."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from excolor.charts import at_work, gradients, keyframes
from excolor.color import rgb_to_hsv
from excolor.data import LABELS, expected_positives, training_set
from excolor.losses import TERMS, Label, Term
from excolor.ui.words import chance, number
from tests.support.charts import OWN, OWN_AXES, PUBLISHED, ROBUST, at_the_start, layers

every_term = pytest.mark.parametrize("name", gradients.NAMES)
every_schedule = pytest.mark.parametrize(("chosen", "other"), [(ROBUST, PUBLISHED), (PUBLISHED, ROBUST)])


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
    # Each is pushed away from the other: against the way to it.
    assert ((effect.pushes[:, 0] * (second - first)).sum(-1) < 0).all()
    assert ((effect.pushes[:, 1] * (first - second)).sum(-1) < 0).all()


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
def test_the_curves_are_of_the_values_and_pushes_that_are_written(name: str) -> None:
    effect, rows = gradients.effect(name), gradients.table(name, number).to_pylist()
    for of, values in (("value", effect.value), ("push", effect.strength)):
        assert [row[of] for row in rows] == values.tolist()
        # What is zero but for rounding is written as zero.
        assert [row[f"{of} text"] for row in rows] == [number(round(value, 15)) for value in values]
        drawn = [encoding["y"] for encoding, _ in layers(gradients.spec(name)) if encoding["y"]["field"] == of]
        assert all(0 <= values.min() <= values.max() <= each["scale"]["domain"][1] + 1e-9 for each in drawn)


# --- at work on a batch --------------------------------------------------------------------------


@pytest.mark.parametrize("dims", at_work.VIEWS)
@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_every_sample_is_drawn_with_its_push_on_one_scale(term: Term, dims: tuple[int, int]) -> None:
    work = at_the_start(term.name)
    rows = at_work.table(work, term.label is not None, dims, number).to_pylist()
    samples = [row for row in rows if row["kind"] in ("carrier", "other")]
    assert len(samples) == 64
    carriers = int(work.carriers.sum()) if term.label else 0
    assert [row["kind"] for row in samples].count("carrier") == carriers
    assert [row["label"] for row in samples].count("yes") == (carriers if term.label else 64)
    found = {(row["x"], row["y"]): (row["x2"] - row["x"], row["y2"] - row["y"]) for row in samples}
    assert work.strength.max() > 0
    scale = at_work.LONGEST * at_work.reach(work) / at_work.REACH / work.strength.max()
    for latent, force in zip(work.latents, work.pushes, strict=True):
        assert found[(latent[dims[0]], latent[dims[1]])] == pytest.approx(force[list(dims)] * scale, abs=1e-12)
    (measure,) = (row for row in rows if row["kind"] == "measure")
    assert measure["x2"] - measure["x"] == pytest.approx(float(measure["push"].removeprefix("push ")) * scale)
    for row in rows:
        way = row["x2"] - row["x"], row["y2"] - row["y"]
        if row["pushed"]:  # a head points up at 0°, and is turned clockwise
            turn = math.radians(row["turn"])
            assert (math.sin(turn), math.cos(turn)) == pytest.approx(way / np.hypot(*way))


def test_a_batch_in_which_nobody_is_pushed_has_no_arrows_and_no_scale() -> None:
    work = at_the_start("anchor")
    silent = replace(work, carriers=np.zeros(64, bool), pushes=np.zeros_like(work.pushes))
    rows = at_work.table(silent, True, (1, 0), number).to_pylist()
    assert not any(row["pushed"] for row in rows)
    assert "measure" not in {row["kind"] for row in rows}
    assert all(row["x2"] == row["x"] and row["y2"] == row["y"] for row in rows if row["kind"] == "other")


@pytest.mark.parametrize(("most", "times"), [(0.2, 1), (1.29, 1), (1.31, 2), (2.59, 2), (5.0, 4)])
def test_a_picture_has_room_for_all_latents(most: float, times: int) -> None:
    work = at_the_start("unitarity")
    far = replace(work, latents=work.latents / np.abs(work.latents).max() * most)
    assert at_work.reach(far) == pytest.approx(1.4 * times)


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
    ends = {"lr": 0.17} | dict.fromkeys(keyframes.TRACKS[1:], 0.14)  # the largest of any shipped sheet: those of clean
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


def test_another_schedule_is_stretched_over_the_axes_and_they_have_room_for_it() -> None:
    rows = keyframes.table_for(OWN_AXES, OWN, (ROBUST,), number).to_pylist()
    assert OWN_AXES.tracks == (*keyframes.TRACKS, "reg-neutral")
    assert (OWN_AXES.rate, OWN_AXES.weight) == pytest.approx((4 * 0.17, 4 * 0.14))  # for 0.4 and 0.5
    assert [row["at"] for row in rows if row["kind"] == "key"] == [0, 3000, 0, 3000]
    assert {row["text"] for row in rows if row["kind"] == "key"} >= {"0.40 at step 500", "0.10 at step 500"}
    middle = {
        row["parameter"]: row["text"]
        for row in rows
        if row["kind"] == "value" and row["rank"] == "front" and row["at"] == 1500
    }
    # Half-way by minimum jerk is the mean; the geometric one in log space. A weight without a column is 0.
    assert middle["lr"] == number(0.2)
    assert middle["reg-neutral"] == number((0.5 * 0.1) ** 0.5)
    assert middle["reg-unit"] == "0"


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


# --- who carries a label -------------------------------------------------------------------------


def likely(label: Label, rgb: list[float]) -> float:
    """docs/experiment.md, "Training set": ½·redness¹⁰, ½·vibrancy¹⁰⁰ and ½·(1 − vibrancy)¹⁰, in plain Python."""
    r, g, b = rgb
    if label == "red":
        return (r * (1 - g / 2 - b / 2)) ** 10 / 2
    _, s, v = rgb_to_hsv([rgb])[0].tolist()
    if label == "desaturated":
        return (1 - s * v) ** 10 / 2
    return (s * v) ** 100 / 2


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

"""The regularizers against analytic values and a plain double loop."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from excolor.color import redness, vibrancy
from excolor.losses import (
    DESATURATED,
    EXPERIMENT,
    PLANE,
    RED,
    TERMS,
    VIBRANT,
    anchor,
    labeled_mean,
    neutrality,
    planarity,
    separate,
    unitarity,
)
from excolor.training import LOSSES

pytestmark = pytest.mark.numerical


def unit_vectors(n: int, d: int, seed: int) -> Tensor:
    drawn = torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return drawn / drawn.norm(dim=-1, keepdim=True)


@pytest.mark.parametrize(
    ("z", "value"),
    [
        ([0, 1, 0, 0], 0),
        ([0.6, 0, -0.8, 0], 0),
        ([0, 0, 0, 0], 1),
        ([3, 4, 0, 0], 16),
        ([0.5, 0, 0, 0], 0.25),
    ],
)
def test_unitarity(z: list[float], value: float) -> None:
    assert unitarity(torch.tensor([z], dtype=torch.float64)).tolist() == pytest.approx([value], abs=1e-12)


@given(st.floats(0, 2 * math.pi), st.integers(2, 6))
def test_anchor_is_the_squared_chord(angle: float, d: int) -> None:
    u = torch.zeros(1, d, dtype=torch.float64)
    u[0, 0], u[0, -1] = math.cos(angle), math.sin(angle)
    # ‖u − e₁‖² = 2 − 2 cos: aligned 0, at right angles 2, opposite 4.
    assert anchor(u).item() == pytest.approx(2 - 2 * math.cos(angle), abs=1e-12)


@given(st.floats(0, 2 * math.pi))
def test_planarity_is_the_squared_height_over_the_plane(angle: float) -> None:
    u = torch.tensor([[0, math.cos(angle), math.sin(angle) * 0.6, math.sin(angle) * 0.8]], dtype=torch.float64)
    assert planarity(u).item() == pytest.approx(math.sin(angle) ** 2, abs=1e-12)


def test_planarity_in_the_plane_and_at_right_angles() -> None:
    u = torch.tensor([[0.6, 0.8, 0, 0], [0, 0, 0, 1], [0, 0, 0.6, -0.8]])
    assert planarity(u).tolist() == pytest.approx([0, 1, 1])
    assert planarity(torch.tensor([[0.6, 0.8]])).tolist() == [0]  # two dims are all plane


@given(st.integers(2, 6), st.integers(0, 100))
def test_neutrality_is_what_planarity_leaves_of_a_unit_length(d: int, seed: int) -> None:
    u = unit_vectors(5, d, seed)
    assert neutrality(u).tolist() == pytest.approx((1 - planarity(u)).tolist(), abs=1e-12)


def test_neutrality_in_the_plane_and_at_right_angles() -> None:
    u = torch.tensor([[0.6, 0.8, 0, 0], [0, 0, 0, 1], [0.6, 0, 0, -0.8], [0, 0, 0, 0]])
    assert neutrality(u).tolist() == pytest.approx([1, 0, 0.36, 0])
    assert neutrality(torch.tensor([[0.6, 0.8]])).tolist() == pytest.approx([1])  # two dims have no way out


@pytest.mark.parametrize(
    ("degrees", "value"), [(180, 0), (90, 2.0**-100), (60, 0.75**100), (10, 0.9924038765061041**100)]
)
def test_separate_of_one_pair(degrees: float, value: float) -> None:
    angle = math.radians(degrees)
    u = torch.tensor([[1, 0], [math.cos(angle), math.sin(angle)]], dtype=torch.float64)
    # (1 + cos θ)/2 = cos²(θ/2): opposite 0, at right angles ½, at 60° ¾.
    assert separate(u).tolist() == pytest.approx([value, value], rel=1e-9, abs=1e-60)


@pytest.mark.parametrize(("n", "d", "seed"), [(1, 4, 0), (2, 2, 1), (30, 2, 2), (64, 4, 3), (20, 6, 4)])
def test_separate_is_the_double_sum(n: int, d: int, seed: int) -> None:
    u = unit_vectors(n, d, seed)
    u[n // 2] = u[0]  # a color drawn twice
    rows = u.tolist()
    expected: list[float] = []
    for i, a in enumerate(rows):
        total = 0.0
        for j, b in enumerate(rows):
            cosine = sum(x * y for x, y in zip(a, b, strict=True))
            if j != i and abs(cosine - 1) > 1e-5:
                total += ((1 + cosine) / 2) ** 100
        expected.append(total)
    assert separate(u).tolist() == pytest.approx(expected, rel=1e-9)
    assert separate(u.float()).tolist() == pytest.approx(expected, rel=1e-3, abs=1e-12)


def test_separate_does_not_count_the_same_color_drawn_twice() -> None:
    # 1 − cos θ is 0.5e-5 for the first pair and 2e-5 for the second: within the margin, and outside it.
    for gap, counts in ((0.5e-5, 0.0), (2e-5, (1 - 1e-5) ** 100)):
        cosine = 1 - gap
        u = torch.tensor([[1, 0], [cosine, math.sqrt(1 - cosine**2)]], dtype=torch.float64, requires_grad=True)
        values = separate(u)
        assert values.tolist() == pytest.approx([counts, counts], rel=1e-9)
        (gradient,) = torch.autograd.grad(values.sum(), u)
        assert bool((gradient != 0).any()) is (counts > 0)
    assert separate(torch.tensor([[0.6, 0.8]] * 64)).tolist() == [0] * 64


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.booleans()), min_size=1, max_size=70))
def test_labeled_mean_is_the_mean_over_those_who_carry_the_label(samples: list[tuple[float, bool]]) -> None:
    losses = torch.tensor([loss for loss, _ in samples], dtype=torch.float64)
    label = torch.tensor([float(positive) for _, positive in samples], dtype=torch.float64)
    chosen = [loss for loss, positive in samples if positive]
    expected = sum(chosen) / (len(chosen) + 1e-8)
    assert labeled_mean(losses, label).item() == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert labeled_mean(losses, None).item() == pytest.approx(sum(x for x, _ in samples) / len(samples))


def test_a_batch_in_which_nobody_carries_the_label_gives_no_loss_and_no_gradient() -> None:
    u = unit_vectors(64, 4, 5).requires_grad_()
    loss = labeled_mean(anchor(u), torch.zeros(64))
    (gradient,) = torch.autograd.grad(loss, u)
    assert loss.item() == 0
    assert torch.count_nonzero(gradient) == 0


def test_terms_act_where_the_experiment_has_them() -> None:
    # docs/experiment.md, "Regularizers": layer and label of each term; columns of the published sheet.
    acts = {term.name: (term.layer, term.label, term.column, term.loss) for term in TERMS}
    asks = {term.name: (term.kind, term.dims) for term in TERMS}
    assert acts == {
        "unitarity": ("z", None, "reg-unit", unitarity),
        "anchor": ("u", RED, "reg-anchor", anchor),
        "separate": ("u", None, "reg-separate", separate),
        "planarity": ("u", VIBRANT, "reg-planar", planarity),
        "neutrality": ("u", DESATURATED, "reg-neutral", neutrality),
    }
    assert asks == {
        "unitarity": ("unitarity", ()),
        "anchor": ("anchor", (0,)),
        "separate": ("separate", ()),
        "planarity": ("subspace", (0, 1)),
        "neutrality": ("anti-subspace", (0, 1)),
    }
    assert PLANE == (0, 1)
    assert (RED.name, RED.quality, RED.power, RED.rate) == ("red", redness, 10, 0.5)
    assert (VIBRANT.name, VIBRANT.quality, VIBRANT.power, VIBRANT.rate) == ("vibrant", vibrancy, 100, 0.5)
    assert (DESATURATED.name, DESATURATED.power, DESATURATED.rate) == ("desaturated", 10, 0.5)
    colors = [[0, 0, 0], [1, 1, 1], [0.5, 0.4, 0.3], [1, 0, 0]]
    assert DESATURATED.quality(colors).tolist() == pytest.approx([1, 1, 0.8, 0])
    assert (*acts, "reconstruction") == LOSSES
    assert EXPERIMENT == ("unitarity", "anchor", "separate", "planarity")

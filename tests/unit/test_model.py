"""The model against plain loops, PyTorch's own layers, and its count of parameters."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from excolor.model import ColorAutoencoder, from_vector, normalize, to_vector

pytestmark = pytest.mark.numerical

Models = Callable[..., ColorAutoencoder]
WIDTHS = [(4, 16), (2, 2), (6, 64), (3, 7)]


def test_263_parameters(random_model: Models) -> None:
    assert len(to_vector(random_model())) == 263  # docs/experiment.md, "Model"
    assert (3 * 16 + 16) + (16 * 4 + 4) + (4 * 16 + 16) + (16 * 3 + 3) == 263


@pytest.mark.parametrize(("d", "h"), WIDTHS)
def test_initialization_is_drawn_layer_by_layer_from_the_generator(d: int, h: int, random_model: Models) -> None:
    generator = np.random.default_rng(11)
    expected: list[float] = []
    for inputs, outputs in ((3, h), (h, d), (d, h), (h, 3)):
        bound = 1 / math.sqrt(inputs)
        for count in (inputs * outputs, outputs):  # weights, then biases
            drawn = generator.uniform(-bound, bound, count)
            assert np.all(np.abs(drawn) <= bound)
            expected += drawn.tolist()
    assert to_vector(random_model(d, h, seed=11)).tolist() == np.float32(expected).tolist()


def test_global_generators_are_left_alone() -> None:
    before, numpys = torch.get_rng_state(), np.random.get_state()[2]  # noqa: NPY002  # pyright: ignore
    ColorAutoencoder(generator=np.random.default_rng(0))
    ColorAutoencoder()
    assert torch.equal(torch.get_rng_state(), before)
    assert np.random.get_state()[2] == numpys  # noqa: NPY002  # pyright: ignore


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=6))
def test_normalize_gives_unit_length_in_the_same_direction(z: list[float]) -> None:
    u = normalize(torch.tensor([z], dtype=torch.float64))[0].tolist()
    length = math.sqrt(math.fsum(x * x for x in z))
    if length < 1e-9:
        assert math.hypot(*u) <= 1 + 1e-12
    else:
        assert u == pytest.approx([x / length for x in z], abs=1e-12)


def test_normalize_keeps_zero_and_works_row_by_row() -> None:
    z = torch.tensor([[0.0, 0, 0, 0], [3, 0, 0, -4]])
    assert normalize(z).tolist() == [[0, 0, 0, 0], pytest.approx([0.6, 0, 0, -0.8])]


@pytest.mark.parametrize(("d", "h"), WIDTHS)
def test_forward_is_the_formula(d: int, h: int, random_model: Models) -> None:
    model = random_model(d, h, seed=5, gain=3)
    weights = {name: tensor.double().tolist() for name, tensor in model.state_dict().items()}

    def linear(name: str, x: list[float]) -> list[float]:
        rows, biases = weights[f"{name}.weight"], weights[f"{name}.bias"]
        return [sum(w * v for w, v in zip(row, x, strict=True)) + b for row, b in zip(rows, biases, strict=True)]

    def gelu(x: list[float]) -> list[float]:
        return [v * 0.5 * (1 + math.erf(v / math.sqrt(2))) for v in x]

    rgb = [0.9, 0.1, 0.4]
    z = linear("encoder_out", gelu(linear("encoder_in", rgb)))
    u = [x / math.sqrt(sum(y * y for y in z)) for x in z]
    output = linear("decoder_out", gelu(linear("decoder_in", u)))
    assert max(abs(value - 0.5) for value in output) > 0.5  # so that a clamp would show
    seen = model(torch.tensor([rgb, [0, 0, 0]]))
    for tensor, expected in zip(seen, (z, u, output), strict=True):
        assert tensor[0].tolist() == pytest.approx(expected, abs=1e-5)
    assert torch.equal(model.encode(torch.tensor([rgb, [0, 0, 0]])), seen[0])
    assert torch.equal(model.decode(seen[1]), seen[2])


@pytest.mark.parametrize(("d", "h"), WIDTHS)
def test_vectors_there_and_back(d: int, h: int, random_model: Models) -> None:
    model = random_model(d, h, seed=7)
    vector = to_vector(model)
    assert vector.dtype == np.float32
    assert vector.tolist() == [value for p in model.parameters() for value in p.flatten().tolist()]
    again = from_vector(vector, d, h)
    assert (again.bottleneck, again.hidden, again.training) == (d, h, False)
    assert not any(p.requires_grad for p in again.parameters())
    assert to_vector(again).tobytes() == vector.tobytes()
    vector[:] = 0  # neither shares memory with the model
    assert np.count_nonzero(to_vector(model)) > 0
    assert np.count_nonzero(to_vector(again)) > 0

"""Surgery against weights zeroed by hand and against the definition of what is left."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import torch

from excolor.errors import ExcolorError
from excolor.model import ColorAutoencoder, normalize, to_vector
from excolor.surgery import ablate, prune

pytestmark = pytest.mark.numerical

Models = Callable[..., ColorAutoencoder]
RGB = torch.tensor(np.random.default_rng(0).random((200, 3), dtype=np.float32))
SETS = [dims for size in range(5) for dims in combinations(range(4), size)]


@pytest.mark.parametrize("dims", SETS, ids=str)
def test_ablate_nulls_rows_biases_and_columns(dims: tuple[int, ...], random_model: Models) -> None:
    model = random_model(seed=1)
    expected = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    for k in dims:
        for j in range(16):
            expected["encoder_out.weight"][k, j] = 0
            expected["decoder_in.weight"][j, k] = 0
        expected["encoder_out.bias"][k] = 0
    ablated = ablate(model, dims)
    assert {name: tensor.tolist() for name, tensor in ablated.state_dict().items()} == {
        name: tensor.tolist() for name, tensor in expected.items()
    }
    assert (ablated.bottleneck, ablated.hidden) == (4, 16)


@pytest.mark.parametrize("dims", SETS, ids=str)
def test_what_is_left_is_blown_up_to_unit_length(dims: tuple[int, ...], random_model: Models) -> None:
    model = random_model(seed=2, gain=2)
    kept = [k for k in range(4) if k not in dims]
    z, _, _ = model(RGB)
    residue = torch.zeros_like(z)
    residue[:, kept] = z[:, kept]
    seen_z, seen_u, output = ablate(model, dims)(RGB)
    assert torch.allclose(seen_z, residue, atol=1e-6)
    assert torch.allclose(seen_u, normalize(residue), atol=1e-5)
    # The decoder's columns of those dims are nulled, but u is 0 there anyway: the intact decoder says the same.
    assert torch.allclose(output, model.decode(normalize(residue)), atol=1e-5)


def test_ablating_every_dim_leaves_the_decoders_answer_to_zero(random_model: Models) -> None:
    model = random_model(seed=3)
    z, u, output = ablate(model, range(4))(RGB)
    assert not z.any()
    assert not u.any()
    assert torch.allclose(output, model.decode(torch.zeros(1, 4)).expand(200, 3), atol=1e-6)


@pytest.mark.parametrize("d", [2, 3, 4, 6])
def test_pruned_outputs_are_the_ablated_ones(d: int, random_model: Models) -> None:
    model = random_model(d, 9, seed=4, gain=2)
    for size in range(d):
        for dims in combinations(range(d), size):
            kept = [k for k in range(d) if k not in dims]
            pruned = prune(model, dims)
            assert (pruned.bottleneck, pruned.hidden) == (d - size, 9)
            assert len(to_vector(pruned)) == len(to_vector(model)) - size * (9 + 1 + 9)
            ours, theirs = pruned(RGB), ablate(model, dims)(RGB)
            assert torch.allclose(ours[0], theirs[0][:, kept], atol=1e-5)
            assert torch.allclose(ours[1], theirs[1][:, kept], atol=1e-5)
            assert torch.allclose(ours[2], theirs[2], atol=1e-5)


@pytest.mark.parametrize("operate", [ablate, prune])
def test_the_original_is_never_changed(operate: Callable[..., ColorAutoencoder], random_model: Models) -> None:
    model = random_model(seed=5)
    before = to_vector(model).tobytes()
    changed = operate(model, [1, 3])
    with torch.no_grad():
        for parameter in changed.parameters():
            parameter.fill_(7)
    assert to_vector(model).tobytes() == before
    assert model.bottleneck == 4


@pytest.mark.parametrize("operate", [ablate, prune])
def test_a_copy_trains_where_the_original_does(operate: Callable[..., ColorAutoencoder]) -> None:
    model = ColorAutoencoder(generator=np.random.default_rng(7))
    model.decoder_out.bias.requires_grad_(False)
    changed = operate(model, [2])
    assert changed.training
    assert {n for n, p in changed.named_parameters() if not p.requires_grad} == {"decoder_out.bias"}
    assert all(p.is_leaf for p in changed.parameters())
    assert not operate(model.eval(), [2]).training


@pytest.mark.parametrize("operate", [ablate, prune])
@pytest.mark.parametrize(
    ("dims", "says"),
    [
        ([4], "dims has 4; this model's dims are 0 to 3"),
        ([0, -1], "dims has -1; this model's dims are 0 to 3"),
        ([10**30], "dims has 1000"),
        ([0, 1, 0], r"dims is \[0, 1, 0\]; name each dim once"),
        ([0, 1, 2, 3, 3], "name each dim once"),
    ],
)
def test_wrong_dims_are_refused(
    operate: Callable[..., ColorAutoencoder], dims: list[int], says: str, random_model: Models
) -> None:
    with pytest.raises(ExcolorError, match=says):
        operate(random_model(), dims)


def test_pruning_every_dim_is_refused(random_model: Models) -> None:
    with pytest.raises(ExcolorError, match="every dim; leave at least one, or ablate"):
        prune(random_model(3), (2, 0, 1))


@pytest.mark.parametrize("dim", [0.0, "0", None])
def test_a_dim_is_a_whole_number(dim: Any, random_model: Models) -> None:
    assert not ablate(random_model(), np.array([1]))(RGB)[0][:, 1].any()
    with pytest.raises(TypeError):
        ablate(random_model(), [dim])

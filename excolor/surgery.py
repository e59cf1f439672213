"""Surgery: delete latent dims from a model (docs/experiment.md, "Surgery").

*Warmth* is dims [0]; *full hue* is dims [0, 1]. Both functions return a copy; the original is never changed.

What is left of z after ablation is blown up to unit length by the normalization: the residue, however short, becomes
a full latent.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from operator import index

import torch

from excolor.errors import ExcolorError
from excolor.model import ColorAutoencoder

WARMTH = (0,)
HUE = (0, 1)


def ablate(model: ColorAutoencoder, dims: Sequence[int]) -> ColorAutoencoder:
    """A copy whose latent dims are nulled: the rows and biases that produce them, the columns that consume them.

    Shapes stay. Ablating every dim leaves u = 0 and the decoder's answer to it.

    Raises:
        ExcolorError: a dim is out of range or named twice.
    """
    deleted = _checked(model, dims)
    ablated = copy.deepcopy(model)
    with torch.no_grad():
        ablated.encoder_out.weight[deleted] = 0
        ablated.encoder_out.bias[deleted] = 0
        ablated.decoder_in.weight[:, deleted] = 0
    return ablated


def prune(model: ColorAutoencoder, dims: Sequence[int]) -> ColorAutoencoder:
    """A copy without those latent dims; its outputs equal those of `ablate` to rounding.

    Raises:
        ExcolorError: a dim is out of range or named twice, or no dim would be left.
    """
    deleted = _checked(model, dims)
    kept = [k for k in range(model.bottleneck) if k not in deleted]
    if not kept:
        raise ExcolorError(f"dims is {deleted}, which is every dim; leave at least one, or ablate instead of pruning.")
    pruned = ColorAutoencoder(len(kept), model.hidden)
    pruned.load_state_dict(
        model.state_dict()
        | {
            "encoder_out.weight": model.encoder_out.weight[kept],
            "encoder_out.bias": model.encoder_out.bias[kept],
            "decoder_in.weight": model.decoder_in.weight[:, kept],
        }
    )
    pruned.train(model.training)
    for parameter, original in zip(pruned.parameters(), model.parameters(), strict=True):
        parameter.requires_grad_(original.requires_grad)
    return pruned


def _checked(model: ColorAutoencoder, dims: Sequence[int]) -> list[int]:
    deleted = [index(dim) for dim in dims]
    for dim in deleted:
        if not 0 <= dim < model.bottleneck:
            raise ExcolorError(f"dims has {dim}; this model's dims are 0 to {model.bottleneck - 1}.")
    if len(set(deleted)) < len(deleted):
        raise ExcolorError(f"dims is {deleted}; name each dim once.")
    return deleted

"""Surgery: delete latent dims from a model (docs/experiment.md, "Surgery").

*Warmth* is dims [0]; *full hue* is dims [0, 1]. Both functions return a copy; the original is never changed.

What is left of z after ablation is blown up to unit length by the normalization: the residue, however short, becomes
a full latent.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index

import torch
from torch import Tensor

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
    gone = torch.zeros(model.bottleneck, dtype=torch.bool)
    gone[_checked(model, dims)] = True
    producers, consumers = model.encoder_out, model.decoder_in
    return _operated(
        model,
        model.bottleneck,
        producers.weight.masked_fill(gone[:, None], 0),
        producers.bias.masked_fill(gone, 0),
        consumers.weight.masked_fill(gone, 0),
    )


def prune(model: ColorAutoencoder, dims: Sequence[int]) -> ColorAutoencoder:
    """A copy without those latent dims; its outputs equal those of `ablate` to rounding.

    Raises:
        ExcolorError: a dim is out of range or named twice, or no dim would be left.
    """
    deleted = _checked(model, dims)
    kept = [k for k in range(model.bottleneck) if k not in deleted]
    if not kept:
        raise ExcolorError(f"dims is {deleted}, which is every dim; leave at least one, or ablate instead of pruning.")
    producers, consumers = model.encoder_out, model.decoder_in
    return _operated(model, len(kept), producers.weight[kept], producers.bias[kept], consumers.weight[:, kept])


def _operated(
    model: ColorAutoencoder, bottleneck: int, producers: Tensor, biases: Tensor, consumers: Tensor
) -> ColorAutoencoder:
    """A copy with another bottleneck: its weights `[D, H]`, its biases `[D]`, and the weights behind it `[H, D]`."""
    operated = ColorAutoencoder(bottleneck, model.hidden).to(producers)
    changed = {"encoder_out.weight": producers, "encoder_out.bias": biases, "decoder_in.weight": consumers}
    operated.load_state_dict(model.state_dict() | changed)
    operated.train(model.training)
    for parameter, original in zip(operated.parameters(), model.parameters(), strict=True):
        parameter.requires_grad_(original.requires_grad)
    return operated


def _checked(model: ColorAutoencoder, dims: Sequence[int]) -> list[int]:
    deleted = [index(dim) for dim in dims]
    for dim in deleted:
        if not 0 <= dim < model.bottleneck:
            raise ExcolorError(f"dims has {dim}; this model's dims are 0 to {model.bottleneck - 1}.")
    if len(set(deleted)) < len(deleted):
        raise ExcolorError(f"dims is {deleted}; name each dim once.")
    return deleted

"""The color autoencoder: RGB → z → u on the unit sphere → RGB (docs/experiment.md, "Model")."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F


class ColorAutoencoder(nn.Module):
    """Linear · GELU · Linear → z · L2 normalize → u · Linear · GELU · Linear → RGB.

    Args:
        bottleneck: latent dims D.
        hidden: width H of both hidden layers.
        generator: draws PyTorch's default initialization of linear layers.
    """

    def __init__(self, bottleneck: int = 4, hidden: int = 16, generator: np.random.Generator | None = None) -> None:
        super().__init__()
        self.bottleneck = bottleneck
        self.hidden = hidden
        self.encoder_in = _Linear(3, hidden)
        self.encoder_out = _Linear(hidden, bottleneck)
        self.decoder_in = _Linear(bottleneck, hidden)
        self.decoder_out = _Linear(hidden, 3)
        if generator is not None:
            self.initialize(generator)

    def initialize(self, generator: np.random.Generator) -> None:
        """Draw every weight and bias uniformly from ±1/√fan_in, as `nn.Linear` does by default."""
        for layer in (self.encoder_in, self.encoder_out, self.decoder_in, self.decoder_out):
            bound = 1 / math.sqrt(layer.in_features)
            for parameter in (layer.weight, layer.bias):
                drawn = generator.uniform(-bound, bound, tuple(parameter.shape))
                with torch.no_grad():
                    parameter.copy_(torch.as_tensor(drawn))

    def encode(self, rgb: Tensor) -> Tensor:
        """z, `[B, D]`, of colors `[B, 3]`: not yet on the sphere."""
        return self.encoder_out(F.gelu(self.encoder_in(rgb)))

    def decode(self, u: Tensor) -> Tensor:
        """RGB, `[B, 3]`, of latents `[B, D]`; not clamped to [0, 1]."""
        return self.decoder_out(F.gelu(self.decoder_in(u)))

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """z, u and the reconstruction of colors `[B, 3]`: `[B, D]`, `[B, D]`, `[B, 3]`."""
        z = self.encode(rgb)
        u = normalize(z)
        return z, u, self.decode(u)


class _Linear(nn.Linear):
    def reset_parameters(self) -> None:
        """Nothing: PyTorch would draw from its global generator."""


def normalize(z: Tensor) -> Tensor:
    """u, `[B, D]`: z scaled to unit length; a zero vector stays zero."""
    return F.normalize(z, dim=-1)


def to_vector(model: ColorAutoencoder) -> NDArray[np.float32]:
    """The weights as one flat vector, `[n]`, in the order of `ColorAutoencoder.parameters`; a copy."""
    return nn.utils.parameters_to_vector(model.parameters()).detach().numpy().copy()


def from_vector(vector: NDArray[np.float32], bottleneck: int, hidden: int) -> ColorAutoencoder:
    """A model with the weights of a flat vector `[n]`, in evaluation mode and without gradients."""
    model = ColorAutoencoder(bottleneck, hidden)
    nn.utils.vector_to_parameters(torch.as_tensor(vector.copy()), model.parameters())
    return model.eval().requires_grad_(False)


def parameter_count(bottleneck: int, hidden: int) -> int:
    """How many parameters a model of these widths has."""
    return (3 + 1) * hidden + (hidden + 1) * bottleneck + (bottleneck + 1) * hidden + (hidden + 1) * 3


def not_finite(model: ColorAutoencoder) -> int:
    """How many of a model's parameters are not finite numbers: some, when a run has diverged."""
    return int((~np.isfinite(to_vector(model))).sum())

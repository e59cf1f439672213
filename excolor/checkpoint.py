"""Checkpoints: trained weights as safetensors, with the whole story of the run in the metadata.

A file is checked in full before anything of it is used: size, format, names, shapes, types, finiteness.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import safetensors
import torch
from safetensors import torch as st_torch

import excolor
from excolor import files
from excolor.config import RunConfig
from excolor.errors import ExcolorError, short, shown
from excolor.metrics import Metrics
from excolor.model import ColorAutoencoder
from excolor.schedule import load as load_schedule

PRETRAINED = ("robust", "ex-2.7")
MAX_BYTES = 256 * 1024
_FORMAT = "excolor-checkpoint-1"
_STORY = ("metrics", "schedule", "versions", "selection", "predictions")


@dataclass(frozen=True)
class Checkpoint:
    """A model as it was read from a file.

    Attributes:
        model: in evaluation mode, without gradients.
        config: the run that made it.
        story: the rest of the metadata: "metrics" (as `Figures.to_dict`, as they were when it was written),
            "schedule" (CSV text), "versions", "selection" where the run was chosen among others, and "predictions"
            where somebody said beforehand what would come of it. Only "is JSON" has been checked of them.
    """

    model: ColorAutoencoder
    config: RunConfig
    story: dict[str, Any]


def dump(
    model: ColorAutoencoder,
    config: RunConfig,
    metrics: Metrics,
    *,
    selection: Mapping[str, Any] | None = None,
    predictions: Mapping[str, Any] | None = None,
) -> bytes:
    """A checkpoint as bytes; of its story (see `Checkpoint`) what is empty is left out.

    Raises:
        ExcolorError: a weight is not finite.
    """
    tensors = {name: tensor.detach().contiguous() for name, tensor in model.state_dict().items()}
    if not all(torch.isfinite(tensor).all() for tensor in tensors.values()):
        raise ExcolorError("The model has weights that are not finite; a diverged run cannot be kept as a checkpoint.")
    story: dict[str, Any] = {
        "metrics": metrics.to_dict(),
        "schedule": load_schedule(config.schedule).text,
        "versions": _versions(),
    }
    story |= {name: part for name, part in (("selection", selection), ("predictions", predictions)) if part}
    metadata = {"format": _FORMAT, "config": config.to_json()}
    metadata |= {name: json.dumps(value, allow_nan=False) for name, value in story.items()}
    return st_torch.save(tensors, metadata)


def save(path: str | Path, data: bytes) -> None:
    """Write a checkpoint's bytes to a file, whole or not at all; a link stays a link.

    Raises:
        ExcolorError: as in `files.write`.
    """
    files.write(path, data)


def read(path: str | Path) -> Checkpoint:
    """The checkpoint in a file.

    Raises:
        ExcolorError: there is no such file, it is no regular file, or as in `parse`.
    """
    return parse(files.read_up_to(path, MAX_BYTES), Path(path).name)


def parse(data: bytes, name: str = "The file") -> Checkpoint:
    """The checkpoint in some bytes, such as an upload.

    Raises:
        ExcolorError: too large, not safetensors, not one of ours, or with weights of other names, shapes, types than
            its configuration asks for, or not finite.
    """
    name = short(name)
    if len(data) > MAX_BYTES:
        raise ExcolorError(f"{name} is larger than {MAX_BYTES // 1024} kB; an excolor checkpoint is far smaller.")
    try:
        tensors = st_torch.load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, RuntimeError, OverflowError) as error:
        raise ExcolorError(f"{name} is not a safetensors file, or a damaged one.") from error
    metadata: dict[str, str] = header.get("__metadata__") or {}
    if metadata.get("format") != _FORMAT:
        raise ExcolorError(f"{name} is a safetensors file, but not an excolor checkpoint.")
    try:
        config = RunConfig.from_json(metadata.get("config", ""))
    except ExcolorError as error:
        raise ExcolorError(f"{name} has an unusable configuration: {error}") from error
    _check(name, tensors, ColorAutoencoder(config.bottleneck, config.hidden))
    model = ColorAutoencoder(config.bottleneck, config.hidden)
    model.load_state_dict(tensors)
    return Checkpoint(model.eval().requires_grad_(False), config, _story(name, metadata))


def _check(name: str, tensors: Mapping[str, torch.Tensor], model: ColorAutoencoder) -> None:
    expected = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    if set(tensors) != set(expected):
        odd = sorted(set(tensors) ^ set(expected))[0]
        raise ExcolorError(f"{name} has other weights than its configuration asks for (see {shown(odd)}).")
    for key, tensor in tensors.items():
        if tensor.dtype != torch.float32:
            raise ExcolorError(f"{name} has {key} as {tensor.dtype}; it must be torch.float32.")
        if tuple(tensor.shape) != expected[key]:
            raise ExcolorError(f"{name} has {key} of shape {tuple(tensor.shape)}; it must be {expected[key]}.")
        if not torch.isfinite(tensor).all():
            raise ExcolorError(f"{name} has a value in {key} that is not finite.")


def _story(name: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    story: dict[str, Any] = {}
    for key in _STORY:
        try:
            if key in metadata:
                story[key] = json.loads(metadata[key])
        except (ValueError, RecursionError) as error:
            raise ExcolorError(f"{name} has {key!r} in its metadata that is not JSON.") from error
    return story


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "excolor": excolor.__version__}
    for package in ("torch", "numpy", "numba"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


def pretrained_path(name: str) -> Path:
    """Where a shipped checkpoint is: beside the package in a checkout, inside it in an installed wheel.

    Raises:
        ExcolorError: no checkpoint of that name ships.
    """
    if name not in PRETRAINED:
        raise ExcolorError(f"No checkpoint {shown(name)} ships; there are {' and '.join(PRETRAINED)}.")
    package = Path(excolor.__file__).parent
    inside = package / "pretrained" / f"{name}.safetensors"
    return inside if inside.exists() else package.parent / "pretrained" / f"{name}.safetensors"


def pretrained(name: str = "robust") -> Checkpoint:
    """A shipped checkpoint by name: "robust" or "ex-2.7"."""
    return read(pretrained_path(name))

"""Checkpoints: a run as a safetensors file, with its history and its whole story in it.

A file is checked in full before anything of it is used: size, format, names, shapes, types, finiteness
(docs/experiment.md, "Checkpoint files").
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import torch
from numpy.typing import NDArray
from safetensors import torch as st_torch

from excolor import files
from excolor.config import RunConfig
from excolor.errors import ExcolorError, short, shown
from excolor.measured import Measured, measure
from excolor.model import ColorAutoencoder, to_vector
from excolor.schedule import find
from excolor.training import (
    LOSSES,
    SNAPSHOT_LEVELS,
    SNAPSHOTS,
    History,
    Run,
    Snapshots,
    Stop,
    no_history,
    no_snapshots,
)

PRETRAINED = ("robust", "ex-2.7", "clean")
MAX_BYTES = 250_000
MAX_ROWS = 3001  # of a history in a file; a longer one is thinned
_FORMAT = "excolor-checkpoint-2"
_FORMATS = ("excolor-checkpoint-1", _FORMAT)  # the first had no history
_STORY = ("metrics", "schedule", "versions", "selection", "predictions")
_RECORDED = {
    "history.steps": torch.int32,
    "history.losses": torch.float32,
    "snapshots.steps": torch.int32,
    "snapshots.latents": torch.float16,
}


@dataclass(frozen=True)
class Checkpoint:
    """What a file holds.

    Attributes:
        run: with the history that the file carries, thinned and its latents rounded to half precision; without one
            where the file has none (`Run.remembers`).
        story: the rest of the metadata: "metrics" (as `Metrics.to_dict`, as they were when it was written),
            "schedule" (CSV text), "versions", "selection" where the run was chosen among others, and "predictions"
            where somebody said beforehand what would come of it. Only "is JSON" has been checked of them.
    """

    run: Run
    story: dict[str, Any]


def load(checkpoint: str | Path) -> Measured:
    """A shipped run by its name ("robust", "ex-2.7", "clean"), or the run in a file, measured.

    Raises:
        ExcolorError: as in `read`.
    """
    found = pretrained(str(checkpoint)) if checkpoint in PRETRAINED else read(checkpoint)
    return measure(found.run)


def save(path: str | Path, run: Run | Measured, **story: Mapping[str, Any] | None) -> None:
    """Write a run to a file, whole or not at all; a link stays a link.

    Args:
        story: "selection" and "predictions", where there are any.

    Raises:
        ExcolorError: as in `files.write` and `to_bytes`.
    """
    files.write(path, to_bytes(run if isinstance(run, Measured) else measure(run), **story))


def to_bytes(
    measured: Measured,
    *,
    selection: Mapping[str, Any] | None = None,
    predictions: Mapping[str, Any] | None = None,
) -> bytes:
    """A checkpoint as bytes, 250 kB at most; of its story (see `Checkpoint`) what is empty is left out.

    Raises:
        ExcolorError: a parameter is not finite, or the schedule is so long that nothing else has room.
    """
    run = measured.run
    require_finite(run)
    story: dict[str, Any] = {
        "metrics": measured.metrics.to_dict(),
        "schedule": find(run.config.schedule).text,
        "versions": _versions(),
        "selection": selection,
        "predictions": predictions,
        "columns": list(LOSSES) if run.remembers else None,
        "stopped": vars(run.stopped) if run.stopped else None,
    }
    metadata = {"format": _FORMAT, "config": run.config.to_json()}
    metadata |= {name: json.dumps(value, allow_nan=False) for name, value in story.items() if value}
    network = {name: tensor.contiguous() for name, tensor in run.model.state_dict().items()}
    if not run.remembers:
        return _within(st_torch.save(network, metadata))
    # A schedule of one's own can be so long that less of the history has room.
    for share in (1, 2, 4, 8):
        data = st_torch.save(network | _recorded(run, MAX_ROWS // share, SNAPSHOTS // share), metadata)
        if len(data) <= MAX_BYTES:
            return data
    return _within(st_torch.save(network, {name: value for name, value in metadata.items() if name != "columns"}))


def _within(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise ExcolorError(f"The schedule is too long for a checkpoint, which has {MAX_BYTES // 1000} kB at most.")
    return data


def _recorded(run: Run, rows: int, moments: int) -> dict[str, torch.Tensor]:
    row = _spread(len(run.history), rows)
    # On its way to divergence a network has latents that are no numbers; nobody can draw them.
    drawable = np.flatnonzero(np.isfinite(run.snapshots.latents).all((1, 2)))
    moment = drawable[_spread(len(drawable), moments)]
    arrays = run.history.steps[row], run.history.losses[row], run.snapshots.steps[moment], run.snapshots.latents[moment]
    return {
        key: torch.as_tensor(array).to(dtype).contiguous()
        for (key, dtype), array in zip(_RECORDED.items(), arrays, strict=True)
    }


def _spread(length: int, most: int) -> NDArray[np.int64]:
    """Places in a list, as many as there are or `most`, evenly from its first to its last."""
    return np.linspace(0, length - 1, min(length, most)).round().astype(np.int64)


def read(path: str | Path) -> Checkpoint:
    """The checkpoint in a file.

    Raises:
        ExcolorError: there is no such file, it is no regular file, or as in `from_bytes`.
    """
    return from_bytes(files.read_up_to(path, MAX_BYTES), Path(path).name)


def from_bytes(data: bytes, name: str = "The file") -> Checkpoint:
    """The checkpoint in some bytes, such as an upload.

    Raises:
        ExcolorError: too large, not safetensors, not one of ours, or with tensors of other names, shapes or types than
            its configuration asks for, or with parameters or latents that are not finite.
    """
    name = short(name)
    if len(data) > MAX_BYTES:
        raise ExcolorError(f"{name} is larger than {MAX_BYTES // 1000} kB; an excolor checkpoint is smaller.")
    try:
        tensors = st_torch.load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, RuntimeError, OverflowError) as error:
        raise ExcolorError(f"{name} is not a safetensors file, or a damaged one.") from error
    metadata: dict[str, str] = header.get("__metadata__") or {}
    if metadata.get("format") not in _FORMATS:
        raise ExcolorError(f"{name} is a safetensors file, but not an excolor checkpoint.")
    try:
        config = RunConfig.from_json(metadata.get("config", ""))
    except ExcolorError as error:
        raise ExcolorError(f"{name} has an unusable configuration: {error}") from error
    recorded = {key: tensors.pop(key) for key in _RECORDED if key in tensors}
    model = ColorAutoencoder(config.bottleneck, config.hidden)
    _check(name, tensors, model)
    model.load_state_dict(tensors)
    stopped = _stopped(name, _json(name, metadata, "stopped"), config)
    past = _past(name, recorded, _json(name, metadata, "columns"), config)
    story = {key: value for key in _STORY if (value := _json(name, metadata, key)) is not None}
    return Checkpoint(Run(config, to_vector(model), *past, stopped), story)


def _json(name: str, metadata: Mapping[str, str], key: str) -> Any:
    try:
        return json.loads(metadata[key]) if key in metadata else None
    except (ValueError, RecursionError) as error:
        raise ExcolorError(f"{name} has {key!r} in its metadata that is not JSON.") from error


def _stopped(name: str, found: object, config: RunConfig) -> Stop | None:
    match found:
        case None:
            return None
        case {"step": int(step), "term": None | str() as term} if 0 <= step <= config.steps and len(term or "") <= 40:
            return Stop(step, term)
        case _:
            raise ExcolorError(f"{name} has an end of the run in its metadata that is none.")


def _past(
    name: str, recorded: Mapping[str, torch.Tensor], columns: object, config: RunConfig
) -> tuple[History, Snapshots]:
    """The history and the snapshots in a file, checked; empty ones where there are none."""
    if not recorded:
        return no_history(), no_snapshots(config.bottleneck)
    if missing := [key for key in _RECORDED if key not in recorded]:
        raise ExcolorError(f"{name} has a history without {missing[0]}.")
    for key, dtype in _RECORDED.items():
        if recorded[key].dtype != dtype:
            raise ExcolorError(f"{name} has {key} as {recorded[key].dtype}; it must be {dtype}.")
    steps, losses, moments, latents = (recorded[key].numpy() for key in _RECORDED)
    names = _names(name, columns)
    _check_steps(name, "history.steps", steps, config.steps - 1, MAX_ROWS)
    _check_steps(name, "snapshots.steps", moments, config.steps, SNAPSHOTS)
    for key, array, shape in (
        ("history.losses", losses, (len(steps), len(names))),
        ("snapshots.latents", latents, (len(moments), SNAPSHOT_LEVELS**3, config.bottleneck)),
    ):
        if array.shape != shape:
            raise ExcolorError(f"{name} has {key} of shape {array.shape}; it must be {shape}.")
    if not (np.abs(latents) <= 1.01).all():
        raise ExcolorError(f"{name} has a value in snapshots.latents that is not on the unit sphere.")
    # By name: another version of the library may record other terms.
    row = dict(zip(names, losses.T, strict=True))
    gap = np.full(len(steps), np.nan, np.float32)
    history = History(steps.astype(np.int64), np.stack([row.get(term, gap) for term in LOSSES], axis=1))
    return history, Snapshots(moments.astype(np.int64), latents.astype(np.float32))


def _names(name: str, columns: object) -> list[str]:
    found: list[object] = columns if isinstance(columns, list) else []  # pyright: ignore[reportUnknownVariableType]
    names = [column for column in found if isinstance(column, str)]
    if not 0 < len(names) <= 40 or len(set(names)) != len(found):
        raise ExcolorError(f"{name} does not name the columns of its history, each once.")
    return names


def _check_steps(name: str, key: str, steps: NDArray[Any], last: int, most: int) -> None:
    if steps.ndim != 1 or not 0 < len(steps) <= most or (np.diff(steps) <= 0).any() or steps[0] < 0 or steps[-1] > last:
        raise ExcolorError(f"{name} has {key} that are not up to {most} ascending steps from 0 to {last}.")


def require_finite(run: Run) -> None:
    """Nothing, where a run can be a checkpoint.

    Raises:
        ExcolorError: a parameter is not finite.
    """
    if not np.isfinite(run.parameters).all():
        raise ExcolorError(
            "The network has parameters that are not finite; a diverged run cannot be kept as a checkpoint."
        )


def _check(name: str, tensors: Mapping[str, torch.Tensor], model: ColorAutoencoder) -> None:
    expected = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    if set(tensors) != set(expected):
        odd = sorted(set(tensors) ^ set(expected))[0]
        raise ExcolorError(f"{name} has other tensors than its configuration asks for (see {shown(odd)}).")
    for key, tensor in tensors.items():
        if tensor.dtype != torch.float32:
            raise ExcolorError(f"{name} has {key} as {tensor.dtype}; it must be torch.float32.")
        if tuple(tensor.shape) != expected[key]:
            raise ExcolorError(f"{name} has {key} of shape {tuple(tensor.shape)}; it must be {expected[key]}.")
        if not torch.isfinite(tensor).all():
            raise ExcolorError(f"{name} has a value in {key} that is not finite.")


@cache
def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in ("excolor", "torch", "numpy", "numba"):
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
        raise ExcolorError(f"No checkpoint {shown(name)} ships; there are {', '.join(PRETRAINED)}.")
    package = Path(__file__).parent
    inside = package / "pretrained" / f"{name}.safetensors"
    return inside if inside.exists() else package.parent / "pretrained" / f"{name}.safetensors"


def pretrained(name: str = "robust") -> Checkpoint:
    """A shipped checkpoint by name: one of `PRETRAINED`.

    Raises:
        ExcolorError: none of that name ships, or its file is missing or damaged.
    """
    path = pretrained_path(name)
    try:
        return read(path)
    except ExcolorError as error:
        raise ExcolorError(f"The shipped checkpoint {name} cannot be used: {error} Install excolor again.") from error

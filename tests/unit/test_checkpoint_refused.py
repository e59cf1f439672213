"""Checkpoints that must be refused: damaged, foreign, hostile."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save

from excolor.checkpoint import (
    MAX_BYTES,
    Checkpoint,
    from_bytes,
    read,
)
from excolor.config import RunConfig
from excolor.errors import ExcolorError
from excolor.training import LOSSES
from tests.support.checkpoints import Parts, with_header

# What is refused


def change(edit: Callable[[Parts], Any]) -> Callable[[bytes], bytes]:
    def broken(good: bytes) -> bytes:
        parts = Parts.of(good)
        edit(parts)
        return parts.data()

    return broken


def config_of(**changes: object) -> Callable[[bytes], bytes]:
    return change(lambda p: p.metadata.update(config=json.dumps(json.loads(p.metadata["config"]) | changes)))


def tensor(name: str, make: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[bytes], bytes]:
    return change(lambda p: p.tensors.update({name: make(p.tensors[name]).contiguous()}))


def spoil(value: float) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda t: t.index_fill(0, torch.tensor([0]), value)


def columns_of(names: object) -> Callable[[bytes], bytes]:
    return change(lambda p: p.metadata.update(columns=json.dumps(names)))


def stopped_at(stopped: object) -> Callable[[bytes], bytes]:
    return change(lambda p: p.metadata.update(stopped=json.dumps(stopped)))


COLUMNS = "does not name the columns of its history, each once"
DAMAGED, FOREIGN, OTHER = "not a safetensors file, or a damaged", "but not an excolor", "other tensors than"
EMPTY = {"dtype": "F32", "shape": [0, 2**62, 2**62], "data_offsets": [0, 0]}
REFUSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda good: b"", DAMAGED),
    "cut in the header": (lambda good: good[:100], DAMAGED),
    "cut in the weights": (lambda good: good[:-4], DAMAGED),
    "too long": (lambda good: good + b"\0", DAMAGED),
    "a pickle": (lambda good: pickle.dumps({"weights": [1.0]}), DAMAGED),
    "a huge header": (lambda good: struct.pack("<Q", 2**63) + good[8:], DAMAGED),
    "a header longer than the file": (lambda good: struct.pack("<Q", len(good)) + good[8:], DAMAGED),
    "a header that is a list": (lambda good: with_header([1, 2]), DAMAGED),
    "a header that is not JSON": (lambda good: with_header(b"{'a': 1}"), DAMAGED),
    "metadata that is no text": (lambda good: with_header({"__metadata__": {"format": 1}}), DAMAGED),
    "a size beyond counting": (lambda good: with_header({"a": EMPTY}), DAMAGED),
    "offsets that overlap": (lambda good: with_header({"a": EMPTY | {"data_offsets": [4, 0]}}), DAMAGED),
    "too large": (lambda good: good + bytes(MAX_BYTES), "larger than 250 kB"),
    "foreign": (lambda good: save({"a": torch.zeros(3)}), FOREIGN),
    "nothing in it": (lambda good: save({}), FOREIGN),
    "another version": (change(lambda p: p.metadata.update(format="excolor-checkpoint-3")), FOREIGN),
    "no configuration": (change(lambda p: p.metadata.pop("config")), "unusable configuration.*not JSON"),
    "a deep configuration": (change(lambda p: p.metadata.update(config="[" * 50_000)), "unusable.*not JSON"),
    "a list for a configuration": (change(lambda p: p.metadata.update(config="[]")), "unusable.*is list"),
    "seed out of range": (config_of(seed=-1), "unusable configuration: seed is -1"),
    "bottleneck out of range": (
        config_of(bottleneck=10**9),
        "unusable configuration: bottleneck is 1000000000",
    ),
    "an unknown setting": (config_of(sede=1), "unusable configuration.*'sede'"),
    "metrics that are not JSON": (change(lambda p: p.metadata.update(metrics="{")), "'metrics'.*not JSON"),
    "deep metrics": (change(lambda p: p.metadata.update(metrics="[" * 50_000)), "'metrics'.*not JSON"),
    "no tensor": (change(lambda p: p.tensors.clear()), OTHER),
    "a missing tensor": (change(lambda p: p.tensors.pop("decoder_in.bias")), OTHER + ".*'decoder_in.bias'"),
    "one tensor more": (change(lambda p: p.tensors.update(extra=torch.zeros(1))), OTHER + ".*'extra'"),
    "another width": (config_of(hidden=9), r"shape \(8,|shape \(8\)|must be"),
    "another bottleneck": (config_of(bottleneck=4), "of shape .* must be"),
    "a flat tensor": (tensor("encoder_in.weight", torch.flatten), r"shape \(24,\); it must be \(8, 3\)"),
    "double precision": (
        tensor("encoder_in.bias", torch.Tensor.double),
        "as torch.float64; it must be torch.float32",
    ),
    "half precision": (tensor("encoder_in.bias", torch.Tensor.bfloat16), "as torch.bfloat16"),
    "not a number": (tensor("decoder_out.bias", spoil(float("nan"))), "decoder_out.bias that is not finite"),
    "a history without losses": (
        change(lambda p: p.tensors.pop("history.losses")),
        "has a history without history.losses",
    ),
    "a history without snapshots": (
        change(lambda p: [p.tensors.pop(f"snapshots.{part}") for part in ("steps", "latents")]),
        "has a history without snapshots.steps",
    ),
    "nothing but latents": (
        change(lambda p: [p.tensors.pop(n) for n in ("history.steps", "history.losses", "snapshots.steps")]),
        "has a history without history.steps",
    ),
    "losses in double precision": (
        tensor("history.losses", torch.Tensor.double),
        "history.losses as torch.float64; it must be torch.float32",
    ),
    "latents in a precision of their own": (
        tensor("snapshots.latents", torch.Tensor.bfloat16),
        "snapshots.latents as torch.bfloat16; it must be torch.float16",
    ),
    "moments between steps": (tensor("snapshots.steps", torch.Tensor.float), "snapshots.steps as torch.float32"),
    "a row too few": (tensor("history.losses", lambda t: t[1:]), r"history.losses of shape \(49, 6\).*\(50, 6\)"),
    "flat losses": (tensor("history.losses", torch.flatten), r"history.losses of shape \(300,\)"),
    "latents of another width": (
        tensor("snapshots.latents", lambda t: t[..., :2]),
        r"snapshots.latents of shape \(51, 216, 2\); it must be \(51, 216, 3\)",
    ),
    "steps the other way round": (
        tensor("history.steps", lambda t: t.flip(0)),
        "history.steps that are not up to 3001",
    ),
    "a step before the first": (tensor("history.steps", lambda t: t - 1), "history.steps that are not .* from 0 to 49"),
    "a step after the last": (tensor("history.steps", lambda t: t + 1), "history.steps that are not .* from 0 to 49"),
    "differences that overflow": (
        tensor(
            "history.steps",
            lambda t: t.index_fill(0, torch.tensor([0, 2]), -(2**31)).index_fill(0, torch.tensor([1]), 2**31 - 1),
        ),
        "history.steps that are not",
    ),
    "a moment after the end": (
        tensor("snapshots.steps", lambda t: t + 1),
        "snapshots.steps that are not .* from 0 to 50",
    ),
    "latents off the sphere": (
        tensor("snapshots.latents", lambda t: t * 2),
        "snapshots.latents that is not on the unit",
    ),
    "a latent that is no number": (tensor("snapshots.latents", spoil(float("nan"))), "that is not on the unit sphere"),
    "no columns": (change(lambda p: p.metadata.pop("columns")), COLUMNS),
    "a column twice": (columns_of(["anchor", "anchor", *LOSSES[2:]]), COLUMNS),
    "a column that is a number": (columns_of([1, *LOSSES[1:]]), COLUMNS),
    "columns without names": (columns_of([]), COLUMNS),
    "columns in a table": (columns_of(dict.fromkeys(LOSSES)), COLUMNS),
    "very many columns": (columns_of([str(i) for i in range(1000)]), COLUMNS),
    "a name too many": (columns_of([*LOSSES, "curvature"]), r"history.losses of shape \(50, 6\).*\(50, 7\)"),
    "columns that are not JSON": (change(lambda p: p.metadata.update(columns="[")), "'columns'.*not JSON"),
    "an end that is not JSON": (change(lambda p: p.metadata.update(stopped="{")), "'stopped'.*not JSON"),
    **{
        f"an end like {stopped!r}": (stopped_at(stopped), "has an end of the run in its metadata that is none")
        for stopped in (
            3,
            [],
            {},
            {"step": 3},
            {"step": "3", "term": None},
            {"step": 3, "term": 3},
            {"step": 51, "term": None},
            {"step": -1, "term": None},
            {"step": 3, "term": "x" * 41},
        )
    },
}


@pytest.mark.parametrize(("broken", "says"), REFUSED.values(), ids=REFUSED)
def test_a_broken_or_hostile_file_is_refused_by_name(
    broken: Callable[[bytes], bytes], says: str, good: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "evil.safetensors"
    path.write_bytes(broken(good))
    with pytest.raises(ExcolorError, match=rf"^evil\.safetensors .*{says}") as caught:
        read(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(ExcolorError, match="^The file "):
        from_bytes(broken(good))


def usable(data: bytes) -> Checkpoint | None:
    """The checkpoint, None where it is refused properly; any other error is the test's failure."""
    try:
        return from_bytes(data, "a")
    except ExcolorError as error:
        assert str(error).startswith("a ")
        return None


@given(st.binary(max_size=300) | st.binary(max_size=200).map(with_header))
def test_random_bytes_are_refused(data: bytes) -> None:
    assert usable(data) is None


@given(flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1, max_size=4))
def test_flipped_bits_give_a_sound_checkpoint_or_are_refused(flips: list[tuple[float, int]], good: bytes) -> None:
    data = bytearray(good)
    for place, bit in flips:
        data[int(place * len(data))] ^= 1 << bit
    again = usable(bytes(data))
    if again is not None:
        run = again.run
        assert np.isfinite(run.parameters).all()
        assert np.isfinite(run.snapshots.latents).all()
        assert RunConfig.from_json(run.config.to_json()) == run.config
        assert len(run.history) == len(run.history.losses)
        assert not run.remembers or run.history.steps[-1] < run.config.steps


@given(entry=st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F64", "BF16", "F8_E4M3", "F4", "BOOL", "C64", "I64", "X"]),
        "shape": st.lists(st.integers(0, 2**64) | st.sampled_from([0, 1, 2, 2**31, 2**62]), max_size=5),
        "data_offsets": st.tuples(*[st.integers(0, 16)] * 2),
    }
))  # fmt: skip
def test_any_claim_about_a_tensor_is_refused(entry: dict[str, object]) -> None:
    assert usable(with_header({"a": entry}, bytes(16))) is None

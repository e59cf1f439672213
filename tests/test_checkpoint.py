"""Checkpoints: exact there and back, the two that ship, and every file that must be refused."""

from __future__ import annotations

import json
import pickle
import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load, save

import excolor
from excolor import checkpoint
from excolor.checkpoint import (
    MAX_BYTES,
    PRETRAINED,
    Checkpoint,
    dump,
    parse,
    pretrained,
    pretrained_path,
    read,
)
from excolor.config import RunConfig, Weights
from excolor.errors import ExcolorError
from excolor.metrics import evaluate, quick_grid
from excolor.model import to_vector
from excolor.schedule import load as load_schedule
from excolor.sweeps import SELECTED_BY
from excolor.training import Run, train


@pytest.fixture(scope="module")
def run() -> Run:
    return train(RunConfig(steps=50, seed=4, bottleneck=3, hidden=8, label_noise=0.25, weights=Weights(anchor=2)))


@pytest.fixture(scope="module")
def good(run: Run) -> bytes:
    return dump(run.model, run.config, evaluate(run.model, quick_grid()))


@dataclass
class Parts:
    """A checkpoint taken apart, so that a test can put it together wrongly."""

    tensors: dict[str, torch.Tensor]
    metadata: dict[str, str]

    @staticmethod
    def of(data: bytes) -> Parts:
        return Parts(load(data), header(data)["__metadata__"])

    def data(self) -> bytes:
        return save(self.tensors, self.metadata)


def header(data: bytes) -> dict[str, Any]:
    return json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])


def with_header(value: object, body: bytes = b"") -> bytes:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return struct.pack("<Q", len(text)) + text + body


# There and back


def test_a_round_trip_is_exact(run: Run, good: bytes, tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "a.safetensors", good)
    again = read(tmp_path / "a.safetensors")
    assert to_vector(again.model).tobytes() == run.vector.tobytes()
    assert again.config == run.config
    assert not again.model.training
    assert not any(p.requires_grad for p in again.model.parameters())
    assert again.story["metrics"] == evaluate(run.model, quick_grid()).to_dict()
    assert again.story["schedule"] == load_schedule("robust").text
    assert again.story["versions"].keys() == {"python", "excolor", "torch", "numpy", "numba"}
    # What is installed under that name; `torch.__version__` may add which build it is: 2.13.0+cpu.
    assert again.story["versions"]["torch"] == version("torch")
    assert torch.__version__.startswith(version("torch").partition("+")[0])
    assert again.story["versions"]["excolor"] == excolor.__version__
    assert "selection" not in again.story
    once_more = parse(dump(again.model, again.config, evaluate(again.model, quick_grid())))
    assert (to_vector(once_more.model).tobytes(), once_more.story) == (run.vector.tobytes(), again.story)


def test_a_schedule_of_ones_own_is_kept_whole(run: Run) -> None:
    text = load_schedule("ex-2.7").text + "\n"
    metrics = evaluate(run.model, quick_grid())
    again = parse(dump(run.model, RunConfig(text, bottleneck=3, hidden=8), metrics, selection={"rule": "mine"}))
    assert again.config.schedule == again.story["schedule"] == text
    assert again.story["selection"] == {"rule": "mine"}


def test_weights_that_are_not_finite_are_not_kept(run: Run) -> None:
    model = run.model
    model.encoder_in.bias[0] = float("inf")
    with pytest.raises(ExcolorError, match="not finite"):
        dump(model, run.config, evaluate(model, quick_grid()))


def test_saving_is_whole_or_not_at_all(good: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.safetensors"
    checkpoint.save(path, b"before")
    write = Path.write_bytes

    def full_disk(self: Path, data: bytes) -> int:
        write(self, data[:10])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full_disk)
        with pytest.raises(ExcolorError, match=r"a\.safetensors' cannot be written \(No space left"):
            checkpoint.save(path, good)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
    checkpoint.save(str(path), good)
    assert path.read_bytes() == good
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("place", ["", ".", "no/such/folder/a.safetensors", "file/a.safetensors", "nul\0.safetensors"])
def test_a_place_that_cannot_be_used_is_refused(place: str, good: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExcolorError, match="cannot be written"):
        checkpoint.save(tmp_path / place, good)
    with pytest.raises(ExcolorError, match="cannot be read"):
        read(tmp_path / place)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# The two that ship


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_shipped_ones_tell_their_story(name: str) -> None:
    shipped = pretrained(name)
    config = shipped.config
    assert config == RunConfig(schedule=name, seed=config.seed)  # as scheduled, otherwise
    assert shipped.story["schedule"] == load_schedule(name).text
    selection = shipped.story["selection"]
    assert selection["seeds"] == "0:200"
    assert selection["rule"] == SELECTED_BY
    assert 0 <= config.seed < 200
    metrics = evaluate(shipped.model)
    assert selection["distribution"].keys() == {*metrics.scores(), "fails"}
    for number, value in metrics.scores().items():
        spread = selection["distribution"][number]
        assert spread["min"] * 0.999 <= value <= spread["max"] * 1.001, number
    stored = shipped.story["metrics"]
    assert stored.keys() == metrics.to_dict().keys()
    for group in ("intact", "warmth", "hue"):
        assert stored[group] == pytest.approx(metrics.to_dict()[group], rel=1e-3)
    for color, errors in metrics.to_dict()["colors"].items():
        assert stored["colors"][color] == pytest.approx(errors, rel=1e-3, abs=1e-8)
    for number in ("selectivity", "red_cosine", "fails"):
        assert stored[number] == pytest.approx(metrics.to_dict()[number], rel=1e-3)


def test_they_are_found_beside_a_checkout_and_inside_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = {name: pretrained_path(name).read_bytes() for name in PRETRAINED}
    monkeypatch.setattr(excolor, "__file__", str(tmp_path / "excolor" / "__init__.py"))
    for where in (tmp_path / "pretrained", tmp_path / "excolor" / "pretrained"):
        where.mkdir(parents=True)
        for name, data in beside.items():
            (where / f"{name}.safetensors").write_bytes(data)
            assert pretrained_path(name) == where / f"{name}.safetensors"
            assert pretrained(name).config.schedule == name
    shutil.rmtree(tmp_path / "excolor")
    shutil.rmtree(tmp_path / "pretrained")
    with pytest.raises(ExcolorError, match=r"robust\.safetensors' cannot be read"):
        pretrained()


@pytest.mark.parametrize("name", ["", "robust.safetensors", "../pretrained/robust", "ROBUST"])
def test_no_other_ships(name: str) -> None:
    with pytest.raises(ExcolorError, match="ships; there are robust and ex-2.7"):
        pretrained(name)


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


DAMAGED, FOREIGN, OTHER = "not a safetensors file, or a damaged", "but not an excolor", "other weights than"
EMPTY = {"dtype": "F32", "shape": [0, 2**62, 2**62], "data_offsets": [0, 0]}
REFUSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda good: b"", DAMAGED),
    "cut in the header": (lambda good: good[:100], DAMAGED),
    "cut in the weights": (lambda good: good[:-4], DAMAGED),
    "too long": (lambda good: good + b"\0", DAMAGED),
    "text": (lambda good: b"STEP,PHASE,ACTION,lr\n0,,,1\n", DAMAGED),
    "a pickle": (lambda good: pickle.dumps({"weights": [1.0]}), DAMAGED),
    "a huge header": (lambda good: struct.pack("<Q", 2**63) + good[8:], DAMAGED),
    "a header longer than the file": (lambda good: struct.pack("<Q", len(good)) + good[8:], DAMAGED),
    "a header that is a list": (lambda good: with_header([1, 2]), DAMAGED),
    "a header that is not JSON": (lambda good: with_header(b"{'a': 1}"), DAMAGED),
    "a header that is deep": (lambda good: with_header(b'{"a":' * 50_000), DAMAGED),
    "metadata that is no text": (lambda good: with_header({"__metadata__": {"format": 1}}), DAMAGED),
    "a size beyond counting": (lambda good: with_header({"a": EMPTY}), DAMAGED),
    "offsets that overlap": (lambda good: with_header({"a": EMPTY | {"data_offsets": [4, 0]}}), DAMAGED),
    "too large": (lambda good: good + bytes(MAX_BYTES), "larger than 256 kB"),
    "foreign": (lambda good: save({"a": torch.zeros(3)}), FOREIGN),
    "foreign with metadata": (lambda good: save({"a": torch.zeros(3)}, {"format": "pt"}), FOREIGN),
    "nothing in it": (lambda good: save({}), FOREIGN),
    "another version": (change(lambda p: p.metadata.update(format="excolor-checkpoint-2")), FOREIGN),
    "no configuration": (change(lambda p: p.metadata.pop("config")), "unusable configuration.*not JSON"),
    "half a configuration": (change(lambda p: p.metadata.update(config='{"seed":')), "unusable.*not JSON"),
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
    "a transposed tensor": (
        tensor("encoder_in.weight", lambda t: t.T),
        r"shape \(3, 8\); it must be \(8, 3\)",
    ),
    "a flat tensor": (tensor("encoder_in.weight", torch.flatten), r"shape \(24,\); it must be \(8, 3\)"),
    "double precision": (
        tensor("encoder_in.bias", torch.Tensor.double),
        "as torch.float64; it must be torch.float32",
    ),
    "half precision": (tensor("encoder_in.bias", torch.Tensor.bfloat16), "as torch.bfloat16"),
    "whole numbers": (tensor("encoder_in.bias", torch.Tensor.int), "as torch.int32"),
    "not a number": (tensor("decoder_out.bias", spoil(float("nan"))), "decoder_out.bias that is not finite"),
    "infinite": (tensor("decoder_out.weight", spoil(float("-inf"))), "decoder_out.weight that is not finite"),
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
        parse(broken(good))


def usable(data: bytes) -> Checkpoint | None:
    """The checkpoint, None where it is refused properly; any other error is the test's failure."""
    try:
        return parse(data, "a")
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
        assert torch.isfinite(torch.tensor(to_vector(again.model))).all()
        assert RunConfig.from_json(again.config.to_json()) == again.config


@given(entry=st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F64", "BF16", "F8_E4M3", "F4", "BOOL", "C64", "I64", "X"]),
        "shape": st.lists(st.integers(0, 2**64) | st.sampled_from([0, 1, 2, 2**31, 2**62]), max_size=5),
        "data_offsets": st.tuples(*[st.integers(0, 16)] * 2),
    }
))  # fmt: skip
def test_any_claim_about_a_tensor_is_refused(entry: dict[str, object]) -> None:
    assert usable(with_header({"a": entry}, bytes(16))) is None

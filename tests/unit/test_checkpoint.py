"""Checkpoints: exact there and back, the two that ship, and every file that must be refused."""

from __future__ import annotations

import json
import pickle
import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load, save

import excolor
from excolor import checkpoint, files
from excolor.checkpoint import (
    MAX_BYTES,
    MAX_ROWS,
    PRETRAINED,
    Checkpoint,
    from_bytes,
    pretrained,
    pretrained_path,
    read,
    to_bytes,
)
from excolor.config import RunConfig
from excolor.errors import ExcolorError
from excolor.measured import measure
from excolor.metrics import evaluate, quick_grid
from excolor.schedule import find
from excolor.sweeps import SELECTED_BY
from excolor.training import LOSSES, SNAPSHOTS, Run, Stop, train

DATA = Path(__file__).parent / "data"
HALF = 2.0**-11  # half precision rounds what is near 1 by as much at most


@pytest.fixture(scope="module")
def run() -> Run:
    return train(steps=50, seed=4, bottleneck=3, hidden=8, label_noise=0.25, weights={"anchor": 2})


@pytest.fixture(scope="module")
def good(run: Run) -> bytes:
    return file_of(run)


def file_of(run: Run, **story: dict[str, Any]) -> bytes:
    return to_bytes(measure(run, quick_grid()), **story)


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
    files.write(tmp_path / "a.safetensors", good)
    again = read(tmp_path / "a.safetensors")
    assert again.run.parameters.tobytes() == run.parameters.tobytes()
    assert again.run.config == run.config
    assert again.run.stopped is None
    assert not again.run.model.training
    assert not any(p.requires_grad for p in again.run.model.parameters())
    assert again.story["metrics"] == evaluate(run.model, quick_grid()).to_dict()
    assert again.story["schedule"] == find("robust").text
    assert again.story["versions"].keys() == {"python", "excolor", "torch", "numpy", "numba"}
    # What is installed under that name; `torch.__version__` may add which build it is: 2.13.0+cpu.
    assert again.story["versions"]["torch"] == version("torch")
    assert torch.__version__.startswith(version("torch").partition("+")[0])
    assert again.story["versions"]["excolor"] == excolor.__version__
    assert again.story.keys() == {"metrics", "schedule", "versions"}
    once_more = file_of(again.run)
    one, other = Parts.of(good), Parts.of(once_more)
    assert one.metadata == other.metadata
    assert one.tensors.keys() == other.tensors.keys()
    assert all(one.tensors[key].numpy().tobytes() == other.tensors[key].numpy().tobytes() for key in one.tensors)


def test_a_run_is_saved_with_its_metrics_on_the_full_grid_and_loads_measured(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    checkpoint.save(path, run, selection={"rule": "mine"})
    kept, measured = read(path), measure(run)
    assert kept.story["metrics"] == measured.metrics.to_dict()
    assert kept.story["selection"] == {"rule": "mine"}
    checkpoint.save(path, measured)
    loaded = checkpoint.load(path)
    assert (loaded.metrics, loaded.placement, loaded.causes) == (measured.metrics, measured.placement, measured.causes)
    assert loaded.run.key == run.key
    assert checkpoint.load("ex-2.7").run.key == pretrained("ex-2.7").run.key


def test_a_schedule_of_ones_own_is_kept_whole(run: Run) -> None:
    text = find("ex-2.7").text + "\n"
    again = from_bytes(file_of(replace(run, config=replace(run.config, schedule=text)), selection={"rule": "mine"}))
    assert again.run.config.schedule == again.story["schedule"] == text
    assert again.story["selection"] == {"rule": "mine"}


def test_weights_that_are_not_finite_are_not_kept(run: Run) -> None:
    broken = run.parameters.copy()
    broken[30] = float("inf")
    with pytest.raises(ExcolorError, match="not finite"):
        file_of(replace(run, parameters=broken))


# Its history


def test_a_checkpoint_carries_its_history(run: Run, good: bytes) -> None:
    again = from_bytes(good).run
    assert again.remembers
    assert again.history.steps.tolist() == run.history.steps.tolist() == list(range(50))
    assert again.history.losses.dtype == run.history.losses.dtype
    assert np.isnan(run.history.losses).any()  # nobody carried the label
    np.testing.assert_array_equal(again.history.losses, run.history.losses)
    assert again.snapshots.steps.tolist() == run.snapshots.steps.tolist()
    np.testing.assert_allclose(again.snapshots.latents, run.snapshots.latents, atol=HALF)
    assert {each.dtype for each in (again.history.steps, again.snapshots.steps)} == {run.history.steps.dtype}


def test_a_long_history_is_thinned_from_its_first_row_to_its_last() -> None:
    run = train(steps=10_000, hidden=4)
    again = from_bytes(file_of(run)).run
    steps = again.history.steps
    assert len(steps) == MAX_ROWS == 3001
    assert (steps[0], steps[-1]) == (0, 9999)
    assert set(np.diff(steps).tolist()) == {3, 4}
    np.testing.assert_array_equal(again.history.losses, run.history.losses[steps])
    assert again.snapshots.steps.tolist() == run.snapshots.steps.tolist()
    np.testing.assert_allclose(again.snapshots.latents, run.snapshots.latents, atol=HALF)


@pytest.fixture(scope="module")
def widest() -> Run:
    return train(bottleneck=6, hidden=64)


def test_the_widest_network_has_room_for_its_history(widest: Run) -> None:
    data = file_of(widest, predictions={"train": {"said": {"run": ["plane"]}, "why": "x" * 200}})
    assert len(data) <= MAX_BYTES
    again = from_bytes(data).run
    np.testing.assert_array_equal(again.history.losses, widest.history.losses)
    assert len(again.snapshots) == len(widest.snapshots) == SNAPSHOTS


@pytest.mark.parametrize("kilobytes", [10, 30, 60, 64])
def test_beside_a_long_schedule_less_of_the_history_has_room(widest: Run, kilobytes: float) -> None:
    text = "STEP,PHASE,ACTION,lr\n"
    text += "".join(f"{i},,{'a remark ' * 8},0.01\n" for i in range(int(10 * kilobytes)))
    text += f"3000,,{'x' * int(1000 * kilobytes - len(text))},0.01\n"
    data = file_of(replace(widest, config=replace(widest.config, schedule=text)))
    assert len(data) <= MAX_BYTES
    again = from_bytes(data).run
    assert again.config.schedule == text
    assert again.remembers
    for part, of in ((again.history, widest.history), (again.snapshots, widest.snapshots)):
        assert len(of) / 8 - 1 <= len(part) <= len(of)
        assert (part.steps[0], part.steps[-1]) == (of.steps[0], of.steps[-1])
    at = again.history.steps
    np.testing.assert_array_equal(again.history.losses, widest.history.losses[at])
    at = np.searchsorted(widest.snapshots.steps, again.snapshots.steps)
    np.testing.assert_allclose(again.snapshots.latents, widest.snapshots.latents[at], atol=HALF)


def test_a_schedule_that_leaves_no_room_makes_no_file(run: Run) -> None:
    text = "STEP,PHASE,ACTION,lr\n0,,,0.01\n" + "\n" * 63_900  # each is six bytes in the metadata
    for each in (run, run.forgetting()):
        with pytest.raises(ExcolorError, match="schedule is too long"):
            file_of(replace(each, config=replace(run.config, schedule=text)))


def test_a_run_that_has_forgotten_its_history_makes_a_file_without_one(run: Run, good: bytes) -> None:
    data = file_of(run.forgetting())
    again = from_bytes(data).run
    assert not again.remembers
    assert again.parameters.tobytes() == run.parameters.tobytes()
    assert not {"columns", "history.steps"} & {*Parts.of(data).metadata, *Parts.of(data).tensors}
    assert again.snapshots.latents.shape == (0, 216, 3)
    assert again.history.losses.shape == (0, len(LOSSES))


@pytest.mark.parametrize("name", PRETRAINED)
def test_a_file_of_the_first_format_loads_without_a_history(name: str) -> None:
    old = read(DATA / f"{name}-1.safetensors")
    assert not old.run.remembers
    assert old.run.stopped is None
    assert old.run.config == RunConfig(schedule=name, seed=old.run.config.seed)
    assert old.story["selection"]["rule"]
    # Figures was what it called them, in another spelling.
    written = header((DATA / f"{name}-1.safetensors").read_bytes())["__metadata__"]["figures"]
    given, stored = (
        evaluate(old.run.model).to_dict(),
        json.loads(written.replace("grey", "gray").replace("colour", "color")),
    )
    assert given.keys() == stored.keys()
    for group in ("intact", "warmth", "hue"):
        assert given[group] == pytest.approx(stored[group], rel=1e-3)
    for color, errors in given["colors"].items():
        assert stored["colors"][color] == pytest.approx(errors, rel=1e-3, abs=1e-8)
    for number in ("selectivity", "red_cosine", "fails"):
        assert given[number] == pytest.approx(stored[number], rel=1e-3)
    again = from_bytes(file_of(old.run))
    assert again.run.parameters.tobytes() == old.run.parameters.tobytes()
    assert not again.run.remembers


def test_terms_that_are_named_otherwise_are_gaps_and_the_rest_is_found_by_name(run: Run, good: bytes) -> None:
    parts = Parts.of(good)
    names = ["reconstruction", "curvature", "separate", "unitarity"]  # another version's, in its order
    places = [LOSSES.index(name) for name in ("reconstruction", "anchor", "separate", "unitarity")]
    parts.tensors["history.losses"] = parts.tensors["history.losses"][:, places].contiguous()
    parts.metadata["columns"] = json.dumps(names)
    losses = from_bytes(parts.data()).run.history.losses
    assert losses.shape == run.history.losses.shape
    for i, term in enumerate(LOSSES):
        np.testing.assert_array_equal(losses[:, i], run.history.losses[:, i] if term in names else np.nan)


def test_a_run_that_was_cancelled_keeps_where() -> None:
    asked: list[int] = []
    run = train(steps=600, hidden=4, progress=asked.append, cancelled=lambda: len(asked) == 5)
    assert run.stopped is not None
    again = from_bytes(file_of(run)).run
    assert again.stopped == run.stopped == Stop(len(run.history), None)
    assert again.history.steps.tolist() == run.history.steps.tolist()
    assert again.snapshots.steps.tolist() == run.snapshots.steps.tolist()


def test_a_run_that_diverged_keeps_where_and_the_row_that_shows_it() -> None:
    schedule = "STEP,PHASE,ACTION,lr,reg-unit\n0,,,0.01,0.1\n20,,,0.01,\n21,,,1e30,\n39,,,1e30,0.1\n"
    run = train(schedule=schedule, steps=40)
    assert run.stopped is not None
    assert run.stopped.term
    assert not np.isfinite(run.snapshots.latents).all()
    again = from_bytes(file_of(run)).run
    assert again.stopped == run.stopped
    assert again.history.steps.tolist() == list(range(run.stopped.step + 1))
    np.testing.assert_array_equal(again.history.losses, run.history.losses)
    # Moments at which the latents were no numbers are left out.
    sound = np.isfinite(run.snapshots.latents).all((1, 2))
    assert again.snapshots.steps.tolist() == run.snapshots.steps[sound].tolist()


def test_saving_is_whole_or_not_at_all(good: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.safetensors"
    files.write(path, b"before")
    write = Path.write_bytes

    def full_disk(self: Path, data: bytes) -> int:
        write(self, data[:10])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full_disk)
        with pytest.raises(ExcolorError, match=r"a\.safetensors' cannot be written \(No space left"):
            files.write(path, good)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
    files.write(str(path), good)
    assert path.read_bytes() == good
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("place", ["", ".", "no/such/folder/a.safetensors", "file/a.safetensors", "nul\0.safetensors"])
def test_a_place_that_cannot_be_used_is_refused(place: str, good: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExcolorError, match="cannot be written"):
        files.write(tmp_path / place, good)
    with pytest.raises(ExcolorError, match="cannot be read"):
        read(tmp_path / place)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# The two that ship


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_shipped_ones_tell_their_story(name: str) -> None:
    shipped = pretrained(name)
    config = shipped.run.config
    assert shipped.run.remembers
    assert config == RunConfig(schedule=name, seed=config.seed)  # as scheduled, otherwise
    assert shipped.story["schedule"] == find(name).text
    selection = shipped.story["selection"]
    assert selection["seeds"] == "0:200"
    assert selection["rule"] == SELECTED_BY
    assert 0 <= config.seed < 200
    metrics = evaluate(shipped.run.model)
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
    monkeypatch.setattr(checkpoint, "__file__", str(tmp_path / "excolor" / "checkpoint.py"))
    for where in (tmp_path / "pretrained", tmp_path / "excolor" / "pretrained"):
        where.mkdir(parents=True)
        for name, data in beside.items():
            (where / f"{name}.safetensors").write_bytes(data)
            assert pretrained_path(name) == where / f"{name}.safetensors"
            assert pretrained(name).run.config.schedule == name
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
    "text": (lambda good: b"STEP,PHASE,ACTION,lr\n0,,,1\n", DAMAGED),
    "a pickle": (lambda good: pickle.dumps({"weights": [1.0]}), DAMAGED),
    "a huge header": (lambda good: struct.pack("<Q", 2**63) + good[8:], DAMAGED),
    "a header longer than the file": (lambda good: struct.pack("<Q", len(good)) + good[8:], DAMAGED),
    "a header that is a list": (lambda good: with_header([1, 2]), DAMAGED),
    "a header that is not JSON": (lambda good: with_header(b"{'a': 1}"), DAMAGED),
    "a header that is deep": (lambda good: with_header(b'{"a":' * 40_000), DAMAGED),
    "metadata that is no text": (lambda good: with_header({"__metadata__": {"format": 1}}), DAMAGED),
    "a size beyond counting": (lambda good: with_header({"a": EMPTY}), DAMAGED),
    "offsets that overlap": (lambda good: with_header({"a": EMPTY | {"data_offsets": [4, 0]}}), DAMAGED),
    "too large": (lambda good: good + bytes(MAX_BYTES), "larger than 250 kB"),
    "foreign": (lambda good: save({"a": torch.zeros(3)}), FOREIGN),
    "foreign with metadata": (lambda good: save({"a": torch.zeros(3)}, {"format": "pt"}), FOREIGN),
    "nothing in it": (lambda good: save({}), FOREIGN),
    "another version": (change(lambda p: p.metadata.update(format="excolor-checkpoint-3")), FOREIGN),
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
    "long steps": (tensor("history.steps", torch.Tensor.long), "history.steps as torch.int64; it must be torch.int32"),
    "moments between steps": (tensor("snapshots.steps", torch.Tensor.float), "snapshots.steps as torch.float32"),
    "a row too few": (tensor("history.losses", lambda t: t[1:]), r"history.losses of shape \(49, 5\).*\(50, 5\)"),
    "a column too few": (tensor("history.losses", lambda t: t[:, 1:]), r"history.losses of shape \(50, 4\).*\(50, 5\)"),
    "flat losses": (tensor("history.losses", torch.flatten), r"history.losses of shape \(250,\)"),
    "latents of another width": (
        tensor("snapshots.latents", lambda t: t[..., :2]),
        r"snapshots.latents of shape \(51, 216, 2\); it must be \(51, 216, 3\)",
    ),
    "latents of other colors": (tensor("snapshots.latents", lambda t: t[:, :9]), r"of shape \(51, 9, 3\)"),
    "a moment too few": (tensor("snapshots.latents", lambda t: t[1:]), r"of shape \(50, 216, 3\)"),
    "steps the other way round": (
        tensor("history.steps", lambda t: t.flip(0)),
        "history.steps that are not up to 3001",
    ),
    "a step twice": (tensor("history.steps", lambda t: t.clamp(min=1)), "history.steps that are not .* ascending"),
    "a step before the first": (tensor("history.steps", lambda t: t - 1), "history.steps that are not .* from 0 to 49"),
    "a step after the last": (tensor("history.steps", lambda t: t + 1), "history.steps that are not .* from 0 to 49"),
    "differences that overflow": (
        tensor(
            "history.steps",
            lambda t: t.index_fill(0, torch.tensor([0, 2]), -(2**31)).index_fill(0, torch.tensor([1]), 2**31 - 1),
        ),
        "history.steps that are not",
    ),
    "no steps": (tensor("history.steps", lambda t: t[:0]), "history.steps that are not"),
    "steps in a table": (tensor("history.steps", lambda t: t[None]), "history.steps that are not"),
    "a step that is no list": (tensor("history.steps", lambda t: t[0]), "history.steps that are not"),
    "moments the other way round": (
        tensor("snapshots.steps", lambda t: t.flip(0)),
        "snapshots.steps that are not up to 60",
    ),
    "a moment after the end": (
        tensor("snapshots.steps", lambda t: t + 1),
        "snapshots.steps that are not .* from 0 to 50",
    ),
    "a moment before the beginning": (tensor("snapshots.steps", lambda t: t - 1), "snapshots.steps that are not"),
    "latents off the sphere": (
        tensor("snapshots.latents", lambda t: t * 2),
        "snapshots.latents that is not on the unit",
    ),
    "a latent that is no number": (tensor("snapshots.latents", spoil(float("nan"))), "that is not on the unit sphere"),
    "a latent without end": (tensor("snapshots.latents", spoil(float("-inf"))), "that is not on the unit sphere"),
    "no columns": (change(lambda p: p.metadata.pop("columns")), COLUMNS),
    "a column twice": (columns_of(["anchor", "anchor", *LOSSES[2:]]), COLUMNS),
    "a column that is a number": (columns_of([1, *LOSSES[1:]]), COLUMNS),
    "a column that is a list": (columns_of([[], *LOSSES[1:]]), COLUMNS),
    "columns without names": (columns_of([]), COLUMNS),
    "columns that are one word": (columns_of("anchor"), COLUMNS),
    "columns in a table": (columns_of(dict.fromkeys(LOSSES)), COLUMNS),
    "very many columns": (columns_of([str(i) for i in range(1000)]), COLUMNS),
    "a name too many": (columns_of([*LOSSES, "curvature"]), r"history.losses of shape \(50, 5\).*\(50, 6\)"),
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

"""Checkpoints: exact there and back, the two that ship, and every file that must be refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import excolor
from excolor import checkpoint, files
from excolor.checkpoint import (
    MAX_BYTES,
    MAX_ROWS,
    PRETRAINED,
    from_bytes,
    pretrained,
    pretrained_path,
    read,
)
from excolor.config import RunConfig
from excolor.errors import ExcolorError
from excolor.measured import measure
from excolor.metrics import Metrics, evaluate, quick_grid
from excolor.schedule import find
from excolor.sweeps import SELECTED_BY
from excolor.training import LOSSES, SNAPSHOTS, Run, Stop, snapshot_steps, train
from tests.support.checkpoints import Parts, file_of, header

DATA = Path(__file__).parent / "data"
HALF = 2.0**-11  # half precision rounds what is near 1 by as much at most


def same_metrics(stored: dict[str, Any], metrics: Metrics) -> None:
    """The numbers in a file are those of its weights, up to how this processor rounds."""
    given = metrics.to_dict()
    assert stored.keys() == given.keys()
    for group in ("intact", "warmth", "hue"):
        newer = given[group].keys() - stored[group].keys()
        assert newer <= {"gray_share"}  # of the intact network, which older files do not know
        assert stored[group] == pytest.approx({name: given[group][name] for name in stored[group]}, rel=1e-3)
    for color, errors in given["colors"].items():
        assert stored["colors"][color] == pytest.approx(errors, rel=1e-3, abs=1e-8)
    for number in ("selectivity", "red_cosine", "fails"):
        assert stored[number] == pytest.approx(given[number], rel=1e-3)


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


@pytest.mark.parametrize("name", ["robust", "ex-2.7"])
def test_a_file_of_the_first_format_loads_without_a_history(name: str) -> None:
    old = read(DATA / f"{name}-1.safetensors")
    assert not old.run.remembers
    assert old.run.stopped is None
    assert old.run.config == RunConfig(schedule=name, seed=old.run.config.seed)
    assert old.story["selection"]["rule"]
    # Figures was what it called them, in another spelling.
    written = header((DATA / f"{name}-1.safetensors").read_bytes())["__metadata__"]["figures"]
    same_metrics(json.loads(written.replace("grey", "gray").replace("colour", "color")), evaluate(old.run.model))
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


# Those that ship


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_shipped_ones_tell_their_story(name: str) -> None:
    shipped = pretrained(name)
    config = shipped.run.config
    assert shipped.run.remembers
    assert shipped.run.snapshots.steps.tolist() == snapshot_steps(config.steps).tolist()
    assert config == RunConfig(schedule=name, seed=config.seed)  # as scheduled, otherwise
    assert shipped.story["schedule"] == find(name).text
    selection = shipped.story["selection"]
    assert selection["seeds"] == "0:200"
    assert selection["rule"] == SELECTED_BY
    assert 0 <= config.seed < 200
    metrics = evaluate(shipped.run.model)
    distribution = selection["distribution"]
    assert metrics.scores().keys() - distribution.keys() <= {"intact.gray_share"}  # which older files do not know
    for number, value in metrics.scores().items():
        spread = distribution.get(number, {"min": 0, "max": 1})
        assert spread["min"] * 0.999 <= value <= spread["max"] * 1.001, number
    same_metrics(shipped.story["metrics"], metrics)


def test_a_file_from_before_neutrality_has_a_gap_where_it_was_not_recorded() -> None:
    run = pretrained("robust").run
    assert run.config.weights.neutrality is None
    gap = LOSSES.index("neutrality")
    assert np.isnan(run.history.losses[:, gap]).all()
    assert np.isfinite(run.history.losses[:, [0, 2, 5]]).all()


@pytest.mark.parametrize("weight", [None, 0, 2])
def test_a_weight_of_neutrality_survives_a_file(weight: float | None) -> None:
    run = train(steps=3, hidden=4, weights={"neutrality": weight})
    assert from_bytes(file_of(run)).run.config == run.config


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
    with pytest.raises(ExcolorError, match="ships; there are robust, ex-2.7, clean"):
        pretrained(name)

"""The network page: what the component is handed, what the page says of it, and what a browser may send back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from excolor.charts.wheel import views
from excolor.checkpoint import PRETRAINED, pretrained
from excolor.color import describe, hex_to_rgb, named_colors
from excolor.metrics import respond
from excolor.model import ColorAutoencoder, from_vector, not_finite, to_vector
from excolor.surgery import HUE, ablate
from excolor.training import Run
from excolor.ui.components.network import FIRST, deleted, given, layers, sound_dims
from excolor.ui.shelf import LAST
from tests.support.app import APP, log_run
from tests.support.written import names, says

SIZES = ((2, 2), (3, 7), (4, 16), (6, 64))
MakeModel = Callable[..., ColorAutoencoder]
MakeRun = Callable[[ColorAutoencoder], Run]

# --- what the component is handed ----------------------------------------------------------------


def flat(handed: Sequence[dict[str, list[float]]]) -> NDArray[np.float32]:
    """All weights that were handed over, in the order of `ColorAutoencoder.parameters`."""
    parts = [np.ravel(part) for each in handed for part in (each["weight"], each["bias"])]
    return np.concatenate(parts).astype(np.float32)


@pytest.mark.parametrize("name", PRETRAINED)
def test_a_shipped_model_arrives_weight_for_weight(name: str) -> None:
    model = pretrained(name).run.model
    data = json.loads(json.dumps(given("key", model), allow_nan=False))
    assert flat(data["layers"]).tolist() == to_vector(model).tolist()
    assert len(flat(data["layers"])) == 263


@pytest.mark.parametrize(("bottleneck", "hidden"), SIZES)
def test_any_width_arrives_weight_for_weight(bottleneck: int, hidden: int, random_model: MakeModel) -> None:
    model = random_model(bottleneck, hidden)
    assert flat(layers(model)).tolist() == to_vector(model).tolist()
    shapes = [np.shape(each["weight"]) for each in layers(model)]
    assert shapes == [(hidden, 3), (bottleneck, hidden), (hidden, bottleneck), (3, hidden)]


def test_what_else_is_handed_over() -> None:
    data = given("key", pretrained("robust").run.model, "#204060", 3, (1,))
    assert (data["key"], data["color"], data["turn"], data["deleted"]) == ("key", "#204060", 3, [1])
    assert data["views"] == views(4)
    assert {each["name"]: hex_to_rgb(each["code"]).round(2).tolist() for each in data["swatches"]} == {
        name: (np.rint(rgb * 255) / 255).round(2).tolist() for name, rgb in named_colors().items()
    }
    words = [text for value in data["words"].values() for text in ([value] if isinstance(value, str) else value)]
    assert all("!" not in text for text in words)
    assert all(text.count("{") == text.count("}") for text in words)


def test_what_is_not_finite_is_counted(random_model: MakeModel) -> None:
    vector = to_vector(random_model())
    vector[[0, 5, 100]] = np.nan, np.inf, -np.inf
    assert not_finite(from_vector(vector, 4, 16)) == 3
    assert not_finite(random_model()) == 0


@pytest.mark.parametrize(
    ("sent", "dims"),
    [
        ([], []),
        ([3, 1, 1], [1, 3]),
        ([0.0, "1", None, True, -1, 10**9, 2], [2]),
        ("01", []),
        (None, []),
        ({"dims": [1]}, []),
        (7, []),
    ],
)
def test_whatever_a_browser_sends_dims_come_of_it(sent: object, dims: list[int]) -> None:
    assert sound_dims(sent) == dims


# --- the page ------------------------------------------------------------------------------------


def opened(run: Run | None = None, model: str | None = None, **session: object) -> AppTest:
    """The page of a visitor whose last run is `run`, or who has chosen `model`."""
    at = AppTest.from_file(str(APP), default_timeout=120)
    at.session_state["model"] = LAST if run else model or PRETRAINED[0]
    if run:
        log_run(at, run)
    for key, value in session.items():
        at.session_state[key.replace("_", "-")] = value
    at.run().switch_page("pages/network.py").run()
    assert [each.message for each in at.exception] == []
    assert [each.value for each in at.error] == []
    return at


def handed(at: AppTest) -> dict[str, object] | None:
    """The component's data, or None where it is not on the page."""
    shown = at.get("bidi_component")
    return json.loads(shown[0].proto.json)[0] if shown else None


def said(at: AppTest) -> str:
    return "\n".join(each.value for each in at.markdown)


@pytest.mark.parametrize("name", PRETRAINED)
@pytest.mark.parametrize("code", [FIRST, "#808080", "#2040c0"])
def test_the_check_says_what_the_model_on_screen_does(name: str, code: str) -> None:
    at = opened(model=name, picked=code)
    model, color = pretrained(name).run.model, hex_to_rgb(code)
    for rgb in (color, np.full(3, 0.5)):
        before, after = respond(model, rgb), respond(ablate(model, HUE), rgb)
        left = float(np.linalg.norm(after.z) / np.linalg.norm(before.z))
        assert says(said(at), "{}% ", left)
        assert says(said(at), "stretched × {}", 1 / left) or says(said(at), "stretches the rest × {}", 1 / left)
        assert any(f"**{name}**" in said(at) for name in names(after.rgb))
    assert f"Of **{describe(color[None])[0]}**" in said(at)
    data = handed(at)
    assert data is not None
    assert data["color"] == code
    assert flat(data["layers"]).tolist() == to_vector(model).tolist()  # pyright: ignore[reportArgumentType]


def test_without_a_pick_red_goes_in() -> None:
    data = handed(opened())
    assert data is not None
    assert (data["color"], data["deleted"]) == (FIRST, [])


@pytest.mark.parametrize(("bottleneck", "hidden"), SIZES)
def test_a_run_of_any_width_opens(bottleneck: int, hidden: int, random_model: MakeModel, run_of: MakeRun) -> None:
    at = opened(run_of(random_model(bottleneck, hidden)), network_deleted=[1, 3, 5])
    data = handed(at)
    assert data is not None
    assert data["deleted"] == [dim for dim in (1, 3, 5) if dim < bottleneck]
    assert f"through **{bottleneck}" in said(at)
    assert ("nothing is left that could be stretched" in said(at)) == (bottleneck == 2)
    assert "nan" not in said(at)


def test_a_run_that_diverged_gets_a_sentence_instead(random_model: MakeModel, run_of: MakeRun) -> None:
    vector = to_vector(random_model())
    vector[:7] = np.nan
    at = opened(run_of(from_vector(vector, 4, 16)))
    assert handed(at) is None
    (sentence,) = at.info
    assert sentence.value.startswith("This run has diverged: 7 of its 263 parameters are no longer numbers")
    assert not at.expander


def test_weights_too_large_to_compute_with_still_open_the_page(random_model: MakeModel, run_of: MakeRun) -> None:
    vector = to_vector(random_model()) * np.float32(1e30)
    assert np.isfinite(vector).all()
    assert not torch.isfinite(respond_z(from_vector(vector, 4, 16))).all()
    at = opened(run_of(from_vector(vector, 4, 16)))
    assert handed(at) is not None
    assert "run out of bounds" in said(at)
    assert "nan" not in said(at)


def respond_z(model: ColorAutoencoder) -> torch.Tensor:
    return torch.as_tensor(respond(model, [1.0, 0.0, 0.0]).z)


def test_dims_are_remembered_only_as_far_as_the_model_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.session_state", {"network-deleted": [0, 2, 5]})
    assert [deleted(width) for width in (2, 3, 6)] == [[0], [0, 2], [0, 2, 5]]

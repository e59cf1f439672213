"""Scenes on the pages: every choice that can be made there, what is remembered, and what shows when drawing fails."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from excolor import scenes
from excolor.checkpoint import pretrained
from excolor.color import HUES, hsv_to_rgb, named_colors, rgb_grid, rgb_to_hex
from excolor.config import RunConfig
from excolor.diagnosis import axis_roles
from excolor.metrics import residue, respond
from excolor.model import ColorAutoencoder
from excolor.surgery import HUE, WARMTH, ablate
from excolor.training import Run, snapshot_colors, train
from excolor.ui.shelf import LAST
from tests.support.app import APP, log_run
from tests.support.scene_page import meshes, settings_of
from tests.support.written import says

VIEWS = {"[1, 0, 2]": (1, 0, 2), "[2, 3, 1]": (2, 3, 1), "[1, 3, 0]": (1, 3, 0)}
CUTS = {"nothing": (), "warmth [0]": WARMTH, "hue [0, 1]": HUE}
SCENES = ["sphere", "training", "cube"]
COLORS = np.concatenate([rgb_grid(8).reshape(-1, 3), np.stack(list(named_colors().values()))])


@lru_cache(maxsize=1)
def robust() -> Run:
    """The shipped run, which has its whole history."""
    return pretrained("robust").run


@pytest.fixture(scope="module")
def spheres() -> ModuleType:
    """`excolor.ui.spheres`: stpyvista, which it imports, can only be imported in an app."""
    sound(AppTest.from_string("import excolor.ui.spheres").run(timeout=240))
    return sys.modules["excolor.ui.spheres"]


def unfold(at: AppTest) -> None:
    """What holds a scene is folded away at first, and the scene is not built."""
    for fold in ("fold-cube", "fold-spheres"):
        at.session_state[fold] = True


def open_page(name: str = "latent.py", last: Run | None = None) -> AppTest:
    """A page as a visitor meets it whose last run on the Train page was this one."""
    at = AppTest.from_file(str(APP), default_timeout=240)
    at.query_params["predict"] = "skip"
    at.run()
    unfold(at)
    if last is not None:
        log_run(at, last)
        at.session_state["model"] = LAST
    at.switch_page(f"pages/{name}").run()
    return sound(at)


def sound(at: AppTest, warnings: int = 0) -> AppTest:
    assert [each.message for each in at.exception] == []
    assert [each.value for each in at.error] == []
    assert len(at.warning) == warnings, [each.value for each in at.warning]
    prose = [each.value for each in (*at.markdown, *at.caption, *at.info)]
    assert not [text for text in prose if re.search(r"\bnan\b|\bNone\b|array\(|\{|\}", text)]
    return at


def drawn(at: AppTest) -> dict[str, str]:
    """The page of each scene by the key that it was drawn with."""
    protos = [element.proto for element in at.get("bidi_component")]
    return {
        proto.id.rpartition("-")[2]: data["_html"] for proto in protos if "_html" in (data := json.loads(proto.json))
    }


def inspected(at: AppTest) -> dict[str, Any]:
    """What the table of the picked color was given."""
    (proto,) = (element.proto for element in at.get("bidi_component") if "inspector" in element.proto.id)
    return json.loads(proto.json)[0]


def names_in(page: str) -> list[list[str]]:
    """The names of the axes in each panel."""
    return [[label["text"] for label in panel["labels"]] for panel in settings_of(page)["panels"]]


def points_in(page: str, panel: int = 0, mesh: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The places `[N, 3]` of a mesh's points and their colors `[N, 3]` in [0, 1]."""
    places, levels = meshes(page)[panel][mesh]
    return places, levels / 255


def u(model: ColorAutoencoder, deleted: tuple[int, ...] = ()) -> np.ndarray:
    return respond(ablate(model, deleted), COLORS).u


# --- the page --------------------------------------------------------------------------------------


def test_every_view_of_every_deletion_shows_its_latents() -> None:
    at = open_page(last=robust())
    model = robust().model
    names = [
        text.strip() for text in ("u₀ warmth", "u₁ hue", *(f"u{'₂₃'[i]} {axis_roles(model)[2 + i]}" for i in (0, 1)))
    ]
    for (view, dims), (cut, deleted) in product(VIEWS.items(), CUTS.items()):
        at.button_group("latent-view-4").set_value(view)
        sound(at.button_group("latent-cut").set_value(cut).run())
        pages = drawn(at)
        assert list(pages) == SCENES
        places, colors = points_in(pages["sphere"])
        np.testing.assert_allclose(places, u(model, deleted)[:, dims], atol=1e-5)
        np.testing.assert_allclose(colors, COLORS, atol=0.5 / 255 + 1e-9)
        assert names_in(pages["sphere"]) == [[names[dim] for dim in dims if dim not in deleted]]
        assert len(at.get("vega_lite_chart")) == 3
        flat = [chart.proto.alt for chart in at.get("vega_lite_chart")][:2]
        assert [re.findall(r"\d", text) for text in flat] == [[str(dims[i]), str(dims[1])] for i in (0, 2)]


def test_the_words_beneath_the_sphere_are_those_of_the_model_on_screen() -> None:
    at = open_page()
    model = pretrained("robust").run.model
    vivid = hsv_to_rgb([[hue, 1, 1] for hue in HUES.values()])
    outside = 1 - (respond(model, vivid).u[:, :2] ** 2).sum(1).mean()
    assert says(at.caption[0].value, "{}%", outside)
    sound(at.button_group("latent-cut").set_value("warmth [0]").run())
    assert says(at.caption[0].value, "{}%", (respond(ablate(model, WARMTH), vivid).u[:, 1] ** 2).mean())
    at.button_group("latent-view-4").set_value("[2, 3, 1]")
    sound(at.button_group("latent-cut").set_value("hue [0, 1]").run())
    # One definition of it, wherever it is shown: that of the metrics.
    correlation = residue(model, HUE).brightness_correlation
    assert says(at.caption[0].value, "brightness by {}", correlation)
    sound(at.button_group("latent-view-4").set_value("[1, 0, 2]").run())
    assert says(at.caption[0].value, "brightness by {}", correlation)
    at.session_state["fold-tones"] = True
    sound(at.switch_page("pages/ablation.py").run())
    assert any(says(each.value, "brightness by **{}**", correlation) for each in at.markdown)


def test_any_three_dims_can_be_chosen_and_the_same_twice_is_said_to_be_flat() -> None:
    at = open_page(last=robust())
    sound(at.button_group("latent-view-4").set_value("other").run())
    for dims in ((0, 1, 2), (3, 1, 0), (2, 2, 2), (0, 3, 0)):
        for i, dim in enumerate(dims):
            at.selectbox(f"latent-{i}-4").set_value(dim)
        sound(at.run())
        places, _colors = points_in(drawn(at)["sphere"])
        np.testing.assert_allclose(places, u(robust().model)[:, dims], atol=1e-5)
        assert len(at.info) == (len(set(dims)) < 3)


def test_points_can_be_in_the_networks_answer() -> None:
    at = open_page()
    sound(at.button_group("latent-paint").set_value("answer").run())
    _places, colors = points_in(drawn(at)["sphere"])
    answers = respond(pretrained("robust").run.model, COLORS).rgb
    np.testing.assert_allclose(colors, answers, atol=0.5 / 255 + 1e-6)


@pytest.mark.parametrize("name", ["red", "spring green", "black", "white"])
def test_a_color_that_is_looked_for_is_ringed(name: str) -> None:
    at = open_page()
    assert inspected(at)["code"] is None
    assert inspected(at)["scenes"] == {}
    options = at.selectbox("latent-mark").options
    assert options == ["none", *named_colors()]
    (code,) = rgb_to_hex(named_colors()[name][None])
    seen = inspected(sound(at.selectbox("latent-mark").set_value(code).run()))
    assert seen["code"] == seen["scenes"]["sphere"]["color"] == code
    (expected,) = respond(pretrained("robust").run.model, named_colors()[name]).u[:, (1, 0, 2)]
    np.testing.assert_allclose(seen["scenes"]["sphere"]["places"], [expected], atol=1e-6)
    np.testing.assert_allclose(seen["scenes"]["cube"]["places"], [scenes.stand_cube(named_colors()[name])] * 2)


@pytest.mark.parametrize("width", [2, 3, 5, 6])
def test_a_run_of_another_width_has_its_dims(width: int) -> None:
    run = train(bottleneck=width, steps=120, seed=1)
    model = run.model
    at = open_page(last=run)
    views = at.button_group(f"latent-view-{width}")
    assert views.options == [*(view for view, dims in VIEWS.items() if max(dims) < width), "other"]
    sound(views.set_value("other").run())
    for cut, deleted in CUTS.items():
        sound(at.button_group("latent-cut").set_value(cut).run())
        picked = tuple(at.selectbox(f"latent-{i}-{width}").value for i in range(3))
        pages = drawn(at)
        places, _colors = points_in(pages["sphere"])
        np.testing.assert_allclose(places, u(model, deleted)[:, picked], atol=1e-5)
        assert len(points_in(pages["training"])[0]) == 216
        assert len(settings_of(pages["training"])["frames"]["names"]) > 1
    assert at.selectbox("latent-0-" + str(width)).options == [str(k) for k in range(width)]
    # The other page with scenes.
    at = open_page("ablation.py", run)
    assert list(drawn(at)) == ["triple"]


def test_a_run_that_broke_down_is_drawn_all_the_same() -> None:
    run = train(steps=60)
    at = open_page(last=dataclasses.replace(run, parameters=np.full_like(run.parameters, np.nan)))
    pages = drawn(at)
    assert list(pages) == SCENES
    np.testing.assert_allclose(points_in(pages["sphere"])[0], 0, atol=1e-6)
    assert names_in(pages["sphere"]) == [["u₁", "u₀", "u₂"]]


def test_the_training_ends_where_the_network_stands() -> None:
    at = open_page(last=robust())
    shots = robust().snapshots
    page = drawn(at)["training"]
    places, colors = points_in(page)
    # The points stand at the snapshot's latents, which a file keeps in half precision.
    np.testing.assert_allclose(places, shots.latents[-1][:, (1, 0, 2)], atol=1e-3)
    np.testing.assert_allclose(colors, snapshot_colors(), atol=0.5 / 255 + 1e-9)
    assert settings_of(page)["frames"]["names"] == [f"{done} updates" for done in shots.steps]
    assert at.info == []


def test_a_run_without_its_history_has_no_training_to_play_and_says_so() -> None:
    at = open_page(last=robust().forgetting())
    assert list(drawn(at)) == ["sphere", "cube"]
    assert [each.value for each in at.info if "no history of its training" in each.value]


def test_the_cube_joins_hues_to_the_answers_of_the_network_on_screen() -> None:
    at = open_page()
    sound(at.button_group("latent-model").set_value("ex-2.7").run())
    hues = hsv_to_rgb([[hue, 1, 1] for hue in HUES.values()])
    answers = respond(ablate(pretrained("ex-2.7").run.model, HUE), hues).rgb
    page = drawn(at)["cube"]
    for panel in (0, 1):
        places, colors = points_in(page, panel)
        np.testing.assert_allclose(places[-12:], scenes.stand_cube(answers), atol=1e-5)
        np.testing.assert_allclose(colors[-12:], answers, atol=0.5 / 255 + 1e-6)
    bright = dict(zip(HUES, answers.mean(-1).tolist(), strict=True))
    said = at.caption[-1].value
    for group in (("red", "green", "blue"), ("yellow", "cyan", "magenta")):
        assert says(said, "{}", float(np.mean([bright[name] for name in group])))
    page = drawn(sound(at.toggle("cube-fall").set_value(False).run()))["cube"]
    assert len(points_in(page)[0]) == 512


def test_three_spheres_lose_what_the_page_deletes() -> None:
    at = open_page("ablation.py")
    model = pretrained("robust").run.model
    for picked in ([0, 1], [2], [0, 1, 2, 3], []):
        sound(at.button_group("ablation-dims-4").set_value(picked).run())
        (page,) = drawn(at).values()
        assert [each["title"] for each in settings_of(page)["panels"]] == [each.value for each in at.header[:3]]
        for i, deleted in enumerate(((), WARMTH, tuple(picked))):
            places, colors = points_in(page, i)
            np.testing.assert_allclose(places, u(model, deleted)[:, (1, 0, 2)], atol=1e-5)
            np.testing.assert_allclose(colors, COLORS, atol=0.5 / 255 + 1e-9)
            assert len(names_in(page)[i]) == 3 - len({0, 1, 2} & set(deleted))


# --- axes ------------------------------------------------------------------------------------------


def test_axes_are_named_by_what_lives_there(spheres: ModuleType) -> None:
    names = spheres.axis_names(pretrained("robust").run)
    assert names[:2] == ["u₀ warmth", "u₁ hue"]
    assert sorted(name[3:] for name in names[2:]) == ["", "tone"]
    # Without the term that holds them apart, all hues crowd around red: there is no wheel to name an axis after.
    # So it was with 58 of 60 seeds.
    nameless = 0
    for seed in range(6):
        crowded = train(seed=seed, weights={"separate": 0})
        roles = axis_roles(crowded.model)
        nameless += not {"warmth", "hue"} & set(roles)
        names = spheres.axis_names(crowded)
        assert names == [f"u{digit} {role}".strip() for digit, role in zip("₀₁₂₃", roles, strict=True)]
    assert nameless >= 4
    for width in (2, 3, 5, 6):
        names = spheres.axis_names(train(bottleneck=width, steps=3))
        assert [name[:2] for name in names] == [f"u{digit}" for digit in "₀₁₂₃₄₅"[:width]]


# --- what is remembered, and what is not -----------------------------------------------------------


@pytest.fixture
def forgetful(spheres: ModuleType) -> Iterator[None]:
    """No page of a scene is remembered from before, nor afterwards."""
    pages = spheres.sphere_page, spheres.triple_page, spheres.training_page, spheres.cube_page, spheres.fall_page
    for page in pages:
        page.clear()
    yield
    for page in pages:
        page.clear()


def test_equal_scenes_are_built_once(forgetful: None, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []
    original = scenes.to_html

    def counting(scene: scenes.Scene, key: str, height: int, viewer: str) -> str:
        built.append(key)
        return original(scene, key, height, viewer)

    monkeypatch.setattr(scenes, "to_html", counting)
    at = open_page(last=robust())
    assert built == SCENES
    first = drawn(at)
    # A rerun, another session, equal parameters in another run; one that has forgotten its training shares the rest.
    assert drawn(sound(at.run())) == first
    assert drawn(open_page(last=robust())) == first
    assert drawn(open_page(last=dataclasses.replace(robust(), config=RunConfig(seed=1)))) == first
    forgetting = drawn(open_page(last=robust().forgetting()))
    assert forgetting == {key: page for key, page in first.items() if key != "training"}
    assert built == SCENES
    # A picked color is marked in the scenes that are there; another choice builds the one that it changes, once.
    for code in ("#ff0000", "", "#ff0000"):
        sound(at.selectbox("latent-mark").set_value(code).run())
    assert built == SCENES
    for cut in ("warmth [0]", "nothing", "warmth [0]"):
        sound(at.button_group("latent-cut").set_value(cut).run())
    assert built == [*SCENES, "sphere"]


@pytest.mark.parametrize(("name", "lost", "charts"), [("latent.py", 3, 3), ("ablation.py", 1, 12)])
def test_a_scene_that_cannot_be_built_says_so_and_the_projections_stay(
    name: str, lost: int, charts: int, forgetful: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(scene: scenes.Scene, key: str, height: int, viewer: str) -> str:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(scenes, "to_html", broken)
    at = AppTest.from_file(str(APP), default_timeout=240)
    at.query_params["predict"] = "skip"
    at.run()
    unfold(at)
    log_run(at, robust())
    at.session_state["model"] = LAST
    sound(at.switch_page(f"pages/{name}").run(), warnings=lost)
    for warning in at.warning:
        assert re.fullmatch(r"The scene could not be built \(RuntimeError\)\. .*flat charts.*\.", warning.value)
    assert drawn(at) == {}
    assert len(at.get("vega_lite_chart")) == charts
    # Nothing of it is remembered.
    monkeypatch.undo()
    sound(at.run())
    assert len(drawn(at)) == lost

"""Scenes: their geometry against other calculations, what is exported of them, and what drawing leaves behind."""

from __future__ import annotations

import base64
import json
import math
import re
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import excolor
from excolor.color import HUES, hsv_to_rgb, named_colors, rgb_grid
from excolor.scenes import (
    CUBE_VIEWS,
    LATENT_VIEWS,
    POINT_RADIUS,
    Label,
    Panel,
    Scene,
    View,
    cube_panel,
    latent_panel,
    stand_cube,
    to_html,
)
from tests.support import node
from tests.support.scene_page import below, meshes, panels_of, settings_of, state_of

AXES = ("u₀ warmth", "u₁ hue", "u₂ tone", "u₃", "u₄", "u₅")
COLORS = rgb_grid(3).reshape(-1, 3)


def on_sphere(width: int = 4, n: int = len(COLORS), seed: int = 0) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=(n, width))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def sphere(dims: tuple[int, int, int] = (1, 0, 2), title: str = "", seed: int = 0, **given: Any) -> Panel:
    return latent_panel(title, on_sphere(seed=seed), COLORS, dims, AXES, **given)


def ends(panel: Panel) -> np.ndarray:
    """The axes of a latent panel: lines too long for a piece of a circle, `[A, 2, 3]`."""
    return panel.lines[np.linalg.norm(panel.lines[:, 1] - panel.lines[:, 0], axis=1) > 1]


# --- latents ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dims", [(1, 0, 2), (2, 3, 1), (1, 3, 0), (0, 1, 2), (3, 2, 0), (2, 2, 2), (0, 3, 0)])
def test_places_are_the_chosen_latents(dims: tuple[int, int, int]) -> None:
    u = on_sphere()
    panel = latent_panel("title", u, COLORS, dims, AXES)
    for axis, dim in enumerate(dims):
        np.testing.assert_array_equal(panel.points[:, axis], u[:, dim])
    assert panel.title == "title"
    np.testing.assert_array_equal(panel.colors, COLORS)


@pytest.mark.parametrize("deleted", [(), (0,), (1,), (0, 1), (3,), (0, 1, 2, 3)])
def test_a_deleted_axis_has_no_line_and_no_label(deleted: tuple[int, ...]) -> None:
    dims = (1, 0, 2)
    panel = latent_panel("", on_sphere(), COLORS, dims, AXES, deleted)
    left = [axis for axis, dim in enumerate(dims) if dim not in deleted]
    assert [label.text for label in panel.labels] == [AXES[dims[axis]] for axis in left]
    for axis, line, label in zip(left, ends(panel), panel.labels, strict=True):
        # From one side of the sphere through its center to the other, along this axis only; the name is beyond.
        assert np.count_nonzero(line) == 2
        assert line[0, axis] == -line[1, axis] < -1
        assert np.count_nonzero(label.place) == 1
        assert label.place[axis] > line[1, axis]


@pytest.mark.parametrize("width", [2, 3, 4, 6])
def test_a_dim_that_the_model_lacks_is_zero_and_has_no_axis(width: int) -> None:
    u = on_sphere(width)
    panel = latent_panel("", u, COLORS, (1, 0, 2), AXES[:width])
    np.testing.assert_array_equal(panel.points[:, 2], u[:, 2] if width > 2 else 0)
    assert len(ends(panel)) == len(panel.labels) == min(3, width)


def test_latents_that_are_not_numbers_are_drawn_in_the_center() -> None:
    u = on_sphere()
    u[::2] = math.nan
    panel = latent_panel("", u, np.where(np.isnan(u[:, :3]), math.nan, COLORS), (1, 0, 2), AXES)
    np.testing.assert_array_equal(panel.points[::2], 0)
    (points, colors), *_ = meshes(draw(Scene((panel,), LATENT_VIEWS)))[0]
    assert np.isfinite(points).all()
    assert (colors[::2] == 0).all()


# --- the cube --------------------------------------------------------------------------------------

unit = st.floats(0, 1)
colors = st.tuples(unit, unit, unit)


@given(colors)
def test_height_is_brightness(rgb: tuple[float, float, float]) -> None:
    (place,) = stand_cube([rgb])
    assert place[1] == pytest.approx(math.sqrt(3) * (sum(rgb) / 3 - 0.5), abs=1e-12)
    # What is left of it is the distance from the gray of the same brightness.
    gray = sum(rgb) / 3
    assert math.hypot(place[0], place[2]) == pytest.approx(math.dist(rgb, (gray, gray, gray)), abs=1e-12)


@given(colors, colors)
def test_the_cube_is_turned_and_not_bent(one: tuple[float, ...], other: tuple[float, ...]) -> None:
    places = stand_cube([one, other])
    assert math.dist(*places) == pytest.approx(math.dist(one, other), abs=1e-12)


def test_the_cube_is_not_mirrored() -> None:
    red, green, blue = stand_cube(np.eye(3)) - stand_cube(np.zeros((1, 3)))
    np.testing.assert_allclose(np.cross(red, green), blue, atol=1e-12)


def test_the_cube_has_its_colors_its_edges_and_its_corners_names() -> None:
    panel = cube_panel("title")
    assert panel.points.shape == (512, 3)
    np.testing.assert_array_equal(panel.points, stand_cube(panel.colors))
    assert {tuple(color) for color in np.rint(panel.colors * 7).astype(int).tolist()} == set(
        product(range(8), repeat=3)
    )
    assert len(panel.lines) == 12
    np.testing.assert_allclose(np.linalg.norm(panel.lines[:, 1] - panel.lines[:, 0], axis=1), 1)
    assert len({tuple(sorted(map(tuple, line.round(6).tolist()))) for line in panel.lines}) == 12
    named = named_colors()
    assert len(panel.labels) == 8
    for label in panel.labels:
        (corner,) = stand_cube([named[label.text]])
        np.testing.assert_allclose(label.place, corner)  # from there the viewer moves it outwards


def test_each_hue_is_joined_to_its_answer() -> None:
    answers = np.random.default_rng(0).random((12, 3))
    panel = cube_panel("", answers)
    hues = hsv_to_rgb([[hue, 1, 1] for hue in HUES.values()])
    assert len(panel.lines) == 12 + 12
    np.testing.assert_allclose(panel.lines[12:], np.stack([stand_cube(hues), stand_cube(answers)], axis=1))
    np.testing.assert_allclose(panel.points[-12:], stand_cube(answers))
    np.testing.assert_allclose(panel.colors[-12:], answers)
    # Of the cube, six edges of vibrant colors (two of them share each of six corners) and eight grays.
    rest = panel.colors[:-12]
    assert len(rest) == 6 * 8 - 6 + 8
    for r, g, b in rest.tolist():
        assert r == g == b or (min(r, g, b), max(r, g, b)) == (0, 1)


def test_answers_that_are_not_numbers_are_black() -> None:
    panel = cube_panel("", np.full((12, 3), math.nan))
    np.testing.assert_array_equal(panel.points[-12:], np.repeat(stand_cube([[0, 0, 0]]), 12, axis=0))
    np.testing.assert_array_equal(panel.colors[-12:], 0)


# --- what is exported ------------------------------------------------------------------------------


def draw(scene: Scene, key: str = "key", height: int = 400) -> str:
    return to_html(scene, key, height)


def test_every_point_is_at_its_place_in_its_color() -> None:
    u, rgb = on_sphere(n=200), np.random.default_rng(1).random((200, 3))
    panel = latent_panel("", u, rgb, (2, 3, 1), AXES)
    page = draw(Scene((panel,), LATENT_VIEWS))
    ((points, lines),) = meshes(page)
    np.testing.assert_allclose(points[0], u[:, (2, 3, 1)], atol=1e-6)
    assert np.abs(points[1] / 255 - rgb).max() <= 0.5 / 255 + 1e-9
    np.testing.assert_allclose(lines[0], panel.lines.reshape(-1, 3), atol=1e-6)
    assert settings_of(page)["radius"] == POINT_RADIUS


def test_colors_outside_the_cube_are_clipped() -> None:
    panel = latent_panel("", on_sphere(n=2), [[-1, 0.5, 2], [math.inf, 0, 1]], (0, 1, 2), AXES)
    ((points, _lines),) = meshes(draw(Scene((panel,), LATENT_VIEWS)))
    assert points[1].tolist() == [[0, 128, 255], [255, 0, 255]]


def test_nothing_is_lit_so_that_a_color_is_a_color() -> None:
    properties = list(below(state_of(draw(Scene((sphere(),), LATENT_VIEWS)))["scene"], "Property"))
    assert len(properties) == 2
    assert not any(each["properties"]["lighting"] for each in properties)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("linked", [True, False])
def test_linked_panels_have_one_camera_and_others_one_each(count: int, linked: bool) -> None:
    panels = tuple(sphere(seed=seed) for seed in range(count))
    state = state_of(draw(Scene(panels, LATENT_VIEWS, linked=linked)))
    shown = panels_of(state)
    assert [len(list(below(each, "Actor"))) for each in shown] == [2] * count
    assert [each["properties"]["viewport"] for each in shown] == [
        pytest.approx([i / count, 0, (i + 1) / count, 1]) for i in range(count)
    ]
    cameras = [next(below(each, "Camera")) for each in shown]
    assert len({camera["id"] for camera in cameras}) == (1 if linked else count)
    for i, camera in enumerate(cameras):
        view = LATENT_VIEWS[0]
        side = 4 if linked or i % 2 == 0 else -4
        np.testing.assert_allclose(camera["properties"]["position"], side * np.array(view.position))
        assert camera["properties"]["viewUp"] == pytest.approx(view.up)
        assert camera["properties"]["focalPoint"] == [0, 0, 0]


def test_no_two_balls_at_one_place_are_of_one_size() -> None:
    count = 529
    given = {"centers": [0.0] * 3 * count, "corners": [1.0, 0.0, 0.0]}
    body = """
      const points = { setData: (data) => { points.data = data; } };
      const mesh = { getPoints: () => points, modified: () => {} };
      const settings = { ball: { corners: given.corners, triangles: [] }, radius: 0.035 };
      module.moveBalls(mesh, given.centers, settings);
      return [...points.data];
    """
    radii = np.sort(node.run(Path(excolor.__file__).parent / "viewer" / "balls.js", body, given)[::3])
    # A depth buffer of 24 bits over the four radii that a scene is deep tells 2.4e-7 apart.
    assert np.diff(radii).min() > 1e-6
    np.testing.assert_allclose(radii, 0.035, rtol=0.05)


def test_the_cubes_two_panels_look_from_opposite_sides() -> None:
    panels = (cube_panel("front"), cube_panel("back"))
    page = draw(Scene(panels, CUBE_VIEWS, linked=False))
    front, back = (
        np.array(next(below(each, "Camera"))["properties"]["position"]) for each in panels_of(state_of(page))
    )
    np.testing.assert_allclose(front, -back)
    yellow, blue = stand_cube([[1, 1, 0], [0, 0, 1]])
    assert front @ yellow > 0 > front @ blue  # what the page says is in the middle of either
    assert [len(mesh[0][0]) for mesh in meshes(page)] == [512] * 2
    assert [each["title"] for each in settings_of(page)["panels"]] == ["front", "back"]


class Tags(HTMLParser):
    """What a browser would see of a page: its tags, what they refer to, and the text of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[tuple[str, str | None, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [(tag, value, dict(attrs)) for name, value in attrs if name in ("src", "href", "data", "action")]

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "script":
            self.scripts.append(data)


def test_the_page_refers_to_nothing_outside_itself() -> None:
    page = draw(Scene((sphere(), sphere()), LATENT_VIEWS))
    tags = Tags(page)
    assert {"html", "head", "body", "script", "style"} <= set(tags.tags)
    # An icon of another host in the viewer's head is not asked for inside a frame; tests/browser sees to that.
    assert [value for _tag, value, with_ in tags.links if with_.get("rel") != "icon"] == []
    assert "http" not in json.dumps({k: v for k, v in state_of(page)["scene"].items() if k != "hashes"})
    own = "".join(text for text in tags.scripts if "EXCOLOR" in text)
    assert own.count("EXCOLOR") > 2
    assert not re.search(r"https?:|\bwss?:|//\w+\.|\bfetch\(|\bimport\b|XMLHttpRequest", own)


HOSTILE = """</script><script>alert("1")</script><!--<script>'`${1}`\u2028&amp;</style><img src=x onerror=1>"""


def test_words_cannot_leave_the_settings() -> None:
    panel = Panel(HOSTILE, np.zeros((1, 3)), np.zeros((1, 3)), np.zeros((1, 2, 3)), (Label(HOSTILE, (0, 0, 0)),))
    view = View(HOSTILE, (0, 0, 1), (0, 1, 0))
    frames = np.zeros((1, 1, 3))

    def scene(panel: Panel, view: View, word: str) -> Scene:
        return Scene((panel,), (view,), frames=frames, frame_names=(word,), words={"none": word, "views": word})

    plain = Panel("", panel.points, panel.colors, panel.lines, (Label("", (0, 0, 0)),))
    page = to_html(scene(panel, view, HOSTILE), HOSTILE, 400)
    harmless = Tags(to_html(scene(plain, LATENT_VIEWS[0], ""), "", 400))
    assert Tags(page).tags == harmless.tags
    told = settings_of(page)
    assert told["key"] == HOSTILE
    assert told["panels"][0]["title"] == HOSTILE
    assert told["panels"][0]["labels"] == [{"text": HOSTILE, "place": [0, 0, 0]}]
    assert told["views"][0]["name"] == told["words"]["none"] == told["frames"]["names"][0] == HOSTILE


def canonical(state: dict[str, Any]) -> str:
    """The scene without what names an object: addresses, which differ between equal scenes, and the change counter."""
    text = json.dumps(state, sort_keys=True)
    text = re.sub(r'"mtime": \d+', '"mtime": 0', text)
    names: dict[str, str] = {}
    return re.sub(r"\b(0x)?[0-9a-f]{12,16}\b(?!_)", lambda found: names.setdefault(found[0], f"#{len(names)}"), text)


# --- frames ----------------------------------------------------------------------------------------


def unpacked(told: dict[str, Any]) -> np.ndarray:
    packed = np.frombuffer(base64.b64decode(told["places"]), "<i2")
    return packed.reshape(len(told["names"]), -1, 3) / 32767


@settings(max_examples=5)
@given(st.integers(1, 9), st.integers(1, 30), st.integers(0, 99))
def test_frames_arrive_as_they_were(moments: int, points: int, seed: int) -> None:
    frames = np.random.default_rng(seed).uniform(-1, 1, (moments, points, 3))
    panel = Panel("", frames[-1], np.zeros((points, 3)), np.zeros((1, 2, 3)))
    names = tuple(f"{i} updates" for i in range(moments))
    told = settings_of(draw(Scene((panel,), LATENT_VIEWS, frames=frames, frame_names=names)))["frames"]
    assert told["names"] == list(names)
    np.testing.assert_allclose(unpacked(told), frames, atol=0.5001 / 32767)


def test_frames_that_are_no_places_are_kept_in_bounds() -> None:
    frames = np.array([[[math.nan, math.inf, -math.inf], [2, -2, 0.5]]])
    panel = Panel("", np.zeros((2, 3)), np.zeros((2, 3)), np.zeros((1, 2, 3)))
    told = settings_of(draw(Scene((panel,), LATENT_VIEWS, frames=frames, frame_names=("a",))))["frames"]
    np.testing.assert_allclose(unpacked(told), [[[0, 1, -1], [1, -1, 0.5]]], atol=1e-4)
    assert "frames" not in settings_of(draw(Scene((panel,), LATENT_VIEWS)))


# --- what drawing does to its process --------------------------------------------------------------


def test_eight_threads_draw_at_once_what_one_draws() -> None:
    scenes = [Scene((sphere(seed=seed),) * (1 + seed % 3), LATENT_VIEWS) for seed in range(8)]
    alone = [canonical(state_of(draw(scene))) for scene in scenes]
    assert len(set(alone)) == 8
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(draw, scenes * 2))
    assert [canonical(state_of(page)) for page in pages] == alone * 2
    assert [settings_of(page) for page in pages[:8]] == [settings_of(draw(scene)) for scene in scenes]


ALONE = """
import json, sys, threading

seen = []
STARTS = ("subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.exec")
NETWORK = ("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
sys.addaudithook(lambda event, arguments: seen.append(f"{event} {arguments}") if event in STARTS + NETWORK else None)

import numpy as np
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLRenderWindow
from excolor import scenes

windows = []
original = scenes._Exporter.get_standalone_state
def spy(self, identifier):
    windows.append(self.get_view(identifier))
    return original(self, identifier)
scenes._Exporter.get_standalone_state = spy
contexts = []

def draw():
    u = np.eye(4)
    panel = scenes.latent_panel("", u, u[:, :3], (1, 0, 2), "abcd")
    scenes.to_html(scenes.Scene((panel,) * 3, scenes.LATENT_VIEWS), "key", 400)
    window = windows.pop()
    contexts.append([window.GetContextCreationTime(), window.GetNeverRendered()])

draw()
workers = [threading.Thread(target=draw) for _ in range(3)]
[worker.start() for worker in workers]
[worker.join() for worker in workers]

from pathlib import Path
children, listening = [], []
if Path("/proc/self/task").exists():
    children = "".join(each.read_text() for each in Path("/proc/self/task").glob("*/children")).split()
    sockets = {at.readlink().name for at in Path("/proc/self/fd").iterdir() if at.is_symlink()}
    listening = [name for name in sockets if name.startswith("socket:")]
threads = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
print(json.dumps(dict(seen=seen, contexts=contexts, children=children, sockets=listening, threads=threads)))
"""


def test_drawing_starts_no_process_no_server_no_thread_and_no_opengl() -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(ALONE)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    # Not created, and never rendered.
    assert found.pop("contexts") == [[0, 1]] * 4
    assert found == {"seen": [], "children": [], "sockets": [], "threads": []}


THEN_AUTOGRAD = """
import numpy as np
from excolor import scenes
from excolor.config import RunConfig
from excolor.training import train

u = np.eye(4)
panel = scenes.latent_panel("", u, u[:, :3], (1, 0, 2), "abcd")
scenes.to_html(scenes.Scene((panel,), scenes.LATENT_VIEWS), "key", 400)
train(RunConfig(steps=2), "autograd")
"""


def test_autograd_may_follow_a_scene() -> None:
    # With a CUDA build of PyTorch, which brings triton, the process once ended here: segmentation fault.
    command = [sys.executable, "-c", textwrap.dedent(THEN_AUTOGRAD)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""Scenes on the screen: colors at their places, cameras, the replay, and what shows where there is no WebGL.

Where a point should be is computed here from the latents, without anything of the viewer's.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from playwright.sync_api import Frame, Locator, Page

from excolor.charts.base import GROUND
from excolor.charts.wheel import REACH
from excolor.checkpoint import pretrained
from excolor.color import HUES, hex_to_rgb, hsv_to_rgb, named_colors, rgb_grid
from excolor.metrics import respond
from excolor.scenes import CUBE_VIEWS, LATENT_VIEWS, POINT_RADIUS, stand_cube
from excolor.surgery import HUE, WARMTH, ablate
from excolor.training import snapshot_colors
from tests.browser.conftest import Visit
from tests.support.browser import open_page, pixels, settled, unfold
from tests.support.session import session

Image = NDArray[np.uint8]
Vector = tuple[float, ...]

NAMED = named_colors()
COLORS = np.concatenate([rgb_grid(8).reshape(-1, 3), np.stack(list(NAMED.values()))])
INTACT = pretrained("robust").run.model
# A dim stands for a direction: to the right, upwards, towards the reader.
DIMS = (1, 0, 2)


@dataclass(frozen=True)
class Camera:
    """One renderer's: where it is, what it has upwards, and the part of the canvas that it fills."""

    position: Vector
    up: Vector
    viewport: Vector
    shared: int  # by how many renderers


FRONT = Camera(LATENT_VIEWS[0].position, LATENT_VIEWS[0].up, (0, 0, 1, 1), 1)


# --- the scene and its frame -----------------------------------------------------------------------


def holder(page: Page, key: str) -> Locator:
    """The frame's element, which stpyvista's component keeps in a shadow root."""
    return page.locator(f".st-key-{key} iframe#stpyvistaframe")


def scene(page: Page, key: str, state: str = "ready") -> Frame:
    """The page inside the frame, once it has drawn."""
    holder(page, key).scroll_into_view_if_needed(timeout=60_000)  # until then it does not begin
    element = holder(page, key).element_handle(timeout=60_000)
    frame = element.content_frame()
    assert frame is not None
    frame.wait_for_function("state => document.documentElement.dataset.scene === state", arg=state, timeout=60_000)
    return frame


def cameras(frame: Frame) -> list[Camera]:
    """Of each panel from the left, or from the top."""
    found: list[dict[str, Any]] = frame.evaluate(
        """() => {
          const panels = global.renderWindow.getRenderers().filter(r => r.getActors().length);
          const all = panels.map(panel => panel.getActiveCamera());
          return panels.map((panel, i) => ({
            position: all[i].getPosition(), up: all[i].getViewUp(), viewport: panel.getViewport(),
            shared: all.filter(camera => camera === all[i]).length,
          }));
        }"""
    )
    return [Camera(tuple(c["position"]), tuple(c["up"]), tuple(c["viewport"]), c["shared"]) for c in found]


def assert_same_place(one: Camera, other: Camera) -> None:
    assert one.position == pytest.approx(other.position, abs=1e-6)
    assert one.up == pytest.approx(other.up, abs=1e-6)


# Where the pointer was last heard in a frame, as shares of its width and height.
_HEAR = """
() => addEventListener('pointermove', ({ clientX, clientY }) => {
  window.heard = [clientX / innerWidth, clientY / innerHeight];
}, { capture: true })
"""


def drag(page: Page, key: str, start: tuple[float, float], by: tuple[float, float]) -> None:
    """With the mouse, from a place in the scene given as shares of its width and height.

    A busy browser may not know yet that the frame is where it has been scrolled to: the button is pressed once the
    frame has heard the pointer where it should be.
    """
    frame, before = scene(page, key), cameras(scene(page, key))
    frame.evaluate(_HEAR)

    def place() -> tuple[float, float]:
        box = holder(page, key).bounding_box()
        assert box is not None
        return box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"]

    for _ in range(200):
        x, y = place()
        page.mouse.move(x + 9, y)
        page.mouse.move(x, y)
        _drawn(frame)
        if frame.evaluate("window.heard") == pytest.approx(start, abs=0.01):
            break
    else:
        pytest.fail(f"the pointer does not reach the scene {key}")
    for _ in range(3):  # of a busy browser, the frame can miss the button as well
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + by[0], y + by[1], steps=4)
        page.mouse.up()
        end = time.monotonic() + 7
        while cameras(frame) == before and time.monotonic() < end:
            _drawn(frame)
        if cameras(frame) != before:
            _drawn(frame)
            return
    pytest.fail(f"the scene {key} does not follow the pointer")


def _drawn(frame: Frame) -> None:
    frame.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


# --- where things should be ------------------------------------------------------------------------


def project(places: ArrayLike, camera: Camera, image: Image) -> tuple[NDArray[np.float64], float]:
    """Column, row and depth in the picture, `[N, 3]`, all in pixels; and how many pixels the unit is."""
    height, width = image.shape[:2]
    left, bottom, right, top = np.array(camera.viewport) * [width, height, width, height]
    forward = -np.array(camera.position) / np.linalg.norm(camera.position)
    across = np.cross(forward, camera.up)
    across /= np.linalg.norm(across)
    down = np.cross(forward, across)
    unit = min(top - bottom, right - left) / (2 * REACH)  # REACH of a panel's height, and at least of its width
    middle = (left + right) / 2, height - (bottom + top) / 2, 0
    return np.asarray(places) @ np.stack([across, down, forward], axis=1) * unit + middle, unit


def at(image: Image, columns: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.int64]:
    return image[np.floor(rows).astype(int), np.floor(columns).astype(int)].astype(np.int64)


def seen_and_right(
    image: Image, camera: Camera, places: ArrayLike, colors: ArrayLike
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of which points the middle can be seen, `[N]`, and which have their color there, `[N]`."""
    placed, unit = project(places, camera, image)
    radius = POINT_RADIUS * unit
    apart = np.hypot(*(placed[:, None, k] - placed[None, :, k] for k in (0, 1)))
    levels = np.rint(np.clip(colors, 0, 1) * 255).astype(np.int64)
    other = (levels[:, None] != levels[None, :]).any(-1)
    # What would hide a middle: a ball over it of another color whose surface is nearer than that of its own ball.
    surface = placed[None, :, 2] - np.sqrt(np.maximum(radius**2 - apart**2, 0))
    hides = other & (apart < radius + 1) & (surface < placed[:, None, 2] - radius + 0.25)
    off = np.abs(at(image, placed[:, 0], placed[:, 1]) - levels).max(-1)
    return ~hides.any(1), off <= 3


def share_right(image: Image, camera: Camera, places: ArrayLike, colors: ArrayLike) -> float:
    """Of the points that can be seen, the share in its color."""
    seen, right = seen_and_right(image, camera, places, colors)
    assert seen.sum() >= 5
    return float(np.mean(right[seen]))


def latents(dims: tuple[int, int, int] = DIMS, deleted: tuple[int, ...] = ()) -> NDArray[np.float32]:
    return respond(ablate(INTACT, deleted), COLORS).u[:, dims]


# --- one sphere ------------------------------------------------------------------------------------


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    settled(page)


def find(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Find a color").click()
    page.get_by_role("option", name=name, exact=True).click()
    settled(page)


def dark_share(image: Image, camera: Camera, place: NDArray[np.float32]) -> float:
    """How much of a circle around a place, in the plane that faces the camera, is black."""
    (center, *_), unit = project(place[None], camera, image)
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    radii = 2.4 * POINT_RADIUS * unit + np.arange(-1.5, 2)[:, None]
    ring = at(image, center[0] + radii * np.cos(turn), center[1] + radii * np.sin(turn))
    return float(np.mean(ring.max(-1).min(0) < 60))


def test_a_sphere_has_its_colors_at_their_latents_and_the_chosen_one_in_a_ring(new_page: Visit) -> None:
    page = new_page(height=1400)  # the table of the chosen color is at its lower edge
    open_page(page, "latent")
    frame = scene(page, "sphere")
    corners: list[float] = frame.evaluate(
        """() => {
          const [panel] = global.renderWindow.getRenderers().filter(r => r.getActors().length);
          return [...panel.getActors()[0].getMapper().getInputData().getPoints().getData()];
        }"""
    )
    around = np.reshape(corners, (len(COLORS), -1, 3)) - latents()[:, None]
    radii = np.linalg.norm(around, axis=-1)
    np.testing.assert_allclose(radii, np.broadcast_to(radii.mean(1, keepdims=True), radii.shape), rtol=1e-3)  # round
    # Of nearly one size: those at one place would flicker, were they of just the same.
    assert radii.max() <= POINT_RADIUS * 1.001
    assert radii.min() >= POINT_RADIUS * 0.959
    image = pixels(page, holder(page, "sphere"))
    seen, right = seen_and_right(image, FRONT, latents(), COLORS)
    assert np.mean(right[seen]) > 0.95
    # No name and no line lies on a hue.
    shown = {name: bool(right[512 + i]) for i, name in enumerate(NAMED) if seen[512 + i] and name in HUES}
    assert len(shown) >= 8
    assert all(shown.values()), shown
    cyan = latents()[512 + list(NAMED).index("cyan")]
    assert dark_share(image, FRONT, cyan) < 0.2

    find(page, "cyan")
    scene(page, "sphere")
    image = pixels(page, holder(page, "sphere"))
    assert dark_share(image, FRONT, cyan) > 0.8
    find(page, "none")

    choose(page, "ex-2.7")
    choose(page, "answer")
    scene(page, "sphere")
    response = respond(pretrained("ex-2.7").run.model, COLORS)
    image = pixels(page, holder(page, "sphere"))
    assert share_right(image, FRONT, response.u[:, DIMS], response.rgb) > 0.95


def test_the_camera_goes_where_it_is_sent_and_stays_when_what_is_shown_changes(new_page: Visit) -> None:
    page = new_page(theme="dark")
    open_page(page, "latent")
    frame = scene(page, "sphere")
    (opened,) = cameras(frame)
    assert_same_place(opened, Camera((0, 0, 4), (0, 1, 0), opened.viewport, 1))
    names = "front", "from the side", "from above", "oblique"
    for name, view in zip(names, LATENT_VIEWS, strict=True):
        frame.get_by_role("button", name=name, exact=True).click()
        (sent,) = cameras(frame)
        toward = np.array(view.position) / np.linalg.norm(view.position)
        np.testing.assert_allclose(np.array(sent.position) / np.linalg.norm(sent.position), toward, atol=1e-6)
        image = pixels(page, holder(page, "sphere"))
        assert share_right(image, sent, latents(), COLORS) > 0.9, name

    drag(page, "sphere", (0.5, 0.5), (70, 30))
    (turned,) = cameras(frame)
    assert np.linalg.norm(np.subtract(turned.position, sent.position)) > 0.3

    # Another scene on the page is drawn anew, this one stays as it is.
    frame.evaluate("window.stamp = 1")
    unfold(page, "The RGB cube")
    page.get_by_text("Show where each hue falls").click()
    settled(page)
    scene(page, "cube")
    assert scene(page, "sphere").evaluate("window.stamp") == 1

    # With hue deleted the points crowd on an arc: some 30 are to be seen, and how many exactly is up to the turn.
    for name, dims, deleted, enough in (("[2, 3, 1]", (2, 3, 1), (), 0.9), ("hue [0, 1]", (2, 3, 1), HUE, 0.7)):
        choose(page, name)
        frame = scene(page, "sphere")
        assert frame.evaluate("window.stamp") is None
        (kept,) = cameras(frame)
        assert_same_place(kept, turned)
        image = pixels(page, holder(page, "sphere"))
        assert share_right(image, turned, latents(dims, deleted), COLORS) > enough

    # The wheel scrolls the page and leaves the scene alone.
    scale = "global.renderWindow.getRenderers().map(r => r.getActiveCamera().getParallelScale())"
    before = frame.evaluate(scale)
    scrolled = "document.querySelector('[data-testid=stMain]').scrollTop"
    top = page.evaluate(scrolled)
    box = holder(page, "sphere").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.wheel(0, 200)
    page.wait_for_function(f"top => {scrolled} > top", arg=top)
    assert frame.evaluate(scale) == before


# --- three that turn together ----------------------------------------------------------------------


def assert_a_line(image: Image, camera: Camera, places: NDArray[np.float32]) -> None:
    """Color is nowhere but on the balls along one axis."""
    placed, unit = project(places, camera, image)
    rows, columns = np.nonzero(np.ptp(image.astype(np.int64), axis=-1) > 20)
    left, _bottom, right, _top = np.array(camera.viewport) * image.shape[1]
    inside = (columns >= left) & (columns < right)
    assert inside.sum() > 30
    for row, column in zip(rows[inside].tolist(), columns[inside].tolist(), strict=True):
        assert np.hypot(placed[:, 0] - column - 0.5, placed[:, 1] - row - 0.5).min() < POINT_RADIUS * unit + 1.5


def test_dragging_one_of_three_spheres_turns_them_all(page: Page) -> None:
    open_page(page, "ablation")
    unfold(page, "to be turned")
    frame = scene(page, "triple")
    intact, cold, gray = (latents(deleted=deleted) for deleted in ((), WARMTH, HUE))

    def drawn() -> Image:
        image = pixels(page, holder(page, "triple"))
        found = cameras(frame)
        assert [camera.shared for camera in found] == [3] * 3
        for i, camera in enumerate(found):
            assert camera.viewport == pytest.approx((i / 3, 0, (i + 1) / 3, 1))
        assert share_right(image, found[0], intact, COLORS) > 0.9
        assert share_right(image, found[1], cold, COLORS) > 0.7  # they crowd on a band
        assert_a_line(image, found[2], gray)
        return image

    before = drawn()
    drag(page, "triple", (0.5, 0.45), (75, 30))
    after = drawn()
    third = before.shape[1] // 3
    for i in range(3):
        changed = (before != after)[:, i * third : (i + 1) * third].any(-1)
        assert changed.mean() > 0.01


# --- training and the cube --------------------------------------------------------------------------------------


def test_training_is_scrubbed_without_the_server_and_the_cube_stands_on_its_black_corner(page: Page) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda payload: sent.append(payload)))
    open_page(page, "latent")
    frame = scene(page, "training")
    shots = pretrained("robust").run.snapshots
    slider = frame.get_by_role("slider", name="Moment of the training")
    slider.focus()
    sent.clear()
    last = len(shots.steps) - 1
    for key, moment in (("End", last), ("Home", 0), ("ArrowRight", 1), ("End", last)):
        slider.press(key)
        assert frame.evaluate("document.documentElement.dataset.frame") == str(moment)
        image = pixels(page, holder(page, "training"))
        places = shots.latents[moment][:, DIMS]
        assert share_right(image, FRONT, places, snapshot_colors()) > 0.85, moment
    assert frame.locator("output").inner_text() == f"{shots.steps[-1]} updates"
    assert sent == []
    unfold(page, "The RGB cube")
    assert_cube_front_and_back(page)


def assert_cube_front_and_back(page: Page) -> None:
    hues = hsv_to_rgb([[hue, 1, 1] for hue in HUES.values()])
    answers = respond(ablate(INTACT, HUE), hues).rgb
    cube = rgb_grid(8).reshape(-1, 3)
    vivid = cube[(cube.min(1) == 0) & (cube.max(1) == 1)]
    grays = cube[np.ptp(cube, axis=1) == 0]
    for rgb in (np.concatenate([vivid, grays, answers]), cube):
        frame = scene(page, "cube")
        image = pixels(page, holder(page, "cube"))
        found = cameras(frame)
        assert [camera.shared for camera in found] == [1, 1]
        for i, camera in enumerate(found):
            (x, y, z), up = CUBE_VIEWS[0].position, CUBE_VIEWS[0].up
            expected = Camera((-x, -y, -z) if i else (x, y, z), up, (i / 2, 0, (i + 1) / 2, 1), 1)
            assert camera.viewport == pytest.approx(expected.viewport)
            # Names of corners and lines lie on some.
            assert share_right(image, expected, stand_cube(rgb), rgb) > 0.8
        if rgb is not cube:
            page.get_by_text("Show where each hue falls").click()
            settled(page)
    # From above they are two pictures, too.
    scene(page, "cube").get_by_role("button", name="above and below").click()
    above, below = cameras(scene(page, "cube"))
    assert above.position[1] == pytest.approx(-below.position[1])
    scene(page, "cube").get_by_role("button", name="front and back").click()
    # One turns, the other stays.
    drag(page, "cube", (0.25, 0.5), (60, 0))
    front, back = cameras(scene(page, "cube"))
    assert abs(front.position[0]) > 0.1
    assert_same_place(back, Camera((0, 0, 4), (0, 1, 0), back.viewport, 1))


# --- other browsers --------------------------------------------------------------------------------


def test_without_webgl_the_page_says_so_and_shows_the_projections(own_page: Page) -> None:
    page = own_page
    page.add_init_script(
        """const get = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return /webgl/.test(kind) ? null : get.call(this, kind, ...rest);
        };"""
    )
    open_page(page, "latent")
    unfold(page, "The RGB cube")
    for key in ("sphere", "training", "cube"):
        frame = scene(page, key, "none")
        assert frame.get_by_role("status").inner_text().startswith("This browser has no WebGL")
        assert "flat charts" in frame.get_by_role("status").inner_text()
        ground = np.rint(hex_to_rgb(GROUND) * 255)
        image = pixels(page, holder(page, key))
        assert np.mean(np.abs(image - ground).max(-1) <= 1) > 0.8
        assert (image.max(-1) < 60).sum() > 200  # the words
    assert len(page.locator('[data-testid="stVegaLiteChart"][aria-label*="The same latents on dims"]').all()) == 2


def test_on_a_phone_the_panels_stand_under_each_other_and_nothing_is_cut_off(new_page: Visit) -> None:
    page = new_page(width=390, height=844)
    for path, key, count in (("ablation", "triple", 3), ("latent", "sphere", 1), ("latent", "cube", 2)):
        open_page(page, path)
        unfold(page, "to be turned" if path == "ablation" else "The RGB cube")
        frame = scene(page, key)
        found = cameras(frame)
        assert len(found) == count
        for upper, lower in pairwise(found):
            assert upper.viewport[1] == pytest.approx(lower.viewport[3])
        assert all((camera.viewport[0], camera.viewport[2]) == (0, 1) for camera in found)
        box = holder(page, key).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        # Titles, names and buttons are inside, and where there are several panels the buttons are below them.
        rects: list[list[float]] = frame.evaluate(
            """() => [...document.querySelectorAll('.xc-title, .xc-label:not([hidden]), .xc-bar > *')]
              .filter(node => node.textContent)
              .map(node => node.getBoundingClientRect()).map(r => [r.left, r.top, r.right, r.bottom])"""
        )
        assert len(rects) > 4
        corners = np.array(rects)
        assert (corners[:, :2] >= -3).all()
        assert (corners[:, 2] <= box["width"] + 1).all()
        assert (corners[:, 3] <= box["height"] + 1).all()
        if count > 1:
            bar: float = frame.evaluate("document.querySelector('.xc-bar').getBoundingClientRect().top")
            assert bar >= (1 - found[-1].viewport[1]) * box["height"] - 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    scene(page, "sphere")
    end = time.monotonic() + 20  # it has been off the screen, and is painted again
    while share_right(pixels(page, holder(page, "sphere")), FRONT, latents(), COLORS) <= 0.9:
        assert time.monotonic() < end


# --- the server ------------------------------------------------------------------------------------


def listening(process: Path) -> set[int]:
    """The ports on which a process listens."""
    own = {at.readlink().name for at in (process / "fd").iterdir() if at.is_symlink()}
    ports: set[int] = set()
    for table in ("tcp", "tcp6"):
        for line in (process / "net" / table).read_text().splitlines()[1:]:
            fields = line.split()
            local, state, inode = fields[1], fields[3], fields[9]
            if state == "0A" and f"socket:[{inode}]" in own:
                ports.add(int(local.rpartition(":")[2], 16))
    return ports


def process_of(port: int) -> Path:
    """The app's server that was started on a port, in /proc."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may have ended meanwhile
            command = (process / "cmdline").read_bytes().split(b"\0")
            if str(port).encode() in command and any(word.endswith(b"streamlit_app.py") for word in command):
                return process
    raise LookupError(port)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_server_that_draws_scenes_has_no_child_and_listens_on_its_own_port_only(server: str) -> None:
    with session(server, "latent") as visitor:
        visitor.run()
        assert max(each.ByteSize() for each in visitor.elements) > 100_000  # VTK's scene
    port = urlsplit(server).port
    assert port is not None
    process = process_of(port)
    assert listening(process) == {port}
    children = [child for task in (process / "task").iterdir() for child in (task / "children").read_text().split()]
    assert children == []

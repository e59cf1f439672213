"""Scenes in three dimensions: latents on the sphere, and the RGB cube stood on its black corner, with PyVista.

A scene becomes one page (`to_html`) without a server, a process, OpenGL or the network: trame-vtk serializes the render
window, and its viewer draws it in the browser. What VTK cannot export (titles, names of axes),
what is cheaper to make there (balls of points) and what a lesson needs beyond turning (camera presets, a camera that
is kept, frames to scrub, the picked color) is added by `viewer/`.
Experiment 2.7, "Latents" and "RGB cube".
"""

from __future__ import annotations

import base64
import io
import json
import os
import sys
import threading
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyvista as pv
from numpy.typing import ArrayLike, NDArray
from trame_vtk.modules.vtk.protocols.local_rendering import vtkWebLocalRendering
from trame_vtk.tools.vtksz2html import HTML_VIEWER_PATH, write_html
from vtkmodules.vtkWebCore import vtkWebApplication

from excolor.charts.base import FAINT, GROUND
from excolor.charts.latents import places as latent_places
from excolor.charts.wheel import REACH
from excolor.color import HUES, hsv_to_rgb, rgb_grid
from excolor.javascript import joined

# A CUDA build of PyTorch brings triton, which PyTorch loads when it first makes an optimizer. Loaded after VTK has
# made a render window it ends the process (segmentation fault; triton 3.7, VTK 9.7); loaded before, it does not.
with suppress(ImportError):
    import_module("triton")

Array = NDArray[Any]

POINT_RADIUS = 0.035
_VIEWER = Path(__file__).parent / "viewer"
_AXIS = 1.18  # where an axis ends
# Nothing is ever rendered here. This keeps PyVista from trying whether it could, with a process or an OpenGL context,
os.environ.setdefault("ALLOW_PLOTTING", "true")
if sys.platform == "linux" and not os.environ.get("DISPLAY"):
    # and this keeps VTK from looking for an X server when a window is made.
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
_MODULE = '<script type="module">'
_LATER = '<script type="text/plain" data-later>'  # read when the scene comes near the screen, see later.js
_building = threading.Lock()  # VTK's object map is one for the process


@dataclass(frozen=True)
class Label:
    """A word at a place in a panel's space; it turns with the scene and always faces the reader."""

    text: str
    place: tuple[float, float, float]


@dataclass(frozen=True)
class Panel:
    """One view of a scene.

    Attributes:
        title: written above it.
        points: places `[N, 3]`.
        colors: of the points, RGB `[N, 3]` in [0, 1].
        lines: pairs of places `[L, 2, 3]`, drawn thin and gray.
        labels: words in the panel's space.
    """

    title: str
    points: Array
    colors: Array
    lines: Array
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True)
class View:
    """A camera: it looks at the origin from `position`, with `up` upwards."""

    name: str
    position: tuple[float, float, float]
    up: tuple[float, float, float]


@dataclass(frozen=True)
class Scene:
    """Panels side by side, and how they are looked at.

    Attributes:
        views: camera presets, the first of which is where the scene opens.
        linked: one camera for all panels; otherwise each has its own, and every other one looks from the opposite side.
        frames: places of the first panel's points at moments of a training, `[S, N, 3]`; None for a still scene.
        frame_names: what each frame is called.
        radius: of a point's ball, in the panels' units.
        words: of the viewer: "title" (of the whole), "none" (no WebGL), "views" and "frames" (names of its controls).
    """

    panels: tuple[Panel, ...]
    views: tuple[View, ...]
    linked: bool = True
    frames: Array | None = None
    frame_names: tuple[str, ...] = ()
    radius: float = POINT_RADIUS
    words: dict[str, str] = field(default_factory=dict)


def latent_panel(
    title: str,
    u: ArrayLike,
    colors: ArrayLike,
    dims: tuple[int, int, int],
    axis_names: Sequence[str],
    deleted: Sequence[int] = (),
) -> Panel:
    """Latents `[N, D]` on three of their dims (to the right, upwards, towards the reader), with the unit sphere.

    Args:
        colors: RGB `[N, 3]` of the points.
        axis_names: of all D dims.
        deleted: dims whose axis is left out; a dim that the model does not have (D < 3) has no axis either.
    """
    places = latent_places(u, dims)
    bottleneck = np.shape(u)[-1]
    lines = [_globe()]
    labels: list[Label] = []
    for axis, dim in enumerate(dims):
        if dim in deleted or dim >= bottleneck:
            continue
        end = np.zeros(3)
        end[axis] = _AXIS
        lines.append(np.stack([-end, end])[None])
        labels.append(Label(axis_names[dim], tuple((end * 1.06).tolist())))
    return Panel(title, places, np.asarray(colors), np.concatenate(lines), tuple(labels))


LATENT_VIEWS = (
    View("front", (0, 0, 1), (0, 1, 0)),
    View("side", (1, 0, 0), (0, 1, 0)),
    View("above", (0, 1, 0), (0, 0, -1)),
    View("oblique", (0.55, 0.45, 0.7), (0, 1, 0)),
)


@lru_cache(maxsize=1)
def _globe() -> Array:
    """The unit sphere as a rim and two great circles between the axes, short lines `[L, 2, 3]`."""
    turn = np.linspace(0, 2 * np.pi, 97)
    rim = np.stack([np.cos(turn), np.sin(turn), np.zeros(97)], -1)
    half = np.sqrt(0.5)
    meridians = [np.stack([s * half * np.cos(turn), np.sin(turn), half * np.cos(turn)], -1) for s in (1, -1)]
    return np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in (rim, *meridians)])


CUBE_LEVELS = 8
_DOWN_DIAGONAL = np.array([[1, -1, 0], [1, 1, 1], [-1, -1, 2]]) / np.sqrt([[2], [3], [6]])


def stand_cube(rgb: ArrayLike) -> Array:
    """RGB `[N, 3]` turned so that the diagonal from black to white stands upright, centered, `[N, 3]`.

    Height (the second coordinate) is brightness: √3 times the mean of the channels, less √3/2.
    """
    return (np.asarray(rgb, np.float64) - 0.5) @ _DOWN_DIAGONAL.T


def cube_panel(title: str, answers: ArrayLike | None = None) -> Panel:
    """The RGB cube on its black corner: 8³ colors, its edges, the names of its corners.

    Args:
        answers: what a network answers to the twelve named hues, RGB `[12, 3]`; each is joined to its hue by a line.
    """
    rgb = rgb_grid(CUBE_LEVELS).reshape(-1, 3)
    corners = rgb_grid(2).reshape(-1, 3)
    pairs = [(a, b) for a in range(8) for b in range(a) if np.abs(corners[a] - corners[b]).sum() == 1]
    lines = [stand_cube(corners[list(pair)])[None] for pair in pairs]
    points, colors = stand_cube(rgb), rgb
    if answers is not None:
        answers = np.nan_to_num(np.asarray(answers, np.float64))
        hues = hsv_to_rgb([[hue, 1, 1] for hue in HUES.values()])
        # The surface would hide what goes on inside.
        shell = (np.sort(rgb, axis=1)[:, 0] == 0) & (np.sort(rgb, axis=1)[:, 2] == 1)
        gray = np.ptp(rgb, axis=1) == 0
        points = np.concatenate([points[shell | gray], stand_cube(answers)])
        colors = np.concatenate([rgb[shell | gray], answers])
        lines += [np.stack([stand_cube(hues), stand_cube(answers)], axis=1)]
    names = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 0): "yellow", (0, 1, 1): "cyan"}
    names |= {(1, 0, 1): "magenta", (0, 0, 0): "black", (1, 1, 1): "white"}
    labels = tuple(Label(name, tuple((stand_cube([rgb])[0]).tolist())) for rgb, name in names.items())
    return Panel(title, points, colors, np.concatenate(lines), labels)


CUBE_VIEWS = (
    View("front and back", (0, 0, -1), (0, 1, 0)),
    View("above and below", (0, 1, 0.001), (0, 0, -1)),
)


_SIDE = 0.76  # half of an edge of the HSV cube
HSV_RADIUS = 0.024


def hsv_panel(title: str, hsv: ArrayLike) -> Panel:
    """Colors `[N, 3]` in the HSV cube, each where it is: hue to the right, value upwards, saturation to the reader."""
    hsv = np.asarray(hsv, np.float64)
    corners = _SIDE * (2 * rgb_grid(2).reshape(-1, 3) - 1)
    pairs = [(a, b) for a in range(8) for b in range(a) if np.count_nonzero(corners[a] != corners[b]) == 1]
    edges = np.stack([corners[list(pair)] for pair in pairs])
    # Beyond the middle of an edge its axis, beyond the corners what is there: of them those that stand free at first.
    far, near = 1.14 * _SIDE, _SIDE
    labels = (
        Label("hue", (0.0, -far, near)),
        Label("value", (-far, 0.0, near)),
        Label("saturation", (far, -far, 0.0)),
        Label("gray", (far, near, -near)),
        Label("vivid", (-far, near, near)),
        Label("black", (-far, -near, near)),
    )
    return Panel(title, hsv_places(hsv), hsv_to_rgb(hsv), edges, labels=labels)


def hsv_places(hsv: ArrayLike) -> Array:
    """Where HSV colors `[N, 3]` are in their cube, `[N, 3]`, centered."""
    h, s, v = np.moveaxis(np.asarray(hsv, np.float64), -1, 0)
    return _SIDE * (2 * np.stack([h, v, s], axis=-1) - 1)


HSV_VIEWS = (
    View("oblique", (0.5, 0.42, 0.76), (0, 1, 0)),
    View("front", (0, 0, 1), (0, 1, 0)),
    View("side", (1, 0, 0), (0, 1, 0)),
    View("below", (0, -1, 0.001), (0, 0, -1)),
)


@lru_cache(maxsize=1)
def viewer_code() -> str:
    """The code that reads and draws every scene, a megabyte of JavaScript: an ES module.

    Raises:
        ValueError: trame-vtk has it no longer as one module.
    """
    _before, start_of_code, rest = HTML_VIEWER_PATH.read_text(encoding="utf-8").partition(_MODULE)
    code, end_of_code, _after = rest.partition("</script>")
    if not (start_of_code and end_of_code):
        raise ValueError("trame-vtk's viewer is no longer one module in one page")
    return code


def to_html(scene: Scene, key: str, height: int, viewer: str = "") -> str:
    """One page that draws a scene.

    Args:
        key: of the camera that is kept: scenes with the same key share it.
        height: of the page, in pixels; panels under each other may take more.
        viewer: the address of `viewer_code`. Without one the code is in the page, which then needs nothing else.
    """
    with _building:
        state = _export(scene)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("index.json", json.dumps(state))
    page = io.StringIO()
    write_html(zipped.getvalue(), page)
    style, scripts = _viewer(scene, key, height)
    head, end_of_head, rest = page.getvalue().partition("</head>")
    body, end_of_body, tail = rest.rpartition("</body>")
    body = body.replace(_MODULE, _LATER)
    if viewer:
        body = body.replace(_LATER + viewer_code(), f'{_LATER[:-1]} data-from="{escape(viewer)}">')
    return "".join((head, style, end_of_head, body, scripts, end_of_body, tail))


class _Exporter(vtkWebLocalRendering):
    """trame-vtk's serializer on its own, without the server that it is written for."""

    def __init__(self) -> None:
        super().__init__()
        self._application = vtkWebApplication()

    @property
    def app(self) -> vtkWebApplication:
        return self._application


def _export(scene: Scene) -> dict[str, Any]:
    plotter = pv.Plotter(shape=(1, len(scene.panels)), border=False, off_screen=True, lighting="none")
    try:
        for column, panel in enumerate(scene.panels):
            plotter.subplot(0, column)
            plotter.set_background(GROUND)  # pyright: ignore[reportArgumentType]
            flat: dict[str, Any] = {"lighting": False, "show_scalar_bar": False, "render": False, "reset_camera": False}
            # What is to be balls comes first: the page makes them, of these points.
            plotter.add_mesh(_points(panel.points, panel.colors), rgb=True, scalars="rgb", **flat)
            plotter.add_mesh(_segments(panel.lines), color=FAINT, line_width=1.5, **flat)
            view = scene.views[0]
            camera = plotter.camera
            side = -4.0 if column % 2 and not scene.linked else 4.0
            camera.position = tuple(side * np.asarray(view.position))
            camera.focal_point = (0.0, 0.0, 0.0)
            camera.up = view.up
            camera.parallel_projection = True
            camera.parallel_scale = REACH
            camera.clipping_range = (0.1, 12.0)
        if scene.linked:
            plotter.link_views()
        exporter = _Exporter()
        return cast(dict[str, Any], exporter.get_standalone_state(exporter.get_global_id(plotter.ren_win)))
    finally:
        plotter.close()


@lru_cache(maxsize=1)
def _ball() -> dict[str, list[Any]]:
    """A small round solid as the page reads it: corners at distance 1, and of each triangle the three."""
    solid = pv.Icosphere(radius=1.0, nsub=1)
    corners = np.asarray(solid.points, np.float64).round(5).reshape(-1).tolist()
    return {"corners": corners, "triangles": solid.faces.reshape(-1, 4)[:, 1:].reshape(-1).tolist()}


def _points(places: Array, colors: Array) -> pv.PolyData:
    """Points, and no more: made into balls here, they would take four times as long to export."""
    mesh = pv.PolyData(places.astype(np.float32))
    mesh.point_data["rgb"] = np.rint(np.nan_to_num(np.clip(colors, 0, 1)) * 255).astype(np.uint8)
    return mesh


def _segments(lines: Array) -> pv.PolyData:
    ends = np.arange(2 * len(lines)).reshape(-1, 2)
    cells = np.insert(ends, 0, 2, axis=1).reshape(-1)
    return pv.PolyData(lines.reshape(-1, 3).astype(np.float32), lines=cells)


def _viewer(scene: Scene, key: str, height: int) -> tuple[str, str]:
    """The page's own parts, for its head and for the end of its body.

    That is titles, labels, buttons, and what moves them. The viewer empties the body before it draws, so the style goes
    into the head.
    """
    settings: dict[str, Any] = {
        "key": key,
        "height": height,
        "panels": [
            {
                "title": p.title,
                "labels": [{"text": label.text, "place": label.place} for label in p.labels],
            }
            for p in scene.panels
        ],
        "views": [{"name": v.name, "position": v.position, "up": v.up} for v in scene.views],
        "reach": REACH,
        "radius": scene.radius,
        "ball": _ball(),
        "words": scene.words,
    }
    if scene.frames is not None:
        packed = np.rint(np.clip(np.nan_to_num(scene.frames), -1, 1) * 32767).astype("<i2")
        settings["frames"] = {
            "places": base64.b64encode(packed.tobytes()).decode(),
            "names": list(scene.frame_names),
        }
    style, later = ((_VIEWER / name).read_text(encoding="utf-8") for name in ("scene.css", "later.js"))
    script = joined(_VIEWER / "scene.js")
    # A "<" in the data could end the script; escaped it reads the same.
    data = json.dumps(settings).replace("<", "\\u003c")
    scripts = f"<script>const EXCOLOR = {data};</script>{_LATER}{script}</script><script>{later}</script>"
    return f"<style>{style}</style>", scripts

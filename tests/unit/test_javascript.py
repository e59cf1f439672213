"""The browser's own modules, run by Node: how they are joined, and their mathematics against the library's."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from excolor.charts import gradients, wheel
from excolor.checkpoint import PRETRAINED, pretrained
from excolor.color import HUES, PRIMARIES, SECONDARIES, describe, exact_rgb, rgb_grid, rgb_to_hex
from excolor.javascript import joined
from excolor.metrics import respond
from excolor.model import ColorAutoencoder
from excolor.surgery import ablate
from excolor.ui.components.network import given as network_data
from excolor.ui.components.network import layers
from excolor.ui.components.push import given as scene_data
from excolor.ui.words import number, percent
from tests.support.node import COMPONENTS, run

MakeModel = Callable[..., ColorAutoencoder]
MODEL = COMPONENTS / "network" / "model.js"
COLORS = np.concatenate([rgb_grid(6).reshape(-1, 3), np.random.default_rng(1).random((300, 3))])

# --- one script of many modules ------------------------------------------------------------------


def written(folder: Path, **modules: str) -> Path:
    """The modules as files; returns the first."""
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / f"{next(iter(modules))}.js"


DIAMOND = {
    "top": 'import { left } from "./left.js";\nimport {\n  right as other,\n} from "./right.js";\n'
    "export default () => [left(), other()];\n",
    # Both keep a name to themselves that the other has, too.
    "left": 'import { count, Base } from "./base.js";\nconst own = 1;\n'
    "export function left() {\n  return count(own + new Base().plus);\n}\n",
    "right": 'import { count } from "./base.js";\nconst own = 10;\nexport const right = () => count(own);\n',
    "base": "let sum = 0;\nexport class Base {\n  plus = 100;\n}\n"
    "export const count = (by) => {\n  sum += by;\n  return sum;\n};\n",
}


def test_joined_modules_do_what_they_do_apart(tmp_path: Path) -> None:
    entry = written(tmp_path, **DIAMOND)
    together = tmp_path / "together.mjs"
    together.write_text(joined(entry), encoding="utf-8")
    for module in (entry, together):
        assert run(module, "return module.default();") == [101, 111]  # base is there once, and counts on


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('import * as all from "./other.js";', "entry.js cannot be joined"),
        ('import { a } from "package";', "entry.js cannot be joined"),
        ('import { b } from "./circle.js";', "cycle"),
    ],
)
def test_what_cannot_be_joined_is_refused(line: str, says: str, tmp_path: Path) -> None:
    circle = 'import { c } from "./entry.js";\n'
    entry = written(tmp_path, entry=f"{line}\n", other="export const a = 1;\n", circle=circle)
    with pytest.raises(ValueError, match=says):
        joined(entry)


@pytest.mark.parametrize("name", ["network", "replay", "inspector", "push"])
def test_a_component_is_one_script_with_a_default_export(name: str, tmp_path: Path) -> None:
    together = tmp_path / "together.mjs"
    together.write_text(joined(COMPONENTS / name / f"{name}.js"), encoding="utf-8")
    assert run(together, "return [Object.keys(module), typeof module.default];") == [["default"], "function"]


# --- the forward pass ----------------------------------------------------------------------------


def test_erf_and_gelu_are_torchs_to_ten_digits() -> None:
    xs = [*np.linspace(-8, 8, 2001).tolist(), 0.0, 1e-300, -1e-12, 50.0, -1e6]
    tensor = torch.tensor(xs, dtype=torch.float64)
    expected = {"erf": torch.special.erf(tensor), "gelu": torch.nn.functional.gelu(tensor)}
    for name, values in expected.items():
        found = run(MODEL, f"return given.map((x) => module.{name}(x));", xs)
        np.testing.assert_allclose(found, values.numpy(), rtol=1e-10, atol=1e-14)


def passes(model: ColorAutoencoder, dims: tuple[int, ...]) -> dict[str, NDArray[np.float64]]:
    """What the browser makes of `COLORS`: z, u, output and mse, `[N, …]`."""
    found = run(
        MODEL,
        "return given.colors.map((rgb) => module.forward(given.layers, rgb, given.dims));",
        {"layers": layers(model), "colors": COLORS.tolist(), "dims": list(dims)},
    )
    return {name: np.array([each[name] for each in found], np.float64) for name in ("z", "u", "output", "mse")}


def assert_is_the_librarys(model: ColorAutoencoder, dims: tuple[int, ...]) -> None:
    found = passes(model, dims)
    cut = ablate(model, dims)
    # In double precision both do the same sums, in another order.
    with torch.no_grad():
        z, u, raw = (each.numpy() for each in copy.deepcopy(cut).double()(torch.tensor(COLORS)))
    output = raw.clip(0, 1)
    exact = {"z": z, "u": u, "output": output, "mse": ((output - COLORS) ** 2).mean(1)}
    for name, values in exact.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-9, atol=1e-10, err_msg=name)
    # In single precision, as the pages compute, z is right to rounding, and u is that divided by its length.
    single, length = respond(cut, COLORS), np.linalg.norm(z, axis=1, keepdims=True)
    np.testing.assert_allclose(found["z"], single.z, atol=1e-5)
    np.testing.assert_allclose(found["u"] * length, single.u * length, atol=2e-5)


@pytest.mark.parametrize("dims", [(), (0,), (0, 1), (2, 3), (1, 2, 3), (0, 1, 2, 3)], ids=str)
@pytest.mark.parametrize("name", PRETRAINED)
def test_a_shipped_model_answers_as_the_library_does(name: str, dims: tuple[int, ...]) -> None:
    assert_is_the_librarys(pretrained(name).run.model, dims)


@pytest.mark.parametrize(("bottleneck", "hidden"), [(2, 2), (2, 64), (3, 7), (5, 16), (6, 64)])
def test_any_width_answers_as_the_library_does(bottleneck: int, hidden: int, random_model: MakeModel) -> None:
    model = random_model(bottleneck, hidden, gain=1.5)
    for dims in [(), (0,), (0, 1), tuple(range(bottleneck))]:
        assert_is_the_librarys(model, dims)


# --- the push of a regularizer -------------------------------------------------------------------

TERMS = COMPONENTS / "push" / "terms.js"


@pytest.mark.parametrize("name", gradients.NAMES)
def test_a_sample_that_is_dragged_is_pushed_as_by_the_librarys_loss(name: str) -> None:
    effect = gradients.effect(name)
    found = run(
        TERMS,
        "return given.positions.map((position) => module.effect(given.scene, position));",
        {"scene": scene_data(name), "positions": effect.positions.tolist()},
    )
    for key, values in {"points": effect.samples, "value": effect.value, "pushes": effect.pushes}.items():
        # The library divides by one hundred-millionth more than the number of carriers.
        np.testing.assert_allclose([each[key] for each in found], values, rtol=1e-7, atol=1e-9, err_msg=key)
    hardest = run(TERMS, "return module.hardest(given);", scene_data(name))
    assert hardest == pytest.approx(effect.hardest[1], rel=1e-7)


@pytest.mark.parametrize("name", gradients.NAMES)
def test_the_pointer_leads_the_sample_to_the_nearest_position(name: str) -> None:
    moved, samples = gradients.SCENES[name].control, gradients.effect(name).samples[:, 0]
    body = "return given.points.map((point) => module.positionAt(given.scene, point));"
    there = run(TERMS, body, {"scene": scene_data(name), "points": samples.tolist()})
    # Compared are places, because the first and the last of a full turn are the same.
    led = [gradients.SCENES[name].samples(position)[0] for position in there]
    np.testing.assert_allclose(led, samples, atol=1e-9)
    far = np.random.default_rng(0).uniform(-1.4, 1.4, (200, 2)).tolist()
    anywhere = run(TERMS, body, {"scene": scene_data(name), "points": far})
    assert moved.low <= min(anywhere) < max(anywhere) <= moved.high


# --- words and numbers ---------------------------------------------------------------------------


def test_colors_are_described_as_on_every_other_page() -> None:
    colors = np.random.default_rng(0).random((3000, 3))
    colors[:1000] *= np.linspace(0, 1, 1000)[:, None]  # dark ones,
    colors[1000:2000] = colors[1000:2000] * 0.12 + np.linspace(0, 0.88, 1000)[:, None]  # and some close to gray
    names = network_data("key", pretrained(PRETRAINED[0]).run.model)["names"]
    found = run(
        COMPONENTS / "shared" / "colors.js",
        "return given.colors.map((rgb) => [module.describe(rgb, given.names), module.toHex(rgb)]);",
        {"colors": colors.tolist(), "names": names},
    )
    assert [name for name, _code in found] == describe(colors)
    assert [code for _name, code in found] == rgb_to_hex(colors)
    codes = rgb_to_hex(colors)
    back = run(COMPONENTS / "shared" / "colors.js", "return given.map(module.fromHex);", codes)
    np.testing.assert_allclose(back, [exact_rgb(code) for code in codes], atol=1 / 510)


def test_numbers_are_written_as_on_every_other_page() -> None:
    random = np.random.default_rng(0)
    # None of them is half-way between two that can be written, where languages round each in its own way.
    values = [0.0, *(random.choice([-1, 1], 2000) * 10 ** random.uniform(-12, 12, 2000)).tolist()]
    module = COMPONENTS / "shared" / "numbers.js"
    assert run(module, "return given.map(module.figure);", values) == [number(value) for value in values]
    shares = random.uniform(0, 30, 500).tolist()
    assert run(module, "return given.map(module.percent);", shares) == [percent(value) for value in shares]
    assert run(module, "return [NaN, Infinity, -Infinity].map(module.figure);") == [number(math.nan)] * 3
    columns = [value for value in values if abs(value) < 999 and abs(value) > 0.005]
    expected = [f"{value:.2f}".replace("-", "−") for value in columns]
    assert run(module, "return given.map(module.fixed);", columns) == expected
    assert run(module, "return [-0.001, -0, 0.001].map(module.fixed);") == ["0.00"] * 3
    digits = [value for value in values if 1e-3 <= abs(value) < 999]
    expected = [f"{value:#.3g}".rstrip(".").replace("-", "−") for value in digits]
    assert run(module, "return given.map(module.three);", digits) == expected


# --- the wheel -----------------------------------------------------------------------------------

WHEEL = COMPONENTS / "shared" / "wheel.js"


def test_a_plane_shows_as_far_as_the_wheel_reaches() -> None:
    body = "const p = module.plane(280, given); return [p.x(0), p.y(0), p.x(1), p.y(1), p.unit, p.x(given.reach)];"
    unit = 140 / wheel.REACH
    expected = [140, 140, 140 + unit, 140 - unit, unit, 280]
    assert run(WHEEL, body, wheel.FOR_BROWSER) == pytest.approx(expected)


def test_the_same_names_stand_around_the_rim_as_in_the_charts() -> None:
    names, random = list(HUES), np.random.default_rng(0)
    turn = np.array(list(HUES.values())) + random.uniform(0, 0.05, (200, len(names)))
    places = random.uniform(0.2, 1, (200, len(names), 1)) * np.stack([np.sin(7 * turn), np.cos(7 * turn)], -1)
    reach, size = 2.0, 1000  # more than usual, so that nothing has to be kept within the picture
    unit = size / 2 / reach
    found = run(
        WHEEL,
        "const picture = module.plane(given.size, given.wheel);"
        "return given.all.map((points) => module.rimNames(points, picture, given.wheel,"
        " (name) => given.letter * name.length, given.line));",
        {
            "wheel": wheel.FOR_BROWSER | {"reach": reach},
            "size": size,
            "letter": wheel.HALF_LETTER * unit,
            "line": wheel.LINE * unit,
            "all": [
                [{"name": n, "x": x, "y": y} for n, (x, y) in zip(names, each, strict=True)] for each in places.tolist()
            ],
        },
    )
    for shown, (x, y) in zip(found, places.transpose(0, 2, 1), strict=True):
        wanted, at = wheel.rim_names(names, x, y)
        assert [each["name"] for each in shown] == wanted
        left_top = [[each["left"], each["top"]] for each in shown]
        np.testing.assert_allclose(left_top, size / 2 + at * [unit, -unit], atol=1e-9)
    assert {len(shown) for shown in found} > {6, 7}  # some have room, and some do not


@pytest.mark.parametrize("size", [200, 300, 352])
def test_a_name_stays_within_the_picture_and_what_is_not_a_number_has_no_place(size: int) -> None:
    turn = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    for name in (*PRIMARIES, *SECONDARIES, "black", "white"):
        points = [{"name": name, "x": x, "y": y} for x, y in zip(np.cos(turn), np.sin(turn), strict=True)]
        shown = run(
            WHEEL,
            "const picture = module.plane(given.size, given.wheel), width = (name) => 3.4 * name.length + 2;"
            "return given.points.map((point) => module.rimNames([point], picture, given.wheel, width, 13)[0]);",
            {"wheel": wheel.FOR_BROWSER, "size": size, "points": points},
        )
        assert len(shown) == len(turn)
        assert min(each["left"] - each["half"] for each in shown) >= 0
        assert max(each["left"] + each["half"] for each in shown) <= size
        assert min(each["top"] for each in shown) >= 6.5
        assert max(each["top"] for each in shown) <= size - 6.5
    body = (
        "const points = [{ name: 'red', x: NaN, y: 1 }, { name: 'blue', x: 0.3, y: 0 }];"
        "return module.rimNames(points, module.plane(300, given), given, () => 9, 13);"
    )
    assert run(WHEEL, body, wheel.FOR_BROWSER) == []

"""The network page in a real browser: its numbers against PyTorch's, its drawing, its keys, its memory."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterator
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect

from excolor.charts.base import GROUND
from excolor.checkpoint import PRETRAINED, pretrained
from excolor.color import hex_to_rgb, rgb_to_hex
from excolor.javascript import joined
from excolor.metrics import respond
from excolor.model import ColorAutoencoder, from_vector, to_vector
from excolor.surgery import ablate
from excolor.ui.components.network import given
from excolor.ui.words import number, percent
from tests.browser.conftest import Visit
from tests.support.browser import hold_the_clock, navigate, open_page, settled
from tests.support.node import COMPONENTS

CODES = ("#ff0000", "#00ffff", "#808080", "#2a5c9e", "#ffffff")
DELETED = ((), (0,), (0, 1), (2, 3), (1, 2, 3), (0, 1, 2, 3))
MakeModel = Callable[..., ColorAutoencoder]


class Network:
    """The component on the page, which lives in a shadow root."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".network")
        self.drawing = self.root.locator(".drawing svg")
        self.reading = self.root.locator(".reading")
        self.said = self.root.locator(".said")

    def get(self, name: str) -> str:
        return self.root.get_attribute(f"data-{name}") or ""

    @property
    def exact(self) -> dict[str, dict[str, Any]]:
        return json.loads(self.get("exact"))

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> None:
        self.button(name).click()

    def delete(self, *dims: int) -> None:
        """Leave exactly these dims deleted."""
        there = {int(dim) for dim in self.get("deleted").split(",") if dim}
        for dim in sorted(there ^ set(dims)):
            self.press(f"Delete dim {dim}")
        assert self.get("deleted") == ",".join(map(str, sorted(dims)))

    def enter(self, code: str) -> None:
        """Let a color go in, as the browser's own dialog would."""
        self.root.locator('input[type="color"]').fill(code)
        assert self.get("color") == code

    def table(self) -> np.ndarray:
        """The numbers of each dim as the table carries them, `[D, 4]`: z, u intact, z, u after deletion."""
        rows = self.root.locator("tbody tr").evaluate_all(
            "rows => rows.slice(0, -1).map(row => [...row.querySelectorAll('td')].map(td => Number(td.dataset.value)))"
        )
        return np.array(rows)

    def node(self, layer: int, index: int) -> Locator:
        return self.root.locator(".drawing .layer:not(.plate)").nth(layer).locator(".node").nth(index)

    def line(self, gap: int, from_: int, to: int, width: int) -> Locator:
        """The connection between two nodes; `width` is how many there are in the layer before."""
        return self.root.locator(".drawing .links").nth(gap).locator(".link").nth(to * width + from_)


# --- the component, apart from any page -------------------------------------------------------------


@pytest.fixture(scope="module")
def script(browser: Browser) -> Iterator[Page]:
    """A blank page into which the component's script was imported as `network`."""
    context = browser.new_context()
    page = context.new_page()
    source = joined(COMPONENTS / "network" / "network.js").encode()
    address = f"data:text/javascript;base64,{base64.b64encode(source).decode()}"
    page.evaluate("address => import(address).then(module => { window.network = module; })", address)
    yield page
    context.close()


def mounted(
    script: Page, model: ColorAutoencoder, width: int, color: str = "#e0a040", dims: tuple[int, ...] = ()
) -> Page:
    """The component alone, as wide as this."""
    parts = {kind: (COMPONENTS / "network" / f"network.{kind}").read_text() for kind in ("html", "css")}
    script.set_viewport_size({"width": width, "height": 800})
    script.evaluate(
        "([html, css, data]) => { document.body.style.margin = 0;"
        " document.body.innerHTML = `<style>${css}</style>${html}`;"
        " network.default({ data, parentElement: document, setTriggerValue() {} }); }",
        [parts["html"], parts["css"], [given("key", model, color, 0, dims)]],
    )
    return script


@pytest.fixture
def network(script: Page) -> Network:
    return Network(mounted(script, pretrained("robust").run.model, 1180, "#ff0000"))


@pytest.mark.parametrize("width", [358, 700, 1180])
@pytest.mark.parametrize(("bottleneck", "hidden"), [(2, 2), (3, 7), (6, 64)])
def test_any_width_of_model_is_drawn_inside_any_width_of_screen(
    bottleneck: int, hidden: int, width: int, script: Page, random_model: MakeModel
) -> None:
    page = mounted(script, random_model(bottleneck, hidden), width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".node").count() == 2 * (3 + hidden + bottleneck)
    frame = page.locator(".drawing svg").bounding_box()
    assert frame is not None
    boxes = page.locator(".drawing .shell").evaluate_all("all => all.map(e => e.getBoundingClientRect().toJSON())")
    assert min(box["left"] for box in boxes) >= frame["x"]
    assert max(box["right"] for box in boxes) <= frame["x"] + frame["width"]
    assert max(box["bottom"] for box in boxes) <= frame["y"] + frame["height"]
    # Neighbors in a layer do not touch.
    for layer in page.locator(".drawing .layer:not(.plate)").all():
        centers = layer.locator(".shell").evaluate_all(
            "all => all.map(e => e.getBoundingClientRect()).map(b => [b.x, b.y, b.width, b.height])"
        )
        for (x, y, w, h), (x2, y2, _w, _h) in pairwise(centers):
            assert abs(x2 - x) > w or abs(y2 - y) > h


def test_what_a_finger_has_tapped_stays_and_what_a_mouse_has_left_does_not(script: Page) -> None:
    page = mounted(script, pretrained("robust").run.model, 358)
    reading = page.locator(".reading")
    hint = reading.inner_text()
    for pointer, stays in (("touch", True), ("mouse", False)):
        page.locator(".drawing svg").evaluate(
            "(svg, pointerType) => { const b = svg.querySelectorAll('.shell')[4].getBoundingClientRect();"
            " const at = { clientX: b.x + b.width / 2, clientY: b.y + b.height / 2, pointerType };"
            " svg.dispatchEvent(new PointerEvent('pointerdown', at));"
            " svg.dispatchEvent(new PointerEvent('pointerleave', at)); }",
            pointer,
        )
        (expect(reading).to_contain_text if stays else expect(reading).not_to_contain_text)("encoder unit 1")
    expect(reading).to_have_text(hint)


def test_weights_out_of_bounds_get_a_sentence_and_no_number(script: Page, random_model: MakeModel) -> None:
    vector = to_vector(random_model()).astype(np.float64) * 1e37
    page = mounted(script, from_vector(vector.astype(np.float32), 4, 16), 1180)
    text = page.locator(".network").inner_text()
    assert "NaN" not in text
    assert "Infinity" not in text
    huge = from_vector(vector.astype(np.float32), 4, 16)
    huge.decoder_out.bias.data[:] = math.nan
    page = mounted(script, huge, 1180, dims=(0,))
    expect(page.locator(".said")).to_contain_text("has no answer to show")
    assert "NaN" not in page.locator(".network").inner_text()


def test_what_is_deleted_is_a_gap(network: Network) -> None:
    network.delete(0, 1)
    for layer, index in product((2, 3), range(4)):
        inside = network.node(layer, index).locator(".shell")
        (expect(inside).to_be_hidden if index < 2 else expect(inside).to_be_visible)()
    for gap, shown in ((1, 16 * 2), (2, 2), (3, 2 * 16)):
        lines = network.root.locator(".drawing .links").nth(gap).locator(".link")
        assert lines.evaluate_all("all => all.filter(each => each.style.display !== 'none').length") == shown
    rows = network.root.locator("tbody tr")
    for index in (0, 1):
        assert rows.nth(index).locator("td").all_text_contents()[2:] == ["0", "0"]
        network.node(2, index).focus()
        expect(network.reading).to_contain_text("is deleted")
        assert float(network.reading.get_attribute("data-value") or "nan") == 0
    # The hue plane's axes go, and the point to its center; in the other view it is stretched to the rim.
    first, second = network.root.locator("svg.wheel").all()
    assert json.loads(first.get_attribute("data-now") or "") == [0, 0]
    assert math.hypot(*json.loads(second.get_attribute("data-now") or "")) == pytest.approx(1)
    assert "lies at" in (first.get_attribute("aria-label") or "")
    assert len(first.locator('line:not([style*="none"])').all()) == 0
    assert len(second.locator('line:not([style*="none"])').all()) == 2


@pytest.mark.parametrize("width", [1180, 358])
def test_a_connection_that_is_pointed_at_reads_its_parameter(width: int, script: Page) -> None:
    model = pretrained("robust").run.model
    page = mounted(script, model, width, "#c08040")
    network, rgb = Network(page), torch.tensor(hex_to_rgb("#c08040"), dtype=torch.float32)
    with torch.no_grad():
        encoder = torch.nn.functional.gelu(model.encoder_in(rgb))
        u = torch.nn.functional.normalize(model.encoder_out(encoder), dim=-1)
        decoder = torch.nn.functional.gelu(model.decoder_in(u))
    cases = [
        (0, 0, 3, 3, model.encoder_in.weight, rgb),
        (1, 5, 2, 16, model.encoder_out.weight, encoder),
        (3, 1, 9, 4, model.decoder_in.weight, u),
        (4, 12, 1, 16, model.decoder_out.weight, decoder),
    ]
    for gap, source, to, before, weight, values in cases:
        line = network.line(gap, source, to, before)
        line.scroll_into_view_if_needed()
        # Somewhere along the line, where no other is nearer.
        hit = False
        for share in np.linspace(0.15, 0.85, 29):
            at = line.evaluate(
                "(line, t) => { const box = line.ownerSVGElement.getBoundingClientRect();"
                " const [x1, x2, y1, y2] = ['x1', 'x2', 'y1', 'y2'].map(name => Number(line.getAttribute(name)));"
                " return [box.x + x1 + t * (x2 - x1), box.y + y1 + t * (y2 - y1)]; }",
                float(share),
            )
            page.mouse.move(*at)
            if "one" in (line.get_attribute("class") or "").split():
                hit = True
                break
        assert hit
        expected = float(weight[to, source])
        assert float(network.reading.get_attribute("data-weight") or "nan") == pytest.approx(expected, abs=1e-6)
        positive = expected * float(values[source])
        assert float(network.reading.get_attribute("data-value") or "nan") == pytest.approx(positive, abs=1e-5)
        expect(network.reading).to_contain_text("parameter")
    network.reading.hover()
    expect(network.reading).to_contain_text("Point at")


def test_a_node_that_is_pointed_at_reads_its_bias_and_value(network: Network) -> None:
    model = pretrained("robust").run.model
    biases = [None, model.encoder_in.bias, model.encoder_out.bias, None, model.decoder_in.bias, model.decoder_out.bias]
    for layer, bias in enumerate(biases):
        shell = network.node(layer, 1).locator(".shell")
        shell.scroll_into_view_if_needed()
        box = shell.bounding_box()
        assert box is not None
        network.page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
        expect(network.reading).not_to_contain_text("Point at")
        found = network.reading.get_attribute("data-bias")
        if bias is None:
            assert found is None
        else:
            assert float(found or "nan") == pytest.approx(float(bias[1]), abs=1e-6)
    value = float(network.reading.get_attribute("data-value") or "nan")
    assert value == pytest.approx(network.exact["after"]["rgb"][1])


def test_every_node_and_connection_is_within_reach_of_the_keyboard(network: Network) -> None:
    page = network.page
    network.root.locator(".all").wait_for(state="attached")
    network.button("One stage on").focus()
    page.keyboard.press("Tab")  # "Show all" is not there before anything is followed
    expect(network.reading).to_contain_text("input R")
    page.keyboard.press("ArrowDown")
    expect(network.reading).to_contain_text("input G")
    page.keyboard.press("ArrowRight")
    expect(network.reading).to_contain_text("encoder unit 8")
    page.keyboard.press("ArrowUp")
    expect(network.reading).to_contain_text("encoder unit 7")
    weight = pretrained("robust").run.model.encoder_in.weight
    for source in (0, 1, 2, 0):
        page.keyboard.press("Enter")
        expect(network.reading).to_contain_text(f"input {'RGB'[source]} → encoder unit 7")
        assert float(network.reading.get_attribute("data-weight") or "nan") == pytest.approx(float(weight[7, source]))
    page.keyboard.press("Escape")
    expect(network.reading).to_contain_text("encoder unit 7: all that arrives")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(network.reading).to_contain_text("output")
    # The controls, too, without a mouse.
    network.button("Delete dim 1").focus()
    page.keyboard.press("Space")
    assert network.get("deleted") == "1"
    network.root.get_by_role("slider", name="green, 0 to 255").press("ArrowRight")
    assert network.get("color") == "#ff0100"


def test_motion_is_only_where_it_is_wanted(network: Network) -> None:
    page = network.page
    for wanted, name in (("reduce", "none"), ("no-preference", "grow")):
        page.emulate_media(reduced_motion=wanted)  # pyright: ignore[reportArgumentType]
        network.press("One stage on")
        network.press("One stage on")
        group = network.root.locator(".drawing .arriving")
        assert group.evaluate("group => getComputedStyle(group).animationName") == name
        network.press("Show all")


# --- on the page ---------------------------------------------------------------------------------


def test_numbers_are_those_of_the_model_for_every_deletion(page: Page) -> None:
    """Its mathematics are compared for many more by tests/unit/test_javascript.py; here, that they are on the page."""
    open_page(page, "network")
    network = Network(page)
    for i, name in enumerate(PRETRAINED):
        page.get_by_role("radiogroup", name="Model").get_by_role("radio", name=name, exact=True).click()
        settled(page)
        for j in range(i, len(DELETED), len(PRETRAINED)):
            dims = DELETED[j]
            network.delete(*dims)
            network.enter(CODES[j % len(CODES)])
            assert_answers(network, pretrained(name).run.model, dims)
        settled(page)


def assert_answers(network: Network, model: ColorAutoencoder, dims: tuple[int, ...]) -> None:
    """All numbers on the page are those of the model for the color that goes in, with these dims deleted."""
    code = network.get("color")
    rgb = hex_to_rgb(code)
    before, after = respond(model, rgb), respond(ablate(model, dims), rgb)
    exact = network.exact
    for kind, expected in (("intact", before), ("after", after)):
        found = exact[kind]
        np.testing.assert_allclose(found["z"], expected.z[0], atol=1e-5)
        np.testing.assert_allclose(found["u"], expected.u[0], atol=5e-5)  # a short z is divided by its length
        np.testing.assert_allclose(found["rgb"], expected.rgb[0], atol=1e-5)
        assert found["mse"] == pytest.approx(float(expected.mse[0]), abs=1e-6)
    columns = np.stack([before.z[0], before.u[0], after.z[0], after.u[0]], axis=1)
    np.testing.assert_allclose(network.table(), columns, atol=5e-5)
    # What is written is written of the browser's own numbers: those of PyTorch may round to another digit.
    left, stretch = network.root.locator("dd.left"), network.root.locator("dd.stretch")
    share = float(left.get_attribute("data-value") or "nan")
    assert share == pytest.approx(float(np.linalg.norm(after.z) / np.linalg.norm(before.z)), abs=1e-5)
    assert left.inner_text() == percent(share)
    assert stretch.inner_text() == (f"× {number(1 / share)}" if share else "–")
    patches = network.root.locator(".plate.layer").evaluate_all(
        """all => all.map(patch => [
          [...patch.querySelectorAll('rect')].map(each => each.getAttribute('fill')),
          [...patch.querySelectorAll('text')].map(each => each.textContent),
        ])"""
    )
    for (fills, texts), kind in zip(patches[1:], ("intact", "after"), strict=True):
        (outer,) = rgb_to_hex([exact[kind]["rgb"]])
        assert fills == [GROUND, outer, code]
        assert texts[1:] == [outer, f"MSE {number(exact[kind]['mse'])}"]


def test_follow_it_lights_one_stage_after_another_and_can_be_stopped(own_page: Page) -> None:
    page = own_page
    open_page(page, "network")
    network = Network(page)
    later = network.root.locator(".drawing .layer.later:not(.plate)")
    before = network.said.inner_text()
    sentences: list[str] = []
    for stage in range(6):
        network.press("One stage on")
        assert network.get("stage") == str(stage)
        expect(later).to_have_count(5 - stage)
        expect(network.root.locator(".follow output")).to_have_text(f"stage {stage + 1} of 6")
        sentences.append(network.said.inner_text())
    assert len(set(sentences)) == 6
    assert all("{" not in sentence and sentence.endswith(".") for sentence in sentences)
    network.press("One stage on")
    assert network.get("stage") == "5"
    network.press("One stage back")
    assert network.get("stage") == "4"
    network.press("Show all")
    assert network.get("stage") == ""
    assert network.said.inner_text() == before
    # By itself: begins at once, goes on, and stands still when it is paused.
    hold_the_clock(page)
    network.press("Follow it")
    assert network.get("stage") == "0"
    page.clock.run_for(6500)
    assert network.get("stage") == "1"
    network.press("Pause")
    page.clock.run_for(20_000)
    assert network.get("stage") == "1"
    network.press("Follow it")
    page.clock.run_for(60_000)
    assert network.get("stage") == "5"
    expect(network.button("Follow it")).to_be_visible()


def test_a_color_being_mixed_costs_no_word_to_the_server_until_it_is_let_go(page: Page) -> None:
    sent: list[str | bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(frame))

    page.on("websocket", listen)
    open_page(page, "network")
    network = Network(page)
    sent.clear()
    slider = network.root.get_by_role("slider", name="blue, 0 to 255")
    for level in (40, 90, 200):
        slider.evaluate("(s, level) => { s.value = level; s.dispatchEvent(new Event('input')); }", level)
        assert network.get("color") == f"#ff00{level:02x}"
    network.press("parameters")
    network.press("One stage on")
    settled(page)
    assert sent == []
    slider.evaluate("s => s.dispatchEvent(new Event('change'))")
    settled(page)
    assert len(sent) >= 1
    assert network.get("turn") == "1"
    # The rerun that this led to has left everything as it was, the keyboard's place included.
    assert (network.get("color"), network.get("stage")) == ("#ff00c8", "0")
    network.button("azure").focus()
    page.keyboard.press("Enter")
    settled(page)
    assert network.get("turn") == "2"
    expect(network.button("azure")).to_be_focused()
    # A color that is picked while it is followed is followed on.
    network.press("Show all")
    network.press("Follow it")
    network.press("green")
    settled(page)
    expect(network.button("Pause")).to_be_visible()
    expect(network.said).to_contain_text("Green goes in as three numbers: 0.00, 1.00, 0.00.")


def test_color_and_deletion_survive_other_pages(page: Page) -> None:
    open_page(page, "network")
    network = Network(page)
    network.press("violet")
    network.delete(0, 1)
    settled(page)
    code = network.get("color")
    navigate(page, "Start")
    settled(page)
    navigate(page, "Network")
    settled(page)
    again = Network(page)
    assert (again.get("color"), again.get("deleted")) == (code, "0,1")
    expect(again.button("violet")).to_have_attribute("aria-pressed", "true")
    # Another model keeps both, and what is being followed.
    again.press("One stage on")
    page.get_by_role("radiogroup", name="Model").get_by_role("radio", name="ex-2.7", exact=True).click()
    settled(page)
    assert (again.get("color"), again.get("deleted"), again.get("stage")) == (code, "0,1", "0")
    expected = respond(pretrained("ex-2.7").run.model, hex_to_rgb(code))
    np.testing.assert_allclose(again.exact["intact"]["z"], expected.z[0], atol=1e-5)


def test_on_a_telephone_nothing_is_cut_off_and_every_word_is_legible(new_page: Visit) -> None:
    page = new_page(width=390, height=844)
    open_page(page, "network")
    network = Network(page)
    network.delete(1)
    settled(page)
    texts = network.root.locator("svg text").evaluate_all(
        "all => all.filter(t => t.textContent && t.getBoundingClientRect().width).map(t => {"
        " const b = t.getBoundingClientRect(), svg = t.ownerSVGElement;"
        " const size = parseFloat(getComputedStyle(t).fontSize) * svg.clientWidth / svg.viewBox.baseVal.width;"
        " return [t.textContent, b.left, b.right, size]; })"
    )
    assert len(texts) > 20
    for text, left, right, size in texts:
        assert left >= 0, text
        assert right <= 390, text
        assert size >= 10, text


# Whatever has another color than gray and is no data.
_COLORED = """
root => [...root.querySelectorAll('*')]
  .filter(e => !e.closest('.swatches, .wheels, .plate, .name i, .any input'))
  .flatMap(e => ['color', 'backgroundColor', 'fill', 'stroke', 'borderTopColor', 'accentColor']
    .map(name => [e.outerHTML.slice(0, 90), name, getComputedStyle(e)[name]]))
  .filter(([html, name, text]) => {
    const [r, g, b, a] = text.match(/\\d+(\\.\\d+)?/g) ?? [];
    return b !== undefined && a !== '0' && !(r === g && g === b);
  })
"""


def test_only_what_is_data_has_a_color(page: Page) -> None:
    open_page(page, "network")
    network = Network(page)
    network.press("gray")
    network.press("One stage on")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        settled(page)
        assert network.root.evaluate(_COLORED) == []

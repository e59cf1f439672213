"""The Train page in a real browser: every figure against the command line, the replay, files, cancelling."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect

from excolor.config import RunConfig, Weights
from excolor.diagnosis import Cause
from excolor.measured import Measured
from excolor.ui.words import number, percent
from tests.browser.conftest import Visit, printed
from tests.support.browser import hold_the_clock, open_page, settled, unfold
from tests.support.search import measured, seed_where

TERMS = list(Weights())
COLUMNS = ("intact", "warmth", "hue")
ROWS = {
    "maximum MSE": "max_mse",
    "median MSE": "median_mse",
    "MSE of the grays": "gray_mse",
    "outputs that are gray": "gray_share",
    "target MSE": "target_mse",
    "bystander MSE": "bystander_mse",
}

Table = dict[str, list[str]]


# Labels alone do not do: the replay's own slider counts "updates" too.
KEYS = {"updates": "steps", "label noise": "noise"}


def slider(page: Page, name: str) -> Locator:
    return page.locator(f'.st-key-train-{KEYS.get(name, name)} input[type="range"]')


def move(page: Page, name: str, *keys: str) -> None:
    """Move a slider with the keyboard, and wait for what that leads to."""
    for key in keys:
        slider(page, name).press(key)
    settled(page)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def pick(page: Page, group: str, name: str) -> None:
    page.get_by_role("radiogroup", name=group).get_by_role("radio", name=name, exact=True).click()
    settled(page)


def verdict(page: Page) -> str:
    return page.locator(".st-key-train-verdict").inner_text()


def table(page: Page) -> Table:
    """The figure table, which is unfolded at first: row head → cells."""
    if not page.locator(".xc-grouped").count():
        unfold(page, "All figures, beside another network")
    rows = page.locator(".xc-grouped tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    return {head: cells for head, *cells in rows}


def strip(page: Page) -> Table:
    """The table of named colors, which is unfolded at first: name → the error of each patch."""
    if not page.locator(".xc-patches").count():
        unfold(page, "Color by color")
    rows = page.locator(".xc-patches tbody tr").evaluate_all(
        "rows => rows.map(row => [row.cells[0], ...row.querySelectorAll('em')].map(cell => cell.textContent))"
    )
    return {name: errors for name, *errors in rows}


def group(shown: Table, index: int) -> Table:
    """The columns of one of the networks that are compared; where there is one cell for the network, that one."""
    return {name: cells[3 * index : 3 * index + 3] for name, cells in shown.items()}


def written(value: float | None, share: bool = False) -> str:
    return "–" if value is None else percent(value) if share else number(value)


def expected(metrics: dict[str, Any]) -> Table:
    """What the figure table should say, from the JSON of the command line."""
    rows = {
        name: [written(metrics[column].get(key), key == "gray_share") for column in COLUMNS]
        for name, key in ROWS.items()
    }
    single = {
        "selectivity": written(metrics["selectivity"]),
        "red's cosine": written(metrics["red_cosine"]),
        "the run fails": "yes" if metrics["fails"] else "no",
        "the run is sound": "yes" if metrics["sound"] else "no",
    }
    return rows | {name: [value, "", ""] for name, value in single.items()}


def expected_strip(metrics: dict[str, Any]) -> Table:
    return {name: [number(errors[column]) for column in COLUMNS] for name, errors in metrics["colors"].items()}


# --- figures and verdicts ------------------------------------------------------------------------


def test_every_figure_after_moving_sliders_is_that_of_the_command_line(
    page: Page, evaluated: dict[str, dict[str, Any]]
) -> None:
    weights = "--weight", "anchor=0.5", "--weight", "separate=1.5"
    others = "--schedule", "ex-2.7", "--bottleneck", "5", "--label-noise", "0.1", "--seed", "1"
    runs = [printed("train", *weights), printed("train", *weights, *others)]
    open_page(page, "train")
    move(page, "anchor", "ArrowLeft", "ArrowLeft")
    move(page, "separate", "ArrowRight")
    first, first_strip = table(page), strip(page)
    move(page, "label noise", "ArrowRight", "ArrowRight")
    pick(page, "schedule", "ex-2.7")
    pick(page, "bottleneck width", "5")
    seed = page.get_by_role("spinbutton", name="seed")
    seed.fill("1")
    seed.press("Enter")
    settled(page)
    second, second_strip = table(page), strip(page)

    metrics = [said["metrics"] | {"sound": said["sound"]} for said in runs]
    baseline = expected(evaluated["robust"])
    for shown, named, wanted in zip((first, second), (first_strip, second_strip), metrics, strict=True):
        assert group(shown, 0) == expected(wanted)
        assert group(shown, 1) == baseline
        assert named == expected_strip(wanted)
    assert first != second


def test_each_preset_leads_to_its_verdict_resetting_back_to_a_sound_run_and_a_click_to_the_ablation(page: Page) -> None:
    open_page(page, "train")
    leads_to: dict[str, tuple[dict[str, float], Cause | None, str]] = {
        "No unitarity": ({"unitarity": 0}, None, "A sound run"),
        "No anchor": ({"anchor": 0}, Cause.ROTATED, "The wheel is rotated"),
        "No separate": ({"separate": 0}, Cause.GRAYS_IN_PLANE, "Grays in the hue plane"),
        "No planarity": ({"planarity": 0}, Cause.GRAYS_IN_PLANE, "Grays in the hue plane"),
        "All off": (dict.fromkeys(TERMS, 0), Cause.HUE_OFF_PLANE, "Hue is not in the plane"),
    }

    def as_said(run: Measured) -> bool:
        """Most seeds are; one wheel in nine stands right by accident, and which is up to the processor."""
        for weights, cause, _ in leads_to.values():
            found = measured(replace(run.config, weights=Weights(**weights))).causes
            if cause not in found if cause else found:
                return False
        return run.sound

    def sow() -> None:
        field = page.get_by_role("spinbutton", name="seed")
        field.fill(str(seed))
        field.press("Enter")
        settled(page)

    seed = seed_where(RunConfig(), as_said)
    sow()
    assert "A sound run" in verdict(page)
    for preset, (_, _, words) in leads_to.items():
        button(page, preset).click()
        settled(page)
        assert words in verdict(page)
    assert slider(page, "anchor").get_attribute("aria-valuetext") == "off"
    page.locator(".st-key-reset-anchor").get_by_role("button").click()
    settled(page)
    assert slider(page, "anchor").get_attribute("aria-valuetext") == "× 1"
    assert slider(page, "separate").get_attribute("aria-valuetext") == "off"
    button(page, "Reset all").click()
    settled(page)
    assert slider(page, "separate").get_attribute("aria-valuetext") == "× 1"
    sow()
    assert "A sound run" in verdict(page)
    # From a broken wheel to its ablation it is two clicks.
    button(page, "No anchor").click()
    settled(page)
    button(page, "See its ablation →").click()
    page.get_by_role("heading", name="What is left when a concept is deleted?", level=1).wait_for()
    settled(page)
    chosen = page.get_by_role("radiogroup", name="Model").get_by_role("radio", name="last run", exact=True)
    expect(chosen).to_be_checked()


# --- the replay ----------------------------------------------------------------------------------


class Replay:
    """The component on the page, which lives in a shadow root."""

    def __init__(self, page: Page) -> None:
        self.root = page.locator(".replay")
        self.scrubber = self.root.locator("input")

    @property
    def frame(self) -> int:
        return int(self.root.get_attribute("data-frame") or -1)

    @property
    def last(self) -> int:
        return int(self.scrubber.get_attribute("max") or -1)

    @property
    def run(self) -> str:
        return self.root.get_attribute("data-run") or ""

    def pixels(self) -> list[str]:
        """What is drawn on each wheel."""
        return self.root.locator("canvas").evaluate_all("all => all.map(canvas => canvas.toDataURL())")

    def cursor(self) -> float:
        return self.root.locator(".losses .cursor").evaluate("line => line.getBoundingClientRect().x")

    def press(self, name: str) -> None:
        self.root.get_by_role("button", name=name, exact=True).click()

    def record(self) -> None:
        """Note every frame from now on."""
        self.root.evaluate(
            "root => { const seen = root.seen = []; new MutationObserver(() => seen.push(Number(root.dataset.frame)))"
            ".observe(root, { attributes: true, attributeFilter: ['data-frame'] }); }"
        )

    @property
    def recorded(self) -> list[int]:
        return self.root.evaluate("root => root.seen")


def test_scrubbing_and_stepping_draw_other_frames_without_a_word_to_the_server(page: Page) -> None:
    sent: list[str | bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(frame))

    page.on("websocket", listen)
    open_page(page, "train")
    replay = Replay(page)
    assert replay.frame == replay.last == 59
    assert len(sent) > 0
    sent.clear()
    seen = {frame: (replay.scrubber.fill(str(frame)), replay.pixels(), replay.cursor()) for frame in (59, 30, 5, 0)}
    assert replay.frame == 0
    for i in range(2):
        assert len({pixels[i] for _, pixels, _ in seen.values()}) == len(seen)
    cursors = [cursor for _, _, cursor in seen.values()]
    assert cursors == sorted(cursors, reverse=True)
    expect(replay.root.locator("output")).to_have_text("0 of 3001 updates")
    # It starts slowly, and says so; the step that is shown is that of the frame.
    expect(replay.root.locator(".pace")).to_have_text("It starts slowly: the first 300 updates take half of the time.")
    replay.scrubber.fill("30")
    expect(replay.root.locator("output")).to_have_text("300 of 3001 updates")
    replay.scrubber.fill("0")
    replay.press("One back")  # there is nothing before the first
    assert replay.frame == 0
    for wanted in (1, 2):
        replay.press("One on")
        assert replay.frame == wanted
    replay.press("One back")
    assert replay.frame == 1
    replay.scrubber.press("ArrowRight")
    assert replay.frame == 2
    expect(replay.scrubber).to_have_attribute("aria-valuetext", replay.root.locator("output").inner_text())
    replay.scrubber.fill("59")
    assert replay.pixels() == seen[59][1]  # the same frame is the same picture
    settled(page)
    assert sent == []


def test_play_runs_pauses_and_ends_by_itself_and_with_reduced_motion_shows_few_frames_slowly(own_page: Page) -> None:
    page = own_page
    open_page(page, "train")
    replay = Replay(page)
    hold_the_clock(page)
    replay.record()
    replay.press("Play")  # from the end it begins again
    page.clock.run_for(2600)
    replay.press("Pause")
    assert replay.recorded == [0, 6, 12]  # one a second
    page.emulate_media(reduced_motion="no-preference")
    replay.scrubber.fill("59")
    replay.record()
    replay.press("Play")
    page.clock.run_for(600)
    replay.press("Pause")
    stood = replay.frame
    assert 0 < stood < replay.last
    assert replay.recorded == list(range(stood + 1))
    page.clock.run_for(300)
    assert replay.frame == stood
    replay.scrubber.fill("50")
    replay.press("Play")
    page.clock.run_for(10_000)
    expect(replay.root.locator(".play")).to_have_text("Play")
    assert replay.recorded[-10:] == list(range(50, 60))
    replay.press("Play")
    replay.scrubber.fill("7")  # a hand on the slider stops it
    page.clock.run_for(300)
    assert replay.frame == 7
    expect(replay.root.locator(".play")).to_have_text("Play")


def test_a_new_run_shows_its_end_unless_an_earlier_moment_was_looked_at(page: Page) -> None:
    open_page(page, "train")
    replay = Replay(page)
    before = replay.run
    move(page, "anchor", "ArrowLeft")
    assert replay.run != before
    assert replay.frame == 59
    replay.scrubber.fill("20")
    early = replay.pixels()
    move(page, "anchor", "ArrowLeft")
    assert replay.frame == 20
    assert replay.pixels() != early
    # What has nothing to do with the run leaves it alone.
    before, early = replay.run, replay.pixels()
    unfold(page, "Name this run")
    page.get_by_label("Name", exact=True).fill("mine")
    button(page, "Name it").click()
    settled(page)
    assert (replay.run, replay.frame, replay.pixels()) == (before, 20, early)
    # A run that arrives while another one plays does not go on playing.
    page.emulate_media(reduced_motion="no-preference")
    replay.press("Play")
    move(page, "anchor", "ArrowLeft")
    stood = replay.frame
    settled(page, frames=20)
    assert replay.frame == stood
    expect(replay.root.locator(".play")).to_have_text("Play")


def test_every_width_has_the_round_wheels_of_one_size_that_show_its_dims(page: Page) -> None:
    open_page(page, "train")
    replay = Replay(page)
    sizes: set[tuple[int, int]] = set()
    for width, wheels in (("6", 3), ("2", 1), ("3", 2)):
        pick(page, "bottleneck width", width)
        assert len(set(replay.pixels())) == wheels
        boxes = [wheel.bounding_box() or {} for wheel in replay.root.locator("canvas").all()]
        sizes |= {(round(box["width"]), round(box["height"])) for box in boxes}
    ((across, down),) = sizes
    assert across / down == pytest.approx(1, abs=0.02)


# --- download, load --------------------------------------------------------------------------------


def test_a_downloaded_run_is_loaded_by_its_files_name_and_a_bad_file_gets_a_sentence(
    page: Page, tmp_path: Path
) -> None:
    open_page(page, "train")
    button(page, "No separate").click()
    settled(page)
    original = group(table(page), 0)
    unfold(page, "Name this run")
    with page.expect_download() as download:
        button(page, "Download").click()
    file = tmp_path / "downloaded.safetensors"
    download.value.save_as(file)
    assert download.value.suggested_filename.endswith(".safetensors")
    assert printed("evaluate", str(file))["selectivity"] is not None

    button(page, "Reset all").click()
    settled(page)
    assert group(table(page), 0) != original
    upload = page.locator('[data-testid="stFileUploaderDropzoneInput"]')
    upload.set_input_files(file)
    settled(page)
    expect(page.get_by_text("Loaded as downloaded.")).to_be_visible()
    # What is no checkpoint changes nothing.
    strange = tmp_path / "strange.safetensors"
    strange.write_bytes(b"not a checkpoint at all")
    upload.set_input_files(strange)
    settled(page)
    expect(page.get_by_text("strange.safetensors is not a safetensors file, or a damaged one.")).to_be_visible()

    # Both can be chosen where the shipped models are.
    page.get_by_role("link", name="Start").click()
    settled(page)
    for name in ("last run", "downloaded"):
        expect(page.get_by_role("radio", name=name, exact=True)).to_be_visible()


# --- long runs -----------------------------------------------------------------------------------


def test_autograd_shows_progress_can_be_cancelled_gives_way_to_the_next_run_and_has_the_same_figures(
    page: Page,
) -> None:
    # Its run is long enough to be interrupted on any machine; the way to stop is the same for both engines.
    open_page(page, "train")
    unfold(page, "The same, the readable way")
    button(page, "Train this with autograd instead").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text("of 3001 updates").last).to_be_visible()
    button(page, "Cancel").click()
    expect(page.get_by_text("Cancelled. Nothing was changed.")).to_be_visible()
    settled(page)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    # A slider that is moved during a run starts the next.
    button(page, "Train this with autograd instead").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    move(page, "updates", "Home")
    expect(Replay(page).root.locator("output")).to_have_text("100 of 100 updates")
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.get_by_text("Autograd took")).to_have_count(0)
    shown = table(page)
    button(page, "Train this with autograd instead").click()
    expect(page.get_by_text("Autograd took")).to_be_visible(timeout=60_000)
    settled(page)
    assert "times as long" in page.get_by_text("Autograd took").inner_text()
    assert table(page) == shown


# --- every screen --------------------------------------------------------------------------------


def test_all_controls_are_on_the_first_screen_and_the_verdict_is_in_sight_while_they_are(new_page: Visit) -> None:
    page = new_page(height=800)
    open_page(page, "train")
    controls = page.locator(".st-key-train-controls")
    assert controls.evaluate("box => box.getBoundingClientRect().bottom") <= 800
    assert controls.evaluate("box => { const p = box.parentElement; return p.scrollHeight - p.clientHeight; }") <= 0
    button(page, "No separate").click()
    settled(page)
    said = page.locator(".st-key-train-verdict")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        settled(page)
        page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
        button(page, "No separate").scroll_into_view_if_needed()
        expect(said).to_be_in_viewport(ratio=1)
        for control in ("No separate", "All on"):
            expect(button(page, control)).to_be_in_viewport(ratio=1)
        # Scrolled to, it is in its place: above the wheels, and nothing lies on them.
        page.locator(".replay canvas").first.evaluate("wheel => wheel.scrollIntoView({ block: 'center' })")
        wheel, words = page.locator(".replay canvas").first.bounding_box(), said.bounding_box()
        assert wheel is not None
        assert words is not None
        assert words["y"] + words["height"] <= wheel["y"]

"""Colors and labels: what the page says against plain loops, its draws, and its study against runs made by hand."""

from __future__ import annotations

import colorsys
import math
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from excolor import data, robustness
from excolor.config import STEPS, RunConfig
from excolor.data import BATCH, BLOCK, cell_shares, draw_colors, draw_evenly, noise_on, shares, stream
from excolor.diagnosis import Cause, causes, placement
from excolor.measured import Measured
from excolor.metrics import evaluate, quick_grid
from excolor.robustness import Robustness, limits
from excolor.sweeps import sweep, with_seeds
from excolor.training import Run, no_history, no_snapshots, train
from excolor.turns import Turns
from excolor.ui import study
from excolor.ui.sections import robustness as section
from excolor.ui.words import number
from tests.support.app import app, html, last_run, sound

# --- the training set, point by point ------------------------------------------------------------

NAMES = ("red", "vibrant", "desaturated")
POINTS = [(h / 36, s / 9, v / 9) for h, s, v in product(range(36), range(10), range(10))]
WEIGHTS = [(1 - v) / 360 + (1 - s) * v / 36 + s * v for _, s, v in POINTS]
TOTAL = math.fsum(WEIGHTS)


def group_of(s: float, v: float) -> str:
    return "black" if v == 0 else "gray" if s == 0 else "vivid" if round(s * v, 9) >= 0.5 else "muted"


def by_hand() -> dict[str, tuple[int, int, float]]:
    points, drawn, seen = Counter[str](), Counter[str](), dict[str, set[tuple[float, ...]]]()
    for (h, s, v), weight in zip(POINTS, WEIGHTS, strict=True):
        group = group_of(s, v)
        points[group] += 1
        drawn[group] += weight / TOTAL  # pyright: ignore[reportArgumentType]
        seen.setdefault(group, set()).add(tuple(round(c, 9) for c in colorsys.hsv_to_rgb(h, s, v)))
    return {group: (points[group], len(seen[group]), float(drawn[group])) for group in points}


def likely(r: float, g: float, b: float, label: str) -> float:
    """The probability that a color carries a label."""
    vibrancy = max(r, g, b) - min(r, g, b)
    if label == "red":
        return 0.5 * (r * (1 - g / 2 - b / 2)) ** 10
    return 0.5 * (vibrancy**100 if label == "vibrant" else (1 - vibrancy) ** 10)


def nobody(label: str) -> float:
    """The share of batches in which nobody carries a label."""
    chance = 0.0
    for (h, s, v), weight in zip(POINTS, WEIGHTS, strict=True):
        r, g, b = colorsys.hsv_to_rgb(h, s, v)
        chance += weight / TOTAL * likely(r, g, b, label)
    return (1 - chance) ** 64


def test_groups_are_counted_and_weighed_as_by_hand() -> None:
    hand = by_hand()
    assert set(hand) == set(shares())
    for name, share in shares().items():
        points, distinct, drawn = hand[name]
        assert (share.points, share.distinct) == (points, distinct)
        assert share.drawn == pytest.approx(drawn, rel=1e-9)
    assert hand["black"][:2] == (360, 1)
    assert hand["gray"][:2] == (9 * 36, 9)
    assert sum(share.drawn for share in shares().values()) == pytest.approx(1)


def test_cells_sum_the_hues() -> None:
    cells = Counter[tuple[int, int]]()
    for (_, s, v), weight in zip(POINTS, WEIGHTS, strict=True):
        cells[round(9 * s), round(9 * v)] += weight / TOTAL  # pyright: ignore[reportArgumentType]
    assert cell_shares().shape == (10, 10)
    for (s, v), share in cells.items():
        assert cell_shares()[s, v] == pytest.approx(share, rel=1e-9)


@pytest.mark.parametrize("draw", [draw_colors, draw_evenly])
def test_a_sample_follows_its_probabilities(draw: Callable[..., np.ndarray]) -> None:
    n = 400_000
    drawn = draw((n,), np.random.default_rng(2))
    assert drawn.shape == (n,)
    found = Counter(group_of(*POINTS[k][1:]) for k in drawn.tolist())
    for name, (points, _, share) in by_hand().items():
        p = share if draw is draw_colors else points / 3600
        assert abs(found[name] - n * p) < 5 * math.sqrt(n * p * (1 - p))


# --- the stream of batches -----------------------------------------------------------------------


def test_a_batch_of_the_stream_is_the_same_however_many_are_asked_for() -> None:
    long = stream(4, 250)
    for n in (0, 1, 99, 100, 101, 250):
        short = stream(4, n)
        assert len(short) == n
        np.testing.assert_array_equal(short.rgb, long.rgb[:n])
        np.testing.assert_array_equal(short.labels, long.labels[:, :n])
    assert not np.array_equal(stream(5, 1).rgb, stream(4, 1).rgb)
    assert not np.array_equal(long.rgb[:100], long.rgb[100:200])


def test_the_stream_is_what_training_draws() -> None:
    block = data.draw_batches(BLOCK, 0.3, np.random.default_rng([4, 1]))
    np.testing.assert_array_equal(stream(4, 200, 0.3).positives("red")[100:], block.positives("red"))
    np.testing.assert_array_equal(stream(4, 200, 0.3).rgb[100:], block.rgb)


def test_noise_changes_labels_alone_and_none_where_there_is_none() -> None:
    clean = stream(1, 400)
    again = noise_on(clean.positives("red"), stream(1, 400, 0.0).positives("red"))
    assert not again.made.any()
    assert not again.lost.any()
    for rate in (0.2, 1.0):
        noisy = stream(1, 400, rate)
        np.testing.assert_array_equal(noisy.rgb, clean.rgb)
        for before, after in (
            (clean.positives("red"), noisy.positives("red")),
            (clean.positives("vibrant"), noisy.positives("vibrant")),
        ):
            change = noise_on(before, after)
            np.testing.assert_array_equal(before + change.made - change.lost, after)
            # A label that is kept is one that its color had earned; the rest of this rate is lost.
            assert change.lost.sum() / before.sum() == pytest.approx(rate, abs=0.15)


# --- the page ------------------------------------------------------------------------------------


@pytest.fixture
def at() -> AppTest:
    study.of_label_noise.clear()  # pyright: ignore[reportFunctionMemberAccess]
    return app("data.py")


def said(at: AppTest) -> str:
    return "\n".join(each.value for each in at.markdown).replace("\u00a0", " ")


def tables(at: AppTest) -> list[dict[str, list[str]]]:
    """The tables of figures: row head → cells."""
    return [
        {
            head: [cell.replace("\u00a0", " ") for cell in re.findall(r"<td>(.*?)</td>", row)]
            for head, row in re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', body)
        }
        for body in re.findall(r'<table class="xc-table xc-numbers".*?<tbody>(.*?)</tbody>', html(at), re.S)
    ]


def tally(at: AppTest) -> dict[str, list[str]]:
    return tables(at)[1]


def test_the_grid_is_counted_on_the_page(at: AppTest) -> None:
    hand = by_hand()
    shown = tables(at)[0]
    for key, name in (("black", "black"), ("gray", "gray, white"), ("muted", "muted"), ("vivid", "vivid")):
        points, distinct, drawn = hand[key]
        assert [cell.replace(",", "") for cell in shown[name][:2]] == [str(points), str(distinct)]
        for cell, share in zip(shown[name][2:], (points / 3600, drawn), strict=True):
            assert cell == (f"{number(100 * share)} %" if share < 0.1 else f"{round(100 * share)} %")
    distinct = sum(each[1] for each in hand.values())
    assert f"only {distinct:,} different colors" in said(at)
    assert "**360**, one in 10" in said(at)


def test_the_sample_changes_with_the_weight(at: AppTest) -> None:
    even = re.search(r"\*\*(\d+)\*\* are black, \*\*(\d+)\*\* gray or white, and \*\*(\d+)\*\* vivid", said(at))
    sound(at.toggle("data-as-trained").set_value(True).run())
    weighted = re.search(r"\*\*(\d+)\*\* are black, \*\*(\d+)\*\* gray or white, and \*\*(\d+)\*\* vivid", said(at))
    assert even
    assert weighted
    for match, draw in ((even, draw_evenly), (weighted, draw_colors)):
        drawn = draw((640,), np.random.default_rng(0)).tolist()
        found = Counter(group_of(*POINTS[k][1:]) for k in drawn)
        assert [int(n) for n in match.groups()] == [found[name] for name in ("black", "gray", "vivid")]


def test_the_exact_expectation_is_shown_once_a_guess_could_be_made(at: AppTest) -> None:
    assert "**0** batches drawn" in said(at)
    assert said(at).index("in how many of 100 batches") < said(at).index("batches drawn")
    shown = tally(at)
    assert shown["labels seen"] == ["0", "0", "0"]
    assert {cell for name, row in shown.items() if name != "labels seen" for cell in row} == {"–"}
    sound(at.button("data-draw").click().run())
    shown = tally(at)
    assert shown["… to be expected"] == [f"{100 * nobody(label):.1f} %" for label in NAMES]
    assert shown["… to be expected"] == ["85.6 %", "28.6 %", "13.8 %"]
    assert shown["… on average"] == [number(64 * (1 - nobody(label) ** (1 / 64))) for label in NAMES]


def test_batches_are_drawn_and_counted(at: AppTest) -> None:
    for presses, n in ((("data-draw",), 1), (("data-draw", "data-draw"), 3), (("data-draw-100",), 103)):
        for key in presses:
            sound(at.button(key).click().run())
        assert f"**{n}** batches drawn, {n * BATCH:,} colors; seed 0" in said(at)
        drawn = stream(0, n)
        counts = [[int(sum(row)) for row in each.tolist()] for each in drawn.labels]
        assert tally(at)["labels seen"] == [f"{sum(each):,}" for each in counts]
        assert tally(at)["labels in a batch"] == [number(sum(each) / n) for each in counts]
        assert tally(at)["batches without"] == [f"{100 * each.count(0) / n:.1f} %" for each in counts]
        for label, each in zip(NAMES, counts, strict=True):
            who = f"{each[-1]} got “{label}”" if each[-1] else f"nobody got “{label}”"
            assert re.search(rf"\*\*Batch {n}:\*\*.*{who}", said(at))


def test_starting_over_takes_other_draws_and_the_same_seed_the_same_ones(at: AppTest) -> None:
    sound(at.button("data-draw-100").click().run())
    first = tally(at)
    sound(at.button("data-again").click().run())
    assert "**0** batches drawn, 0 colors; seed 1" in said(at)
    sound(at.button("data-draw-100").click().run())
    assert tally(at) != first
    at.session_state["data-seed"], at.session_state["data-drawn"] = 0, 100
    assert tally(sound(at.run())) == first


def test_a_whole_training_is_as_much_as_can_be_drawn(at: AppTest) -> None:
    at.session_state["data-drawn"] = STEPS - 1
    sound(at.run())
    sound(at.button("data-draw-100").click().run())
    assert f"**{STEPS:,}** batches drawn" in said(at)
    assert at.button("data-draw").disabled
    assert at.button("data-draw-100").disabled


NOISE = re.compile(
    r"At noise \*\*(.+?)\*\*, (\d+) of (\d+) labels “red” .*, (\d+) of (\d+) “vibrant” "
    r"and (\d+) of (\d+) “desaturated”; (\d+) labels .* lost\.\s+"
    r".* less than 1 % sit \*\*(\d+)\*\* .*, \*\*(\d+)\*\* .* and \*\*(\d+)\*\* .*; "
    r"without noise (\d+), (\d+) and (\d+)\."
)


def unlikely(rgb: np.ndarray, positive: np.ndarray, label: str) -> int:
    return sum(likely(*rgb[b, i].tolist(), label) < 0.01 for b, i in np.argwhere(positive > 0))


@pytest.mark.parametrize("rate", [0.0, 0.35, 1.0])
def test_wrong_labels_are_counted(at: AppTest, rate: float) -> None:
    assert "No batch is drawn yet." in said(at)
    at.button("data-draw-100").click().run()
    sound(at.slider("data-noise").set_value(rate).run())
    match = NOISE.search(said(at))
    assert match
    clean, noisy = stream(0, 100), stream(0, 100, rate)
    pairs = [(noisy.positives(name), clean.positives(name)) for name in NAMES]
    made = [int(((a > 0) & (b == 0)).sum()) for a, b in pairs]
    lost = sum(int(((a == 0) & (b > 0)).sum()) for a, b in pairs)
    odd = [unlikely(each.rgb, each.positives(name), name) for each in (noisy, clean) for name in NAMES]
    seen = [int(a.sum()) for a, _ in pairs]
    assert match[1] == f"{rate:g}"
    assert [int(n) for n in match.groups()[1:]] == [
        *(n for pair in zip(made, seen, strict=True) for n in pair),
        lost,
        *odd,
    ]
    assert (made == [0, 0, 0] and lost == 0) == (rate == 0)
    # The draws above are as they were.
    assert tally(at)["labels seen"] == [f"{int(each.sum()):,}" for each in clean.labels]


def test_the_noise_goes_with_the_visitor_to_the_train_page(at: AppTest) -> None:
    at.slider("data-noise").set_value(0.15).run()
    at.button("data-train").click().run()
    sound(at.switch_page("pages/train.py").run())
    assert at.select_slider("train-noise").value == 0.15
    assert last_run(at).config.label_noise == 0.15


# --- the study -----------------------------------------------------------------------------------

FEW = (0.0, 1.0)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A short study: two rates and two seeds."""
    monkeypatch.setattr(robustness, "LEVELS", FEW)
    monkeypatch.setattr(robustness, "SEEDS", 2)
    yield
    study.of_label_noise.clear()  # pyright: ignore[reportFunctionMemberAccess]


def finish(running: study.Underway[Measured]) -> None:
    end = time.monotonic() + 60
    while running.watchers and time.monotonic() < end:
        time.sleep(0.01)


def test_points_of_the_study_are_runs_made_by_hand(few: None) -> None:
    running = study.Underway(robustness.configs(), robustness.trial)
    running.start("me")
    finish(running)
    points = robustness.complete(running.points)
    assert [each.config for each in points] == [RunConfig(label_noise=n, seed=s) for n in FEW for s in (0, 1)]
    full = sweep([config for n in FEW for config in with_seeds(RunConfig(label_noise=n), range(2))])
    for each, trial in zip(points, full, strict=True):
        run = train(each.config)
        metrics = evaluate(run.model, quick_grid())
        assert each.metrics == metrics
        assert each.causes == causes(metrics, placement(run.model), run.stopped)
        assert each.run.key == run.key
        assert not each.run.remembers
        # Neither depends on the grid.
        assert each.metrics.red_cosine == trial.metrics.red_cosine
        assert each.metrics.selectivity == trial.metrics.selectivity
        assert each.metrics.hue.gray_mse == pytest.approx(trial.metrics.hue.gray_mse, rel=0.02)
    assert not running.watched_by("me")


def test_a_cancelled_study_stops_and_goes_on_where_it_was(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    running, asked, go = study.Underway(robustness.configs(), robustness.trial), list[RunConfig](), threading.Event()
    real = robustness.train

    def slowly(config: RunConfig, **options: Any) -> Run:
        asked.append(config)
        assert go.wait(60)
        return real(config, **options)

    monkeypatch.setattr(robustness, "train", slowly)
    monkeypatch.setattr(study.os, "cpu_count", lambda: 1)
    running.start("one")
    running.start("two")
    while not asked:
        time.sleep(0.01)
    running.cancel("one")
    assert not running.watched_by("one")
    assert running.watched_by("two")  # it goes on for the other
    running.cancel("two")
    thread = running._thread
    go.set()
    if thread is not None:
        thread.join(60)
    assert len(asked) == 1
    assert not running.points  # it was cut short
    running.start("one")
    finish(running)
    assert asked[1:] == list(robustness.configs())
    assert running.done


def test_a_study_steps_aside_for_the_runs_of_sessions(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("excolor.turns.STEP_ASIDE", 60)
    monkeypatch.setattr(study.runs, "turns", Turns(1))
    running = study.Underway(robustness.configs(), robustness.trial)
    with study.runs.turns.turn("somebody else"):
        running.start("me")
        time.sleep(0.3)  # ten runs' time
        assert not running.points
    finish(running)
    assert running.done


def test_what_goes_wrong_in_the_background_is_said(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(config: RunConfig, **options: Any) -> Run:
        raise MemoryError

    monkeypatch.setattr(robustness, "train", broken)
    study.of_label_noise.clear()  # pyright: ignore[reportFunctionMemberAccess]
    at = app("data.py")
    at.button("data-sweep").click().run()
    finish(study.of_label_noise())
    at.run()
    assert ["(MemoryError)" in each.value for each in at.warning] == [True]
    assert not study.of_label_noise().watched_by(at.session_state["data-visitor"])


def test_the_page_starts_the_study_shows_it_and_says_what_it_found(few: None) -> None:
    study.of_label_noise.clear()  # pyright: ignore[reportFunctionMemberAccess]
    at = app("data.py")
    assert "You have not started it yet." in said(at)
    at.button("data-sweep").click().run()
    finish(study.of_label_noise())
    sound(at.run())
    points = robustness.complete(study.of_label_noise().points)
    assert len(points) == 4
    assert not [button for button in at.button if button.key in ("data-sweep", "data-cancel")]
    assert "No run of the 2 goes wrong up to a noise of 0." in said(at)
    assert "What goes wrong first, at 1: " in said(at)
    for name, value in (
        ("red", lambda each: each.metrics.red_cosine),
        ("grays", lambda each: each.metrics.hue.gray_mse),
        ("selectivity", lambda each: each.metrics.selectivity),
    ):
        sound(at.button_group("data-figure").set_value(name).run())
        middles = [number(float(np.mean([value(e) for e in points if e.config.label_noise == n]))) for n in FEW]
        assert f"Medians, by noise: 0: {middles[0]}, 1: {middles[1]}." in said(at)
    sound(at.button_group("data-figure").set_value("go wrong").run())
    assert "Runs that go wrong, by noise: 0: 0 of 2, 1: 2 of 2." in said(at)


def test_nobody_sees_what_another_visitor_has_trained_before_asking_for_it(few: None) -> None:
    study.of_label_noise.clear()  # pyright: ignore[reportFunctionMemberAccess]
    study.of_label_noise().start("another")
    finish(study.of_label_noise())
    at = app("data.py")
    assert study.of_label_noise().done
    assert "You have not started it yet." in said(at)
    assert drawn_runs(at) == 0
    assert "go wrong up to" not in said(at)
    sound(at.button("data-sweep").click().run())
    assert drawn_runs(at) == 4  # at once, from memory
    assert "No run of the 2 goes wrong up to a noise of 0." in said(at)
    assert study.of_label_noise().watchers == set()


def drawn_runs(at: AppTest) -> int:
    """Points in the chart of the study: the rows of its expander are there only with them."""
    return 4 if any(each.label == "The same in numbers" for each in at.expander) else 0


@pytest.mark.parametrize(
    ("trained", "drawn", "words"),
    [
        (0, 0, "You have not started it yet."),
        (3, 0, "Stopped after 3 of 55 networks, which are remembered. The first rate is not complete yet."),
        (7, 5, "Stopped after 7 of 55 networks, which are remembered. Drawn are the rates that are complete."),
    ],
)
def test_how_far_a_stopped_study_came(trained: int, drawn: int, words: str) -> None:
    assert section.stopped(trained, drawn) == words


def made_up(rate: float, seed: int, *found: Cause, red: float = 0.95) -> Measured:
    run = train(RunConfig(steps=1))
    metrics = replace(evaluate(run.model, quick_grid()), red_cosine=red)
    made = Run(RunConfig(label_noise=rate, seed=seed), run.parameters, no_history(), no_snapshots(4))
    return Measured(made, metrics, placement(made.model), found)


TINTED, HARMED, IN_PLANE = Cause.TINTED, Cause.GRAYS_HARMED, Cause.GRAYS_IN_PLANE


def test_what_goes_wrong_first_is_read_from_the_points() -> None:
    told = limits(
        [
            made_up(0.0, 0, TINTED),
            made_up(0.0, 1),
            made_up(0.1, 0, TINTED),
            made_up(0.1, 1),
            made_up(0.2, 0, HARMED),
            made_up(0.2, 1, IN_PLANE, Cause.HUE_OFF_PLANE),
            made_up(0.2, 2, TINTED),  # which is not counted among those that go wrong
            made_up(0.3, 0),  # right again, but not up to here
            made_up(0.3, 1, Cause.ROTATED),  # though its cosine is what it should be
            made_up(0.4, 0, Cause.RED_OFF_AXIS, red=0.7),
        ]
    )
    assert told == Robustness(0.1, 2, 0.2, {IN_PLANE: 1, Cause.HUE_OFF_PLANE: 1, HARMED: 1}, red_to=0.3)
    assert limits([made_up(rate, 0) for rate in (0.0, 0.5, 1.0)]) == Robustness(1.0, 0, None, {}, red_to=1.0)
    never = limits([made_up(0.0, 0, Cause.RED_OFF_AXIS, red=0.7), made_up(0.5, 0)])
    assert math.isnan(never.right_to)
    assert math.isnan(never.red_to)
    assert (never.wrong_at, never.causes) == (0.0, {Cause.RED_OFF_AXIS: 1})


NAN = math.nan


@pytest.mark.parametrize(
    ("told", "said", "unsaid"),
    [
        (Robustness(1, 0, None, {}, 1), ["No run goes wrong, at any rate"], ["tint", "first", "Red’s"]),
        (
            Robustness(0.2, 1, 0.3, {HARMED: 1}, 0.7),
            [
                "of the 5 goes wrong up to a noise of 0.2",
                "One of these runs keeps a tint",
                "0.3: deleting hue harms a gray (1",
                "up to 0.7: wrong",
            ],
            [],
        ),
        (Robustness(0.2, 7, 0.3, {HARMED: 1}, 0.2), ["7 of these runs keep a tint"], ["Red’s"]),
        (Robustness(0.2, 0, 0.3, {HARMED: 1}, 1), ["in every run up to 1."], ["the few right ones"]),
        (Robustness(NAN, 0, 0, {IN_PLANE: 2}, 0.1), ["Already without noise", "up to 0.1: wrong"], ["No run"]),
        (Robustness(NAN, 0, 0, {Cause.RED_OFF_AXIS: 2}, NAN), ["Already without noise"], ["Red’s", "nan"]),
    ],
)
def test_the_conclusion_says_what_the_points_say(told: Robustness, said: list[str], unsaid: list[str]) -> None:
    words = section.conclusion(told)
    assert [each for each in said if each not in words] == []
    assert [each for each in unsaid if each in words] == []


def test_the_point_of_a_run_says_what_it_is() -> None:
    runs = {"sound": (), "only a tint": (TINTED,), "goes wrong": (HARMED,)}
    assert [section.state_of(made_up(0, 0, *causes)) for causes in runs.values()] == list(runs)

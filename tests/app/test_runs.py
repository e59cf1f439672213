"""What the app keeps of its runs: trained once, remembered up to a bound, packed for the replay, put on a shelf."""

from __future__ import annotations

import base64
import dataclasses
import json
import math
import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import streamlit
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from excolor.charts.wheel import views
from excolor.checkpoint import MAX_BYTES, PRETRAINED, from_bytes
from excolor.color import HUES, hsv_to_rgb, rgb_to_hex
from excolor.config import BOTTLENECKS, RunConfig
from excolor.diagnosis import causes, placement
from excolor.errors import ExcolorError
from excolor.losses import TERMS
from excolor.measured import Measured, measure
from excolor.metrics import evaluate, quick_grid
from excolor.replay import BINS, lines, nearest, replayed
from excolor.training import LOSSES, Engine, History, Run, no_snapshots, plan, snapshot_colors, train
from excolor.turns import Turns
from excolor.ui import log, runs, shelf, state
from excolor.ui.caches import replay_of
from excolor.ui.components.replay import packed, packed_lines
from excolor.ui.runs import Memory, Trained, trained

SHORT = RunConfig(steps=100, seed=3)
DIVERGES = RunConfig(
    schedule="STEP,PHASE,ACTION,lr,reg-separate\n0,Train,,0.01,0.01\n30,,,0.01,\n31,,,1e30,\n60,,,1e30,0.01\n", steps=61
)

# --- trained once --------------------------------------------------------------------------------


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[RunConfig, Engine]]:
    """An empty memory, and what is really trained from now on."""
    made: list[tuple[RunConfig, Engine]] = []
    memory = Memory()
    monkeypatch.setattr(runs, "memory", lambda: memory)

    def counting(config: RunConfig, engine: Engine, **options: Any) -> Run:
        made.append((config, engine))
        return train(config, engine, **options)

    monkeypatch.setattr(runs, "train", counting)
    return made


def test_equal_configurations_are_trained_once(calls: list[tuple[RunConfig, Engine]]) -> None:
    first = trained(SHORT)
    assert trained(RunConfig.from_json(SHORT.to_json())) is first
    trained(dataclasses.replace(SHORT, seed=4))
    trained(SHORT, "autograd")
    assert trained(SHORT, "autograd") is not first
    assert calls == [(SHORT, "fused"), (dataclasses.replace(SHORT, seed=4), "fused"), (SHORT, "autograd")]


def test_what_is_remembered_is_the_run_and_what_evaluate_says_of_it(calls: list[tuple[RunConfig, Engine]]) -> None:
    run, kept = train(SHORT), trained(SHORT)
    measured = kept.measured
    assert measured.config == SHORT
    assert np.array_equal(measured.run.parameters, run.parameters)
    assert measured.metrics == evaluate(run.model)
    assert measured.placement == placement(run.model)
    assert measured.causes == causes(measured.metrics, measured.placement, run.stopped)
    assert measured.run.stopped is None
    assert measured.run.remembers
    assert packed(replay_of(measured.run)) == packed(replayed(run))
    assert kept.train_s > 0
    assert kept.evaluate_s > 0


def test_a_diverged_run_is_remembered_with_where_it_stopped(calls: list[tuple[RunConfig, Engine]]) -> None:
    kept = trained(DIVERGES)
    stopped = kept.measured.run.stopped
    assert stopped == train(DIVERGES).stopped
    assert stopped is not None
    assert trained(DIVERGES) is kept
    json.dumps(packed(replay_of(kept.measured.run)), allow_nan=False)


def stub(monkeypatch: pytest.MonkeyPatch, act: Callable[[RunConfig, Callable[[int], None]], Any]) -> None:
    monkeypatch.setattr(runs, "_train", lambda config, engine, progress: act(config, progress))


def test_the_run_asked_for_longest_ago_is_forgotten_first(
    calls: list[tuple[RunConfig, Engine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    stub(monkeypatch, lambda config, progress: made.append(config.seed) or config)
    monkeypatch.setattr(runs, "REMEMBERED", 3)
    for seed in (0, 1, 2, 0, 3, 0, 2, 1):
        trained(RunConfig(seed=seed))
        assert len(runs.memory().slots) <= 3
    assert made == [0, 1, 2, 3, 1]  # 3 pushed out 1; 0 and 2 were still there


def in_threads(*work: Callable[[], Any]) -> list[Any]:
    results: list[Any] = [None] * len(work)

    def go(i: int) -> None:
        try:
            results[i] = work[i]()
        except BaseException as error:
            results[i] = error

    threads = [threading.Thread(target=go, args=(i,), daemon=True) for i in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return results


def test_sessions_that_ask_for_the_same_run_at_once_train_it_once(calls: list[tuple[RunConfig, Engine]]) -> None:
    together = threading.Barrier(6)

    def ask() -> Trained:
        together.wait()
        return trained(SHORT)

    results = in_threads(*[ask] * 6)
    assert all(isinstance(result, Trained) and result is results[0] for result in results)
    assert calls == [(SHORT, "fused")]


def test_a_session_that_waits_for_another_one_is_asked_whether_it_still_wants_to(
    calls: list[tuple[RunConfig, Engine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, finish = threading.Event(), threading.Event()

    def slow(config: RunConfig, progress: Callable[[int], None]) -> str:
        begun.set()
        assert finish.wait(30)
        return "done"

    stub(monkeypatch, slow)

    def waiting() -> Any:
        begun.wait(30)
        asked: list[int | None] = []

        def still_wanted(ahead: int | None) -> None:
            asked.append(ahead)
            if len(asked) == 2:
                raise RerunException(RerunData())

        try:
            trained(SHORT, waiting=still_wanted)
        except RerunException:
            return asked
        finally:
            finish.set()

    assert in_threads(lambda: trained(SHORT), waiting) == ["done", [None, None]]


def test_another_configuration_does_not_wait(
    calls: list[tuple[RunConfig, Engine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, finish = threading.Event(), threading.Event()

    def act(config: RunConfig, progress: Callable[[int], None]) -> int:
        if config.seed == 0:
            begun.set()
            assert finish.wait(30)
        return config.seed

    stub(monkeypatch, act)

    def other() -> int:
        begun.wait(30)
        result: Any = trained(RunConfig(seed=1))
        finish.set()
        return result

    assert in_threads(lambda: trained(RunConfig(seed=0)), other) == [0, 1]


def test_short_runs_queue_for_the_cores_and_a_long_one_does_not_stand_in_their_way(
    calls: list[tuple[RunConfig, Engine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "turns", Turns(2))
    counting, finish = threading.Lock(), threading.Event()
    pair = threading.Barrier(2)  # each waits until another one works beside it, however slow the machine is
    working, most = 0, 0

    def act(config: RunConfig, progress: Callable[[int], None]) -> int:
        nonlocal working, most
        if config.steps > runs.LONG:
            assert finish.wait(30)
            return config.seed
        with counting:
            working += 1
            most = max(most, working)
        pair.wait(60)
        with counting:
            working -= 1
            if config.seed == 7:
                finish.set()
        return config.seed

    stub(monkeypatch, act)
    long = [RunConfig(seed=seed, steps=runs.LONG + 1) for seed in (8, 9, 10)]
    short = [RunConfig(seed=seed) for seed in range(8)]
    results = in_threads(*[lambda config=config: trained(config) for config in (*long, *short)])
    assert results == [8, 9, 10, *range(8)]
    assert most == 2


@pytest.mark.parametrize("error", [RerunException(RerunData()), ExcolorError("no"), KeyboardInterrupt()])
def test_a_training_that_is_broken_off_leaves_nothing_and_the_next_one_works(
    calls: list[tuple[RunConfig, Engine]], error: BaseException
) -> None:
    seen: list[int] = []

    def progress(done: int) -> None:
        seen.append(done)
        if done >= 50:
            raise error

    with pytest.raises(type(error)):
        trained(SHORT, progress=progress)
    assert 50 <= seen[-1] < 100
    assert runs.memory().slot(SHORT, "fused").trained is None
    assert trained(SHORT).measured.run.stopped is None
    assert len(calls) == 2


def test_progress_ends_with_all_updates_done_and_is_not_asked_of_a_remembered_run(
    calls: list[tuple[RunConfig, Engine]],
) -> None:
    seen: list[int] = []
    trained(SHORT, progress=seen.append)
    assert seen == sorted(set(seen))
    assert seen[-1] == SHORT.steps
    trained(SHORT, progress=lambda done: pytest.fail("it is there already"))


def test_a_schedule_that_cannot_be_trained_with_is_refused_each_time(calls: list[tuple[RunConfig, Engine]]) -> None:
    for _ in range(2):
        with pytest.raises(ExcolorError):
            trained(RunConfig(schedule="no such schedule"))


# --- the replay ----------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[2, 4, 5])
def run(request: pytest.FixtureRequest) -> Run:
    return train(RunConfig(steps=200, seed=1, bottleneck=request.param))


def latents_in(shown: dict[str, Any]) -> np.ndarray:
    """The latents in a replay, `[S, 216, D]`, as its script unpacks them."""
    packed = np.frombuffer(base64.b64decode(shown["latents"]), "<i2")
    return packed.reshape(len(shown["steps"]), len(shown["colors"]), shown["dims"]) / 32767


def test_latents_are_packed_to_a_32767th(run: Run) -> None:
    assert np.abs(latents_in(packed(replayed(run))) - run.snapshots.latents).max() <= 0.5 / 32767 + 1e-7


def test_a_replay_is_plain_json_at_the_browser_and_say_what_the_snapshots_are_of(run: Run) -> None:
    shown = packed(replayed(run))
    assert json.loads(json.dumps(shown, allow_nan=False)).keys() == shown.keys()
    assert shown["steps"] == run.snapshots.steps.tolist()
    assert shown["steps"][0] == 0
    assert shown["steps"][-1] == shown["total"] == run.config.steps
    assert shown["dims"] == run.config.bottleneck
    assert shown["colors"] == rgb_to_hex(snapshot_colors())
    for named in shown["named"]:
        assert np.allclose(snapshot_colors()[named["point"]], hsv_to_rgb([HUES[named["name"]], 1, 1]))
    assert len(shown["named"]) == 6


def test_latents_that_are_no_numbers_are_packed_as_the_center(run: Run) -> None:
    broken = run.snapshots.latents.copy()
    broken[-1, :5] = math.nan
    shown = packed(replayed(dataclasses.replace(run, snapshots=dataclasses.replace(run.snapshots, latents=broken))))
    assert not latents_in(shown)[-1, :5].any()
    assert np.array_equal(latents_in(shown)[:-1], latents_in(packed(replayed(run)))[:-1])


def test_a_shared_replay_cannot_be_written_to(run: Run) -> None:
    shown = replayed(run)
    for array in (shown.latents, shown.colors, shown.steps, shown.lines.steps, *shown.lines.losses.values()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    run.snapshots.steps[0] = 0  # the run itself is as it was


def test_the_nearest_color_differs_least() -> None:
    colors = snapshot_colors()
    for place in (0, 5, 100, 215):
        assert nearest(colors, colors[place] + 0.09) == nearest(colors, colors[place] - 0.09) == place


@pytest.mark.parametrize("bottleneck", BOTTLENECKS)
def test_views_show_every_dim_and_the_hue_plane_first(bottleneck: int) -> None:
    shown = views(bottleneck)
    assert shown[0] == (1, 0)
    assert {dim for view in shown for dim in view} == set(range(bottleneck))
    assert all(across != up for across, up in shown)
    assert len(shown) == math.ceil(bottleneck / 2)


def recorded(rows: int, steps: int | None = None, seed: int = 0, gaps: float = 0.4) -> Run:
    """A run that recorded losses at so many of its steps, with gaps; at all of them by default."""
    rng = np.random.default_rng(seed)
    losses = rng.lognormal(size=(rows, len(LOSSES))).astype(np.float32)
    losses[rng.random(losses.shape) < gaps] = np.nan
    config = RunConfig("clean", steps=steps or rows)  # on which every term pushes
    at = np.sort(rng.permutation(config.steps)[:rows])
    return Run(config, np.zeros(0, np.float32), History(at, losses), no_snapshots(4))


def averaged(steps: list[int], values: list[float], bins: int) -> tuple[list[float], list[float | None]]:
    """By hand: the middle of each bin between its first step and its last, and the mean of the numbers in it."""
    edges = sorted({int(i * len(values) / bins) for i in range(bins + 1)})
    middles, means = [], []
    for first, last in pairwise(edges):
        there = [value for value in values[first:last] if math.isfinite(value)]
        middles.append((steps[first] + steps[last - 1]) / 2)
        means.append(sum(there) / len(there) if there else None)
    return middles, means


# Every step of a run; some of its steps, as files keep of a long run.
ROWS = [(rows, rows) for rows in (1, 2, BINS - 1, BINS, BINS + 1, 3001)] + [(3001, 10_000), (100, 3001)]


@pytest.mark.parametrize(("rows", "steps"), ROWS)
def test_lines_are_means_over_bins_and_a_bin_without_a_value_is_a_gap(rows: int, steps: int) -> None:
    made = recorded(rows, steps)
    shown, planned, at = packed_lines(lines(made)), plan(made.config), made.history.steps
    columns = {
        **{("losses", name): made.history.losses[:, i] for i, name in enumerate(LOSSES)},
        **{("weights", term.name): planned.weights[at, i] for i, term in enumerate(TERMS)},
        ("weights", "learning rate"): planned.rate[at],
    }
    assert {(kind, name) for kind in ("losses", "weights") for name in shown[kind]} == set(columns)
    for (kind, name), values in columns.items():
        middles, means = averaged(at.tolist(), [float(value) for value in values], min(BINS, rows))
        assert shown["x"] == pytest.approx(middles)
        drawn = shown[kind][name]
        assert [value is None for value in drawn] == [mean is None for mean in means]
        kept = [(value, mean) for value, mean in zip(drawn, means, strict=True) if mean is not None]
        assert [value for value, _ in kept] == pytest.approx([mean for _, mean in kept], rel=1e-3)


def test_a_line_without_any_value_is_all_gap() -> None:
    made = recorded(300, gaps=1.0)
    assert set(packed_lines(lines(made))["losses"]["anchor"]) == {None}


def test_a_bin_may_hold_numbers_near_the_end_of_their_range() -> None:
    made = recorded(10, gaps=0)
    made.history.losses[:, 0] = np.finfo(np.float32).max
    made.history.losses[-1, 1] = np.inf
    json.dumps(packed_lines(lines(made)), allow_nan=False)


# --- the shelf -----------------------------------------------------------------------------------


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A visitor who has nothing yet."""
    state: dict[str, Any] = {}
    monkeypatch.setattr(streamlit, "session_state", state)
    return state


@pytest.fixture(scope="module")
def one() -> Run:
    return train(steps=60, seed=7, bottleneck=3, hidden=8, label_noise=0.25, weights={"anchor": 2})


@pytest.fixture(scope="module")
def shown(one: Run) -> Measured:
    return measure(one, quick_grid())


def test_a_new_visitor_can_choose_what_ships(session: dict[str, Any]) -> None:
    assert list(shelf.choices()) == list(PRETRAINED)


def test_a_named_run_can_be_chosen_with_its_history_until_it_is_deleted(
    session: dict[str, Any], shown: Measured
) -> None:
    log.note(shown)
    (key,) = log.current().by_key
    assert list(shelf.choices()) == [*PRETRAINED, shelf.LAST]
    assert log.call(key, "  mine ") == "mine"
    state.MODEL.set("mine")
    log.note(measure(train(SHORT), quick_grid()))
    assert list(shelf.choices()) == [*PRETRAINED, shelf.LAST, "mine"]
    assert shelf.current() is shown.run
    assert log.call(key, "ours") == "ours"
    assert shelf.chosen_name() == "ours"  # what is chosen stays chosen
    log.delete([key])
    assert list(shelf.choices()) == [*PRETRAINED, shelf.LAST]
    assert shelf.chosen_name() == PRETRAINED[0]
    log.undo()
    assert list(log.current().named) == ["ours"]


def test_a_page_that_is_drawn_again_logs_nothing_new(session: dict[str, Any], shown: Measured) -> None:
    log.note(shown)
    before = log.current()
    log.note(measure(dataclasses.replace(shown.run), quick_grid()))
    assert log.current() is before


def test_what_is_downloaded_and_loaded_is_bitwise_the_same(session: dict[str, Any], one: Run) -> None:
    data = shelf.file_maker(one)()
    parsed = from_bytes(data)
    assert parsed.run.parameters.tobytes() == one.parameters.tobytes()
    assert parsed.run.config == one.config
    assert parsed.story["metrics"] == evaluate(one.model).to_dict()
    name = shelf.load(data, "mine.safetensors")
    assert name == "mine"
    loaded = shelf.choices()[name]
    assert loaded.key == one.key
    assert np.array_equal(loaded.history.losses, one.history.losses, equal_nan=True)
    assert evaluate(loaded.model) == evaluate(one.model)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("mine.safetensors", "mine"),
        ("robust.safetensors", "robust 2"),
        ("last run.safetensors", "last run 2"),
        (".safetensors", "loaded"),
        ("no ending", "no ending"),
        (f"{'x' * 60}.safetensors", "x" * 40),
    ],
)
def test_a_loaded_run_is_named_after_its_file_and_is_no_run_of_ones_own(
    session: dict[str, Any], one: Run, file: str, name: str
) -> None:
    data = shelf.file_maker(one)()
    assert [shelf.load(data, file) for _ in range(2)] == [name, name]  # it is one run
    other = shelf.file_maker(train(SHORT))()
    assert shelf.load(other, file) == f"{name.removesuffix(' 2')[:36]} {3 if name.endswith(' 2') else 2}"
    assert len(log.current().entries) == 2
    assert log.made() == []


@pytest.mark.parametrize("data", [b"", b"not a checkpoint", b"\x00" * 64, b"x" * (MAX_BYTES + 1)])
def test_a_bad_file_is_refused_in_a_sentence_with_its_name(session: dict[str, Any], data: bytes) -> None:
    with pytest.raises(ExcolorError, match=r"^strange\.bin .*\.$"):
        shelf.load(data, "strange.bin")
    assert log.current().entries == ()


def test_weights_that_are_no_numbers_make_no_file(session: dict[str, Any], one: Run) -> None:
    weights = one.parameters.copy()
    weights[5] = np.nan
    broken = dataclasses.replace(one, parameters=weights)
    with pytest.raises(ExcolorError, match="not finite"):
        shelf.file_maker(broken)


def test_a_run_that_diverged_with_weights_that_are_numbers_goes_there_and_back(session: dict[str, Any]) -> None:
    broken = trained(DIVERGES).measured.run
    assert np.isfinite(broken.parameters).all()
    shelf.load(shelf.file_maker(broken)(), "broken.safetensors")
    again = shelf.choices()["broken"]
    assert (again.key, again.stopped) == (broken.key, broken.stopped)

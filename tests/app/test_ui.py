"""What pages share: how numbers are written, what is remembered of a model, columns, and HTML that stays inert."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from html.parser import HTMLParser
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excolor.charts import brightness, curves, latents, patches
from excolor.checkpoint import PRETRAINED, pretrained
from excolor.color import HUES, named_colors
from excolor.config import RunConfig
from excolor.deletions import Column, Surgery, hue_answers, operate, tones
from excolor.diagnosis import Cause
from excolor.errors import ExcolorError
from excolor.measured import measure
from excolor.metrics import Deletion, Metrics, evaluate, full_grid, residue, respond
from excolor.model import ColorAutoencoder, from_vector, to_vector
from excolor.surgery import HUE, WARMTH, ablate, prune
from excolor.training import Run, train
from excolor.ui import panels
from excolor.ui.caches import column_of, hue_brightness_of, metrics_of, replay_of, residue_of, shipped, wheel_of
from excolor.ui.words import dims_text, number, percent

Models = Callable[..., ColorAutoencoder]
Runs = Callable[..., Run]
NOT_FINITE = [math.nan, math.inf, -math.inf]

# --- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (0.29, "0.29"),
        (0.3, "0.30"),  # two digits, though the second is a zero
        (0.294, "0.29"),
        (0.0017, "0.0017"),
        (7.7e-6, "7.7 × 10⁻⁶"),
        (1.0e-5, "1.0 × 10⁻⁵"),
        (0.000999, "0.0010"),  # rounding carries
        (0.00099, "9.9 × 10⁻⁴"),
        (0.996, "1.0"),
        (9.96, "10"),
        (1, "1.0"),
        (42, "42"),
        (1234, "1200"),
        (12_345, "1.2 × 10⁴"),
        (3e-12, "3.0 × 10⁻¹²"),
        (-0.123, "−0.12"),
        (-7.7e-6, "−7.7 × 10⁻⁶"),
        *[(value, "–") for value in NOT_FINITE],
    ],
)
def test_figures_have_two_significant_digits(value: float, words: str) -> None:
    assert number(value) == words


@given(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_a_figure_is_its_value_rounded_to_two_digits(value: float) -> None:
    digits, _, power = number(value).replace("−", "-").partition(" × 10")
    exponent = int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)
    exact = Decimal(value)
    unit = Decimal(1).scaleb(exact.adjusted() - 1) if value else Decimal(1)
    rounded = exact.quantize(unit, rounding=ROUND_HALF_EVEN)
    assert Decimal(digits).scaleb(exponent) == rounded
    if value:
        assert len(digits.replace("-", "").replace(".", "").strip("0") or "0") <= 2


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0%"), (0.494, "49%"), (0.496, "50%"), (1, "100%"), *[(v, "–") for v in NOT_FINITE]]
)
def test_shares_are_whole_percent(value: float, words: str) -> None:
    assert percent(value) == words


def test_sets_of_dims() -> None:
    assert [dims_text(dims) for dims in ((), WARMTH, HUE)] == ["[]", "[0]", "[0, 1]"]


# --- what is remembered of runs ------------------------------------------------------------------


def test_equal_weights_have_equal_keys_and_any_other_weight_another(random_model: Models, run_of: Runs) -> None:
    model = random_model()
    one = run_of(model)
    assert run_of(random_model(), RunConfig(seed=1)).key == one.key
    for place in (0, 100, 262):
        vector = to_vector(model)
        vector[place] = np.nextafter(vector[place], np.float32(9))
        assert run_of(from_vector(vector, 4, 16)).key != one.key
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.parameters = vector  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("name", PRETRAINED)
def test_shipped_runs_are_the_checkpoints_shared_and_without_gradients(name: str) -> None:
    chosen, loaded = shipped(name), pretrained(name).run
    assert (chosen.config, chosen.key) == (loaded.config, loaded.key)
    assert chosen.parameters.tobytes() == loaded.parameters.tobytes()
    assert shipped(name) is chosen
    assert not chosen.model.training
    assert not any(parameter.requires_grad for parameter in chosen.model.parameters())


def test_a_checkpoint_that_does_not_ship() -> None:
    with pytest.raises(ExcolorError, match="robust"):
        shipped("nope")


def test_figures_are_remembered_by_the_weights(random_model: Models, run_of: Runs) -> None:
    one = run_of(random_model(seed=3))
    metrics = metrics_of(one)
    assert metrics == evaluate(one.model)
    assert metrics_of(run_of(random_model(seed=3), RunConfig(seed=9))) is metrics
    assert metrics_of(run_of(random_model(seed=4))) is not metrics


def test_a_replay_is_not_that_of_a_run_with_equal_weights_that_has_forgotten_its_training() -> None:
    run = train(steps=60)
    for first, second in ((run, run.forgetting()), (run.forgetting(), run)):
        replay_of.clear()
        assert replay_of(first).steps.tolist() == first.snapshots.steps.tolist()
        assert replay_of(second).steps.tolist() == second.snapshots.steps.tolist()
        assert replay_of(dataclasses.replace(second)) is replay_of(second)


# --- columns of the ablation page ----------------------------------------------------------------


@pytest.fixture(scope="module")
def robust() -> Run:
    return shipped("robust")


@pytest.fixture(scope="module")
def metrics(robust: Run) -> Metrics:
    return evaluate(robust.model)


def test_without_deletion_a_column_shows_the_model_itself(robust: Run, metrics: Metrics) -> None:
    model = robust.model
    for how in get_args(Surgery):
        assert operate(model, (), how) is model
        assert column_of(robust, (), how).metrics == metrics.intact


@pytest.mark.parametrize(("dims", "part"), [(WARMTH, "warmth"), (HUE, "hue")])
def test_a_column_has_the_figures_of_evaluate(robust: Run, metrics: Metrics, dims: tuple[int, ...], part: str) -> None:
    expected = getattr(metrics, part)
    assert column_of(robust, dims, "ablate").metrics == expected
    shown = column_of(robust, dims, "prune").metrics
    assert isinstance(shown, Deletion)
    assert vars(shown) == pytest.approx(vars(expected), rel=1e-4)


@pytest.mark.parametrize("dims", [(2,), (1, 3), (0, 2, 3)])
def test_figures_of_another_set_of_dims(robust: Run, dims: tuple[int, ...]) -> None:
    shown = column_of(robust, dims, "ablate").metrics
    assert isinstance(shown, Deletion)
    grid = full_grid()
    mse, rgb = np.empty(len(grid.rgb)), np.empty((len(grid.rgb), 3))
    for at in range(0, len(mse), 50_000):
        part = respond(ablate(robust.model, dims), grid.rgb[at : at + 50_000])
        mse[at : at + 50_000], rgb[at : at + 50_000] = part.mse, part.rgb
    share = (respond(robust.model, grid.rgb).u[:, dims].astype(np.float64) ** 2).sum(-1)
    assert vars(shown) == pytest.approx(
        {
            "max_mse": mse.max(),
            "median_mse": np.median(mse),
            "gray_mse": mse[grid.gray].mean(),
            "gray_share": np.mean(rgb.max(-1) - rgb.min(-1) < 0.1),
            "target_mse": mean_of(mse[share >= 0.5]),
            "bystander_mse": mean_of(mse[share <= 0.05]),
        },
        rel=1e-3,
        abs=1e-6,
        nan_ok=True,
    )


def mean_of(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else math.nan


def test_every_dim_can_be_ablated_and_not_pruned(robust: Run) -> None:
    every = tuple(range(4))
    shown = column_of(robust, every, "ablate")
    assert isinstance(shown.metrics, Deletion)
    assert len(set(shown.patches.column("output").to_pylist())) == 1  # one answer to everything
    mse = respond(ablate(robust.model, every), full_grid().rgb).mse
    assert shown.metrics.target_mse == pytest.approx(mse.mean(dtype=np.float64), rel=1e-5)
    assert math.isnan(shown.metrics.bystander_mse)
    with pytest.raises(ExcolorError, match="every dim"):
        column_of(robust, every, "prune")


def rows_of(shown: Column) -> dict[str, list[dict[str, Any]]]:
    tables = {"patches": shown.patches, **shown.curves}
    tables |= {f"latents {view}": table for view, table in shown.latents.items()}
    return {name: table.to_pylist() for name, table in tables.items()}


def test_pruning_draws_what_ablation_draws(robust: Run) -> None:
    ablated, pruned = (column_of(robust, WARMTH, how) for how in get_args(Surgery))
    shown = rows_of(pruned)
    for name, rows in rows_of(ablated).items():
        assert len(rows) == len(shown[name])
        for one, other in zip(rows, shown[name], strict=True):
            for key, value in one.items():
                if isinstance(value, float):
                    assert other[key] == pytest.approx(value, abs=1e-4, nan_ok=True)
    # The dims that are left keep their numbers: dims (2, 3) are where they were, dim 0 is nothing.
    for row in shown["latents (1, 0)"]:
        assert row["kind"] != "color" or row["y"] == 0


@pytest.mark.parametrize("dims", [(), WARMTH, HUE])
def test_a_column_draws_the_answers_of_its_model(robust: Run, dims: tuple[int, ...]) -> None:
    shown = column_of(robust, dims, "ablate")
    model = operate(robust.model, dims, "ablate")
    assert shown.dims == dims
    assert shown.patches == patches.table(*answers(model, patches.colors()))
    for axis in curves.AXES:
        assert shown.curves[axis] == curves.table(axis, answers(model, curves.colors(axis))[1])
    assert list(shown.latents) == [(1, 0), (2, 3)]
    for row in shown.latents[(1, 0)].to_pylist():
        assert row["kind"] != "color" or math.hypot(row["x"], row["y"]) <= 1 + 1e-6


def answers(model: ColorAutoencoder, rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    response = respond(model, rgb)
    return response.rgb, response.mse


def test_gray_patches_and_brightness_of_the_named_hues(robust: Run) -> None:
    shown = column_of(robust, HUE, "ablate")
    model = prune(robust.model, HUE)
    # 24 hues × 8 values at full saturation; the table has saturation in the second place.
    full = patches.colors().reshape(24, 4, 8, 3)[:, 3].reshape(-1, 3)
    channels = respond(model, full).rgb
    assert shown.patches_gray == pytest.approx(np.mean(channels.max(-1) - channels.min(-1) < 0.1))
    hues = np.stack([named_colors()[name] for name in HUES])
    answered = respond(model, hues).rgb
    assert hue_answers(robust.model) == pytest.approx(answered, abs=1e-5)
    # Every fourth of the twelve is a primary, from red on; between two of them is a secondary.
    assert tones(answered) == pytest.approx((answered[::4].mean(), answered[2::4].mean()))
    expected = brightness.table(respond(ablate(robust.model, HUE), brightness.colors()).rgb)
    assert hue_brightness_of(robust) == expected


@pytest.mark.parametrize(("width", "views"), [(2, [(1, 0)]), (3, [(1, 0)]), (4, latents.VIEWS), (6, latents.VIEWS)])
def test_other_widths_have_the_views_that_their_dims_allow(
    random_model: Models, run_of: Runs, width: int, views: list[tuple[int, int]]
) -> None:
    chosen = run_of(random_model(width, gain=3))
    cases: list[tuple[tuple[int, ...], Surgery]] = [((), "ablate"), (WARMTH, "prune"), ((width - 1,), "prune")]
    for dims, how in cases:
        assert list(column_of(chosen, dims, how).latents) == list(views)


def test_columns_are_remembered_by_the_weights(robust: Run) -> None:
    assert column_of(robust, HUE, "ablate") is column_of(
        dataclasses.replace(robust, config=RunConfig(seed=9)), HUE, "ablate"
    )
    assert column_of(robust, HUE, "ablate") is not column_of(robust, WARMTH, "ablate")


def test_residue_and_wheel_are_the_models(robust: Run) -> None:
    assert residue_of(robust, HUE) == residue(robust.model, HUE)
    response = respond(robust.model, latents.colors())
    ends = ["x2", "y2"]  # not a number for most rows, which equals nothing
    expected = latents.table((1, 0), response.u, response.rgb)
    assert wheel_of(robust).drop_columns(ends) == expected.drop_columns(ends)


# --- panels --------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Tags, attributes and text of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


HOSTILE = """<script>alert("1")</script>'" onmouseover='x' &amp;"""


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Reader]:
    """What a panel wrote, parsed; its tags are closed and it runs nothing."""
    pieces: list[str] = []
    monkeypatch.setattr(panels.st, "html", pieces.append)

    def read() -> Reader:
        reader = Reader()
        reader.feed("".join(pieces))
        reader.close()
        assert reader.open == []
        assert "script" not in reader.tags
        assert not any(name.startswith("on") for name, _ in reader.attributes)
        return reader

    return read


def colors_of(reader: Reader) -> list[str]:
    styles = [value or "" for name, value in reader.attributes if name == "style"]
    return [style.removeprefix("background:") for style in styles]


def test_a_patch_is_the_output_with_the_true_color_inside(written: Callable[[], Reader]) -> None:
    panels.patches([panels.Patch([1.2, 0.5, np.nan], [0, 0, 1], HOSTILE, (HOSTILE, "second"), HOSTILE)] * 3)
    reader = written()
    assert colors_of(reader) == ["#ff8000", "#0000ff"] * 3
    assert [value for name, value in reader.attributes if name == "aria-label"] == [HOSTILE] * 3
    assert reader.text == [HOSTILE, HOSTILE, "second"] * 3


def test_a_figure_list_says_names_and_values(written: Callable[[], Reader]) -> None:
    panels.metric_list({HOSTILE: HOSTILE, "b": "1"}, HOSTILE)
    reader = written()
    assert reader.text == [HOSTILE, HOSTILE, "b", "1"]
    assert reader.tags == ["dl", "dt", "dd", "dt", "dd"]
    assert ("aria-label", HOSTILE) in reader.attributes


def test_a_strip_has_a_row_per_color_and_a_column_per_model(written: Callable[[], Reader]) -> None:
    outputs = np.array([[1, 0, 0], [0, 1, 0]])
    columns = {HOSTILE: (outputs, [HOSTILE, "e2"]), "second": (outputs[::-1], ["e3", "e4"])}
    panels.strip([HOSTILE, "green"], columns, np.zeros((2, 3)))
    reader = written()
    assert reader.text == [HOSTILE, "second", HOSTILE, HOSTILE, "e3", "green", "e2", "e4"]
    assert colors_of(reader)[::2] == ["#ff0000", "#00ff00", "#00ff00", "#ff0000"]
    assert set(colors_of(reader)[1::2]) == {"#000000"}
    assert [value for name, value in reader.attributes if name == "scope"] == ["col", "col", "row", "row"]


def test_a_figure_table_shows_every_figure_of_every_model(written: Callable[[], Reader], metrics: Metrics) -> None:
    both = [measure(run, metrics=metrics) for run in (shipped("robust"), train(steps=1))]
    panels.metric_table([(HOSTILE, both[0]), ("second", dataclasses.replace(both[1], causes=(Cause.TINTED,)))])
    text = written().text
    assert text[:2] == [HOSTILE, "second"]
    assert text.count(number(metrics.hue.max_mse)) >= 2
    assert text.count(number(metrics.selectivity)) >= 2
    assert text.count(percent(metrics.warmth.gray_share)) >= 2
    # What keeps a tint does not fail, and is not sound all the same.
    answers = {name: text[text.index(f"the run {name}") :][1:][:4] for name in ("fails", "is sound")}
    assert answers["fails"][:2] == ["no", "no"]
    assert answers["is sound"][:2] == ["yes", "no"]


def test_a_chart_is_filled_without_touching_its_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: dict[str, Any] = {}
    monkeypatch.setattr(panels.st, "vega_lite_chart", lambda **given: drawn.update(given))
    spec = patches.spec()
    before = dict(spec)
    table = patches.table(np.zeros((768, 3), np.float32), np.zeros(768, np.float32))
    panels.chart(spec, table, "in words", "key")
    assert spec == before == patches.spec()
    assert drawn["spec"] == before | {"datasets": {"rows": table}}
    assert (drawn["alt"], drawn["key"], drawn["width"]) == ("in words", "key", "stretch")
    panels.chart(latents.spec((1, 0)), table, "in words", "key", fixed=True)
    assert drawn["width"] == "content"

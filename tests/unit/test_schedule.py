"""The schedule, against closed forms and the published sheet."""

import math
from dataclasses import FrozenInstanceError
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excolor.errors import ExcolorError
from excolor.schedule import (
    PARAMETERS,
    SHIPPED,
    SPACES,
    TIMINGS,
    Schedule,
    find,
    for_training,
    minimum_jerk,
    parse,
)

HEADER = "STEP,PHASE,ACTION,lr"


def sheet(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows, ""))


def jerk(tau: Fraction) -> float:
    """The polynomial of Flash and Hogan (docs/experiment.md, "Schedule"), in exact arithmetic."""
    return float(10 * tau**3 - 15 * tau**4 + 6 * tau**5)


# Minimum jerk


@pytest.mark.parametrize(("tau", "share"), [(0, 0), (1 / 4, 53 / 512), (1 / 2, 1 / 2), (3 / 4, 459 / 512), (1, 1)])
def test_minimum_jerk_at_the_quarters(tau: float, share: float) -> None:
    # By hand: at 1/4, 10/64 - 15/256 + 6/1024 = 106/1024; at 3/4 it is the mirror image.
    assert minimum_jerk(np.array(tau)) == pytest.approx(share, abs=1e-15)


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_minimum_jerk_starts_and_ends_without_speed_or_acceleration(end: float) -> None:
    h = 1e-4
    before, at, after = minimum_jerk(np.array([end - h, end, end + h]))
    # Near either end the polynomial is 10 d³ to leading order: speed 30 d², and acceleration 60 d, odd in d.
    assert (after - before) / (2 * h) == pytest.approx(0, abs=11 * h**2)
    assert (after - 2 * at + before) / h**2 == pytest.approx(0, abs=60 * h)


def test_minimum_jerk_has_the_least_jerk_of_its_neighbors() -> None:
    # What the name claims: a path with the same ends but another middle has more squared jerk in all.
    tau = np.linspace(0, 1, 2001)
    bump = tau**3 * (1 - tau) ** 3  # no value, speed or acceleration at either end

    def cost(path: np.ndarray) -> float:
        return float(np.sum(np.diff(path, 3) ** 2))

    best = cost(minimum_jerk(tau))
    assert best < cost(minimum_jerk(tau) + 0.1 * bump)
    assert best < cost(minimum_jerk(tau) - 0.1 * bump)


# The published sheet, and the other shipped one


def test_published_sheet_resolves_as_published() -> None:
    published = find("ex-2.7")
    assert published.last == 3000
    assert published.steps == 3001
    assert published.parameters == ("lr", "reg-separate", "reg-anchor", "reg-unit", "reg-planar")
    assert published.phases == ((0, "Train"),)
    assert published.actions == ()
    keys = {track.parameter: track.steps for track in published.tracks}
    assert keys == {
        "lr": (0, 10, 1000, 3000),
        "reg-separate": (0, 500, 1000, 2800, 3000),
        "reg-anchor": (0, 1000, 2800, 3000),
        "reg-unit": (0, 1000, 2800, 3000),
        "reg-planar": (0, 1000, 2800, 3000),
    }


@pytest.mark.parametrize(
    ("step", "lr", "anchor"),
    [(0, 1e-8, 0.01), (10, 0.01, None), (1000, 0.1, 0.04), (2800, None, 0.0), (3000, 0.05, 0.0)],
)
def test_published_sheet_shows_its_keys_to_the_last_bit(step: int, lr: float | None, anchor: float | None) -> None:
    values = find("ex-2.7").at(step)
    assert lr is None or values["lr"] == lr
    assert anchor is None or values["reg-anchor"] == anchor


def test_published_sheet_between_its_keys() -> None:
    published = find("ex-2.7")
    assert published.at(505)["lr"] == pytest.approx((0.01 + 0.1) / 2, rel=1e-14)  # half-way from 10 to 1000
    assert published.at(2000)["lr"] == pytest.approx((0.1 + 0.05) / 2, rel=1e-14)
    assert published.at(250)["reg-planar"] == pytest.approx(0.01 + 0.09 * 53 / 512, rel=1e-14)
    assert published.at(2350)["reg-unit"] == pytest.approx(0.1 * (1 - 459 / 512), rel=1e-14)
    tau = Fraction(2345 - 1000, 2000)
    assert published.at(2345)["lr"] == pytest.approx(0.1 - 0.05 * jerk(tau), rel=1e-14)


def test_equal_keys_hold_a_value_still() -> None:
    steps = np.linspace(0, 1000, 9999)
    assert np.all(find("ex-2.7").values("reg-separate", steps) == 0.01)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_sheets_are_fit_for_training(name: str) -> None:
    schedule = find(name)
    assert schedule.name == name
    assert for_training(schedule) is schedule
    assert set(schedule.parameters) == set(PARAMETERS) - (set() if name == "clean" else {"reg-neutral"})
    assert all(np.all(values >= 0) for values in schedule.table(schedule.steps).values())


# Values in each space and timing, by hand


def test_log_space_with_each_timing() -> None:
    rows = ("0,,,1e-4", "100,,,1e-2")
    linear = parse(sheet(*rows, header="STEP,PHASE,ACTION,lr:log:linear"))
    assert linear.at(50)["lr"] == pytest.approx(1e-3, rel=1e-14)  # the geometric mean
    assert linear.at(25)["lr"] == pytest.approx(10**-3.5, rel=1e-14)
    smooth = parse(sheet(*rows, header="STEP,PHASE,ACTION,lr:log"))
    assert smooth.at(25)["lr"] == pytest.approx(10 ** (-4 + 2 * 53 / 512), rel=1e-14)
    for schedule in (linear, smooth):
        assert schedule.values("lr", [0, 100]).tolist() == [1e-4, 1e-2]


def test_linear_timing() -> None:
    schedule = parse(sheet("10,,,1", "20,,,-3", "24,,,5", header="STEP,PHASE,ACTION,x:linear:linear"))
    steps = [0, 10, 12.5, 15, 20, 21, 24, 99]
    assert schedule.values("x", steps).tolist() == [1, 1, 0, -1, -3, -1, 5, 5]


def test_step_timings_jump_right_after_a_key_or_at_the_next() -> None:
    rows = ("0,,,1,1", "10,,,2,2", "20,,,3,3")
    schedule = parse(sheet(*rows, header="STEP,PHASE,ACTION,a::step-start,z::step-end"))
    steps = [-1, 0, 0.001, 9.999, 10, 10.001, 19.999, 20, 21]
    assert schedule.values("a", steps).tolist() == [1, 1, 2, 2, 2, 3, 3, 3, 3]
    assert schedule.values("z", steps).tolist() == [1, 1, 1, 1, 2, 2, 2, 3, 3]


def test_defaults_are_linear_space_and_minimum_jerk() -> None:
    rows = ("0,,,1,1,1,1", "8,,,2,2,2,2")
    named = parse(sheet(*rows, header="STEP,PHASE,ACTION,a,b:linear,c::minjerk,d: : "))
    assert {(track.space, track.timing) for track in named.tracks} == {("linear", "minjerk")}
    assert named.parameters == ("a", "b", "c", "d")
    assert set(named.at(2).values()) == {1 + 53 / 512}


def test_a_value_holds_outside_its_keys() -> None:
    schedule = parse(sheet("0,,,,7", "10,,,1,", "20,,,2,", "30,,,,", header="STEP,PHASE,ACTION,a,b"))
    assert schedule.values("a", [-math.inf, -5, 0, 10, 20, 30, 1e9, math.inf]).tolist() == [1] * 4 + [2] * 4
    assert schedule.values("b", [-5, 0, 30]).tolist() == [7, 7, 7]


# One function of the step, however it is asked


@given(
    steps=st.lists(st.floats(-100, 4000), min_size=1, max_size=40),
    schedule=st.sampled_from(
        [*SHIPPED, sheet("0,,,1e-8", "10,,,0.1", "3000,,,1e-3", header="STEP,PHASE,ACTION,lr:log")]
    ).map(find),
)
def test_at_equals_values(steps: list[float], schedule: Schedule) -> None:
    for parameter in schedule.parameters:
        together = schedule.values(parameter, steps)
        assert together.tolist() == [schedule.at(step)[parameter] for step in steps]
        assert together[::-1].tolist() == schedule.values(parameter, steps[::-1]).tolist()


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("timing", TIMINGS)
@given(
    values=st.lists(st.floats(1e-300, 1e300), min_size=2, max_size=4),
    at=st.lists(st.floats(-5, 50), min_size=1, max_size=20),
)
def test_a_value_stays_between_its_keys(space: str, timing: str, values: list[float], at: list[float]) -> None:
    rows = [f"{10 * index},,,{value!r}" for index, value in enumerate(values)]
    schedule = parse(sheet(*rows, header=f"STEP,PHASE,ACTION,x:{space}:{timing}"))
    read_at = schedule.values("x", at)
    assert np.all((read_at >= min(values)) & (read_at <= max(values)))
    assert schedule.values("x", 10 * np.arange(len(values))).tolist() == values


def test_the_largest_numbers_do_not_overflow() -> None:
    largest = float(np.finfo(np.float64).max)
    apart = parse(sheet(f"0,,,{-largest!r}", f"10,,,{largest!r}"))
    assert apart.at(5) == {"lr": 0}
    equal = parse(sheet(f"0,,,{largest!r}", f"10,,,{largest!r}"))
    assert np.all(equal.values("lr", np.linspace(0, 10, 100_001)) == largest)


# A run of another length


def test_table_of_the_own_length_is_the_sheet() -> None:
    schedule = find("ex-2.7")
    table = schedule.table(schedule.steps)
    assert tuple(table) == schedule.parameters
    for parameter, values in table.items():
        assert values.shape == (3001,)
        assert values.tolist() == schedule.values(parameter, np.arange(3001)).tolist()


@pytest.mark.parametrize("steps", [2, 3, 301, 1501, 6001, 7])
def test_table_stretches(steps: int) -> None:
    schedule = find("robust")
    table = schedule.table(steps)
    for update in {0, 1, steps // 2, steps - 1}:
        expected = schedule.at(update * 3000 / (steps - 1))
        assert {name: values[update] for name, values in table.items()} == expected


def test_one_update_reads_step_0_and_a_sheet_of_one_step_is_constant() -> None:
    assert find("ex-2.7").table(1)["lr"].tolist() == [1e-8]
    assert parse(sheet("0,,,0.5")).table(4)["lr"].tolist() == [0.5] * 4


@pytest.mark.parametrize("steps", [0, -3])
def test_table_refuses_a_run_without_updates(steps: int) -> None:
    with pytest.raises(ExcolorError, match=f"steps is {steps}"):
        find("ex-2.7").table(steps)


# What a schedule is


def test_schedules_are_values() -> None:
    text = sheet("0,,,1")
    assert parse(text) == parse(text)
    assert hash(parse(text)) == hash(parse(text))
    assert parse(text) != parse(text, "mine")
    assert parse(text) != parse(sheet("0,,,1.0"))
    assert parse(text).text == text
    with pytest.raises(FrozenInstanceError):
        parse(text).name = "other"  # pyright: ignore[reportAttributeAccessIssue]


def test_an_answer_is_the_callers_own() -> None:
    schedule = find("ex-2.7")
    schedule.values("lr", [0, 10])[:] = 99
    schedule.table(10)["lr"][:] = 99
    assert schedule.values("lr", [0, 10]).tolist() == [1e-8, 0.01]


def test_unknown_parameter_and_step() -> None:
    with pytest.raises(ExcolorError, match="parameter is 'reg-unti'.*lr, reg-separate"):
        find("ex-2.7").values("reg-unti", 0)
    with pytest.raises(ExcolorError, match="steps of lr has a nan"):
        find("ex-2.7").at(math.nan)


# Fit for training


def test_training_needs_no_regularizer() -> None:
    schedule = parse(sheet("0,,,0"))
    assert for_training(schedule) is schedule


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (sheet("0,,,1", header="STEP,PHASE,ACTION,reg-unit"), "has reg-unit; it must have lr"),
        (
            sheet("0,,,1,1", header=HEADER + ",reg-planer"),
            "has reg-planer; training reads only lr, reg-unit, reg-anchor, reg-separate, reg-planar",
        ),
        (sheet("0,,,1", header="STEP,PHASE,ACTION,LR"), "has LR; training reads only lr"),
        (
            sheet("0,,,1,1,1,-1,1", header=HEADER + ",loss-recon,reg-norm,reg-unit,reg-polar"),
            "has loss-recon, reg-norm, reg-polar; training reads only lr",
        ),
        (
            sheet("0,,,1,1", "8,,,1,-0.5", header=HEADER + ",unit"),
            "row 3, reg-unit is -0.5 at step 8; it must be from 0",
        ),
    ],
    ids=["no rate", "misspelt", "capitals", "another model", "below 0"],
)
def test_training_refuses(text: str, message: str) -> None:
    with pytest.raises(ExcolorError, match=message):
        for_training(parse(text))


def test_training_names_what_it_does_not_read_in_one_short_line() -> None:
    names = ["x" * 100_000, '"a\nb"', "\x1b[31m", *(f"x{index}" for index in range(20_000))]
    text = sheet("0,,,1" + ",1" * len(names), header=",".join((HEADER, *names)))
    with pytest.raises(ExcolorError, match=r"has x{40}…, a b, �\[31m, x0, x1, x2, x3, x4 and 19,995 more;") as caught:
        for_training(parse(text, "n" * 1000))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_a_regularizer_without_a_column_has_weight_0() -> None:
    schedule = find("ex-2.7")
    steps = np.array([0, 500, 1000, 3000])
    assert schedule.weight("reg-neutral", steps).tolist() == [0, 0, 0, 0]
    np.testing.assert_array_equal(schedule.weight("reg-anchor", steps), schedule.values("reg-anchor", steps))

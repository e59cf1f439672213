"""The schedule, against closed forms, the published sheet, and every way a sheet can be wrong."""

import math
import time
from collections.abc import Sequence
from dataclasses import FrozenInstanceError
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excolor.errors import ExcolorError
from excolor.losses import TERMS
from excolor.schedule import (
    ALIASES,
    MAX_BYTES,
    MAX_ROWS,
    PARAMETERS,
    SHIPPED,
    SPACES,
    TIMINGS,
    Schedule,
    find,
    for_training,
    minimum_jerk,
    parse,
    read,
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


def test_robust_sheet_ends_its_weights_at_two_thirds_and_then_its_rate() -> None:
    robust = find("robust")
    assert robust.last == 3000
    assert robust.at(1000) == {
        "lr": 0.15,
        "reg-separate": 0.04,
        "reg-anchor": 0.03,
        "reg-unit": 0.1,
        "reg-planar": 0.02,
    }
    for step in (2000, 2500, 3000):
        values = robust.at(step)
        assert all(values[name] == 0 for name in PARAMETERS if name != "lr")
    assert robust.at(2999)["lr"] > 0
    assert robust.at(3000)["lr"] == 0


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_sheets_are_fit_for_training(name: str) -> None:
    schedule = find(name)
    assert schedule.name == name
    assert for_training(schedule) is schedule
    assert set(schedule.parameters) == set(PARAMETERS)
    assert all(np.all(values >= 0) for values in schedule.table(schedule.steps).values())


# Steps


@pytest.mark.parametrize(
    ("steps", "resolved"),
    [
        (["0", "10", "20"], (0, 10, 20)),
        (["5", "+1", "+7"], (5, 6, 12)),  # both from 5, the absolute row above them
        (["0", "-10", "-1", "100"], (0, 90, 99, 100)),  # both before 100, the absolute row below them
        (["-3", "10", "+3", "-3", "20"], (7, 10, 13, 17, 20)),
        (["-10", "10"], (0, 10)),
        (["100", "-0.25", "-.1", "200"], (100, 175, 190, 200)),
        (["0", "+0.5", "1000", "+0.9", "3000"], (0, 500, 1000, 2800, 3000)),
        (["100", "+0.25", "+150", "+.8", "300"], (100, 150, 250, 260, 300)),
        (["0", "+0.333", "10"], (0, 3, 10)),
        (["0", "+0.37", "10"], (0, 4, 10)),
        (["007", "+03"], (7, 10)),
        (["1000000"], (1_000_000,)),
    ],
)
def test_steps_absolute_offset_and_fraction(steps: Sequence[str], resolved: tuple[int, ...]) -> None:
    # The grammar of the series: +N and +F from the absolute row above, -N and -F from the one below.
    schedule = parse(sheet(*(f"{step},,,1" for step in steps)))
    assert schedule.tracks[0].steps == resolved
    assert schedule.last == resolved[-1]


@pytest.mark.parametrize(
    ("steps", "at"),
    [
        (["0", "+10", "+0.1", "100"], 10),  # as in a sheet of the series that was shortened for a trial
        (["0", "+90", "-10", "100"], 90),
        (["0", "10", "10", "100"], 10),
        (["0", "10", "+0", "100"], 10),
        (["0", "-0", "100", "200"], 100),
        (["0", "100", "-100", "200"], 100),
    ],
)
def test_rows_of_the_same_step_join_their_cells(steps: Sequence[str], at: int) -> None:
    rows = ("{},,,1,1", "{},,snapshot,2,", "{},Late,,,3", "{},,,4,4")
    joined = parse(sheet(*map(str.format, rows, steps), header=HEADER + ",reg-unit"))
    assert [track.steps[1] for track in joined.tracks] == [at, at]
    assert [track.values for track in joined.tracks] == [(1, 2, 4), (1, 3, 4)]
    assert joined.phases == ((at, "Late"),)
    assert joined.actions == ((at, "snapshot"),)


@pytest.mark.parametrize(
    ("second", "name", "came"),
    [
        ("+0.1,,,2,", "lr", "'2' at step 10, where row 3 has '1'"),
        ("+0.1,,,1,", "lr", "'1' at step 10, where row 3 has '1'"),
        ("10,B,,,2", "PHASE", "'B' at step 10, where row 3 has 'A'"),
        ("-90,,y,,2", "ACTION", "'y' at step 10, where row 3 has 'x'"),
    ],
)
def test_a_cell_is_filled_once_at_one_step(second: str, name: str, came: str) -> None:
    text = sheet("0,,,1,1", "+10,A,x,1,", second, "100,,,1,1", header=HEADER + ",reg-unit")
    with pytest.raises(ExcolorError, match=f"^row 4, {name} is {came}; only one of them may stay.$"):
        parse(text)


def test_last_counts_rows_that_set_no_key() -> None:
    schedule = parse(sheet("0,Begin,,1", "10,,stop,"))
    assert schedule.last == 10
    assert schedule.tracks[0].steps == (0,)
    assert schedule.phases == ((0, "Begin"),)
    assert schedule.actions == ((10, "stop"),)


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


def test_values_keep_the_shape_of_the_steps() -> None:
    schedule = find("ex-2.7")
    assert schedule.values("lr", np.zeros((2, 3), dtype=np.int64)).shape == (2, 3)
    assert schedule.values("lr", []).shape == (0,)
    assert schedule.values("lr", 5).shape == ()


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


def test_table_of_one_update_reads_step_0() -> None:
    assert find("ex-2.7").table(1)["lr"].tolist() == [1e-8]


def test_table_of_a_sheet_with_one_step() -> None:
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


# What is tolerated in a text


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + sheet("0,,,1", "10,,,2"),
        sheet("0,,,1", "10,,,2").replace("\n", "\r\n"),
        sheet("0,,,1", "10,,,2").replace("\n", "\r"),
        "\n , , ,\n" + sheet("", "0,,,1", ",,,", "10,,,2"),
        sheet(" 0 , , ,  1\t", '"10",,,"2"', header=' STEP, PHASE ,ACTION, "lr"'),
        sheet("0,,,+1.", "10,,,20e-1").rstrip("\n"),
    ],
    ids=["byte order mark", "CRLF", "CR", "blank rows", "spaces and quotes", "spellings of a number"],
)
def test_same_sheet_in_another_dress(text: str) -> None:
    schedule = parse(text)
    assert schedule.parameters == ("lr",)
    assert schedule.tracks[0].steps == (0, 10)
    assert schedule.tracks[0].values == (1, 2)


@pytest.mark.parametrize(
    ("spelling", "parameter"),
    [
        ("unit", "reg-unit"),
        ("anchor", "reg-anchor"),
        ("separate", "reg-separate"),
        ("planar", "reg-planar"),
        ("subspace", "reg-planar"),  # what Experiments 2.4.1 and 2.7.1 call it
        ("reg-subspace", "reg-planar"),
        *((parameter, parameter) for parameter in PARAMETERS),
        ("anti-anchor", "anti-anchor"),
        ("reg-lr", "reg-lr"),
        ("Anchor", "Anchor"),
    ],
)
def test_a_regularizer_has_one_name_whatever_its_column_is_called(spelling: str, parameter: str) -> None:
    schedule = parse(sheet("0,,,1", "9,,,2", header=f"STEP,PHASE,ACTION,{spelling}:log:linear"))
    assert schedule.parameters == (parameter,)
    assert schedule.tracks[0].space == "log"
    assert schedule.values(parameter, [0, 9]).tolist() == [1, 2]


def test_a_sheet_as_the_series_writes_them_trains() -> None:
    # The form of Experiment 2.4.1: no prefix, another name for planar, and columns that begin late.
    rows = (
        "0,Train,,1e-8,,0.01,0.01",
        "+10,,,0.01,,,",
        "-1,,,,,,0.2",
        "750,,,0.1,0.01,0.1,",
        "+0.9,,,,0,0,0",
        "1500,,,0.05,,,",
    )
    schedule = for_training(parse(sheet(*rows, header="STEP,PHASE,ACTION,lr,separate,anchor,subspace")))
    assert schedule.parameters == ("lr", "reg-separate", "reg-anchor", "reg-planar")
    assert schedule.at(749)["reg-planar"] == 0.2
    assert schedule.at(1425)["reg-planar"] == 0


def test_a_row_may_end_early_and_columns_may_come_in_any_order() -> None:
    schedule = parse(sheet("1,0", "2,10,Late", header="lr,STEP,PHASE,ACTION"))
    assert schedule.tracks[0].values == (1, 2)
    assert schedule.phases == ((10, "Late"),)


# What is refused in a text: the row (line in the file), the cell, what came and what would be right

MALFORMED = {
    # the header
    "empty": ("", "row 1, STEP", "missing", "PHASE, ACTION"),
    "blank": ("\n \n,,\n", "row 1, STEP", "missing", "PHASE, ACTION"),
    "no STEP": (sheet("0,1", header="PHASE,ACTION,lr"), "row 1, STEP", "PHASE,ACTION,lr", "must have STEP"),
    "no PHASE": (sheet("0,,1", header="STEP,ACTION,lr"), "row 1, PHASE", "STEP,ACTION,lr", "must have STEP"),
    "no ACTION": (sheet("0,,1", header="STEP,PHASE,lr"), "row 1, ACTION", "STEP,PHASE,lr", "must have STEP"),
    "semicolons": (
        sheet("0;;;0,1", header="STEP;PHASE;ACTION;lr"),
        "row 1, the header",
        "'STEP;PHASE;ACTION;lr', separated by semicolons",
        "by commas",
    ),
    "quotes and semicolons": (
        sheet('"0";"";"";"1"', header='\n"STEP";"PHASE";"ACTION";"lr"'),
        "row 2, the header",
        "separated by semicolons",
        "by commas",
    ),
    "tabs": (
        sheet("0\t\t\t1", header="\ufeffSTEP\tPHASE\tACTION\tlr"),
        "row 1, the header",
        r"'STEP\tPHASE\tACTION\tlr', separated by tabs",
        "by commas",
    ),
    "no parameter": (sheet("0,,", header="STEP,PHASE,ACTION"), "row 1, cell 4", "missing", "such as lr"),
    "twice": (sheet("0,,,1,1", header=HEADER + ",lr"), "row 1, lr", "twice", "once"),
    "twice, other spec": (sheet("0,,,1,1", header=HEADER + ",lr:log"), "row 1, lr", "twice", "once"),
    "twice, another name": (
        sheet("0,,,1,1,1", header=HEADER + ",reg-anchor,anchor:log"),
        "row 1, anchor",
        "the same parameter as reg-anchor",
        "only one of the two columns",
    ),
    "twice, two other names": (
        sheet("0,,,1,1,1", header=HEADER + ",subspace,planar"),
        "row 1, planar",
        "the same parameter as subspace",
        "only one of the two columns",
    ),
    "STEP twice": (sheet("0,,,1,1", header=HEADER + ",STEP"), "row 1, STEP", "twice", "once"),
    "empty name": (sheet("0,,,1,1", header=HEADER + ", "), "row 1, cell 5", "''", "column name"),
    "only a spec": (sheet("0,,,1,1", header=HEADER + ",:log"), "row 1, cell 5", "':log'", "column name"),
    "space": (sheet("0,,,1", header=HEADER + ":logg"), "row 1, lr", "space 'logg'", "linear or log"),
    "timing": (
        sheet("0,,,1", header=HEADER + ":log:ease"),
        "row 1, lr",
        "timing 'ease'",
        "minjerk or linear or step-start or step-end",
    ),
    "parts": (sheet("0,,,1", header=HEADER + ":log:linear:x"), "row 1, lr", ":x'", "name:space:timing"),
    "STEP spec": (sheet("0,,,1", header="STEP:log,PHASE,ACTION,lr"), "row 1, STEP", "STEP:log", "parameter"),
    "header on line 3": (sheet("0,,,1", header="\n\n" + HEADER + ",lr"), "row 3, lr", "twice", "once"),
    # the rows
    "no row": (HEADER, "row 2, STEP", "missing", "a row below the header"),
    "only blank rows": (HEADER + "\n\n,,,\n", "row 2, STEP", "missing", "a row below the header"),
    "too many cells": (sheet("0,,,1", "5,,,2,9"), "row 3, cell 5", "'9'", "ends at cell 4"),
    "too many blank cells": (sheet("0,,,1,,"), "row 2, cell 5", "''", "ends at cell 4"),
    "quotes": (sheet("0,,,1", '5,"a"b,,2'), "row 3, some cell", "not CSV", "whole cell"),
    "open quote": (sheet("0,,,1", '5,"a,,2'), "row 3, some cell", "not CSV", "whole cell"),
    "too many rows": (
        sheet(*(f"{step},,,1" for step in range(MAX_ROWS + 1))),
        "row 10002, STEP",
        "row 10,001",
        "10,000",
    ),
    # the steps
    "first is an offset": (sheet("+5,,,1"), "row 2, STEP", "'+5'", "absolute"),
    "first is a fraction": (sheet("+0.5,,,1", "9,,,1"), "row 2, STEP", "'+0.5'", "absolute"),
    "no step": (sheet("0,,,1", ",,,2"), "row 3, STEP", "''", "1000"),
    "word": (sheet("0,,,1", "end,,,2"), "row 3, STEP", "'end'", "1000"),
    "negative": (sheet("-5,,,1"), "row 2, STEP", "'-5'", "absolute step such as 1000 below"),
    "back from no absolute step": (sheet("0,,,1", "-5,,,1", "+9,,,1"), "row 3, STEP", "'-5'", "1000 below it"),
    "back below 0": (sheet("-9,,,1", "5,,,1"), "row 2, STEP", "'-9', step -4", "0 or more"),
    "back before the row above": (
        sheet("90,,,1", "-20,,,1", "100,,,1"),
        "row 3, STEP",
        "'-20', step 80",
        "before step 90, where the row above it is",
    ),
    "back before an offset": (
        sheet("0,,,1", "+95,,,1", "-10,,,1", "100,,,1"),
        "row 4, STEP",
        "'-10', step 90",
        "before step 95",
    ),
    "back from what is above": (sheet("9,,,1", "-1,,,1", "5,,,1"), "row 3, STEP", "'-1', step 4", "before step 9"),
    "absurd back": (sheet("0,,,1", "-" + "9" * 99 + ",,,1", "5,,,1"), "row 3, STEP", "'-999", "1000000 at most"),
    "not whole": (sheet("0.5,,,1"), "row 2, STEP", "'0.5'", "1000"),
    "exponent": (sheet("1e3,,,1"), "row 2, STEP", "'1e3'", "1000"),
    "underscore": (sheet("1_000,,,1"), "row 2, STEP", "'1_000'", "1000"),
    "other digits": (sheet("٣,,,1"), "row 2, STEP", "'٣'", "1000"),
    "offset of 0": (sheet("7,,,1", "+0,,,2"), "row 3, lr", "'2' at step 7, where row 2 has '1'", "only one"),
    "fraction 0": (sheet("0,,,1", "+0.0,,,2", "9,,,3"), "row 3, STEP", "'+0.0'", "between 0 and 1"),
    "fraction 1": (sheet("0,,,1", "+1.0,,,2", "9,,,3"), "row 3, STEP", "'+1.0'", "between 0 and 1"),
    "fraction above 1": (sheet("0,,,1", "+1.5,,,2", "9,,,3"), "row 3, STEP", "'+1.5'", "between 0 and 1"),
    "fraction at the end": (sheet("0,,,1", "+0.5,,,2", "+9,,,3"), "row 3, STEP", "'+0.5'", "1000 below it"),
    "fraction back from the start": (sheet("-0.5,,,1", "9,,,1"), "row 2, STEP", "'-0.5'", "such as 0 above it"),
    "fraction of nothing": (sheet("0,,,1", "+0.5,,,2", "1,,,3"), "row 3, lr", "at step 0, where row 2", "only one"),
    "fraction of no way": (sheet("5,,,1", "+0.5,,,", "5,,,"), "row 3, STEP", "'+0.5'", "must come after 5"),
    "fraction back": (
        sheet("9,,,1", "+0.5,,,2", "5,,,3"),
        "row 3, STEP",
        "'+0.5'",
        "5, which must come after 9",
    ),
    "same step": (sheet("0,,,1", "0,,,2"), "row 3, lr", "'2' at step 0, where row 2 has '1'", "only one"),
    "out of order": (sheet("0,,,1", "20,,,1", "10,,,2"), "row 4, STEP", "'10', step 10", "before step 20"),
    "offset past the next": (sheet("0,,,1", "+20,,,1", "10,,,2"), "row 4, STEP", "step 10", "before step 20"),
    "absurd": (sheet("0,,,1", "1000001,,,2"), "row 3, STEP", "'1000001'", "1000000 at most"),
    "absurd offset": (sheet("999999,,,1", "+2,,,2"), "row 3, STEP", "step 1000001", "1000000 at most"),
    "absurd digits": (sheet("9" * 9999 + ",,,1"), "row 2, STEP", "9999…", "1000000 at most"),
    # the values
    "value word": (sheet("0,,,fast"), "row 2, lr", "'fast'", "0.01"),
    "value with a unit": (sheet("0,,,1 %"), "row 2, lr", "'1 %'", "0.01"),
    "value underscore": (sheet("0,,,1_0"), "row 2, lr", "'1_0'", "0.01"),
    "value hexadecimal": (sheet("0,,,0x10"), "row 2, lr", "'0x10'", "0.01"),
    "value other digits": (sheet("0,,,٣"), "row 2, lr", "'٣'", "0.01"),
    "value comma": (sheet('0,,,"0,1"'), "row 2, lr", "'0,1'", "0.01"),
    "value nan": (sheet("0,,,nan"), "row 2, lr", "'nan'", "0.01"),
    "value inf": (sheet("0,,,-inf"), "row 2, lr", "'-inf'", "0.01"),
    "value infinity": (sheet("0,,,Infinity"), "row 2, lr", "'Infinity'", "0.01"),
    "value overflows": (sheet("0,,,1e999"), "row 2, lr", "'1e999'", "finite"),
    "log of 0": (sheet("0,,,1", "9,,,0", header=HEADER + ":log"), "row 3, lr", "'0'", "above 0"),
    "log of -1": (sheet("0,,,-1", header=HEADER + ":log"), "row 2, lr", "'-1'", "above 0"),
    "log of an underflow": (sheet("0,,,1e-999", header=HEADER + ":log"), "row 2, lr", "'1e-999'", "above 0"),
    "no key": (sheet("0,,,1,", header=HEADER + ",reg-unit"), "row 1, reg-unit", "blank", "a value"),
    "the name in the file": (sheet("0,,,1,x", header=HEADER + ",subspace"), "row 2, subspace", "'x'", "0.01"),
    "line of the file": (sheet("0,,,1", "", '5,"a\nb",,2', "", "9,,,x"), "row 7, lr", "'x'", "0.01"),
}


@pytest.mark.parametrize(("text", "place", "came", "right"), MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_sheet_is_refused_by_row_and_cell(text: str, place: str, came: str, right: str) -> None:
    with pytest.raises(ExcolorError) as caught:
        parse(text)
    message = str(caught.value)
    assert message.startswith(place + " ")
    assert came in message
    assert right in message
    assert "\n" not in message
    assert len(message) < 250


NUMBERS = st.sampled_from(["0", "1", "5", "10", "+1", "+0.5", "0.1", "1e-8", "-1", "-10", "-0.5", "9" * 400])
ODDITIES = st.sampled_from(["", " ", "x", "nan", "1_0", '"', "lr:log", "\ufeff", ";", "\t", "anchor", "\ud800" * 50])
ROWS = st.lists(NUMBERS | ODDITIES, max_size=6).map(",".join)
STEPS = NUMBERS | st.integers(0, 20).map("{:+}".format) | st.integers(0, 20).map("-{}".format)
SPECS = st.sampled_from(["", ":log", ":log:linear", "::step-end", ":x", ",reg-unit", ",unit,subspace", ","])
SHEETS = st.tuples(SPECS, st.lists(st.tuples(STEPS | ODDITIES, NUMBERS | ODDITIES), max_size=5))


def nearly_right(parts: tuple[str, list[tuple[str, str]]]) -> str:
    spec, keys = parts
    rows = [f"{step},,,,{value}" for step, value in keys]
    return sheet("0,,,1,1", *rows, "20,,,2,", header=f"{HEADER},a{spec}")


@given(st.one_of(st.text(), st.lists(ROWS, max_size=8).map("\n".join), SHEETS.map(nearly_right)))
def test_a_text_is_a_schedule_or_an_excolor_error(text: str) -> None:
    for reader in (parse, find):
        try:
            schedule = reader(text)
        except ExcolorError as error:
            assert_one_short_line(error)
        else:
            assert all(np.isfinite(values).all() for values in schedule.table(50).values())
            assert all(list(track.steps) == sorted(set(track.steps)) for track in schedule.tracks)


def assert_one_short_line(error: ExcolorError) -> None:
    # Cells are cut to 40 signs, but one that cannot be printed takes up to ten: '\U0010ffff'.
    assert len(str(error)) < 1000
    assert str(error).isprintable()


@given(st.lists(STEPS, min_size=1, max_size=8))
def test_steps_that_resolve_do_so_in_order_and_at_the_absolute_ones(cells: list[str]) -> None:
    phased = sheet(*(f"{cell},{index},," for index, cell in enumerate(cells)), "+9,,,1")
    try:
        schedule = parse(phased)
    except ExcolorError as error:
        assert_one_short_line(error)
        return
    steps = [step for step, _ in schedule.phases]
    assert steps == sorted(set(steps))  # each row has a phase, so none can share its step
    assert all(step == int(cell) for step, cell in zip(steps, cells, strict=True) if cell.isdecimal())


LONG = 200_000
HOSTILE = {
    "digits": sheet("0,,," + "1" * 100_000),
    "digits, then a letter": sheet("0,,," + "1" * 100_000 + "x"),
    "dots": sheet("0,,,1", "+" + "0." * 50_000 + ",,,1"),
    "spaces": " " * LONG + "\n" + sheet("0,,,1"),
    "blank lines": "\n" * LONG + sheet("0,,,1"),
    "semicolons": ";" * LONG + "\n",
    "colons": sheet("0,,,1", header=HEADER + ":" * 100_000),
    "columns": sheet("0,,,1", header=HEADER + "," + ",".join(f"x{index}" for index in range(LONG))),
    "rows": sheet(*["-1,,,"] * LONG),
    "rows that join": sheet("0,,,1", *["+0,,,"] * (MAX_ROWS - 1)),
    "quotes": '"' * LONG + "\n",
    "a long name": sheet("0,,,1,x", header=HEADER + "," + "x" * 100_000),
    "signs that cannot be printed": sheet("0,,,1", header=HEADER + "," + "\x00\x1b\u202e\ud800" * 20_000 + ":x"),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_read_or_refused_at_once(text: str) -> None:
    # Each takes some tenths of a second at most; where the time grew with the square of the length, it took minutes.
    start = time.process_time()
    try:
        parse(text)
    except ExcolorError as error:
        assert_one_short_line(error)
    assert time.process_time() - start < 10


# Names and files


def test_find_takes_a_name_or_a_text() -> None:
    text = sheet("0,,,1")
    assert find(text) == parse(text)
    assert find(text).name == "custom"
    assert find(text) is find(text)
    assert find("robust") is find("robust")
    with pytest.raises(ExcolorError, match="row 2, lr is 'x'"):
        find(sheet("0,,,x"))


@pytest.mark.parametrize("name", ["ex-2.6", "", "../robust", "Robust", HEADER])
def test_find_lists_the_names_it_knows(name: str) -> None:
    with pytest.raises(ExcolorError, match=r"schedule is .*ex-2\.7 or robust"):
        find(name)


def test_read_gives_what_parse_gives(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    text = sheet("0,Würme,,1")
    path.write_bytes(text.encode("utf-8"))
    assert read(path) == read(str(path)) == parse(text, "mine")
    path.write_bytes(text.encode("utf-8-sig"))
    assert read(path).phases == ((0, "Würme"),)


def test_read_refuses_what_is_no_text_file(tmp_path: Path) -> None:
    with pytest.raises(ExcolorError, match=r"none\.csv' cannot be read"):
        read(tmp_path / "none.csv")
    with pytest.raises(ExcolorError, match="cannot be read"):
        read(tmp_path)
    with pytest.raises(ExcolorError, match="cannot be read"):
        read("a\0b.csv")
    latin = tmp_path / "latin.csv"
    latin.write_bytes(sheet("0,Würme,,1").encode("latin-1"))
    with pytest.raises(ExcolorError, match=r"latin\.csv'.*UTF-8.*byte 24"):
        read(latin)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(sheet("0,,,x"))
    with pytest.raises(ExcolorError, match="row 2, lr is 'x'"):
        read(wrong)


def test_read_stops_at_64_kb(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    text = sheet("0,,,1")
    path.write_text(text + "\n" * (MAX_BYTES - len(text)))
    assert read(path).last == 0
    path.write_text(text + "\n" * (MAX_BYTES - len(text) + 1))
    with pytest.raises(ExcolorError, match="up to 64 kB"):
        read(path)


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
        (sheet("0,,,1,1", "8,,,1,-0.5", header=HEADER + ",unit"), "has reg-unit -0.5 at step 8; it must be from 0"),
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
    assert_one_short_line(caught.value)
    assert len(str(caught.value)) < 300


def test_training_reads_the_rate_and_the_weight_of_each_regularizer() -> None:
    assert ("lr", *(term.column for term in TERMS)) == PARAMETERS
    assert list(ALIASES) == [term.column for term in TERMS]

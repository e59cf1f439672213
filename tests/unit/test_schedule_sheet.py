"""Reading a sheet: the grammar of its steps, what is tolerated, and every way a text or a file can be wrong."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excolor.errors import ExcolorError
from excolor.schedule import (
    MAX_BYTES,
    MAX_ROWS,
    PARAMETERS,
    find,
    for_training,
    parse,
    read,
)

HEADER = "STEP,PHASE,ACTION,lr"


def sheet(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows, ""))


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
    "no STEP": (sheet("0,1", header="PHASE,ACTION,lr"), "row 1, STEP", "PHASE,ACTION,lr", "must have STEP"),
    "semicolons": (
        sheet("0;;;0,1", header="STEP;PHASE;ACTION;lr"),
        "row 1, the header",
        "'STEP;PHASE;ACTION;lr', separated by semicolons",
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
    "twice, another name": (
        sheet("0,,,1,1,1", header=HEADER + ",reg-anchor,anchor:log"),
        "row 1, anchor",
        "the same parameter as reg-anchor",
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
    "too many cells": (sheet("0,,,1", "5,,,2,9"), "row 3, cell 5", "'9'", "ends at cell 4"),
    "quotes": (sheet("0,,,1", '5,"a"b,,2'), "row 3, some cell", "not CSV", "whole cell"),
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
    "absurd back": (sheet("0,,,1", "-" + "9" * 99 + ",,,1", "5,,,1"), "row 3, STEP", "'-999", "1000000 at most"),
    "not whole": (sheet("0.5,,,1"), "row 2, STEP", "'0.5'", "1000"),
    "underscore": (sheet("1_000,,,1"), "row 2, STEP", "'1_000'", "1000"),
    "fraction 1": (sheet("0,,,1", "+1.0,,,2", "9,,,3"), "row 3, STEP", "'+1.0'", "between 0 and 1"),
    "fraction at the end": (sheet("0,,,1", "+0.5,,,2", "+9,,,3"), "row 3, STEP", "'+0.5'", "1000 below it"),
    "fraction back from the start": (sheet("-0.5,,,1", "9,,,1"), "row 2, STEP", "'-0.5'", "such as 0 above it"),
    "fraction of no way": (sheet("5,,,1", "+0.5,,,", "5,,,"), "row 3, STEP", "'+0.5'", "must come after 5"),
    "fraction back": (
        sheet("9,,,1", "+0.5,,,2", "5,,,3"),
        "row 3, STEP",
        "'+0.5'",
        "5, which must come after 9",
    ),
    "same step": (sheet("0,,,1", "0,,,2"), "row 3, lr", "'2' at step 0, where row 2 has '1'", "only one"),
    "out of order": (sheet("0,,,1", "20,,,1", "10,,,2"), "row 4, STEP", "'10', step 10", "before step 20"),
    "absurd offset": (sheet("999999,,,1", "+2,,,2"), "row 3, STEP", "step 1000001", "1000000 at most"),
    "absurd digits": (sheet("9" * 9999 + ",,,1"), "row 2, STEP", "9999…", "1000000 at most"),
    # the values
    "value underscore": (sheet("0,,,1_0"), "row 2, lr", "'1_0'", "0.01"),
    "value other digits": (sheet("0,,,٣"), "row 2, lr", "'٣'", "0.01"),
    "value comma": (sheet('0,,,"0,1"'), "row 2, lr", "'0,1'", "0.01"),
    "value nan": (sheet("0,,,nan"), "row 2, lr", "'nan'", "0.01"),
    "value inf": (sheet("0,,,-inf"), "row 2, lr", "'-inf'", "0.01"),
    "value overflows": (sheet("0,,,1e999"), "row 2, lr", "'1e999'", "finite"),
    "log of 0": (sheet("0,,,1", "9,,,0", header=HEADER + ":log"), "row 3, lr", "'0'", "above 0"),
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
    "colons": sheet("0,,,1", header=HEADER + ":" * 100_000),
    "columns": sheet("0,,,1", header=HEADER + "," + ",".join(f"x{index}" for index in range(LONG))),
    "rows": sheet(*["-1,,,"] * LONG),
    "rows that join": sheet("0,,,1", *["+0,,,"] * (MAX_ROWS - 1)),
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
    with pytest.raises(ExcolorError, match=r"schedule is .*robust, ex-2\.7, clean, or the text"):
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


def test_a_text_beyond_all_sheets_is_refused_before_it_is_read() -> None:
    with pytest.raises(ExcolorError, match=r"The schedule has 1,000,001 characters; it must have up to 1,000,000\."):
        parse(sheet("0,,,1").ljust(1_000_001))

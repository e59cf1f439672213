"""A sheet as a table: text → cells → text is the same schedule, and what is wrong is known by its cell."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excolor.errors import ExcolorError
from excolor.schedule import PARAMETERS, SHIPPED, SPACES, TIMINGS, CellError, cells_of, find, for_training, parse

HEADER = "STEP,PHASE,ACTION,lr"


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_sheet_comes_back_to_the_letter(name: str) -> None:
    assert cells_of(find(name).text).text == find(name).text


VALUES = st.sampled_from(["", "0", "0.5", "1e-8", " .25 ", "3."])
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=6)
HEADS = st.builds(
    "{}:{}:{}".format, st.sampled_from(PARAMETERS[1:]), st.sampled_from([*SPACES]), st.sampled_from([*TIMINGS])
)


@st.composite
def sheets(draw: st.DrawFn) -> str:
    """Sheets whose cells need quotes, whose rows may be blank or short, and that mostly can be read."""
    head = [HEADER, *draw(st.lists(HEADS, max_size=2, unique_by=lambda head: head.partition(":")[0]))]
    rows = ["0,,,1,1,1", "", ",,,"]
    for step in draw(st.lists(st.sampled_from(["+1", "+0.5", "-2", "7"]), max_size=3)):
        phase = draw(WORDS).replace('"', '""')
        rows.append(f'{step},"{phase}",,' + ",".join(draw(VALUES) for _ in head))
    return "\n".join([",".join(head), *rows, "9"])


@given(sheets())
def test_text_to_cells_to_text_is_the_same_schedule(text: str) -> None:
    try:
        before = parse(text)
    except ExcolorError:
        return
    again = cells_of(text).text
    after = parse(again)
    assert (after.last, after.tracks) == (before.last, before.tracks)
    assert (after.phases, after.actions) == (before.phases, before.actions)
    assert cells_of(again).text == again  # and from then on it stays


def test_a_cell_of_several_lines_becomes_one() -> None:
    assert parse(cells_of(f'{HEADER}\n0,"a \r\n b",,1\n').text).phases == ((0, "a b"),)


def test_rows_and_columns_come_and_go() -> None:
    cells = cells_of(f"{HEADER}\n0,,,1\n9,,,2\n")
    more = cells.with_row(1).with_column("planar", "0")
    assert more.text == f"{HEADER},planar\n0,,,1,0\n,,,,\n9,,,2,\n"
    assert parse(more.text).values("reg-planar", [5]).tolist() == [0]
    assert more.without_row(1).without_column(4) == cells
    assert parse(cells.with_head(3, "lr:log:linear").text).tracks[0].space == "log"
    # A column goes by any of its names.
    assert [more.column(name) for name in ("STEP", "planar", "reg-planar", "reg-unit")] == [0, 4, 4, None]


@pytest.mark.parametrize(
    ("rows", "line", "column"),
    [
        ("0,,,1\n,,,\n9,,,fast", 4, "lr"),  # a blank row counts
        ("0,,,1\n9,,,-1", 3, "lr"),
        ("0,,,1\nsoon,,,", 3, "STEP"),
    ],
)
def test_what_is_wrong_is_known_by_its_cell(rows: str, line: int, column: str) -> None:
    text = cells_of(f"{HEADER}\n{rows}\n").text
    with pytest.raises(CellError) as caught:
        for_training(parse(text))
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).startswith(f"row {line}, {column} is ")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # a sweep's processes hand it over


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "row 1, STEP is missing"),
        ("STEP;PHASE;ACTION;lr\n0;;;1", "row 1, the header is"),
        (f"{HEADER},lr\n0,,,1,1", "row 1, lr is there twice"),
        (f"{HEADER}\n0,,,1,2", "row 2, cell 5 is '2'"),
        (f'{HEADER}\n0,"a"b,,1', "row 2, some cell is not CSV"),
    ],
)
def test_what_is_no_table_is_refused(text: str, says: str) -> None:
    with pytest.raises(CellError, match=f"^{says}"):
        cells_of(text)

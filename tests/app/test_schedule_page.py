"""The page of the own schedule: what it makes of a sheet that is loaded, changed, wrong, taken back, and used on Train.

Typing into the table is for a real browser: tests/browser/test_schedule.py.
"""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from excolor.schedule import Cells, cells_of, find
from excolor.ui import state
from tests.support.app import app, html, last_run, sound, unfold

# As Experiment 2.4.1 of the series writes them: no prefix, and another name for planar.
SERIES = "STEP,PHASE,ACTION,lr,separate,anchor,unit,subspace\n0,Train,,1e-8,,0.01,0.01,\n1500,,,0,0.1,0,0.1,0.1\n"


@pytest.fixture
def at() -> AppTest:
    return app("schedule.py")


def cells(at: AppTest) -> Cells:
    return at.session_state["sheet-draft"][1]


def own(at: AppTest) -> str:
    return at.session_state["sheet"] if "sheet" in at.session_state else ""  # noqa: SIM401  (it has no `get`)


def load(at: AppTest, data: bytes) -> AppTest:
    unfold(at, "load-sheet")
    return at.file_uploader[0].set_value(("my.csv", data, "text/csv")).run()


def heads(at: AppTest) -> list[str]:
    return re.findall(r'<th scope="col">(.*?)</th>', html(at).partition("for each schedule")[2])


def change(at: AppTest, old: str, new: str) -> AppTest:
    """As if a cell of the table had been typed."""
    table = cells_of(cells(at).text.replace(old, new))
    at.session_state["sheet-earlier"] = [*at.session_state["sheet-earlier"], cells(at)]
    at.session_state["sheet-draft"], at.session_state["sheet-table"] = (own(at), table), table
    at.session_state["sheet-tables"] += 1
    return at.run()


@pytest.mark.numerical
def test_a_sheet_of_the_series_is_loaded_trained_beside_the_shipped_and_used_on_train(at: AppTest) -> None:
    assert heads(at) == ["robust", "ex-2.7", "clean"]
    sound(load(at, SERIES.encode()))
    assert own(at) == cells(at).text == SERIES
    assert heads(at) == ["yours", "robust", "ex-2.7", "clean"]
    assert any("ends at step 1,500" in each.value for each in at.caption)
    sound(at.number_input(state.SEED).set_value(3).run())
    assert last_run(at).config.seed == 3
    at.button("sheet-use").click().run()
    sound(at.switch_page("pages/train.py").run())
    shown = last_run(at).config
    assert (shown.schedule, shown.seed) == (SERIES, 3)
    unfold(at, "keep")
    assert at.text_input[0].value == "own schedule, seed 3"
    # Where the own sheet is gone, so is the choice.
    at.switch_page("pages/schedule.py").run()
    sound(at.button("begin-clean").click().run())
    sound(at.switch_page("pages/train.py").run())
    assert last_run(at).config.schedule == "robust"


def test_rows_and_columns_come_and_go_and_each_change_can_be_taken_back(at: AppTest) -> None:
    first = cells(at)
    at.selectbox("sheet-row").set_value(4).run()
    sound(at.button("sheet-add").click().run())
    assert cells(at) == first.with_row(3)
    assert own(at) == ""  # a blank row changes nothing
    unfold(at, "columns")
    at.selectbox("sheet-column").set_value("reg-neutral").run()
    sound(at.button("sheet-add-column").click().run())
    assert find(own(at)).weight("reg-neutral", [0]).tolist() == [0]
    at.selectbox("sheet-column").set_value("lr").run()
    timing = next(each for each in at.selectbox if each.label == "Between two keys")
    sound(timing.set_value("linear").run())
    assert "lr:linear:linear" in cells(at).header
    for _ in range(3):
        sound(at.button("sheet-undo").click().run())
    assert (cells(at), own(at)) == (first, "")
    assert at.button("sheet-undo").disabled


def test_what_is_wrong_is_told_at_its_cell_and_nothing_is_lost(at: AppTest) -> None:
    load(at, SERIES.encode())
    change(at, "1500,,,0,", "1500,,,*fast*,")
    assert [each.value for each in at.warning] == [
        r"**Row 3, lr is '\*fast\*'; it must be a number such as 0.01 or 1e-8.** Until it is right, all below is of "
        "the sheet as it was before."
    ]
    assert own(at) == SERIES
    assert "*fast*" in cells(at).text
    sound(at.switch_page("pages/train.py").run())
    sound(at.switch_page("pages/schedule.py").run())
    assert "*fast*" in cells(at).text
    change(at, "*fast*", "-1")
    assert at.warning[0].value.startswith("**Row 3, lr is -1 at step 1500; it must be from 0 to 1e+30.**")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"STEP;PHASE;ACTION;lr\n0;;;1\n", "Row 1, the header is"),
        (b"\xff\xfe", "it must be UTF-8, which it is not at byte 0"),
        (SERIES.encode() + b"1500,,,,,,,\n" * 300, "302 rows"),
        (b" " * 64_001, "up to 64 kB"),
    ],
)
def test_a_file_that_is_no_sheet_gets_a_sentence_and_changes_nothing(data: bytes, says: str, at: AppTest) -> None:
    before = cells(at)
    load(at, data)
    assert says in at.warning[0].value.replace("\\", "")
    assert cells(at) == before

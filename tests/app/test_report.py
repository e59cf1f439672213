"""The report: what it says of the runs that it has, and that nobody's words become markup in it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from html.parser import HTMLParser

import pytest

from excolor.config import RunConfig, Weights
from excolor.links import link
from excolor.measured import Measured, measure
from excolor.training import train
from excolor.ui import report
from excolor.ui.report import Chosen, Report, page
from excolor.ui.sections.verdict import verdict
from tests.support.app import app, unfold

HOSTILE = '<script>alert(1)</script><img src=http://x onerror=1>"&'


@lru_cache(maxsize=4)
def run(seed: int = 0, separate: float = 1.0) -> Measured:
    return measure(train(RunConfig(seed=seed, weights=Weights(separate=separate))))


def a_report(*chosen: Chosen, by: str = "Ada", trained: tuple[int, int] = (2, 1)) -> Report:
    predictions = {"What breaks: no separate": ["You named 1 of the 2 that broke.", "The grays", HOSTILE]}
    return Report(by, date(2026, 11, 26), chosen, predictions, trained, {"Bad luck": "One seed in sixteen fails."})


class Read(HTMLParser):
    """What a page has: its tags with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_it_has_the_runs_with_their_verdicts_and_links_and_needs_nothing_else() -> None:
    address = link(run(3, 0.0).config, run(3, 0.0).run.key, "http://192.168.0.2:8501")
    read = Read(page(a_report(Chosen("mine", run(), ""), Chosen(HOSTILE, run(3, 0.0), address), by=HOSTILE)))
    for each in (run(), run(3, 0.0)):
        assert verdict(each).replace("**", "") in read.words
    assert read.words.count(HOSTILE) == 4  # the title, the name, the run and the reason
    tags = [tag for tag, _ in read.tags]
    assert not {"script", "link", "iframe", "object", "form"} & {*tags}
    assert [attributes["href"] for tag, attributes in read.tags if tag == "a"] == [address]
    pictures = [attributes for tag, attributes in read.tags if tag == "img"]
    assert len(pictures) == 2 * 3 * 2
    assert all(str(each["src"]).startswith("data:image/svg+xml;base64,") and each["alt"] for each in pictures)
    assert "http" not in read.words.replace(HOSTILE, "").replace(address, "")


@pytest.mark.parametrize(
    ("trained", "said"),
    [
        ((0, 0), "No network was trained."),
        ((1, 1), "One network was trained. It is sound."),
        ((1, 0), "One network was trained. It is not sound."),
        ((7, 0), "7 networks were trained, 0 of them sound."),
    ],
)
def test_it_says_how_many_runs_there_were(trained: tuple[int, int], said: str) -> None:
    assert said in Read(page(a_report(trained=trained))).words


def test_equal_reports_are_equal_files() -> None:
    made = [page(a_report(Chosen("", run(), ""))) for _ in range(2)]
    assert made[0] == made[1]


def test_the_last_page_offers_it_with_the_runs_that_are_pinned_or_named_first() -> None:
    at = app("train.py")
    for seed in range(report.MOST + 1):
        at.number_input("train-seed").set_value(seed).run()
    log = at.session_state["log"]
    oldest, second, *_, newest = [each.key for each in log.entries]
    at.session_state["log"] = log.naming(second, "mine").pinning([oldest])
    at.switch_page("pages/end.py").run()
    choice = unfold(at, "report").button_group("report-runs")
    assert choice.value == [oldest, second, newest]

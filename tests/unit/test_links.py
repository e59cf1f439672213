"""A run as a link: what is written is read back exactly, and whatever else is read is named and left out."""

from __future__ import annotations

import base64
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excolor import links
from excolor.config import BOTTLENECKS, HIDDEN_WIDTHS, MAX_SEED, MAX_STEPS, MAX_WEIGHT, RunConfig, Weights
from excolor.errors import ExcolorError
from excolor.losses import TERMS
from excolor.schedule import MAX_BYTES, SHIPPED, find

SHEETS = [
    find("ex-2.7").text,
    find("clean").text.replace("0.1", "0.2"),
    "STEP,PHASE,ACTION,lr\r\n0,,,0.1\r\n9,Ä,,0.2\r\n",
]

configs = st.builds(
    RunConfig,
    schedule=st.sampled_from([*SHIPPED, *SHEETS]),
    seed=st.integers(0, MAX_SEED),
    steps=st.integers(1, MAX_STEPS) | st.just(RunConfig().steps),
    bottleneck=st.sampled_from(BOTTLENECKS),
    hidden=st.sampled_from(HIDDEN_WIDTHS),
    label_noise=st.floats(0, 1),
    weights=st.dictionaries(st.sampled_from([term.name for term in TERMS]), st.floats(0, MAX_WEIGHT)),
)


@given(configs, st.sampled_from(["", "0123456789abcdef" * 4]))
def test_any_run_is_read_back_from_its_link_to_the_last_bit(config: RunConfig, key: str) -> None:
    assert links.parse(links.query(config)) == (config, ())
    link = links.link(config, key, "https://school.example/app/")
    assert link.startswith("https://school.example/app/train")
    assert links.config_of(link) == config


def test_a_link_has_the_command_lines_words_and_none_at_its_default() -> None:
    assert links.link(RunConfig()) == "http://localhost:8501/train"
    config = RunConfig(schedule="ex-2.7", seed=3, label_noise=0.05, weights=Weights(separate=0, anchor=1, neutrality=1))
    assert links.link(config) == (
        "http://localhost:8501/train?separate=0&neutrality=1&seed=3&label-noise=0.05&schedule=ex-2.7"
    )
    assert links.config_of("?label-noise=.05&seed=3&separate=0.0&schedule=ex-2.7&neutrality=1&dims=0") == config


any_words = st.dictionaries(
    st.sampled_from([*links.WORDS, *links.OTHERS]) | st.text(max_size=9),
    st.sampled_from(["", "0", "-1", "1_0", "nan", "inf", "1e999", "9" * 500, "\N{FULLWIDTH DIGIT ONE}", " 1", "robust"])
    | st.text(max_size=60)
    | st.binary(max_size=60).map(lambda data: base64.urlsafe_b64encode(zlib.compress(data)).decode()),
)


@given(any_words)
def test_nonsense_raises_nothing_and_what_is_left_is_a_run(words: dict[str, str]) -> None:
    config, ignored = links.parse(words)
    assert links.parse(links.query(config)) == (config, ())
    assert len(ignored) <= len(words.keys() & set(links.WORDS))


def test_what_is_not_understood_is_named_and_everything_else_counts() -> None:
    config, ignored = links.parse({"seed": "3", "separate": "11", "steps": "1e3", "schedule": "best", "hidden": "8"})
    assert config == RunConfig(seed=3, hidden=8)
    assert [sentence.split(";")[0] for sentence in ignored] == [
        "schedule is 'best'",
        "steps is '1e3'",
        "weight separate is 11.0",
    ]


def test_a_sheet_that_is_too_long_is_refused_before_and_after_it_travels() -> None:
    chance = random.Random(0)
    rows = "".join(f"{step},{chance.random()}\n" for step in range(1000))
    with pytest.raises(ExcolorError, match="too long for a link"):
        links.query(RunConfig(schedule=f"STEP,lr\n{rows}"))
    bomb = base64.urlsafe_b64encode(zlib.compress(b"0" * (MAX_BYTES + 1), 9)).decode()
    assert len(bomb) < 200
    for packed in (bomb, "A" * (links.LONGEST_SHEET + 1), links.pack(SHEETS[0])[:-5], ""):
        config, ignored = links.parse({"sheet": packed, "seed": "3"})
        assert config == RunConfig(seed=3)
        assert len(ignored) == 1


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("http://localhost:8501/ablation?model=robust&dims=0", "network 'robust'"),
        ("http://localhost:8501/train?separat=0", "'separat'"),
        ("http://localhost:8501/train?seed=-1", "seed is '-1'"),
        ("http://localhost:8501/", "such as"),
        ("http://[", "an address"),
        ("x" * 20_000, "20,000 characters"),
    ],
)
def test_a_link_that_says_no_run_is_refused_in_a_sentence(link: str, said: str) -> None:
    with pytest.raises(ExcolorError, match=said):
        links.config_of(link)

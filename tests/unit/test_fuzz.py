"""What comes from outside, thousands of times over: whatever it is, it is used, or refused in one sentence.

No traceback, no hang, and no more memory than its kind is allowed. A hundred cases of each kind every time, and ten
thousand with `pytest tests/unit/test_fuzz.py --hypothesis-profile=long`. A new kind of input is one more
entry of `KINDS`.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import resource
import signal
import struct
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock
from urllib.parse import parse_qs

import numpy as np
import pytest
import streamlit
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from streamlit.runtime.state.query_params import QueryParams, process_query_params

from excolor import checkpoint, cli, links
from excolor.benchmark import Benchmark
from excolor.charts import keyframes
from excolor.color import exact_rgb, hex_to_rgb
from excolor.config import RunConfig
from excolor.errors import ExcolorError
from excolor.log import Entry, Log, Prediction, from_json, to_csv, to_json
from excolor.measured import Measured, measure
from excolor.metrics import quick_grid
from excolor.replay import replayed
from excolor.schedule import ALIASES, SHIPPED, SPACES, TIMINGS, find, for_training, parse, silent_from
from excolor.studies import Study
from excolor.sweeps import with_seeds
from excolor.training import Run, train
from excolor.ui import kept, log, predict, runs, state, store
from excolor.ui.address import PAGES, read, said
from excolor.ui.words import number
from tests.support.checkpoints import file_of

MEGABYTE = 2**20

# --- what is held --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """One kind of input.

    Attributes:
        cases: what may come.
        use: all that is done with it; it may raise ExcolorError, and nothing else.
        megabytes: of address space that it may take, for that long.
        seconds: after which it hangs; many more than it needs on a machine that others share.
    """

    cases: st.SearchStrategy[Any]
    use: Callable[[Any], None]
    megabytes: int
    seconds: int = 30


@contextmanager
def held(kind: Kind) -> Generator[None]:
    """Let the system refuse more memory, and an alarm end what takes longer."""

    def hangs(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"more than {kind.seconds} s")

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    taken = pages * resource.getpagesize()
    limits = resource.getrlimit(resource.RLIMIT_AS)
    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(kind.seconds)
    resource.setrlimit(resource.RLIMIT_AS, (taken + kind.megabytes * MEGABYTE, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def sentence(error: ExcolorError) -> bool:
    """Whether it says what is wrong in a sentence that fits a screen, and was not a lack of memory."""
    causes = f"{error.__cause__!r} {error.__context__!r}"
    return bool(re.fullmatch(r"\S.{10,1500}\.", str(error), re.DOTALL)) and not re.search(r"MemoryError|alloc", causes)


# --- anything ------------------------------------------------------------------------------------

any_text = st.text(st.characters(exclude_categories=()), max_size=60)  # with halves of characters, and with NUL
any_number = st.integers() | st.floats() | st.sampled_from([-1, 0, 1, 2, 6, 7, 2**31, 2**32, 2**63, 1e30, 1e308])
any_json = st.recursive(
    st.none() | st.booleans() | any_number | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=8,
)

# --- checkpoints ---------------------------------------------------------------------------------


@cache
def sound() -> tuple[bytes, ...]:
    """Files that can be read: one with a short history, one without, one that ships."""
    run = train(steps=40, seed=4, bottleneck=3, hidden=8)
    bare = measure(run, quick_grid()).forgetting().run
    return file_of(run), file_of(bare), checkpoint.pretrained_path("robust").read_bytes()


def opened(data: bytes) -> tuple[Any, bytes]:
    """The header of a file, as JSON, and what follows it."""
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def closed(header: object, body: bytes) -> bytes:
    text = json.dumps(header).encode("utf-8", "surrogatepass")
    return struct.pack("<Q", len(text)) + text + body


@st.composite
def cut(draw: st.DrawFn) -> bytes:
    """Truncated, or with something behind its end."""
    data = draw(st.sampled_from(sound()))
    return data[: draw(st.integers(0, len(data)))] + draw(st.binary(max_size=20))


@st.composite
def flipped(draw: st.DrawFn) -> bytes:
    """Some bits are others; half of the time in the first part, where the header is."""
    data = bytearray(draw(st.sampled_from(sound())))
    last = draw(st.sampled_from([7, 2000, len(data) - 1]))
    for place in draw(st.lists(st.integers(0, last), min_size=1, max_size=20)):
        data[place] ^= 1 << draw(st.integers(0, 7))
    return bytes(data)


@st.composite
def hostile(draw: st.DrawFn) -> bytes:
    """Tensors of other shapes, types and places, huge ones among them, and metadata of any kind."""
    header, body = opened(draw(st.sampled_from(sound())))
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from([*header, "another"]))
        if name == "__metadata__":
            key = draw(st.sampled_from([*header[name], "another"]))
            header[name][key] = draw(st.builds(json.dumps, any_json) | any_text | any_json)
        else:
            header[name] = {
                "dtype": draw(st.sampled_from(["F32", "F16", "F64", "I32", "U8", "BOOL", "F8_E4M3", "X"])),
                "shape": draw(st.lists(st.integers(0, 64) | st.sampled_from([2**31, 2**62, 2**64, -1]), max_size=5)),
                "data_offsets": draw(st.lists(st.integers(-1, len(body)) | st.just(2**63), max_size=3)),
            }
    return closed(header, body)


@st.composite
def reconfigured(draw: st.DrawFn) -> bytes:
    """A sound file whose configuration, end or columns say something else."""
    header, body = opened(draw(st.sampled_from(sound())))
    metadata = header["__metadata__"]
    config = json.loads(metadata["config"])
    fields = st.sampled_from([*config, "another"])
    sheets = csv_texts() | st.sampled_from(SHIPPED)
    near = st.integers(-1, 70) | sheets | any_number | st.dictionaries(st.sampled_from(list(ALIASES)), any_number)
    config |= draw(st.dictionaries(fields, near | any_json, max_size=2))
    metadata["config"] = json.dumps(config)
    stops = st.fixed_dictionaries({"step": st.integers(-1, 60) | any_json, "term": st.none() | any_text | any_json})
    for key, values in (("stopped", stops), ("columns", st.lists(st.sampled_from(list(ALIASES)) | any_text))):
        if draw(st.booleans()):
            metadata[key] = json.dumps(draw(values))
    return closed(header, body)


def use_checkpoint(data: bytes) -> None:
    """Read it; what is accepted can be measured, replayed and written again."""
    found = checkpoint.from_bytes(data, "file")
    measured = measure(found.run, quick_grid())
    replayed(found.run)
    again = checkpoint.from_bytes(checkpoint.to_bytes(measured))
    assert again.run.config == found.run.config
    assert np.array_equal(again.run.parameters, found.run.parameters)


# --- schedules -----------------------------------------------------------------------------------


def cells() -> st.SearchStrategy[str]:
    """What may stand in a cell: nearly what belongs there, more often than not."""
    steps = st.integers(-3, 3100).map(str) | st.sampled_from(["+10", "-10", "+0.5", "-.1", "+0", "1000000", "1000001"])
    values = st.floats(0, 2).map(str) | st.floats().map(str) | st.sampled_from(["1e-320", "1e999", "9" * 5000, "0x1"])
    return steps | values | st.just("") | st.sampled_from(["Train", '"', '"a,b"', "\ufeff", "\r", ";"]) | any_text


def heads() -> st.SearchStrategy[str]:
    """The names of columns, with a space and a timing."""
    known = ["STEP", "PHASE", "ACTION", "lr", *ALIASES, *(alias for each in ALIASES.values() for alias in each)]
    parts = st.sampled_from([*SPACES, *TIMINGS, "", "log"])
    return st.one_of(
        st.sampled_from(known),
        st.builds("{}:{}:{}".format, st.sampled_from(known), parts, parts),
        any_text,
    )


@st.composite
def csv_texts(draw: st.DrawFn) -> str:
    """A sheet that ships with some cells changed, or one made of cells that have never met."""
    if draw(st.booleans()):
        rows = [line.split(",") for line in find(draw(st.sampled_from(SHIPPED))).text.splitlines()]
        for _ in range(draw(st.integers(0, 4))):
            row = draw(st.sampled_from(rows))
            row[draw(st.integers(0, len(row) - 1))] = draw(heads() if row is rows[0] else cells())
    else:
        header = ["STEP", "PHASE", "ACTION", *draw(st.lists(heads(), min_size=1, max_size=4))]
        rows = [header, *draw(st.lists(st.lists(cells(), max_size=len(header)), max_size=6))]
        rows[1:] *= draw(st.sampled_from([1, 1, 1, 3000]))
    return draw(st.sampled_from(["\n", "\r\n", "\r"])).join(",".join(row) for row in rows)


def use_schedule(text: str) -> None:
    """Read it, draw it, and train with it."""
    schedule = parse(text)
    for_training(schedule)
    silent_from(schedule)
    keyframes.table(schedule, (find("robust"),), number)
    config = RunConfig(schedule=schedule.text, steps=3)
    assert RunConfig.from_json(config.to_json()) == config
    train(config)


# --- the address ---------------------------------------------------------------------------------

words = st.sampled_from(
    ["predict", "skip", "ask", "PREDICT", "%70redict", "sk%69p", "%ff", "%00", "+", "=", "embed"]
) | st.sampled_from(
    [*links.WORDS, *links.OTHERS, "0", "1", "-1", "0.5", "nan", "9" * 5000, "0,1", "robust", "last+run", "%23FF0000"]
)
sent = st.text(max_size=60)  # Streamlit's protocol carries whole characters only
queries = st.lists(st.builds("{}={}".format, words | sent, words | sent) | words | sent, max_size=6).flatmap(
    lambda parts: st.sampled_from("&;?#").map(lambda sign: sign.join(parts))
)


def use_query(text: str) -> None:
    """Read it as the pages do; only one word leaves the questions out. Then hand it on, as /start does.

    What a page writes after that is an address that it reads without a complaint, and writes again.
    """
    address = QueryParams()
    address.populate_from_query_string(text, set())
    with mock.patch.object(streamlit, "query_params", address):
        state.NO_QUESTIONS.forget()
        predict.listen()
    assert state.NO_QUESTIONS.get() == (parse_qs(text, keep_blank_values=True).get("predict", [])[-1:] == ["skip"])
    process_query_params(address.to_dict())
    for page in PAGES:
        with visited(page, address.to_dict()) as said:
            again = said
        with visited(page, again) as said:
            assert not state.IGNORED.get()
            assert {**said, "model": ""} == {**again, "model": ""}  # it says "last run" of one, and "linked run"


@contextmanager
def visited(page: str, words: dict[str, str]) -> Generator[dict[str, str]]:
    """What a page is about to a visitor who came with this address."""

    def trained(config: RunConfig) -> object:
        run = replace(train(replace(config, steps=1)), config=config)
        return SimpleNamespace(measured=SimpleNamespace(run=run))

    query = QueryParams()
    query.set_with_no_forward_msg("predict", "ask")
    for word, text in words.items():
        query.set_with_no_forward_msg(word, text)
    with (
        mock.patch.object(streamlit, "session_state", {}),
        mock.patch.object(streamlit, "query_params", query),
        mock.patch.object(runs, "trained", trained),
    ):
        read(page)
        yield said(page)[0]


# --- the command line ------------------------------------------------------------------------------

COMMANDS = ["train", "evaluate", "sweep", "summarize", "bench", "pretrain"]
OPTIONS = ["--seed", "--engine", "--out", "--schedule", "--steps", "--weight", "--neutrality", "--bottleneck"]
OPTIONS += [
    "--hidden",
    "--label-noise",
    "--link",
    "--seeds",
    "--batch-seed",
    "--init-seeds",
    "--batch-seeds",
    "--grid",
    "--combinations",
    "--jobs",
    "--json",
    "--help",
    "-h",
    "--",
    "-",
    "--s",
    "--no",
]
VALUES = [*SHIPPED, "0", "1", "-1", "4", "1e3", "nan", "inf", "0:2", "0:", ":", "5:1", "separate=0.5", "anchor=nan"]
VALUES += [
    "separate=0.1:10:log3",
    "hidden=2,x",
    "separate",
    "=",
    "fused",
    "autograd",
    "9" * 5000,
    "0:99999999999",
    "\N{FULLWIDTH DIGIT ONE}",
    "",
    " ",
    ".",
    "no-such-file",
    "http://localhost:8501/train?separate=0&seed=3",
    "/train?sheet=x",
]
names = any_text.filter(lambda text: "/" not in text)  # a file of that name is written in a folder of its own
arguments = st.builds(
    lambda command, rest: [*command, *rest],
    st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=1) | st.lists(names, max_size=1),
    st.lists(
        st.sampled_from(OPTIONS)
        | st.sampled_from(VALUES)
        | names
        | st.builds("{}={}".format, st.sampled_from(OPTIONS), st.sampled_from(VALUES) | names),
        max_size=8,
    ),
)


@pytest.fixture
def briefly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked of the command line takes no time, and is written into a folder of its own."""

    def short(config: RunConfig, *more: Any, **named: Any) -> Run:
        return train(replace(config, steps=min(config.steps, 2)), *more, **named)

    def quick(run: Run, **named: Any) -> Measured:
        return measure(run, quick_grid(), **named)

    def few(configs: list[RunConfig], *_: object) -> list[Measured]:
        return [quick(short(config)) for config in configs]

    def two(configs: Iterable[RunConfig], *_: object) -> Iterator[tuple[int, Measured]]:
        yield from enumerate(quick(short(config)) for config in configs)

    monkeypatch.chdir(tmp_path)
    sound()  # compiles the kernels, before anything is held to its limits
    monkeypatch.setattr(cli, "pretrained_path", tmp_path.joinpath)
    monkeypatch.setattr(cli, "with_seeds", lambda config, seeds: with_seeds(config, seeds[:2]))
    for name, stand_in in (("train", short), ("measure", quick), ("sweep", few), ("runs", two)):
        monkeypatch.setattr(cli, name, stand_in)
    monkeypatch.setattr(cli, "Study", lambda config, seeds, *rest: Study(config, seeds[:2], *rest))
    monkeypatch.setattr(cli, "bench", lambda **_: Benchmark(100, 1e5, 1e3, 3001, 0.01))


def use_arguments(argv: list[str]) -> None:
    """Run it; what fails says one sentence, and what works says nothing on standard error."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = cli.main(argv)
        except SystemExit as ended:  # --help
            code = ended.code
    said = err.getvalue()
    assert code in (0, 1, 2)
    if code:
        assert re.fullmatch(r"excolor: .+\n", said), said
    else:
        assert said == ""
        assert out.getvalue()


# --- colors --------------------------------------------------------------------------------------

codes = st.from_regex(r"#[0-9a-fA-F]{0,8}", fullmatch=True) | st.sampled_from(["red", "0.5", "C0", "none", "#abc", ""])


def use_color(text: object) -> None:
    """Pick it, as a browser may; then take it for a color."""
    state.pick(text)
    picked = state.picked()
    assert picked is None or exact_rgb(picked).shape == (3,)
    if isinstance(text, str):
        rgb = hex_to_rgb(text)
        assert rgb.shape == (3,)
        assert ((rgb >= 0) & (rgb <= 1)).all()


# --- what a browser keeps ------------------------------------------------------------------------


@cache
def kept_by_a_browser() -> dict[str, str]:
    """What is in a browser after a run was kept, shown, predicted of and counted for a mission."""
    run = train(steps=40, seed=4)
    with mock.patch.object(streamlit, "session_state", {}):
        log.note(measure(run, quick_grid()))
        log.call(state.LAST_MADE.get(), "mine")
        state.MODEL.set("mine")
        state.PREDICTIONS.get()[run.config] = {"run": frozenset({"grays"})}
        state.REASONS.get()[run.config] = "because"
        state.SOLVED.get()["noisy"], state.SHOWED.get()["noisy"] = run.config, "It bore 25 % of noise."
        state.HINTS.get()["tinted"] = 2
        return kept.browser().outgoing(kept.KINDS)["changes"]


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """The same JSON but for one place somewhere inside."""
    inner = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    if not inner or draw(st.integers(0, 3)) == 0:
        return draw(any_json)
    key = draw(st.sampled_from(list(inner)))
    copy = value.copy()
    copy[key] = draw(changed(value[key]))
    return copy


@st.composite
def stored(draw: st.DrawFn) -> object:
    """Entries that were kept, some changed, renamed, cut or gone, and some that nobody wrote."""
    entries: dict[Any, Any] = dict(kept_by_a_browser())
    for key in draw(st.lists(st.sampled_from(list(entries)), max_size=4, unique=True)):
        text = kept_by_a_browser()[key]
        entries.pop(key, None)
        name = draw(st.sampled_from([key, key, key, f"{key}x", *kept_by_a_browser()]) | any_text)
        entries[name] = draw(changed(json.loads(text)).map(json.dumps) | st.just(text[:-9]) | st.none() | any_json)
    return draw(st.just(entries) | st.just(entries) | any_json)


def use_stored(entries: object) -> None:
    """Take it into a session; what was taken can be written again, and read."""
    with mock.patch.object(streamlit, "session_state", {}):
        browser = kept.browser()
        browser.restore(entries, kept.KINDS)
        again = browser.outgoing(kept.KINDS)["changes"]
        json.dumps(again, allow_nan=False)
        assert store.sound({key: text for key, text in again.items() if text}, kept.KINDS).left_out == 0


# --- a log's file --------------------------------------------------------------------------------


@cache
def log_file() -> str:
    entry = Entry(1, quickly(train(steps=40, seed=4)), "mine", True, False, {"train": Prediction({"run": frozenset()})})
    return to_json([entry])


def quickly(run: Run) -> Measured:
    return measure(run, quick_grid()).forgetting()


@st.composite
def log_files(draw: st.DrawFn) -> object:
    """A file with one place changed, or cut, or some other JSON or bytes."""
    file = json.loads(log_file())
    texts = st.just(file) | changed(file) | changed(file["runs"][0]).map(lambda run: file | {"runs": [run]}) | any_json
    return draw(texts.map(json.dumps) | st.just(log_file()[:-9]) | st.binary(max_size=40))


def use_log_file(data: Any) -> None:
    """Read it; what was read can be written as JSON and CSV, and read again."""
    entries = from_json(data, quickly)
    assert to_json(from_json(to_json(entries), quickly)) == to_json(entries)
    to_csv(Log().taking(entries).entries)


KINDS = {
    "checkpoint, cut": Kind(cut(), use_checkpoint, 128),
    "checkpoint, flipped": Kind(flipped(), use_checkpoint, 128),
    "checkpoint, hostile": Kind(hostile(), use_checkpoint, 128),
    "checkpoint, reconfigured": Kind(reconfigured(), use_checkpoint, 128),
    "schedule": Kind(csv_texts() | any_text, use_schedule, 256),
    "query string": Kind(queries, use_query, 256),
    "command line": Kind(arguments, use_arguments, 128),
    "log file": Kind(log_files(), use_log_file, 128),
    "stored in a browser": Kind(stored(), use_stored, 128),
    "color": Kind(codes | any_text | any_json, use_color, 64),
}


@pytest.mark.usefixtures("briefly")
@pytest.mark.parametrize("name", KINDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_whatever_comes_is_used_or_refused_in_a_sentence(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    case = data.draw(kind.cases)
    with held(kind):
        try:
            kind.use(case)
            outcome = "used"
        except ExcolorError as error:
            assert sentence(error), str(error)
            outcome = "refused"
    event(outcome)  # counted by --hypothesis-show-statistics

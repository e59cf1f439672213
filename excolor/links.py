"""A run in the words of an address: `/train?separate=0&seed=3` is that run, on whatever machine it is opened.

The words are those of the command line. One that is absent says the default. A schedule of one's own travels packed.
Reading trusts nothing: what is not understood is named, and everything else still counts.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from excolor.config import MAX_STEPS, RunConfig, Weights
from excolor.errors import ExcolorError, shown
from excolor.losses import TERMS
from excolor.schedule import MAX_BYTES, SHIPPED, find

HOME = "http://localhost:8501"
"""Where Streamlit serves the app if nobody says otherwise."""

SHEET, RUN = "sheet", "run"
LONGEST_SHEET = 6000  # characters, packed: with all the rest under the eight thousand that a proxy lets through
LONGEST = 10_000  # characters of a link
_MARK = 12  # characters of a run's key

_REGULARIZERS = [term.name for term in TERMS]
_FIELDS = {
    word: word.replace("-", "_") for word in ("seed", "batch-seed", "steps", "bottleneck", "hidden", "label-noise")
}
WORDS = (*_REGULARIZERS, *_FIELDS, "schedule", SHEET)
"""What says of a run how it is trained."""

OTHERS = (
    RUN,
    "model",
    "dims",
    "surgery",
    "term",
    "curves",
    "color",
    "mission",
    "predict",
    "hide",
    "preview",
    "embed",
    "embed_options",
)
"""What else an address may have: it says what a page shows, and is no part of a run."""

_WHOLE = re.compile(r"[0-9]{1,12}")
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{0,25})?(e-?[0-9]{1,3})?|\.[0-9]{1,25}")


def query(config: RunConfig) -> dict[str, str]:
    """What of a run is not at its default, in the words of an address; `parse` reads it back exactly.

    Raises:
        ExcolorError: its own schedule is too long for a link, or is no text that can be written.
    """
    usual = RunConfig()
    weights = {name: w for name, w in config.weights.items() if w is not None and w != usual.weights[name]}
    rest = {word: getattr(config, name) for word, name in _FIELDS.items()}
    rest = {word: value for word, value in rest.items() if value != getattr(usual, _FIELDS[word])}
    words = {word: _text(value) for word, value in (weights | rest).items()}
    if config.schedule in SHIPPED:
        return words | ({"schedule": config.schedule} if config.schedule != usual.schedule else {})
    # A sheet has a length of its own, which is what absent steps would mean.
    return words | {"steps": _text(config.steps), SHEET: pack(config.schedule)}


def parse(words: Mapping[str, str]) -> tuple[RunConfig, tuple[str, ...]]:
    """The run that some words say, and a sentence for each that was ignored.

    Words that are not in `WORDS` are nobody's business here. Raises nothing.
    """
    config, ignored = RunConfig(), list[str]()

    def change(how: Callable[[], dict[str, Any]]) -> None:
        nonlocal config
        try:
            config = replace(config, **how())
        except ExcolorError as error:
            ignored.append(str(error))

    if SHEET in words:
        change(lambda: _own(words[SHEET]))
    if "schedule" in words:
        change(lambda: _shipped(words["schedule"], words))
    for word, name in _FIELDS.items():
        if word in words:
            read = _number if word == "label-noise" else _whole
            change(lambda word=word, name=name, read=read: {name: read(word, words[word])})
    for name in _REGULARIZERS:
        if name in words:
            change(lambda name=name: {"weights": Weights(**{**config.weights, name: _number(name, words[name])})})
    return config, tuple(ignored)


def link(config: RunConfig, key: str = "", home: str = HOME) -> str:
    """The address of a run on the Train page.

    Args:
        key: of the run (`Run.key`), if it has been trained: whoever opens the link is then told if it came out so.
        home: where the app is.

    Raises:
        ExcolorError: as in `query`.
    """
    words = query(config) | ({RUN: mark(key)} if key else {})
    return f"{home.rstrip('/')}/train" + (f"?{urlencode(words)}" if words else "")


def config_of(link: str) -> RunConfig:
    """The run that a link says: an address of the app, or what stands behind its question mark.

    Raises:
        ExcolorError: it says nothing of a run, or something that is not understood.
    """
    if len(link) > LONGEST:
        raise ExcolorError(f"The link has {len(link):,} characters; it must have up to {LONGEST:,}.")
    try:
        at = urlsplit(link)
        rest = at.query if at.query or at.scheme or at.path.startswith("/") else at.path
        words = dict(parse_qsl(rest, keep_blank_values=True))
    except ValueError as error:
        raise ExcolorError(f"The link is {shown(link)}; it must be an address of the app.") from error
    if strange := [word for word in words if word not in (*WORDS, *OTHERS)]:
        raise ExcolorError(f"The link has {shown(strange[0])}; of a run it may say {', '.join(WORDS)}.")
    model = words.get("model")
    if model in SHIPPED or (model is not None and not words.keys() & set(WORDS)):
        raise ExcolorError(f"The link is about the network {shown(model)}; it must be about a run.")
    if not words and not at.path.rstrip("/").endswith("/train"):
        raise ExcolorError(f"The link is {shown(link)}; it must be an address such as {HOME}/train?seed=3.")
    config, ignored = parse(words)
    if ignored:
        raise ExcolorError(ignored[0])
    return config


def mark(key: str) -> str:
    """A run's mark in a link: the beginning of its key. Equal runs have the same one, and others hardly ever."""
    return key[:_MARK]


def marked(words: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The mark that some words have, empty if there is none; and a sentence if it was ignored. Raises nothing."""
    text = words.get(RUN, "")
    if not text or re.fullmatch(f"[0-9a-f]{{{_MARK}}}", text):
        return text, ()
    return "", (f"{RUN} is {shown(text)}; it must be the {_MARK} signs that a copied link has there.",)


# --- a schedule of one's own ----------------------------------------------------------------------


@lru_cache(maxsize=64)
def pack(sheet: str) -> str:
    """The text of a sheet as it travels in an address.

    Raises:
        ExcolorError: it takes more than 6,000 characters, or is no text that can be written.
    """
    try:
        data = sheet.encode()
    except UnicodeEncodeError as error:
        raise ExcolorError("The schedule has a character that cannot be written into a link.") from error
    packed = base64.urlsafe_b64encode(zlib.compress(data, 9)).rstrip(b"=").decode()
    if len(packed) > LONGEST_SHEET or len(data) > MAX_BYTES:
        raise ExcolorError(
            f"The schedule is too long for a link: packed it has {len(packed):,} characters, and {LONGEST_SHEET:,} fit."
        )
    return packed


def unpack(packed: str) -> str:
    """The sheet that `pack` wrote.

    Raises:
        ExcolorError: it is no packed sheet, or is longer than a schedule may be.
    """
    if len(packed) > LONGEST_SHEET:
        raise ExcolorError(f"sheet has {len(packed):,} characters; it must have up to {LONGEST_SHEET:,}.")
    try:
        data = base64.b64decode(packed + "=" * (-len(packed) % 4), b"-_", validate=True)
        reader = zlib.decompressobj()
        sheet = reader.decompress(data, MAX_BYTES + 1)
        if len(sheet) <= MAX_BYTES and reader.eof:
            return sheet.decode()
    except (binascii.Error, zlib.error, ValueError):
        pass
    raise ExcolorError("sheet is no packed schedule, or has been cut.")


def _own(packed: str) -> dict[str, Any]:
    text = unpack(packed)
    schedule = find(text)
    return {"schedule": text, "steps": min(schedule.steps, MAX_STEPS)}


def _shipped(name: str, words: Mapping[str, str]) -> dict[str, Any]:
    if SHEET in words:
        raise ExcolorError(f"schedule is {shown(name)} beside a sheet; it must be one of the two.")
    if name not in SHIPPED:
        raise ExcolorError(f"schedule is {shown(name)}; it must be {', '.join(SHIPPED)}.")
    return {"schedule": name}


# --- numbers --------------------------------------------------------------------------------------


def _text(value: float) -> str:
    """The shortest text that is read back as the same number."""
    return repr(value).removesuffix(".0")


def _whole(word: str, text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ExcolorError(f"{word} is {shown(text)}; it must be a whole number.")
    return int(text)


def _number(word: str, text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ExcolorError(f"{word} is {shown(text)}; it must be a number.")
    return float(text)

"""Pieces of a file in a sentence: an error must stay one short line, whatever the file holds."""

from collections.abc import Sequence

from excolor.errors import short

MAX_LISTED = 8  # names


def plain(name: str) -> str:
    """A name without quotes, on one line and cut after 40 characters; `�` stands for what cannot be printed."""
    return short("".join(sign if sign.isprintable() else "�" for sign in " ".join(name.split())))


def listed(names: Sequence[str]) -> str:
    """The names with commas between them: the first eight, and how many more there are."""
    rest = len(names) - MAX_LISTED
    return ", ".join(map(plain, names[:MAX_LISTED])) + (f" and {rest:,} more" if rest > 0 else "")

"""The one error that excolor raises for bad input, and how it quotes what came."""

LONGEST = 40  # characters of what came that a message repeats


class ExcolorError(ValueError):
    """Bad input, said in one sentence: it names the argument, what came, and what would have been right."""


def short(text: str) -> str:
    """The text, cut after 40 characters."""
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def shown(value: object) -> str:
    """What came, as a message repeats it: in quotes if it is text, and cut after 40 characters."""
    if isinstance(value, str):
        return repr(short(value))
    try:
        return short(repr(value))
    except ValueError:  # Python writes no whole number of more than 4300 digits
        return "a whole number of thousands of digits"


def shown_path(path: object) -> str:
    """A path, as a message repeats it: in quotes, and of a long one the last 40 characters, which tell the file."""
    text = str(path)
    return repr(text if len(text) <= LONGEST else "…" + text[-LONGEST:])

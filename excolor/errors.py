"""The one error that excolor raises for bad input."""


class ExcolorError(ValueError):
    """Bad input, said in one sentence: it names the argument, what came, and what would have been right."""

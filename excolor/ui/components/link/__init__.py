"""The button that copies a page's link: a component of our own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from excolor.ui.components import declared

_component = declared("link")


def link(query: str, trouble: str, key: str) -> None:
    """Draw it.

    Args:
        query: what the link has behind its question mark.
        trouble: why there is no link; empty if there is one.
    """
    _component(data={"query": query, "trouble": trouble}, key=key, height="content")


@cache
def one_entry_a_page() -> str:
    """The script that keeps the browser's history short; to be run before anything is written into the address."""
    return (Path(__file__).parent / "history.js").read_text(encoding="utf-8")

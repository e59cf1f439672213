"""A page of the app inside another: as whoever opens its address finds it."""

from __future__ import annotations

from excolor.ui.components import declared

_component = declared("look")


def look(address: str, title: str, key: str) -> None:
    """Show the page at an address of this server."""
    _component(data={"address": address, "title": title}, key=key, height="content")

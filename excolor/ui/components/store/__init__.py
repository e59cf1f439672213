"""What the browser keeps, in its local storage: a component of our own that draws nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from excolor.ui import state
from excolor.ui.components import declared

_component = declared("store")


def store(data: Mapping[str, Any], hear: Callable[[object], None], key: str) -> None:
    """Send the browser what it is to keep, as `excolor.ui.store.Browser` says it; `hear` is given its reports."""

    def reported() -> None:
        hear(state.value(key).get("report"))

    _component(data=dict(data), key=key, height="content", on_report_change=reported)

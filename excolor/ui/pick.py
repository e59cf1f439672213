"""The color that a visitor has picked, in whatever chart of whatever page: the same on all of them."""

from __future__ import annotations

import re

import streamlit as st

_CODE = re.compile(r"#[0-9a-f]{6}")


def picked() -> str | None:
    """The color as `#rrggbb`, or None."""
    return st.session_state.get("picked")


def turn() -> int:
    """How often something was picked: a chart tells two clicks on the same point apart by it."""
    return st.session_state.get("picked-turn", 0)


def pick(code: object) -> None:
    """Pick a color, written `#rrggbb`; anything else, which a browser might send, picks none."""
    sound = isinstance(code, str) and _CODE.fullmatch(code)
    st.session_state["picked"] = code if sound else None
    st.session_state["picked-turn"] = turn() + 1

"""Where a class reaches this server."""

from __future__ import annotations

import socket
from contextlib import suppress
from urllib.parse import urlsplit

import streamlit as st

from excolor.errors import ExcolorError, shown

_HERE = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::")
_NOWHERE = ("192.0.2.1", 9)  # set aside for documentation, so that nothing is ever there


def home() -> str:
    """The address by which others in the room are likely to reach this server.

    As this browser does, unless that is by a name that only this machine understands.
    """
    at = urlsplit(st.context.url or "http://localhost:8501")
    host = at.hostname or "localhost"
    if host in _HERE:
        host = _own_address() or host
    port = f":{at.port}" if at.port else ""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"{at.scheme}://{f'[{host}]' if ':' in host else host}{port}{f'/{base}' if base else ''}"


def only_here() -> bool:
    """Whether the server was told to answer this machine alone."""
    return st.get_option("server.address") in ("localhost", "127.0.0.1", "::1")


def checked(text: str) -> str:
    """An address of the app as somebody typed it, without what may be at its end.

    Raises:
        ExcolorError: it is no such address.
    """
    text = text.strip().rstrip("/")
    with suppress(ValueError):
        at = urlsplit(text)
        if at.scheme in ("http", "https") and at.hostname and not (at.query or at.fragment or at.username):
            _ = at.port  # a ValueError if it is no number, or too large
            if text.isascii() and not any(sign.isspace() for sign in text):
                return text
    raise ExcolorError(f"The address is {shown(text)}; it must be one such as http://192.168.0.12:8501.")


def _own_address() -> str | None:
    """This machine's address in its network, if it is in one."""
    # A datagram socket that is connected picks the address that it would send from, and sends nothing.
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.connect(_NOWHERE)
        return str(found.getsockname()[0])
    return None

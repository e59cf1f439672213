"""What is left behind by sessions that are gone is given back, where this version of Streamlit keeps it."""

from __future__ import annotations

import gc
import threading
import weakref
from types import SimpleNamespace
from typing import Any, cast

import pytest
from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from excolor.ui import janitor
from tests.support.app import app


class Gone:
    """Stands for a session: a circle, which only the collector takes away."""

    def __init__(self, name: str) -> None:
        self.id, self.itself = name, self


def test_a_session_whose_time_is_over_is_forgotten_with_what_it_held(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = MemorySessionStorage(ttl_seconds=0)
    manager = WebsocketSessionManager(storage, *cast(Any, (None, None, None)))
    loop = SimpleNamespace(call_soon_threadsafe=lambda call: call())
    server = SimpleNamespace(_session_mgr=manager, _get_async_objs=lambda: SimpleNamespace(eventloop=loop))
    monkeypatch.setattr(runtime, "get_instance", lambda: server)
    session = Gone("one")
    left = weakref.ref(session)
    gc.disable()
    try:
        storage.save(cast(Any, SimpleNamespace(session=session)))
        del session
        assert left() is not None
        janitor.tidy()
        assert left() is None
    finally:
        gc.enable()


def test_no_thread_is_left_behind_where_there_is_no_server() -> None:
    app()
    assert "excolor-janitor" not in {thread.name for thread in threading.enumerate()}


def test_the_real_server_has_what_the_janitor_asks_for() -> None:
    assert hasattr(runtime.Runtime, "_get_async_objs")
    assert "_session_mgr" in runtime.Runtime.__init__.__code__.co_names

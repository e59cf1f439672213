"""A visitor without a browser: Streamlit's own protocol over one websocket.

Thirty of these cost what thirty browsers ask of the server, and nothing of what they draw.
"""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

FINISHED = ForwardMsg.FINISHED_SUCCESSFULLY
_USER_KEY_AT = len("$$ID-") + 33  # a widget's id is this, a hash, and the key that the page gave it


class Session:
    """One visitor on one page.

    Attributes:
        elements: what the last run of the page put on it, in its order.
    """

    def __init__(self, socket: ClientConnection, url_path: str, timeout: float) -> None:
        self.elements: list[Element] = []
        self._socket, self._timeout = socket, timeout
        self._page_name, self._page_hash = url_path, ""
        self._ids: dict[str, str] = {}
        self._values: dict[str, WidgetState] = {}

    def run(self) -> float:
        """Run the page as it stands; returns the seconds until its last message was here.

        Raises:
            RuntimeError: The script did not end well, or the page shows an error.
        """
        message = BackMsg()
        state = message.rerun_script
        state.page_name, state.page_script_hash = self._page_name, self._page_hash
        state.query_string = "predict=skip"  # without the questions
        state.widget_states.widgets.extend(self._values.values())
        self._values = {key: value for key, value in self._values.items() if not value.HasField("trigger_value")}
        start = time.perf_counter()
        self._socket.send(message.SerializeToString())
        self.elements = []
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(self._received())
            match answer.WhichOneof("type"):
                case "navigation":
                    self._page_hash = answer.navigation.page_script_hash
                case "delta" if answer.delta.WhichOneof("type") == "new_element":
                    self.elements.append(answer.delta.new_element)
                case "script_finished":
                    if answer.script_finished != FINISHED:
                        raise RuntimeError(f"The script ended with {answer.script_finished}.")
                    break
                case _:
                    pass
        seconds = time.perf_counter() - start
        for element in self.elements:
            if element.WhichOneof("type") == "exception":
                raise RuntimeError(f"The page shows an error: {element.exception}")
        for element in self.elements:
            widget = getattr(element, element.WhichOneof("type") or "", None)
            identity = getattr(widget, "id", "")
            if isinstance(identity, str) and identity.startswith("$$ID-"):
                self._ids[identity[_USER_KEY_AT:]] = identity
        return seconds

    def set_number(self, key: str, value: float) -> None:
        """Type a number into a field; the page knows of it with the next run."""
        self._values[key] = WidgetState(id=self._ids[key], double_value=value)

    def pick(self, key: str, options: Sequence[str]) -> None:
        """Leave these options of a group switched on; the page knows of it with the next run."""
        state = self._values[key] = WidgetState(id=self._ids[key])
        state.string_array_value.data.extend(options)

    def select(self, key: str, points: dict[str, list[dict[str, object]]]) -> None:
        """Select points in a chart; the page knows of it with the next run."""
        chosen = json.dumps({"selection": points})
        self._values[key] = WidgetState(id=self._ids[key], string_value=chosen)

    def click(self, key: str) -> None:
        """Press a button; the page knows of it with the next run."""
        self._values[key] = WidgetState(id=self._ids[key], trigger_value=True)

    def markdown(self) -> list[str]:
        """The texts on the page, captions included."""
        return [each.markdown.body for each in self.elements if each.WhichOneof("type") == "markdown"]

    def html(self) -> str:
        """The page's own pieces of HTML, one after another."""
        return "".join(each.html.body for each in self.elements if each.WhichOneof("type") == "html")

    def _received(self) -> bytes:
        data = self._socket.recv(timeout=self._timeout)
        return data if isinstance(data, bytes) else data.encode()


@contextmanager
def session(base_url: str, url_path: str = "", timeout: float = 60) -> Generator[Session]:
    """A visitor who is connected, and has opened nothing yet."""
    with connect(
        f"ws://{urlsplit(base_url).netloc}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
        compression=None,
        open_timeout=timeout,
    ) as socket:
        yield Session(socket, url_path, timeout)

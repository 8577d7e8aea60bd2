"""One step of an answer, on its way from the engine to a client."""

from collections.abc import Mapping
from typing import Any

import orjson

from server.chat.wire import event


class Chunk:
    """One chat.completion.chunk, as the event it came in or as an object. Which of both is not asked for is not made:
    most pass as the bytes they came in."""

    __slots__ = ("_data", "_payload")

    def __init__(self, data: bytes | None = None, payload: Mapping[str, Any] | None = None) -> None:
        self._data = data
        self._payload = payload

    @property
    def data(self) -> bytes:
        """The whole server-sent event."""
        if self._data is None:
            self._data = event(self._payload or {})
        return self._data

    @property
    def payload(self) -> Mapping[str, Any]:
        """The object; not to be changed."""
        if self._payload is None:
            found = orjson.loads((self._data or b"")[5:])
            self._payload = found if isinstance(found, dict) else {}
        return self._payload

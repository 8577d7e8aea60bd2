"""HTTP/1.1 connections that cost little while nothing comes of them."""

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 20.0
STALL_SECONDS = 60.0
LINGER_SECONDS = 30.0

_PHRASES = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}


class GuardedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol with an end to its patience.

    Uvicorn waits for ever for a request's head, for a client that stopped reading and for the rest of a body it has
    already refused, and takes heads of any size. Here a head must come whole within `HEAD_SECONDS` and be at most
    `MOST_HEAD_BYTES` large; a client that takes in nothing for `STALL_SECONDS` is cut off, and with it the work for
    it; and the rest of a refused body is thrown away for `LINGER_SECONDS`, so that the client reads why.
    """

    head_seconds = HEAD_SECONDS
    stall_seconds = STALL_SECONDS
    linger_seconds = LINGER_SECONDS

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._head_bytes = 0
        self._reading_head = True
        self._reading_body = False
        self._refusal = 400, "The request is not HTTP as Lectern reads it."

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        for name in list(self._timers):
            self._forget(name)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes in what came."""
        if self._reading_head:
            self._expect_head()
            self._head_bytes += len(data)
        super().data_received(data)
        if self._reading_head and self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self._refuse_head()
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._reading_head, self._reading_body = True, False

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._reading_head, self._head_bytes, self._reading_body = False, 0, True
        self._forget("head")
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MOST_HEAD_BYTES:
            self._refuse_head()
            raise ValueError("too large")  # ends the parsing: `send_400_response` is called
        names = [name for name, _ in self.headers]
        # Who stands before Lectern may go by the one and Lectern by the other: what one takes for a body would be the
        # next request for the other (RFC 9112, 6.1 and 6.3).
        if b"transfer-encoding" in names and (b"content-length" in names or self.parser.get_http_version() != "1.1"):
            raise ValueError("ambiguous length")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        super().on_message_complete()
        self._reading_head, self._reading_body = True, False
        self._forget("linger")

    def on_response_complete(self) -> None:
        """The answer is written."""
        super().on_response_complete()
        if self._reading_body:
            self._after("linger", self.linger_seconds)

    def pause_writing(self) -> None:
        """The client does not read."""
        super().pause_writing()
        self._after("stall", self.stall_seconds)

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        self._forget("stall")

    def timeout_keep_alive_handler(self) -> None:
        """Nothing came after an answer."""
        super().timeout_keep_alive_handler()
        self._after("stall", self.stall_seconds)  # closing waits until all is sent

    def shutdown(self) -> None:
        """The server ends."""
        super().shutdown()
        if self.transport.is_closing():
            self._after("stall", self.stall_seconds)

    def send_400_response(self, msg: str) -> None:
        """Refuses what is no request, in the shape of all errors."""
        status, message = self._refusal
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": "invalid_request"}
        body = json.dumps({"error": error}).encode()
        head = (
            f"HTTP/1.1 {status} {_PHRASES[status]}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
        self._after("stall", self.stall_seconds)

    def _expect_head(self) -> None:
        if "head" not in self._timers:
            self._after("head", self.head_seconds)

    def _refuse_head(self) -> None:
        self._refusal = 431, f"The request's head is larger than {MOST_HEAD_BYTES // 1024} KiB. Send shorter headers."

    def _after(self, name: str, seconds: float) -> None:
        """Ends the connection then, whatever is still to be sent."""
        self._forget(name)
        self._timers[name] = self.loop.call_later(seconds, self.transport.abort)

    def _forget(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

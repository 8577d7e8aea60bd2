"""A model server that answers nothing and costs next to nothing: it emits tokens at an even pace, however many streams
are open. Run as `python -m server.bench.load.standin PORT TOKENS_PER_SECOND`."""

import asyncio
import re
import sys
from typing import Final, cast

import orjson

MODEL: Final = "stand-in"
_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _event(content: str, finish: str | None) -> bytes:
    delta = {"content": content} if content else {}
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    payload = {"id": "chatcmpl-0", "object": "chat.completion.chunk", "created": 0, "model": MODEL, "choices": [choice]}
    return _chunk(b"data: " + orjson.dumps(payload) + b"\n\n")


_TOKEN: Final = _event(" token", None)
_END: Final = _event("", "stop") + _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
_MODELS: Final = orjson.dumps({"object": "list", "data": [{"id": MODEL, "object": "model", "max_model_len": 8192}]})


class StandIn(asyncio.Protocol):
    """One connection: a request at a time, `max_tokens` tokens for a question."""

    def __init__(self, seconds_per_token: float) -> None:
        self._seconds = seconds_per_token
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None
        self._left = 0
        self._due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Notes the connection."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the answer under way."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Answers once a request is whole."""
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        length = int(found[1]) if found else 0
        if not end or len(rest) < length or self._transport is None:
            return
        body, self._received = bytes(rest[:length]), bytearray(rest[length:])
        if head.startswith(b"GET"):
            told = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(_MODELS)
            self._transport.write(told + _MODELS)
            return
        self._left = int(orjson.loads(body).get("max_tokens") or 16)
        self._due = asyncio.get_running_loop().time()
        self._transport.write(_HEAD)
        self._emit()

    def _emit(self) -> None:
        if self._transport is None:
            return
        if self._left == 0:
            self._transport.write(_END)
            return
        self._left -= 1
        self._transport.write(_TOKEN)
        self._due += self._seconds
        asyncio.get_running_loop().call_at(self._due, self._emit)


async def serve(port: int, tokens_per_second: float) -> None:
    """Listens until it is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: StandIn(1 / tokens_per_second), "127.0.0.1", port, backlog=4096)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(int(sys.argv[1]), float(sys.argv[2])))

"""Opens many streams at once and takes the time between their tokens."""

import asyncio
import time
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import orjson

from server.bench.load.standin import MODEL

_OPENING_SECONDS: Final = 60.0


@dataclass(slots=True)
class Measured:
    """What was seen of streams: seconds between tokens, how many tokens came, and what went wrong."""

    gaps: "array[float]" = field(default_factory=lambda: array("d"))
    tokens: int = 0
    faults: list[str] = field(default_factory=list)


class Stream(asyncio.Protocol):
    """One stream. The time between tokens is taken while `measured` is set."""

    def __init__(self, request: bytes) -> None:
        self.opened = asyncio.get_running_loop().create_future()
        self.measured: Measured | None = None
        self.whole = False
        self._request = request
        self._head = b""
        self._last = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Takes the time."""
        now = time.perf_counter()
        if not self.opened.done():
            self._head += data
            if b"\r\n\r\n" not in self._head:
                return
            self.opened.set_result(self._head.split(b"\r\n", 1)[0].decode("latin-1"))
        tokens = data.count(b"data: {")
        if self.measured is not None and tokens:
            self.measured.tokens += tokens
            self.measured.gaps.append(now - self._last)
            self.measured.gaps.extend([0.0] * (tokens - 1))
        if tokens:
            self._last = now
        if b"data: [DONE]" in data:
            self.whole = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Notes a stream that ended too early."""
        if not self.opened.done():
            self.opened.set_result("the connection was closed")
        if self.measured is not None and not self.whole:
            self.measured.faults.append("a stream broke off")

    def close(self) -> None:
        """Leaves."""
        self.measured = None
        if self._transport is not None:
            self._transport.abort()


class Streams:
    """So many streams of `url` at once."""

    def __init__(self, host: str, port: int, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> None:
        self._place = host, port
        content = orjson.dumps({"model": MODEL, "stream": True, **body})
        told = {"Host": f"{host}:{port}", "Content-Type": "application/json", "Connection": "close", **headers}
        told["Content-Length"] = str(len(content))
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self._request = f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + content
        self._streams: list[Stream] = []

    async def open(self, count: int, say: Callable[[str], None]) -> list[str]:
        """Opens them, one after the other so that their tokens do not come all at once; what went wrong comes back."""
        loop = asyncio.get_running_loop()
        for number in range(count):
            say(f"{number} of {count} streams")
            _, stream = await loop.create_connection(lambda: Stream(self._request), *self._place)
            self._streams.append(stream)
            await asyncio.sleep(0.01)
        found = await asyncio.wait_for(asyncio.gather(*(one.opened for one in self._streams)), _OPENING_SECONDS)
        return [status for status in found if " 200" not in status]

    async def measure(self, seconds: float) -> Measured:
        """Takes the time between tokens for so many seconds."""
        measured = Measured()
        for stream in self._streams:
            stream.measured = measured
        await asyncio.sleep(seconds)
        for stream in self._streams:
            stream.measured = None
        return measured

    def close(self) -> None:
        """Leaves all of them."""
        for stream in self._streams:
            stream.close()

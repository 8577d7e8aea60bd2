"""A model that says what a test tells it to, piece by piece, and waits in the middle while the test looks."""

import asyncio
import json
import threading
from collections.abc import Sequence

from aiohttp import web

from tests.upstream import DONE, LAST, Upstream, running


class SpeakingModel:
    """A model server on a loop of its own. `url` is what LECTERN_ENGINE_URL names."""

    def __init__(self) -> None:
        self._pieces: Sequence[str] = ()
        self._held: int | None = None
        self._breaks = False
        self._go_on = threading.Event()
        self.left = threading.Event()
        self._upstream = Upstream()
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(ready),), daemon=True)
        self._thread.start()
        assert ready.wait(30)

    @property
    def url(self) -> str:
        """Where it answers."""
        return self._upstream.url

    def will_say(self, *pieces: str, held: int | None = None, breaks: bool = False) -> None:
        """What it says to the questions that come. Before the piece of index `held` it waits for `go_on`; at its end
        it may break off."""
        self._pieces, self._held, self._breaks = pieces, held, breaks
        self._go_on.clear()
        self.left.clear()

    def go_on(self) -> None:
        """Has it say the rest."""
        self._go_on.set()

    def stop(self) -> None:
        """Ends it."""
        self._go_on.set()
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)
        self._loop.close()

    async def _run(self, ready: threading.Event) -> None:
        async with running() as self._upstream:
            self._upstream.answer = self._answer
            ready.set()
            await self._over.wait()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            for index, piece in enumerate(self._pieces):
                while index == self._held and not self._go_on.is_set():
                    await asyncio.sleep(0.02)
                    await response.write(b": waits\n\n")  # by which it hears that nobody listens any more
                await response.write(_told(piece))
                await asyncio.sleep(0)
        except (asyncio.CancelledError, ConnectionError):
            self.left.set()
            raise
        if self._breaks and request.transport is not None:
            await asyncio.sleep(0.3)  # a reset takes with it what its receiver has not read yet
            request.transport.abort()
        else:
            await response.write((LAST + DONE).encode())
        return response


def _told(text: str) -> bytes:
    chunk = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
    return f"data: {json.dumps(chunk)}\n\n".encode()

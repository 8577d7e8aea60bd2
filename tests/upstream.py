"""A model server on a loopback port that answers as a test tells it: a real one cannot be made to fail at will."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
MODELS = {"object": "list", "data": [{"id": "org/base", "max_model_len": 2048}, {"id": "other"}]}
TOLD = 'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n'
LAST = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = "data: [DONE]\n\n"


class Upstream:
    """What came in, and what is answered."""

    def __init__(self) -> None:
        self.answer: Answer = status(500)
        self.requests: list[tuple[dict[str, str], object]] = []
        self.paths: list[str] = []
        self.listings = 0
        self.left = asyncio.Event()
        self.url = ""

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/chat/completions and /v1/completions."""
        self.paths.append(request.path)
        self.requests.append((dict(request.headers), await request.json()))
        try:
            return await self.answer(request)
        except (asyncio.CancelledError, ConnectionError):
            self.left.set()
            raise

    async def models(self, _request: web.Request) -> web.StreamResponse:
        """GET /v1/models."""
        self.listings += 1
        return web.json_response(MODELS)


@asynccontextmanager
async def running() -> AsyncIterator[Upstream]:
    """An upstream that listens."""
    upstream = Upstream()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", upstream.chat)
    app.router.add_post("/v1/completions", upstream.chat)
    app.router.add_get("/v1/models", upstream.models)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    upstream.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield upstream
    finally:
        await runner.cleanup()


def status(code: int, body: str = "", headers: dict[str, str] | None = None) -> Answer:
    """An answer that is an error."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=code, text=body, headers=headers)

    return answer


def events(*parts: str | bytes, then: str = "end") -> Answer:
    """A stream of these parts, each sent by itself. Then it ends, breaks off (`reset`) or falls silent (`hang`)."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for part in parts:
            await response.write(part if isinstance(part, bytes) else part.encode())
            await asyncio.sleep(0)
        if then == "hang":
            await asyncio.Event().wait()
        if then == "reset" and request.transport is not None:
            await asyncio.sleep(0.5)  # a reset takes with it what its receiver has not read yet
            request.transport.abort()
        return response

    return answer

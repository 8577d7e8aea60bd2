"""Lets callers have answers made: as much as they may, and as many at once as there is room for."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import Request

from server.http import add_headers
from server.limits.meter import Meter
from server.limits.turnstile import Turnstile
from server.model import Caller

ANSWERING = frozenset(
    f"/v1/{path}"
    for path in ("chat/completions", "completions", "responses", "responses/input_tokens", "embeddings", "rerank")
)
"""The routes whose POST has an answer made, or a model asked on the way to it."""
COUNTED = frozenset({"/v1/conversations/{conversation_id}/items"})
"""The routes whose POST makes as much to be kept as an answer: it counts as a request for one, and waits for nobody."""


class Gateway:
    """The port `Admission`, and what puts it before the routes that answer."""

    def __init__(self, meter: Meter, turnstile: Turnstile, caller_of: Callable[[Request], Awaitable[Caller]]) -> None:
        self._meter = meter
        self._turnstile = turnstile
        self._caller_of = caller_of

    @contextlib.asynccontextmanager
    async def answer(self, caller: Caller) -> AsyncIterator[None]:
        """Whoever has an answer made for a caller does it within this block. Raises RateLimited, QuotaSpent,
        Saturated."""
        self._meter.admit(caller)
        with self._meter.under_way(caller):
            async with self._turnstile.turn(caller):
                yield

    def spent(self, caller: Caller, tokens: int) -> None:
        """Takes note of the tokens of a prompt and its answer."""
        self._meter.spent(caller, tokens)

    async def __call__(self, request: Request) -> AsyncIterator[None]:
        """A dependency of routes: those that answer do it as `answer` tells, until the response was sent, those that
        are counted count, and every response tells how the caller's limits stand."""
        path = request.scope["route"].path
        if request.method != "POST" or path not in ANSWERING | COUNTED:
            yield
            return
        caller = await self._caller_of(request)
        add_headers(request, self._meter.admit(caller))
        if path in COUNTED:
            yield
            return
        with self._meter.under_way(caller):
            async with self._turnstile.turn(caller):
                yield

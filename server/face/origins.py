"""Which web pages may call the API from a browser (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol)."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

log = structlog.get_logger()

KEPT_SECONDS: Final = 5.0
_READABLE: Final = (
    "X-Request-ID",
    "Retry-After",
    *(f"X-RateLimit-{kind}-{unit}" for unit in ("Requests", "Tokens") for kind in ("Limit", "Remaining", "Reset")),
)
_PREFLIGHT_SECONDS: Final = 600
_API: Final = "/v1/"


class PageOrigins:
    """The origins of the keys for web pages, kept for a few seconds, so that a request from a page asks no database.

    A browser asks before it sends a key, so nobody knows yet which key it will be: the pages of all keys get an answer.
    """

    def __init__(self, seconds: float = KEPT_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._read: Callable[[], frozenset[str]] = frozenset
        self._until = 0.0
        self._asking = asyncio.Lock()
        self.known: frozenset[str] = frozenset()

    def open(self, read: Callable[[], frozenset[str]]) -> None:
        """From now on they are read so; `read` blocks."""
        self._read = read
        self.forget()

    def forget(self) -> None:
        """Reads them again when they are next asked for: a key has changed."""
        self._until = 0.0

    async def refresh(self) -> None:
        """Has `known` be no older than it may. What cannot be read leaves it as it was."""
        if self._clock() < self._until:
            return
        async with self._asking:
            if self._clock() < self._until:
                return
            self._until = self._clock() + self._seconds  # before: what is forgotten meanwhile is read once more
            try:
                self.known = await run_in_threadpool(self._read)
            except Exception:
                log.exception("The origins of keys could not be read; trying again in a while")


class Cors(CORSMiddleware):
    """Starlette's, for the API alone: for pages of origins that the settings name, and for those of keys."""

    def __init__(self, app: ASGIApp, admitted: list[str], of_keys: PageOrigins) -> None:
        super().__init__(
            app,
            allow_origins=admitted,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=list(_READABLE),
            allow_credentials=False,
            max_age=_PREFLIGHT_SECONDS,
        )
        self._of_keys = of_keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http" or not scope["path"].startswith(_API):
            await self.app(scope, receive, send)
            return
        if any(name == b"origin" for name, _ in scope["headers"]):
            await self._of_keys.refresh()
        await super().__call__(scope, receive, send)

    def is_allowed_origin(self, origin: str) -> bool:
        """Whether its pages may read answers."""
        return super().is_allowed_origin(origin) or origin in self._of_keys.known


def admit_origins(app: FastAPI, origins: str, of_keys: PageOrigins) -> None:
    """Lets pages of these origins (joined by commas; *: any), and those of keys for web pages, call the API with an API
    key. The portal's cookie is never theirs to send, so that no page acts as the person who is signed in."""
    admitted = [origin.rstrip("/") for origin in map(str.strip, origins.split(",")) if origin]
    app.add_middleware(Cors, admitted=admitted, of_keys=of_keys)

"""The engine behind any OpenAI-compatible base URL."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any, Final

from server.adapters.openai_wire import OpenAIWire
from server.adapters.tokens import estimate_tokens
from server.errors import LecternError
from server.model import EngineState, Prompt

_CACHE_SECONDS: Final = 10.0
_PROBE_SECONDS: Final = 15.0
_CONTEXT: Final = 8192


class RemoteEngine:
    """Asks a model server that somebody else runs. `url` is its base URL, ending in /v1."""

    def __init__(
        self, url: str, key: str, *, idle_seconds: float = 120.0, probe_seconds: float = _PROBE_SECONDS
    ) -> None:
        self._wire = OpenAIWire(url, key, idle_seconds=idle_seconds)
        self._probe_seconds = probe_seconds
        self._models: dict[str, int] = {}
        self._fetched = float("-inf")
        self._state = EngineState(self.name, "stopped", since=time.time())
        self._prober: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """remote."""
        return "remote"

    async def start(self) -> None:
        """Begins to ask the server now and then how it is."""
        await self._wire.open()
        self._enter("starting", f"asking {self._wire.base_url}")
        self._prober = asyncio.create_task(self._probe())

    async def stop(self) -> None:
        """Ends the connections."""
        if self._prober is not None:
            self._prober.cancel()
            await asyncio.gather(self._prober, return_exceptions=True)
            self._prober = None
        await self._wire.close()
        self._enter("stopped")

    def state(self) -> EngineState:
        """How the server was when it was last asked."""
        return self._state

    async def models(self) -> list[str]:
        """The server's models, at most some seconds old; while it does not answer, those it had.

        Raises:
            EngineUnavailable: it never answered.
        """
        if time.monotonic() - self._fetched > _CACHE_SECONDS:
            try:
                await self._fetch()
            except LecternError:
                if not self._models:
                    raise
        return list(self._models)

    def context_tokens(self, model: str) -> int:
        """As the server's list of models tells; 8192 where it does not."""
        return self._models.get(model) or _CONTEXT

    def count_tokens(self, text: str) -> int:
        """An estimate: the server's tokenizer is not at hand."""
        return estimate_tokens(text)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[bytes, None]:
        """See `Engine.stream`."""
        return await self._wire.stream(prompt.body)

    async def complete(self, prompt: Prompt) -> dict[str, Any]:
        """See `Engine.complete`."""
        return await self._wire.complete(prompt.body)

    async def _probe(self) -> None:
        while True:
            try:
                await self._fetch()
            except LecternError:
                await asyncio.sleep(min(2.0, self._probe_seconds))  # back soon: people wait for it
            else:
                await asyncio.sleep(self._probe_seconds)

    async def _fetch(self) -> None:
        """Reads the list of models and notes how the server is."""
        try:
            found = await self._wire.models()
        except LecternError as error:
            self._enter("failed", str(error.facts.get("detail", error.message)))
            raise
        self._models, self._fetched = found, time.monotonic()
        self._enter("ready")

    def _enter(self, phase: str, detail: str = "") -> None:
        if (phase, detail) != (self._state.phase, self._state.detail):
            self._state = EngineState(self.name, phase, detail, since=time.time())

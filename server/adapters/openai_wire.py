"""A client for OpenAI-compatible model servers that passes streamed events on as the bytes they came in."""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

import aiohttp
import orjson
from yarl import URL

from server.errors import EngineLost, EngineRefused, EngineUnavailable, LecternError, Saturated

RETRY_AFTER: Final = 5
_EVENT_LIMIT: Final = 8 * 1024 * 1024
_DETAIL_LIMIT: Final = 500
# ValueError: a malformed address; RuntimeError: the session was closed meanwhile.
_FAILURES: Final = (aiohttp.ClientError, TimeoutError, OSError, ValueError, RuntimeError)
# What servers call the length of a model's context in their list of models.
_CONTEXT_FIELDS: Final = ("max_model_len", "context_length", "context_window", "max_context_length")
_END: Final = b"data: [DONE]"
_ERROR: Final = (b'data: {"error"', b'data: {"object":"error"', b'data: {"object": "error"')
# Unescaped quotes cannot stand inside a JSON string, so these can only be the field itself.
_FINISHED: Final = re.compile(rb'"finish_reason": ?"(\w+)')
_GIVEN_UP: Final = (b"abort", b"error")  # vLLM's reasons when its engine goes


class OpenAIWire:
    """One upstream. `connect_seconds` bounds connecting, `idle_seconds` the wait for the next byte.

    `open` before use and `close` afterwards, both on the event loop that uses it.
    """

    def __init__(self, base_url: str, key: str, *, connect_seconds: float = 5.0, idle_seconds: float = 120.0) -> None:
        self.base_url = base_url.rstrip("/")
        self._key = key
        self._timeout = aiohttp.ClientTimeout(total=None, connect=connect_seconds, sock_read=idle_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Makes the session. There is no limit on connections: how many answers run at once is not decided here."""
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=headers,
            timeout=self._timeout,
        )

    async def close(self) -> None:
        """Ends the session; requests under way fail."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, path: str, *, seconds: float = 10.0) -> bytes:
        """What stands at a path below the base URL, or at another path of the same host if it begins with a slash.

        Raises:
            EngineUnavailable: there was no answer within so many seconds, or not with status 200.
        """
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            url = URL(f"{self.base_url}/").join(URL(path))
            async with self._opened().get(url, timeout=timeout) as response:
                if response.status != 200:
                    raise await _refusal(response)
                return await response.read()
        except _FAILURES as error:
            raise _unavailable(error) from error

    async def models(self) -> dict[str, int]:
        """The upstream's models, each with the length of its context in tokens; 0 where it is not told.

        Raises:
            EngineUnavailable: it does not answer, or not with a list of models.
        """
        try:
            listed = orjson.loads(await self.get("models"))["data"]
            return {
                str(one["id"]): next((int(one[field]) for field in _CONTEXT_FIELDS if one.get(field)), 0)
                for one in listed
            }
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise EngineUnavailable(detail="its list of models cannot be read", retry_after=RETRY_AFTER) from error

    async def complete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The whole answer. Raises as `stream`."""
        response = await self._post({**body, "stream": False})
        try:
            answer = orjson.loads(await response.read())
        except orjson.JSONDecodeError as error:
            raise EngineLost(detail="its answer was not JSON") from error
        except _FAILURES as error:
            raise EngineLost(detail=_reason(error)) from error
        finally:
            response.close()
        if not isinstance(answer, dict) or not isinstance(answer.get("choices"), list):
            raise EngineLost(detail="its answer was no completion")
        if any(isinstance(one, dict) and one.get("finish_reason") in ("abort", "error") for one in answer["choices"]):
            raise EngineLost(detail="the model server gave the answer up")
        return answer

    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[bytes, None]:
        """Opens a streamed answer; returns when the upstream has accepted the request.

        Each item is one whole server-sent event as it was received, `[DONE]` left out. Closing the generator closes
        the connection, which cancels the work upstream.

        Raises:
            EngineRefused: status 400, 404, 413, 422.
            Saturated: status 429.
            EngineUnavailable: any other status, no connection, or no answer in time.
            EngineLost: (from the generator) the answer broke off or the upstream reported an error in it.
        """
        events = _events(await self._post({**body, "stream": True}))
        await anext(events)  # so that closing it before the first event closes the connection too
        return events

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise EngineUnavailable(detail="it is stopped", retry_after=RETRY_AFTER)
        return self._session

    async def _post(self, body: Mapping[str, Any]) -> aiohttp.ClientResponse:
        try:
            path = "completions" if "prompt" in body else "chat/completions"
            response = await self._opened().post(f"{self.base_url}/{path}", data=orjson.dumps(body))
        except _FAILURES as error:
            raise _unavailable(error) from error
        if response.status == 200:
            return response
        try:
            raise await _refusal(response)
        finally:
            response.close()


async def _events(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes, None]:
    """First an empty item, then the events of the response."""
    finished = False
    rest = b""
    try:
        yield b""
        async for received in response.content.iter_any():
            *events, rest = (rest + received).replace(b"\r\n", b"\n").split(b"\n\n")
            for event in events:
                if event.startswith(_END):
                    return
                if event.startswith(_ERROR):
                    raise EngineLost(detail=_message(event[len(b"data: ") :]))
                if event.startswith(b"data:"):
                    reason = _FINISHED.search(event)
                    if reason and reason[1] in _GIVEN_UP:
                        raise EngineLost(detail="the model server gave the answer up")
                    finished = finished or reason is not None
                    yield event + b"\n\n"
            if len(rest) > _EVENT_LIMIT:
                raise EngineLost(detail="it sent an event without an end")
    except _FAILURES as error:
        raise EngineLost(detail=_reason(error)) from error
    finally:
        response.close()
    if not finished:
        raise EngineLost(detail="the connection was closed")


async def _refusal(response: aiohttp.ClientResponse) -> LecternError:
    """The error that an answer other than 200 means."""
    try:
        message = _message(await asyncio.wait_for(response.read(), 10))
    except _FAILURES as error:
        message = _reason(error)
    retry_after = _seconds(response.headers.get("Retry-After"))
    if response.status in {400, 404, 413, 422}:
        return EngineRefused(detail=message or f"status {response.status}")
    if response.status == 429:
        return Saturated(retry_after=retry_after)
    if response.status in {401, 403}:
        detail = f"it does not accept Lectern's key, status {response.status}; check LECTERN_ENGINE_KEY"
        return EngineUnavailable(detail=detail, retry_after=retry_after)
    return EngineUnavailable(detail=f"status {response.status}: {message}".rstrip(": "), retry_after=retry_after)


def _unavailable(error: Exception) -> EngineUnavailable:
    return EngineUnavailable(detail=_reason(error), retry_after=RETRY_AFTER)


def _reason(error: BaseException) -> str:
    """What went wrong with a connection, in words."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot connect to {error.host}:{error.port}"
    if isinstance(error, ValueError):
        return "its address is not a URL"
    return "the connection was closed"


def _message(content: bytes) -> str:
    """The message of an OpenAI-shaped error, or the beginning of whatever was sent."""
    try:
        found: Any = orjson.loads(content)
    except orjson.JSONDecodeError:
        return " ".join(content[:_DETAIL_LIMIT].decode("utf-8", "replace").split())
    for name in ("error", "detail", "message"):
        if isinstance(found, dict) and name in found:
            found = found[name]
    return str(found)[:_DETAIL_LIMIT]


def _seconds(header: str | None) -> int:
    return max(1, int(header)) if header and header.isascii() and header.isdigit() else RETRY_AFTER

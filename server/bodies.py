"""What a request body of JSON must be, for all routes alike."""

from typing import Annotated, Any, Final

import orjson
from pydantic import Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import InvalidRequest, LecternError
from server.http import error_response

Metadata = Annotated[
    dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]], Field(max_length=16)
]
"""What clients note on objects (https://platform.openai.com/docs/api-reference/batch/object#metadata)."""

_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})
# orjson writes 254 levels. What is kept or sent on stands some levels deeper than it came.
_SPARE_LEVELS: Final = 54


class JsonBodies:
    """ASGI middleware that passes on JSON as any part of Lectern can keep and send it, and refuses the rest with 400:
    what is no JSON (https://www.rfc-editor.org/rfc/rfc8259), NaN, halves of surrogate pairs, other encodings than
    UTF-8, and more than 200 levels. Of a key given twice the last counts; whole numbers beyond 64 bits become floats.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "http" and scope["method"] in _METHODS and _is_json(scope):
            try:
                body = _checked(await _read(receive))
            except LecternError as error:
                await error_response(error)(scope, receive, send)
                return
            receive = _replay(body, receive)
        await self._app(scope, receive, send)


def _is_json(scope: Scope) -> bool:
    given = dict(scope["headers"]).get(b"content-type", b"").split(b";")[0].strip().lower()
    return bool(given == b"application/json" or (given.startswith(b"application/") and given.endswith(b"+json")))


async def _read(receive: Receive) -> bytes:
    parts = []
    while (message := await receive())["type"] == "http.request":
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return b"".join(parts)


def _checked(body: bytes) -> bytes:
    """The body as it is passed on. Raises InvalidRequest."""
    if not body:
        return body
    try:
        return as_json(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        detail = f"the body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        raise InvalidRequest(detail=detail) from None


def as_json(body: Any) -> bytes:
    """What was read of JSON, as it is passed on. Raises InvalidRequest: it has more than 200 levels."""
    given = body
    for _ in range(_SPARE_LEVELS):
        given = [given]
    try:
        return orjson.dumps(given)[_SPARE_LEVELS:-_SPARE_LEVELS]
    except orjson.JSONEncodeError:
        raise InvalidRequest(detail="the body is nested too deeply") from None


def _replay(body: bytes, receive: Receive) -> Receive:
    """Gives the body at once, then whatever comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed

"""Puts each request on record before the first byte of its answer leaves."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.audit.recorder import Recorder
from server.errors import AuditUnavailable
from server.http import error_response
from server.model import AuditEvent, Caller
from server.settings import AuditContent

Seal = Callable[[str, str], str]
"""Seals a text for the record, bound to the id of its request."""

Take = Callable[[AuditEvent, bytes], Awaitable[None]]

UNRECORDED = frozenset({"", "/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/portal/session"})
ANSWERED = "answered"
ANSWERING = frozenset(
    {
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/embeddings",
        "/v1/rerank",
        "/v1/responses",
        "/v1/vector_stores/{store_id}/search",
    }
)
_ASKING = re.compile("|".join(re.sub(r"{\w+}", "[^/]+", path) for path in sorted(ANSWERING)))
_MOST_CONTENT = 1024 * 1024
_MOST_PEEKED = 64 * 1024
_LONGEST_AGENT = 200
_BROKEN = 500


class Recording:
    """ASGI middleware. What no route answers is not recorded, nor are probes and what its route calls public.

    `content` says what of questions and answers is recorded; it is sealed by `seal`. An answer's content is known only
    at its end, so it stands in an entry of its own, with the same request id.
    """

    def __init__(self, app: ASGIApp, recorder: Recorder, content: AuditContent, seal: Seal) -> None:
        self._app = app
        self._recorder = recorder
        self._content = content
        self._seal = seal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(scope, receive, send, self._take, self._content)
        try:
            await self._app(scope, request.receive, request.send)
        except Exception:
            # What goes wrong while the answer is refused goes wrong because of that.
            if request.refused is None:
                raise
        finally:
            await request.end()

    async def _take(self, event: AuditEvent, content: bytes) -> None:
        """Writes the event, with what was asked or answered, sealed."""
        if content:
            sealed = await run_in_threadpool(self._seal, content.decode("utf-8", "replace"), event.request_id)
            event = replace(event, content=sealed)
        answers = event.route.removeprefix("POST ") in ANSWERING
        changes = not event.route.startswith(("GET ", "HEAD ")) and not answers
        await self._recorder.record(event, durable=changes)


class _Request:
    """One request on its way to the record."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, take: Take, content: AuditContent) -> None:
        self._scope, self._receive, self._send, self._take = scope, receive, send, take
        self._keeps_questions = content != AuditContent.NONE
        self._keeps_answers = content == AuditContent.ALL
        self._start: Message | None = None
        self._recorded = False
        self._asked, self._answered = bytearray(), bytearray()
        self.refused: AuditUnavailable | None = None

    async def receive(self) -> Message:
        """Passes the request on."""
        message = await self._receive()
        # The body is read before its route is found.
        if self._keeps_questions and _ASKING.fullmatch(self._scope["path"]) and len(self._asked) < _MOST_CONTENT:
            self._asked += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        """Passes the answer on, once it is on record."""
        if message["type"] == "http.response.start" and _is_json(message):
            self._start = message  # it waits for its body, which names what was made, or what went wrong
            return
        if message["type"] == "http.response.start":
            await self._record(message["status"], {})
        elif self._start is not None:
            start, self._start = self._start, None
            await self._record(start["status"], _peek(message))
            await self._send(start)
        if self._keeps_answers and self._route in ANSWERING and len(self._answered) < _MOST_CONTENT:
            self._answered += message.get("body", b"")
        await self._send(message)

    async def end(self) -> None:
        """Records what came to no answer, and how answers ended."""
        if self.refused is not None:
            await error_response(self.refused)(self._scope, self._receive, self._send)
        elif self._unrecorded:
            return
        elif not self._recorded:
            await self._take(self._event(_BROKEN, {}), bytes(self._asked))
        elif self._answered:
            await self._take(self._event(None, {}, ANSWERED), bytes(self._answered))

    @property
    def _route(self) -> str:
        return str(getattr(self._scope.get("route"), "path", ""))

    @property
    def _unrecorded(self) -> bool:
        return self._route in UNRECORDED or bool(self._scope["state"].get("public"))

    async def _record(self, status: int, body: Mapping[str, Any]) -> None:
        if self._unrecorded:
            return
        self._recorded = True
        try:
            await self._take(self._event(status, body), bytes(self._asked))
        except AuditUnavailable as error:
            self.refused = error
            raise _RefusedError from error

    def _event(self, status: int | None, body: Mapping[str, Any], action: str = "") -> AuditEvent:
        scope, state = self._scope, self._scope["state"]
        headers = dict(scope["headers"])
        caller: Caller | None = state.get("caller")
        address = caller.address if caller and caller.address else (scope.get("client") or ("",))[0]
        error = body.get("error") if status is not None and status >= 400 else None
        made = body.get("id") if status is not None and status < 300 else None
        named = [*scope.get("path_params", {}).values(), *state.get("resources", ())]
        named += [made] if isinstance(made, str) else []
        return AuditEvent(
            action=action or str(getattr(scope["route"], "name", "")),
            route=f"{scope['method']} {self._route}",
            caller=caller,
            address=address,
            agent=headers.get(b"user-agent", b"").decode("latin-1")[:_LONGEST_AGENT],
            resources=tuple(dict.fromkeys(map(str, named))),
            documents=tuple(state.get("documents", ())),
            status=status,
            code=error.get("code") if isinstance(error, dict) else state.get("code"),
            request_id=state.get("request_id", ""),
            detail=_detail(state, caller, headers.get(b"origin", b"")),
        )


def _detail(state: Mapping[str, Any], caller: Caller | None, origin: bytes) -> dict[str, str]:
    told = {"client_request_id": state["client_request_id"]} if "client_request_id" in state else {}
    if caller is not None and caller.origins is not None:  # from which page the key was used, or was tried to be
        told["origin"] = origin.decode("latin-1")[:_LONGEST_AGENT]
    return told


class _RefusedError(Exception):
    """Ends the answer that could not be put on record."""


def _is_json(start: Message) -> bool:
    return any(name == b"content-type" and value.startswith(b"application/json") for name, value in start["headers"])


def _peek(message: Message) -> dict[str, Any]:
    """The object that the body holds, if it is a small one."""
    body = message.get("body", b"")
    if len(body) > _MOST_PEEKED or message.get("more_body", False):
        return {}
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}

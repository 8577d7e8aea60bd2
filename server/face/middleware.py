"""The outermost layer of the application."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import InvalidRequest, LecternError, WrongHost
from server.face.headers import security_headers
from server.face.hosts import Hosts, name_of
from server.face.intake import Intake
from server.http import error_response

log = structlog.get_logger()

_CLIENT_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)

NoteRequest = Callable[[str, str, int, float], None]


class Face:
    """ASGI middleware: request ids, host check, limits on bodies, security headers, metrics and the log, and an answer
    for exceptions nobody else has one for. It adds nothing per streamed chunk."""

    def __init__(self, app: ASGIApp, note: NoteRequest, hosts: Hosts, intake: Intake) -> None:
        self._app = app
        self._note = note
        self._hosts = hosts
        self._intake = intake

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        # Always our own: what stands in the record and the log must not be what a client makes up.
        request_id = f"req_{uuid.uuid4().hex}"
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id)
        if _CLIENT_ID.fullmatch(given):
            state["client_request_id"] = given
            structlog.contextvars.bind_contextvars(client_request=given)
        status, started = None, time.perf_counter()

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                sent = {name for name, _ in message["headers"]}
                ours = (*security_headers(scope["path"], scope["scheme"]), *state.get("headers", {}).items())
                extra = [pair for pair in ours if pair[0] not in sent]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), *extra]
            await send(message)

        try:
            self._check_host(scope)
            # No name, id or word has one, and PostgreSQL takes none for a text.
            if "\0" in scope["path"] or b"%00" in scope["query_string"]:
                raise InvalidRequest(detail="its address must not hold the character NUL (%00)")
            # Of two, one layer would go by the first and another by the last.
            if sum(name == b"content-type" for name, _ in scope["headers"]) > 1:
                raise InvalidRequest(detail="it must have one Content-Type header")
            await self._app(scope, self._intake.limited(scope["path"], headers, receive), send_with_headers)
        except Exception as error:
            if not isinstance(error, LecternError):
                log.exception("Unexpected error", exc_info=error)
            if status is not None:
                raise  # the answer breaks off, so that nobody takes it for whole
            known = error if isinstance(error, LecternError) else LecternError(request_id=request_id)
            await error_response(known)(scope, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "unmatched")
            self._note(route, scope["method"], status or 500, seconds)
            log.info("Request", method=scope["method"], path=scope["path"], status=status, seconds=round(seconds, 4))

    def _check_host(self, scope: Scope) -> None:
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        name = name_of(given[0]) if len(given) == 1 else None
        if name is None:
            raise InvalidRequest(
                detail="it must have one Host header that is a name or an address, with or without port"
            )
        if not self._hosts.admits(name):
            raise WrongHost(host=name)

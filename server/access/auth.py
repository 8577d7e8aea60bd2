"""Who sends a request, and whether that role may do it: FastAPI dependencies."""

import hashlib
import time
from collections.abc import Awaitable, Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from server.errors import CrossSiteRequest, Forbidden, NoApiKey, UnknownFile
from server.model import Caller, Role
from server.ports import Identities, Rights

SESSION_COOKIE = "lectern_session"
PORTAL_HEADER = "X-Lectern-Portal"

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST_REMEMBERED = 10_000


class Gate:
    """Lets requests in by API key or portal session.

    A caller that was let in is remembered for a few seconds, so that not every request asks the database. Whoever ends
    a key or a session in this process calls `forget`; what another process changes is seen when the seconds are over.
    """

    def __init__(self, identities: Identities, rights: Rights, seconds: float = 5.0) -> None:
        self._identities = identities
        self._rights = rights
        self._seconds = seconds
        self._callers: dict[str, tuple[float, Caller]] = {}
        self._forgotten = 0

    async def caller(self, request: Request) -> Caller:
        """Who is asking; also left in `request.state.caller`.

        Raises:
            NoApiKey, WrongApiKey, ExpiredApiKey: nobody we know.
            CrossSiteRequest: a browser sends the portal's cookie, but the page that asks is not the portal.
        """
        authorization = request.headers.get("Authorization")
        session = request.cookies.get(SESSION_COOKIE)
        if authorization is not None:
            scheme, _, key = authorization.partition(" ")
            if scheme.lower() != "bearer" or not key.strip():
                raise NoApiKey
            caller = await self._remembered("key", key.strip(), self._identities.caller_of_key)
        elif session:
            # Another site can make a browser send the cookie, but not this header: for it the browser asks us first.
            if request.method not in _SAFE_METHODS and request.headers.get(PORTAL_HEADER) != "1":
                raise CrossSiteRequest
            caller = await self._remembered("session", session, self._identities.caller_of_session)
        else:
            raise NoApiKey
        request.state.caller = caller
        return caller

    def needs(self, role: Role) -> Callable[[Request], Awaitable[Caller]]:
        """A dependency that gives the caller if the role covers this one, and raises Forbidden else."""

        async def admitted(request: Request) -> Caller:
            caller = await self.caller(request)
            if not caller.role.covers(role):
                raise Forbidden(role=caller.role, needed=role)
            return caller

        return admitted

    def store(self, role: Role) -> Callable[[Request], Awaitable[Caller]]:
        """A dependency that gives the caller if it has this role in the store of the path, and may read the path's
        file. Raises UnknownStore, UnknownFile, Forbidden else."""

        async def admitted(request: Request) -> Caller:
            caller = await self.caller(request)
            store_id, file_id = request.path_params["store_id"], request.path_params.get("file_id")

            def check() -> None:
                self._rights.in_store(caller, store_id, role)
                if file_id is not None:
                    readable = self._rights.readable(caller, store_id)
                    if readable is not None and file_id not in readable:
                        raise UnknownFile(file=file_id)

            await run_in_threadpool(check)
            return caller

        return admitted

    def file(self, role: Role) -> Callable[[Request], Awaitable[Caller]]:
        """A dependency that gives the caller if it has this role for the file of the path. Raises UnknownFile,
        Forbidden else."""

        async def admitted(request: Request) -> Caller:
            caller = await self.caller(request)
            await run_in_threadpool(self._rights.of_file, caller, request.path_params["file_id"], role)
            return caller

        return admitted

    def forget(self) -> None:
        """Asks the database again for everybody: a key or a session has ended."""
        self._forgotten += 1
        self._callers.clear()

    async def _remembered(self, kind: str, secret: str, look_up: Callable[[str], Caller]) -> Caller:
        # The memory does not hold the keys themselves either.
        name = kind + hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
        until, caller = self._callers.get(name, (0.0, None))
        if caller is not None and time.monotonic() < until:
            return caller
        forgotten = self._forgotten
        caller = await run_in_threadpool(look_up, secret)
        if forgotten == self._forgotten:  # else it may have ended while we asked
            if len(self._callers) >= _MOST_REMEMBERED:
                self._callers.clear()
            self._callers[name] = (time.monotonic() + self._seconds, caller)
        return caller

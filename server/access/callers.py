"""Who sends a request: by API key, by an issuer's access token, or by a session of the portal."""

import hashlib
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from server.access.throttle import WrongKeys
from server.errors import CrossSiteRequest, NoApiKey, WrongApiKey, WrongOrigin, WrongToken
from server.model import Caller
from server.ports import Identities, Sessions

SESSION_COOKIE = "lectern_session"
PORTAL_HEADER = "X-Lectern-Portal"

CallerOfToken = Callable[[str], Awaitable[Caller]]
Heed = Callable[[Caller], None]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST_REMEMBERED = 10_000
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")


class Callers:
    """Tells who calls. `of_token` knows the callers of access tokens, where there is an issuer; `visited` is told of
    each request by a key for web pages, and may raise what refuses it; `changed` is called by `forget`.

    A caller that was let in is remembered for a few seconds, so that not every request asks the database. Whoever ends
    a key or a session in this process calls `forget`; what another process changes is seen when the seconds are over.
    """

    def __init__(
        self,
        identities: Identities,
        sessions: Sessions,
        of_token: CallerOfToken | None = None,
        seconds: float = 5.0,
        *,
        visited: Heed = lambda caller: None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._identities = identities
        self._sessions = sessions
        self._of_token = of_token
        self._seconds = seconds
        self._visited = visited
        self._changed = changed
        self._wrong = WrongKeys()
        self._remembered: dict[str, tuple[float, Caller]] = {}
        self._forgotten = 0

    async def of(self, request: Request) -> Caller:
        """Who is asking, and from where; also left in `request.state.caller`.

        Raises:
            NoApiKey, WrongApiKey, ExpiredApiKey, WrongToken, IssuerUnavailable: nobody we know.
            TooManyAttempts: many different wrong keys came from the same address.
            CrossSiteRequest: a browser sends the portal's cookie, but the page that asks is not the portal.
            WrongOrigin: the key is for other web pages.
            RateLimited: too much came from this address by a key for web pages.
        """
        known: Caller | None = getattr(request.state, "caller", None)
        if known is not None and known.origins is not None:
            return known  # a request counts once
        authorization = request.headers.get("Authorization")
        session = request.cookies.get(SESSION_COOKIE)
        address = address_of(request)
        if authorization is not None:
            scheme, _, secret = authorization.partition(" ")
            if scheme.lower() != "bearer" or not secret.strip():
                raise NoApiKey
            secret = secret.strip()
            if self._of_token is not None and _JWT.fullmatch(secret):
                caller = await self._guarded(secret, address, partial(self._of_token, secret))
            else:
                caller = await self.of_key(secret, address)
        elif session:
            refuse_other_sites(request)
            caller = await self._look_up(
                _digest("session", session), partial(run_in_threadpool, self._sessions.caller_of_session, session)
            )
        else:
            raise NoApiKey
        caller = replace(caller, address=address)
        request.state.caller = caller
        if caller.origins is not None:
            self._admit_visitor(caller, request.headers.get("Origin"))
        return caller

    def _admit_visitor(self, caller: Caller, origin: str | None) -> None:
        # It keeps other sites from using the key in their visitors' browsers. Programs can send any Origin they like.
        if origin not in (caller.origins or ()):
            given = "a program, or the page of an address you opened yourself" if origin is None else origin
            raise WrongOrigin(origins=", ".join(sorted(caller.origins or ())), given=given)
        self._visited(caller)

    def forget(self) -> None:
        """Asks the database again for everybody: a key, a session or a user has changed."""
        self._forgotten += 1
        self._remembered.clear()
        self._changed()

    async def of_key(self, key: str, address: str) -> Caller:
        """Who holds an API key that came from this address. Raises WrongApiKey, ExpiredApiKey, TooManyAttempts."""
        return await self._guarded(key, address, partial(run_in_threadpool, self._identities.caller_of_key, key))

    async def _guarded(self, secret: str, address: str, of_secret: Callable[[], Awaitable[Caller]]) -> Caller:
        digest = _digest("key", secret)

        async def look_up() -> Caller:
            self._wrong.check(address, digest)
            try:
                caller = await of_secret()
            except (WrongApiKey, WrongToken):
                self._wrong.note(address, digest)
                raise
            self._wrong.proved(digest)
            return caller

        return await self._look_up(digest, look_up)

    async def _look_up(self, digest: str, look_up: Callable[[], Awaitable[Caller]]) -> Caller:
        until, caller = self._remembered.get(digest, (0.0, None))
        if caller is not None and time.monotonic() < until:
            return caller
        forgotten = self._forgotten
        caller = await look_up()
        if forgotten == self._forgotten:  # else it may have ended while we asked
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[digest] = (time.monotonic() + self._seconds, caller)
        return caller


def address_of(request: Request) -> str:
    """The address a request came from. Behind a trusted proxy the server has put in what the proxy says."""
    return request.client.host if request.client else ""


def refuse_other_sites(request: Request) -> None:
    """Raises CrossSiteRequest if a browser sends a changing request for another page than the portal's own.

    Another site can make a browser send the cookie, but not the portal's header: for it the browser asks us first. And
    browsers tell the page's origin themselves.
    """
    if request.method in _SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    foreign = origin is not None and origin.partition("://")[2].lower() != request.headers.get("Host", "").lower()
    if foreign or request.headers.get(PORTAL_HEADER) != "1":
        raise CrossSiteRequest


def _digest(kind: str, secret: str) -> str:
    # The memory does not hold the keys themselves either.
    return kind + hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

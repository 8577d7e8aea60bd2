"""The ways into the portal, and the cookie that keeps somebody in."""

import contextlib
from dataclasses import dataclass, field

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from server.access.auth import Gate
from server.access.callers import SESSION_COOKIE, Callers, address_of
from server.access.sign_in import SignIn
from server.access.vouched import Vouched
from server.errors import UnknownUser, WrongOrigin
from server.http import tell_resources
from server.model import Device
from server.portal.proving import Proving
from server.ports import Accounts


@dataclass(frozen=True, slots=True)
class Doors:
    """What opens the portal. `vouched` is None where there is no issuer; `public_url` may be empty."""

    accounts: Accounts
    callers: Callers
    gate: Gate
    sign_in: SignIn
    vouched: Vouched | None
    public_url: str = ""
    proving: Proving = field(default_factory=Proving)

    def url(self, request: Request, path: str) -> str:
        """An address of the portal, as people's browsers know it."""
        return (self.public_url or str(request.base_url)).rstrip("/") + path

    async def let_in(self, response: Response, session: str, request: Request) -> Response:
        """The response with the cookie of a new session; the one that the browser had before ends. Raises WrongOrigin:
        the session came of a key for web pages."""
        caller = await run_in_threadpool(self.accounts.sessions.caller_of_session, session)
        if caller.origins is not None:
            await run_in_threadpool(self.accounts.sessions.end_session, session)
            raise WrongOrigin(origins=", ".join(sorted(caller.origins)), given="the portal")
        former = request.cookies.get(SESSION_COOKIE)
        if former:
            await run_in_threadpool(self.accounts.sessions.end_session, former)
            self.gate.forget()
        secure = self.url(request, "").startswith("https:")
        lasting = self.accounts.sessions.longest_seconds
        response.set_cookie(SESSION_COOKIE, session, max_age=lasting, httponly=True, samesite="lax", secure=secure)
        response.headers["Cache-Control"] = "no-store"
        request.state.caller = caller
        return response

    def tell_tried(self, request: Request, name: str) -> None:
        """Has the record name the user as whom somebody tried to sign in; blocking. A name that is nobody's stays out:
        it may be a password in the wrong field."""
        with contextlib.suppress(UnknownUser):
            tell_resources(request, f"user:{self.accounts.users.named(name).id}")


def device_of(request: Request) -> Device:
    """From where somebody signs in."""
    return Device(address_of(request), request.headers.get("User-Agent", ""))

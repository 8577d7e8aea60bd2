"""Signing in with an OpenID Connect issuer: to it, and back."""

import hmac
import secrets
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from server.errors import LecternError, SignInFailed
from server.portal.doors import Doors, device_of
from server.ports import Pending

_COOKIE = "lectern_sign_in"
_PATH = "/portal/oidc"
_SECONDS = 600


def issuer_routes(doors: Doors) -> APIRouter:
    """The routes. A sign-in under way is kept in a cookie of the browser that began it, so that nobody can have another
    end it; what goes wrong brings the person back to the portal with the error's code behind `#failed=`."""
    routes = APIRouter(prefix=_PATH, tags=["portal"], include_in_schema=False)

    @routes.get("/start")
    async def start(request: Request) -> Response:
        pending = Pending(*(secrets.token_urlsafe(32) for _ in range(3)))
        try:
            if doors.vouched is None:
                raise SignInFailed(detail="there is no sign-in service")
            url = await doors.vouched.issuer.authorization_url(doors.url(request, f"{_PATH}/back"), pending)
        except LecternError as error:
            return _failed(request, error)
        response = RedirectResponse(url, status_code=303, headers={"Cache-Control": "no-store"})
        kept = f"{pending.state}.{pending.nonce}.{pending.verifier}"
        secure = doors.url(request, "").startswith("https:")
        response.set_cookie(_COOKIE, kept, max_age=_SECONDS, path=_PATH, httponly=True, samesite="lax", secure=secure)
        return response

    @routes.get("/back")
    async def back(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
        try:
            session = await _session(doors, request, state, code, error)
        except LecternError as failure:
            response: Response = _failed(request, failure)
        else:
            response = await doors.let_in(RedirectResponse("/", status_code=303), session, request)
        response.delete_cookie(_COOKIE, path=_PATH)
        return response

    return routes


async def _session(doors: Doors, request: Request, state: str, code: str, error: str) -> str:
    kept = request.cookies.get(_COOKIE, "").split(".")
    if doors.vouched is None or len(kept) != 3:
        raise SignInFailed(detail="it was not begun in this browser, or more than ten minutes ago")
    pending = Pending(*kept)
    if not hmac.compare_digest(pending.state.encode(), state.encode("utf-8", "surrogatepass")):
        raise SignInFailed(detail="what came back belongs to another sign-in")
    if error or not code:
        raise SignInFailed(detail="the sign-in service refused it")
    claimed = await doors.vouched.issuer.redeem(code, doors.url(request, f"{_PATH}/back"), pending)
    user = await run_in_threadpool(doors.vouched.admit, claimed)
    sessions = doors.accounts.sessions
    return await run_in_threadpool(lambda: sessions.open_session("oidc", device_of(request), user_id=user.id))


def _failed(request: Request, error: LecternError) -> RedirectResponse:
    request.state.code = error.code  # for the record: the status does not tell
    return RedirectResponse(f"/#failed={quote(error.code)}", status_code=303, headers={"Cache-Control": "no-store"})

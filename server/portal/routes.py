"""The portal: static files, and sessions opened by a one-time link or an API key."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, Depends, FastAPI, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from server.access.auth import Gate
from server.access.callers import SESSION_COOKIE, address_of, refuse_other_sites
from server.errors import ExpiredApiKey, NoApiKey, WrongApiKey
from server.model import Device, Role
from server.ports import Identities, Sessions


def mount_portal(
    app: FastAPI,
    identities: Identities,
    sessions: Sessions,
    gate: Gate,
) -> None:
    """Adds the portal at `/` and its sessions under `/portal`."""
    static = Path(str(files("server.portal") / "static"))
    router = APIRouter(tags=["portal"], include_in_schema=False)

    @router.get("/")
    async def home() -> FileResponse:
        return FileResponse(static / "index.html", headers={"Cache-Control": "no-cache"})

    @router.get("/portal/open")
    def open_session(token: str, request: Request) -> Response:
        response = RedirectResponse("/", status_code=303, headers={"Cache-Control": "no-store"})
        return _with_session(response, sessions.spend_link(token, _device(request)), request)

    @router.post("/portal/sign_in")
    def sign_in(key: Annotated[str, Body(embed=True)], request: Request) -> Response:
        refuse_other_sites(request)
        key_id = identities.caller_of_key(key).key_id
        session = sessions.open_session("key", _device(request), key_id=key_id)
        return _with_session(Response(status_code=204), session, request)

    @router.get("/portal/session")
    async def who(request: Request) -> dict[str, str | None]:
        try:
            found = await gate.caller(request)
        except (NoApiKey, WrongApiKey, ExpiredApiKey):  # not an error: the page asks so that it can show the sign-in
            return {"name": None, "role": None}
        return {"name": found.name, "role": found.role.value}

    @router.post("/portal/sign_out", dependencies=[Depends(gate.needs(Role.READER))])
    def sign_out(request: Request) -> Response:
        sessions.end_session(request.cookies.get(SESSION_COOKIE, ""))
        gate.forget()
        response = Response(status_code=204)
        response.delete_cookie(SESSION_COOKIE)
        return response

    app.include_router(router)
    app.mount("/portal/static", StaticFiles(directory=static), name="portal")


def _with_session(response: Response, session: str, request: Request) -> Response:
    secure = request.url.scheme == "https"
    response.set_cookie(SESSION_COOKIE, session, httponly=True, samesite="lax", secure=secure)
    return response


def _device(request: Request) -> Device:
    return Device(address_of(request), request.headers.get("User-Agent", ""))

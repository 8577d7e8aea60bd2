"""The portal: static files, and sessions opened by a one-time link or an API key."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, Depends, FastAPI, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from server.access.auth import SESSION_COOKIE, Gate
from server.errors import ExpiredApiKey, NoApiKey, WrongApiKey
from server.model import Role
from server.ports import Identities

SESSION_SECONDS = 12 * 3600


def mount_portal(
    app: FastAPI,
    identities: Identities,
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
        return _with_session(response, identities.spend_link(token), request)

    @router.post("/portal/sign_in")
    def sign_in(key: Annotated[str, Body(embed=True)], request: Request) -> Response:
        link = identities.create_link(identities.caller_of_key(key).key_id)
        return _with_session(Response(status_code=204), identities.spend_link(link), request)

    @router.get("/portal/session")
    async def who(request: Request) -> dict[str, str | None]:
        try:
            found = await gate.caller(request)
        except (NoApiKey, WrongApiKey, ExpiredApiKey):  # not an error: the page asks so that it can show the sign-in
            return {"name": None, "role": None}
        return {"name": found.name, "role": found.role.value}

    @router.post("/portal/sign_out", dependencies=[Depends(gate.needs(Role.READER))])
    def sign_out(request: Request) -> Response:
        identities.end_session(request.cookies.get(SESSION_COOKIE, ""))
        gate.forget()
        response = Response(status_code=204)
        response.delete_cookie(SESSION_COOKIE)
        return response

    app.include_router(router)
    app.mount("/portal/static", StaticFiles(directory=static), name="portal")


def _with_session(response: Response, session: str, request: Request) -> Response:
    secure = request.url.scheme == "https"
    response.set_cookie(SESSION_COOKIE, session, max_age=SESSION_SECONDS, httponly=True, samesite="lax", secure=secure)
    return response

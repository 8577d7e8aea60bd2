"""Signing in by link, API key or password; where one is signed in; signing out."""

import dataclasses
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from server.access.callers import SESSION_COOKIE, refuse_other_sites
from server.errors import ExpiredApiKey, NoApiKey, UnknownUser, WrongApiKey, WrongCredentials
from server.model import Caller, Page
from server.portal.doors import Doors, device_of

_Secret = Annotated[str, Field(min_length=1, max_length=1024)]


class Credentials(BaseModel):
    """An API key, or a local user's name and password."""

    model_config = ConfigDict(extra="forbid")

    key: _Secret | None = None
    name: Annotated[str, Field(min_length=1, max_length=320)] | None = None
    password: _Secret | None = None


class NewPassword(BaseModel):
    """A password to come, with the present one or the token of an administrator's link."""

    model_config = ConfigDict(extra="forbid")

    new: _Secret
    current: _Secret | None = None
    token: _Secret | None = None


def session_routes(doors: Doors) -> APIRouter:
    """The routes. They are the portal's own and stand in no API document."""
    routes = APIRouter(prefix="/portal", tags=["portal"], include_in_schema=False)
    _add_sign_in(routes, doors)
    _add_own(routes, doors)
    return routes


def _add_sign_in(routes: APIRouter, doors: Doors) -> None:
    sessions = doors.accounts.sessions

    @routes.get("/open")
    async def open_session(token: str, request: Request) -> Response:
        session = await run_in_threadpool(sessions.spend_link, token, device_of(request))
        return await doors.let_in(RedirectResponse("/", status_code=303), session, request)

    @routes.post("/sign_in", dependencies=[Depends(refuse_other_sites)])
    async def sign_in(given: Credentials, request: Request) -> Response:
        device = device_of(request)
        if given.key is not None:
            caller = await doors.callers.of_key(given.key.strip(), device.address)
            # The session is the key's, so that it ends with the key and is limited as it is.
            session = await run_in_threadpool(lambda: sessions.open_session("key", device, key_id=caller.key_id))
        else:
            name, password = given.name or "", given.password or ""
            try:
                session = await doors.proving.run(doors.sign_in.by_password, name, password, device)
            except WrongCredentials:  # what is held back is not looked up: it would take longer for a name there is
                await run_in_threadpool(doors.tell_tried, request, name)
                raise
        return await doors.let_in(Response(status_code=204), session, request)

    @routes.get("/session")
    async def who(request: Request) -> dict[str, Any]:
        ways = {"issuer": doors.vouched.issuer.name if doors.vouched else None}
        try:
            caller = await doors.gate.caller(request)
        except (NoApiKey, WrongApiKey, ExpiredApiKey):  # not an error: the page asks so that it can show the sign-in
            return {"name": None, "role": None, "owner": None, "has_password": False, "first_run": False, **ways}
        has_password = await run_in_threadpool(_has_password, doors, caller)
        return {
            "name": caller.name,
            "role": caller.role.value,
            "owner": caller.owner,
            "has_password": has_password,
            "first_run": await run_in_threadpool(_is_first_run, doors, caller),
            **ways,
        }

    @routes.post("/sign_out", dependencies=[Depends(doors.gate.caller)])
    async def sign_out(request: Request) -> Response:
        token = request.cookies.get(SESSION_COOKIE, "")
        caller: Caller = request.state.caller
        found = await run_in_threadpool(sessions.sessions_of, caller.owner)
        here = next((one for one in found if one.id == sessions.session_id(token)), None)
        await run_in_threadpool(sessions.end_session, token)
        doors.gate.forget()
        elsewhere = None
        if here is not None and here.via == "oidc" and doors.vouched is not None:
            elsewhere = await doors.vouched.issuer.logout_url(doors.url(request, "/"))
        response = JSONResponse({"url": elsewhere}) if elsewhere else Response(status_code=204)
        response.delete_cookie(SESSION_COOKIE)
        return response


def _add_own(routes: APIRouter, doors: Doors) -> None:
    sessions = doors.accounts.sessions
    Known = Annotated[Caller, Depends(doors.gate.known)]  # noqa: N806 - a type

    @routes.get("/sessions")
    def list_sessions(caller: Known, request: Request) -> dict[str, Any]:
        current = sessions.session_id(request.cookies.get(SESSION_COOKIE, ""))
        found = sessions.sessions_of(caller.owner)
        return {"data": [{**dataclasses.asdict(one), "current": one.id == current} for one in found]}

    @routes.delete("/sessions/{session_id}")
    async def end_session(session_id: str, caller: Known) -> Response:
        await run_in_threadpool(sessions.end, caller.owner, session_id)
        doors.gate.forget()
        return Response(status_code=204)

    @routes.post("/password", dependencies=[Depends(refuse_other_sites)])
    async def choose_password(given: NewPassword, request: Request) -> Response:
        device = device_of(request)
        if given.token is not None:
            session = await doors.proving.run(doors.sign_in.choose_password, given.token, given.new, device)
        else:
            caller = await doors.gate.caller(request)
            kind, _, user_id = caller.owner.partition(":")
            if kind != "user":
                raise UnknownUser(user=caller.name)
            change = doors.sign_in.change_password
            session = await doors.proving.run(change, user_id, given.current or "", given.new, device)
        doors.gate.forget()
        return await doors.let_in(Response(status_code=204), session, request)


def _has_password(doors: Doors, caller: Caller) -> bool:
    kind, _, user_id = caller.owner.partition(":")
    return kind == "user" and doors.accounts.users.user(user_id).has_password


def _is_first_run(doors: Doors, caller: Caller) -> bool:
    """Whether the caller came by the first start's key, and nobody has an account yet."""
    return caller.administers and caller.owner.startswith("key:") and not doors.accounts.users.users(Page(1))

"""/v1/users and /v1/groups: who has an account, and who belongs together."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from server.access.auth import Gate
from server.access.wire import (
    Deleted,
    GroupList,
    GroupObject,
    GroupRequest,
    MemberList,
    MemberRequest,
    PasswordLink,
    UserChange,
    UserList,
    UserObject,
    UserRequest,
    shown_group,
    shown_user,
)
from server.errors import InvalidRequest, UnknownGroup, UnknownUser
from server.http import page_of, paging
from server.model import Caller, Page, Role, UserKind
from server.ports import Accounts

_DAY = 24 * 3600
Sought = Annotated[str, Query(max_length=200)]
GroupId = Annotated[str | None, Query(max_length=64)]


def user_routes(accounts: Accounts, gate: Gate, public_url: str = "") -> APIRouter:
    """The routes: administrators see to all users, others see themselves."""
    routes = APIRouter(prefix="/v1/users", tags=["users"])
    users = accounts.users
    Known = Annotated[Caller, Depends(gate.known)]  # noqa: N806 - a type
    Admin = Annotated[Caller, Depends(gate.needs(Role.ADMIN))]  # noqa: N806

    @routes.get("", response_model=UserList)
    def list_users(caller: Known, q: Sought = "", group: GroupId = None, page: Page = paging()) -> dict[str, Any]:
        """All users, for administrators; else yourself. `q`: those whose name or e-mail address holds it; `group`:
        those who are in it."""
        if caller.administers:
            if group is not None:
                accounts.groups.group(group)
            found = users.users(page.one_more, q, group)
        else:
            own = _own_id(caller)
            found = [] if own is None else [users.user(own)]
        return page_of([shown_user(user) for user in found], page)

    @routes.post("", response_model=UserObject)
    def create_user(request: UserRequest, caller: Admin) -> dict[str, Any]:
        """A new user. A person chooses a password by a link: POST /v1/users/ID/password_link."""
        return shown_user(users.create(request.name, request.role, request.kind, request.email))

    @routes.get("/{user_id}", response_model=UserObject)
    def read_user(user_id: str, caller: Known) -> dict[str, Any]:
        """One user."""
        if not caller.administers and user_id != _own_id(caller):
            raise UnknownUser(user=user_id)
        return shown_user(users.user(user_id))

    @routes.post("/{user_id}", response_model=UserObject)
    async def change_user(user_id: str, request: UserChange, caller: Admin) -> dict[str, Any]:
        """Changes a user. Who is disabled is signed out at once, and its keys and tokens are refused."""
        values = request.model_dump(exclude_unset=True)
        if any(values.get(name, "") is None for name in ("name", "role", "disabled")):
            raise InvalidRequest(detail="name, role and disabled cannot be null")
        user = await run_in_threadpool(lambda: users.change(user_id, **values))
        gate.forget()
        return shown_user(user)

    @routes.delete("/{user_id}", response_model=Deleted)
    async def delete_user(user_id: str, caller: Admin) -> dict[str, Any]:
        """Deletes a user, its keys and sessions. What it owned, administrators see to."""
        await run_in_threadpool(users.remove, user_id)
        gate.forget()
        return {"id": user_id, "object": "user.deleted"}

    @routes.post("/{user_id}/password_link", response_model=PasswordLink)
    def make_password_link(user_id: str, caller: Admin, request: Request) -> dict[str, Any]:
        """An address at which the user chooses a password, once, within a day. Earlier ones end."""
        if users.user(user_id).kind != UserKind.PERSON:
            raise InvalidRequest(detail="a service has no password; make a key for it")
        token = accounts.sessions.create_password_link(user_id)
        base = public_url.rstrip("/") or str(request.base_url).rstrip("/")
        return {"url": f"{base}/#password={token}", "expires_at": int(time.time()) + _DAY}

    return routes


def group_routes(accounts: Accounts, gate: Gate) -> APIRouter:
    """The routes: administrators see to all groups, others see those they are in."""
    routes = APIRouter(prefix="/v1/groups", tags=["users"])
    groups = accounts.groups
    Known = Annotated[Caller, Depends(gate.known)]  # noqa: N806 - a type
    Admin = Annotated[Caller, Depends(gate.needs(Role.ADMIN))]  # noqa: N806

    def visible(group_id: str, caller: Caller) -> None:
        if not caller.administers and f"group:{group_id}" not in caller.principals:
            raise UnknownGroup(group=group_id)

    @routes.get("", response_model=GroupList)
    def list_groups(caller: Known, q: Sought = "", page: Page = paging()) -> dict[str, Any]:
        """All groups, for administrators; else those you are in. `q`: those whose name holds it."""
        member = None if caller.administers else (_own_id(caller) or "")
        return page_of([shown_group(group) for group in groups.groups(page.one_more, member, q)], page)

    @routes.post("", response_model=GroupObject)
    def create_group(request: GroupRequest, caller: Admin) -> dict[str, Any]:
        """A new group without members."""
        return shown_group(groups.create(request.name))

    @routes.get("/{group_id}", response_model=GroupObject)
    def read_group(group_id: str, caller: Known) -> dict[str, Any]:
        """One group."""
        visible(group_id, caller)
        return shown_group(groups.group(group_id))

    @routes.post("/{group_id}", response_model=GroupObject)
    def rename_group(group_id: str, request: GroupRequest, caller: Admin) -> dict[str, Any]:
        """Gives a group another name; what was given to it stays."""
        return shown_group(groups.rename(group_id, request.name))

    @routes.delete("/{group_id}", response_model=Deleted)
    async def delete_group(group_id: str, caller: Admin) -> dict[str, Any]:
        """Deletes a group; its members lose what was given to it."""
        await run_in_threadpool(groups.remove, group_id)
        gate.forget()
        return {"id": group_id, "object": "group.deleted"}

    @routes.get("/{group_id}/members", response_model=MemberList)
    def list_members(group_id: str, caller: Admin) -> dict[str, Any]:
        """The user ids of the members."""
        return {"data": groups.member_ids(group_id)}

    @routes.post("/{group_id}/members", response_model=MemberList)
    async def add_member(group_id: str, request: MemberRequest, caller: Admin) -> dict[str, Any]:
        """Makes a user a member."""
        await run_in_threadpool(groups.add, group_id, request.user_id)
        gate.forget()
        return {"data": await run_in_threadpool(groups.member_ids, group_id)}

    @routes.delete("/{group_id}/members/{user_id}", response_model=Deleted)
    async def drop_member(group_id: str, user_id: str, caller: Admin) -> dict[str, Any]:
        """Ends a membership."""
        await run_in_threadpool(groups.drop, group_id, user_id)
        gate.forget()
        return {"id": user_id, "object": "group.member.deleted"}

    return routes


def _own_id(caller: Caller) -> str | None:
    kind, _, own = caller.owner.partition(":")
    return own if kind == "user" else None

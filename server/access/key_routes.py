"""/v1/api_keys: listing, making, rotating and revoking API keys."""

import time
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.concurrency import run_in_threadpool

from server.access.auth import Gate
from server.access.pages import check_page_key, origins_of
from server.access.wire import ApiKeyList, ApiKeyObject, ApiKeyRequest, CreatedApiKey, RotationRequest, shown_key
from server.errors import Forbidden, InvalidRequest, UnknownKey, UnknownUser
from server.http import page_among, paging
from server.model import ApiKey, Caller, KeyLimits, Page, Role, folded
from server.ports import Accounts

_DAY = 24 * 3600


class ApiKeys:
    """Keys as their callers may see and make them: administrators all, users their own."""

    def __init__(self, accounts: Accounts) -> None:
        self._keys = accounts.keys
        self._users = accounts.users

    def visible(
        self, caller: Caller, sought: str = "", user_id: str | None = None, *, good: bool = False
    ) -> list[ApiKey]:
        """The keys the caller may see, oldest first: those whose name or first characters hold `sought`, and that
        belong to the user, if one is given; if `good`, only those that work now."""
        wanted, now = folded(sought), time.time()
        found = self._keys.list_keys(None if caller.administers else caller.owner)
        found = [key for key in found if user_id in {None, key.user_id}]
        found = [key for key in found if wanted in folded(key.name) or wanted in folded(key.prefix) or sought == key.id]
        return [key for key in found if not good or (key.revoked_at is None and (key.expires_at or now + 1) > now)]

    def may_create(self, caller: Caller) -> None:
        """Returns if the caller may make keys at all. Raises Forbidden."""
        if _limited(caller):
            # A key that was kept narrow shall not beget one that is not.
            raise Forbidden(role=f"{caller.role} by a limited key", needed="a key without limits")
        if caller.unlimited:
            return
        if not caller.owner.startswith("user:"):
            raise Forbidden(role=caller.role, needed=Role.ADMIN)
        if not _signed_in(caller):
            # Who found a key or token could else make more, and keep them when it is revoked.
            raise Forbidden(role=f"{caller.role} by a key", needed="a sign-in at the portal, or an administrator")

    def create(self, caller: Caller, request: ApiKeyRequest) -> tuple[ApiKey, str]:
        """A new key and its secret. Raises Forbidden, UnknownUser, InvalidRequest."""
        self.may_create(caller)
        user_id, most = request.user_id, Role.ADMIN
        if not caller.unlimited:
            own = caller.owner.removeprefix("user:")
            if user_id not in {None, own}:
                raise UnknownUser(user=user_id)
            user_id = own
        if user_id is not None:
            most = self._users.user(user_id).role
        role = request.role or (Role.READER if most.covers(Role.READER) else most)
        if most == Role.READER:
            most = Role.EDITOR  # of what its user owns or was granted; elsewhere it reads, as its user does
        if not most.covers(role):
            raise InvalidRequest(param="role", detail=f"a key of this user can be {most} at most")
        limits = KeyLimits(*(None if one is None else frozenset(one) for one in _limits(request)))
        if request.origins is not None:
            limits = replace(limits, origins=origins_of(request.origins))
            check_page_key(role, limits)
        return self._keys.create_key(request.name, role, _expiry(request), user_id, limits)

    def rotate(self, caller: Caller, key_id: str, overlap_seconds: int) -> tuple[ApiKey, str]:
        """A key with a new secret. Raises UnknownKey."""
        self._mine(caller, key_id)
        return self._keys.rotate_key(key_id, overlap_seconds)

    def revoke(self, caller: Caller, key_id: str) -> ApiKey:
        """The key, ended. Raises UnknownKey."""
        self._mine(caller, key_id)
        return self._keys.revoke_key(key_id)

    def _mine(self, caller: Caller, key_id: str) -> None:
        key = self._keys.key(key_id)
        owner = f"key:{key.id}" if key.user_id is None else f"user:{key.user_id}"
        # A weaker key could else get at the secret of a stronger one of its user.
        another = caller.key_id != key.id
        narrower = another and (_limited(caller) or not (caller.unlimited or _signed_in(caller)))
        if narrower or not (caller.unlimited or caller.owner == owner):
            raise UnknownKey(key=key_id)


def api_key_routes(accounts: Accounts, gate: Gate) -> APIRouter:
    """The routes: administrators see to all keys, others to their own."""
    routes = APIRouter(prefix="/v1/api_keys", tags=["API keys"])
    keys = ApiKeys(accounts)
    Known = Annotated[Caller, Depends(gate.known)]  # noqa: N806 - a type

    @routes.get("", response_model=ApiKeyList)
    def list_keys(
        caller: Known,
        q: Annotated[str, Query(max_length=200)] = "",
        user_id: Annotated[str | None, Query(max_length=64)] = None,
        good: Annotated[bool, Query()] = False,
        page: Page = paging(usual=1000, most=1000, order="asc"),
    ) -> dict[str, object]:
        """The keys you may see, oldest first, revoked ones too unless `good` is true; `q`: those whose name holds it,
        or that begin with it; `user_id`: those of a user."""
        return page_among([shown_key(key) for key in keys.visible(caller, q, user_id, good=good)], page)

    async def maker(caller: Known) -> Caller:
        keys.may_create(caller)
        return caller

    @routes.post("", response_model=CreatedApiKey)
    async def create_key(request: ApiKeyRequest, caller: Annotated[Caller, Depends(maker)]) -> dict[str, object]:
        """A new key; it is shown in this answer and never again."""
        key, secret = await run_in_threadpool(keys.create, caller, request)
        gate.forget()
        return shown_key(key, secret)

    @routes.post("/{key_id}/rotate", response_model=CreatedApiKey)
    async def rotate_key(key_id: str, request: RotationRequest, caller: Known) -> dict[str, object]:
        """A new secret for the key, which works at once; the present one works for `overlap_seconds` more."""
        key, secret = await run_in_threadpool(keys.rotate, caller, key_id, request.overlap_seconds)
        gate.forget()
        return shown_key(key, secret)

    @routes.delete("/{key_id}", response_model=ApiKeyObject)
    async def revoke_key(key_id: str, caller: Known) -> dict[str, object]:
        """Ends a key at once, and the portal sessions that came of it."""
        key = await run_in_threadpool(keys.revoke, caller, key_id)
        gate.forget()
        return shown_key(key)

    return routes


def _signed_in(caller: Caller) -> bool:
    return caller.key_id.startswith("session-")


def _limited(caller: Caller) -> bool:
    # Scopes are looked at by the gate: a key whose scope is administration administers.
    return not (caller.stores is None and caller.models is None and caller.origins is None)


def _limits(request: ApiKeyRequest) -> tuple[list[str] | None, ...]:
    scopes = None if request.scopes is None else [str(scope) for scope in request.scopes]
    return scopes, request.stores, request.models


def _expiry(request: ApiKeyRequest) -> int | None:
    if request.expires_in_days is not None and request.expires_at is not None:
        raise InvalidRequest(param="expires_at", detail="give either expires_in_days or expires_at, not both")
    if request.expires_in_days is not None:
        return min(int(time.time() + request.expires_in_days * _DAY), 2**31 - 1)
    if request.expires_at is not None and request.expires_at <= time.time():
        raise InvalidRequest(param="expires_at", detail="expires_at lies in the past (it is in Unix seconds)")
    return request.expires_at

"""/v1/api_keys: listing, making and revoking API keys."""

import dataclasses
import time
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from server.access.auth import Gate
from server.errors import InvalidRequest
from server.model import ApiKey, Role
from server.ports import Identities

_DAY = 24 * 3600


class ApiKeyRequest(BaseModel):
    """What a new key shall be. Without an expiry it holds until it is revoked."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
    role: Role = Role.READER
    expires_in_days: Annotated[float, Field(gt=0, le=36_500)] | None = None
    expires_at: Annotated[int, Field(gt=0, le=2**31 - 1)] | None = None


class ApiKeyObject(BaseModel):
    """An API key as it may be shown."""

    object: Literal["api_key"] = "api_key"
    id: str
    name: str
    role: Role
    prefix: str
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None


class CreatedApiKey(ApiKeyObject):
    """A new key with the key itself, which is shown this once."""

    key: str


class ApiKeyList(BaseModel):
    """All keys, oldest first."""

    object: Literal["list"] = "list"
    data: list[ApiKeyObject]


def api_key_routes(identities: Identities, gate: Gate) -> APIRouter:
    """The routes; all of them are for administrators."""
    routes = APIRouter(prefix="/v1/api_keys", tags=["API keys"], dependencies=[Depends(gate.needs(Role.ADMIN))])

    @routes.get("")
    def list_keys() -> ApiKeyList:
        """All keys, revoked ones too, oldest first."""
        return ApiKeyList(data=[_shown(key) for key in identities.list_keys()])

    @routes.post("")
    def create_key(request: ApiKeyRequest) -> CreatedApiKey:
        """A new key; it is shown in this answer and never again."""
        key, secret = identities.create_key(request.name, request.role, _expiry(request))
        return CreatedApiKey.model_validate(dataclasses.asdict(key) | {"key": secret})

    @routes.delete("/{key_id}")
    async def revoke_key(key_id: str) -> ApiKeyObject:
        """Ends a key at once, and the portal sessions that came of it."""
        key = await run_in_threadpool(identities.revoke_key, key_id)
        gate.forget()
        return _shown(key)

    return routes


def _expiry(request: ApiKeyRequest) -> int | None:
    if request.expires_in_days is not None and request.expires_at is not None:
        raise InvalidRequest(param="expires_at", detail="give either expires_in_days or expires_at, not both")
    if request.expires_in_days is not None:
        return min(int(time.time() + request.expires_in_days * _DAY), 2**31 - 1)
    if request.expires_at is not None and request.expires_at <= time.time():
        raise InvalidRequest(param="expires_at", detail="expires_at lies in the past (it is in Unix seconds)")
    return request.expires_at


def _shown(key: ApiKey) -> ApiKeyObject:
    return ApiKeyObject.model_validate(dataclasses.asdict(key))

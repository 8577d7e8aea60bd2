"""What the routes of keys, users and groups read and show."""

import dataclasses
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.model import ApiKey, Group, Role, Scope, User, UserKind

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Named = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$")]
Email = Annotated[str, Field(max_length=320, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]

_DAY = 24 * 3600


class ApiKeyRequest(BaseModel):
    """What a new key shall be. Without an expiry it holds until it is revoked; without limits it may do what its role
    may. It belongs to the user `user_id`, or to nobody. One with `origins` is for web pages of these."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    role: Role | None = None
    user_id: Annotated[str, Field(max_length=64)] | None = None
    scopes: Annotated[list[Scope], Field(min_length=1)] | None = None
    stores: Annotated[list[Named], Field(max_length=1000)] | None = None
    models: Annotated[list[Named], Field(max_length=1000)] | None = None
    origins: Annotated[list[Named], Field(min_length=1, max_length=100)] | None = None
    expires_in_days: Annotated[float, Field(gt=0, le=36_500)] | None = None
    expires_at: Annotated[int, Field(gt=0, le=2**31 - 1)] | None = None


class RotationRequest(BaseModel):
    """For how long the present secret works beside the new one."""

    model_config = ConfigDict(extra="forbid")

    overlap_seconds: Annotated[int, Field(ge=0, le=30 * _DAY)] = _DAY


class ApiKeyObject(BaseModel):
    """An API key as it may be shown."""

    object: Literal["api_key"] = "api_key"
    id: str
    name: str
    role: Role
    prefix: str
    user_id: str | None
    scopes: list[str] | None
    stores: list[str] | None
    models: list[str] | None
    origins: list[str] | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None
    overlap_until: int | None


class CreatedApiKey(ApiKeyObject):
    """A new key, or one with a new secret, with the key itself, which is shown this once."""

    key: str


class ApiKeyList(BaseModel):
    """A page of keys."""

    object: Literal["list"] = "list"
    data: list[ApiKeyObject]
    first_id: str | None
    last_id: str | None
    has_more: bool


class UserRequest(BaseModel):
    """Who a new user is. A service has keys only and never signs in."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    role: Role = Role.READER
    kind: UserKind = UserKind.PERSON
    email: Email | None = None


class UserChange(BaseModel):
    """What shall be different; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    role: Role | None = None
    email: Email | None = None
    disabled: bool | None = None


class UserObject(BaseModel):
    """A user as it may be shown."""

    object: Literal["user"] = "user"
    id: str
    name: str
    kind: UserKind
    role: Role
    email: str | None
    issuer: str | None
    subject: str | None
    has_password: bool
    created_at: int
    disabled_at: int | None
    signed_in_at: int | None


class UserList(BaseModel):
    """A page of users."""

    object: Literal["list"] = "list"
    data: list[UserObject]
    first_id: str | None
    last_id: str | None
    has_more: bool


class PasswordLink(BaseModel):
    """An address at which a user chooses a password, once."""

    object: Literal["password_link"] = "password_link"
    url: str
    expires_at: int


class GroupRequest(BaseModel):
    """What a group is called."""

    model_config = ConfigDict(extra="forbid")

    name: Name


class GroupObject(BaseModel):
    """A group as it may be shown. One with an `issuer` has the members that the issuer's tokens tell."""

    object: Literal["group"] = "group"
    id: str
    name: str
    issuer: str | None
    members: int
    created_at: int


class GroupList(BaseModel):
    """A page of groups."""

    object: Literal["list"] = "list"
    data: list[GroupObject]
    first_id: str | None
    last_id: str | None
    has_more: bool


class MemberRequest(BaseModel):
    """Who shall be a member."""

    model_config = ConfigDict(extra="forbid")

    user_id: Annotated[str, Field(max_length=64)]


class MemberList(BaseModel):
    """The user ids of a group's members."""

    object: Literal["list"] = "list"
    data: list[str]


class Deleted(BaseModel):
    """What is gone."""

    id: str
    object: str
    deleted: Literal[True] = True


def shown_key(key: ApiKey, secret: str | None = None) -> dict[str, Any]:
    """A key as its object, with the key itself where it is new."""
    limits = {name: None if value is None else sorted(value) for name, value in dataclasses.asdict(key.limits).items()}
    return {**dataclasses.asdict(key), **limits, **({} if secret is None else {"key": secret})}


def shown_user(user: User) -> dict[str, Any]:
    """A user as its object."""
    return {"object": "user", **dataclasses.asdict(user)}


def shown_group(group: Group) -> dict[str, Any]:
    """A group as its object."""
    return {"object": "group", **dataclasses.asdict(group), "issuer": group.issuer or None}

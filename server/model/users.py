"""People and services that have an account, their groups, and where they are signed in."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from server.model.access import Role


class UserKind(StrEnum):
    """A person signs in at the portal; a service has keys only."""

    PERSON = "person"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class User:
    """An account. One that came of an issuer's sign-in has `issuer` and `subject`; `has_password` tells whether it can
    sign in by one."""

    id: str
    name: str
    kind: UserKind
    role: Role
    created_at: int
    email: str | None = None
    issuer: str | None = None
    subject: str | None = None
    has_password: bool = False
    disabled_at: int | None = None
    signed_in_at: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Users who are given rights together. The members of a group with an `issuer` are those whose tokens say so."""

    id: str
    name: str
    created_at: int
    issuer: str = ""
    members: int = 0


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who an issuer says somebody is. `groups` is None where the token does not tell."""

    issuer: str
    subject: str
    name: str
    email: str | None = None
    groups: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Where somebody is signed in to the portal: by `link`, `key`, `password` or `oidc`, from which address and
    browser."""

    id: str
    via: str
    created_at: int
    expires_at: int
    seen_at: int
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Device:
    """From where somebody signs in: the address, and what the browser calls itself."""

    address: str = ""
    agent: str = ""


def login_of(name: str) -> str:
    """A user's name as it is compared: the same whatever its case and Unicode form."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()

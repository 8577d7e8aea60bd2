"""Who calls, and by which key."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a caller may do: readers ask, editors also change documents, administrators also change Lectern."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Whether this role may do what `needed` may do."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking."""

    key_id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as it may be shown: never the key itself, only its first characters."""

    id: str
    name: str
    role: Role
    prefix: str
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    last_used_at: int | None = None

"""Who calls, by which key, and what that admits to."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a caller may do, here or in one vector store: readers ask, editors also change documents, administrators
    also change Lectern. Auditors read the record of who did what, and no document."""

    AUDITOR = "auditor"
    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Whether this role may do what `needed` may do."""
        if needed == Role.AUDITOR:
            return self in {Role.AUDITOR, Role.ADMIN}
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking. `principals` are the names under which rights are given: `user:ID`, `key:ID`, `group:ID`; the
    first of `owner` owns what the caller makes.

    A key may be narrower than its holder: `scopes`, `stores` and `models` are what it is limited to, by id or name;
    None: not limited. `address` is where the request came from.
    """

    key_id: str
    name: str
    role: Role
    owner: str = ""
    principals: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    stores: frozenset[str] | None = None
    models: frozenset[str] | None = None
    address: str = ""

    @property
    def unlimited(self) -> bool:
        """Whether nothing of any store is kept from the caller."""
        return self.role == Role.ADMIN and self.stores is None

    def owns(self, owner: str | None) -> bool:
        """Whether what `owner` made is the caller's own, or the caller sees to everything."""
        return self.unlimited or (owner is not None and owner == self.owner)


LECTERN = Caller("", "lectern", Role.ADMIN, owner="lectern", principals=frozenset({"lectern"}))
"""Lectern itself, for what it does without being asked."""


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

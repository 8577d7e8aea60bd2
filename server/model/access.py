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

    def within(self, other: "Role") -> "Role | None":
        """The largest role that neither this one nor the other goes beyond; None: they have nothing in common."""
        if other.covers(self):
            return self
        return other if self.covers(other) else None


class Scope(StrEnum):
    """What a key may be limited to, beside its role: the routes that it opens."""

    CHAT = "chat"  # asking: chat, completions, responses, embeddings, rerank; models
    SEARCH = "search"  # search in vector stores and of everything
    FILES_READ = "files.read"  # files, vector stores and their content: lists and gets
    FILES_WRITE = "files.write"  # uploading, attaching, changing and deleting files
    STORES_WRITE = "stores.write"  # making, changing and deleting vector stores, sources, and who may use them
    EVALS = "evals"  # question sets and their runs
    BATCHES = "batches"  # batches
    AUDIT = "audit"  # the record of who did what
    ADMIN = "admin"  # users, groups, keys, limits, backup, metrics, the engine


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking. `principals` are the names under which rights are given: `user:ID`, `key:ID`, `group:ID`; the
    first of `owner` owns what the caller makes.

    A key may be narrower than its holder: `most` is the largest role it has anywhere, whatever its holder owns or was
    granted; `scopes`, `stores` and `models` are what it is limited to, by id or name, and `origins` the web pages it is
    for; None: not limited. `key_id` is by what it came: the id of a key or of a session, or `token` for a bearer token.
    `address` is where the request came from. `bulk`: nobody waits for the answer, as with a line of a batch; people go
    first.
    """

    key_id: str
    name: str
    role: Role
    owner: str = ""
    principals: frozenset[str] = frozenset()
    most: Role = Role.ADMIN
    scopes: frozenset[str] | None = None
    stores: frozenset[str] | None = None
    models: frozenset[str] | None = None
    origins: frozenset[str] | None = None
    address: str = ""
    bulk: bool = False

    @property
    def unlimited(self) -> bool:
        """Whether nothing of any store is kept from the caller."""
        return self.role == Role.ADMIN and self.stores is None

    @property
    def administers(self) -> bool:
        """Whether the caller sees all users, groups and keys: a key that is limited to stores or models does not."""
        return self.unlimited and self.models is None

    def owns(self, owner: str | None) -> bool:
        """Whether what `owner` made is the caller's own, or the caller sees to everything."""
        return self.unlimited or (owner is not None and owner == self.owner)

    def may_use(self, model: str) -> bool:
        """Whether the caller's key admits to this model, named as clients name it: MODEL, or MODEL@STORE."""
        return self.models is None or model in self.models


LECTERN = Caller("", "lectern", Role.ADMIN, owner="lectern", principals=frozenset({"lectern"}), bulk=True)
"""Lectern itself, for what it does without being asked."""


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """What a key is limited to: scopes, stores by id, models by name, web pages by their origin. None: not limited."""

    scopes: frozenset[str] | None = None
    stores: frozenset[str] | None = None
    models: frozenset[str] | None = None
    origins: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as it may be shown: never the key itself, only its first characters. It belongs to a user, or to
    nobody: then it is a principal of its own. After a rotation the former secret works until `overlap_until`."""

    id: str
    name: str
    role: Role
    prefix: str
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    last_used_at: int | None = None
    user_id: str | None = None
    limits: KeyLimits = KeyLimits()
    overlap_until: int | None = None

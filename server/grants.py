"""How rights stand in requests and answers: who (`user:ID`, `group:ID`, `key:ID`) has which role."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.model import Caller, FileAccess, Role, StoreAccess
from server.model.rights import PRINCIPAL

MOST_GRANTS = 1000
Principal = Annotated[str, Field(pattern=f"^{PRINCIPAL.pattern}$")]


class StoreGrant(BaseModel):
    """A role in a vector store for one principal."""

    model_config = ConfigDict(extra="forbid")

    principal: Principal
    role: Literal[Role.READER, Role.EDITOR, Role.ADMIN] = Role.READER


class StoreAccessBody(BaseModel):
    """Who may use a vector store. What is not given stays as it is; of a new store, as the settings have it."""

    model_config = ConfigDict(extra="forbid")

    shared: bool | None = None
    grants: list[StoreGrant] | None = Field(None, max_length=MOST_GRANTS)

    def changed(self, before: StoreAccess) -> StoreAccess:
        """The access there was `before`, with what is given."""
        shared = before.shared if self.shared is None else self.shared
        if self.grants is None:
            return StoreAccess(before.owner, shared, before.grants)
        return StoreAccess(before.owner, shared, {grant.principal: grant.role for grant in self.grants})


class FileGrant(BaseModel):
    """One who may read a restricted file."""

    model_config = ConfigDict(extra="forbid")

    principal: Principal
    role: Literal[Role.READER] = Role.READER


class FileAccessBody(BaseModel):
    """Who may read a file. What is not given stays as it is."""

    model_config = ConfigDict(extra="forbid")

    restricted: bool | None = None
    grants: list[FileGrant] | None = Field(None, max_length=MOST_GRANTS)

    def changed(self, before: FileAccess) -> FileAccess:
        """The access there was `before`, with what is given."""
        restricted = before.restricted if self.restricted is None else self.restricted
        if self.grants is None:
            return FileAccess(before.owner, restricted, before.principals)
        return FileAccess(before.owner, restricted, frozenset(grant.principal for grant in self.grants))


def new_store(body: StoreAccessBody | None, caller: Caller, *, shared: bool) -> StoreAccess:
    """The access to a store that the caller makes; `shared` where the body does not say."""
    usual = StoreAccess(caller.owner, shared)
    return usual if body is None else body.changed(usual)


def store_access_object(store_id: str, access: StoreAccess) -> dict[str, Any]:
    """Who may use a store, as it is shown."""
    return {
        "object": "vector_store.access",
        "id": store_id,
        "owner": access.owner,
        "shared": access.shared,
        "grants": _grants((principal, str(role)) for principal, role in access.grants.items()),
    }


def file_access_object(file_id: str, access: FileAccess) -> dict[str, Any]:
    """Who may read a file, as it is shown."""
    return {
        "object": "file.access",
        "id": file_id,
        "owner": access.owner,
        "restricted": access.restricted,
        "grants": _grants((principal, str(Role.READER)) for principal in access.principals),
    }


def _grants(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"principal": principal, "role": role} for principal, role in sorted(pairs)]

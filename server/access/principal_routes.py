"""`/v1/principals`: whom rights can be given to, for those who give them."""

import dataclasses
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from server.access.auth import Gate, check_whole
from server.errors import InvalidRequest
from server.model import Caller, PrincipalKind, Role
from server.ports import Principals

_MOST = 100
Sought = Annotated[str | None, Query(min_length=1, max_length=200)]
Ids = Annotated[list[str] | None, Query(alias="id", max_length=_MOST)]
Kinds = Annotated[list[PrincipalKind] | None, Query(alias="kind", max_length=3)]
Limit = Annotated[int, Query(ge=1, le=_MOST)]


def principal_routes(principals: Principals, gate: Gate) -> APIRouter:
    """The route. Whoever edits a store says who may use it, so they find everybody by name; nobody else does, nor does
    a key that is limited to some stores or models, for the names of a whole house are more than it is for."""
    routes = APIRouter(prefix="/v1/principals", tags=["rights"])
    editor = Depends(gate.somewhere(Role.EDITOR))

    @routes.get("")
    def find_principals(
        q: Sought = None, ids: Ids = None, kinds: Kinds = None, limit: Limit = 10, caller: Caller = editor
    ) -> dict[str, Any]:
        """Users, groups, and keys that belong to nobody, whose name holds `q`, in any case (of
        these kinds only: `kind=user&kind=group`); or those with these ids
        (`id=user:ID&id=group:ID`, at most 100), also if they have ended. Of users it tells the name and nothing else.
        """
        check_whole(caller)
        if (q is None) == (ids is None):
            raise InvalidRequest(param="q", detail="give either q, a part of a name, or id")
        found = (
            principals.named(ids)
            if q is None and ids
            else principals.found(q or "", limit, kinds or list(PrincipalKind))
        )
        return {"object": "list", "data": [{"object": "principal", **dataclasses.asdict(one)} for one in found]}

    return routes

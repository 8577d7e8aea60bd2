"""`/v1/search`."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from server.errors import InvalidRequest
from server.http import tell_documents
from server.model import Caller, NamedFile, Role, Titled, folded, found_in
from server.ports import Gate
from server.search.everything import KINDS, Everything


def search_router(everything: Everything, gate: Gate) -> APIRouter:
    """The route of the search."""
    router = APIRouter(prefix="/v1", tags=["search"])
    reader = Depends(gate.needs(Role.READER))

    @router.get("/search")
    async def search(
        request: Request,
        q: Annotated[str, Query(min_length=1, max_length=300)],
        kinds: Annotated[str, Query(max_length=100)] = ",".join(KINDS),
        limit: Annotated[int, Query(ge=1, le=50)] = 5,
        caller: Caller = reader,
    ) -> dict[str, Any]:
        """Finds documents by their names, passages by what they say, and the caller's conversations by their titles."""
        sought = q.strip()
        if not sought:
            raise InvalidRequest(detail="there is nothing to search for", param="q")
        found = await everything(sought, _kinds(kinds), caller, limit)
        documents, passages = found.documents or (), found.passages or ()
        tell_documents(request, passages, [(one.store_id, one.file_id) for one in documents])
        told: dict[str, Any] = {"object": "search", "query": sought, "missing": found.missing}
        if found.documents is not None:
            told["documents"] = [_document(one, sought) for one in documents]
        if found.passages is not None:
            told["passages"] = [
                one.search_result() | {"vector_store_id": one.store_id, "match": list(one.best) if one.best else None}
                for one in passages
            ]
        if found.conversations is not None:
            told["conversations"] = [_conversation(one) for one in found.conversations]
        return told

    return router


def _kinds(text: str) -> list[str]:
    """The kinds that a list names. Raises InvalidRequest."""
    named = list(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))
    if not named or not set(named) <= set(KINDS):
        raise InvalidRequest(detail=f"kinds is a list, joined by commas, of {', '.join(KINDS)}", param="kinds")
    return named


def _document(one: NamedFile, sought: str) -> dict[str, Any]:
    place = found_in(one.filename, folded(sought))
    return {
        "vector_store_id": one.store_id,
        "store": one.store,
        "file_id": one.file_id,
        "filename": one.filename,
        "status": str(one.status),
        "match": list(place) if place else None,
    }


def _conversation(one: Titled) -> dict[str, Any]:
    return {"id": one.id, "title": one.title, "updated_at": one.updated_at}

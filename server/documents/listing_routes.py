"""Lists of a store's files, and what leaves a store at once."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from server.documents import wire
from server.documents.listing import Listing
from server.documents.stores import MOST_FILES_AT_ONCE
from server.http import page_of, paging, tell_documents
from server.model import Caller, FileKind, FileSort, FilesWanted, Page, Role, folded
from server.ports import Gate, Rights

MOST_LISTED = 1000
MOST_NAMED = 100
Id = Annotated[str, Query(max_length=256)]
Filename = Annotated[str, Query(max_length=4096)]


class DetachFiles(BaseModel):
    """Body of POST /v1/vector_stores/{id}/files/detach."""

    model_config = ConfigDict(extra="ignore", strict=True)

    file_ids: list[str] = Field(max_length=MOST_FILES_AT_ONCE)
    delete: bool = False


def _wanted(
    kinds: Annotated[list[FileKind], Query(alias="filter", default_factory=list)],
    filenames: Annotated[list[Filename], Query(alias="filename", max_length=MOST_NAMED, default_factory=list)],
    ids: Annotated[list[Id], Query(max_length=MOST_NAMED, default_factory=list)],
    q: Annotated[str, Query(max_length=256)] = "",
    sort: FileSort = FileSort.CREATED_AT,
) -> FilesWanted:
    return FilesWanted(frozenset(kinds), folded(q.strip()), tuple(filenames), tuple(ids), sort)


def listing_router(listing: Listing, rights: Rights, gate: Gate) -> APIRouter:
    """The routes that show many files of a store, or take many out of it."""
    router = APIRouter(prefix="/v1/vector_stores", tags=["vector stores"])
    reader, editor = Depends(gate.store(Role.READER)), Depends(gate.store(Role.EDITOR))

    @router.get("/{store_id}/files")
    def list_store_files(
        store_id: str,
        wanted: Annotated[FilesWanted, Depends(_wanted)],
        counts: bool = False,
        page: Page = paging(most=MOST_LISTED),
        caller: Caller = reader,
    ) -> dict[str, Any]:
        """Lists a store's files; with `counts`, how many there are of each kind."""
        found = listing.page(store_id, wanted, page.one_more, caller)
        listed = page_of([wire.store_file_object(view) for view in found], page)
        return listed | ({"counts": dict(listing.counts(store_id, wanted, caller))} if counts else {})

    @router.post("/{store_id}/files/detach")
    def detach_files(store_id: str, body: DetachFiles, request: Request, caller: Caller = editor) -> dict[str, Any]:
        """Takes many files out of a store; with `delete`, those that no other store holds are deleted, too. What is not
        in the store, or kept from the caller, is passed over."""
        readable = rights.readable(caller, store_id)
        wanted = [file_id for file_id in dict.fromkeys(body.file_ids) if readable is None or file_id in readable]
        left = listing.detach_all(store_id, wanted, delete=body.delete)
        tell_documents(request, documents=[(store_id, file_id) for file_id in left])
        return {"object": "vector_store.files.detached", "file_ids": left, "deleted": body.delete}

    return router

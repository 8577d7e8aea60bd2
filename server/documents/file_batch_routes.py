"""`/v1/vector_stores/{store_id}/file_batches`."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from server.documents import requests, wire
from server.documents.file_batches import FileBatches
from server.documents.listing import Listing
from server.http import page_of, paging
from server.model import Caller, FileStatus, Page, Role
from server.ports import Gate, Rights


def file_batches_router(batches: FileBatches, listing: Listing, rights: Rights, gate: Gate) -> APIRouter:
    """The routes of batches of files in a vector store."""
    router = APIRouter(prefix="/v1/vector_stores/{store_id}/file_batches", tags=["vector stores"])
    reader, editor = Depends(gate.store(Role.READER)), Depends(gate.store(Role.EDITOR))

    @router.post("")
    def create_file_batch(store_id: str, body: requests.CreateFileBatch, caller: Caller = editor) -> dict[str, Any]:
        """Puts many files into a store; jobs read them."""
        wishes = body.placements()
        rights.of_files(caller, [wish.file_id for wish in wishes], Role.EDITOR, param="file_ids")
        return wire.file_batch_object(batches.create(store_id, wishes, requests.priority_of(body.priority), caller))

    @router.get("/{batch_id}")
    def get_file_batch(store_id: str, batch_id: str, caller: Caller = reader) -> dict[str, Any]:
        """One batch, with how many of its files are read."""
        return wire.file_batch_object(batches.get(store_id, batch_id, caller))

    @router.post("/{batch_id}/cancel")
    def cancel_file_batch(store_id: str, batch_id: str, caller: Caller = editor) -> dict[str, Any]:
        """Gives up the files of a batch that are not read yet."""
        return wire.file_batch_object(batches.cancel(store_id, batch_id, caller))

    @router.get("/{batch_id}/files")
    def list_file_batch_files(
        store_id: str,
        batch_id: str,
        status: Annotated[FileStatus | None, Query(alias="filter")] = None,
        page: Page = paging(),
        caller: Caller = reader,
    ) -> dict[str, Any]:
        """Lists a batch's files."""
        found = batches.files(store_id, batch_id, status.value if status else None, page.one_more, caller)
        return page_of([wire.store_file_object(view) for view in listing.described(found)], page)

    return router

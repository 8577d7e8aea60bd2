"""`/v1/files` and `/v1/vector_stores`."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from server.documents import wire
from server.documents.files import Uploads
from server.documents.stores import Stores
from server.documents.text import Texts
from server.errors import InvalidRequest
from server.http import page_of, paging, tell_documents
from server.model import Caller, FileStatus, Page, Passage, Role
from server.ports import Gate, Rights, Search

READ_BYTES = 256 * 1024
MOST_QUERY_CHARS = 16_384


def files_router(uploads: Uploads, gate: Gate) -> APIRouter:
    """The routes of files."""
    router = APIRouter(prefix="/v1/files", tags=["files"])
    reader, editor = Depends(gate.file(Role.READER)), Depends(gate.file(Role.EDITOR))

    @router.post("", dependencies=[Depends(gate.needs(Role.EDITOR))])
    async def upload(request: Request) -> dict[str, Any]:
        """Uploads a file (multipart: `file`, `purpose`)."""
        return wire.file_object(await uploads.add(request))

    @router.get("", dependencies=[Depends(gate.needs(Role.READER))])
    def list_files(purpose: str | None = None, page: Page = paging(10_000, 10_000)) -> dict[str, Any]:
        """Lists files."""
        return page_of([wire.file_object(file) for file in uploads.page(purpose, page.one_more)], page)

    @router.get("/{file_id}", dependencies=[reader])
    def get_file(file_id: str) -> dict[str, Any]:
        """One file."""
        return wire.file_object(uploads.get(file_id))

    @router.get("/{file_id}/content", dependencies=[reader])
    def file_content(file_id: str) -> StreamingResponse:
        """The file as it was uploaded, always as a download."""
        name = quote(uploads.get(file_id).filename)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "X-Content-Type-Options": "nosniff",
            "Content-Length": str(uploads.get(file_id).bytes),
        }

        def content() -> Iterator[bytes]:
            with uploads.open(file_id) as stream:
                while block := stream.read(READ_BYTES):
                    yield block

        return StreamingResponse(content(), media_type="application/octet-stream", headers=headers)

    @router.delete("/{file_id}", dependencies=[editor])
    def delete_file(file_id: str) -> dict[str, Any]:
        """Deletes a file and everything that came of it."""
        uploads.delete(file_id)
        return {"id": file_id, "object": "file", "deleted": True}

    return router


def stores_router(
    stores: Stores, search: Search, rewrite: Callable[[str], list[str]], rights: Rights, gate: Gate
) -> APIRouter:
    """The routes of vector stores. `rewrite` makes of a query the questions to search for."""
    router = APIRouter(prefix="/v1/vector_stores", tags=["vector stores"])
    reader, editor = Depends(gate.store(Role.READER)), Depends(gate.store(Role.EDITOR))

    @router.post("", dependencies=[Depends(gate.needs(Role.EDITOR))])
    def create_store(body: wire.CreateStore) -> dict[str, Any]:
        """Creates a store."""
        priority = wire.priority_of(body.priority)
        return wire.store_object(stores.create(body.name or "", body.file_ids, body.metadata or {}, priority))

    @router.get("", dependencies=[Depends(gate.needs(Role.READER))])
    def list_stores(page: Page = paging()) -> dict[str, Any]:
        """Lists stores."""
        return page_of([wire.store_object(view) for view in stores.page(page.one_more)], page)

    @router.get("/{store_id}", dependencies=[reader])
    def get_store(store_id: str) -> dict[str, Any]:
        """One store."""
        return wire.store_object(stores.view(store_id))

    @router.post("/{store_id}", dependencies=[editor])
    def update_store(store_id: str, body: wire.UpdateStore) -> dict[str, Any]:
        """Renames a store or replaces its metadata."""
        return wire.store_object(stores.update(store_id, body.name, body.metadata))

    @router.delete("/{store_id}", dependencies=[editor])
    def delete_store(store_id: str) -> dict[str, Any]:
        """Deletes a store; the files stay."""
        stores.delete(store_id)
        return {"id": store_id, "object": "vector_store.deleted", "deleted": True}

    @router.post("/{store_id}/search")
    async def search_store(
        store_id: str, body: wire.SearchStore, request: Request, caller: Caller = reader
    ) -> dict[str, Any]:
        """Finds passages."""
        queries = [body.query] if isinstance(body.query, str) else body.query
        questions = [query.strip() for query in queries if query.strip()]
        if not questions or sum(map(len, questions)) > MOST_QUERY_CHARS:
            raise InvalidRequest(detail=f"query must have 1 to {MOST_QUERY_CHARS} characters", param="query")
        if body.rewrite_query:
            questions = queries = [part for question in questions for part in rewrite(question)]

        def find() -> list[Passage]:
            readable = rights.readable(caller, store_id)
            allowed = stores.allowed(store_id, body.filters, readable)
            return search(questions, [store_id], body.max_num_results, lambda _: allowed)

        least = body.ranking_options.score_threshold
        found = [passage for passage in await asyncio.to_thread(find) if passage.score >= least]
        tell_documents(request, found)
        return {
            "object": "vector_store.search_results.page",
            "search_query": queries,
            "data": [wire.search_result(passage) for passage in found],
            "has_more": False,
            "next_page": None,
        }

    return router


def store_files_router(stores: Stores, texts: Texts, rights: Rights, gate: Gate) -> APIRouter:
    """The routes of the files in a vector store."""
    router = APIRouter(prefix="/v1/vector_stores", tags=["vector stores"])
    reader, editor = Depends(gate.store(Role.READER)), Depends(gate.store(Role.EDITOR))

    @router.post("/{store_id}/files")
    def attach_file(store_id: str, body: wire.AttachFile, caller: Caller = editor) -> dict[str, Any]:
        """Puts a file into a store; a job reads it."""
        rights.of_file(caller, body.file_id, Role.READER)
        password = body.password.get_secret_value() if body.password else None
        stores.attach(
            store_id,
            body.file_id,
            body.attributes or {},
            wire.priority_of(body.priority),
            password=password,
            replaces=body.replaces,
            owned=body.owned,
        )
        return wire.store_file_object(stores.entry(store_id, body.file_id))

    @router.get("/{store_id}/files", dependencies=[reader])
    def list_store_files(
        store_id: str,
        status: Annotated[FileStatus | None, Query(alias="filter")] = None,
        page: Page = paging(),
    ) -> dict[str, Any]:
        """Lists a store's files."""
        found = stores.entries(store_id, status.value if status else None, page.one_more)
        return page_of([wire.store_file_object(entry) for entry in found], page)

    @router.get("/{store_id}/files/{file_id}", dependencies=[reader])
    def get_store_file(store_id: str, file_id: str) -> dict[str, Any]:
        """A file's standing in a store."""
        return wire.store_file_object(stores.entry(store_id, file_id))

    @router.post("/{store_id}/files/{file_id}", dependencies=[editor])
    def set_attributes(store_id: str, file_id: str, body: wire.SetAttributes) -> dict[str, Any]:
        """Replaces a file's attributes."""
        return wire.store_file_object(stores.set_attributes(store_id, file_id, body.attributes))

    @router.get("/{store_id}/files/{file_id}/content", dependencies=[reader])
    def store_file_content(store_id: str, file_id: str) -> dict[str, Any]:
        """The text that reading found, one entry per element."""
        stores.entry(store_id, file_id)
        return {
            "object": "vector_store.file_content.page",
            "data": list(texts.content(file_id)),
            "has_more": False,
            "next_page": None,
        }

    @router.delete("/{store_id}/files/{file_id}", dependencies=[editor])
    def detach_file(store_id: str, file_id: str) -> dict[str, Any]:
        """Takes a file out of a store."""
        stores.detach(store_id, file_id)
        return {"id": file_id, "object": "vector_store.file.deleted", "deleted": True}

    return router

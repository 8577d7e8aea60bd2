"""`/v1/files` and `/v1/vector_stores`."""

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from server.documents import requests, wire
from server.documents.download import described, download, wanted_range
from server.documents.files import Uploads
from server.documents.forms import AnyPurpose
from server.documents.listing import Listing
from server.documents.placement import Placement
from server.documents.standing import StoreOptions
from server.documents.stores import Stores
from server.documents.text import Texts
from server.errors import InvalidRequest, LecternError, OutOfScope
from server.grants import new_store
from server.http import page_of, paging, tell_documents
from server.model import Caller, Page, Passage, Role, Scope
from server.ports import AccessLists, Gate, Rights, Search

MOST_QUERY_CHARS = 16_384


def files_router(uploads: Uploads, gate: Gate) -> APIRouter:
    """The routes of files."""
    router = APIRouter(prefix="/v1/files", tags=["files"])
    reader, editor = Depends(gate.file(Role.READER)), Depends(gate.file(Role.EDITOR))
    anybody, uploader = Depends(gate.needs(Role.READER)), Depends(gate.somewhere(Role.EDITOR))

    @router.post("")
    async def upload(request: Request, caller: Caller = uploader) -> dict[str, Any]:
        """Uploads a file (multipart: `file`, `purpose`). Others than its owner read it once it is in a store."""
        return wire.file_object(await uploads.add(request, caller))

    @router.get("")
    def list_files(
        purpose: AnyPurpose | None = None,
        page: Page = paging(10_000, 10_000),
        caller: Caller = anybody,
    ) -> dict[str, Any]:
        """Lists files."""
        return page_of([wire.file_object(file) for file in uploads.page(purpose, page.one_more, caller)], page)

    @router.get("/{file_id}", dependencies=[reader])
    def get_file(file_id: str) -> dict[str, Any]:
        """One file."""
        return wire.file_object(uploads.get(file_id))

    @router.get("/{file_id}/content", dependencies=[reader])
    def file_content(file_id: str, request: Request) -> Response:
        """The file as it was uploaded, always as a download; a part of it, if the header `Range` asks for one."""
        file = uploads.get(file_id)
        part = wanted_range(request.headers, file)
        tell_documents(request, documents=[("", file_id)])
        return download(file, uploads.open(file_id), part)

    @router.head("/{file_id}/content", dependencies=[reader])
    def file_head(file_id: str) -> Response:
        """What the download would be: its name, size and tag."""
        return described(uploads.get(file_id))

    @router.delete("/{file_id}", dependencies=[editor])
    def delete_file(file_id: str) -> dict[str, Any]:
        """Deletes a file and everything that came of it."""
        uploads.delete(file_id)
        return {"id": file_id, "object": "file", "deleted": True}

    return router


def stores_router(
    stores: Stores, search: Search, rewrite: Callable[[str], list[str]], rights: Rights, gate: Gate, *, shared: bool
) -> APIRouter:
    """The routes of vector stores. `rewrite` makes of a query the questions to search for; `shared`: new stores are for
    everybody unless the request says otherwise."""
    router = APIRouter(prefix="/v1/vector_stores", tags=["vector stores"])
    reader, editor = Depends(gate.store(Role.READER)), Depends(gate.store(Role.EDITOR))
    anybody, maker = Depends(gate.needs(Role.READER)), Depends(gate.needs(Role.EDITOR))

    @router.post("")
    def create_store(body: requests.CreateStore, caller: Caller = maker) -> dict[str, Any]:
        """Creates a store."""
        rights.of_files(caller, body.file_ids, Role.EDITOR, param="file_ids")
        view = stores.create(
            body.name or "",
            body.file_ids,
            body.metadata or {},
            requests.priority_of(body.priority),
            chunking=requests.chunking_of(body.chunking_strategy),
            options=StoreOptions(
                body.description,
                body.expires_after.days if body.expires_after else None,
                new_store(body.access, caller, shared=shared),
            ),
        )
        return wire.store_object(stores.view(view.store.id, caller))

    @router.get("")
    def list_stores(page: Page = paging(), caller: Caller = anybody) -> dict[str, Any]:
        """Lists stores."""
        return page_of([wire.store_object(view) for view in stores.page(page.one_more, caller)], page)

    @router.get("/{store_id}")
    def get_store(store_id: str, caller: Caller = reader) -> dict[str, Any]:
        """One store."""
        return wire.store_object(stores.view(store_id, caller))

    @router.post("/{store_id}")
    def update_store(store_id: str, body: requests.UpdateStore, caller: Caller = editor) -> dict[str, Any]:
        """Renames a store or replaces its metadata."""
        return wire.store_object(stores.update(store_id, body.changes(), caller))

    @router.delete("/{store_id}", dependencies=[editor])
    def delete_store(store_id: str) -> dict[str, Any]:
        """Deletes a store; the files stay, but for those it owns."""
        stores.delete(store_id)
        return {"id": store_id, "object": "vector_store.deleted", "deleted": True}

    @router.post("/{store_id}/search")
    async def search_store(
        store_id: str, body: requests.SearchStore, request: Request, caller: Caller = reader
    ) -> dict[str, Any]:
        """Finds passages."""
        queries = [body.query] if isinstance(body.query, str) else body.query
        questions = [query.strip() for query in queries if query.strip()]
        if not questions or sum(map(len, questions)) > MOST_QUERY_CHARS:
            raise InvalidRequest(detail=f"query must have 1 to {MOST_QUERY_CHARS} characters", param="query")
        if body.rewrite_query:
            questions = queries = [part for question in questions for part in rewrite(question)]

        ranking = body.ranking_options or requests.RankingOptions()

        def find() -> list[Passage]:
            readable = rights.readable(caller, store_id)
            allowed = stores.allowed(store_id, body.filters, readable)
            rerank = ranking.ranker != "none"
            return search(questions, [store_id], body.max_num_results, lambda _: allowed, rerank=rerank)

        least = ranking.score_threshold or 0.0
        found = [passage for passage in await asyncio.to_thread(find) if passage.score >= least]
        tell_documents(request, found)
        return {
            "object": "vector_store.search_results.page",
            "search_query": queries,
            "data": [passage.search_result() for passage in found],
            "has_more": False,
            "next_page": None,
        }

    return router


def store_files_router(
    stores: Stores, listing: Listing, texts: Texts, rights: Rights, lists: AccessLists, gate: Gate
) -> APIRouter:
    """The routes of the files in a vector store."""
    router = APIRouter(prefix="/v1/vector_stores", tags=["vector stores"])
    reader, editor = Depends(gate.store(Role.READER)), Depends(gate.store(Role.EDITOR))

    @router.post("/{store_id}/files")
    def attach_file(store_id: str, body: requests.AttachFile, caller: Caller = editor) -> dict[str, Any]:
        """Puts a file into a store; a job reads it."""
        rights.of_files(caller, [body.file_id], Role.EDITOR, param="file_id")
        if body.replaces is not None:
            rights.of_files(caller, [body.replaces], Role.READER, param="replaces")
        before = None
        if body.access is not None:
            if caller.scopes is not None and Scope.STORES_WRITE not in caller.scopes:
                raise OutOfScope(scopes=", ".join(sorted(caller.scopes)), needed=Scope.STORES_WRITE)
            before = lists.of_file(body.file_id)
            # First of all: a file that is to be restricted must not be in the store for a moment without being so.
            lists.set_file(body.file_id, body.access.changed(before))
        password = body.password.get_secret_value() if body.password else None
        chunking = requests.chunking_of(body.chunking_strategy)
        wish = Placement(body.file_id, body.attributes or {}, chunking, body.replaces, body.owned)
        try:
            stores.attach(store_id, wish, requests.priority_of(body.priority), password)
        except LecternError:
            if before is not None:
                lists.set_file(body.file_id, before)
            raise
        return wire.store_file_object(listing.one(store_id, body.file_id, caller))

    @router.get("/{store_id}/files/{file_id}")
    def get_store_file(store_id: str, file_id: str, caller: Caller = reader) -> dict[str, Any]:
        """A file's standing in a store."""
        return wire.store_file_object(listing.one(store_id, file_id, caller))

    @router.post("/{store_id}/files/{file_id}")
    def set_attributes(
        store_id: str, file_id: str, body: requests.SetAttributes, caller: Caller = editor
    ) -> dict[str, Any]:
        """Replaces a file's attributes."""
        stores.set_attributes(store_id, file_id, body.attributes or {})
        return wire.store_file_object(listing.one(store_id, file_id, caller))

    @router.get("/{store_id}/files/{file_id}/content")
    def store_file_content(store_id: str, file_id: str, request: Request, caller: Caller = reader) -> dict[str, Any]:
        """The text that reading found, one entry per element."""
        stores.entry(store_id, file_id, caller)
        tell_documents(request, documents=[(store_id, file_id)])
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

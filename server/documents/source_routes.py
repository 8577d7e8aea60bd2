"""`/v1/vector_stores/{id}/sources`."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from server.documents.sources import INTERVAL, WEB_INTERVAL, Sources, SourceView
from server.model import Caller, FileStatus, Role, SourceOptions
from server.ports import Gate

Glob = Annotated[str, Field(min_length=1, max_length=200)]


class CreateSource(BaseModel):
    """Body of POST /v1/vector_stores/{id}/sources."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=2000)]
    include: Annotated[list[Glob], Field(max_length=50)] = Field(default_factory=list)
    exclude: Annotated[list[Glob], Field(max_length=50)] = Field(default_factory=list)
    interval: Annotated[int, Field(ge=5, le=7 * 86_400)] | None = None
    depth: Annotated[int, Field(ge=0, le=10)] = 2
    pages: Annotated[list[Annotated[str, Field(max_length=2000)]], Field(max_length=200)] = Field(default_factory=list)
    credentials: dict[Annotated[str, Field(max_length=64)], Annotated[SecretStr, Field(max_length=4096)]] = Field(
        default_factory=dict
    )

    def options(self) -> SourceOptions:
        """How the source is to be looked through."""
        usual = WEB_INTERVAL if urlsplit(self.url).scheme in {"http", "https"} else INTERVAL
        interval = self.interval or usual
        return SourceOptions(tuple(self.include), tuple(self.exclude), interval, self.depth, tuple(self.pages))


def sources_router(sources: Sources, gate: Gate) -> APIRouter:
    """The routes of sources.

    Making one needs an administrator: whoever names a URL or a folder makes the server read there, with the server's
    own rights and from its place in the network, and everybody who may ask the store reads what it found.
    """
    router = APIRouter(prefix="/v1/vector_stores/{store_id}/sources", tags=["sources"])
    editor, admin = Depends(gate.store(Role.EDITOR)), [Depends(gate.needs(Role.ADMIN)), Depends(gate.store(Role.ADMIN))]

    @router.post("", dependencies=admin)
    def create_source(store_id: str, body: CreateSource) -> dict[str, Any]:
        """Adds a source; its first run begins at once."""
        credentials = {name: secret.get_secret_value() for name, secret in body.credentials.items()}
        return source_object(sources.create(store_id, body.url, body.options(), credentials))

    @router.get("")
    def list_sources(store_id: str, caller: Caller = editor) -> dict[str, Any]:
        """Lists a store's sources."""
        found = [source_object(view) for view in sources.all(store_id, caller)]
        return {"object": "list", "data": found, "has_more": False}

    @router.get("/{source_id}")
    def get_source(store_id: str, source_id: str, caller: Caller = editor) -> dict[str, Any]:
        """One source, and how its last run ended."""
        return source_object(sources.view(store_id, source_id, caller))

    @router.post("/{source_id}/sync")
    def sync_source(store_id: str, source_id: str, caller: Caller = editor) -> dict[str, Any]:
        """Has a source looked through now."""
        return source_object(sources.run_now(store_id, source_id, caller))

    @router.delete("/{source_id}", dependencies=admin)
    def delete_source(store_id: str, source_id: str) -> dict[str, Any]:
        """Removes a source and the files that came from it."""
        sources.delete(store_id, source_id)
        return {"id": source_id, "object": "vector_store.source.deleted", "deleted": True}

    return router


def source_object(view: SourceView) -> dict[str, Any]:
    """A source as it may be shown: never its credentials."""
    source = view.source
    counts = {status.value: view.counts.get(status.value, 0) for status in FileStatus}
    return {
        "id": source.id,
        "object": "vector_store.source",
        "created_at": source.created_at,
        "vector_store_id": source.store_id,
        "url": source.url,
        "include": list(source.options.include),
        "exclude": list(source.options.exclude),
        "interval": source.options.interval,
        "depth": source.options.depth,
        "pages": list(source.options.pages),
        "has_credentials": source.secrets is not None,
        "status": source.status.value,
        "message": source.message if view.whole else None,
        "started_at": source.started_at,
        "ended_at": source.ended_at,
        "next_at": source.next_at,
        "last_run": dict(source.counts) if view.whole else {},
        "file_counts": counts | {"total": sum(counts.values())},
    }

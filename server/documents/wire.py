"""OpenAI's shapes of files and vector stores (https://platform.openai.com/docs/api-reference/vector-stores)."""

import time
from dataclasses import asdict
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from server.documents.ingestion import AUTO_CHUNKING
from server.documents.placement import Placement
from server.documents.progress import words
from server.documents.stores import MOST_FILES_AT_ONCE, StoreView
from server.grants import FileAccessBody, StoreAccessBody
from server.model import (
    Chunking,
    FileBatch,
    FileRecord,
    FileStatus,
    PartRecord,
    Passage,
    Priority,
    StoreFile,
    UploadRecord,
)

Attributes = dict[str, str | float | bool]
PriorityName = Literal["interactive", "bulk"]
Name = Annotated[str, Field(max_length=256)]
Description = Annotated[str, Field(max_length=512)]
Metadata = Annotated[
    dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]], Field(max_length=16)
]

MOST_QUERIES = 16

# OpenAI knows three codes; Lectern's finer one stands beside it as `reason`.
_OPENAI_ERROR_CODES = {"unsupported_file": "unsupported_file", "internal_error": "server_error"}


class StaticChunks(BaseModel):
    """How large chunks are and how much of it they share with the one before, in tokens."""

    model_config = ConfigDict(strict=True)

    max_chunk_size_tokens: int = Field(ge=100, le=4096)
    chunk_overlap_tokens: int = Field(ge=0)

    @model_validator(mode="after")
    def _overlap(self) -> Self:
        if self.chunk_overlap_tokens * 2 > self.max_chunk_size_tokens:
            raise PydanticCustomError("overlap", "chunk_overlap_tokens must not exceed half of max_chunk_size_tokens")
        return self


class StaticChunking(BaseModel):
    """Chunks as the client says."""

    type: Literal["static"]
    static: StaticChunks


class AutoChunking(BaseModel):
    """Chunks as Lectern thinks best."""

    type: Literal["auto"]


ChunkingStrategy = Annotated[AutoChunking | StaticChunking, Field(discriminator="type")]


class AfterUse(BaseModel):
    """How many days after its last use a store expires."""

    model_config = ConfigDict(strict=True)

    anchor: Literal["last_active_at"]
    days: int = Field(ge=1, le=365)


class CreateStore(BaseModel):
    """Body of POST /v1/vector_stores."""

    model_config = ConfigDict(extra="ignore", strict=True)

    name: Name | None = None
    description: Description | None = None
    file_ids: list[str] = Field(default_factory=list, max_length=MOST_FILES_AT_ONCE)
    chunking_strategy: ChunkingStrategy | None = None
    expires_after: AfterUse | None = None
    metadata: Metadata | None = None
    priority: PriorityName = "bulk"
    access: StoreAccessBody | None = None


class UpdateStore(BaseModel):
    """Body of POST /v1/vector_stores/{id}."""

    model_config = ConfigDict(extra="ignore", strict=True)

    name: Name | None = None
    description: Description | None = None
    expires_after: AfterUse | None = None
    metadata: Metadata | None = None

    def changes(self) -> dict[str, Any]:
        """Field -> new value, of what is given; null takes away what can be taken away."""
        changes: dict[str, Any] = {} if self.name is None else {"name": self.name}
        if "description" in self.model_fields_set:
            changes["description"] = self.description
        if "metadata" in self.model_fields_set:
            changes["metadata"] = self.metadata or {}
        if "expires_after" in self.model_fields_set:
            changes["expires_days"] = self.expires_after and self.expires_after.days
        return changes


class AttachFile(BaseModel):
    """Body of POST /v1/vector_stores/{id}/files."""

    model_config = ConfigDict(extra="ignore", strict=True)

    file_id: str
    attributes: Attributes | None = None
    chunking_strategy: ChunkingStrategy | None = None
    priority: PriorityName = "interactive"
    password: Annotated[SecretStr, Field(max_length=1024)] | None = None
    replaces: str | None = None
    owned: bool = False
    access: FileAccessBody | None = None


class SetAttributes(BaseModel):
    """Body of POST /v1/vector_stores/{id}/files/{file_id}."""

    attributes: Attributes | None


class BatchedFile(BaseModel):
    """A file of a batch with what is its own."""

    model_config = ConfigDict(extra="ignore", strict=True)

    file_id: str
    attributes: Attributes | None = None
    chunking_strategy: ChunkingStrategy | None = None


class CreateFileBatch(BaseModel):
    """Body of POST /v1/vector_stores/{id}/file_batches."""

    model_config = ConfigDict(extra="ignore", strict=True)

    file_ids: list[str] | None = Field(None, min_length=1, max_length=MOST_FILES_AT_ONCE)
    files: list[BatchedFile] | None = Field(None, min_length=1, max_length=MOST_FILES_AT_ONCE)
    attributes: Attributes | None = None
    chunking_strategy: ChunkingStrategy | None = None
    priority: PriorityName = "bulk"

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.file_ids is None) == (self.files is None):
            raise PydanticCustomError("files", "give either file_ids or files")
        return self

    def placements(self) -> list[Placement]:
        """How each file is to be in the store. What stands beside `files` is not for them: each has its own."""
        if self.files is not None:
            return [
                Placement(one.file_id, one.attributes or {}, chunking_of(one.chunking_strategy)) for one in self.files
            ]
        chunking = chunking_of(self.chunking_strategy)
        return [Placement(file_id, self.attributes or {}, chunking) for file_id in self.file_ids or ()]


class RankingOptions(BaseModel):
    """How found passages are ranked and cut."""

    model_config = ConfigDict(extra="ignore", strict=True)

    ranker: Literal["none", "auto", "default-2024-11-15"] | None = None
    score_threshold: Annotated[float, Field(ge=0, le=1)] | None = None


class SearchStore(BaseModel):
    """Body of POST /v1/vector_stores/{id}/search."""

    model_config = ConfigDict(extra="ignore", strict=True)

    query: str | Annotated[list[str], Field(min_length=1, max_length=MOST_QUERIES)]
    max_num_results: int = Field(10, ge=1, le=50)
    filters: dict[str, Any] | None = None
    ranking_options: RankingOptions | None = None
    rewrite_query: bool = False


def priority_of(name: PriorityName) -> Priority:
    """The priority of that name."""
    return Priority[name.upper()]


def chunking_of(strategy: AutoChunking | StaticChunking | None) -> Chunking | None:
    """The chunking that a client asks for; none: as Lectern thinks best."""
    if not isinstance(strategy, StaticChunking):
        return None
    return Chunking(strategy.static.max_chunk_size_tokens, strategy.static.chunk_overlap_tokens)


def _chunking_object(chunking: Chunking) -> dict[str, Any]:
    static = {"max_chunk_size_tokens": chunking.max_tokens, "chunk_overlap_tokens": chunking.overlap_tokens}
    return {"type": "static", "static": static}


def file_object(file: FileRecord) -> dict[str, Any]:
    """OpenAI's file object."""
    return {
        "id": file.id,
        "object": "file",
        "bytes": file.bytes,
        "created_at": file.created_at,
        "expires_at": file.expires_at,
        "filename": file.filename,
        "purpose": file.purpose,
        "status": "processed",
        "status_details": None,
    }


def upload_object(upload: UploadRecord, file: FileRecord | None = None) -> dict[str, Any]:
    """OpenAI's upload in parts, with the file that came of it."""
    return {
        "id": upload.id,
        "object": "upload",
        "bytes": upload.bytes,
        "created_at": upload.created_at,
        "expires_at": upload.expires_at,
        "filename": upload.filename,
        "purpose": upload.purpose,
        "status": upload.status.value,
        "file": file and file_object(file),
    }


def part_object(part: PartRecord) -> dict[str, Any]:
    """OpenAI's part of an upload."""
    return {"id": part.id, "object": "upload.part", "created_at": part.created_at, "upload_id": part.upload_id}


def store_object(view: StoreView) -> dict[str, Any]:
    """OpenAI's vector store object."""
    counts = {status.value: view.counts.get(status.value, 0) for status in FileStatus}
    counts["total"] = sum(counts.values())
    expired, days = view.store.expired(time.time()), view.store.expires_days
    return {
        "id": view.store.id,
        "object": "vector_store",
        "created_at": view.store.created_at,
        "name": view.store.name,
        "usage_bytes": view.counts.get("usage_bytes", 0),
        "file_counts": counts,
        "description": view.store.description,
        "status": "expired" if expired else "in_progress" if counts["in_progress"] else "completed",
        "expires_after": days and {"anchor": "last_active_at", "days": days},
        "expires_at": view.store.expires_at,
        "last_active_at": view.store.last_active_at,
        "metadata": dict(view.store.metadata),
        "generation": _generation(view),
    }


def _generation(view: StoreView) -> dict[str, Any]:
    """Whose vectors the store answers from, and whose it will, with how far it is."""
    building = None
    if view.building is not None:
        building = {
            "number": view.building.generation.number,
            "embedder": view.building.generation.fingerprint,
            "files_done": view.building.files_done,
            "files": view.building.files,
        }
    return {"number": view.store.generation, "embedder": view.store.fingerprint, "building": building}


def store_file_object(entry: StoreFile) -> dict[str, Any]:
    """OpenAI's vector store file, with progress, number of chunks and what could not be read beside it."""
    error = None
    if entry.error_code:
        code = _OPENAI_ERROR_CODES.get(entry.error_code, "invalid_file")
        error = {"code": code, "message": entry.error_message, "reason": entry.error_code}
    return {
        "id": entry.file_id,
        "object": "vector_store.file",
        "created_at": entry.created_at,
        "vector_store_id": entry.store_id,
        "status": entry.status.value,
        "last_error": error,
        "usage_bytes": entry.usage_bytes,
        "attributes": dict(entry.attributes),
        "chunking_strategy": _chunking_object(entry.chunking or AUTO_CHUNKING),
        "chunks": entry.chunks,
        "partial": entry.partial,
        "losses": list(entry.losses),
        "warnings": list(entry.warnings),
        "quality": entry.quality,
        "quality_reasons": list(entry.quality_reasons),
        "duplicate_of": entry.duplicate_of,
        "replaces": entry.replaces,
        "owned": entry.owned,
        "progress": words(entry.progress) if entry.progress else None,
        "progress_detail": asdict(entry.progress) if entry.progress else None,
    }


def file_batch_object(batch: FileBatch) -> dict[str, Any]:
    """OpenAI's batch of files."""
    counts = {status.value: batch.counts.get(status.value, 0) for status in FileStatus}
    total = sum(counts.values())
    if counts["in_progress"]:
        status = "in_progress"
    elif batch.cancelled:
        status = "cancelled"
    else:
        status = "failed" if total and counts["failed"] == total else "completed"
    return {
        "id": batch.id,
        "object": "vector_store.files_batch",
        "created_at": batch.created_at,
        "vector_store_id": batch.store_id,
        "status": status,
        "file_counts": counts | {"total": total},
    }


def search_result(passage: Passage) -> dict[str, Any]:
    """OpenAI's search result, with the place of the passage beside it."""
    first = next((span.box for span in passage.spans if span.box), None)
    return {
        "file_id": passage.file_id,
        "filename": passage.filename,
        "score": round(passage.score, 4),
        "attributes": dict(passage.attributes),
        "content": [{"type": "text", "text": passage.text}],
        "page": passage.page,
        "bbox": list(first) if first else None,
        "sheet": passage.sheet,
        "cells": passage.cells,
        "headings": list(passage.headings),
        "hidden": passage.hidden,
        "dense_score": round(passage.dense, 4),
        "sparse_score": round(passage.sparse, 4),
        "rerank_score": None if passage.rerank is None else round(passage.rerank, 4),
        "also_in": list(passage.also),
    }

"""OpenAI's shapes of files and vector stores (https://platform.openai.com/docs/api-reference/vector-stores)."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from server.documents.progress import words
from server.documents.stores import StoreView
from server.model import FileRecord, FileStatus, Passage, Priority, StoreFile

Attributes = dict[str, str | float | bool]
PriorityName = Literal["interactive", "bulk"]

# OpenAI knows three codes; Lectern's finer one stands beside it as `reason`.
_OPENAI_ERROR_CODES = {"unsupported_file": "unsupported_file", "internal_error": "server_error"}


class CreateStore(BaseModel):
    """Body of POST /v1/vector_stores."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[str, Field(max_length=256)] | None = None
    file_ids: list[str] = Field(default_factory=list)
    metadata: dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]] | None = Field(
        None, max_length=16
    )
    priority: PriorityName = "bulk"


class UpdateStore(BaseModel):
    """Body of POST /v1/vector_stores/{id}."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[str, Field(max_length=256)] | None = None
    metadata: dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]] | None = Field(
        None, max_length=16
    )


class AttachFile(BaseModel):
    """Body of POST /v1/vector_stores/{id}/files."""

    model_config = ConfigDict(extra="ignore")

    file_id: str
    attributes: Attributes | None = None
    priority: PriorityName = "interactive"
    password: Annotated[SecretStr, Field(max_length=1024)] | None = None
    replaces: str | None = None
    owned: bool = False


class SetAttributes(BaseModel):
    """Body of POST /v1/vector_stores/{id}/files/{file_id}."""

    attributes: Attributes


class RankingOptions(BaseModel):
    """How found passages are ranked and cut."""

    model_config = ConfigDict(extra="ignore")

    ranker: str | None = None
    score_threshold: float = Field(0.0, ge=0, le=1)


class SearchStore(BaseModel):
    """Body of POST /v1/vector_stores/{id}/search."""

    model_config = ConfigDict(extra="ignore")

    query: str | list[str]
    max_num_results: int = Field(10, ge=1, le=50)
    filters: dict[str, Any] | None = None
    ranking_options: RankingOptions = RankingOptions(score_threshold=0.0)
    rewrite_query: bool = False


def priority_of(name: PriorityName) -> Priority:
    """The priority of that name."""
    return Priority[name.upper()]


def file_object(file: FileRecord) -> dict[str, Any]:
    """OpenAI's file object."""
    return {
        "id": file.id,
        "object": "file",
        "bytes": file.bytes,
        "created_at": file.created_at,
        "expires_at": None,
        "filename": file.filename,
        "purpose": file.purpose,
        "status": "processed",
        "status_details": None,
    }


def store_object(view: StoreView) -> dict[str, Any]:
    """OpenAI's vector store object."""
    counts = {status.value: view.counts.get(status.value, 0) for status in FileStatus}
    counts["total"] = sum(counts.values())
    return {
        "id": view.store.id,
        "object": "vector_store",
        "created_at": view.store.created_at,
        "name": view.store.name,
        "usage_bytes": view.counts.get("usage_bytes", 0),
        "file_counts": counts,
        "status": "in_progress" if counts["in_progress"] else "completed",
        "expires_after": None,
        "expires_at": None,
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
        "chunking_strategy": {"type": "other"},
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

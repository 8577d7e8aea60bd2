"""OpenAI's shapes of files and vector stores (https://platform.openai.com/docs/api-reference/vector-stores)."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from server.documents.ingestion import AUTO_CHUNKING
from server.documents.progress import words
from server.documents.standing import StoreFileView, StoreView
from server.model import (
    Chunking,
    FileBatch,
    FileRecord,
    FileStatus,
    PartRecord,
    UploadRecord,
)

# OpenAI knows three codes; Lectern's finer one stands beside it as `reason`.
_OPENAI_ERROR_CODES = {"unsupported_file": "unsupported_file", "internal_error": "server_error"}


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


def upload_object(
    upload: UploadRecord, file: FileRecord | None = None, parts: Sequence[PartRecord] | None = None
) -> dict[str, Any]:
    """OpenAI's upload in parts, with the file that came of it, or the parts that have arrived."""
    arrived = {} if parts is None else {"parts": [part_object(part) | {"bytes": part.bytes} for part in parts]}
    return arrived | {
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
        "role": view.role.value,
        "shared": view.store.shared,
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


def store_file_object(view: StoreFileView) -> dict[str, Any]:
    """OpenAI's vector store file, with the file's name, progress, number of chunks and what could not be read beside
    it."""
    entry, error = view.entry, None
    if entry.error_code:
        code = _OPENAI_ERROR_CODES.get(entry.error_code, "invalid_file")
        error = {"code": code, "message": entry.error_message, "reason": entry.error_code}
    return {
        "id": entry.file_id,
        "object": "vector_store.file",
        "created_at": entry.created_at,
        "vector_store_id": entry.store_id,
        "filename": view.file.filename,
        "bytes": view.file.bytes,
        "media_type": view.file.media_type,
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

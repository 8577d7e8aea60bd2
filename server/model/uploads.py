"""Files on their way: uploads in parts, and batches of files put into a store together."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class UploadStatus(StrEnum):
    """Where an upload in parts stands, in OpenAI's words."""

    PENDING = "pending"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """A file of so many `bytes` that comes in parts. `file_id` is the file that came of it, or is being put together;
    that one expires after `keep_seconds`."""

    id: str
    owner: str
    filename: str
    bytes: int
    purpose: str
    mime_type: str
    created_at: int
    expires_at: int
    keep_seconds: int | None = None
    status: UploadStatus = UploadStatus.PENDING
    file_id: str | None = None


@dataclass(frozen=True, slots=True)
class PartRecord:
    """A part of an upload, sealed. One without `bytes` is still coming."""

    id: str
    upload_id: str
    bytes: int | None
    created_at: int


@dataclass(frozen=True, slots=True)
class FileBatch:
    """Files that were put into a store together, counted by status. Those that left the store are not counted."""

    id: str
    store_id: str
    created_at: int
    counts: Mapping[str, int]
    cancelled: bool = False

"""Places elsewhere that stores stay in step with."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from server.model.documents import FileRecord, FileStatus, StoreFile


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """How a source is looked through: globs of what to take and to leave out, seconds between runs; of web sites also
    how many links deep, and further pages to begin at."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    interval: int = 30
    depth: int = 2
    pages: tuple[str, ...] = ()


class SourceStatus(StrEnum):
    """Where a source stands: never run, running, or how its last run ended."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    DELETING = "deleting"


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A place elsewhere that a vector store stays in step with. `counts` tells what the last run did, `secrets` is
    sealed, and `mark` tells the folder from another one at the same path."""

    id: str
    store_id: str
    url: str
    options: SourceOptions
    created_at: int
    next_at: int
    status: SourceStatus = SourceStatus.WAITING
    started_at: int | None = None
    ended_at: int | None = None
    message: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    mark: str | None = None
    secrets: str | None = None


def path_key(path: str) -> str:
    """What stands for a path in a source: paths may be long, and no text that a database can hold."""
    return hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a source as it was taken: `stamp` is what the source said of its state. `status` is the one it has in
    the store; none if it is not there."""

    path: str
    file_id: str
    stamp: str
    sha256: str
    status: FileStatus | None = None


@dataclass(frozen=True, slots=True)
class Taking:
    """A file on its way from a path of a source into a store; `before` is the file that was taken from there last."""

    path: str
    stamp: str
    file: FileRecord
    entry: StoreFile
    before: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a source has now. A `fresh` one changed so lately that its next change may have the same stamp."""

    path: str
    stamp: str
    name: str
    size: int | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """All files that a source has now; of what lies below `unread` (folder or file -> reason), nothing is known."""

    files: tuple[Found, ...]
    unread: Mapping[str, str] = field(default_factory=dict)
    mark: str | None = None

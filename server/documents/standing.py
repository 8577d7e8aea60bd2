"""How stores and the files in them are shown to those who ask."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.documents.duplicates import unmarked
from server.documents.progress import QUEUED, load
from server.model import Building, FileRecord, FileStatus, Role, StoreAccess, StoreFile, StoreRecord
from server.ports import Jobs

INGEST = "ingest"


@dataclass(frozen=True, slots=True)
class StoreView:
    """A store with the numbers a client is shown: files by status, and bytes used in the index; the role that the
    caller has in it; and the generation under way, if there is one."""

    store: StoreRecord
    counts: Mapping[str, int]
    role: Role
    building: Building | None = None


@dataclass(frozen=True, slots=True)
class StoreFileView:
    """A file's standing in a store, and the file itself."""

    entry: StoreFile
    file: FileRecord


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """What else may be said of a new store: what it is for, after how many days without use it expires, and who may
    use it."""

    description: str | None = None
    expires_days: int | None = None
    access: StoreAccess = field(default_factory=StoreAccess)


PLAIN = StoreOptions()
"""Of a store of which nothing else is said."""


def job_subject(store_id: str, file_id: str) -> str:
    """How the job that reads a file into a store is named."""
    return f"{store_id}/{file_id}"


def with_progress(entries: Sequence[StoreFile], jobs: Jobs) -> list[StoreFile]:
    """The standings of files, with how far those are that are being read."""
    running = [entry for entry in entries if entry.status == FileStatus.IN_PROGRESS]
    told = jobs.progress(INGEST, [job_subject(entry.store_id, entry.file_id) for entry in running])
    found = {subject: load(text) for subject, text in told.items()}
    return [
        replace(entry, progress=found.get(job_subject(entry.store_id, entry.file_id), QUEUED))
        if entry.status == FileStatus.IN_PROGRESS
        else entry
        for entry in entries
    ]


def as_seen(entries: Sequence[StoreFile], readable: Collection[str] | None) -> list[StoreFile]:
    """The standings, without a word on files that are not `readable`; None: all are."""
    if readable is None:
        return list(entries)
    return [
        replace(
            entry if entry.duplicate_of is None or entry.duplicate_of in readable else unmarked(entry),
            replaces=entry.replaces if entry.replaces in readable else None,
        )
        for entry in entries
    ]

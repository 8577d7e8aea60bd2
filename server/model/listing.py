"""Which of a store's files a list shows, and in which order."""

from dataclasses import dataclass
from enum import StrEnum


class FileKind(StrEnum):
    """What files of a store are filtered by: OpenAI's words, and two of Lectern's."""

    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PARTIAL = "partial"
    DUPLICATE = "duplicate"


class FileSort(StrEnum):
    """What files of a store are ordered by."""

    CREATED_AT = "created_at"
    FILENAME = "filename"
    BYTES = "bytes"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class FilesWanted:
    """Files of any of these kinds (none given: all) whose folded name holds `sought`; with `filenames` or `ids`, only
    those with exactly such a name or id."""

    kinds: frozenset[FileKind] = frozenset()
    sought: str = ""
    filenames: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    sort: FileSort = FileSort.CREATED_AT

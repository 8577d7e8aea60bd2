"""Files, and how they stand in vector stores."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Chunking:
    """How a file is parted: most tokens of a chunk, and how many of them it may share with the chunk before."""

    max_tokens: int
    overlap_tokens: int


@dataclass(frozen=True, slots=True)
class FileRecord:
    """An uploaded file. One that expires is gone from that second on. `owner` is the principal whose it is."""

    id: str
    filename: str
    bytes: int
    purpose: str
    sha256: str
    created_at: int
    media_type: str | None = None
    expires_at: int | None = None
    owner: str | None = None


class FileStatus(StrEnum):
    """Where a file stands in a vector store, in OpenAI's words."""

    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class FileProgress:
    """How far a file is: its stage (queued, parsing, embedding), `done` of `total` units, units per second, and the
    seconds still to go in this stage; what is not known is None."""

    stage: str
    done: int = 0
    total: int | None = None
    unit: str = ""
    rate: float | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class StoreFile:
    """A file in a vector store. `partial` means that some pages could not be read; `losses` tells which.

    `warnings` tell what a person should know about how it was read, `quality` (0..1) and `quality_reasons` how well it
    can be used, `duplicate_of` which file of the store says (nearly) the same. `replaces` is the id of the file whose
    place it takes the moment it is completed; until then it answers no question. An `owned` file goes for good when it
    leaves the store. `reading` is another one whenever the file was completed anew; `read_into` is the number of the
    store's generation that a run wrote it into, of a standing that is not written yet. `chunking` is how it was asked
    to be parted; None: as Lectern thinks best.
    """

    store_id: str
    file_id: str
    status: FileStatus
    created_at: int
    usage_bytes: int = 0
    chunks: int = 0
    partial: bool = False
    losses: tuple[str, ...] = ()
    error_code: str | None = None
    error_message: str | None = None
    attributes: Mapping[str, str | float | bool] = field(default_factory=dict)
    progress: FileProgress | None = None
    warnings: tuple[str, ...] = ()
    quality: float | None = None
    quality_reasons: tuple[str, ...] = ()
    duplicate_of: str | None = None
    replaces: str | None = None
    owned: bool = False
    chunking: Chunking | None = None
    reading: str = field(default="", compare=False)
    read_into: int | None = field(default=None, compare=False)

    @property
    def answers(self) -> bool:
        """Whether questions are answered from it: the one it is to replace answers until it is completed."""
        return self.status == FileStatus.COMPLETED or (self.replaces is None and self.status != FileStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class AnsweringFile:
    """What answers tell of a file of a store that questions are answered from."""

    id: str
    filename: str
    attributes: Mapping[str, str | float | bool]


@dataclass(frozen=True, slots=True)
class Departure:
    """A file that left a store. What still lies of it in the index is cleared, and the file itself deleted if the
    store owned it."""

    store_id: str
    file_id: str
    owned: bool

"""What keeps batches of requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from server.model import Caller, FileRecord, Page


class BatchStatus(StrEnum):
    """How a batch stands, in OpenAI's words."""

    VALIDATING = "validating"
    IN_PROGRESS = "in_progress"
    FINALIZING = "finalizing"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more becomes of it."""
        return self in {self.COMPLETED, self.FAILED, self.EXPIRED, self.CANCELLED}


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch. `owner` has it and `came_by` (a key, a session) made it. `times` are when it came to a status
    (`in_progress_at` …), `errors` what is told of one that failed. `output_seconds` is for how long its files are kept.
    The counts are of one that has ended; while it runs, its lines are counted."""

    id: str
    owner: str
    came_by: str
    endpoint: str
    input_file_id: str
    created_at: int
    expires_at: int
    status: BatchStatus = BatchStatus.VALIDATING
    output_seconds: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, int] = field(default_factory=dict)
    errors: Sequence[Mapping[str, Any]] = ()
    output_file_id: str | None = None
    error_file_id: str | None = None
    total: int = 0
    completed: int = 0
    failed: int = 0


class LineStatus(StrEnum):
    """How a line stands: only one that waits is asked."""

    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A line of the input file, by its number (from 1) and the bytes it takes there; `outcome` is the line that is told
    of it, sealed."""

    batch_id: str
    number: int
    start: int
    length: int
    status: LineStatus = LineStatus.WAITING
    outcome: str | None = None


class BatchRows(Protocol):
    """The rows of batches and of their lines while they run."""

    def add(self, record: BatchRecord) -> None:
        """Stores the row."""
        ...

    def get(self, batch_id: str) -> BatchRecord:
        """The batch. Raises UnknownBatch."""
        ...

    def page(self, page: Page, caller: Caller) -> list[BatchRecord]:
        """A page of the caller's batches (an unlimited one's: of all). Raises InvalidRequest."""
        ...

    def unfinished(self) -> list[BatchRecord]:
        """The batches that have not ended."""
        ...

    def change(self, record: BatchRecord, of: BatchStatus, lines: Sequence[BatchLine] = ()) -> bool:
        """Writes how the batch stands, and its lines, if it is `of` that status still; False else."""
        ...

    def end(self, record: BatchRecord, of: BatchStatus, files: Sequence[FileRecord]) -> bool:
        """As `change` for a batch that ends: stores the rows of its files, and removes its lines."""
        ...

    def lines(self, batch_id: str, status: LineStatus, after: int, limit: int) -> list[BatchLine]:
        """The next lines of this status, by number."""
        ...

    def settle(self, line: BatchLine) -> bool:
        """Writes what became of a line, once; False if that is known already, or the batch has ended."""
        ...

    def counts(self, batch_id: str) -> dict[LineStatus, int]:
        """Status -> how many of the batch's lines have it."""
        ...

"""The nouns the features share. Everything is frozen; times are Unix seconds."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from ingest.model import DOUBTFUL


class Role(StrEnum):
    """What a caller may do: readers ask, editors also change documents, administrators also change Lectern."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Whether this role may do what `needed` may do."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking."""

    key_id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as it may be shown: never the key itself, only its first characters."""

    id: str
    name: str
    role: Role
    prefix: str
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    last_used_at: int | None = None


@dataclass(frozen=True, slots=True)
class FileRecord:
    """An uploaded file."""

    id: str
    filename: str
    bytes: int
    purpose: str
    sha256: str
    created_at: int
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class StoreRecord:
    """A vector store: a named set of files searched as one. `dimensions` and `fingerprint` are its embedder's,
    `replacements` grows whenever one of its files takes the place of another. `generation` grows whenever the store
    changes its embedder."""

    id: str
    name: str
    created_at: int
    last_active_at: int
    dimensions: int
    fingerprint: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    replacements: int = 0
    generation: int = 0

    @property
    def collection(self) -> str:
        """Under which name the index and the term statistics keep this generation of the store."""
        return self.answering.collection

    @property
    def answering(self) -> "Generation":
        """The generation that questions are answered from."""
        return Generation(self.id, self.generation, self.fingerprint, self.dimensions)


@dataclass(frozen=True, slots=True)
class Generation:
    """The rows of a store under one embedder, answering or not (any more). A number is never used twice."""

    store_id: str
    number: int
    fingerprint: str
    dimensions: int

    @property
    def collection(self) -> str:
        """Under which name the index and the term statistics keep it."""
        return f"{self.store_id}_g{self.number}" if self.number else self.store_id


@dataclass(frozen=True, slots=True)
class Building:
    """A generation under way: of the store's `files` that can be searched, `files_done` are in it."""

    generation: Generation
    files_done: int
    files: int


@dataclass(frozen=True, slots=True)
class EmbedderRecord:
    """An embedder that was used here; one without a URL is packaged. `key` is sealed under the key of `id`, `probes`
    are the vectors of a few fixed texts. The one that was `chosen` last is wanted for all stores."""

    id: str
    fingerprint: str
    dimensions: int
    url: str = ""
    model: str = ""
    max_tokens: int = 0
    key: str | None = None
    probes: bytes | None = None
    chosen: int = 0


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
    store's generation that a run wrote it into, of a standing that is not written yet.
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
    reading: str = field(default="", compare=False)
    read_into: int | None = field(default=None, compare=False)

    @property
    def answers(self) -> bool:
        """Whether questions are answered from it: the one it is to replace answers until it is completed."""
        return self.replaces is None or self.status == FileStatus.COMPLETED


@dataclass(frozen=True, slots=True)
class Departure:
    """A file that left a store. What still lies of it in the index is cleared, and the file itself deleted if the
    store owned it."""

    store_id: str
    file_id: str
    owned: bool


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


class Priority(IntEnum):
    """Which jobs go first: what a person waits for overtakes what comes in bulk."""

    BULK = 0
    INTERACTIVE = 10


@dataclass(frozen=True, slots=True)
class Lease:
    """A claimed job. `fence` grows with each claim, so that a worker that lost its lease cannot finish the job."""

    job_id: str
    kind: str
    subject: str
    payload: Mapping[str, Any]
    fence: int
    attempt: int
    worker: str


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a passage's text stand on this page in this box (left, top, right, bottom, 0..1)."""

    start: int
    end: int
    page: int | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found, with where it stands and why it was found. `score` is 0..1, calibrated for relevance.
    `best` are the characters [start, end) of its text that match the question best, `rerank` (0..1) is what a reranker
    gave it. `also` are the ids of further files that say the same. `follows` is how the id of the passage before it in
    its file begins."""

    id: str
    store_id: str
    file_id: str
    filename: str
    text: str
    score: float
    dense: float = 0.0
    sparse: float = 0.0
    headings: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    page: int | None = None
    sheet: str | None = None
    cells: str | None = None
    hidden: bool = False
    confidence: float | None = None
    attributes: Mapping[str, str | float | bool] = field(default_factory=dict)
    best: tuple[int, int] | None = None
    rerank: float | None = None
    also: tuple[str, ...] = ()
    follows: str = ""

    @property
    def low_confidence(self) -> bool:
        """Whether the text was recognised in a picture and may well be misread."""
        return self.confidence is not None and self.confidence < DOUBTFUL


@dataclass(frozen=True, slots=True)
class Citation:
    """A marker [n] of an answer and the place it names. `index` is the marker's character offset in the answer."""

    marker: int
    index: int
    passage: Passage
    quote: str
    page: int | None
    box: tuple[float, float, float, float] | None

    def annotation(self) -> dict[str, Any]:
        """The OpenAI `file_citation` annotation with Lectern's further fields."""
        found: dict[str, Any] = {
            "type": "file_citation",
            "index": self.index,
            "file_id": self.passage.file_id,
            "filename": self.passage.filename,
            "marker": self.marker,
            "vector_store_id": self.passage.store_id,
            "page": self.page,
            "bbox": list(self.box) if self.box else None,
            "sheet": self.passage.sheet,
            "cells": self.passage.cells,
            "headings": list(self.passage.headings),
            "quote": self.quote,
            "score": round(self.passage.score, 4),
        }
        if self.passage.confidence is not None:
            found["confidence"] = round(self.passage.confidence, 3)
            found["low_confidence"] = self.passage.low_confidence
        return found


@dataclass(frozen=True, slots=True)
class Prompt:
    """What an engine is asked: `body` is the OpenAI chat request with its messages grounded in the passages.

    `question` is the user's own, `questions` are what the passages were found for, `unanswered` what nothing was found
    for.
    """

    body: Mapping[str, Any]
    question: str
    passages: tuple[Passage, ...]
    language: str
    questions: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineState:
    """How an engine is: `phase` is one of starting, ready, restarting, stopped, failed."""

    name: str
    phase: str
    detail: str = ""
    restarts: int = 0
    since: float = 0.0
    log_tail: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether a question would be answered now."""
        return self.phase == "ready"


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One chunk as it lies in the vector store: its vectors in clear, its text and place sealed."""

    id: str
    file_id: str
    dense: Any
    sparse: Mapping[int, float]
    sealed: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One result of one side of a search; `score` is the inner product."""

    id: str
    file_id: str
    score: float
    sealed: str

"""What the features need from outside, as protocols. `server.app` chooses the adapters that fulfil them.

Calls without `async` may block and are made from worker threads; adapters are safe to call from several threads.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt

from server.model import (
    ApiKey,
    Caller,
    Departure,
    EngineState,
    FileRecord,
    Found,
    Hit,
    IndexRow,
    Lease,
    Listing,
    Passage,
    Prompt,
    Role,
    SourceFile,
    SourceOptions,
    SourceRecord,
    StoreFile,
    StoreRecord,
    Taking,
)

Vector = npt.NDArray[np.float32]
Allowed = Callable[[str], Sequence[str] | None]


class Engine(Protocol):
    """Answers prompts. One engine may serve several models (a base and its adapters)."""

    @property
    def name(self) -> str:
        """extractive, vllm or remote."""
        ...

    async def start(self) -> None:
        """Begins starting; returns before the engine is ready."""
        ...

    async def stop(self) -> None:
        """Ends the engine and everything it started."""
        ...

    def state(self) -> EngineState:
        """How the engine is, at no cost."""
        ...

    async def models(self) -> list[str]:
        """Names of the models that can be asked now; of a model that is starting too."""
        ...

    def context_tokens(self, model: str) -> int:
        """Longest prompt and answer together, in tokens."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of a text; exact where the tokenizer is at hand, else an estimate on the safe side."""
        ...

    async def stream(self, prompt: Prompt) -> AsyncGenerator[bytes, None]:
        """Opens an answer; returns once the first byte cannot fail politely any more.

        Each item is one whole server-sent event in OpenAI's chat.completion.chunk wire (`data: {...}` and two line
        feeds), without the closing `[DONE]`. Closing the generator cancels the work upstream.

        Raises:
            EngineUnavailable: the engine does not answer; nothing was generated.
            EngineRefused: the engine found the request wrong.
            EngineLost: (from the generator) the engine ended in mid-answer.
        """
        ...

    async def complete(self, prompt: Prompt) -> dict[str, Any]:
        """The whole answer as an OpenAI chat.completion object. Raises as `stream`."""
        ...


class Index(Protocol):
    """Vectors and sealed chunks, one collection per vector store."""

    def create(self, store_id: str, dimensions: int) -> None:
        """Makes the collection; it may exist already."""
        ...

    def drop(self, store_id: str) -> None:
        """Removes the collection; it may be gone already."""
        ...

    def ids(self, store_id: str, file_id: str) -> set[str]:
        """Ids of all rows of the file."""
        ...

    def vectors(self, store_id: str, ids: Sequence[str]) -> dict[str, Vector]:
        """Row id -> its dense vector, of those of the rows that exist."""
        ...

    def upsert(self, store_id: str, rows: Sequence[IndexRow]) -> None:
        """Writes the rows durably; a row with the same id is replaced."""
        ...

    def delete(self, store_id: str, ids: Sequence[str]) -> None:
        """Removes rows by id."""
        ...

    def delete_file(self, store_id: str, file_id: str) -> None:
        """Removes all rows of the file."""
        ...

    def count(self, store_id: str) -> int:
        """Rows in the collection."""
        ...

    def search(
        self,
        store_id: str,
        dense: Vector | None,
        sparse: Mapping[int, float] | None,
        limit: int,
        file_ids: Sequence[str] | None = None,
    ) -> tuple[list[Hit], list[Hit]]:
        """The best `limit` rows of the dense and of the sparse side, each by falling inner product; only rows of
        `file_ids` where that is given."""
        ...

    def close(self) -> None:
        """Lets go of the index."""
        ...


class Search(Protocol):
    """Finds passages in stores; blocking."""

    def __call__(self, question: str, store_ids: Sequence[str], limit: int, allowed: Allowed) -> list[Passage]:
        """The best passages, best first. `allowed` names per store the files that may be searched; None: all."""
        ...


class Statistics(Protocol):
    """How many chunks of a store hold a term; kept exact as files come and go."""

    def replace(self, store_id: str, file_id: str, terms: Mapping[int, int], chunks: int, tokens: int) -> None:
        """Sets a file's share: term id -> number of its chunks that hold it; chunk count; sum of chunk lengths in
        terms. Replaces what the file had before."""
        ...

    def remove(self, store_id: str, file_id: str) -> None:
        """Takes a file's share out."""
        ...

    def look_up(self, store_id: str, terms: Sequence[int]) -> tuple[int, int, dict[int, int]]:
        """(chunks, tokens, term id -> chunks that hold it) of the store."""
        ...


class Signatures(Protocol):
    """What the texts of files are compared by (see `ingest.cleaning.signature`)."""

    def keep(self, store_id: str, file_id: str, signature: bytes, bands: Sequence[int]) -> dict[str, bytes]:
        """Keeps a file's signature, and returns by file id those of files that came into the store before it and have
        a band in common with it."""
        ...


class Files(Protocol):
    """Sealed objects by name ("files/file-abc"). `key_of` names whose key seals them (a file id)."""

    def write(self, name: str, key_of: str, *, durable: bool = True) -> AbstractContextManager[BinaryIO]:
        """A stream that becomes the object, whole and durable, when the block ends without an exception. One that need
        not be durable outlives the process, but may be lost with the machine's power."""
        ...

    def write_all(self, objects: Sequence[tuple[str, str, bytes]]) -> None:
        """Objects of (name, key_of, content), durable when it returns; small ones share one wait for the disk."""
        ...

    def open(self, name: str, key_of: str) -> BinaryIO:
        """The object's plain content as a seekable stream. Raises FileNotFoundError, DamagedSeal."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is such an object."""
        ...

    def delete(self, *names: str) -> None:
        """Removes the objects; they may be gone already."""
        ...


class Keys(Protocol):
    """Data keys, one per file, wrapped by the master key."""

    def create(self, *file_ids: str) -> None:
        """Makes the keys of files, together."""
        ...

    def seal_text(self, file_id: str, text: str, context: str, *, always: bool = False) -> str:
        """The text sealed under the file's key, as base64. `context` (a chunk id) must be the same to open it.
        `always`: also where nothing else is sealed."""
        ...

    def open_text(self, file_id: str, sealed: str, context: str) -> str:
        """The text. Raises DamagedSeal."""
        ...

    def destroy(self, file_id: str) -> None:
        """Forgets the file's key: nothing sealed with it can be opened again."""
        ...

    def secret(self, purpose: str) -> bytes:
        """A 32-byte secret of this installation, always the same for the same purpose."""
        ...


class Jobs(Protocol):
    """A durable queue with leases."""

    def add(self, kind: str, subject: str, payload: Mapping[str, Any], priority: int = 0) -> str:
        """Queues a job and returns its id; an unfinished job of the same kind and subject is returned instead, and
        waits with the higher of both priorities."""
        ...

    def add_all(self, kind: str, payloads: Mapping[str, Mapping[str, Any]], priority: int = 0) -> list[str]:
        """As `add` for each subject and its payload, together: all or none, in this order."""
        ...

    def claim(
        self, worker: str, kinds: Sequence[str], seconds: float, least_priority: int | None = None
    ) -> Lease | None:
        """The next job of at least that priority, leased for so long; none if nothing waits. Leases of workers that
        ended are taken over."""
        ...

    def renew(self, lease: Lease, seconds: float, progress: str | None = None, *, advanced: bool = False) -> bool:
        """Extends the lease; False when it was lost or the job was cancelled. Once a job has `advanced`, its attempts
        before count no more."""
        ...

    def finish(self, lease: Lease) -> bool:
        """Ends the job; False when the lease was lost."""
        ...

    def release(self, lease: Lease, delay: float = 0.0) -> None:
        """Gives the job back to the queue, to be claimed again after `delay` seconds; it counts as no attempt."""
        ...

    def cancel(self, kind: str, subject: str) -> None:
        """Ends the job without a result, also while it runs."""
        ...

    def progress(self, kind: str, subjects: Sequence[str]) -> dict[str, str]:
        """Subject -> latest progress text, of unfinished jobs."""
        ...

    def counts(self) -> dict[str, int]:
        """State (queued, running) -> number of jobs."""
        ...


class Identities(Protocol):
    """API keys, one-time links and portal sessions."""

    def create_key(self, name: str, role: Role, expires_at: int | None = None) -> tuple[ApiKey, str]:
        """A new key; the second value is the key itself, which is shown this once."""
        ...

    def list_keys(self) -> list[ApiKey]:
        """All keys, revoked ones too, oldest first."""
        ...

    def revoke_key(self, key_id: str) -> ApiKey:
        """Ends a key and the sessions that came of it. Raises UnknownKey."""
        ...

    def caller_of_key(self, key: str) -> Caller:
        """Raises WrongApiKey, ExpiredApiKey."""
        ...

    def create_link(self, key_id: str) -> str:
        """A token that opens one portal session for this key, once, within ten minutes."""
        ...

    def spend_link(self, token: str) -> str:
        """Trades the link's token for a session's token. Raises SpentLink."""
        ...

    def caller_of_session(self, token: str) -> Caller:
        """Raises WrongApiKey, ExpiredApiKey."""
        ...

    def end_session(self, token: str) -> None:
        """Signs the session out."""
        ...


class SourcePlace(Protocol):
    """Where the files of a source lie, open for one run."""

    def scan(self, known: dict[str, str], check: Callable[[], None]) -> Listing:
        """All files there are; `known` has path -> stamp of the last run; `check` raises when the run shall end. Raises
        SourceUnavailable: nothing is known then."""
        ...

    def open(self, found: Found) -> BinaryIO:
        """The content, as a seekable stream. Raises OSError."""
        ...

    def settled(self, found: Found) -> bool:
        """Whether the file is still as it was found: else it was read while somebody wrote it. Raises OSError."""
        ...


class SourcePlaces(Protocol):
    """Opens the places that URLs of sources name."""

    def check(self, url: str, options: SourceOptions, credentials: Mapping[str, str]) -> None:
        """Raises RefusedSource unless this may be a source."""
        ...

    def open(
        self, url: str, options: SourceOptions, credentials: Mapping[str, str]
    ) -> AbstractContextManager[SourcePlace]:
        """The place, while the block runs. Raises RefusedSource, SourceUnavailable."""
        ...


class Sources(Protocol):
    """Rows of sources, and of the files taken from them."""

    def add(self, source: SourceRecord) -> None:
        """Stores the row. Raises UnknownStore."""
        ...

    def source(self, source_id: str) -> SourceRecord:
        """Raises UnknownSource."""
        ...

    def of_store(self, store_id: str) -> list[SourceRecord]:
        """The store's sources, in the order in which they came."""
        ...

    def due(self, now: int) -> list[SourceRecord]:
        """Those whose time has come and that do not run already, and those that are to be deleted."""
        ...

    def plan(self, source_id: str, next_at: int) -> None:
        """Sets when it runs next."""
        ...

    def begin(self, source_id: str, now: int) -> None:
        """A run begins; nothing changes for one that is to be deleted."""
        ...

    def end(self, run: SourceRecord) -> None:
        """Writes how the run ended; one that was asked for meanwhile stays planned."""
        ...

    def condemn(self, source_id: str) -> None:
        """It is to be deleted, with its files."""
        ...

    def remove(self, source_id: str) -> None:
        """Removes the row and those of its files."""
        ...

    def files(self, source_id: str) -> dict[str, SourceFile]:
        """`path_key` of the path -> the file taken from there."""
        ...

    def take(self, source_id: str, batch: Sequence[Taking]) -> list[StoreFile]:
        """Adds files, their places in the store and where they were taken from, all or nothing. The entries come back
        with the files that answer until they are completed. Raises UnknownSource: the source is to be deleted, or
        another run of it was first."""
        ...

    def restamp(self, source_id: str, stamps: Mapping[str, str]) -> None:
        """`path_key` of the path -> stamp: what changed there is not the content."""
        ...

    def drop(self, source_id: str, keys: Sequence[str]) -> None:
        """Files that are gone from the source leave the store, with those that answer in their place."""
        ...

    def counts(self, source_ids: Sequence[str]) -> dict[str, dict[str, int]]:
        """Source -> status in the store -> files."""
        ...


class Catalog(Protocol):
    """Rows of files, vector stores and the files in them."""

    def add_file(self, *added: FileRecord) -> None:
        """Stores the rows, all or none."""
        ...

    def file(self, file_id: str) -> FileRecord:
        """Raises UnknownFile."""
        ...

    def files(self, purpose: str | None, after: str | None, limit: int, order: str) -> list[FileRecord]:
        """A page of files by creation time."""
        ...

    def files_by_id(self, file_ids: Sequence[str]) -> dict[str, FileRecord]:
        """Those of the files that exist."""
        ...

    def set_media_type(self, file_id: str, media_type: str) -> None:
        """Notes what the content was found to be."""
        ...

    def remove_file(self, file_id: str) -> None:
        """Removes the row and its places in stores."""
        ...

    def add_store(self, store: StoreRecord) -> None:
        """Stores the row."""
        ...

    def store(self, store_id: str) -> StoreRecord:
        """Raises UnknownStore."""
        ...

    def store_by_name(self, name: str) -> StoreRecord | None:
        """The oldest store of that name or id."""
        ...

    def stores(self, after: str | None, limit: int, order: str) -> list[StoreRecord]:
        """A page of stores by creation time."""
        ...

    def update_store(self, store_id: str, name: str | None, metadata: Mapping[str, str] | None) -> StoreRecord:
        """Changes what is given."""
        ...

    def touch_store(self, store_id: str, now: int) -> None:
        """Notes a use."""
        ...

    def remove_store(self, store_id: str) -> None:
        """Removes the row and the places of files in it."""
        ...

    def attach(self, entry: StoreFile) -> StoreFile:
        """Puts a file into a store, or back to in_progress if it is there. What another successor of the same file has
        not completed leaves; the entry comes back with the file that answers until then. Raises UnknownStore,
        UnknownFile."""
        ...

    def attach_all(self, store_id: str, file_ids: Sequence[str], now: int) -> list[StoreFile]:
        """Puts files that are not in it into a store, to be read; all or none. Raises UnknownStore, UnknownFile."""
        ...

    def store_file(self, store_id: str, file_id: str) -> StoreFile:
        """Raises UnknownFile."""
        ...

    def store_files_by_id(self, store_id: str, file_ids: Sequence[str]) -> dict[str, StoreFile]:
        """Those of the files that are in the store, as they stood at one moment."""
        ...

    def store_files(
        self, store_id: str, status: str | None, after: str | None, limit: int, order: str
    ) -> list[StoreFile]:
        """A page of a store's files."""
        ...

    def all_store_files(self, store_id: str) -> list[StoreFile]:
        """Every file of a store (for filters)."""
        ...

    def stores_of_file(self, file_id: str) -> list[str]:
        """Ids of the stores that hold the file."""
        ...

    def set_outcome(self, entry: StoreFile) -> bool:
        """Writes how reading ended; a file that is completed takes the place of the one it replaces in the same
        moment. False if it has left the store meanwhile."""
        ...

    def set_attributes(self, store_id: str, file_id: str, attributes: Mapping[str, str | float | bool]) -> StoreFile:
        """Replaces a file's attributes."""
        ...

    def detach(self, store_id: str, file_id: str) -> None:
        """Takes the file out of the store, and notes that it left."""
        ...

    def departures(self, limit: int) -> list[Departure]:
        """Files that left a store and of which something may still lie in the index."""
        ...

    def forget_departure(self, departure: Departure) -> None:
        """Nothing is left of it."""
        ...

    def file_counts(self, store_ids: Sequence[str]) -> dict[str, dict[str, int]]:
        """Store -> status -> files, with usage_bytes under that name."""
        ...

"""Writes the chunks of one file into the index: vectors and term ids in clear, text and place sealed."""

import hmac
from collections import Counter
from collections.abc import Sequence

import numpy as np

from ingest.model import Chunk
from ingest.ports import Vectors
from server.model import IndexRow
from server.payload import pack
from server.ports import Index, Keys, Statistics
from server.sparse import Sparse, document_weights

_ID_BYTES = 16


class IndexSink:
    """Implements ingest's port `Sink` for one file in one vector store; used once, from one thread.

    A chunk's id follows from what it says and where, under a secret: a second run finds its chunks stored already and
    changes nothing. `chunks` and `usage_bytes` tell what has passed so far.

    Raises:
        IndexUnavailable: from every method.
    """

    def __init__(self, index: Index, statistics: Statistics, keys: Keys, store_id: str, file_id: str) -> None:
        self._index = index
        self._statistics = statistics
        self._keys = keys
        self._store_id = store_id
        self._file_id = file_id
        self._id_secret = keys.secret("chunks")
        self._sparse = Sparse(keys.secret("terms"))
        self._stored: set[str] | None = None
        self._passed: set[str] = set()
        self._occurrences: Counter[bytes] = Counter()
        self._waiting: dict[int, tuple[str, Counter[int]]] = {}
        self._holding: Counter[int] = Counter()
        self._terms = 0
        self.chunks = 0
        self.usage_bytes = 0

    def missing(self, chunks: Sequence[Chunk]) -> list[Chunk]:
        """Those of the chunks that are not stored yet; every chunk of the file passes here once, in order."""
        if self._stored is None:
            self._stored = self._index.ids(self._store_id, self._file_id)
        found = []
        for chunk in chunks:
            chunk_id = self._id(chunk)
            counts = self._sparse.count(chunk.passage_text())
            self._passed.add(chunk_id)
            self._holding.update(counts.keys())
            self._terms += counts.total()
            self.chunks += 1
            self.usage_bytes += len(chunk.text.encode("utf-8", "replace"))
            if chunk_id not in self._stored:
                self._waiting[chunk.ordinal] = chunk_id, counts
                found.append(chunk)
        return found

    def write(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Stores the chunks with their vectors, durably, before it returns."""
        rows = []
        for chunk, vector in zip(chunks, vectors, strict=True):
            chunk_id, counts = self._waiting.pop(chunk.ordinal)
            sealed = self._keys.seal_text(self._file_id, pack(chunk), chunk_id)
            rows.append(IndexRow(chunk_id, self._file_id, vector.astype(np.float32), document_weights(counts), sealed))
        self._index.upsert(self._store_id, rows)

    def finish(self) -> None:
        """Removes what is stored of this file but did not pass `missing` in this run, and sets the file's share of
        the store's statistics."""
        stale = (self._stored or set()) - self._passed
        if stale:
            self._index.delete(self._store_id, sorted(stale))
        self._statistics.replace(self._store_id, self._file_id, self._holding, self.chunks, self._terms)

    def _id(self, chunk: Chunk) -> str:
        place = (chunk.page, chunk.sheet, chunk.cells)
        said = "\0".join([self._file_id, *map(str, place), *chunk.headings, "", chunk.text])
        digest = self._digest(said.encode("utf-8", "surrogatepass"))
        self._occurrences[digest] += 1
        return self._digest(digest + self._occurrences[digest].to_bytes(4)).hex()

    def _digest(self, data: bytes) -> bytes:
        return hmac.digest(self._id_secret, data, "sha256")[:_ID_BYTES]

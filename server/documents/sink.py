"""Writes the chunks of one file into the index: vectors and term ids in clear, text and place sealed."""

import hmac
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.model import Chunk
from ingest.ports import Vectors
from server.model import IndexRow
from server.payload import pack
from server.ports import Index, Keys, Statistics, Vector
from server.sparse import Sparse, document_weights

_CONTENT_BYTES = 16
_PLACE_BYTES = 8
_CONTENT_DIGITS = 2 * _CONTENT_BYTES
_FOLLOWS_DIGITS = 12  # enough to tell the chunks of one file apart
_GROWTH = 1.25  # statistics follow whenever the file has grown by so much: cheap, and never far behind


@dataclass(frozen=True, slots=True)
class _Row:
    """A row to be written, but for its vector."""

    id: str
    counts: Counter[int]
    packed: str


class IndexSink:
    """Implements ingest's port `Sink` for one file in one vector store; used once, from one thread.

    A chunk's id begins with a digest of what is embedded and ends with one of the rest: file, place, and which of equal
    chunks it is; both under a secret. A second run thus finds its rows stored already and changes nothing, and a chunk
    that only moved, or that the file `predecessor` has too, gets a new row with the vector of the old one. So does one
    that comes after another chunk than before: a row tells how the id of the row before it begins, so that a search
    can put neighbours together. A number would change in all later rows with every chunk put in.

    `chunks` and `usage_bytes` tell what has passed so far, `written` how many of the chunks are new,
    `reused` how many took over a vector.

    Raises:
        IndexUnavailable: from every method.
    """

    def __init__(
        self,
        index: Index,
        statistics: Statistics,
        keys: Keys,
        store_id: str,
        file_id: str,
        predecessor: str | None = None,
    ) -> None:
        self._index = index
        self._statistics = statistics
        self._keys = keys
        self._store_id = store_id
        self._file_id = file_id
        self._predecessor = predecessor
        self._id_secret = keys.secret("chunks")
        self._sparse = Sparse(keys.secret("terms"))
        self._stored: set[str] | None = None
        self._known: dict[str, str] = {}
        self._passed: set[str] = set()
        self._occurrences: Counter[bytes] = Counter()
        self._last = ""
        self._waiting: dict[int, _Row] = {}
        self._holding: Counter[int] = Counter()
        self._terms = 0
        self._published = -1
        self.chunks = 0
        self.usage_bytes = 0
        self.written = 0
        self.reused = 0

    def missing(self, chunks: Sequence[Chunk]) -> list[Chunk]:
        """Those of the chunks whose vectors are not known yet; every chunk of the file passes here once, in order.

        A chunk whose row is missing but whose vector is known is written at once.
        """
        stored = self._rows_before()
        lacking = []
        for chunk in chunks:
            row = self._row(chunk)
            self._passed.add(row.id)
            self._holding.update(row.counts.keys())
            self._terms += row.counts.total()
            self.chunks += 1
            self.usage_bytes += len(chunk.text.encode("utf-8", "replace"))
            if row.id not in stored:
                self._waiting[chunk.ordinal] = row
                lacking.append(chunk)
        written = self._take_over(lacking)
        return [chunk for chunk in lacking if chunk.ordinal not in written]

    def write(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Stores the chunks with their vectors, durably, before it returns."""
        rows = []
        for chunk, vector in zip(chunks, vectors, strict=True):
            row = self._waiting.pop(chunk.ordinal)
            sealed = self._keys.seal_text(self._file_id, row.packed, row.id)
            rows.append(IndexRow(row.id, self._file_id, vector, document_weights(row.counts), sealed))
        self._index.upsert(self._store_id, rows)
        self.written += len(rows)

    def publish(self) -> None:
        """Sets the file's share of the store's statistics to what has passed, if that is enough more than before."""
        # What an earlier run published stands until this one has come as far.
        if self.chunks >= max(_GROWTH * self._published, len(self._rows_before())):
            self._set_statistics()

    def finish(self) -> None:
        """Removes what is stored of this file but did not pass `missing` in this run, and sets the file's share of
        the store's statistics."""
        stale = self._rows_before() - self._passed
        if stale:
            self._index.delete(self._store_id, sorted(stale))
        self._set_statistics()

    def _set_statistics(self) -> None:
        if self.chunks == self._published:
            return
        self._statistics.replace(self._store_id, self._file_id, self._holding, self.chunks, self._terms)
        self._published = self.chunks

    def _rows_before(self) -> set[str]:
        """The rows that the file had before this run."""
        if self._stored is None:
            self._stored = self._index.ids(self._store_id, self._file_id)
            older = self._index.ids(self._store_id, self._predecessor) if self._predecessor else set()
            self._known = {row_id[:_CONTENT_DIGITS]: row_id for ids in (older, self._stored) for row_id in ids}
        return self._stored

    def _take_over(self, chunks: Sequence[Chunk]) -> set[int]:
        """Writes those of the chunks whose vectors lie in older rows; returns their ordinals."""
        sources = {
            chunk.ordinal: source
            for chunk in chunks
            if (source := self._known.get(self._waiting[chunk.ordinal].id[:_CONTENT_DIGITS]))
        }
        if not sources:
            return set()
        # A row may have been deleted meanwhile: the file it belonged to has left the store.
        found = self._index.vectors(self._store_id, sorted(set(sources.values())))
        known: dict[int, Vector] = {ordinal: found[source] for ordinal, source in sources.items() if source in found}
        moved = [chunk for chunk in chunks if chunk.ordinal in known]
        if moved:
            self.write(moved, np.stack([known[chunk.ordinal] for chunk in moved]))
        self.reused += len(moved)
        return set(known)

    def _row(self, chunk: Chunk) -> _Row:
        packed = pack(chunk, self._last)
        content = self._digest("\0".join([*chunk.headings, "", chunk.text]))[:_CONTENT_BYTES].hex()
        place = self._digest("\0".join([content, self._file_id, packed]))
        self._occurrences[place] += 1
        self._last = content[:_FOLLOWS_DIGITS]
        digest = self._digest(f"{place.hex()}{self._occurrences[place]}")[:_PLACE_BYTES].hex()
        return _Row(content + digest, self._sparse.count(chunk.passage_text()), packed)

    def _digest(self, said: str) -> bytes:
        return hmac.digest(self._id_secret, said.encode("utf-8", "surrogatepass"), "sha256")

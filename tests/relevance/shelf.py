"""A store in memory, quick to fill with a few documents: the real sink and retriever over exact search."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ingest.chunk import chunks
from ingest.model import Element, Kind
from ingest.ports import Embedder, Vectors
from server.documents.sink import IndexSink
from server.model import FileRecord, FileStatus, Hit, IndexRow, StoreFile, StoreRecord
from server.retrieval.candidate import Candidate
from server.retrieval.retriever import Retriever

_STORE = "vs_shelf"
_LIMIT = 10


class Remembering:
    """An embedder that embeds each text once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of shape (len(texts), dimensions)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= zip(new, self._embedder.embed(new), strict=True)
        return np.array([self._known[text] for text in texts], np.float32).reshape(len(texts), -1)


class Shelf:
    """Stands in for index, statistics, keys and catalog, as far as filling and searching one store needs them."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._rows: list[IndexRow] = []
        self._matrix: Any = None
        self._postings: dict[int, tuple[list[int], list[float]]] = {}
        self._holding: dict[int, int] = {}
        self._chunks = self._tokens = 0
        self._files: dict[str, str] = {}
        me: Any = self
        self._retriever = Retriever(me, me, me, me, embedder, lambda _stage, _seconds: None)

    def add(self, file_id: str, title: str, text: str) -> None:
        """Puts a document into the store as ingestion does."""
        elements = [Element(Kind.TITLE, title, level=1)] if title else []
        elements += [Element(Kind.TEXT, part.strip()) for part in text.split("\n\n") if part.strip()]
        found = list(chunks(elements, self._embedder.count_tokens, self._embedder.max_tokens))
        self._files[file_id] = f"{title or 'document'}.txt"
        me: Any = self
        sink = IndexSink(me, me, me, _STORE, file_id)
        missing = sink.missing(found)
        sink.write(missing, self._embedder.embed([chunk.passage_text() for chunk in missing]))
        sink.finish()

    def ask(self, question: str) -> list[Candidate]:
        """What a search finds, with its evidence."""
        return self._retriever._answer(question, [self.store(_STORE)], _LIMIT, lambda _: None, None, lambda *_: None)

    # What the sink asks for.
    def secret(self, name: str) -> bytes:
        return name.encode()

    def seal_text(self, _file_id: str, text: str, _row_id: str) -> str:
        return text

    def open_text(self, _file_id: str, sealed: str, _row_id: str) -> str:
        return sealed

    def ids(self, _store_id: str, _file_id: str) -> set[str]:
        return set()

    def upsert(self, _store_id: str, rows: Sequence[IndexRow]) -> None:
        for number, row in enumerate(rows, len(self._rows)):
            for term, weight in row.sparse.items():
                numbers, weights = self._postings.setdefault(term, ([], []))
                numbers.append(number)
                weights.append(weight)
        self._rows += rows
        self._matrix = None

    def replace(self, _store_id: str, _file_id: str, terms: Mapping[int, int], number: int, tokens: int) -> None:
        for term, count in terms.items():
            self._holding[term] = self._holding.get(term, 0) + count
        self._chunks += number
        self._tokens += tokens

    # What the retriever asks for.
    def store(self, store_id: str) -> StoreRecord:
        return StoreRecord(store_id, store_id, 0, 0, self._embedder.dimensions, self._embedder.fingerprint)

    def store_files_by_id(self, store_id: str, ids: Sequence[str]) -> dict[str, StoreFile]:
        return {file_id: StoreFile(store_id, file_id, FileStatus.COMPLETED, 0) for file_id in ids}

    def files_by_id(self, ids: Sequence[str]) -> dict[str, FileRecord]:
        return {file_id: FileRecord(file_id, self._files[file_id], 0, "assistants", "", 0) for file_id in ids}

    def look_up(self, _store_id: str, terms: Sequence[int]) -> tuple[int, int, dict[int, int]]:
        return self._chunks, self._tokens, {term: self._holding[term] for term in terms if term in self._holding}

    def search(self, _store_id: str, vector: Any, weights: Mapping[int, float], limit: int, *_: Any) -> Any:
        if self._matrix is None:
            self._matrix = np.array([row.dense for row in self._rows], np.float32)
        near = [] if vector is None else self._best(self._matrix @ vector, limit, -2.0)
        scores = np.zeros(len(self._rows), np.float32)
        for term, weight in weights.items():
            if term in self._postings:
                numbers, held = self._postings[term]
                scores[numbers] += weight * np.array(held, np.float32)
        return near, self._best(scores, limit, 0.0)

    def _best(self, scores: Any, limit: int, above: float) -> list[Hit]:
        order = [number for number in np.argsort(-scores, kind="stable")[:limit] if scores[number] > above]
        rows = self._rows
        return [Hit(rows[n].id, rows[n].file_id, float(scores[n]), rows[n].sealed) for n in order]

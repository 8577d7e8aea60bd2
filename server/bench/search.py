"""Whole searches, query embedding, rights and fusion included, in an index that grows."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import psutil

from ingest.model import Chunk
from server.app import Parts, open_parts, retriever_of
from server.bench.corpus import Corpus
from server.bench.figure import Figure, median, percentile
from server.bench.memory import resident
from server.bench.processor import busy
from server.model import FileRecord, FileStatus, IndexRow, StoreFile, StoreRecord
from server.payload import pack
from server.retrieval.retriever import CANDIDATES
from server.settings import Settings
from server.sparse import Sparse, document_weights, query_weights

MOST_MS: Final = 20
MOST_P95_MS: Final = 40
WANTED_RECALL: Final = 0.98
WARMING: Final = 10
_PER_FILE: Final = 50
_TOP: Final = 10
_PASSAGES: Final = 6
_FILTERS: Final[dict[str, dict[str, Any] | None]] = {
    "all files": None,
    "1 % of the files": {"type": "eq", "key": "part", "value": 0},
    "99 % of the files": {"type": "ne", "key": "part", "value": 0},
}

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Searched:
    """What searching so many chunks takes: milliseconds of a search at the median and the 95th percentile, of
    processor time and in the index alone; of the first one after a start; MiB of Milvus and of this process; and per
    filter the (p50, p95, recall of the ten nearest, fewest found)."""

    chunks: int
    p50: float
    p95: float
    cpu: float
    index: float
    first: float
    milvus: float
    server: float
    filtered: dict[str, tuple[float, float, float, int]]


@dataclass
class _Built:
    """A growing store, and how near each of its chunks is to each question: one row for each question."""

    store: StoreRecord
    corpus: Corpus
    near: list[npt.NDArray[np.float32]] = field(default_factory=list)

    @property
    def chunks(self) -> int:
        return sum(part.shape[1] for part in self.near)


def growing(folder: Path, docs: Path, sizes: Sequence[int], queries: int, say: Say) -> list[Searched]:
    """Searches at each of the sizes. The chunks are made of the sentences in `docs`; text, term weights, sealing and
    index are real. Raises ValueError: there is too little text."""
    with _open(folder) as parts:
        say("embedding sentences")
        corpus = Corpus(docs, parts.embedder, Sparse(parts.keys.secret("terms")))
        built = _Built(parts.stores.create("bench", [], {}).store, corpus)
    asked, measured = corpus.questions(queries + WARMING), []
    for size in sorted(sizes):
        with _open(folder) as parts:
            _grow(parts, built, size, np.concatenate([parts.embedder.embed([one]) for one in asked]), say)
        with _open(folder) as parts:
            say(f"searching {size} chunks")
            measured.append(_measure(parts, built, asked))
    return measured


def figures(measured: Sequence[Searched]) -> list[Figure]:
    """What was measured beside what is wanted."""
    found = []
    for one in measured:
        at = f"at {one.chunks} chunks"
        detail = (
            f"(index alone {one.index:.1f} ms; processor {one.cpu:.1f} ms; first after a start {one.first:.0f} ms; "
            f"Milvus {one.milvus:.0f} MiB, this process {one.server:.0f} MiB)"
        )
        found.append(Figure(f"search p50 {at}", one.p50, "ms", MOST_MS, True, detail))
        found.append(Figure(f"search p95 {at}", one.p95, "ms", MOST_P95_MS, True))
        for name, (p50, p95, recall, fewest) in one.filtered.items():
            detail = f"(p50 {p50:.1f} ms, p95 {p95:.1f} ms; at least {fewest} candidates)"
            found.append(Figure(f"recall@{_TOP} {at}, {name}", recall, "", WANTED_RECALL, False, detail))
    return found


@contextmanager
def _open(folder: Path) -> Iterator[Parts]:
    with open_parts(Settings.read(data=folder, samples=False, index_uri="", database_url="")) as parts:
        yield parts


def _grow(parts: Parts, built: _Built, size: int, questions: npt.NDArray[np.float32], say: Say) -> None:
    store, corpus = built.store, built.corpus
    rows: list[IndexRow] = []
    for first in range(built.chunks, size, _PER_FILE):
        file_id = f"file-{first:09}"
        parts.keys.create(file_id)
        parts.catalog.add_file(FileRecord(file_id, f"{first}.md", 0, "assistants", "", 0))
        part: dict[str, str | float | bool] = {"part": first // _PER_FILE % 100}
        parts.catalog.attach(StoreFile(store.id, file_id, FileStatus.COMPLETED, 0, attributes=part))
        made = list(corpus.chunks(min(_PER_FILE, size - first)))
        built.near.append(questions @ np.stack([one.vector for one in made]).T)
        holding: dict[int, int] = {}
        for number, one in enumerate(made):
            row_id = f"{first + number:048x}"
            sealed = parts.keys.seal_text(file_id, pack(Chunk(number, one.text, 120)), row_id)
            rows.append(IndexRow(row_id, file_id, one.vector, document_weights(one.counts), sealed))
            for term in one.counts:
                holding[term] = holding.get(term, 0) + 1
        tokens = sum(one.counts.total() for one in made)
        parts.statistics.replace(store.collection, file_id, holding, len(made), tokens)
        if len(rows) >= 20 * _PER_FILE or first + _PER_FILE >= size:
            say(f"writing chunk {first} of {size}")
            parts.index.upsert(store.collection, rows)
            rows = []


def _measure(parts: Parts, built: _Built, asked: Sequence[str]) -> Searched:
    store = built.store
    store_id = store.id
    retriever = retriever_of(parts)

    def search(question: str, filters: dict[str, Any] | None) -> float:
        started = time.perf_counter()
        retriever.search([question], [store_id], _PASSAGES, lambda one: parts.stores.allowed(one, filters))
        return (time.perf_counter() - started) * 1000

    first = search(asked[0], None)
    near = np.concatenate(built.near, axis=1)
    filtered, taken, processor, index = {}, [0.0], 0.0, [0.0]
    for name, filters in _FILTERS.items():
        for question in asked[:WARMING]:
            search(question, filters)
        before = busy()
        times = [search(question, filters) for question in asked[WARMING:]]
        spent = (busy() - before) * 1000 / len(times)
        alone, recall, fewest = _in_index(parts, store, asked, near, filters)
        filtered[name] = (median(times), percentile(times, 0.95), recall, fewest)
        if filters is None:
            taken, processor, index = times, spent, alone
    sizes = resident(psutil.Process())
    milvus = sum(size for size, name in sizes if name.startswith("milvus"))
    return Searched(
        built.chunks,
        median(taken),
        percentile(taken, 0.95),
        processor,
        median(index),
        first,
        milvus,
        sizes[0][0],
        filtered,
    )


def _in_index(
    parts: Parts,
    store: StoreRecord,
    asked: Sequence[str],
    near: npt.NDArray[np.float32],
    filters: dict[str, Any] | None,
) -> tuple[list[float], float, int]:
    """(milliseconds, recall of the nearest, fewest candidates that either side found) of the index alone."""
    sparse = Sparse(parts.keys.secret("terms"))
    allowed = parts.stores.allowed(store.id, filters)
    files = None if allowed is None else set(allowed)
    inside = np.array([files is None or f"file-{n - n % _PER_FILE:09}" in files for n in range(near.shape[1])])
    taken, shares, fewest = [], [], CANDIDATES
    for number in range(WARMING, len(asked)):
        terms = list(sparse.query_terms(asked[number]).values())
        chunks, _, holding = parts.statistics.look_up(store.collection, terms)
        vector = parts.embedder.embed([asked[number]])[0]
        started = time.perf_counter()
        weights = query_weights(terms, chunks, holding)
        dense, _ = parts.index.search(store.collection, vector, weights, CANDIDATES, allowed)
        taken.append((time.perf_counter() - started) * 1000)
        best = np.argsort(-np.where(inside, near[number], -2))[:_TOP]
        shares.append(len({f"{n:048x}" for n in best} & {hit.id for hit in dense[:_TOP]}) / len(best))
        fewest = min(fewest, len(dense))
    return taken, float(np.mean(shares)), fewest

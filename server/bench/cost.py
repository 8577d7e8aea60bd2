"""What all the work on the index costs, beside what a plain vector store does with the same files."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

from ingest.chunk import chunks
from ingest.model import Chunk, ReadOptions, Source
from ingest.parse.text import read
from ingest.pipeline import Pipeline
from ingest.ports import Sink, Vectors
from server.app import open_parts, sink_of
from server.bench import material
from server.bench.figure import Figure
from server.bench.processor import busy
from server.model import IndexRow
from server.ports import Index
from server.settings import Settings

MOST_RATIO = 1.3
_ALONE, _ALL = "dense alone", "all of it"


class _DenseSink:
    """Writes vectors beside plain texts, and nothing else (ingest's port `Sink`)."""

    def __init__(self, index: Index, collection: str, file_id: str) -> None:
        self._index = index
        self._collection = collection
        self._file_id = file_id

    def missing(self, chunks: Sequence[Chunk]) -> list[Chunk]:
        """All of them."""
        return list(chunks)

    def write(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Stores the chunks with their vectors."""
        rows = [
            IndexRow(f"{self._file_id}-{chunk.ordinal}", self._file_id, vector, {}, chunk.text)
            for chunk, vector in zip(chunks, vectors, strict=True)
        ]
        self._index.upsert(self._collection, rows)

    def publish(self) -> None:
        """What was written counts already."""

    def finish(self) -> None:
        """Nothing was there before."""


def cost_of_index(folder: Path, documents: int, say: Callable[[str], None]) -> list[Figure]:
    """Term weights, statistics, sealing and places beside vectors alone, in processor time: the same files, embedder
    and index, in turn. The first file is not counted."""
    spent = {_ALONE: 0.0, _ALL: 0.0}
    with open_parts(Settings.read(data=folder, samples=False, index_uri="", database_url="")) as parts:
        pipeline = Pipeline(chunks, parts.embedder, secret=parts.keys.secret("signatures"))
        store = parts.stores.create("bench cost", [], {}).store
        plain = f"{store.collection}_dense"
        parts.index.create(plain, store.dimensions)
        for number in range(documents + 1):
            say(f"ingesting file {number} of {documents} both ways")
            data, file_id = material.markdown(number, 24), f"file-{number}"
            parts.keys.create(file_id)
            sinks: dict[str, Sink] = {
                _ALONE: _DenseSink(parts.index, plain, file_id),
                _ALL: sink_of(parts, store.collection, file_id),
            }
            for name in sorted(sinks, reverse=number % 2 == 0):
                before = busy()
                events = read(Source(f"{number}.md", io.BytesIO(data), len(data)), ReadOptions())
                pipeline(events, sinks[name], lambda _: None, lambda: None)
                spent[name] += busy() - before if number else 0.0
    detail = f"(processor time: {_ALL} {spent[_ALL]:.1f} s, {_ALONE} {spent[_ALONE]:.1f} s)"
    return [Figure("ingestion against dense vectors alone", spent[_ALL] / spent[_ALONE], "", MOST_RATIO, True, detail)]

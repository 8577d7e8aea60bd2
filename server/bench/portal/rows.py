"""A store of many documents that nobody has read: their rows are written as if."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from ingest.model import Chunk
from server.app import Parts, open_parts
from server.bench.material import sentences, words
from server.model import FileRecord, FileStatus, IndexRow, StoreFile
from server.payload import pack
from server.settings import Settings
from server.sparse import Sparse, document_weights

_TOGETHER: Final = 1000
_TOKENS: Final = 60


def name_of(number: int) -> str:
    """What the document of this number is called."""
    chance = random.Random(number // 10)  # noqa: S311 - material, not a secret
    return f"{' '.join(words(chance, 2))} {number:05}.md"


def write(folder: Path, count: int, say: Callable[[str], None]) -> None:
    """So many documents of a chunk each, in a store of its own."""
    settings = Settings.read(data=folder, samples=False, index_uri="", database_url="")
    with open_parts(settings) as parts:
        store = parts.stores.create("bench", [], {}).store
        sparse = Sparse(parts.keys.secret("terms"))
        for first in range(0, count, _TOGETHER):
            say(f"writing document {first} of {count}")
            numbers = range(first, min(first + _TOGETHER, count))
            parts.index.upsert(
                store.collection,
                [_document(parts, sparse, store.id, store.collection, number) for number in numbers],
            )


def _document(parts: Parts, sparse: Sparse, store_id: str, collection: str, number: int) -> IndexRow:
    chance = random.Random(number)  # noqa: S311 - material, not a secret
    file_id, row_id, text = f"file-{number:09}", f"{number:048x}", sentences(chance, 3)
    parts.keys.create(file_id)
    parts.catalog.add_file(FileRecord(file_id, name_of(number), len(text), "assistants", "text/markdown", 0))
    parts.catalog.attach(StoreFile(store_id, file_id, FileStatus.COMPLETED, 0))
    counts = sparse.count(text)
    parts.statistics.replace(collection, file_id, dict.fromkeys(counts, 1), 1, counts.total())
    vector = np.random.default_rng(number).standard_normal(parts.embedder.dimensions).astype(np.float32)
    sealed = parts.keys.seal_text(file_id, pack(Chunk(0, text, _TOKENS)), row_id)
    return IndexRow(row_id, file_id, vector / np.linalg.norm(vector), document_weights(counts), sealed)

"""Search, query embedding included, in an index of a given size."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ingest.model import Chunk
from server.app import open_parts, retriever_of, sink_of
from server.bench import material
from server.bench.figure import Figure, median, percentile
from server.model import FileRecord, FileStatus, StoreFile
from server.settings import Settings

MOST_MS = 25
BLOCK = 500


def latency(folder: Path, chunks: int, queries: int, say: Callable[[str], None]) -> list[Figure]:
    """Milliseconds of one search. The chunks' vectors are random (making real ones would take an hour); text, term
    weights, sealing and the index are real."""
    chance, noise = random.Random(3), np.random.default_rng(3)  # noqa: S311 - material, not a secret
    with open_parts(Settings.read(data=folder, samples=False, index_uri="", database_url="")) as parts:
        store = parts.stores.create("bench", [], {}).store
        for first in range(0, chunks, BLOCK):
            say(f"writing chunk {first} of {chunks}")
            file_id = f"file-{first}"
            parts.keys.create(file_id)
            parts.catalog.add_file(FileRecord(file_id, f"{first}.md", 0, "assistants", "", 0))
            parts.catalog.attach(StoreFile(store.id, file_id, FileStatus.COMPLETED, 0))
            block = [Chunk(number, material.sentences(chance, 6), 120) for number in range(min(BLOCK, chunks - first))]
            vectors = noise.standard_normal((len(block), parts.embedder.dimensions)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            sink = sink_of(parts, store.id, file_id)
            sink.write(sink.missing(block), vectors)
            sink.finish()
        retriever = retriever_of(parts)
        taken = []
        for question in material.questions(queries + 10):
            started = time.perf_counter()
            retriever.search([question], [store.id], 6)
            taken.append((time.perf_counter() - started) * 1000)
    taken = taken[10:]
    detail = f"(p95 {percentile(taken, 0.95):.1f} ms, {queries} questions)"
    return [Figure(f"search p50 at {chunks} chunks", median(taken), "ms", MOST_MS, True, detail)]

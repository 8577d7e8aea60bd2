"""Ingestion against what the embedder alone does on the same chunks."""

import io
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ingest.chunk import chunks
from ingest.cleaning import clean
from ingest.model import Element, ReadOptions, Source
from ingest.parse.text import read
from server.app import Parts, cores, open_parts
from server.bench import material
from server.bench.figure import Figure
from server.bench.memory import PeakMemory
from server.documents.progress import words
from server.model import LECTERN, FileStatus, Page
from server.settings import Settings

Say = Callable[[str], None]

WANTED_SHARE = 0.70
MOST_MIB = 1536
BATCH = 32


def share_of_embedder(folder: Path, documents: int, say: Say) -> list[Figure]:
    """How much of the embedder's own speed ingestion keeps (1.0: all)."""
    files = [material.markdown(seed, 24) for seed in range(documents)]
    with open_parts(Settings.read(data=folder, samples=False, index_uri="", database_url="")) as parts:
        texts = [text for name, data in enumerate(files) for text in _chunk_texts(parts, f"{name}.md", data)]
        parts.embedder.embed(texts[:BATCH])
        say(f"embedding {len(texts)} chunks alone")
        started = time.perf_counter()
        ordered = sorted(texts, key=len)
        for first in range(0, len(ordered), BATCH):
            parts.embedder.embed(ordered[first : first + BATCH])
        alone = time.perf_counter() - started
        say("ingesting the same files")
        whole = ingest(parts, [(f"{number}.md", data) for number, data in enumerate(files)], say)
    detail = f"{len(texts)} chunks: embedder alone {alone:.1f} s, ingestion {whole:.1f} s"
    return [Figure("ingestion at share of the embedder's speed", alone / whole, "", WANTED_SHARE, False, detail)]


def large_files(folder: Path, pages: int, rows: int, say: Say) -> list[Figure]:
    """Peak memory while a long PDF and a long workbook are ingested."""
    figures = []
    with open_parts(Settings.read(data=folder, samples=False, index_uri="", database_url="")) as parts:
        made = {
            f"{pages} pages.pdf": partial(material.pdf, pages),
            f"{rows} rows.xlsx": partial(material.workbook, rows),
        }
        for name, make in made.items():
            say(f"making {name}")
            data = make()
            with PeakMemory() as memory:
                seconds = ingest(parts, [(name, data)], say)
            detail = f"({memory.largest_name}; all processes {memory.together:.0f} MiB; {seconds:.0f} s)"
            figures.append(Figure(f"peak memory of any process, {name}", memory.largest, "MiB", MOST_MIB, True, detail))
    return figures


def ingest(parts: Parts, files: list[tuple[str, bytes]], say: Say) -> float:
    """Seconds until all files are answerable. Raises RuntimeError if one fails."""
    ids = [record.id for record in parts.uploads.put_all("assistants", files)]
    started = time.perf_counter()
    store = parts.stores.create(f"bench {time.time_ns()}", ids, {}).store
    parts.worker.start(cores())
    while parts.stores.view(store.id, LECTERN).counts.get(FileStatus.IN_PROGRESS.value, 0):
        entries = parts.stores.entries(store.id, FileStatus.IN_PROGRESS.value, Page(1), LECTERN)
        say(words(entries[0].progress) if entries and entries[0].progress else "")
        time.sleep(0.1)
    seconds = time.perf_counter() - started
    failed = parts.stores.entries(store.id, FileStatus.FAILED.value, Page(1), LECTERN)
    if failed:
        raise RuntimeError(failed[0].error_message)
    return seconds


def _chunk_texts(parts: Parts, name: str, data: bytes) -> list[str]:
    events = read(Source(name, io.BytesIO(data), len(data)), ReadOptions())
    elements = clean(event for event in events if isinstance(event, Element))
    return [chunk.passage_text() for chunk in chunks(elements, parts.embedder.count_tokens, 200)]

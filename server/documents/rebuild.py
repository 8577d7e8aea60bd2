"""Builds a new generation of a store beside the one that answers, and switches to it."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

import numpy as np
import structlog

from ingest.errors import UnreadableFile
from ingest.ports import Embedder, Vectors
from server.documents.ingestion import Watch
from server.errors import DamagedSeal, UnknownFile
from server.model import FileProgress, FileStatus, Generation, IndexRow, StoreFile, StoreRecord
from server.payload import unpack
from server.ports import Catalog, Embedders, Generations, Index, Keys, Statistics

_BATCH: Final = 32  # texts embedded at a time
_PAUSE_SECONDS: Final = 0.2

log = structlog.get_logger()


class Reader(Protocol):
    """Reads files anew."""

    def read_anew(self, entry: StoreFile, collection: str, embedder: Embedder, watch: Watch) -> StoreFile:
        """Reads the file into a collection, and returns its standing there. Raises UnreadableFile, UnknownFile."""
        ...


class Rebuild:
    """Builds generations: copies rows as they are but for their vectors, which are the new embedder's."""

    def __init__(
        self,
        *,
        rows: Generations,
        catalog: Catalog,
        embedders: Embedders,
        index: Index,
        statistics: Statistics,
        keys: Keys,
        reader: Reader,
    ) -> None:
        self._rows = rows
        self._catalog = catalog
        self._embedders = embedders
        self._index = index
        self._statistics = statistics
        self._keys = keys
        self._reader = reader

    def run(self, store_id: str, watch: Watch) -> Generation | None:
        """Builds what is under way of the store until it holds exactly the files that can be searched, and switches;
        returns it, or none if there is nothing to build (any more). Rows that are there already are not embedded again.

        Raises:
            UnknownStore: the store has gone.
            EmbedderUnavailable, IndexUnavailable: try again later.
        """
        while building := self._rows.building([store_id]).get(store_id):
            generation = building.generation
            self._index.create(generation.collection, generation.dimensions)
            if self._rows.switch(generation):
                return generation
            if not self._catch_up(generation, watch):
                watch.check()
                time.sleep(_PAUSE_SECONDS)  # a file came or left just now
        return None

    def _catch_up(self, generation: Generation, watch: Watch) -> bool:
        """Brings the files of the generation to those of the store as they are now; False if nothing was to do."""
        store = self._catalog.store(generation.store_id)
        embedder = self._embedders.of(generation.fingerprint)
        rebuilt = self._rows.rebuilt(generation)
        entries = {
            entry.file_id: entry
            for entry in self._catalog.all_store_files(store.id)
            if entry.status == FileStatus.COMPLETED
        }
        gone = rebuilt.keys() - entries.keys()
        for file_id in gone:
            self._clear(generation, file_id)
        pending = [entry for entry in entries.values() if rebuilt.get(entry.file_id) != entry.reading]
        for number, entry in enumerate(pending):
            watch.check()
            watch.report(FileProgress("rebuilding", len(entries) - len(pending) + number, len(entries), "files"))
            if not self._rows.note(generation, entry.file_id):
                return True  # rolled back, or switched by another worker
            self._rebuild(store, generation, entry, embedder, watch)
            watch.advance()
        return bool(gone or pending)

    def _rebuild(
        self, store: StoreRecord, generation: Generation, entry: StoreFile, embedder: Embedder, watch: Watch
    ) -> None:
        target = generation.collection
        copy = _Copy(self._index, self._keys, entry, target, embedder, watch)
        try:
            if not copy.run(store.collection) or copy.chunks != entry.chunks:
                entry = self._reader.read_anew(entry, target, embedder, watch)
            else:
                self._statistics.copy(store.collection, target, entry.file_id)
        except UnreadableFile as error:
            log.warning("A file can be read anew no more; long chunks keep a shorter vector", file=entry.file_id)
            log.info("Why it cannot be read", file=entry.file_id, reason=error.message)
            copy = _Copy(self._index, self._keys, entry, target, embedder, watch, cuts=True)
            copy.run(store.collection)
            self._statistics.copy(store.collection, target, entry.file_id)
            entry = replace(entry, chunks=copy.chunks)
        except UnknownFile:
            return  # deleted just now; what lies of it is cleared with the next look
        self._rows.complete(generation, entry)

    def _clear(self, generation: Generation, file_id: str) -> None:
        self._index.delete_file(generation.collection, file_id)
        self._statistics.remove(generation.collection, file_id)
        self._rows.cleared(generation, file_id)


class _Copy:
    """One file's rows on their way from one collection into another; used once. `cuts`: the vector of a chunk that is
    too long for the embedder is that of its beginning. `chunks` tells how many rows there are."""

    def __init__(
        self,
        index: Index,
        keys: Keys,
        entry: StoreFile,
        target: str,
        embedder: Embedder,
        watch: Watch,
        *,
        cuts: bool = False,
    ) -> None:
        self._index = index
        self._keys = keys
        self._entry = entry
        self._target = target
        self._embedder = embedder
        self._watch = watch
        self._cuts = cuts
        self.chunks = 0

    def run(self, source: str) -> bool:
        """Copies the rows that are not there yet, and removes others of the file. False if some cannot be copied: they
        are too long for the embedder, or cannot be opened."""
        there = self._index.ids(self._target, self._entry.file_id)
        passed: set[str] = set()
        for page in self._index.rows(source, self._entry.file_id):
            self._watch.check()
            texts = self._texts([row for row in page if row.id not in there])
            if texts is None:
                return False
            lacking = [row for row in page if row.id in texts]
            vectors = self._embed([texts[row.id] for row in lacking])
            written = [replace(row, dense=vector) for row, vector in zip(lacking, vectors, strict=True)]
            self._index.upsert(self._target, written)
            if written:
                self._watch.advance()
            passed.update(row.id for row in page if row.id in there or row.id in texts)
        self._watch.check()
        if stale := there - passed:
            self._index.delete(self._target, sorted(stale))
        self.chunks = len(passed)
        return True

    def _texts(self, rows: Sequence[IndexRow]) -> dict[str, str] | None:
        """Row id -> what is embedded of it; none if a row cannot be copied as it is."""
        found: dict[str, str] = {}
        for row in rows:
            try:
                opened = self._keys.open_text(self._entry.file_id, row.sealed, row.id)
            except DamagedSeal as error:
                if not self._cuts:
                    return None
                log.warning("A passage cannot be opened and is left out", file=row.file_id, reason=error.message)
                continue
            found[row.id] = unpack(opened).passage_text()
        lengths = self._embedder.count_tokens(list(found.values()))
        for (row_id, text), tokens in zip(list(found.items()), lengths, strict=True):
            if tokens > self._embedder.max_tokens:
                if not self._cuts:
                    return None
                found[row_id] = self._beginning(text)
        return found

    def _beginning(self, text: str) -> str:
        """As much of the text as the embedder takes."""
        fits, too_long = 0, len(text)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            if self._embedder.count_tokens([text[:middle]])[0] > self._embedder.max_tokens:
                too_long = middle
            else:
                fits = middle
        return text[:fits]

    def _embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self._embedder.dimensions), np.float32)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))  # a batch is padded to its longest
        for start in range(0, len(order), _BATCH):
            self._watch.check()
            part = order[start : start + _BATCH]
            vectors[part] = self._embedder.embed([texts[place] for place in part])
        return vectors

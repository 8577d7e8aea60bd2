"""Reads one file into one store."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final, Protocol

from ingest.errors import UnreadableFile
from ingest.model import Event, Outcome, Progress, ReadOptions, Source, Status
from ingest.pipeline import CHUNK_TOKENS
from ingest.ports import Embedder
from server.documents.duplicates import Duplicates
from server.documents.findings import Findings
from server.documents.names import blob_name
from server.documents.passwords import Passwords
from server.documents.progress import Pace
from server.documents.sink import IndexSink
from server.documents.text import Texts
from server.errors import StoreFull, UnknownFile
from server.model import Chunking, FileProgress, FileRecord, FileStatus, StoreFile
from server.ports import Catalog, Embedders, Files, Sizes

AUTO_CHUNKING: Final = Chunking(CHUNK_TOKENS, 0)
"""How files are parted where nothing else is asked for."""


class Reading(Iterator[Event], Protocol):
    """A file being read; its media type is known once the first event has come."""

    @property
    def media_type(self) -> str | None:
        """What the content was found to be."""
        ...


class Readers(Protocol):
    """Reads files in a sandbox."""

    def read(
        self, source: Source, options: ReadOptions, media_type: str | None = None, kept: Findings | None = None
    ) -> Reading:
        """The events of the file; what an unfinished reading kept is not found again."""
        ...


class Watch(Protocol):
    """Who watches over a run."""

    def report(self, progress: FileProgress) -> None:
        """Takes note of how far it is."""
        ...

    def advance(self) -> None:
        """Takes note that something was achieved that the next run need not do again."""
        ...

    def check(self) -> None:
        """Raises what ends the run."""
        ...


class Pipeline(Protocol):
    """From events to indexed chunks."""

    def __call__(
        self,
        events: Iterable[Event],
        sink: IndexSink,
        report: Callable[[Progress], None],
        check: Callable[[], None],
    ) -> Outcome:
        """Runs to the end of the file."""
        ...


class Ingestion:
    """Reads one file into one store."""

    def __init__(  # noqa: PLR0913 - the collaborators of the journey of a document
        self,
        *,
        catalog: Catalog,
        files: Files,
        passwords: Passwords,
        texts: Texts,
        readers: Readers,
        embedders: Embedders,
        pipeline_of: Callable[[Embedder, Chunking], Pipeline],
        open_sink: Callable[[str, str, str | None], IndexSink],
        forget: Callable[[str, str], None],
        sizes: Sizes,
        duplicates: Duplicates,
        options: ReadOptions,
    ) -> None:
        self._catalog = catalog
        self._files = files
        self._passwords = passwords
        self._texts = texts
        self._readers = readers
        self._embedders = embedders
        self._pipeline_of = pipeline_of
        self._open_sink = open_sink
        self._forget = forget
        self._sizes = sizes
        self._duplicates = duplicates
        self._options = options

    def run(self, store_id: str, file_id: str, watch: Watch) -> StoreFile:
        """Reads the file and returns its new standing, which is not written yet.

        Raises:
            UnknownFile, UnknownStore: the file or the store has gone, or reading was cancelled.
            EmbedderUnavailable, IndexUnavailable: try again later.
        """
        entry = self._catalog.store_file(store_id, file_id)
        if entry.status == FileStatus.CANCELLED:
            raise UnknownFile(file=file_id)
        record = self._catalog.file(file_id)
        store = self._catalog.store(store_id)
        entry = replace(entry, read_into=store.generation)
        sink = self._open_sink(store.collection, file_id, entry.replaces)
        try:
            embedder = self._embedders.of(store.fingerprint)
            outcome = self._read(record, sink, self._pipeline(embedder, entry), watch, self._room(entry))
            self._passwords.forget(file_id)
        except UnreadableFile as error:
            return self._failed(entry, error.code, type(error)(record.filename, **error.facts).message)
        except StoreFull as error:
            return self._failed(entry, error.code, error.message)
        entry = replace(
            entry,
            status=FileStatus.COMPLETED,
            chunks=outcome.chunks,
            usage_bytes=sink.usage_bytes,
            partial=outcome.status == Status.PARTIAL,
            losses=tuple(loss.message for loss in outcome.losses),
            warnings=(*outcome.warnings, *_shortened(entry.chunking, embedder.max_tokens)),
            quality=outcome.quality.score if outcome.quality else None,
            quality_reasons=outcome.quality.reasons if outcome.quality else (),
            error_code=None,
            error_message=None,
            progress=None,
        )
        return self._duplicates.marked(entry, outcome.signature)

    def read_anew(self, entry: StoreFile, collection: str, embedder: Embedder, watch: Watch) -> StoreFile:
        """Reads a file of a store into a collection that does not answer yet, and returns its standing there.

        Raises:
            UnreadableFile: it cannot be read any more, for example because its password was forgotten.
            UnknownFile: the file has gone.
            EmbedderUnavailable, IndexUnavailable: try again later.
        """
        sink = self._open_sink(collection, entry.file_id, None)
        pipeline = self._pipeline(embedder, entry)
        outcome = self._read(self._catalog.file(entry.file_id), sink, pipeline, watch)
        return replace(entry, chunks=outcome.chunks, usage_bytes=sink.usage_bytes)

    def _failed(self, entry: StoreFile, code: str, message: str) -> StoreFile:
        # What was written before the reader gave up would answer questions from half a document.
        self.forget(entry.store_id, entry.file_id)
        self._passwords.forget(entry.file_id)
        told = replace(entry, status=FileStatus.FAILED, error_code=code, error_message=message)
        return replace(told, chunks=0, usage_bytes=0, progress=None)

    def _room(self, entry: StoreFile) -> int | None:
        """What the file may take in its store, in bytes; None: as much as it wants. What it takes the place of does not
        count."""
        most = self._sizes.store(entry.store_id)
        if most is None:
            return None
        here = self._catalog.store_files_by_id(entry.store_id, [entry.replaces] if entry.replaces else [])
        return max(0, most - self._sizes.used(entry.store_id) + sum(one.usage_bytes for one in here.values()))

    def _pipeline(self, embedder: Embedder, entry: StoreFile) -> Pipeline:
        return self._pipeline_of(embedder, entry.chunking or AUTO_CHUNKING)

    def _read(
        self, record: FileRecord, sink: IndexSink, pipeline: Pipeline, watch: Watch, room: int | None = None
    ) -> Outcome:
        pace = Pace()

        def check() -> None:
            watch.check()
            if room is not None and sink.usage_bytes > room:
                raise StoreFull(detail=f"{record.filename} has more text than the {room} bytes that are left of it")

        def tell(step: Progress) -> None:
            watch.report(pace.at(step))
            if sink.written:
                watch.advance()

        with self._files.open(blob_name(record.id), record.id) as stream:
            source = Source(record.filename, stream, record.bytes, self._passwords.of(record.id))
            findings = self._texts.findings(record.id, watch.advance)
            reading = self._readers.read(source, self._options, kept=findings)
            events = self._texts.events(record.id, reading)
            outcome = pipeline(events, sink, tell, check)
        check()
        if reading.media_type:
            self._catalog.set_media_type(record.id, reading.media_type)
        return outcome

    def forget(self, store_id: str, file_id: str) -> None:
        """Takes out of the index what an abandoned run may have written."""
        self._forget(store_id, file_id)


def _shortened(chunking: Chunking | None, most: int) -> tuple[str, ...]:
    """What to tell who asked for longer chunks than the embedder reads."""
    if chunking is None or chunking.max_tokens <= most:
        return ()
    return (f"Chunks of {chunking.max_tokens} tokens were asked for; the embedder reads {most}, so none is longer.",)

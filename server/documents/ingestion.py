"""The worker: takes jobs from the durable queue and reads files into stores."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Protocol

import structlog

from ingest.errors import UnreadableFile
from ingest.model import Event, Outcome, Progress, ReadOptions, Source, Status
from server.documents.duplicates import Duplicates
from server.documents.names import blob_name
from server.documents.passwords import Passwords
from server.documents.progress import Pace, dump
from server.documents.sink import IndexSink
from server.documents.stores import INGEST
from server.documents.text import Texts
from server.errors import EmbedderUnavailable, IndexUnavailable, LecternError, UnknownFile, UnknownStore
from server.model import FileProgress, FileStatus, Lease, Priority, StoreFile
from server.ports import Catalog, Files, Jobs

LEASE_SECONDS = 60.0
RENEW_SECONDS = 2.0
IDLE_SECONDS = 0.5
MOST_ATTEMPTS = 25
RETRY_SECONDS = 15.0

log = structlog.get_logger()


class LostLeaseError(Exception):
    """The job was cancelled, or another worker has it."""


class Reading(Iterator[Event], Protocol):
    """A file being read; its media type is known once the first event has come."""

    @property
    def media_type(self) -> str | None:
        """What the content was found to be."""
        ...


class Readers(Protocol):
    """Reads files in a sandbox."""

    def read(self, source: Source, options: ReadOptions) -> Reading:
        """The events of the file."""
        ...


Report = Callable[[FileProgress], None]


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
        pipeline: Pipeline,
        open_sink: Callable[[str, str, str | None], IndexSink],
        forget: Callable[[str, str], None],
        duplicates: Duplicates,
        options: ReadOptions,
    ) -> None:
        self._catalog = catalog
        self._files = files
        self._passwords = passwords
        self._texts = texts
        self._readers = readers
        self._pipeline = pipeline
        self._open_sink = open_sink
        self._forget = forget
        self._duplicates = duplicates
        self._options = options

    def run(self, store_id: str, file_id: str, report: Report, check: Callable[[], None]) -> StoreFile:
        """Reads the file and returns its new standing, which is not written yet.

        Raises:
            UnknownFile, UnknownStore: the file or the store has gone.
            EmbedderUnavailable, IndexUnavailable: try again later.
        """
        entry = self._catalog.store_file(store_id, file_id)
        record = self._catalog.file(file_id)
        sink, pace = self._open_sink(store_id, file_id, entry.replaces), Pace()
        try:
            with self._files.open(blob_name(file_id), file_id) as stream:
                source = Source(record.filename, stream, record.bytes, self._passwords.of(file_id))
                reading = self._readers.read(source, self._options)
                events = self._texts.events(file_id, reading)
                outcome = self._pipeline(events, sink, lambda step: report(pace.at(step)), check)
            if reading.media_type:
                self._catalog.set_media_type(file_id, reading.media_type)
            self._passwords.forget(file_id)
        except UnreadableFile as error:
            # What was written before the reader gave up would answer questions from half a document.
            self._forget(store_id, file_id)
            self._passwords.forget(file_id)
            return replace(
                entry,
                status=FileStatus.FAILED,
                chunks=0,
                usage_bytes=0,
                error_code=error.code,
                error_message=type(error)(record.filename, **error.facts).message,
                progress=None,
            )
        entry = replace(
            entry,
            status=FileStatus.COMPLETED,
            chunks=outcome.chunks,
            usage_bytes=sink.usage_bytes,
            partial=outcome.status == Status.PARTIAL,
            losses=tuple(loss.message for loss in outcome.losses),
            warnings=outcome.warnings,
            quality=outcome.quality.score if outcome.quality else None,
            quality_reasons=outcome.quality.reasons if outcome.quality else (),
            error_code=None,
            error_message=None,
            progress=None,
        )
        return self._duplicates.marked(entry, outcome.signature)

    def forget(self, store_id: str, file_id: str) -> None:
        """Takes out of the index what an abandoned run may have written."""
        self._forget(store_id, file_id)


class Worker:
    """Claims jobs and runs them, one thread each, until it is stopped.

    One thread more takes only what a person waits for, so that this never waits behind a long import.
    """

    def __init__(
        self,
        jobs: Jobs,
        ingestion: Ingestion,
        catalog: Catalog,
        name: str,
        observe: Callable[[str, StoreFile | None, float], None],
    ) -> None:
        self._jobs = jobs
        self._ingestion = ingestion
        self._catalog = catalog
        self._name = name
        self._observe = observe
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, threads: int) -> None:
        """Begins to work; no threads: not at all."""
        lanes = [None] * threads + ([Priority.INTERACTIVE] if threads else [])
        for number, least in enumerate(lanes):
            thread = threading.Thread(target=self._work, args=(least,), name=f"worker-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def wake(self) -> None:
        """Something was queued: look at once."""
        self._wake.set()

    def stop(self, seconds: float = 20.0) -> None:
        """Ends; jobs under way go back to the queue and lose nothing that was written."""
        self._stopping.set()
        self._wake.set()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._threads.clear()

    def _work(self, least_priority: int | None) -> None:
        while not self._stopping.is_set():
            try:
                lease = self._jobs.claim(self._name, [INGEST], LEASE_SECONDS, least_priority)
            except Exception:
                log.exception("The queue could not be read; trying again")
                self._stopping.wait(RETRY_SECONDS)
                continue
            if lease is None:
                self._wake.wait(IDLE_SECONDS)
                self._wake.clear()
                continue
            self._run(lease)

    def _run(self, lease: Lease) -> None:
        store_id, file_id = str(lease.payload["store_id"]), str(lease.payload["file_id"])
        started = time.monotonic()
        heartbeat = Heartbeat(self._jobs, lease, self._stopping)
        entry: StoreFile | None = None
        try:
            with heartbeat:
                if lease.attempt > MOST_ATTEMPTS:
                    entry = self._given_up(store_id, file_id, lease.attempt - 1)
                else:
                    entry = self._ingestion.run(store_id, file_id, heartbeat.report, heartbeat.check)
                heartbeat.check()
            self._finish(lease, entry)
            result = entry.status.value
        except LostLeaseError:
            result = self._abandon(lease, store_id, file_id)
        except (UnknownFile, UnknownStore):
            self._jobs.finish(lease)
            result = "cancelled"
        except (EmbedderUnavailable, IndexUnavailable) as error:
            result = self._put_back(lease, store_id, file_id, error)
        except Exception as error:  # noqa: BLE001 - a stranger's exception becomes an id and a log line
            result = self._stumble(lease, store_id, file_id, error)
        self._observe(result, entry, time.monotonic() - started)
        log.info("File read", file=file_id, store=store_id, result=result, seconds=round(time.monotonic() - started, 2))

    def _finish(self, lease: Lease, entry: StoreFile) -> None:
        if not self._catalog.set_outcome(entry):
            self._ingestion.forget(entry.store_id, entry.file_id)
        self._jobs.finish(lease)

    def _given_up(self, store_id: str, file_id: str, attempts: int) -> StoreFile:
        self._ingestion.forget(store_id, file_id)
        message = (
            f"Reading was interrupted {attempts} times, because Lectern stopped each time, and was given up. "
            "Attach the file again to try once more."
        )
        entry = self._catalog.store_file(store_id, file_id)
        return replace(entry, status=FileStatus.FAILED, error_code="interrupted", error_message=message)

    def _abandon(self, lease: Lease, store_id: str, file_id: str) -> str:
        if self._stopping.is_set():
            self._jobs.release(lease)
            return "released"
        self._forget_if_gone(store_id, file_id)
        return "cancelled"

    def _put_back(self, lease: Lease, store_id: str, file_id: str, error: LecternError) -> str:
        if self._forget_if_gone(store_id, file_id):
            self._jobs.finish(lease)
            return "cancelled"
        log.warning("Reading will be tried again", file=file_id, reason=error.message)
        self._jobs.release(lease, RETRY_SECONDS)
        return "released"

    def _stumble(self, lease: Lease, store_id: str, file_id: str, error: Exception) -> str:
        if self._forget_if_gone(store_id, file_id):
            self._jobs.finish(lease)
            return "cancelled"
        trace = hashlib.sha256(f"{lease.job_id}{lease.fence}".encode()).hexdigest()[:12]
        log.exception("Reading failed", file=file_id, store=store_id, trace=trace, exc_info=error)
        self._ingestion.forget(store_id, file_id)
        entry = self._catalog.store_file(store_id, file_id)
        message = f"Something went wrong inside Lectern. Send the operator this number: {trace}."
        self._finish(
            lease, replace(entry, status=FileStatus.FAILED, error_code="internal_error", error_message=message)
        )
        return FileStatus.FAILED.value

    def _forget_if_gone(self, store_id: str, file_id: str) -> bool:
        try:
            self._catalog.store_file(store_id, file_id)
        except (UnknownFile, UnknownStore):
            try:
                self._ingestion.forget(store_id, file_id)
            except IndexUnavailable:
                log.info("Nothing to forget: the store has gone", store=store_id)
            return True
        return False


class Heartbeat:
    """Renews a lease from a thread of its own while the job runs, and carries its progress."""

    def __init__(self, jobs: Jobs, lease: Lease, stopping: threading.Event) -> None:
        self._jobs = jobs
        self._lease = lease
        self._stopping = stopping
        self._progress: FileProgress | None = None
        self._lost = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def report(self, progress: FileProgress) -> None:
        """Takes note of how far the job is."""
        self._progress = progress

    def check(self) -> None:
        """Raises LostLeaseError once the job is not this worker's any more, or the worker is to stop."""
        if self._lost.is_set() or self._stopping.is_set():
            raise LostLeaseError

    def _beat(self) -> None:
        while not self._ended.wait(RENEW_SECONDS):
            try:
                progress = self._progress and dump(self._progress)
                if not self._jobs.renew(self._lease, LEASE_SECONDS, progress):
                    self._lost.set()
                    return
            except Exception:
                log.exception("The lease could not be renewed; trying again")

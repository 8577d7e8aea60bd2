"""The worker: takes jobs from the durable queue and has files read into stores."""

import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from server.documents.ingestion import Ingestion
from server.documents.standing import INGEST
from server.errors import EmbedderUnavailable, IndexUnavailable, UnknownFile, UnknownStore
from server.jobs.heartbeat import Heartbeat, LostLeaseError
from server.jobs.loop import Loop, TryLater, trace_of
from server.model import FileStatus, Lease, Priority, StoreFile
from server.ports import Catalog, Jobs

MOST_ATTEMPTS = 25

log = structlog.get_logger()


class Worker:
    """Reads files, one thread each, until it is stopped.

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
        self._ingestion = ingestion
        self._catalog = catalog
        self._observe = observe
        self._loop = Loop(jobs, INGEST, self._run, name)

    def start(self, threads: int) -> None:
        """Begins to work; no threads: not at all."""
        self._loop.start([None] * threads + ([Priority.INTERACTIVE] if threads else []))

    def stop(self) -> None:
        """Ends; jobs under way go back to the queue and lose nothing that was written."""
        self._loop.stop()

    def _run(self, lease: Lease, heartbeat: Heartbeat) -> None:
        store_id, file_id = str(lease.payload["store_id"]), str(lease.payload["file_id"])
        started = time.monotonic()
        entry, result = None, "released"
        try:
            entry = self._settled(lease, heartbeat, store_id, file_id)
            result = entry.status.value if entry else "cancelled"
        except LostLeaseError:
            if not heartbeat.stopping:
                self._forget_if_gone(store_id, file_id)
                result = "cancelled"
            raise
        finally:
            seconds = time.monotonic() - started
            self._observe(result, entry, seconds)
            log.info("File read", file=file_id, store=store_id, result=result, seconds=round(seconds, 2))

    def _settled(self, lease: Lease, heartbeat: Heartbeat, store_id: str, file_id: str) -> StoreFile | None:
        """The file's new standing, written; none: it has gone meanwhile. Raises LostLeaseError, TryLater."""
        try:
            entry = self._read(lease, heartbeat, store_id, file_id)
            if not self._catalog.set_outcome(entry) and not self._forget_if_gone(store_id, file_id):
                raise TryLater(0)  # the store has changed its embedder, and the file is read again, for the new one
        except (UnknownFile, UnknownStore):
            return None
        except (EmbedderUnavailable, IndexUnavailable) as error:
            if self._forget_if_gone(store_id, file_id):
                return None
            log.warning("Reading will be tried again", file=file_id, reason=error.message)
            raise TryLater from error
        return entry

    def _read(self, lease: Lease, heartbeat: Heartbeat, store_id: str, file_id: str) -> StoreFile:
        if lease.attempt > MOST_ATTEMPTS:
            return self._given_up(store_id, file_id, lease.attempt - 1)
        try:
            entry = self._ingestion.run(store_id, file_id, heartbeat)
            heartbeat.check()
        except (LostLeaseError, UnknownFile, UnknownStore, EmbedderUnavailable, IndexUnavailable):
            raise
        except Exception as error:
            if self._forget_if_gone(store_id, file_id):
                raise UnknownFile(file=file_id) from error
            trace = trace_of(lease)
            log.exception("Reading failed", file=file_id, store=store_id, trace=trace, exc_info=error)
            message = f"Something went wrong inside Lectern. Send the operator this number: {trace}."
            return self._failed(store_id, file_id, "internal_error", message)
        return entry

    def _given_up(self, store_id: str, file_id: str, attempts: int) -> StoreFile:
        message = (
            f"Reading was interrupted {attempts} times, because Lectern stopped each time, and was given up. "
            "Attach the file again to try once more."
        )
        return self._failed(store_id, file_id, "interrupted", message)

    def _failed(self, store_id: str, file_id: str, code: str, message: str) -> StoreFile:
        self._ingestion.forget(store_id, file_id)
        entry = self._catalog.store_file(store_id, file_id)
        return replace(entry, status=FileStatus.FAILED, error_code=code, error_message=message)

    def _forget_if_gone(self, store_id: str, file_id: str) -> bool:
        """Clears the index of a file that is not to be read any more: it left the store, or reading was cancelled."""
        try:
            if self._catalog.store_file(store_id, file_id).status != FileStatus.CANCELLED:
                return False
        except (UnknownFile, UnknownStore):
            log.info("The file or its store has gone", file=file_id, store=store_id)
        try:
            self._ingestion.forget(store_id, file_id)
        except IndexUnavailable:
            log.info("Nothing to forget: the store has gone", store=store_id)
        return True

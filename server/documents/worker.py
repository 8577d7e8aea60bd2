"""The worker: takes jobs from the durable queue and has files read into stores."""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from server.documents.heartbeat import LEASE_SECONDS, RETRY_SECONDS, Heartbeat, LostLeaseError
from server.documents.ingestion import Ingestion
from server.documents.stores import INGEST
from server.errors import EmbedderUnavailable, IndexUnavailable, LecternError, UnknownFile, UnknownStore
from server.model import FileStatus, Lease, Priority, StoreFile
from server.ports import Catalog, Jobs

IDLE_SECONDS = 0.5
MOST_ATTEMPTS = 25

log = structlog.get_logger()


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
        self._threads: list[threading.Thread] = []

    def start(self, threads: int) -> None:
        """Begins to work; no threads: not at all."""
        lanes = [None] * threads + ([Priority.INTERACTIVE] if threads else [])
        for number, least in enumerate(lanes):
            thread = threading.Thread(target=self._work, args=(least,), name=f"worker-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, seconds: float = 20.0) -> None:
        """Ends; jobs under way go back to the queue and lose nothing that was written."""
        self._stopping.set()
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
                self._stopping.wait(IDLE_SECONDS)
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
                    entry = self._ingestion.run(store_id, file_id, heartbeat)
                heartbeat.check()
            result = self._finish(lease, entry)
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

    def _finish(self, lease: Lease, entry: StoreFile) -> str:
        if not self._catalog.set_outcome(entry) and not self._forget_if_gone(entry.store_id, entry.file_id):
            self._jobs.release(lease)  # the store has changed its embedder, and the file is read again, for the new one
            return "released"
        self._jobs.finish(lease)
        return entry.status.value

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
        return self._finish(
            lease, replace(entry, status=FileStatus.FAILED, error_code="internal_error", error_message=message)
        )

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

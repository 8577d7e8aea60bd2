"""A job's lease, kept while the job runs."""

import threading
from typing import Any

import orjson
import structlog

from server.model import Lease
from server.ports import Jobs

LEASE_SECONDS = 60.0
RENEW_SECONDS = 2.0

log = structlog.get_logger()


class LostLeaseError(Exception):
    """The job was cancelled, or another worker has it, or this one is to stop."""


class Heartbeat:
    """Renews a lease from a thread of its own while the job runs, and carries its progress."""

    def __init__(self, jobs: Jobs, lease: Lease, stopping: threading.Event) -> None:
        self._jobs = jobs
        self._lease = lease
        self._stopping = stopping
        self._progress: Any = None
        self._advanced = threading.Event()
        self._lost = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def report(self, progress: Any) -> None:
        """Takes note of how far the job is: something that can be written as JSON."""
        self._progress = progress

    def advance(self) -> None:
        """Takes note that what was achieved need not be done again if this run is interrupted."""
        self._advanced.set()

    @property
    def stopping(self) -> bool:
        """Whether the worker is to stop."""
        return self._stopping.is_set()

    def check(self) -> None:
        """Raises LostLeaseError once the job is not this worker's any more, or the worker is to stop."""
        if self._lost.is_set() or self._stopping.is_set():
            raise LostLeaseError

    def _beat(self) -> None:
        while not self._ended.wait(RENEW_SECONDS):
            try:
                progress = None if self._progress is None else orjson.dumps(self._progress).decode()
                advanced = self._advanced.is_set()
                if not self._jobs.renew(self._lease, LEASE_SECONDS, progress, advanced=advanced):
                    self._lost.set()
                    return
                if advanced:
                    self._advanced.clear()
            except Exception:
                log.exception("The lease could not be renewed; trying again")

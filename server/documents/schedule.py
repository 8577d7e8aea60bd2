"""Runs sources when their time has come, and clears up after files that left their stores."""

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import time
from typing import Final

import structlog

from server.documents.sync import Sync
from server.errors import LecternError, UnknownSource
from server.jobs.heartbeat import LEASE_SECONDS, Heartbeat, LostLeaseError
from server.jobs.loop import RETRY_SECONDS, trace_of
from server.model import Lease, SourceStatus
from server.ports import Jobs, Sources

SYNC: Final = "sync"
TICK_SECONDS: Final = 1.0
AT_ONCE: Final = 4

log = structlog.get_logger()


class Schedule:
    """Looks once a second what is to be done. Runs missed while Lectern was off are made up for by one.

    `sweep` clears a few of the files that left, and returns how many there were.
    """

    def __init__(self, jobs: Jobs, sources: Sources, sync: Sync, sweep: Callable[[], int], name: str) -> None:
        self._jobs = jobs
        self._sources = sources
        self.sync = sync
        self._sweep = sweep
        self._name = name
        self._stopping = threading.Event()
        self._free = threading.Semaphore(AT_ONCE)
        self._thread = threading.Thread(target=self._tick, name="schedule", daemon=True)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sync")

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Ends; runs under way go back to the queue."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._pool.shutdown()

    def _tick(self) -> None:
        while not self._stopping.wait(TICK_SECONDS):
            try:
                self.queue_due()
                self._claim()
                while self._sweep() and not self._stopping.is_set():
                    pass
            except Exception:
                log.exception("The schedule stumbled; trying again")
                self._stopping.wait(RETRY_SECONDS)

    def queue_due(self) -> None:
        """Queues the sources whose time has come. One that waits or runs already is not queued twice."""
        now = int(time())
        for source in self._sources.due(now):
            self._jobs.add(SYNC, source.id, {})
            if source.status != SourceStatus.DELETING:
                self._sources.plan(source.id, now + source.options.interval)

    def _claim(self) -> None:
        while self._free.acquire(blocking=False):
            lease = self._jobs.claim(self._name, [SYNC], LEASE_SECONDS)
            if lease is None:
                self._free.release()
                return
            self._pool.submit(self._run, lease).add_done_callback(lambda _: self._free.release())

    def _run(self, lease: Lease) -> None:
        heartbeat = Heartbeat(self._jobs, lease, self._stopping)
        try:
            with heartbeat:
                ended = self.sync.run(lease.subject, heartbeat.check)
            if ended is not None and (ended.status != SourceStatus.COMPLETED or _is_worth_telling(ended.counts)):
                log.info("Source looked through", source=ended.id, status=ended.status, **ended.counts)
        except LostLeaseError:
            self._jobs.release(lease)
            return
        except UnknownSource:
            log.info("The source has gone", source=lease.subject)
        except Exception as error:  # noqa: BLE001 - a stranger's exception becomes an id and a log line
            self._stumble(lease, error)
        self._jobs.finish(lease)

    def _stumble(self, lease: Lease, error: Exception) -> None:
        trace = trace_of(lease)
        # Without its text, which may hold credentials.
        where = traceback.format_tb(error.__traceback__)[-1].strip()
        log.error("A source failed", source=lease.subject, trace=trace, error=type(error).__name__, where=where)
        told = error if isinstance(error, LecternError) else LecternError(request_id=trace)
        try:
            self.sync.stumble(lease.subject, told)
        except UnknownSource:
            log.info("The source has gone", source=lease.subject)


def _is_worth_telling(counts: object) -> bool:
    return isinstance(counts, dict) and any(number for name, number in counts.items() if name != "unchanged")

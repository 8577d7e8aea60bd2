"""Takes jobs of one kind from the durable queue and has each done under its lease."""

import hashlib
import threading
import time
from collections.abc import Callable, Sequence

import structlog

from server.jobs.heartbeat import LEASE_SECONDS, Heartbeat, LostLeaseError
from server.model import Lease
from server.ports import Jobs

IDLE_SECONDS = 0.5
RETRY_SECONDS = 15.0  # after which a job that could not be done is tried again

log = structlog.get_logger()


class TryLater(Exception):
    """The job cannot be done now: it goes back to the queue, for so many seconds (none: as usual)."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Loop:
    """Claims jobs and has `work` do them, a thread for each lane, until it is stopped.

    When `work` returns, the job is finished. It goes back to the queue when `work` raises LostLeaseError, TryLater, or
    what it did not see coming, which becomes a log line.
    """

    def __init__(self, jobs: Jobs, kind: str, work: Callable[[Lease, Heartbeat], None], worker: str) -> None:
        self._jobs = jobs
        self._kind = kind
        self._work = work
        self._worker = worker
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, lanes: Sequence[int | None] = (None,)) -> None:
        """Begins to work, with a thread for each lane. A lane takes jobs of at least its priority; None: all."""
        looking = {least: threading.Lock() for least in lanes}
        for number, least in enumerate(lanes):
            thread = threading.Thread(
                target=self._claim, args=(least, looking[least]), name=f"{self._kind}-{number}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def stop(self, seconds: float = 20.0) -> None:
        """Ends; jobs under way go back to the queue."""
        self._stopping.set()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._threads.clear()

    def _claim(self, least_priority: int | None, looking: threading.Lock) -> None:
        while not self._stopping.is_set():
            try:
                with looking:  # of lanes that are alike one looks for all: looking locks the database
                    lease = self._jobs.claim(self._worker, [self._kind], LEASE_SECONDS, least_priority)
                    if lease is None:
                        self._stopping.wait(IDLE_SECONDS)
                if lease is not None:
                    self._run(lease)
            except Exception:
                log.exception("The queue stumbled; trying again", kind=self._kind)
                self._stopping.wait(RETRY_SECONDS)

    def _run(self, lease: Lease) -> None:
        heartbeat = Heartbeat(self._jobs, lease, self._stopping)
        try:
            with heartbeat:
                self._work(lease, heartbeat)
        except LostLeaseError:
            self._jobs.release(lease)
        except TryLater as later:
            self._jobs.release(lease, RETRY_SECONDS if later.seconds is None else later.seconds)
        except Exception as error:
            trace = trace_of(lease)
            log.exception("A job failed", kind=lease.kind, subject=lease.subject, trace=trace, exc_info=error)
            self._jobs.release(lease, RETRY_SECONDS)
        else:
            self._jobs.finish(lease)


def trace_of(lease: Lease) -> str:
    """What names this run of a job in the log."""
    return hashlib.sha256(f"{lease.job_id}{lease.fence}".encode()).hexdigest()[:12]

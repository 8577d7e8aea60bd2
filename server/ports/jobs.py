"""What keeps work that outlives the process."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from server.model import JobFilter, JobRecord, Lease, Page


class Jobs(Protocol):
    """A durable queue with leases."""

    def add(self, kind: str, subject: str, payload: Mapping[str, Any], priority: int = 0) -> str:
        """Queues a job and returns its id; an unfinished job of the same kind and subject is returned instead, and
        waits with the higher of both priorities."""
        ...

    def add_all(self, kind: str, payloads: Mapping[str, Mapping[str, Any]], priority: int = 0) -> list[str]:
        """As `add` for each subject and its payload, together: all or none, in this order."""
        ...

    def claim(
        self, worker: str, kinds: Sequence[str], seconds: float, least_priority: int | None = None
    ) -> Lease | None:
        """The next job of at least that priority, leased for so long; none if nothing waits. Leases of workers that
        ended are taken over."""
        ...

    def renew(self, lease: Lease, seconds: float, progress: str | None = None, *, advanced: bool = False) -> bool:
        """Extends the lease; False when it was lost or the job was cancelled. Once a job has `advanced`, its attempts
        before count no more."""
        ...

    def finish(self, lease: Lease) -> bool:
        """Ends the job; False when the lease was lost."""
        ...

    def release(self, lease: Lease, delay: float = 0.0) -> None:
        """Gives the job back to the queue, to be claimed again after `delay` seconds; it counts as no attempt."""
        ...

    def cancel(self, kind: str, subject: str) -> None:
        """Ends the job without a result, also while it runs."""
        ...

    def progress(self, kind: str, subjects: Sequence[str]) -> dict[str, str]:
        """Subject -> latest progress text, of unfinished jobs."""
        ...

    def counts(self) -> dict[str, int]:
        """State (queued, running) -> number of jobs."""
        ...


class JobRows(Protocol):
    """What the queue holds, for those who look at it from outside."""

    def page(self, wanted: JobFilter, page: Page) -> list[JobRecord]:
        """A page of the jobs, by the time they were queued. Raises InvalidRequest: an unknown `after` or `before`."""
        ...

    def get(self, job_id: str) -> JobRecord:
        """A job. Raises UnknownJob."""
        ...

    def counts(self) -> dict[tuple[str, str], int]:
        """Kind and state -> number of jobs; of ended ones, those that the queue still remembers."""
        ...

    def hurry(self, job_id: str) -> bool:
        """Has a job that waits for its next attempt be begun at once; False if it does not wait."""
        ...

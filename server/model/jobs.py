"""What is done in the background."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any


class Priority(IntEnum):
    """Which jobs go first: what a person waits for overtakes what comes in bulk."""

    BULK = 0
    INTERACTIVE = 10


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as the queue holds it. `attempt` counts how often it was begun since it last advanced, `worker` names the
    process that has it or had it last, until `leased_until` unless it renews the lease; it is not begun before
    `not_before`. `progress` is what its worker last told, as JSON. All times are Unix seconds of the queue's clock."""

    id: str
    kind: str
    subject: str
    payload: Mapping[str, Any]
    state: JobState
    priority: int
    attempt: int
    worker: str | None
    leased_until: float
    not_before: float
    progress: str | None
    created_at: float
    updated_at: float


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs are wanted; empty: whatever it is."""

    states: frozenset[JobState] = frozenset()
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lease:
    """A claimed job. `fence` grows with each claim, so that a worker that lost its lease cannot finish the job."""

    job_id: str
    kind: str
    subject: str
    payload: Mapping[str, Any]
    fence: int
    attempt: int
    worker: str

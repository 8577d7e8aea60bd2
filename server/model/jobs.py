"""What is done in the background."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Priority(IntEnum):
    """Which jobs go first: what a person waits for overtakes what comes in bulk."""

    BULK = 0
    INTERACTIVE = 10


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

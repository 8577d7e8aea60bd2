"""How far the reading of a file has come, how fast it goes and how long it will still take."""

import time
from collections.abc import Callable

import orjson

from ingest.model import Progress
from server.model import FileProgress

QUEUED = FileProgress("queued")


class Pace:
    """Tells the rate of one run. What an earlier run has done already does not count as done by this one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: dict[str, tuple[int, float]] = {}

    def at(self, step: Progress) -> FileProgress:
        """The step with its rate; the first step of each unit is where measuring begins."""
        now = self._clock()
        done, since = self._first.setdefault(step.unit, (step.done, now))
        rate = (step.done - done) / (now - since) if now > since and step.done > done else None
        left = None if rate is None or step.total is None else max(0, step.total - step.done) / rate
        return FileProgress(
            "embedding" if step.unit == "chunks" else "parsing",
            step.done,
            step.total,
            step.unit,
            None if rate is None else round(rate, 2),
            None if left is None else round(left, 1),
        )


def load(text: str) -> FileProgress:
    """From JSON, as a job's heartbeat writes it."""
    return FileProgress(**orjson.loads(text))


def words(progress: FileProgress) -> str:
    """`parsing 12/40 pages, 3.1 pages/s, 9 s left`; what is not known is left out."""
    if not progress.unit:
        return progress.stage
    count = f"{progress.done}/{progress.total}" if progress.total else str(progress.done)
    parts = [f"{progress.stage} {count} {progress.unit}"]
    if progress.rate is not None:
        parts.append(f"{progress.rate:.3g} {progress.unit}/s")
    if progress.seconds_left is not None:
        parts.append(f"{_duration(progress.seconds_left)} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"

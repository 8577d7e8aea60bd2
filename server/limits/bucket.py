"""A token bucket: so much a minute, evenly, and a full minute's worth at once after a pause."""

import time
from collections.abc import Callable

MINUTE = 60.0


class Bucket:
    """Holds up to `per_minute` units and fills at that pace. What is only known afterwards (the tokens of an answer)
    may be taken beyond what is left; then nothing is to be had until that has flowed in again."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()
        self._level = float(per_minute)
        self.per_minute = per_minute

    def resize(self, per_minute: int) -> None:
        """Changes the size; what was taken stays taken."""
        if per_minute != self.per_minute:
            self._flow()
            self._level += per_minute - self.per_minute
            self.per_minute = per_minute

    def take(self, units: int = 1) -> None:
        """Takes units, whether they are there or not."""
        self._flow()
        self._level -= units

    @property
    def left(self) -> int:
        """Whole units that are there."""
        self._flow()
        return max(0, int(self._level + 1e-9))

    @property
    def seconds_to_one(self) -> float:
        """Until a unit is there; 0: there is one."""
        self._flow()
        return max(0.0, 1.0 - 1e-9 - self._level) * MINUTE / self.per_minute

    @property
    def seconds_to_full(self) -> float:
        """Until it is full again."""
        self._flow()
        return (self.per_minute - self._level) * MINUTE / self.per_minute

    @property
    def full(self) -> bool:
        """Whether it is as if nobody had taken anything."""
        return self.seconds_to_full <= 0.0

    def _flow(self) -> None:
        now = self._clock()
        self._level = min(self.per_minute, self._level + (now - self._since) * self.per_minute / MINUTE)
        self._since = now

"""How much one visitor of a web page may ask by the page's key."""

import threading
import time
from collections.abc import Callable
from typing import Final

from server.errors import RateLimited
from server.limits.bucket import Bucket
from server.model import Caller
from server.model.addresses import network_of

_MOST_REMEMBERED: Final = 10_000


class Visitors:
    """Counts requests by keys for web pages, for each key and address: a page's visitors share its key, and none of
    them shall use up what is there for all. The counts are this process's own."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def admit(self, caller: Caller) -> None:
        """Counts a request. Raises RateLimited."""
        with self._lock:
            if len(self._buckets) >= _MOST_REMEMBERED:
                self._buckets = {who: bucket for who, bucket in self._buckets.items() if not bucket.full}
            who = (caller.key_id, network_of(caller.address))
            bucket = self._buckets.setdefault(who, Bucket(self._per_minute, self._clock))
            wait = bucket.seconds_to_one
            if wait > 0:
                allowed = f"send {self._per_minute} requests a minute from one address by this key"
                raise RateLimited(allowed=allowed, retry_after=max(1, int(wait + 0.999)))
            bucket.take()

"""The threads on which one kind of things is looked for."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from server.errors import Saturated

_AT_ONCE: Final = 4
_MOST_OF_ONE: Final = 2
_MOST: Final = 36  # 4 under way, the others waiting
_RETRY_SECONDS: Final = 2
_T = TypeVar("_T")


class Threads:
    """A few threads of their own: a slow index must not take those that all other requests wait for.

    Of one owner, two searches may be under way or waiting, so that nobody makes it late for all. A search that has
    begun counts until it ends, whoever has given up waiting for it: it holds its thread so long.
    """

    def __init__(self, name: str) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE, name)
        self._lock = threading.Lock()
        self._here: Counter[str] = Counter()

    def run(self, owner: str, find: Callable[..., _T], *arguments: object) -> asyncio.Future[_T]:
        """What `find` gives, or raises. Raises Saturated: too many searches are here, of the owner or of all."""
        with self._lock:
            if self._here[owner] >= _MOST_OF_ONE or self._here.total() >= _MOST:
                raise Saturated(retry_after=_RETRY_SECONDS)
            self._here[owner] += 1
        finding = self._threads.submit(find, *arguments)
        finding.add_done_callback(lambda _: self._leave(owner))
        return asyncio.wrap_future(finding)

    def _leave(self, owner: str) -> None:
        with self._lock:
            self._here[owner] -= 1
            self._here += Counter()  # drops those at zero

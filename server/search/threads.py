"""The threads on which one kind of things is looked for."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Final, NamedTuple

from server.errors import Saturated

_AT_ONCE: Final = 4
_MOST_OF_ONE: Final = 2
_MOST: Final = 36  # 4 under way, the others waiting
_RETRY_SECONDS: Final = 2


class _Search(NamedTuple):
    owner: str
    find: Callable[[], Any]
    found: Future[Any]


class Threads:
    """A few threads of their own: a slow index must not take those that all other requests wait for.

    Nobody makes it late for all: of one owner, two searches may be in line or under way. A third waits beside the line,
    and a newer one takes its place, as is right for who types: the last words are those that count. A search that has
    begun counts until it ends, whoever has given up waiting for it, because it holds its thread so long.
    """

    def __init__(self, name: str) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE, name)
        self._lock = threading.Lock()
        self._here: Counter[str] = Counter()
        self._beside: dict[str, _Search] = {}

    def run(self, owner: str, find: Callable[..., Any], *arguments: object) -> Future[Any]:
        """What `find` gives or raises; Saturated: too many searches are here, or a newer one took this one's place."""
        search = _Search(owner, partial(find, *arguments), Future())
        refused = None
        with self._lock:
            if self._here[owner] >= _MOST_OF_ONE:
                refused = self._beside.get(owner)
                self._beside[owner] = search
            elif self._here.total() >= _MOST:
                refused = search
            else:
                self._here[owner] += 1
                self._threads.submit(self._do, search)
        if refused and refused.found.set_running_or_notify_cancel():
            refused.found.set_exception(Saturated(retry_after=_RETRY_SECONDS))
        return search.found

    def _do(self, search: _Search) -> None:
        if search.found.set_running_or_notify_cancel():
            try:
                search.found.set_result(search.find())
            except BaseException as error:  # noqa: BLE001 - it is for whoever waits
                search.found.set_exception(error)
        with self._lock:
            following = self._beside.pop(search.owner, None)
            if following:
                self._threads.submit(self._do, following)
            else:
                self._here[search.owner] -= 1
                self._here += Counter()  # drops those at zero

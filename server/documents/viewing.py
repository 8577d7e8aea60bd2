"""Where pages are shown: on threads of their own, for each may take seconds."""

from collections import Counter
from collections.abc import Callable
from typing import Final, TypeVar

import anyio

from server.errors import ViewersBusy

_WAITING: Final = 16  # for each page that is rendered at once
_OF_ONE: Final = 16  # more than a browser asks for while somebody turns pages quickly
_RETRY_SECONDS: Final = 1
_T = TypeVar("_T")


class Viewing:
    """Runs what shows pages, of which `most` are rendered at once. Who waits for a page takes none of the threads that
    everybody's requests run on, does not wait without end, and leaves room for others."""

    def __init__(self, most: int) -> None:
        self._threads = anyio.CapacityLimiter(most * (1 + _WAITING))
        self._here: Counter[str] = Counter()

    async def run(self, owner: str, show: Callable[..., _T], *arguments: object) -> _T:
        """What `show` gives to `owner`. Raises ViewersBusy: too many look, or that one at too much; and what `show`
        raises."""
        if self._here.total() >= self._threads.total_tokens or self._here[owner] >= _OF_ONE:
            raise ViewersBusy(retry_after=_RETRY_SECONDS)
        self._here[owner] += 1
        try:
            return await anyio.to_thread.run_sync(show, *arguments, limiter=self._threads)
        finally:
            self._here[owner] -= 1
            self._here += Counter()  # forgets who has left

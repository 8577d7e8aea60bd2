"""Where passwords are proved: on threads of their own, for each takes a while."""

from collections.abc import Callable
from typing import Final, TypeVar

import anyio

from server.errors import TooManyAttempts

_AT_ONCE: Final = 2  # as many as `Passwords` works on at once
_MOST_WAITING: Final = 32
_RETRY_SECONDS: Final = 5
_T = TypeVar("_T")


class Proving:
    """Runs what proves and keeps passwords, a few at once. Anybody may send passwords without being known; they shall
    not take the threads that everybody's requests run on, nor wait without end."""

    def __init__(self, at_once: int = _AT_ONCE, most_waiting: int = _MOST_WAITING) -> None:
        self._threads = anyio.CapacityLimiter(at_once)
        self._most = at_once + most_waiting
        self._here = 0

    async def run(self, prove: Callable[..., _T], *arguments: object) -> _T:
        """What `prove` gives. Raises TooManyAttempts: too many are waiting; and what `prove` raises."""
        if self._here >= self._most:
            raise TooManyAttempts(retry_after=_RETRY_SECONDS)
        self._here += 1
        try:
            return await anyio.to_thread.run_sync(prove, *arguments, limiter=self._threads)
        finally:
            self._here -= 1

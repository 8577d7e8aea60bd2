"""One commit for the writers that come together."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class _Waiting(Generic[T]):
    """What one writer wants to be written, and how that ended."""

    def __init__(self, items: Sequence[T]) -> None:
        self.items = items
        self.ended = False
        self.error: BaseException | None = None


class GroupCommit(Generic[T]):
    """Writers that come while others are being written share the next call of `write`, and so its wait for the disk.

    `write` takes the items of all of them, in one transaction. Where it fails for several writers it is called again
    for each, so that each gets its own error and no other's.
    """

    def __init__(self, write: Callable[[Sequence[T]], None]) -> None:
        self._write = write
        self._turn = threading.Lock()
        self._queue = threading.Lock()
        self._waiting: list[_Waiting[T]] = []

    def put(self, items: Sequence[T]) -> None:
        """Returns when the items are written. Raises what writing them raised."""
        if not items:
            return
        mine = _Waiting(items)
        with self._queue:
            self._waiting.append(mine)
        with self._turn:
            if not mine.ended:
                with self._queue:
                    together, self._waiting = self._waiting, []
                self._settle(together)
        if mine.error is not None:
            raise mine.error

    def _settle(self, together: Sequence[_Waiting[T]]) -> None:
        try:
            self._write([item for one in together for item in one.items])
        except BaseException as error:  # noqa: BLE001 - it is raised where it belongs, by `put`
            if len(together) == 1:
                together[0].error = error
            else:
                for one in together:
                    self._settle([one])
        for one in together:
            one.ended = True

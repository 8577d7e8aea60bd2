"""Who may use the engine now: so many answers at once, people first, and callers in turn."""

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import AsyncIterator

from server.errors import Saturated
from server.model import Caller

RETRY_SECONDS = 2


class Waiting:
    """Those who wait, an owner's in their order, and owners in turn."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._owners.values()))

    def join(self, owner: str, turn: asyncio.Future[None]) -> None:
        """Waits behind the owner's others."""
        self._owners.setdefault(owner, deque()).append(turn)

    def leave(self, owner: str, turn: asyncio.Future[None]) -> None:
        """Waits no more."""
        with contextlib.suppress(KeyError, ValueError):
            self._owners[owner].remove(turn)
            if not self._owners[owner]:
                del self._owners[owner]

    def next(self) -> asyncio.Future[None] | None:
        """The first one of the owner whose turn it is, who then is the last of the owners."""
        if not self._owners:
            return None
        owner, turns = next(iter(self._owners.items()))
        turn = turns.popleft()
        del self._owners[owner]
        if turns:
            self._owners[owner] = turns
        return turn


class Turnstile:
    """Lets at most `slots` answers be under way, of which `bulk_slots` may be of batches and evaluations.

    A person gets a free slot or is told at once that there is none. Only where work in bulk holds slots, a person may
    wait, for the first of its answers to end: as many people as it holds slots, and no longer than `seconds`. What is
    asked in bulk waits as long as it takes, behind all people, the owners in turn.

    All of it happens on one event loop.
    """

    def __init__(self, slots: int, bulk_slots: int, seconds: float = 30.0) -> None:
        self._slots = slots
        self._bulk_slots = min(bulk_slots, slots)
        self._seconds = seconds
        self._people = 0
        self._bulk = 0
        self._waiting_people = Waiting()
        self._waiting_bulk = Waiting()

    @property
    def under_way(self) -> int:
        """Answers being given now."""
        return self._people + self._bulk

    @property
    def waiting(self) -> int:
        """Callers that wait for their turn."""
        return len(self._waiting_people) + len(self._waiting_bulk)

    @contextlib.asynccontextmanager
    async def turn(self, caller: Caller) -> AsyncIterator[None]:
        """Holds a slot while the block runs. Raises Saturated: a person finds none."""
        await self._enter(caller)
        try:
            yield
        finally:
            self._leave(caller)

    async def _enter(self, caller: Caller) -> None:
        waiting = self._waiting_bulk if caller.bulk else self._waiting_people
        free = self.under_way < self._slots and not len(self._waiting_people)
        if caller.bulk:
            free = free and self._bulk < self._bulk_slots and not len(self._waiting_bulk)
        elif not free and len(self._waiting_people) >= self._bulk:
            raise Saturated(retry_after=RETRY_SECONDS)
        if free:
            self._count(1, bulk=caller.bulk)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.join(caller.owner, turn)
        try:
            async with asyncio.timeout(None if caller.bulk else self._seconds):
                await turn
        except BaseException as error:
            waiting.leave(caller.owner, turn)
            if turn.done() and not turn.cancelled():  # it was let in at the moment it gave up
                self._leave(caller)
            if isinstance(error, TimeoutError):
                raise Saturated(retry_after=RETRY_SECONDS) from None
            raise

    def _leave(self, caller: Caller) -> None:
        self._count(-1, bulk=caller.bulk)
        while self.under_way < self._slots:
            bulk = not len(self._waiting_people)
            if bulk and self._bulk >= self._bulk_slots:
                return
            turn = (self._waiting_bulk if bulk else self._waiting_people).next()
            if turn is None:
                return
            if not turn.done():
                self._count(1, bulk=bulk)
                turn.set_result(None)

    def _count(self, change: int, *, bulk: bool) -> None:
        if bulk:
            self._bulk += change
        else:
            self._people += change

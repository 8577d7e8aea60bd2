"""Answers the lines of one batch, several at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Final

import structlog

from server.batches.lines import Request, answered, read, request_id
from server.errors import LecternError
from server.jobs.heartbeat import Heartbeat
from server.jobs.loop import TryLater
from server.model import Caller
from server.ports import Keys
from server.ports.batches import BatchLine, BatchRecord, BatchRows, BatchStatus, LineStatus

SLICE_SECONDS: Final = 30.0
"""After which another batch has its turn."""
LOOK_SECONDS: Final = 1.0
_READ_AHEAD: Final = 64

log = structlog.get_logger()

Told = tuple[int, Mapping[str, Any]]
"""HTTP status and body of an answer."""
Answer = Callable[[Caller, str, Mapping[str, Any], str], Awaitable[Mapping[str, Any]]]
"""(caller, endpoint, request, its id) -> the whole answer. Raises LecternError."""
CallerNow = Callable[[str, str], Caller]
"""(owner, key or session) -> the caller with its rights of now. Raises WrongApiKey, ExpiredApiKey."""


@dataclass(frozen=True, slots=True)
class Answering:
    """How lines are answered: on which event loop, and how many of a batch at once."""

    answer: Answer
    caller_now: CallerNow
    loop: asyncio.AbstractEventLoop
    at_once: int

    def begin(self, caller: Caller, record: BatchRecord, request: Request) -> Future[Told]:
        """Begins to answer a line of a batch."""
        name = request_id(record.id, request)
        return asyncio.run_coroutine_threadsafe(self._told(caller, record.endpoint, request.body, name), self.loop)

    async def _told(self, caller: Caller, endpoint: str, body: Mapping[str, Any], name: str) -> Told:
        try:
            return 200, await self.answer(caller, endpoint, body, name)
        except LecternError as error:
            if error.passes:
                raise
            return error.status, error.body


class Asker:
    """Asks what still waits of batches. What was answered is sealed and kept line by line."""

    def __init__(self, rows: BatchRows, keys: Keys, answering: Answering) -> None:
        self._rows = rows
        self._keys = keys
        self._answering = answering

    def ask(self, record: BatchRecord, stream: BinaryIO, heartbeat: Heartbeat) -> None:
        """Answers lines of the input file until none waits or the batch is over.

        Raises:
            TryLater: its slice of time is over, or something that answers is down.
            LostLeaseError: another worker has it, or this one is to stop.
            WrongApiKey, ExpiredApiKey: whoever made the batch may not come in any more.
        """
        until = time.monotonic() + SLICE_SECONDS
        under_way: dict[Future[Told], tuple[BatchLine, Request]] = {}
        waiting = self._waiting(record.id)
        caller, looked = self._caller(record), time.monotonic()
        try:
            while True:
                while len(under_way) < self._answering.at_once and time.monotonic() < until:
                    if (line := next(waiting, None)) is None:
                        break
                    request = _request(record, stream, line)
                    under_way[self._answering.begin(caller, record, request)] = line, request
                if not under_way:
                    break
                for done in wait(under_way, LOOK_SECONDS, FIRST_COMPLETED).done:
                    self._settle(record, *under_way.pop(done), done)
                    heartbeat.advance()
                heartbeat.check()
                if time.monotonic() - looked >= LOOK_SECONDS:
                    if self._over(record):
                        return
                    caller, looked = self._caller(record), time.monotonic()
        except LecternError as error:
            if not error.passes:
                raise
            log.warning("A batch waits", batch=record.id, reason=error.message)
            raise TryLater from error
        finally:
            for future in under_way:
                future.cancel()
        if self._rows.lines(record.id, LineStatus.WAITING, 0, 1):
            raise TryLater(0.2)

    def _caller(self, record: BatchRecord) -> Caller:
        return replace(self._answering.caller_now(record.owner, record.came_by), bulk=True)

    def _over(self, record: BatchRecord) -> bool:
        return time.time() >= record.expires_at or self._rows.get(record.id).status != BatchStatus.IN_PROGRESS

    def _waiting(self, batch_id: str) -> Iterator[BatchLine]:
        after = 0
        while lines := self._rows.lines(batch_id, LineStatus.WAITING, after, _READ_AHEAD):
            yield from lines
            after = lines[-1].number

    def _settle(self, record: BatchRecord, line: BatchLine, request: Request, done: Future[Told]) -> None:
        try:
            status, body = done.result()
        except Exception as error:
            if isinstance(error, LecternError) and error.passes:
                raise
            log.exception("A line of a batch failed", batch=record.id, line=line.number, exc_info=error)
            told = LecternError(request_id=f"{record.id} line {line.number}")
            status, body = told.status, told.body
        text = answered(record.id, request, status, body).decode()
        outcome = self._keys.seal_text(record.id, text, context_of(line))
        result = LineStatus.COMPLETED if status == 200 else LineStatus.FAILED
        self._rows.settle(replace(line, status=result, outcome=outcome))


def context_of(line: BatchLine) -> str:
    """What the outcome of a line is sealed for."""
    return f"{line.batch_id} {line.number}"


def _request(record: BatchRecord, stream: BinaryIO, line: BatchLine) -> Request:
    stream.seek(line.start)
    return read(stream.read(line.length), line.number, record.endpoint)

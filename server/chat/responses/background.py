"""Answers responses that nobody waits for, as jobs that outlive the process."""

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from server.chat.responses.items import stored
from server.chat.responses.keep import Keep, Kept
from server.chat.responses.request import CreateResponse
from server.chat.responses.responses import Begun, Responses
from server.chat.responses.shape import Response
from server.chat.responses.telling import Event, Telling
from server.errors import (
    EngineLost,
    InvalidRequest,
    LecternError,
    UnknownFile,
    UnknownResponse,
)
from server.jobs.heartbeat import Heartbeat, LostLeaseError
from server.jobs.loop import Loop, TryLater
from server.model import LECTERN, AuditEvent, Caller, Lease
from server.ports import Admission, Audit, Jobs

RESPONSE: Final = "response"
"""The kind of job that is one response."""
AT_ONCE: Final = 4
_PATIENCE_SECONDS: Final = 3600.0
_MOST_ATTEMPTS: Final = 3
_POLL_SECONDS: Final = 0.2
_FLUSH_SECONDS: Final = 0.1
_UNDER_WAY: Final = frozenset({"queued", "in_progress"})
_LATER_SECONDS: Final = 5.0
_SWEEP_SECONDS: Final = 60.0
_LAST: Final = frozenset({"response.completed", "response.incomplete", "response.failed"})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where those stand whose responses are answered when they are not there: `now` gives the caller of an owner and a
    key with the rights of now (raises WrongApiKey, ExpiredApiKey), `admission` tells how much it may ask, and `audit`
    records it. `worker` is the name under which this process works."""

    now: Callable[[str, str], Caller]
    admission: Admission
    audit: Audit
    worker: str


class Background:
    """Queues responses and answers them, some at once, on the event loop it was made on. `sweep` forgets what has had
    its time; it is called every minute."""

    def __init__(
        self, responses: Responses, keep: Keep, jobs: Jobs, standing: Standing, sweep: Callable[[], None]
    ) -> None:
        self._responses = responses
        self._keep = keep
        self._jobs = jobs
        self._standing = standing
        self._loop = asyncio.get_running_loop()
        self._queue = Loop(jobs, RESPONSE, self._work, standing.worker)
        self._sweep_once = sweep
        self._stopping = threading.Event()
        self._sweeper = threading.Thread(target=self._sweep, name="responses", daemon=True)

    async def add(self, request: CreateResponse, caller: Caller) -> Response:
        """Queues a response. Raises what `Responses.begin` raises of the request itself."""
        place = await self._responses.place(request, caller)
        await self._responses.check(request, place, caller)
        response = self._responses.queued(request)
        asked = {
            "request": request.model_dump(exclude_unset=True, by_alias=True),
            "came_by": caller.key_id,
            "streamed": bool(request.stream),
        }
        kept = Kept(caller.owner, response, stored(request.input, response["id"]), (), asked, place=place)
        await asyncio.to_thread(self._keep.add, kept)
        await asyncio.to_thread(self._jobs.add, RESPONSE, kept.id, {})
        return response

    def start(self) -> None:
        """Begins to answer, also what was kept just before Lectern ended, and to forget responses whose time is
        over."""
        for response_id in self._keep.under_way():
            self._jobs.add(RESPONSE, response_id, {})
        self._queue.start((None,) * AT_ONCE)
        self._sweeper.start()

    def stop(self) -> None:
        """Ends; responses under way go back to the queue."""
        self._stopping.set()
        self._queue.stop()

    def cancel(self, response_id: str, caller: Caller) -> Response:
        """Ends a response in the background. Raises UnknownResponse, InvalidRequest."""
        kept = self._keep.get(response_id, caller)
        if not kept.background:
            detail = "only a response in the background can be cancelled; of a stream, close the connection"
            raise InvalidRequest(detail=detail)
        if kept.status in _UNDER_WAY:
            response = {**kept.response, "status": "cancelled"}
            self._keep.change(replace(kept, response=response, asked=_rest(kept)))
            self._jobs.cancel(RESPONSE, response_id)
        return self._responses.get(response_id, caller).response

    def drop(self, response_ids: Iterable[str]) -> None:
        """Ends the responses of these that are under way: they were deleted."""
        for response_id in response_ids:
            self._jobs.cancel(RESPONSE, response_id)

    def delete(self, response_id: str, caller: Caller) -> None:
        """Forgets a response, and ends it if it is under way. Raises UnknownResponse."""
        self._keep.delete(response_id, caller)
        self._jobs.cancel(RESPONSE, response_id)

    def streams(self, kept: Kept, caller: Caller) -> bool:
        """Whether its events can be told to the caller."""
        return (
            caller.owns(kept.owner)
            and bool(kept.asked.get("streamed"))
            and not kept.withheld
            and kept.status != "cancelled"
        )

    async def events(self, response_id: str, after: int) -> AsyncGenerator[Event, None]:
        """The events of a response, as they come; the first is the one after the sequence number `after`."""
        while True:
            # Asked before the events are read: what has ended by then adds no more.
            status = await asyncio.to_thread(self._keep.status, response_id)
            found = await asyncio.to_thread(self._keep.events, response_id, after)
            for event in found:
                yield event
                after = event["sequence_number"]
                if event["type"] in _LAST:
                    return
            if not found and status not in _UNDER_WAY:
                return
            if not found:
                await asyncio.sleep(_POLL_SECONDS)

    def _work(self, lease: Lease, heartbeat: Heartbeat) -> None:
        try:
            kept = self._keep.get(lease.subject, LECTERN)
            if kept.status not in _UNDER_WAY:
                return
            interrupted = lease.attempt > _MOST_ATTEMPTS or bool(self._keep.events(kept.id, -1))
            if interrupted:
                self._fail(kept, EngineLost(detail="Lectern was stopped"))
                return
            self._wait(asyncio.run_coroutine_threadsafe(self._answer(kept), self._loop), heartbeat)
        except (UnknownResponse, UnknownFile):
            log.info("The response has gone", response=lease.subject)

    def _wait(self, answer: concurrent.futures.Future[None], heartbeat: Heartbeat) -> None:
        """Until it is answered, or is no more this process's to answer."""
        while not concurrent.futures.wait([answer], _POLL_SECONDS).done:
            try:
                heartbeat.check()
            except LostLeaseError:
                answer.cancel()
                raise
        answer.result()

    async def _answer(self, kept: Kept) -> None:
        request = CreateResponse.model_validate(kept.asked["request"])
        try:
            caller = await asyncio.to_thread(self._standing.now, kept.owner, kept.asked["came_by"])
            caller = replace(caller, bulk=not request.stream)  # of a stream somebody is waiting for the end
            async with self._standing.admission.answer(caller):
                begun = await self._responses.begin(request, caller, of=kept)
                documents = tuple(begun.kept.documents)
                event = AuditEvent("answer_response", "background", caller, resources=(kept.id,), documents=documents)
                await asyncio.to_thread(self._standing.audit.append, [event], durable=False)
                await self._tell(kept, begun)
        except LecternError as error:
            if error.passes and time.time() - kept.response["created_at"] < _PATIENCE_SECONDS:
                raise TryLater(_LATER_SECONDS) from error
            await asyncio.to_thread(self._fail, kept, error)

    async def _tell(self, kept: Kept, begun: Begun) -> None:
        """Answers; the events are kept on the way where they are to be told."""
        streamed, last = bool(kept.asked["streamed"]), list[Event]()
        under_way = replace(begun.kept, response={**kept.response, "status": "in_progress"}, asked=kept.asked)
        await asyncio.to_thread(self._keep.change, under_way)
        async with asyncio.TaskGroup() as group:
            waiting: asyncio.Queue[Event | None] = asyncio.Queue()
            group.create_task(self._write(kept.id, waiting))
            async for event in self._responses.tell(begun, keep=False):
                if event["type"] in _LAST:
                    last = [event]
                elif streamed:
                    waiting.put_nowait(event)
            waiting.put_nowait(None)
        # False: it was cancelled while it was answered. Its end is told once it can be asked for.
        if await asyncio.to_thread(self._keep.change, replace(begun.kept, asked=_rest(kept))) and streamed:
            await asyncio.to_thread(self._keep.add_events, kept.id, last)

    async def _write(self, response_id: str, waiting: asyncio.Queue[Event | None]) -> None:
        """Keeps events in their order as they come, those together that come while others are written; None ends
        it."""
        event = await waiting.get()
        while event is not None:
            events = [event]
            while not waiting.empty() and (event := waiting.get_nowait()) is not None:
                events.append(event)
            await asyncio.to_thread(self._keep.add_events, response_id, events)
            if event is not None:
                await asyncio.sleep(_FLUSH_SECONDS)
                event = await waiting.get()

    def _fail(self, kept: Kept, error: LecternError) -> None:
        told = self._told(kept.id)
        telling = Telling(dict(kept.response), (), first=told[-1]["sequence_number"] + 1 if told else 0)
        events = [*(() if told else telling.begin()), *telling.failed(error)]
        if self._keep.change(replace(kept, response=telling.response, asked=_rest(kept))) and kept.asked["streamed"]:
            self._keep.add_events(kept.id, events)

    def _told(self, response_id: str) -> list[Event]:
        found: list[Event] = []
        while more := self._keep.events(response_id, found[-1]["sequence_number"] if found else -1):
            found += more
        return found

    def _sweep(self) -> None:
        while not self._stopping.wait(_SWEEP_SECONDS):
            try:
                self._sweep_once()
            except Exception:
                log.exception("Old responses could not be forgotten; trying again")


def _rest(kept: Kept) -> dict[str, Any]:
    """What is kept of the request of a response that is answered."""
    return {"streamed": kept.asked["streamed"]}

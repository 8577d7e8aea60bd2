"""Writes events to the record: those that come together with one commit."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import structlog

from server.audit.repeats import Repeats
from server.errors import AuditUnavailable, LecternError
from server.model import AuditEvent
from server.ports import Audit

log = structlog.get_logger()

FLUSH_SECONDS = 10


class Recorder:
    """Records what the requests of one process do. With `required` a request that cannot be recorded fails."""

    def __init__(self, *, required: bool) -> None:
        self._required = required
        self._repeats = Repeats()
        self._audit: Audit | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="audit")
        self._waiting: list[tuple[AuditEvent, bool, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def recording(self, audit: Audit) -> AsyncIterator[None]:
        """While the block runs, events go to `audit`; at its end, what was held back."""
        self._audit = audit
        flushing = asyncio.create_task(self._flush())
        try:
            yield
        finally:
            flushing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await flushing
            await self._write_repeats(all_of_them=True)
            self._audit = None
            self._thread.shutdown()

    async def record(self, event: AuditEvent, *, durable: bool) -> None:
        """Returns when the event stands in the record, or was counted as one of many.

        Raises:
            AuditUnavailable: it cannot be written, and must be.
        """
        if not self._repeats.admit(event):
            return
        try:
            await self._put(event, durable=durable)
        except LecternError as error:
            log.warning("An event is not on record", action=event.action, reason=error.message)
            if self._required:
                raise

    async def _put(self, event: AuditEvent, *, durable: bool) -> None:
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, durable, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await written

    async def _write(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            error: LecternError | None = None
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, self._append, together)
            except LecternError as raised:
                error = raised
            except Exception as raised:
                log.exception("The record cannot be written", exc_info=raised)
                error = AuditUnavailable(detail=type(raised).__name__)
            for _, _, written in together:
                if written.done():  # the request was given up meanwhile
                    continue
                if error is None:
                    written.set_result(None)
                else:
                    written.set_exception(error)
        self._writing = None

    def _append(self, together: list[tuple[AuditEvent, bool, asyncio.Future[None]]]) -> None:
        if self._audit is None:
            raise AuditUnavailable(detail="Lectern is not running")
        durable = any(durable for _, durable, _ in together)
        self._audit.append([event for event, _, _ in together], durable=durable)

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self._write_repeats()

    async def _write_repeats(self, *, all_of_them: bool = False) -> None:
        for event in self._repeats.due(all_of_them=all_of_them):
            try:
                await self._put(event, durable=False)
            except LecternError as error:
                log.warning("An event is not on record", action=event.action, reason=error.message)

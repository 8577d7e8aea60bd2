"""Takes batches from the queue, checks their files, has their lines answered, and ends them."""

import io
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, Final

import structlog

from server.batches.asking import Asker
from server.batches.batches import BATCH
from server.batches.lines import Checked
from server.batches.writing import OvertakenError, Writing
from server.errors import DamagedSeal, ExpiredApiKey, LecternError, UnknownBatch, UnknownFile, WrongApiKey
from server.jobs.heartbeat import Heartbeat
from server.jobs.loop import Loop, TryLater
from server.model import Lease
from server.ports import Jobs
from server.ports.batches import BatchLine, BatchRecord, BatchRows, BatchStatus

AT_ONCE: Final = 4
"""Batches under way at once; the others have their turn after them."""
_MOST_ATTEMPTS: Final = 5
_READ_BYTES: Final = 1024 * 1024

log = structlog.get_logger()


class Runner:
    """Runs batches. One that was interrupted goes on with the lines that still wait; one that takes long makes room for
    others again and again. `check` reads an input file for an endpoint."""

    def __init__(
        self,
        jobs: Jobs,
        rows: BatchRows,
        check: Callable[[BinaryIO, str], Checked],
        open_file: Callable[[str], BinaryIO],
        asker: Asker,
        writing: Writing,
        name: str,
    ) -> None:
        self._rows = rows
        self._check = check
        self._open_file = open_file
        self._asker = asker
        self._writing = writing
        self._loop = Loop(jobs, BATCH, self._run, name)

    def start(self) -> None:
        """Begins to look for batches."""
        self._loop.start([None] * AT_ONCE)

    def stop(self) -> None:
        """Ends; batches under way go back to the queue."""
        self._loop.stop()

    def _run(self, lease: Lease, heartbeat: Heartbeat) -> None:
        try:
            self._advance(lease, heartbeat)
        except UnknownBatch:
            log.info("The batch has gone", batch=lease.subject)
        except OvertakenError:
            raise TryLater(0) from None

    def _advance(self, lease: Lease, heartbeat: Heartbeat) -> None:
        record = self._rows.get(lease.subject)
        try:
            if lease.attempt > _MOST_ATTEMPTS:
                message = f"Lectern stopped {lease.attempt - 1} times at the same lines."
                self._writing.fail(record, [_error("interrupted", message)])
                return
            if record.status == BatchStatus.VALIDATING:
                record = self._validated(record)
            if record.status == BatchStatus.IN_PROGRESS and time.time() < record.expires_at:
                with self._open_file(record.input_file_id) as stream:
                    self._asker.ask(record, stream, heartbeat)
            self._writing.finish(self._rows.get(record.id))
        except (WrongApiKey, ExpiredApiKey, UnknownFile, DamagedSeal) as error:
            self._writing.fail(self._rows.get(record.id), [_error(error.code, _told(error))])

    def _validated(self, record: BatchRecord) -> BatchRecord:
        with self._open_file(record.input_file_id) as stream:
            # A sealed file reads lines byte by byte.
            checked = self._check(io.BufferedReader(stream, _READ_BYTES), record.endpoint)  # type: ignore[type-var]
        if checked.errors:
            self._writing.fail(record, checked.errors)
        else:
            lines = [BatchLine(record.id, *place) for place in checked.requests]
            times = {**record.times, "in_progress_at": int(time.time())}
            self._rows.change(replace(record, status=BatchStatus.IN_PROGRESS, times=times), record.status, lines)
        return self._rows.get(record.id)


def _error(code: str, message: str) -> Mapping[str, Any]:
    return {"code": code, "message": message, "line": None, "param": None}


def _told(error: LecternError) -> str:
    if isinstance(error, UnknownFile):
        return "The input file was deleted."
    if isinstance(error, WrongApiKey | ExpiredApiKey):
        return "The key or account that made the batch may not come in any more, so its requests are not answered."
    return error.message

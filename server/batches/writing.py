"""Ends batches: writes what was answered into files, and notes how the batch ended."""

import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, Final, cast

import structlog

from server.batches.asking import context_of
from server.batches.lines import read, unanswered
from server.model import FileRecord
from server.ports import Keys
from server.ports.batches import BatchRecord, BatchRows, BatchStatus, LineStatus

PURPOSE: Final = "batch_output"
_READ_AHEAD: Final = 200
_EXPIRED: Final = "The batch expired before this request was answered. Send it again in a new batch."

log = structlog.get_logger()

Put = Callable[[str, str, BinaryIO, Callable[..., None]], FileRecord]
"""(name, purpose, content, what writes its row) -> the file; nothing is left of one whose row was not written."""


class OvertakenError(Exception):
    """The batch was ended or cancelled meanwhile."""


class Writing:
    """Writes the files of batches: one of what was answered, one of what was refused; each only if there is any."""

    def __init__(self, rows: BatchRows, keys: Keys, put: Put, open_file: Callable[[str], BinaryIO]) -> None:
        self._rows = rows
        self._keys = keys
        self._put = put
        self._open_file = open_file

    def finish(self, record: BatchRecord) -> None:
        """Ends a batch of which nothing is to be asked any more: completed, expired or cancelled."""
        waits = bool(self._rows.lines(record.id, LineStatus.WAITING, 0, 1))
        if record.status == BatchStatus.CANCELLING:
            self._end(record, BatchStatus.CANCELLED, [])
        elif waits:
            self._end(record, BatchStatus.EXPIRED, [])
        else:
            record = self._finalizing(record)
            self._end(record, BatchStatus.COMPLETED, [])

    def fail(self, record: BatchRecord, errors: Sequence[Mapping[str, Any]]) -> None:
        """Ends a batch that cannot go on; what was answered is kept."""
        self._end(record, BatchStatus.FAILED, errors)

    def _finalizing(self, record: BatchRecord) -> BatchRecord:
        if record.status != BatchStatus.IN_PROGRESS:
            return record
        times = {**record.times, "finalizing_at": int(time.time())}
        finalizing = replace(record, status=BatchStatus.FINALIZING, times=times)
        if not self._rows.change(finalizing, record.status):
            raise OvertakenError
        return finalizing

    def _end(self, record: BatchRecord, status: BatchStatus, errors: Sequence[Mapping[str, Any]]) -> None:
        if record.status.ended:
            return
        counts = self._rows.counts(record.id)
        expired = counts[LineStatus.WAITING] if status == BatchStatus.EXPIRED else 0
        ended = replace(
            record,
            status=status,
            times={**record.times, f"{status}_at": int(time.time())},
            errors=tuple(errors),
            total=sum(counts.values()),
            completed=counts[LineStatus.COMPLETED],
            failed=counts[LineStatus.FAILED] + expired,
        )
        wanted = []
        if ended.completed:
            wanted.append(("output", self._outcomes(record, LineStatus.COMPLETED)))
        if ended.failed:
            wanted.append(("error", self._refused(record, expired=bool(expired))))
        self._write(ended, record.status, wanted, [])
        self._keys.destroy(record.id)
        log.info("Batch ended", batch=record.id, status=str(status), lines=ended.total, failed=ended.failed)

    def _write(
        self, ended: BatchRecord, of: BatchStatus, wanted: Sequence[tuple[str, Iterator[bytes]]], kept: list[FileRecord]
    ) -> None:
        """Writes one file after the other, and their rows with the batch's: all of it is there, or nothing."""
        if not wanted:
            if not self._rows.end(ended, of, kept):
                raise OvertakenError
            return
        (kind, lines), *more = wanted

        def record(file: FileRecord) -> None:
            kept_until = None if ended.output_seconds is None else file.created_at + ended.output_seconds
            row = replace(file, owner=ended.owner, expires_at=kept_until)
            output = file.id if kind == "output" else ended.output_file_id
            error = file.id if kind == "error" else ended.error_file_id
            self._write(replace(ended, output_file_id=output, error_file_id=error), of, more, [*kept, row])

        self._put(f"{ended.id}_{kind}.jsonl", PURPOSE, cast(BinaryIO, Lines(lines)), record)

    def _outcomes(self, record: BatchRecord, status: LineStatus) -> Iterator[bytes]:
        after = 0
        while lines := self._rows.lines(record.id, status, after, _READ_AHEAD):
            for line in lines:
                yield self._keys.open_text(record.id, line.outcome or "", context_of(line)).encode() + b"\n"
            after = lines[-1].number

    def _refused(self, record: BatchRecord, *, expired: bool) -> Iterator[bytes]:
        yield from self._outcomes(record, LineStatus.FAILED)
        if not expired:
            return
        after = 0
        with self._open_file(record.input_file_id) as stream:
            while lines := self._rows.lines(record.id, LineStatus.WAITING, after, _READ_AHEAD):
                for line in lines:
                    stream.seek(line.start)
                    request = read(stream.read(line.length), line.number, record.endpoint)
                    yield unanswered(record.id, request, "batch_expired", _EXPIRED) + b"\n"
                after = lines[-1].number


class Lines(io.BufferedIOBase):
    """Lines that are made while they are read."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._rest = b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """So many bytes, fewer only at the end."""
        wanted = float("inf") if size is None or size < 0 else size
        parts, length = [self._rest], len(self._rest)
        while length < wanted and (line := next(self._lines, None)) is not None:
            parts.append(line)
            length += len(line)
        whole = b"".join(parts)
        end = length if size is None or size < 0 else size
        self._rest = whole[end:]
        return whole[:end]

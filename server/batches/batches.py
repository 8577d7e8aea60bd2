"""Batches of requests: made, looked at and cancelled by those whose they are."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from server.errors import InvalidRequest, OutOfScope, UnknownBatch
from server.model import Caller, Page, Role, Scope
from server.ports import Catalog, Jobs, Keys, Rights
from server.ports.batches import BatchRecord, BatchRows, BatchStatus, LineStatus

BATCH: Final = "batch"
"""The kind of job that is one batch, and the purpose of its input file."""
WINDOW_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch with how many of its lines there are, and how many were answered and failed."""

    batch: BatchRecord
    total: int
    completed: int
    failed: int


class Batches:
    """The batches of this Lectern."""

    def __init__(self, rows: BatchRows, catalog: Catalog, rights: Rights, keys: Keys, jobs: Jobs) -> None:
        self._rows = rows
        self._catalog = catalog
        self._rights = rights
        self._keys = keys
        self._jobs = jobs

    def create(
        self,
        caller: Caller,
        endpoint: str,
        file_id: str,
        metadata: Mapping[str, str],
        output_seconds: int | None,
    ) -> BatchView:
        """A new batch of the requests in an uploaded file; a job answers them.

        Raises:
            OutOfScope: the caller's key does not admit to asking, which is what a batch does.
            UnknownFile: there is no such file for the caller.
            InvalidRequest: it was not uploaded for batches.
        """
        if caller.scopes is not None and Scope.CHAT not in caller.scopes:
            raise OutOfScope(scopes=", ".join(sorted(caller.scopes)), needed=Scope.CHAT)
        self._rights.of_file(caller, file_id, Role.READER)
        file = self._catalog.file(file_id)
        if file.purpose != BATCH:
            detail = f"{file.filename} was uploaded with the purpose {file.purpose!r}; upload it with {BATCH!r}"
            raise InvalidRequest(detail=detail, param="input_file_id")
        now = int(time.time())
        record = BatchRecord(
            id=f"batch_{uuid.uuid4().hex}",
            owner=caller.owner,
            came_by=caller.key_id,
            endpoint=endpoint,
            input_file_id=file_id,
            created_at=now,
            expires_at=now + WINDOW_SECONDS,
            output_seconds=output_seconds,
            metadata=dict(metadata),
        )
        self._keys.create(record.id)
        try:
            self._rows.add(record)
        except BaseException:
            self._keys.destroy(record.id)
            raise
        self._jobs.add(BATCH, record.id, {})
        return self._view(record)

    def get(self, caller: Caller, batch_id: str) -> BatchView:
        """A batch, and how far it is. Raises UnknownBatch."""
        return self._view(self._own(caller, batch_id))

    def page(self, caller: Caller, page: Page) -> list[BatchView]:
        """A page of the caller's batches. Raises InvalidRequest."""
        return [self._view(record) for record in self._rows.page(page, caller)]

    def cancel(self, caller: Caller, batch_id: str) -> BatchView:
        """Has a batch end; what was answered stays. One that has ended stays as it is. Raises UnknownBatch."""
        record = self._own(caller, batch_id)
        while not record.status.ended and record.status != BatchStatus.CANCELLING:
            times = {**record.times, "cancelling_at": int(time.time())}
            if self._rows.change(replace(record, status=BatchStatus.CANCELLING, times=times), record.status):
                self._jobs.add(BATCH, batch_id, {})
            record = self._rows.get(batch_id)
        return self._view(record)

    def resume(self) -> None:
        """Queues again what should be under way but has no job."""
        for record in self._rows.unfinished():
            self._jobs.add(BATCH, record.id, {})

    def _own(self, caller: Caller, batch_id: str) -> BatchRecord:
        record = self._rows.get(batch_id)
        if not caller.owns(record.owner):
            raise UnknownBatch(batch=batch_id)
        return record

    def _view(self, record: BatchRecord) -> BatchView:
        if record.status.ended:
            return BatchView(record, record.total, record.completed, record.failed)
        counts = self._rows.counts(record.id)
        return BatchView(record, sum(counts.values()), counts[LineStatus.COMPLETED], counts[LineStatus.FAILED])

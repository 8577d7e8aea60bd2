"""The jobs of all kinds, as an administrator sees them."""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.errors import JobConflict, UnknownStore
from server.model import Caller, FileStatus, JobFilter, JobRecord, JobState, Page, StoreFile
from server.ports import Catalog, JobRows

_OPEN = frozenset({JobState.QUEUED, JobState.RUNNING})
_TO_NOTHING = frozenset({FileStatus.FAILED, FileStatus.CANCELLED})

Cancel = Callable[[JobRecord, Caller], object]
"""Gives up what a job is for, so that nobody queues it again."""


@dataclass(frozen=True, slots=True)
class JobView:
    """A job, with the names of what it is about, how the file it reads stands now, and what can be done to it."""

    record: JobRecord
    store_id: str | None
    store: str | None
    file_id: str | None
    filename: str | None
    standing: StoreFile | None
    can_cancel: bool
    can_retry: bool


class JobList:
    """Jobs of the queue. `cancels` are the kinds that can be given up, and how; `read_again` has a file that failed or
    was given up read once more."""

    def __init__(
        self,
        rows: JobRows,
        catalog: Catalog,
        cancels: Mapping[str, Cancel],
        read_again: Callable[[str, str], object],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._rows = rows
        self._catalog = catalog
        self._cancels = cancels
        self._read_again = read_again
        self._clock = clock

    def page(self, wanted: JobFilter, page: Page) -> list[JobView]:
        """A page of the jobs. Raises InvalidRequest: an unknown `after` or `before`."""
        return self._views(self._rows.page(wanted, page))

    def counts(self) -> dict[str, dict[str, int]]:
        """Kind -> state -> number of jobs."""
        found: dict[str, dict[str, int]] = {}
        for (kind, state), number in sorted(self._rows.counts().items()):
            found.setdefault(kind, {})[state] = number
        return found

    def cancel(self, job_id: str, caller: Caller) -> JobView:
        """Gives a job up. Raises UnknownJob; JobConflict: it has ended, or is of a kind that would come back."""
        record = self._rows.get(job_id)
        if record.state not in _OPEN:
            raise JobConflict(job=job_id, verb="cancelled", detail=f"it is {record.state}")
        if (cancel := self._cancels.get(record.kind)) is None:
            detail = f"a job of the kind {record.kind} would be queued again at once"
            raise JobConflict(job=job_id, verb="cancelled", detail=detail)
        cancel(record, caller)
        return self._view(job_id)

    def retry(self, job_id: str) -> JobView:
        """Has a job that waits for its next attempt tried at once, or a file that came to nothing read again. Raises
        UnknownJob; JobConflict: there is nothing to try again."""
        view = self._view(job_id)
        if not view.can_retry:
            detail = "it neither waits for another attempt nor came to nothing"
            raise JobConflict(job=job_id, verb="tried again", detail=detail)
        if view.record.state == JobState.QUEUED:
            self._rows.hurry(job_id)
        elif view.store_id and view.file_id:
            self._read_again(view.store_id, view.file_id)
        return self._view(job_id)

    def _view(self, job_id: str) -> JobView:
        return self._views([self._rows.get(job_id)])[0]

    def _views(self, records: Sequence[JobRecord]) -> list[JobView]:
        places = {record.id: _place(record) for record in records}
        files = self._catalog.files_by_id(sorted({file for _, file in places.values() if file}))
        names: dict[str, str] = {}
        standings: dict[tuple[str | None, str | None], StoreFile] = {}
        for store_id in sorted({store for store, _ in places.values() if store}):
            with contextlib.suppress(UnknownStore):  # it has gone, and its jobs are remembered
                names[store_id] = self._catalog.store(store_id).name
            here = sorted({file for store, file in places.values() if store == store_id and file})
            for entry in self._catalog.store_files_by_id(store_id, here).values():
                standings[store_id, entry.file_id] = entry
        views = []
        for record in records:
            store, file = places[record.id]
            standing = standings.get((store, file))
            views.append(
                JobView(
                    record,
                    store,
                    names.get(store or ""),
                    file,
                    files[file].filename if file in files else None,
                    standing,
                    can_cancel=record.state in _OPEN and record.kind in self._cancels,
                    can_retry=self._can_retry(record, standing),
                )
            )
        return views

    def _can_retry(self, record: JobRecord, standing: StoreFile | None) -> bool:
        if record.state == JobState.QUEUED:
            return record.not_before > self._clock()
        return record.state not in _OPEN and standing is not None and standing.status in _TO_NOTHING


def _place(record: JobRecord) -> tuple[str | None, str | None]:
    """The store and the file that a job is about, if it is about such."""
    store_id, file_id = record.payload.get("store_id"), record.payload.get("file_id")
    if store_id is None and record.subject.startswith("vs_"):
        store_id = record.subject
    return store_id, file_id

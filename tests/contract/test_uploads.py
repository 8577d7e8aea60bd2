"""The port `UploadRows`, on SQLite and PostgreSQL."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.uploads import SqlUploads
from server.errors import InvalidRequest, LecternError, RequestTooLarge, UnknownUpload, UploadEnded
from server.model import FileRecord, PartRecord, UploadRecord, UploadStatus

FILE = FileRecord("file-1", "a.pdf", 10, "assistants", "0" * 64, 100, owner="user:1")


class Clock:
    """Tells the time that the test says."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def upload(number: int = 1, expires_at: int = 2000) -> UploadRecord:
    return UploadRecord(
        f"upload_{number}", "user:1", "jahr\0bericht.pdf", 10, "assistants", "application/pdf", 1000, expires_at, 3600
    )


def part(number: int, size: int | None = None) -> PartRecord:
    return PartRecord(f"part_{number}", "upload_1", size, 1000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rows(database: Database, clock: Clock) -> SqlUploads:
    found = SqlUploads(database, clock)
    found.add(upload())
    return found


def test_an_upload_comes_back_as_it_was_begun(rows: SqlUploads) -> None:
    assert rows.get("upload_1") == replace(upload(), filename="jahr\N{REPLACEMENT CHARACTER}bericht.pdf")
    with pytest.raises(UnknownUpload, match="upload_2"):
        rows.get("upload_2")


def test_a_part_counts_once_it_has_come(rows: SqlUploads) -> None:
    rows.begin_part(part(1), 3)
    rows.begin_part(part(2), 3)
    assert {one.id: one.bytes for one in rows.parts("upload_1")} == {"part_1": None, "part_2": None}
    rows.end_part(part(1, 6), 10)
    rows.drop_part("part_2")
    assert rows.parts("upload_1") == [part(1, 6)]


def test_parts_are_limited_in_number_and_bytes(rows: SqlUploads) -> None:
    rows.begin_part(part(1), 2)
    rows.begin_part(part(2), 2)
    with pytest.raises(InvalidRequest, match="2 parts"):
        rows.begin_part(part(3), 2)
    rows.end_part(part(1, 6_000_000_000), 10_000_000_000)
    with pytest.raises(RequestTooLarge):
        rows.end_part(part(2, 4_000_000_001), 10_000_000_000)
    rows.end_part(part(2, 4_000_000_000), 10_000_000_000)


def test_a_completed_upload_has_its_file(rows: SqlUploads, database: Database) -> None:
    assert rows.draft("upload_1", "file-0") is None
    assert rows.draft("upload_1", "file-1") == "file-0"
    rows.complete("upload_1", FILE)
    assert SqlCatalog(database).file("file-1") == FILE
    assert rows.get("upload_1").status == UploadStatus.COMPLETED
    assert rows.get("upload_1").file_id == "file-1"


def test_a_file_that_is_put_together_by_nobody_any_more_is_not_stored(rows: SqlUploads, database: Database) -> None:
    rows.draft("upload_1", "file-1")
    rows.draft("upload_1", "file-2")
    with pytest.raises(UploadEnded, match="another request"):
        rows.complete("upload_1", FILE)
    assert SqlCatalog(database).files_by_id(["file-1"]) == {}


@pytest.mark.parametrize("end", ["complete", "cancel", "expire"])
def test_an_upload_that_ended_takes_nothing_more(rows: SqlUploads, clock: Clock, end: str) -> None:
    rows.begin_part(part(1), 9)
    rows.draft("upload_1", "file-1")
    if end == "complete":
        rows.complete("upload_1", FILE)
    elif end == "cancel":
        assert rows.cancel("upload_1").status == UploadStatus.CANCELLED
    else:
        clock.now = 2000
        assert rows.get("upload_1").status == UploadStatus.EXPIRED
    steps: list[Callable[[], object]] = [
        lambda: rows.begin_part(part(2), 9),
        lambda: rows.end_part(part(1, 5), 10),
        lambda: rows.draft("upload_1", "file-3"),
        lambda: rows.complete("upload_1", replace(FILE, id="file-3")),
        lambda: rows.cancel("upload_1"),
    ]
    for step in steps:
        with pytest.raises(UploadEnded, match="upload_1"):
            step()


def test_an_upload_that_was_completed_while_it_was_to_expire_is_told_as_completed(
    database: Database, rows: SqlUploads, clock: Clock
) -> None:
    rows.draft("upload_1", FILE.id)
    clock.now = 2000

    begin, done = database.begin, list[bool]()

    def late_begin(*arguments: Any, **options: Any) -> Any:
        if not done:
            done.append(True)
            clock.now = 1999
            rows.complete("upload_1", FILE)
            clock.now = 2000
        return begin(*arguments, **options)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(database, "begin", late_begin)
        found = rows.ended(9)
    assert [(one.status, one.file_id) for one in found] == [(UploadStatus.COMPLETED, FILE.id)]


def test_what_ended_is_told_until_it_is_cleared_and_forgotten_later(rows: SqlUploads, clock: Clock) -> None:
    rows.add(upload(2, expires_at=1500))
    rows.add(upload(3))
    rows.begin_part(part(1), 9)
    assert rows.ended(9) == []
    rows.cancel("upload_1")
    clock.now = 1500
    ended = {one.id: one.status for one in rows.ended(9)}
    assert ended == {"upload_1": UploadStatus.CANCELLED, "upload_2": UploadStatus.EXPIRED}
    rows.cleared("upload_1")
    assert rows.parts("upload_1") == []
    assert [one.id for one in rows.ended(9)] == ["upload_2"]
    rows.forget(5000)
    with pytest.raises(UnknownUpload):
        rows.get("upload_1")
    assert rows.get("upload_2").status == UploadStatus.EXPIRED  # not cleared yet


def test_of_completing_and_cancelling_at_once_exactly_one_wins(rows: SqlUploads, database: Database) -> None:
    catalog = SqlCatalog(database)
    for number in range(10, 18):
        upload_id, file = f"upload_{number}", replace(FILE, id=f"file-{number}")
        rows.add(upload(number))
        rows.draft(upload_id, file.id)
        done: list[str] = []
        gate = threading.Barrier(2)

        def run(name: str, step: Callable[[], object], done: list[str] = done, gate: threading.Barrier = gate) -> None:
            gate.wait()
            try:
                step()
                done.append(name)
            except LecternError as error:
                assert isinstance(error, UploadEnded)  # noqa: PT017 - in a thread of its own

        threads = [
            threading.Thread(target=run, args=("completed", lambda u=upload_id, f=file: rows.complete(u, f))),
            threading.Thread(target=run, args=("cancelled", lambda u=upload_id: rows.cancel(u))),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert done == [rows.get(upload_id).status.value]
        assert (file.id in catalog.files_by_id([file.id])) == (done == ["completed"])

"""The port `BatchRows`, on SQLite and PostgreSQL."""

from dataclasses import replace

import pytest

from server.adapters.database.batches import SqlBatches
from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.errors import InvalidRequest, UnknownBatch
from server.model import Caller, FileRecord, Page, Role
from server.ports.batches import BatchLine, BatchRecord, BatchStatus, LineStatus

VALIDATING, RUNNING = BatchStatus.VALIDATING, BatchStatus.IN_PROGRESS


def record(batch_id: str, owner: str = "user:a") -> BatchRecord:
    return BatchRecord(batch_id, owner, "key-1", "/v1/embeddings", "file-1", 1, 9, metadata={"team": "x\0"})


def lines(batch_id: str, count: int) -> list[BatchLine]:
    return [BatchLine(batch_id, number, number * 10, 9) for number in range(1, count + 1)]


@pytest.fixture
def rows(database: Database) -> SqlBatches:
    rows = SqlBatches(database)
    rows.add(record("batch_1"))
    return rows


def running(rows: SqlBatches, count: int) -> BatchRecord:
    run = replace(record("batch_1"), status=RUNNING, times={"in_progress_at": 3})
    assert rows.change(run, VALIDATING, lines("batch_1", count))
    return run


def test_a_batch_comes_back_as_it_was_stored(rows: SqlBatches) -> None:
    run = running(rows, 1)
    assert rows.get("batch_1") == run
    with pytest.raises(UnknownBatch):
        rows.get("batch_2")


def test_callers_see_their_own_batches_and_administrators_all(rows: SqlBatches) -> None:
    rows.add(record("batch_2", "user:b"))
    rows.add(record("batch_3"))
    caller = Caller("k", "a", Role.EDITOR, owner="user:a")
    assert [one.id for one in rows.page(Page(9, "desc"), caller)] == ["batch_3", "batch_1"]
    assert [one.id for one in rows.page(Page(1, "asc", after="batch_1"), caller)] == ["batch_3"]
    with pytest.raises(InvalidRequest):
        rows.page(Page(9, after="batch_2"), caller)
    assert len(rows.page(Page(9), replace(caller, role=Role.ADMIN))) == 3


def test_a_change_is_made_only_of_the_status_it_was_meant_for(rows: SqlBatches) -> None:
    run = running(rows, 2)
    assert not rows.change(run, VALIDATING, lines("batch_1", 5))
    assert rows.counts("batch_1")[LineStatus.WAITING] == 2
    cancelling = replace(run, status=BatchStatus.CANCELLING)
    assert rows.change(cancelling, RUNNING)
    assert not rows.end(replace(run, status=BatchStatus.COMPLETED), RUNNING, [])
    assert [one.status for one in rows.unfinished()] == [BatchStatus.CANCELLING]


def test_a_line_is_settled_once(rows: SqlBatches) -> None:
    running(rows, 7000)
    first = replace(lines("batch_1", 1)[0], status=LineStatus.COMPLETED, outcome="sealed")
    assert rows.settle(first)
    assert not rows.settle(replace(first, status=LineStatus.FAILED, outcome="other"))
    assert rows.lines("batch_1", LineStatus.COMPLETED, 0, 9) == [first]
    assert [line.number for line in rows.lines("batch_1", LineStatus.WAITING, 5, 2)] == [6, 7]
    assert rows.counts("batch_1") == {LineStatus.WAITING: 6999, LineStatus.COMPLETED: 1, LineStatus.FAILED: 0}


def test_a_batch_ends_with_its_files_and_without_its_lines(rows: SqlBatches, database: Database) -> None:
    run = running(rows, 3)
    file = FileRecord("file-9", "out.jsonl", 3, "batch_output", "00", 5, owner="user:a")
    done = replace(run, status=BatchStatus.COMPLETED, output_file_id="file-9", total=3, completed=3)
    assert rows.end(done, RUNNING, [file])
    assert rows.get("batch_1") == done
    assert SqlCatalog(database).file("file-9") == file
    assert sum(rows.counts("batch_1").values()) == 0
    assert not rows.settle(replace(lines("batch_1", 1)[0], status=LineStatus.FAILED))
    assert rows.unfinished() == []

"""The record of who did what, on SQLite and on PostgreSQL: whoever changes it is found out."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.adapters.audit_head import HeadFile
from server.adapters.database.audit import SqlAudit
from server.adapters.database.engine import Database
from server.adapters.database.schema import audit as table
from server.audit.chain import Signer
from server.audit.verify import Verification
from server.errors import AuditUnavailable, InvalidRequest
from server.model import AuditEvent, AuditFault, AuditFilter, AuditHead, Caller, Page, Role

ADA = Caller("key-1", "Ada", Role.EDITOR, owner="user:ada")
SIGNER = Signer(b"s" * 32)


@pytest.fixture
def record(database: Database, tmp_path: Path) -> SqlAudit:
    return opened(database, tmp_path)


def opened(database: Database, folder: Path) -> SqlAudit:
    return SqlAudit(database, SIGNER, HeadFile(folder, SIGNER.public))


def events(count: int, start: int = 1000) -> list[AuditEvent]:
    return [
        AuditEvent("upload", "POST /v1/files", ADA, resources=(f"file-{n}",), request_id=f"req-{n}", time=start + n)
        for n in range(count)
    ]


def faults(record: SqlAudit) -> list[AuditFault]:
    return Verification(SIGNER.public, record.head()).run(record.entries(*record.bounds()))


def first(record: SqlAudit) -> tuple[int, str]:
    found = faults(record)
    assert found
    return found[0].sequence, found[0].kind


def test_an_untouched_record_is_whole(record: SqlAudit) -> None:
    record.append(events(3))
    record.append(events(2, 2000), durable=False)
    assert faults(record) == []
    assert record.bounds() == (1, 5)
    assert record.bounds(since=1002, until=2001) == (3, 4)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"entry": sa.func.replace(table.c.entry, "user:ada", "user:eve")}, "changed"),
        ({"owner": "user:eve"}, "changed"),
        ({"hash": "0" * 64}, "changed"),
        ({"signature": "0" * 128}, "forged"),
        ({"time": 1}, "changed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "".join(value),
)
def test_a_changed_entry_is_named(record: SqlAudit, database: Database, values: dict[str, object], kind: str) -> None:
    record.append(events(9))
    with database.begin() as connection:
        connection.execute(sa.update(table).where(table.c.sequence == 4).values(values))
    assert first(record) == (4, kind)


def test_a_record_calculated_anew_is_forged_from_the_first_entry_that_was_changed(
    record: SqlAudit, database: Database, tmp_path: Path
) -> None:
    record.append(events(3))
    (tmp_path / "other").mkdir()
    forger = Signer(b"f" * 32)
    with database.begin() as connection:
        connection.execute(sa.delete(table).where(table.c.sequence > 1))
    SqlAudit(database, forger, HeadFile(tmp_path / "other", forger.public)).append(events(3, 5000))
    assert first(record) == (2, "forged")


def test_removed_entries_are_named(record: SqlAudit, database: Database) -> None:
    record.append(events(9))
    with database.begin() as connection:
        connection.execute(sa.delete(table).where(table.c.sequence.in_([4, 5])))
    found = faults(record)
    assert [(fault.sequence, fault.kind) for fault in found] == [(4, "removed")]
    assert "entries 4 to 5 are gone" in found[0].detail


def test_a_removed_beginning_is_named(record: SqlAudit, database: Database) -> None:
    record.append(events(5))
    with database.begin() as connection:
        connection.execute(sa.delete(table).where(table.c.sequence < 3))
    assert first(record) == (1, "removed")


def test_exchanged_entries_are_named(record: SqlAudit, database: Database) -> None:
    record.append(events(5))
    with database.begin() as connection:
        for now, then in ((2, 90), (4, 2), (90, 4)):
            connection.execute(sa.update(table).where(table.c.sequence == now).values(sequence=then))
    assert first(record) == (2, "changed")


def test_a_cut_end_is_named_and_stays_named_when_more_is_written(
    record: SqlAudit, database: Database, tmp_path: Path
) -> None:
    record.append(events(9))
    with database.begin() as connection:
        connection.execute(sa.delete(table).where(table.c.sequence > 6))
    assert first(record) == (7, "cut")
    opened(database, tmp_path).append(events(2, 3000))  # as a server that starts again does
    found = faults(record)
    assert [(fault.sequence, fault.kind) for fault in found] == [(7, "removed")]
    assert "Lectern noticed" in found[0].detail
    newest = record.page(AuditFilter(action="audit_entries_missing"), Page(1))
    assert [entry.sequence for entry in newest] == [10]


def test_a_record_that_was_emptied_is_named(record: SqlAudit, database: Database) -> None:
    record.append(events(2))
    with database.begin() as connection:
        connection.execute(sa.delete(table))
    assert first(record) == (1, "cut")


def test_a_head_from_elsewhere_does_not_count(record: SqlAudit, database: Database, tmp_path: Path) -> None:
    record.append(events(3))
    (tmp_path / "other").mkdir()
    forger = Signer(b"f" * 32)
    other = HeadFile(tmp_path / "other", forger.public)
    with database.begin() as connection:
        connection.execute(sa.delete(table))
    SqlAudit(database, forger, other).append(events(1))
    (tmp_path / "audit.head").write_bytes(other.path.read_bytes())
    record.append(events(1))
    assert [entry.sequence for entry in record.page(AuditFilter(action="audit_head_damaged"), Page(9))] == [2]


def test_a_head_that_is_gone_is_on_record(record: SqlAudit, tmp_path: Path) -> None:
    record.append(events(3))
    (tmp_path / "audit.head").unlink()
    record.append(events(1))
    assert [entry.sequence for entry in record.page(AuditFilter(action="audit_head_missing"), Page(9))] == [4]


def test_pruning_removes_what_is_old_and_says_so(record: SqlAudit) -> None:
    record.append(events(5, 1000))
    assert record.prune(1003, AuditEvent("prune", "lectern audit prune", ADA)) == 3
    assert record.bounds() == (4, 6)
    assert faults(record) == []
    assert record.prune(1004, AuditEvent("prune", "lectern audit prune", ADA)) == 1
    assert faults(record) == []


def test_more_than_was_pruned_may_not_be_gone(record: SqlAudit, database: Database) -> None:
    record.append(events(5, 1000))
    record.prune(1002, AuditEvent("prune", "lectern audit prune", ADA))
    with database.begin() as connection:
        connection.execute(sa.delete(table).where(table.c.sequence == 3))
    assert first(record) == (1, "removed")


def test_entries_are_found_by_who_what_and_when(record: SqlAudit) -> None:
    record.append([*events(3), AuditEvent("chat", "POST /v1/chat/completions", documents=(("vs_1", "file-2"),))])

    def found(**wanted: object) -> list[int]:
        return [entry.sequence for entry in record.page(AuditFilter(**wanted), Page(9, "asc"))]  # type: ignore[arg-type]

    assert found(who="user:ada") == found(who="key-1") == found(who="Ada") == [1, 2, 3]
    assert found(action="chat") == [4]
    assert found(resource="file-2") == [3, 4]
    assert found(resource="file-%") == found(resource='file-2"') == []
    assert found(request="req-1") == [2]
    assert found(since=1001, until=1002) == [2]


def test_what_somebody_sent_is_not_taken_for_what_an_entry_names(record: SqlAudit) -> None:
    forged = [
        AuditEvent("upload", "POST /v1/files", resources=("file-9",), agent="file-2"),
        AuditEvent("upload", "POST /v1/files", resources=("file-9",), detail={"client_request_id": "file-2"}),
        AuditEvent("upload", "POST /v1/files", resources=('file-9","file-2',), agent='["file-2"'),
        AuditEvent("upload", "POST /v1/files", resources=('"file_id":"file-2"',), agent=',"file-2"'),
    ]
    named = [AuditEvent("attach_file", "POST", resources=("vs_1", "file-2")), *events(3)]
    record.append([*forged, *named])
    told = [entry.sequence for entry in record.page(AuditFilter(resource="file-2"), Page(9, "asc"))]
    assert told == [5, 8]


def test_what_was_done_is_told_without_what_was_refused(record: SqlAudit) -> None:
    record.append([AuditEvent("attach_file", "POST", status=status) for status in (None, 200, 404, 400, 503, 204)])
    assert [entry.sequence for entry in record.page(AuditFilter(done=True), Page(9, "asc"))] == [1, 2, 6]


def test_pages_go_on_after_and_before_an_entry(record: SqlAudit) -> None:
    record.append(events(5))
    newest = record.page(AuditFilter(), Page(2))
    assert [entry.sequence for entry in newest] == [5, 4]
    assert [entry.sequence for entry in record.page(AuditFilter(), Page(2, after="audit-4"))] == [3, 2]
    assert [entry.sequence for entry in record.page(AuditFilter(), Page(2, before="audit-3"))] == [5, 4]
    with pytest.raises(InvalidRequest):
        record.page(AuditFilter(), Page(2, after="audit-99"))


def test_writers_that_do_not_know_of_each_other_make_one_chain(database: Database, tmp_path: Path) -> None:
    def write(number: int) -> None:
        other = Database(database.url.render_as_string(hide_password=False))
        mine = opened(other, tmp_path)
        for turn in range(5):
            mine.append(events(2, 10_000 * number + 10 * turn), durable=False)
        other.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record = opened(database, tmp_path)
    assert faults(record) == []
    assert record.bounds() == (1, 40)


class SlowHead(HeadFile):
    """The head of a process that is still on its way to write it."""

    def advance(self, head: AuditHead) -> None:
        if head.sequence == 0:
            super().advance(head)


def test_a_second_process_does_not_miss_the_head_that_the_first_has_yet_to_write(
    database: Database, tmp_path: Path
) -> None:
    SqlAudit(database, SIGNER, SlowHead(tmp_path, SIGNER.public)).append(events(1))
    record = opened(database, tmp_path)
    record.append(events(1))
    assert record.bounds() == (1, 2)
    assert faults(record) == []


def test_what_cannot_be_written_is_said(database: Database, tmp_path: Path) -> None:
    record = SqlAudit(database, SIGNER, HeadFile(tmp_path / "nowhere", SIGNER.public))
    with pytest.raises(AuditUnavailable):
        record.append(events(1))

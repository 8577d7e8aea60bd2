"""What is held back of the record, and what never is."""

from dataclasses import replace

import pytest

from server.audit import repeats
from server.audit.repeats import Repeats
from server.model import AuditEvent, Caller, Role

ADA = Caller("key-1", "Ada", Role.READER, owner="user:ada")
READ = AuditEvent("get_file", "GET /v1/files/{file_id}", ADA, resources=("file-1",), status=200)
GUESS = AuditEvent("get_file", "GET /v1/files/{file_id}", None, address="192.0.2.1", status=401)


def test_what_somebody_reads_stands_there_however_much_was_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "MOST_KNOWN", 10)
    kept = Repeats()
    for number in range(30):
        assert kept.admit(replace(READ, resources=(f"file-{number}",)))


def test_strangers_are_lumped_together_once_there_are_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "MOST_KNOWN", 10)
    kept = Repeats()
    admitted = [kept.admit(replace(GUESS, address=f"192.0.2.{number}")) for number in range(30)]
    assert admitted == [True] * 11 + [False] * 19


def test_a_download_is_never_held_back() -> None:
    kept, download = Repeats(), replace(READ, documents=(("", "file-1"),))
    assert kept.admit(download)
    assert kept.admit(download)


def test_pages_that_a_reader_has_already_count_as_one_for_each_document() -> None:
    kept = Repeats()

    def looked(file: str, page: int, status: int, caller: Caller = ADA) -> bool:
        route = "GET /v1/files/{file_id}/pages/{number}/image"
        named = replace(READ, route=route, caller=caller, resources=(file, str(page)), documents=(("", file),))
        return kept.admit(replace(named, status=status))

    assert [looked("file-1", page, 304) for page in (1, 1, 2)] == [True, False, False]
    assert looked("file-2", 1, 304)
    assert looked("file-1", 1, 304, replace(ADA, owner="user:bob"))
    assert [looked("file-1", 1, 200) for _ in range(2)] == [True, True]
    assert [event.repeats for event in kept.due(all_of_them=True)] == [2]


def test_all_of_a_customers_addresses_count_as_one() -> None:
    kept = Repeats()
    assert [kept.admit(replace(GUESS, address=f"2001:db8::{number}")) for number in (1, 2)] == [True, False]

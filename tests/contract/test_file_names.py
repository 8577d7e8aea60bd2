"""Files are found by their names, as people write them, and only by who may read them."""

import dataclasses

import pytest

from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.file_names import SqlFileNames
from server.model import LECTERN, Caller, FileRecord, FileStatus, Role, StoreFile, StoreRecord, folded, found_in

NAMES = (
    "Reise-Richtlinie 2026.pdf",
    "差旅费用报销制度.docx",
    "ＦＵＬＬ width.XLSX",
    "STRASSE.md",
    "Straße.md",
    "100%_off.csv",
    "a\\b.txt",
)


@pytest.fixture
def names(database: Database) -> SqlFileNames:
    catalog = SqlCatalog(database)
    catalog.add_store(StoreRecord("vs-open", "open", 100, 100, 384, "minilm"))
    catalog.add_store(StoreRecord("vs-mine", "mine", 100, 100, 384, "minilm", owner="user:me", shared=False))
    for number, name in enumerate(NAMES):
        put(catalog, "vs-open", f"file-{number}", name)
    put(catalog, "vs-mine", "file-mine", "Reisekosten.md")
    return SqlFileNames(database)


def put(catalog: SqlCatalog, store: str, file: str, name: str) -> None:
    catalog.add_file(FileRecord(file, name, 1, "assistants", "0" * 64, 100))
    catalog.attach(StoreFile(store, file, FileStatus.COMPLETED, 200))


def caller(owner: str) -> Caller:
    return Caller("key-1", "one", Role.READER, owner=owner, principals=frozenset({owner}))


def found(names: SqlFileNames, sought: str, who: Caller = LECTERN, limit: int = 10) -> list[str]:
    return [one.filename for one in names.named(folded(sought), who, limit)]


@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        ("RICHTLINIE", ["Reise-Richtlinie 2026.pdf"]),
        ("报销", ["差旅费用报销制度.docx"]),
        ("full", ["ＦＵＬＬ width.XLSX"]),
        ("ｘｌｓｘ", ["ＦＵＬＬ width.XLSX"]),
        ("straße", ["Straße.md", "STRASSE.md"]),
        ("strasse", ["Straße.md", "STRASSE.md"]),
        ("100%_o", ["100%_off.csv"]),
        ("%", ["100%_off.csv"]),
        ("_", ["100%_off.csv"]),
        ("a\\b", ["a\\b.txt"]),
        ("nothing of this name", []),
    ],
)  # fmt: skip
def test_names_are_found_in_any_script_case_and_width(names: SqlFileNames, sought: str, expected: list[str]) -> None:
    assert found(names, sought) == expected


def test_names_that_begin_so_come_first_then_the_newest(names: SqlFileNames) -> None:
    assert found(names, "re") == ["Reisekosten.md", "Reise-Richtlinie 2026.pdf"]
    assert found(names, "s", limit=1) == ["Straße.md"]


def test_of_a_store_that_a_caller_may_not_read_no_name_is_found(names: SqlFileNames) -> None:
    assert found(names, "reise", caller("user:me")) == ["Reisekosten.md", "Reise-Richtlinie 2026.pdf"]
    assert found(names, "reise", caller("user:you")) == ["Reise-Richtlinie 2026.pdf"]
    assert found(names, "reise", dataclasses.replace(LECTERN, stores=frozenset({"vs-mine"}))) == ["Reisekosten.md"]


def test_what_has_expired_is_not_found(database: Database) -> None:
    catalog = SqlCatalog(database)
    catalog.add_store(StoreRecord("vs-short", "short", 100, 100, 384, "minilm", expires_days=1))
    catalog.add_store(StoreRecord("vs-long", "long", 100, 100, 384, "minilm"))
    put(catalog, "vs-short", "file-short", "brief.md")
    catalog.add_file(FileRecord("file-long", "briefing.md", 1, "assistants", "0" * 64, 100, expires_at=200_000))
    catalog.attach(StoreFile("vs-long", "file-long", FileStatus.COMPLETED, 200))
    assert found(SqlFileNames(database, clock=lambda: 150), "brief") == ["briefing.md", "brief.md"]
    assert found(SqlFileNames(database, clock=lambda: 100_000), "brief") == ["briefing.md"]
    assert found(SqlFileNames(database, clock=lambda: 300_000), "brief") == []


@pytest.mark.parametrize(
    ("text", "sought", "place"),
    [
        ("Große STRASSE", "strasse", (6, 13)),
        ("Weiße Straße", "straße", (6, 12)),
        ("５０㎏ steel", "kg", (2, 3)),
        ("😀 ABC", "b", (3, 4)),
        ("abc", "", None),
        ("abc", "x", None),
    ],
)
def test_where_a_name_was_found_is_told_in_its_own_characters(
    text: str, sought: str, place: tuple[int, int] | None
) -> None:
    assert found_in(text, folded(sought)) == place

"""The port `FileLists`, on SQLite and PostgreSQL."""

import dataclasses

import pytest

from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.file_lists import SqlFileLists
from server.errors import InvalidRequest
from server.model import (
    LECTERN,
    FileKind,
    FileRecord,
    FileSort,
    FileStatus,
    FilesWanted,
    Page,
    StoreFile,
    StoreRecord,
    folded,
)

STORE = "vs-s"
EVERYTHING = Page(100, "asc")
NAMES = {
    "a": ("Zebra.pdf", 300, FileStatus.COMPLETED),
    "b": ("alpha.docx", 100, FileStatus.FAILED),
    "c": ("报告 2026.xlsx", 200, FileStatus.COMPLETED),
    "d": ("ALPHA.docx", 100, FileStatus.IN_PROGRESS),
    "e": ("100%_sure.txt", 200, FileStatus.COMPLETED),
}


class Shelf:
    """A store with files of several kinds."""

    def __init__(self, database: Database) -> None:
        self.catalog, self.lists = SqlCatalog(database), SqlFileLists(database)
        self.catalog.add_store(StoreRecord(STORE, "s", 100, 100, 384, "minilm"))
        for key, (name, size, status) in NAMES.items():
            self.put(key, name, size, status)

    def put(self, key: str, name: str, size: int = 1, status: FileStatus = FileStatus.COMPLETED) -> None:
        self.catalog.add_file(FileRecord(f"file-{key}", name, size, "assistants", "0" * 64, 100))
        entry = StoreFile(STORE, f"file-{key}", FileStatus.IN_PROGRESS, 200)
        self.catalog.attach(entry)
        outcome = dataclasses.replace(
            entry, status=status, partial=key == "c", duplicate_of="file-a" if key == "e" else None
        )
        assert self.catalog.set_outcome(outcome)

    def listed(self, wanted: FilesWanted, page: Page = EVERYTHING) -> str:
        return "".join(entry.file_id[-1] for entry in self.lists.page(STORE, wanted, page, LECTERN))


@pytest.fixture
def shelf(database: Database) -> Shelf:
    return Shelf(database)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (FileSort.CREATED_AT, "abcde"),
        (FileSort.FILENAME, "ebdac"),
        (FileSort.BYTES, "bdcea"),
        (FileSort.STATUS, "acebd"),
    ],
)
@pytest.mark.parametrize("step", [1, 2, 100])
def test_every_order_is_walked_in_pages_both_ways(shelf: Shelf, sort: FileSort, order: str, step: int) -> None:
    wanted = FilesWanted(sort=sort)
    for way, whole in (("asc", order), ("desc", order[::-1])):
        found = ""
        while page := shelf.listed(wanted, Page(step, way, f"file-{found[-1]}" if found else None)):
            found += page
        assert found == whole
        while page := shelf.listed(wanted, Page(step, way, before=f"file-{found[0]}")):
            found = page + found
        assert found == whole


def test_a_walk_by_name_misses_nothing_and_repeats_nothing_while_files_come_and_go(shelf: Shelf) -> None:
    wanted = FilesWanted(sort=FileSort.FILENAME)
    assert shelf.listed(wanted, Page(2, "asc")) == "eb"
    shelf.put("f", "aaa.pdf")  # before the place that was reached
    shelf.put("g", "beta.pdf")  # behind it
    shelf.catalog.remove_file("file-e")
    assert shelf.listed(wanted, Page(9, "asc", "file-b")) == "dgac"


def test_what_a_file_is_may_change_between_two_pages_of_a_filter(shelf: Shelf) -> None:
    wanted = FilesWanted(frozenset({FileKind.FAILED, FileKind.IN_PROGRESS}))
    assert shelf.listed(wanted, Page(1, "asc")) == "b"
    shelf.catalog.set_outcome(StoreFile(STORE, "file-b", FileStatus.COMPLETED, 200))
    assert shelf.listed(wanted, Page(1, "asc", "file-b")) == "d"


@pytest.mark.parametrize(
    ("sought", "found"),
    [("alpha", "bd"), ("ＡＬＰＨＡ", "bd"), ("报告", "c"), ("%", "e"), ("_", "e"), ("'", ""), ("\\", "")],
)
def test_names_are_found_whatever_their_case_and_width(shelf: Shelf, sought: str, found: str) -> None:
    wanted = FilesWanted(sought=folded(sought))
    assert shelf.listed(wanted) == found
    assert shelf.lists.counts(STORE, wanted, LECTERN)["total"] == len(found)


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        ({FileKind.COMPLETED}, "ace"),
        ({FileKind.PARTIAL}, "c"),
        ({FileKind.DUPLICATE}, "e"),
        ({FileKind.FAILED, FileKind.PARTIAL}, "bc"),
        ({FileKind.CANCELLED}, ""),
    ],
)
def test_files_of_any_of_the_kinds_are_listed_and_counted(shelf: Shelf, kinds: set[FileKind], found: str) -> None:
    wanted = FilesWanted(frozenset(kinds))
    assert shelf.listed(wanted) == found
    assert shelf.lists.counts(STORE, wanted, LECTERN) == {
        "in_progress": 1,
        "completed": 3,
        "failed": 1,
        "cancelled": 0,
        "partial": 1,
        "duplicate": 1,
        "total": len(found),
    }


def test_exact_names_and_ids_are_listed(shelf: Shelf) -> None:
    assert shelf.listed(FilesWanted(filenames=("alpha.docx", "报告 2026.xlsx", "none"))) == "bc"
    assert shelf.listed(FilesWanted(ids=("file-a", "file-e", "file-none"))) == "ae"


def test_an_unknown_place_is_refused_in_every_order(shelf: Shelf) -> None:
    for sort in FileSort:
        with pytest.raises(InvalidRequest, match="file-none"):
            shelf.listed(FilesWanted(sort=sort), Page(9, "asc", "file-none"))


@pytest.mark.parametrize("delete", [False, True])
def test_many_files_leave_in_one_step_and_are_noted(shelf: Shelf, delete: bool) -> None:
    left = shelf.catalog.detach_all(STORE, ["file-a", "file-c", "file-none"], delete=delete)
    assert sorted(left) == ["file-a", "file-c"]
    assert shelf.listed(FilesWanted()) == "bde"
    departed = {one.file_id: one.owned for one in shelf.catalog.departures(10)}
    assert departed == {"file-a": delete, "file-c": delete}

import dataclasses
import threading
from collections.abc import Callable

import pytest

from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.errors import InvalidRequest, UnknownFile, UnknownStore
from server.model import LECTERN, AnsweringFile, Chunking, FileRecord, FileStatus, Page, StoreFile, StoreRecord
from server.ports import Catalog


@pytest.fixture
def catalog(database: Database) -> Catalog:
    return SqlCatalog(database)


def a_file(name: str, purpose: str = "assistants") -> FileRecord:
    return FileRecord(f"file-{name}", f"{name}.pdf", 5_000_000_000, purpose, "0" * 64, created_at=100)


def a_store(name: str) -> StoreRecord:
    return StoreRecord(f"vs-{name}", name, 100, 100, 384, "minilm", {"team": "Einkauf"})


def an_entry(store: str, file: str, status: FileStatus = FileStatus.IN_PROGRESS) -> StoreFile:
    return StoreFile(f"vs-{store}", f"file-{file}", status, created_at=200, attributes={"year": 2026.0, "open": True})


def fill(catalog: Catalog, stores: str = "s", files: str = "abcde") -> None:
    for name in files:
        catalog.add_file(a_file(name))
    for store in stores:
        catalog.add_store(a_store(store))
        for name in files:
            catalog.attach(an_entry(store, name))


def ids(page: list[FileRecord] | list[StoreRecord]) -> str:
    return "".join(entry.id[-1] for entry in page)


def test_files_and_stores_are_read_back_as_they_were_added(catalog: Catalog) -> None:
    file = dataclasses.replace(a_file("ü鹤"), media_type="application/pdf")
    catalog.add_file(file)
    catalog.add_store(a_store("s"))
    assert catalog.file(file.id) == file
    assert catalog.store("vs-s") == a_store("s")


def test_unknown_ids_are_named(catalog: Catalog) -> None:
    with pytest.raises(UnknownFile, match="file-none"):
        catalog.file("file-none")
    with pytest.raises(UnknownStore, match="vs-none"):
        catalog.store("vs-none")
    with pytest.raises(UnknownStore, match="vs-none"):
        catalog.update_store("vs-none", {"name": "name"})
    with pytest.raises(UnknownFile):
        catalog.store_file("vs-none", "file-none")
    with pytest.raises(UnknownFile):
        catalog.set_attributes("vs-none", "file-none", {})
    catalog.remove_file("file-none")
    catalog.remove_store("vs-none")
    catalog.detach("vs-none", "file-none")


@pytest.mark.parametrize("name", ["a\0b.pdf", "\ud800.pdf"])
def test_names_that_a_database_cannot_hold_are_made_storable(catalog: Catalog, name: str) -> None:
    catalog.add_file(dataclasses.replace(a_file("a"), filename=name))
    assert catalog.file("file-a").filename.endswith(".pdf")
    catalog.add_store(a_store("s"))
    catalog.attach(an_entry("s", "a"))
    failed = dataclasses.replace(an_entry("s", "a", FileStatus.FAILED), error_message=name, losses=(name,))
    assert catalog.set_outcome(failed)
    assert (catalog.store_file("vs-s", "file-a").error_message or "").endswith(".pdf")


@pytest.mark.parametrize(("order", "everything"), [("asc", "abcde"), ("desc", "edcba")])
def test_pages_follow_the_order_of_creation(catalog: Catalog, order: str, everything: str) -> None:
    fill(catalog)
    catalog.add_file(a_file("z", purpose="other"))
    found, after = "", None
    while page := catalog.files("assistants", Page(2, order, after), LECTERN):
        found += ids(page)
        after = page[-1].id
    assert found == everything
    in_store = catalog.store_files("vs-s", None, Page(10, order, f"file-{everything[1]}"), LECTERN)
    assert "".join(entry.file_id[-1] for entry in in_store) == everything[2:]


def test_stores_are_paged_too(catalog: Catalog) -> None:
    for name in "abc":
        catalog.add_store(a_store(name))
    assert ids(catalog.stores(Page(2, "asc"), LECTERN)) == "ab"
    assert ids(catalog.stores(Page(2, "asc", "vs-b"), LECTERN)) == "c"
    assert ids(catalog.stores(Page(2, "desc", "vs-b"), LECTERN)) == "a"


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_walked_backwards_are_those_walked_forwards(catalog: Catalog, order: str) -> None:
    fill(catalog, stores="stuvwxy", files="abcdefg")
    lists: list[Callable[[Page], list[str]]] = [
        lambda page: [file.id for file in catalog.files(None, page, LECTERN)],
        lambda page: [store.id for store in catalog.stores(page, LECTERN)],
        lambda page: [entry.file_id for entry in catalog.store_files("vs-s", "in_progress", page, LECTERN)],
    ]
    for listed in lists:
        forwards: list[str] = []
        while found := listed(Page(3, order, forwards[-1] if forwards else None)):
            forwards += found
        backwards = forwards[-1:]
        while found := listed(Page(3, order, before=backwards[0])):
            backwards = found + backwards
        assert backwards == forwards == listed(Page(100, order))
        assert len(forwards) == 7
        assert listed(Page(100, order, after=forwards[1], before=forwards[5])) == forwards[2:5]


def test_a_page_goes_on_when_files_before_it_are_removed(catalog: Catalog) -> None:
    fill(catalog)
    catalog.remove_file("file-a")
    catalog.remove_file("file-e")
    catalog.add_file(a_file("f"))
    assert ids(catalog.files(None, Page(10, "asc", "file-c"), LECTERN)) == "df"


def test_an_unknown_place_or_order_is_refused(catalog: Catalog) -> None:
    fill(catalog)
    with pytest.raises(InvalidRequest, match="file-none") as refused:
        catalog.files(None, Page(10, "asc", "file-none"), LECTERN)
    assert refused.value.param == "after"
    with pytest.raises(InvalidRequest, match="file-none"):
        catalog.store_files("vs-s", None, Page(10, "asc", "file-none"), LECTERN)
    with pytest.raises(InvalidRequest, match="vs-none"):
        catalog.stores(Page(10, "asc", "vs-none"), LECTERN)
    with pytest.raises(InvalidRequest, match="sideways") as refused:
        catalog.files(None, Page(10, "sideways"), LECTERN)
    assert refused.value.param == "order"


def test_files_added_at_the_same_time_all_appear_once(catalog: Catalog) -> None:
    def add(letter: str) -> None:
        for number in range(10):
            catalog.add_file(a_file(f"{letter}{number}"))

    threads = [threading.Thread(target=add, args=(letter,)) for letter in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found: list[str] = []
    while page := catalog.files(None, Page(7, "asc", found[-1] if found else None), LECTERN):
        found += [file.id for file in page]
    assert sorted(found) == sorted(f"file-{letter}{number}" for letter in "abcd" for number in range(10))


def test_files_are_found_by_id_however_many_are_asked_for(catalog: Catalog) -> None:
    fill(catalog)
    wanted = ["file-a", "file-c", *(f"file-{number}" for number in range(25_000))]
    assert set(catalog.files_by_id(wanted)) == {"file-a", "file-c"}
    assert catalog.files_by_id([]) == {}


def test_what_is_given_of_a_store_is_changed(catalog: Catalog) -> None:
    catalog.add_store(a_store("s"))
    assert catalog.update_store("vs-s", {"name": "new"}) == dataclasses.replace(a_store("s"), name="new")
    assert catalog.update_store("vs-s", {"metadata": {"a": "b"}}).metadata == {"a": "b"}
    assert catalog.update_store("vs-s", {}).name == "new"
    assert catalog.update_store("vs-s", {"metadata": {}}).metadata == {}


def test_the_last_use_of_a_store_only_moves_forward(catalog: Catalog) -> None:
    catalog.add_store(a_store("s"))
    for now, noted in ((150, 150), (120, 150), (160, 160)):
        catalog.touch_store("vs-s", now)
        assert catalog.store("vs-s").last_active_at == noted


def test_a_store_is_found_by_id_before_name_and_the_oldest_of_a_name(catalog: Catalog) -> None:
    for store_id, name in (("vs-1", "Handbuch"), ("vs-2", "Handbuch"), ("vs-3", "vs-4"), ("vs-4", "other")):
        catalog.add_store(dataclasses.replace(a_store("x"), id=store_id, name=name))
    found = {name: catalog.store_by_name(name, LECTERN) for name in ("Handbuch", "vs-4", "vs-2", "none", "handbuch")}
    assert {name: store and store.id for name, store in found.items()} == {
        "Handbuch": "vs-1", "vs-4": "vs-4", "vs-2": "vs-2", "none": None, "handbuch": None,
    }  # fmt: skip


def test_the_type_found_in_a_file_is_noted(catalog: Catalog) -> None:
    catalog.add_file(a_file("a"))
    catalog.set_media_type("file-a", "image/png")
    assert catalog.file("file-a").media_type == "image/png"


def test_removing_a_file_or_store_removes_its_places(catalog: Catalog) -> None:
    fill(catalog, stores="st", files="ab")
    assert catalog.stores_of_file("file-a") == ["vs-s", "vs-t"]
    catalog.remove_file("file-a")
    assert [entry.file_id for entry in catalog.all_store_files("vs-s")] == ["file-b"]
    catalog.remove_store("vs-s")
    assert catalog.stores_of_file("file-b") == ["vs-t"]
    assert catalog.file("file-b").id == "file-b"


def test_nothing_is_attached_that_does_not_exist(catalog: Catalog) -> None:
    fill(catalog, files="a")
    with pytest.raises(UnknownStore):
        catalog.attach(an_entry("none", "a"))
    with pytest.raises(UnknownFile):
        catalog.attach(an_entry("s", "none"))


def test_attaching_again_puts_a_file_back_to_in_progress_in_its_place(catalog: Catalog) -> None:
    fill(catalog, files="abc")
    done = dataclasses.replace(
        an_entry("s", "a"), status=FileStatus.COMPLETED, usage_bytes=10, chunks=3, partial=True, losses=("page 2",),
        error_code="x", error_message="y",
    )  # fmt: skip
    assert catalog.set_outcome(done)
    assert catalog.store_file("vs-s", "file-a") == done
    again = dataclasses.replace(an_entry("s", "a"), attributes={}, created_at=999)
    catalog.attach(again)
    assert catalog.store_file("vs-s", "file-a") == dataclasses.replace(again, created_at=200)
    assert [entry.file_id[-1] for entry in catalog.all_store_files("vs-s")] == ["a", "b", "c"]


def test_the_attributes_of_a_stores_files_are_what_was_set_last(catalog: Catalog) -> None:
    fill(catalog, stores="st", files="ab")
    catalog.set_attributes("vs-s", "file-b", {"year": 2026, "draft": False})
    catalog.remove_file("file-a")
    assert catalog.attributes("vs-s") == [("file-b", {"year": 2026, "draft": False})]
    assert catalog.attributes("vs-none") == []


def test_an_outcome_does_not_undo_attributes_set_meanwhile(catalog: Catalog) -> None:
    fill(catalog, files="a")
    catalog.set_attributes("vs-s", "file-a", {"owner": "Mei"})
    assert catalog.set_outcome(an_entry("s", "a", FileStatus.COMPLETED))
    assert catalog.store_file("vs-s", "file-a").attributes == {"owner": "Mei"}


def test_an_outcome_of_a_file_that_left_is_not_written(catalog: Catalog) -> None:
    fill(catalog, files="a")
    catalog.detach("vs-s", "file-a")
    assert not catalog.set_outcome(an_entry("s", "a", FileStatus.COMPLETED))
    assert catalog.all_store_files("vs-s") == []


def test_files_of_one_status_are_listed_and_all_are_counted(catalog: Catalog) -> None:
    fill(catalog, stores="st", files="abcd")
    big = dataclasses.replace(an_entry("s", "a", FileStatus.COMPLETED), usage_bytes=6_000_000_000)
    for entry in (big, dataclasses.replace(big, file_id="file-b"), an_entry("s", "c", FileStatus.FAILED)):
        catalog.set_outcome(entry)
    assert [entry.file_id[-1] for entry in catalog.store_files("vs-s", "completed", Page(10, "desc"), LECTERN)] == [
        "b",
        "a",
    ]
    nothing = {"in_progress": 0, "completed": 0, "failed": 0, "cancelled": 0, "usage_bytes": 0}
    assert catalog.file_counts(["vs-s", "vs-t", "vs-none"], LECTERN) == {
        "vs-s": {"in_progress": 1, "completed": 2, "failed": 1, "cancelled": 0, "usage_bytes": 12_000_000_000},
        "vs-t": nothing | {"in_progress": 4},
        "vs-none": nothing,
    }
    assert catalog.file_counts([], LECTERN) == {}


class TestExpiry:
    @pytest.fixture
    def catalog(self, database: Database) -> SqlCatalog:
        """At second 1000, with a file that expires at 1000, one at 1001, and one that stays."""
        catalog = SqlCatalog(database, lambda: 1000.9)
        for name, expires_at in (("a", 1000), ("b", 1001), ("c", None)):
            catalog.add_file(dataclasses.replace(a_file(name), expires_at=expires_at))
        catalog.add_store(a_store("s"))
        for name in "abc":
            catalog.attach(an_entry("s", name))
        return catalog

    def test_a_file_that_has_expired_is_nowhere(self, catalog: SqlCatalog) -> None:
        assert catalog.file("file-b").expires_at == 1001
        assert ids(catalog.files(None, Page(9, "asc"), LECTERN)) == "bc"
        assert set(catalog.files_by_id(["file-a", "file-b"])) == {"file-b"}
        with pytest.raises(UnknownFile):
            catalog.file("file-a")
        with pytest.raises(UnknownFile):
            catalog.store_file("vs-s", "file-a")
        with pytest.raises(UnknownFile):
            catalog.set_attributes("vs-s", "file-a", {})
        assert set(catalog.store_files_by_id("vs-s", ["file-a", "file-b"])) == {"file-b"}
        assert [one.file_id for one in catalog.store_files("vs-s", None, Page(9, "asc"), LECTERN)] == [
            "file-b", "file-c",
        ]  # fmt: skip
        assert [one.file_id for one in catalog.all_store_files("vs-s")] == ["file-b", "file-c"]
        assert [file_id for file_id, _ in catalog.attributes("vs-s")] == ["file-b", "file-c"]
        assert set(catalog.answering("vs-s", ["file-a", "file-b"])[1]) == {"file-b"}
        assert catalog.file_counts(["vs-s"], LECTERN)["vs-s"]["in_progress"] == 2

    def test_until_it_is_removed_it_is_told_which_ones_have(self, catalog: SqlCatalog) -> None:
        assert catalog.expired_files(9) == ["file-a"]
        catalog.remove_file("file-a")
        assert catalog.expired_files(9) == []

    def test_a_store_expires_so_many_days_after_its_last_use_and_stays_so(
        self, catalog: SqlCatalog, database: Database
    ) -> None:
        day = 86_400
        assert catalog.expired_stores(9) == []
        catalog.update_store("vs-s", {"expires_days": 1})
        assert catalog.store("vs-s").expires_at == 100 + day
        assert catalog.expired_stores(9) == []
        catalog.touch_store("vs-s", 500)
        assert catalog.store("vs-s").expires_at == 500 + day
        late = SqlCatalog(database, lambda: 500 + day)
        assert late.expired_stores(9) == ["vs-s"]
        late.touch_store("vs-s", 500 + day)
        assert late.store("vs-s").last_active_at == 500
        late.empty_store("vs-s")
        assert late.expired_stores(9) == []
        assert {departure.file_id for departure in late.departures(9)} == {"file-a", "file-b", "file-c"}
        assert late.store("vs-s").expired(500 + day)
        assert not late.store("vs-s").expired(499 + day)


def test_how_a_file_is_to_be_parted_is_kept(catalog: Catalog) -> None:
    fill(catalog, files="a")
    assert catalog.store_file("vs-s", "file-a").chunking is None
    parted = dataclasses.replace(an_entry("s", "a"), chunking=Chunking(300, 100))
    catalog.attach(parted)
    assert catalog.set_outcome(dataclasses.replace(parted, status=FileStatus.COMPLETED, chunking=None))
    assert catalog.store_file("vs-s", "file-a").chunking == Chunking(300, 100)


@pytest.mark.parametrize("status", FileStatus)
@pytest.mark.parametrize("replaces", [None, "file-b"])
def test_a_search_sees_the_files_that_questions_are_answered_from(
    catalog: Catalog, status: FileStatus, replaces: str | None
) -> None:
    fill(catalog, stores="st", files="abc")
    entry = dataclasses.replace(an_entry("s", "a"), status=status, replaces=replaces, attributes={"team": "x"})
    catalog.attach(entry)
    catalog.attach(dataclasses.replace(entry, store_id="vs-t", attributes={"team": "y"}))
    _, found = catalog.answering("vs-s", ["file-a", "file-unknown"])
    seen = catalog.store_file("vs-s", "file-a")
    assert (seen.status, seen.replaces) == (status, replaces)
    assert found == (
        {"file-a": AnsweringFile("file-a", catalog.file("file-a").filename, seen.attributes)} if seen.answers else {}
    )


def test_a_search_is_told_in_which_version_of_the_store_it_saw_the_files(catalog: Catalog) -> None:
    fill(catalog, stores="s", files="ab")
    catalog.set_outcome(dataclasses.replace(an_entry("s", "a"), status=FileStatus.COMPLETED))
    assert catalog.answering("vs-s", []) == ((0, 0), {}) == (catalog.store("vs-s").version, {})
    catalog.attach(dataclasses.replace(an_entry("s", "b"), replaces="file-a"))
    catalog.set_outcome(dataclasses.replace(an_entry("s", "b"), status=FileStatus.COMPLETED))
    version, found = catalog.answering("vs-s", ["file-a", "file-b"])
    assert (version, set(found)) == ((0, 1), {"file-b"})
    assert version == catalog.store("vs-s").version
    with pytest.raises(UnknownStore):
        catalog.answering("vs-none", ["file-a"])

"""How files take each other's place in a store, in the database."""

import dataclasses
import threading

import pytest

from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.errors import UnknownFile
from server.model import Departure, FileRecord, FileStatus, StoreFile, StoreRecord
from server.ports import Catalog

STORE = "vs-1"


@pytest.fixture
def catalog(database: Database) -> Catalog:
    catalog = SqlCatalog(database)
    catalog.add_store(StoreRecord(STORE, "store", 0, 0, 384, "minilm"))
    for name in "abcd":
        catalog.add_file(FileRecord(name, f"{name}.md", 1, "assistants", "0" * 64, 0))
    catalog.attach(StoreFile(STORE, "a", FileStatus.COMPLETED, 0))
    return catalog


def enter(catalog: Catalog, file_id: str, replaces: str | None = None, *, owned: bool = False) -> StoreFile:
    return catalog.attach(StoreFile(STORE, file_id, FileStatus.IN_PROGRESS, 0, replaces=replaces, owned=owned))


def end(catalog: Catalog, file_id: str, status: FileStatus = FileStatus.COMPLETED) -> bool:
    return catalog.set_outcome(dataclasses.replace(catalog.store_file(STORE, file_id), status=status))


def answering(catalog: Catalog) -> str:
    return "".join(sorted(entry.file_id for entry in catalog.all_store_files(STORE) if entry.answers))


def present(catalog: Catalog) -> str:
    return "".join(sorted(entry.file_id for entry in catalog.all_store_files(STORE)))


def test_a_successor_answers_once_it_is_completed_and_the_one_before_has_left_in_that_moment(catalog: Catalog) -> None:
    assert enter(catalog, "b", "a").replaces == "a"
    assert (answering(catalog), catalog.store(STORE).replacements) == ("a", 0)
    assert end(catalog, "b")
    assert (answering(catalog), present(catalog), catalog.store(STORE).replacements) == ("b", "b", 1)
    assert catalog.departures(10) == [Departure(STORE, "a", owned=False)]


def test_a_successor_that_cannot_be_read_leaves_the_one_before_answering(catalog: Catalog) -> None:
    enter(catalog, "b", "a")
    assert end(catalog, "b", FileStatus.FAILED)
    assert (answering(catalog), present(catalog)) == ("a", "ab")
    enter(catalog, "b", "a")
    assert end(catalog, "b")
    assert answering(catalog) == "b"


@pytest.mark.parametrize("named", ["a", "b"])
@pytest.mark.parametrize("status", [FileStatus.IN_PROGRESS, FileStatus.FAILED])
def test_the_newest_successor_wins_over_those_not_completed(catalog: Catalog, named: str, status: FileStatus) -> None:
    enter(catalog, "b", "a", owned=True)
    end(catalog, "b", status)
    assert enter(catalog, "c", named).replaces == "a"
    assert (answering(catalog), present(catalog)) == ("a", "ac")
    assert catalog.departures(10) == [Departure(STORE, "b", owned=True)]
    assert not catalog.set_outcome(StoreFile(STORE, "b", FileStatus.COMPLETED, 0))
    assert end(catalog, "c")
    assert (answering(catalog), present(catalog)) == ("c", "c")


def test_a_file_that_never_answered_leaves_as_soon_as_it_is_replaced(catalog: Catalog) -> None:
    enter(catalog, "b")
    end(catalog, "b", FileStatus.FAILED)
    assert enter(catalog, "c", "b").replaces is None
    assert present(catalog) == "ac"


def test_a_file_that_is_not_there_cannot_be_replaced(catalog: Catalog) -> None:
    with pytest.raises(UnknownFile, match="'d'") as raised:
        enter(catalog, "b", "d")
    assert raised.value.param == "replaces"
    assert present(catalog) == "a"


def test_a_file_that_comes_back_has_not_departed(catalog: Catalog) -> None:
    catalog.detach(STORE, "a")
    assert catalog.departures(10) == [Departure(STORE, "a", owned=False)]
    enter(catalog, "a")
    assert catalog.departures(10) == []


def test_a_departure_is_noted_once_and_forgotten(catalog: Catalog) -> None:
    for _ in range(2):
        catalog.detach(STORE, "a")
    (departure,) = catalog.departures(10)
    catalog.forget_departure(departure)
    assert catalog.departures(10) == []


def test_what_a_store_owned_departs_with_it(catalog: Catalog) -> None:
    enter(catalog, "b", owned=True)
    catalog.remove_store(STORE)
    assert catalog.departures(10) == [Departure(STORE, "b", owned=True)]


def test_one_version_answers_however_completion_and_a_newer_version_meet(catalog: Catalog) -> None:
    for older, newer in (("b", "c"), ("d", "b"), ("c", "d")):
        before = answering(catalog)
        enter(catalog, older, before)
        go = threading.Barrier(2)

        def complete(file_id: str = older, go: threading.Barrier = go) -> None:
            go.wait()
            catalog.set_outcome(StoreFile(STORE, file_id, FileStatus.COMPLETED, 0))

        def supersede(file_id: str = newer, before: str = older, go: threading.Barrier = go) -> None:
            go.wait()
            enter(catalog, file_id, before)

        threads = [threading.Thread(target=complete), threading.Thread(target=supersede)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answering(catalog)) == 1
        assert end(catalog, newer)
        assert (answering(catalog), present(catalog)) == (newer, newer)

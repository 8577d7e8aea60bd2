"""How a store comes to answer from another embedder's vectors, in the database: on SQLite and PostgreSQL."""

import dataclasses
import threading

import pytest
import sqlalchemy as sa

from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.embedders import SqlEmbedders
from server.adapters.database.engine import Database
from server.adapters.database.generations import SqlGenerations
from server.adapters.database.schema import rebuilt_files
from server.model import EmbedderRecord, FileRecord, FileStatus, Generation, StoreFile, StoreRecord
from server.ports import Catalog, Generations

STORE = "vs-1"
OLD, NEW = "minilm", "remote"
FIRST = Generation(STORE, 1, NEW, 8)


@pytest.fixture
def catalog(database: Database) -> Catalog:
    catalog = SqlCatalog(database)
    catalog.add_store(StoreRecord(STORE, "store", 0, 0, 384, OLD))
    for name in "abc":
        catalog.add_file(FileRecord(name, f"{name}.md", 1, "assistants", "0" * 64, 0))
    return catalog


@pytest.fixture
def generations(database: Database) -> Generations:
    return SqlGenerations(database)


def read(catalog: Catalog, file_id: str, chunks: int = 3, into: int | None = None) -> bool:
    """Has a file come into the store and be read."""
    if file_id not in catalog.store_files_by_id(STORE, [file_id]):
        catalog.attach(StoreFile(STORE, file_id, FileStatus.IN_PROGRESS, 0))
    entry = catalog.store_file(STORE, file_id)
    return catalog.set_outcome(
        dataclasses.replace(entry, status=FileStatus.COMPLETED, chunks=chunks, usage_bytes=10 * chunks, read_into=into)
    )


def rebuild(generations: Generations, catalog: Catalog, *file_ids: str, generation: Generation = FIRST) -> None:
    for file_id in file_ids:
        assert generations.note(generation, file_id)
        generations.complete(generation, catalog.store_file(STORE, file_id))


def test_a_generation_is_begun_once_and_tells_how_far_it_is(catalog: Catalog, generations: Generations) -> None:
    read(catalog, "a")
    read(catalog, "b")
    assert generations.unlike(NEW, 10) == [STORE]
    assert generations.unlike(OLD, 10) == []
    assert generations.begin(STORE, NEW, 8) == generations.begin(STORE, NEW, 8) == FIRST
    assert generations.under_way() == [FIRST]
    assert generations.unlike(NEW, 10) == []
    assert generations.begin("vs-none", NEW, 8) is None
    rebuild(generations, catalog, "a")
    generations.note(FIRST, "b")
    assert generations.rebuilt(FIRST) == {"a": catalog.store_file(STORE, "a").reading, "b": None}
    building = generations.building([STORE, "vs-none"])[STORE]
    assert (building.generation, building.files_done, building.files) == (FIRST, 1, 2)
    assert catalog.store(STORE).collection == STORE


def test_the_switch_is_one_step_and_leaves_the_old_one_to_be_removed(
    catalog: Catalog, generations: Generations, database: Database
) -> None:
    read(catalog, "a")
    generations.begin(STORE, NEW, 8)
    generations.note(FIRST, "a")
    generations.complete(FIRST, dataclasses.replace(catalog.store_file(STORE, "a"), chunks=5, usage_bytes=7))
    assert generations.switch(FIRST)
    store = catalog.store(STORE)
    assert (store.generation, store.fingerprint, store.dimensions, store.collection) == (1, NEW, 8, "vs-1_g1")
    assert (catalog.store_file(STORE, "a").chunks, catalog.store_file(STORE, "a").usage_bytes) == (5, 7)
    old = Generation(STORE, 0, OLD, 384)
    assert (generations.under_way(), generations.leaving()) == ([], [old])
    assert not generations.switch(FIRST)
    assert not generations.note(FIRST, "a")
    generations.forget(old)
    assert generations.leaving() == []
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(rebuilt_files)) == 0
    assert generations.begin(STORE, OLD, 384) == Generation(STORE, 2, OLD, 384)


def test_nothing_is_switched_while_a_file_is_lacking(catalog: Catalog, generations: Generations) -> None:
    read(catalog, "a")
    read(catalog, "b")
    generations.begin(STORE, NEW, 8)
    rebuild(generations, catalog, "a")
    assert not generations.switch(FIRST)
    generations.note(FIRST, "b")  # begun, but not in whole
    assert not generations.switch(FIRST)
    generations.complete(FIRST, catalog.store_file(STORE, "b"))
    assert generations.switch(FIRST)


def test_nothing_is_switched_while_a_file_that_left_lies_in_the_new_one(
    catalog: Catalog, generations: Generations
) -> None:
    read(catalog, "a")
    read(catalog, "b")
    generations.begin(STORE, NEW, 8)
    rebuild(generations, catalog, "a", "b")
    catalog.detach(STORE, "b")
    assert not generations.switch(FIRST)
    generations.cleared(FIRST, "b")
    assert generations.switch(FIRST)


def test_a_file_that_was_taken_out_and_read_again_must_be_rebuilt_again(
    catalog: Catalog, generations: Generations
) -> None:
    read(catalog, "a")
    generations.begin(STORE, NEW, 8)
    rebuild(generations, catalog, "a")
    catalog.detach(STORE, "a")
    read(catalog, "a")
    assert not generations.switch(FIRST)
    rebuild(generations, catalog, "a")
    assert generations.switch(FIRST)


def test_files_that_cannot_be_searched_do_not_hold_up_the_switch(catalog: Catalog, generations: Generations) -> None:
    read(catalog, "a")
    catalog.attach(StoreFile(STORE, "b", FileStatus.IN_PROGRESS, 0))
    catalog.attach(StoreFile(STORE, "c", FileStatus.IN_PROGRESS, 0))
    catalog.set_outcome(dataclasses.replace(catalog.store_file(STORE, "c"), status=FileStatus.FAILED))
    generations.begin(STORE, NEW, 8)
    rebuild(generations, catalog, "a")
    assert generations.switch(FIRST)


def test_a_file_read_into_the_old_one_is_not_completed_after_the_switch(
    catalog: Catalog, generations: Generations
) -> None:
    catalog.attach(StoreFile(STORE, "a", FileStatus.IN_PROGRESS, 0))
    generations.begin(STORE, NEW, 8)
    assert generations.switch(FIRST)
    assert not read(catalog, "a", into=0)
    assert catalog.store_file(STORE, "a").status == FileStatus.IN_PROGRESS
    assert read(catalog, "a", into=1)


def test_a_half_built_one_is_rolled_back_when_another_embedder_is_wanted(
    catalog: Catalog, generations: Generations
) -> None:
    read(catalog, "a")
    generations.begin(STORE, NEW, 8)
    rebuild(generations, catalog, "a")
    assert generations.unlike(OLD, 10) == [STORE]
    assert generations.begin(STORE, OLD, 384) is None
    assert (generations.under_way(), generations.leaving()) == ([], [FIRST])
    assert not generations.switch(FIRST)
    assert catalog.store(STORE).fingerprint == OLD
    assert generations.begin(STORE, "third", 4) == Generation(STORE, 2, "third", 4)


def test_all_generations_of_a_deleted_store_leave_with_it(catalog: Catalog, generations: Generations) -> None:
    generations.begin(STORE, NEW, 8)
    catalog.remove_store(STORE)
    assert generations.leaving() == [Generation(STORE, 0, OLD, 384), FIRST]
    assert not generations.switch(FIRST)


def test_no_file_is_lost_or_left_behind_by_switches_while_files_come_and_go(
    catalog: Catalog, generations: Generations
) -> None:
    """Whatever the order, the switch that succeeds has in it what is completed at that moment."""
    stop = threading.Event()

    def edit() -> None:
        while not stop.is_set():
            for name in "abc":
                read(catalog, name, into=catalog.store(STORE).generation)
            catalog.detach(STORE, "b")
            stop.wait(0.01)

    editing = threading.Thread(target=edit)
    editing.start()
    aims = [NEW, OLD] * 2
    for aim in aims:
        generation = generations.begin(STORE, aim, 8)
        assert generation is not None
        while not generations.switch(generation):
            here = {entry.file_id: entry for entry in catalog.all_store_files(STORE)}
            for file_id in generations.rebuilt(generation).keys() - here.keys():
                generations.cleared(generation, file_id)
            for file_id, entry in here.items():
                if entry.status == FileStatus.COMPLETED and generations.note(generation, file_id):
                    generations.complete(generation, entry)
                else:
                    generations.cleared(generation, file_id)
    stop.set()
    editing.join()
    assert catalog.store(STORE).generation == len(aims)
    assert [one.number for one in generations.leaving()] == list(range(len(aims)))


def test_the_embedder_chosen_last_is_wanted_and_known_by_its_fingerprint(database: Database) -> None:
    rows = SqlEmbedders(database)
    assert (rows.wanted(), rows.of("a"), rows.named("m")) == (None, None, [])
    packaged = rows.choose(EmbedderRecord("emb-0", "packed", 384))
    one = rows.choose(EmbedderRecord("emb-1", "a", 8, "http://one/v1", "m", 512, "sealed", b"\0\1"))
    other = rows.choose(EmbedderRecord("emb-2", "b", 8, "http://two/v1", "m", 512))
    assert (rows.wanted(), rows.named("m"), rows.named("")) == (other, [other, one], [])
    again = rows.choose(dataclasses.replace(one, max_tokens=256))
    assert rows.wanted() == again == rows.of("a")
    assert again.chosen > other.chosen > one.chosen > packaged.chosen
    assert rows.named("m") == [again, other]

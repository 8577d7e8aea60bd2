"""The port `Statistics`, on SQLite and PostgreSQL."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.schema import term_statistics
from server.adapters.database.statistics import SqlStatistics

STORE = "vs_1"
LARGEST = 2**32 - 2


@pytest.fixture
def statistics(database: Database) -> SqlStatistics:
    return SqlStatistics(database)


def test_an_unknown_store_holds_nothing(statistics: SqlStatistics) -> None:
    assert statistics.look_up("vs_none", [1, 2]) == (0, 0, {})


def test_files_add_up(statistics: SqlStatistics) -> None:
    statistics.replace(STORE, "file-a", {1: 2, LARGEST: 1}, chunks=3, tokens=30)
    statistics.replace(STORE, "file-b", {1: 5, 7: 1}, chunks=6, tokens=60)
    statistics.replace("vs_2", "file-b", {1: 100}, chunks=100, tokens=100)
    assert statistics.look_up(STORE, [1, 7, 8, LARGEST]) == (9, 90, {1: 7, 7: 1, LARGEST: 1})
    assert statistics.look_up(STORE, []) == (9, 90, {})


def test_replacing_a_file_takes_its_old_share_out(statistics: SqlStatistics) -> None:
    for _ in range(2):
        statistics.replace(STORE, "file-a", {1: 2, 2: 2}, chunks=3, tokens=30)
        statistics.replace(STORE, "file-b", {2: 1}, chunks=1, tokens=5)
        statistics.replace(STORE, "file-a", {2: 1, 3: 1}, chunks=2, tokens=20)
        statistics.replace(STORE, "file-a", {2: 1, 3: 1}, chunks=2, tokens=20)
        assert statistics.look_up(STORE, [1, 2, 3]) == (3, 25, {2: 2, 3: 1})


def test_removing_files_leaves_no_row(statistics: SqlStatistics, database: Database) -> None:
    statistics.replace(STORE, "file-a", {1: 2}, chunks=3, tokens=30)
    statistics.remove(STORE, "file-a")
    statistics.remove(STORE, "file-a")
    assert statistics.look_up(STORE, [1]) == (0, 0, {})
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(term_statistics)) == 0


def test_a_file_without_terms_counts_its_chunks(statistics: SqlStatistics) -> None:
    statistics.replace(STORE, "file-a", {}, chunks=2, tokens=0)
    assert statistics.look_up(STORE, [1]) == (2, 0, {})


def test_random_changes_end_as_a_plain_count_does(statistics: SqlStatistics) -> None:
    chance = random.Random(11)
    shares: dict[str, dict[int, int]] = {}
    for _ in range(60):
        file_id = f"file-{chance.randrange(6)}"
        if chance.random() < 0.3:
            statistics.remove(STORE, file_id)
            shares.pop(file_id, None)
        else:
            shares[file_id] = {chance.randrange(40): chance.randrange(1, 9) for _ in range(chance.randrange(30))}
            statistics.replace(STORE, file_id, shares[file_id], chunks=10, tokens=100)
    wanted: Counter[int] = Counter()
    for share in shares.values():
        wanted.update(share)
    count = 10 * len(shares)
    assert statistics.look_up(STORE, list(range(40))) == (count, 10 * count, dict(wanted))


def test_files_written_at_once_lose_nothing(statistics: SqlStatistics) -> None:
    def write(number: int) -> None:
        for turn in range(4):
            statistics.replace(STORE, f"file-{number % 4}", {1: 1, 2: turn + 1, number % 4 + 10: 1}, 1, 2)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    found = {1: 4, 2: 16, 10: 1, 11: 1, 12: 1, 13: 1}
    assert statistics.look_up(STORE, list(range(20))) == (4, 8, found)


def test_a_very_large_file_fits(statistics: SqlStatistics) -> None:
    share = {term * 42_949: 1 + term % 3 for term in range(100_000)}
    statistics.replace(STORE, "file-a", share, chunks=30_000, tokens=3_000_000)
    assert statistics.look_up(STORE, [0, 42_949, 2 * 42_949, 5]) == (
        30_000,
        3_000_000,
        {0: 1, 42_949: 2, 2 * 42_949: 3},
    )
    assert len(statistics.look_up(STORE, list(share))[2]) == 100_000
    statistics.remove(STORE, "file-a")
    assert statistics.look_up(STORE, [0]) == (0, 0, {})


def test_a_share_is_copied_into_another_store_and_stays_in_its_own(statistics: SqlStatistics) -> None:
    statistics.replace(STORE, "file-a", {1: 2, LARGEST: 1}, chunks=3, tokens=30)
    statistics.replace(STORE, "file-b", {1: 1}, chunks=1, tokens=5)
    statistics.replace("vs_1_g1", "file-a", {5: 9}, chunks=9, tokens=9)
    for _ in range(2):
        statistics.copy(STORE, "vs_1_g1", "file-a")
        assert statistics.look_up("vs_1_g1", [1, 5, LARGEST]) == (3, 30, {1: 2, LARGEST: 1})
    assert statistics.look_up(STORE, [1]) == (4, 35, {1: 3})
    statistics.copy(STORE, "vs_1_g1", "file-none")
    statistics.copy("vs_none", "vs_1_g1", "file-a")
    assert statistics.look_up("vs_1_g1", [1]) == (0, 0, {})


def test_a_store_is_taken_out_whole_and_no_other_one(statistics: SqlStatistics, database: Database) -> None:
    for store in (STORE, "vs_1_g1"):
        statistics.replace(store, "file-a", {1: 2}, chunks=3, tokens=30)
    statistics.drop(STORE)
    statistics.drop(STORE)
    assert statistics.look_up(STORE, [1]) == (0, 0, {})
    assert statistics.look_up("vs_1_g1", [1]) == (3, 30, {1: 2})
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).where(term_statistics.c.store_id == STORE)) == 0

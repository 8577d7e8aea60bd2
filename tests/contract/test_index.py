"""The port `Index`, on Milvus Lite in a file and on a Milvus server reached by URI."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from server.adapters.milvus import MilvusIndex, collection_name
from server.errors import IndexUnavailable
from server.model import IndexRow
from server.ports import Vector

STORE = "vs_1"
DIMENSIONS = 4


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_open(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise AssertionError("Milvus did not open its port")


@pytest.fixture(scope="module")
def server_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Milvus that serves TCP: the same engine, but nothing of it is started or stopped by Lectern."""
    # Not by milvus-lite's own launcher: importing it raises a DeprecationWarning.
    spec = find_spec("milvus_lite")
    assert spec is not None
    assert spec.submodule_search_locations
    programs = Path(spec.submodule_search_locations[0]) / "lib"
    port = _free_port()
    server = subprocess.Popen(
        [programs / "milvus", tmp_path_factory.mktemp("milvus") / "server.db", f"127.0.0.1:{port}", "ERROR"],
        env={**os.environ, "LD_LIBRARY_PATH": str(programs)},
        stdout=subprocess.DEVNULL,
    )
    _wait_until_open(port)
    yield f"http://127.0.0.1:{port}"
    server.kill()
    server.wait()


@pytest.fixture(scope="module")
def lite_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusIndex]:
    index = MilvusIndex(tmp_path_factory.mktemp("lite") / "milvus.db")
    yield index
    index.close()


@pytest.fixture(scope="module")
def server_index(server_uri: str) -> Iterator[MilvusIndex]:
    index = MilvusIndex(server_uri)
    yield index
    index.close()


@pytest.fixture(params=["lite_index", "server_index"])
def index(request: pytest.FixtureRequest) -> Iterator[MilvusIndex]:
    index: MilvusIndex = request.getfixturevalue(request.param)
    index.create(STORE, DIMENSIONS)
    yield index
    index.drop(STORE)


def _vector(*values: float) -> Vector:
    vector = np.array(values, np.float32)
    unit: Vector = vector / np.linalg.norm(vector)
    return unit


def _row(name: str, file_id: str = "file-a", dense: Vector | None = None, sealed: str = "sealed") -> IndexRow:
    if dense is None:
        dense = _vector(1, 0, 0, 0)
    return IndexRow(name, file_id, dense, {len(name): 1.0, 2**32 - 2: 0.5}, sealed)


def test_rows_come_back_by_falling_inner_product(index: MilvusIndex) -> None:
    rows = [
        _row("far", dense=_vector(0, 1, 0, 0)),
        _row("near", dense=_vector(1, 0.1, 0, 0), sealed="s1:near"),
        _row("middle", dense=_vector(1, 1, 0, 0)),
    ]
    index.upsert(STORE, rows)
    dense, sparse = index.search(STORE, _vector(1, 0, 0, 0), {3: 2.0, 2**32 - 2: 1.0}, 2)
    assert [hit.id for hit in dense] == ["near", "middle"]
    assert dense[0].score == pytest.approx(0.995, abs=0.001)
    assert (dense[0].file_id, dense[0].sealed) == ("file-a", "s1:near")
    assert sparse[0].id == "far"
    assert sparse[0].score == pytest.approx(2.5)


def test_either_side_may_be_left_out(index: MilvusIndex) -> None:
    index.upsert(STORE, [_row("one")])
    assert index.search(STORE, None, {3: 1.0}, 5)[0] == []
    assert index.search(STORE, _vector(1, 0, 0, 0), None, 5)[1] == []
    assert index.search(STORE, None, {}, 5) == ([], [])


def test_a_chunk_without_terms_can_be_stored_and_found(index: MilvusIndex) -> None:
    index.upsert(STORE, [IndexRow("mute", "file-a", _vector(0, 0, 1, 0), {}, "x")])
    assert [hit.id for hit in index.search(STORE, _vector(0, 0, 1, 0), {1: 1.0}, 5)[0]] == ["mute"]


def test_writing_a_row_again_replaces_it(index: MilvusIndex) -> None:
    for sealed in ("old", "new", "new"):
        index.upsert(STORE, [_row("one", sealed=sealed), _row("two")])
    assert index.count(STORE) == 2
    assert {hit.sealed for hit in index.search(STORE, _vector(1, 0, 0, 0), None, 9)[0]} == {"new", "sealed"}


def test_rows_are_deleted_by_id_and_by_file(index: MilvusIndex) -> None:
    index.upsert(STORE, [_row(f"{file}-{n}", file) for file in ("file-a", "file-b") for n in range(5)])
    index.delete(STORE, ["file-a-0", "file-a-1", "not there"])
    assert index.ids(STORE, "file-a") == {"file-a-2", "file-a-3", "file-a-4"}
    index.delete_file(STORE, "file-a")
    index.delete_file(STORE, "file-a")
    assert index.ids(STORE, "file-a") == set()
    assert index.count(STORE) == 5


def test_only_allowed_files_are_searched(index: MilvusIndex) -> None:
    index.upsert(STORE, [_row(f"r{n}", f"file-{n}") for n in range(300)])
    one = index.search(STORE, _vector(1, 0, 0, 0), {2: 1.0}, 10, ["file-7"])
    assert [[hit.file_id for hit in side] for side in one] == [["file-7"], ["file-7"]]
    many = [f"file-{n}" for n in (5, 6)] + [f"file-{n}" for n in range(1000, 6000)]
    assert {hit.file_id for hit in index.search(STORE, _vector(1, 0, 0, 0), None, 10, many)[0]} == {"file-5", "file-6"}
    assert index.search(STORE, _vector(1, 0, 0, 0), {2: 1.0}, 10, []) == ([], [])


def _exact(written: dict[str, Vector], query: Vector, limit: int) -> list[str]:
    return sorted(written, key=lambda name: -float(written[name] @ query))[:limit]


@pytest.fixture(params=["lite_index", "server_index"])
def crowded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[MilvusIndex]:
    """An index that takes a store for large, and a set of files, too, with less than in earnest."""
    monkeypatch.setattr("server.adapters.milvus.FEW_ROWS", 200)
    monkeypatch.setattr("server.adapters.milvus_search._FEW_FILES", 5)
    index: MilvusIndex = request.getfixturevalue(request.param)
    index.create("vs_crowd", 64)
    yield index
    index.drop("vs_crowd")


def _crowd(index: MilvusIndex, count: int, salt: int = 0) -> dict[str, Vector]:
    chance = np.random.default_rng(salt)
    themes = chance.standard_normal((40, 64))
    written = {f"row-{n:05}": _vector(*(themes[n % 40] + chance.standard_normal(64))) for n in range(count)}
    rows = [
        IndexRow(name, f"file-{n % 100:02}", vector, {1: 1 + n / count, 2 + n % 7: 2.0}, f"{salt}:{name}")
        for n, (name, vector) in enumerate(written.items())
    ]
    for start in range(0, count, 1000):
        index.upsert("vs_crowd", rows[start : start + 1000])
    return written


def test_a_large_store_is_searched_as_exactly_as_a_small_one(crowded: MilvusIndex) -> None:
    written = _crowd(crowded, 3000)
    shares = []
    for name in list(written)[::150]:
        found = crowded.search("vs_crowd", written[name], None, 20)[0]
        assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
        assert found[0].id == name
        assert found[0].score == pytest.approx(1, abs=1e-5)
        shares.append(len({hit.id for hit in found} & set(_exact(written, written[name], 20))) / 20)
    assert np.mean(shares) >= 0.98


@pytest.mark.parametrize("files", [1, 6, 50, 99])
def test_top_k_stays_full_and_exact_under_any_share_of_files(crowded: MilvusIndex, files: int) -> None:
    written = _crowd(crowded, 3000)
    allowed = {f"file-{n:02}" for n in range(files)}
    inside = {name: vector for n, (name, vector) in enumerate(written.items()) if f"file-{n % 100:02}" in allowed}
    shares = []
    for name in list(written)[::300]:
        dense, sparse = crowded.search("vs_crowd", written[name], {1: 1.0}, 20, allowed)
        assert {hit.file_id for hit in (*dense, *sparse)} <= allowed
        assert len(dense) == len(sparse) == 20
        assert [hit.id for hit in sparse] == _by_first_term(inside, 3000)
        shares.append(len({hit.id for hit in dense} & set(_exact(inside, written[name], 20))) / 20)
    assert np.mean(shares) >= 0.98


def _by_first_term(names: Collection[str], count: int) -> list[str]:
    def score(name: str) -> float:
        number = int(name.removeprefix("row-"))
        return 1 + number / count

    return sorted(names, key=score, reverse=True)[:20]


def test_files_that_stand_at_the_end_of_every_list_are_found(crowded: MilvusIndex) -> None:
    far = {f"far-{n:02}": _vector(-1, *([0.01 * n] * 63)) for n in range(40)}
    near = {f"near-{n:05}": _vector(1, *([0.001 * (n % 90)] * 63)) for n in range(2000)}
    for part in (near, far):
        rows = [IndexRow(name, f"f-{name}", vector, {1: 1.0}, "x") for name, vector in part.items()]
        crowded.upsert("vs_crowd", rows)
    found = crowded.search("vs_crowd", _vector(1, *([0.0] * 63)), None, 20, {f"f-{name}" for name in far})[0]
    assert [hit.id for hit in found] == _exact(far, _vector(1, *([0.0] * 63)), 20)


def test_replaced_and_deleted_rows_take_nobodys_place(crowded: MilvusIndex) -> None:
    written = _crowd(crowded, 2000)
    replaced = {name: -vector for name, vector in written.items() if int(name[-5:]) % 5 == 0}
    crowded.upsert(
        "vs_crowd", [IndexRow(name, "file-new", vector, {1: 0.1}, "new") for name, vector in replaced.items()]
    )
    crowded.delete("vs_crowd", [name for name in written if int(name[-5:]) % 5 == 1])
    now = {name: vector for name, vector in written.items() if int(name[-5:]) % 5 != 1} | replaced
    for name in list(now)[::160]:
        dense, sparse = crowded.search("vs_crowd", now[name], {1: 1.0}, 20)
        assert len(dense) == len(sparse) == 20
        assert [hit.id for hit in sparse] == _by_first_term(now.keys() - replaced.keys(), 2000)
        assert all(hit.sealed == "new" for hit in dense if hit.id in replaced)
        assert len({hit.id for hit in dense} & set(_exact(now, now[name], 20))) >= 19


def test_a_collection_of_an_earlier_version_is_searched_and_written(tmp_path: Path) -> None:
    from pymilvus import DataType

    index = MilvusIndex(tmp_path / "milvus.db")
    try:
        client = index._client
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.VARCHAR, max_length=64, is_primary=True)
        schema.add_field("file_id", DataType.VARCHAR, max_length=64)
        schema.add_field("sealed", DataType.VARCHAR, max_length=65_535)
        schema.add_field("dense", DataType.FLOAT_VECTOR, dim=DIMENSIONS)
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        indexes = client.prepare_index_params()
        indexes.add_index("dense", index_type="FLAT", metric_type="IP")
        indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        client.create_collection(collection_name(STORE), schema=schema, index_params=indexes)
        index.create(STORE, DIMENSIONS)
        index.upsert(STORE, [_row("one"), _row("two", "file-b")])
        dense, sparse = index.search(STORE, _vector(1, 0, 0, 0), {3: 1.0}, 5, ["file-b"])
        assert [hit.id for hit in dense] == [hit.id for hit in sparse] == ["two"]
    finally:
        index.close()


def test_hostile_file_ids_filter_nothing_else(index: MilvusIndex) -> None:
    index.upsert(STORE, [_row("one"), _row("two", 'x" or file_id != "')])
    assert index.ids(STORE, '" or "" == "') == set()
    assert index.ids(STORE, 'x" or file_id != "') == {"two"}


def test_all_ids_of_a_large_file_are_listed(index: MilvusIndex) -> None:
    names = [f"row-{n:06}" for n in range(17_000)]
    for start in range(0, len(names), 1000):
        index.upsert(STORE, [_row(name) for name in names[start : start + 1000]])
    assert index.ids(STORE, "file-a") == set(names)
    assert index.count(STORE) == 17_000


def test_the_rows_of_a_file_come_back_as_they_were_written_but_for_their_vectors(index: MilvusIndex) -> None:
    index.upsert(STORE, [_row(f"row-{n:03}{'x' * (n % 7)}", sealed=f"sealed {n}") for n in range(600)])
    index.upsert(STORE, [_row("other", "file-b"), IndexRow("mute", "file-c", _vector(0, 0, 1, 0), {}, "x")])
    pages = list(index.rows(STORE, "file-a"))
    found = {row.id: row for page in pages for row in page}
    assert max(map(len, pages)) < sum(map(len, pages)) == len(found) == 600
    for n in (0, 255, 256, 599):
        row = found[f"row-{n:03}{'x' * (n % 7)}"]
        assert (row.file_id, row.dense, row.sealed) == ("file-a", None, f"sealed {n}")
        assert dict(row.sparse) == {len(row.id): 1.0, 2**32 - 2: 0.5}
    assert [dict(row.sparse) for page in index.rows(STORE, "file-c") for row in page] == [{}]
    assert list(index.rows(STORE, "file-none")) == []


def test_a_collection_without_rows_has_none_of_any_file(index: MilvusIndex) -> None:
    assert list(index.rows(STORE, "file-a")) == []
    index.upsert(STORE, [_row("one")])
    index.delete_file(STORE, "file-a")
    index._disconnect()
    assert list(index.rows(STORE, "file-a")) == []


def test_vectors_come_back_as_they_were_written(index: MilvusIndex) -> None:
    chance = np.random.default_rng(3)
    written = {f"row-{n:04}": _vector(*chance.standard_normal(DIMENSIONS)) for n in range(1300)}
    rows = [_row(name, f"file-{name[-1]}", dense=vector) for name, vector in written.items()]
    index.upsert(STORE, rows)
    found = index.vectors(STORE, [*written, "not there", 'x" or id != "'])
    assert found.keys() == written.keys()
    assert all(vector.dtype == np.float32 and (vector == written[name]).all() for name, vector in found.items())
    assert index.vectors(STORE, []) == {}
    index.delete(STORE, ["row-0007"])
    assert index.vectors(STORE, ["row-0007", "row-0008"]).keys() == {"row-0008"}


def test_creating_and_dropping_twice_is_harmless(index: MilvusIndex) -> None:
    index.upsert(STORE, [_row("one")])
    index.create(STORE, DIMENSIONS)
    assert index.count(STORE) == 1
    index.drop("vs_other")
    index.delete_file("vs_other", "file-a")


def test_a_missing_collection_is_named(index: MilvusIndex) -> None:
    uses: list[Callable[[], object]] = [
        lambda: index.count("vs_lost"),
        lambda: index.search("vs_lost", _vector(1, 0, 0, 0), None, 3),
        lambda: index.vectors("vs_lost", ["one"]),
    ]
    for use in uses:
        with pytest.raises(IndexUnavailable, match="collection of vs_lost is missing"):
            use()


def test_rows_that_do_not_fit_are_refused_with_a_reason(index: MilvusIndex) -> None:
    with pytest.raises(IndexUnavailable):
        index.upsert(STORE, [_row("wide", dense=np.ones(7, np.float32))])
    with pytest.raises(IndexUnavailable):
        index.upsert(STORE, [IndexRow("bad", "file-a", _vector(1, 0, 0, 0), {2**32: 1.0}, "x")])


def test_collections_have_allowed_names_for_any_store_id() -> None:
    assert collection_name("vs_abc123") == "lectern_vs_abc123"
    assert collection_name("a-b") != collection_name("a_b")
    assert collection_name("库 1").isascii()


def test_an_index_survives_being_closed_and_opened(tmp_path: Path) -> None:
    for round_ in range(3):
        index = MilvusIndex(tmp_path / "milvus.db")
        index.create(STORE, DIMENSIONS)
        assert index.count(STORE) == round_
        index.upsert(STORE, [_row(f"row {round_}")])
        index.close()
    with pytest.raises(IndexUnavailable, match="closed"):
        index.count(STORE)


def test_milvus_lite_is_started_again_when_it_has_ended(tmp_path: Path) -> None:
    index = MilvusIndex(tmp_path / "milvus.db")
    try:
        index.create(STORE, DIMENSIONS)
        index.upsert(STORE, [_row("one")])
        for process in _milvus_processes(tmp_path / "milvus.db"):
            os.kill(process, signal.SIGKILL)
            os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
        assert index.count(STORE) == 1
    finally:
        index.close()
    assert _milvus_processes(tmp_path / "milvus.db") == []


def test_a_file_in_use_is_refused_and_stays_usable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.adapters.milvus_process._START_SECONDS", 0.5)
    index = MilvusIndex(tmp_path / "milvus.db")
    try:
        code = (
            "import sys; from server.adapters import milvus_process; milvus_process._START_SECONDS = 0.5;"
            "from server.adapters.milvus import MilvusIndex; MilvusIndex(sys.argv[1])"
        )
        second = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "milvus.db")], capture_output=True, text=True, check=False
        )
        assert "is used by another process" in second.stderr
        index.create(STORE, DIMENSIONS)
        assert index.count(STORE) == 0
    finally:
        index.close()


def test_a_long_folder_name_is_no_hindrance(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(tempfile.mkdtemp())
    deep = folder / ("d" * 120) / ("e" * 120)
    deep.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(deep))
    monkeypatch.setattr(tempfile, "tempdir", None)
    index = MilvusIndex(deep / "milvus.db")
    try:
        index.create(STORE, DIMENSIONS)
        assert index.count(STORE) == 0
    finally:
        index.close()
        shutil.rmtree(folder)


def test_an_unreachable_server_is_named() -> None:
    with pytest.raises(IndexUnavailable, match=r"127\.0\.0\.1"):
        MilvusIndex(f"http://127.0.0.1:{_free_port()}", timeout=1.0)


_WRITER = """
import sys
import numpy as np
from server.adapters.milvus import MilvusIndex
from server.model import IndexRow

index = MilvusIndex(sys.argv[1])
index.create("vs_1", 4)
stored = index.ids("vs_1", "file-a")
print("have", index.count("vs_1"), len(stored), flush=True)
count = len(stored)
while True:
    rows = [IndexRow(f"{count + n}", "file-a", np.ones(4, np.float32) / 2, {count + n: 1.0}, "x") for n in range(20)]
    index.upsert("vs_1", rows)
    count += 20
    print("wrote", count, flush=True)
"""


def test_what_was_acknowledged_is_there_after_kill_9(tmp_path: Path) -> None:
    chance = random.Random(7)
    acknowledged = 0
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path / "milvus.db")], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            word, *counts = writer.stdout.readline().split()
            assert word == "have"
            assert counts[0] == counts[1]
            assert int(counts[0]) >= acknowledged
            for _ in range(chance.randrange(1, 30)):
                acknowledged = int(writer.stdout.readline().split()[1])
            writer.send_signal(signal.SIGKILL)
            for line in writer.stdout:
                acknowledged = int(line.split()[1])
    index = MilvusIndex(tmp_path / "milvus.db")
    try:
        assert len(index.ids(STORE, "file-a")) == index.count(STORE) >= acknowledged
    finally:
        index.close()


def _milvus_processes(database: Path) -> list[int]:
    import psutil

    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if str(database) in (process.info["cmdline"] or []) and process.info["cmdline"][0].endswith("milvus")
    ]

"""The port `Evals`, on SQLite and PostgreSQL."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.evals import SqlEvals
from server.errors import InvalidRequest, UnknownEval, UnknownStore
from server.model import LECTERN, Page, StoreRecord
from server.ports.evals import EvalRecord, ItemRecord, ItemStatus, RunRecord, RunStatus


def record(eval_id: str, store_id: str = "vs_1") -> EvalRecord:
    return EvalRecord(eval_id, "name\0", store_id, 1, ({"type": "recall", "k": 5},), {"team": "one"})


def run(run_id: str, eval_id: str = "eval_1") -> RunRecord:
    return RunRecord(run_id, eval_id, "", 2, model="base", file_id="file-1", owner="user:1", came_by="key-1")


def items(run_id: str, count: int) -> list[ItemRecord]:
    return [ItemRecord(run_id, number, f"key{number}", f"sealed {number}") for number in range(count)]


@pytest.fixture
def rows(database: Database) -> SqlEvals:
    catalog, found = SqlCatalog(database), SqlEvals(database)
    for store in ("vs_1", "vs_2"):
        catalog.add_store(StoreRecord(store, store, 0, 0, 4, "f"))
    found.add(record("eval_1"))
    return found


def test_an_evaluation_comes_back_as_it_was_stored(rows: SqlEvals) -> None:
    assert rows.get("eval_1") == replace(record("eval_1"), name="name\N{REPLACEMENT CHARACTER}")
    assert rows.change("eval_1", "new", None).name == "new"
    assert rows.change("eval_1", None, {}).metadata == {}
    with pytest.raises(UnknownEval):
        rows.get("eval_2")
    with pytest.raises(UnknownEval):
        rows.change("eval_2", "x", None)
    with pytest.raises(UnknownStore):
        rows.add(record("eval_3", "vs_9"))


def test_pages_go_on_after_what_was_last(rows: SqlEvals) -> None:
    for number in range(2, 5):
        rows.add(record(f"eval_{number}"))
    assert [one.id for one in rows.page(Page(2, "asc"), LECTERN)] == ["eval_1", "eval_2"]
    assert [one.id for one in rows.page(Page(9, "asc", "eval_2"), LECTERN)] == ["eval_3", "eval_4"]
    assert [one.id for one in rows.page(Page(1, "desc", "eval_3"), LECTERN)] == ["eval_2"]
    with pytest.raises(InvalidRequest, match="eval_9"):
        rows.page(Page(1, "asc", "eval_9"), LECTERN)
    for number in range(3):
        rows.add_run(run(f"evalrun_{number}"), items(f"evalrun_{number}", 1))
    assert [one.id for one in rows.runs("eval_1", Page(9, "asc", "evalrun_0"))] == ["evalrun_1", "evalrun_2"]
    assert rows.runs("eval_2", Page(9, "asc")) == []


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_walked_backwards_are_those_walked_forwards(rows: SqlEvals, order: str) -> None:
    for number in range(2, 8):
        rows.add(record(f"eval_{number}"))
    for number in range(7):
        rows.add_run(run(f"evalrun_{number}"), items(f"evalrun_{number}", 7))
    lists: list[Callable[[Page], list[str]]] = [
        lambda page: [one.id for one in rows.page(page, LECTERN)],
        lambda page: [one.id for one in rows.runs("eval_1", page)],
        lambda page: [str(one.number) for one in rows.items("evalrun_1", None, page)],
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


def test_a_run_has_all_its_questions_or_is_not_there(rows: SqlEvals) -> None:
    rows.add_run(run("evalrun_1"), items("evalrun_1", 1000))
    assert rows.run("evalrun_1") == run("evalrun_1")
    assert rows.counts("evalrun_1") == {ItemStatus.QUEUED: 1000}
    with pytest.raises(UnknownEval):
        rows.add_run(run("evalrun_2", "eval_9"), items("evalrun_2", 3))
    with pytest.raises(UnknownEval):
        rows.run("evalrun_2")


def test_a_question_is_settled_once(rows: SqlEvals) -> None:
    rows.add_run(run("evalrun_1"), items("evalrun_1", 3))
    first = replace(items("evalrun_1", 2)[1], status=ItemStatus.PASSED, marks={"rank": 1}, outcome="sealed", ended_at=7)
    assert rows.settle(first)
    assert not rows.settle(replace(first, status=ItemStatus.FAILED, marks={"rank": None}))
    assert [item.number for item in rows.items("evalrun_1", ItemStatus.QUEUED, Page(9, "asc"))] == [0, 2]
    assert rows.items("evalrun_1", None, Page(1, "asc", "0")) == [first]
    assert [item.number for item in rows.items("evalrun_1", None, Page(9, "desc", "2"))] == [1, 0]
    assert [(item.marks, item.question, item.outcome) for item in rows.marks("evalrun_1")][1] == ({"rank": 1}, "", None)
    assert not rows.settle(replace(first, run_id="evalrun_9"))


def test_a_run_that_has_ended_stays_as_it_is(rows: SqlEvals) -> None:
    rows.add_run(run("evalrun_1"), items("evalrun_1", 1))
    assert rows.change_run(replace(run("evalrun_1"), status=RunStatus.IN_PROGRESS, error_code="late"))
    done = replace(run("evalrun_1"), status=RunStatus.CANCELED, ended_at=9)
    assert rows.change_run(done)
    assert not rows.change_run(replace(done, status=RunStatus.COMPLETED))
    assert rows.run("evalrun_1") == done


def test_what_is_removed_takes_all_that_is_below_it(rows: SqlEvals, database: Database) -> None:
    rows.add(record("eval_2", "vs_2"))
    for run_id, eval_id in (("evalrun_1", "eval_1"), ("evalrun_2", "eval_1"), ("evalrun_3", "eval_2")):
        rows.add_run(run(run_id, eval_id), items(run_id, 2))
    rows.remove_run("evalrun_1")
    assert rows.marks("evalrun_1") == []
    rows.remove("eval_1")
    assert rows.marks("evalrun_2") == []
    assert len(rows.marks("evalrun_3")) == 2
    SqlCatalog(database).remove_store("vs_2")
    assert rows.marks("evalrun_3") == []
    assert rows.page(Page(9, "asc"), LECTERN) == []

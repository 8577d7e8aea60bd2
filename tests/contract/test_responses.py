"""The port `ResponseRows`, on SQLite and PostgreSQL."""

from dataclasses import replace

import pytest

from server.adapters.database.engine import Database
from server.adapters.database.responses import SqlResponses
from server.errors import UnknownResponse
from server.ports.responses import ResponseRow

ROW = ResponseRow("resp_1", "user:1", "queued", background=True, created_at=5, expires_at=50, content="s1:sealed")


@pytest.fixture
def rows(database: Database) -> SqlResponses:
    found = SqlResponses(database)
    found.add(ROW)
    return found


def test_a_response_comes_back_as_it_was_stored_until_it_is_removed(rows: SqlResponses) -> None:
    assert rows.get("resp_1") == ROW
    rows.remove("resp_1")
    rows.remove("resp_1")
    with pytest.raises(UnknownResponse):
        rows.get("resp_1")


def test_what_has_ended_is_changed_no_more(rows: SqlResponses) -> None:
    assert rows.change("resp_1", "in_progress", "s1:more")
    assert rows.change("resp_1", "cancelled", "s1:less")
    assert not rows.change("resp_1", "completed", "s1:late")
    assert rows.get("resp_1") == replace(ROW, status="cancelled", content="s1:less")
    assert not rows.change("resp_2", "completed", "")


def test_what_is_rewritten_leaves_no_events_that_tell_what_was_there(rows: SqlResponses) -> None:
    rows.add_events("resp_1", [(0, "a"), (1, "b")])
    assert not rows.rewrite("resp_1", "s1:other", "s1:less")
    assert len(rows.events("resp_1", -1, 3)) == 2
    assert rows.rewrite("resp_1", "s1:sealed", "s1:less")
    assert rows.events("resp_1", -1, 3) == []


def test_those_under_way_are_known_and_those_whose_time_is_over(rows: SqlResponses) -> None:
    rows.add(replace(ROW, id="resp_2", status="in_progress", expires_at=None))
    rows.add(replace(ROW, id="resp_3", status="completed", expires_at=60))
    assert sorted(rows.under_way()) == ["resp_1", "resp_2"]
    assert rows.expired(49, 10) == []
    assert sorted(rows.expired(60, 10)) == ["resp_1", "resp_3"]
    assert len(rows.expired(60, 1)) == 1


def test_events_are_read_in_their_order_and_go_with_their_response(rows: SqlResponses) -> None:
    rows.add_events("resp_1", [(0, "a"), (1, "b")])
    rows.add_events("resp_1", [(3, "d"), (2, "c")])
    assert rows.events("resp_1", -1, 3) == [(0, "a"), (1, "b"), (2, "c")]
    assert rows.events("resp_1", 2, 3) == [(3, "d")]
    rows.remove("resp_1")
    assert rows.events("resp_1", -1, 3) == []
    rows.add_events("resp_1", [(4, "e")])
    assert rows.events("resp_1", -1, 3) == []

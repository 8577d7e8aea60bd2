"""Stored responses are sealed, belong to somebody, and have their time."""

import time
from pathlib import Path
from typing import Any, cast

import pytest

from server.adapters.database.engine import Database
from server.adapters.database.feedback import SqlFeedback
from server.adapters.database.file_keys import FileKeys
from server.adapters.database.responses import SqlResponses
from server.chat.responses.feedback import Feedback
from server.chat.responses.keep import Keep, Kept
from server.chat.responses.views import Views
from server.errors import ConversationBusy, UnknownResponse
from server.model import LECTERN, Caller, Role
from server.ports import Rights
from server.ports.conversations import Rating
from server.vault.keyring import Keyring

MINE = Caller("key-1", "me", Role.READER, owner="user:me")
OTHER = Caller("key-2", "other", Role.READER, owner="user:other")
LIMITED = Caller("key-3", "limited", Role.ADMIN, owner="user:other", stores=frozenset({"vs_1"}))


def kept(response_id: str, created_at: int | None = None, **more: Any) -> Kept:
    response = {"id": response_id, "created_at": created_at or int(time.time()), "status": "completed"} | more
    rest = {"background": False, "output": [], "shared": False}
    return Kept("user:me", response | rest, [{"text": "KWIBUS"}], [("vs_1", "file-1")])


@pytest.fixture
def keep(sqlite: Database, keyring: Keyring) -> Keep:
    return Keep(SqlResponses(sqlite), keyring, days=2)


def test_what_is_kept_comes_back_to_its_owner_and_to_nobody_else(keep: Keep) -> None:
    keep.add(kept("resp_1"))
    assert keep.get("resp_1", MINE) == kept("resp_1", keep.get("resp_1", MINE).response["created_at"])
    assert keep.get("resp_1", LECTERN).id == "resp_1"
    for caller in (OTHER, LIMITED):
        with pytest.raises(UnknownResponse) as foreign:
            keep.get("resp_1", caller)
        with pytest.raises(UnknownResponse) as unknown:
            keep.get("resp_2", caller)
        assert foreign.value.message.replace("resp_1", "") == unknown.value.message.replace("resp_2", "")
        with pytest.raises(UnknownResponse):
            keep.delete("resp_1", caller)


def test_nothing_that_was_said_lies_open_and_the_key_goes_with_the_response(
    keep: Keep, sqlite: Database, tmp_path: Path
) -> None:
    keep.add(kept("resp_1"))
    keep.add_events("resp_1", [{"sequence_number": 0, "delta": "KWIBUS"}])
    assert keep.events("resp_1", -1) == [{"sequence_number": 0, "delta": "KWIBUS"}]
    with sqlite.begin() as connection:
        connection.exec_driver_sql("SELECT 1")
    data = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("lectern.db*"))
    assert b"resp_1" in data
    assert b"KWIBUS" not in data
    assert FileKeys(sqlite).get("resp_1") is not None
    keep.delete("resp_1", MINE)
    assert FileKeys(sqlite).get("resp_1") is None


def test_a_response_whose_time_is_over_is_not_there_and_is_forgotten_by_the_sweep(keep: Keep, sqlite: Database) -> None:
    now = int(time.time())
    keep.add(kept("resp_old", now - 2 * 86_400))
    keep.add(kept("resp_new", now - 86_400))
    with pytest.raises(UnknownResponse):
        keep.get("resp_old", MINE)
    assert keep.status("resp_old") == "completed"
    keep.sweep()
    assert keep.status("resp_old") is None
    assert FileKeys(sqlite).get("resp_old") is None
    assert keep.get("resp_new", MINE).id == "resp_new"


def test_without_days_a_response_stays(sqlite: Database, keyring: Keyring) -> None:
    keep = Keep(SqlResponses(sqlite), keyring, days=0)
    keep.add(kept("resp_old", 5))
    keep.sweep()
    assert keep.get("resp_old", MINE).id == "resp_old"


def said(status: str) -> Kept:
    """A response of two items that was told from the background."""
    response = {"id": "resp_1", "created_at": int(time.time()), "status": status, "background": True}
    items = [{"id": "msg_1", "text": "KWIBUS"}, {"id": "msg_2", "text": "x"}]
    return Kept("user:me", response | {"output": [], "shared": False}, items, asked={"streamed": True})


def test_an_item_that_is_deleted_is_not_told_by_the_stream_any_more(keep: Keep) -> None:
    keep.add(said("completed"))
    keep.add_events("resp_1", [{"sequence_number": 0, "delta": "KWIBUS"}])
    assert keep.without("resp_1", "msg_1", MINE)
    assert keep.events("resp_1", -1) == []
    assert not keep.get("resp_1", MINE).asked.get("streamed")


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_an_item_of_what_is_still_answered_is_not_deleted_to_be_written_again(keep: Keep, status: str) -> None:
    keep.add(said(status))
    with pytest.raises(ConversationBusy):
        keep.without("resp_1", "msg_1", MINE)
    assert keep.change(said("completed"))
    assert keep.without("resp_1", "msg_1", MINE)
    assert [item["id"] for item in keep.get("resp_1", MINE).items] == ["msg_2"]


def test_administrators_end_what_others_share_and_neither_share_nor_rate_it(
    keep: Keep, sqlite: Database, keyring: Keyring
) -> None:
    keep.add(kept("resp_1"))
    with pytest.raises(UnknownResponse):
        keep.share("resp_1", LECTERN, shared=True)
    keep.share("resp_1", MINE, shared=True)
    assert keep.get("resp_1", OTHER, shared=True).shared
    keep.share("resp_1", LECTERN, shared=False)
    assert not keep.get("resp_1", MINE).shared
    feedback = Feedback(SqlFeedback(sqlite), keep, Views(cast(Rights, None)), keyring)
    ratings: list[Rating | None] = ["up", None]
    for rating in ratings:
        with pytest.raises(UnknownResponse):
            feedback.give("resp_1", rating, None, LECTERN)
    assert feedback.give("resp_1", "up", None, MINE)


def test_a_change_that_comes_after_the_end_or_after_the_deletion_is_lost(keep: Keep) -> None:
    keep.add(kept("resp_1", status="queued"))
    assert keep.change(kept("resp_1", status="cancelled"))
    assert not keep.change(kept("resp_1", status="completed"))
    assert keep.get("resp_1", MINE).status == "cancelled"
    keep.delete("resp_1", MINE)
    assert not keep.change(kept("resp_1", status="completed"))
    keep.add_events("resp_1", [{"sequence_number": 0}])
    assert keep.events("resp_1", -1) == []

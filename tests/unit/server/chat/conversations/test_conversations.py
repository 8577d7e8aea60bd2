"""Conversations have their time and their number, and leave no key behind."""

import time
from pathlib import Path
from typing import Any

import pytest

from server.adapters.database.conversations import SqlConversations
from server.adapters.database.engine import Database
from server.adapters.database.file_keys import FileKeys
from server.adapters.database.responses import SqlResponses
from server.chat.conversations.conversations import Bounds, Conversations
from server.chat.responses.keep import Keep, Kept
from server.chat.responses.place import Place
from server.errors import TooManyConversations, UnknownConversation, UnknownResponse
from server.model import LECTERN, Caller, Page, Role
from server.vault.keyring import Keyring

MINE = Caller("key-1", "me", Role.READER, owner="key:me")
OTHER = Caller("key-2", "other", Role.READER, owner="key:other")
DAY = 86_400_000_000


@pytest.fixture
def keep(sqlite: Database, keyring: Keyring) -> Keep:
    return Keep(SqlResponses(sqlite), keyring, days=2)


@pytest.fixture
def conversations(sqlite: Database, keyring: Keyring, keep: Keep) -> Conversations:
    return Conversations(SqlConversations(sqlite), keep, keyring, Bounds(most=3, days=5))


def kept(number: int, place: Place | None, text: str = "KWIBUS") -> Kept:
    asked = {"type": "message", "role": "user", "id": f"msg_{number}_i0", "content": [{"text": text}]}
    response: dict[str, Any] = {"id": f"resp_{number}", "created_at": 5, "status": "completed", "background": False}
    return Kept("key:me", response | {"output": []}, [asked], place=place)


def test_what_is_in_a_conversation_stays_as_long_as_it_and_its_keys_go_with_it(
    conversations: Conversations, keep: Keep, sqlite: Database
) -> None:
    talk = conversations.create({}, None, MINE)
    keep.add(kept(1, Place(talk.id, None, time.time_ns() // 1000)))
    keep.add(kept(2, None))  # by itself, and long over
    keep.sweep()
    conversations.sweep()
    assert keep.get("resp_1", MINE).place is not None
    with pytest.raises(UnknownResponse):
        keep.get("resp_2", MINE)
    assert conversations.delete(talk) == ["resp_1"]
    assert FileKeys(sqlite).get_all([talk.id, "resp_1"]) == {}
    with pytest.raises(UnknownConversation):
        conversations.get(talk.id, MINE)
    with pytest.raises(UnknownConversation):  # answered meanwhile
        keep.add(kept(3, Place(talk.id, None, 1)))
    assert FileKeys(sqlite).get("resp_3") is None


def test_what_is_not_used_for_so_many_days_is_forgotten(
    conversations: Conversations, keep: Keep, sqlite: Database, keyring: Keyring
) -> None:
    used, unused = (conversations.create({}, None, MINE) for _ in range(2))
    with sqlite.begin() as connection:
        connection.exec_driver_sql(f"UPDATE conversations SET sequence = {time.time_ns() // 1000 - 6 * DAY}")
    keep.add(kept(1, Place(used.id, None, time.time_ns() // 1000 - DAY)))
    Conversations(SqlConversations(sqlite), keep, keyring, Bounds(most=3, days=0)).sweep()
    assert conversations.get(unused.id, MINE)
    conversations.sweep()
    assert [one.id for one in conversations.page(MINE, Page())] == [used.id]
    assert FileKeys(sqlite).get(unused.id) is None


def test_an_owner_has_so_many_and_leaves_no_key_of_one_that_was_too_many(
    conversations: Conversations, sqlite: Database
) -> None:
    for _ in range(3):
        conversations.create({}, None, MINE)
    before = FileKeys(sqlite).any()
    with sqlite.read() as connection:
        keys = connection.exec_driver_sql("SELECT count(*) FROM file_keys").scalar()
    with pytest.raises(TooManyConversations):
        conversations.create({}, None, MINE)
    with sqlite.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM file_keys").scalar() == keys
    assert before
    assert conversations.create({}, None, OTHER).id


def test_titles_and_metadata_are_sealed_and_only_ones_own_are_listed(
    conversations: Conversations, keep: Keep, sqlite: Database, tmp_path: Path
) -> None:
    first = conversations.create({"a": "SCHNITZEL"}, "STRUDEL", MINE)
    second = conversations.create({}, None, MINE)
    keep.add(kept(1, Place(second.id, None, time.time_ns() // 1000)))
    conversations.create({}, "not mine", OTHER)
    assert [one.title for one in conversations.titled(MINE)] == ["KWIBUS", "STRUDEL"]
    assert conversations.get(first.id, LECTERN).metadata == {"a": "SCHNITZEL"}
    with pytest.raises(UnknownConversation):
        conversations.get(first.id, OTHER)
    data = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("lectern.db*"))
    assert first.id.encode() in data
    for said in (b"SCHNITZEL", b"STRUDEL", b"KWIBUS"):
        assert said not in data


def test_the_branch_through_a_turn_is_the_one_begun_last_behind_it(conversations: Conversations, keep: Keep) -> None:
    talk = conversations.create({}, None, MINE)
    for number, follows in ((1, None), (2, "resp_1"), (3, "resp_2"), (4, "resp_1"), (5, None)):
        keep.add(kept(number, Place(talk.id, follows, number)))

    def through(response_id: str) -> list[str]:
        return [turn.id for turn in conversations.branch(talk, response_id)]

    assert through("resp_1") == ["resp_1", "resp_4"]
    assert through("resp_2") == ["resp_1", "resp_2", "resp_3"]
    assert through("resp_5") == ["resp_5"]
    with pytest.raises(UnknownResponse):
        through("resp_6")
    conversations.go_on_behind(talk, "resp_2")
    assert conversations.get(talk.id, MINE).latest == "resp_3"

"""The ports `ConversationRows` and `FeedbackRows`, and turns of `ResponseRows`, on SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from server.adapters.database.conversations import SqlConversations
from server.adapters.database.engine import Database
from server.adapters.database.feedback import SqlFeedback
from server.adapters.database.responses import SqlResponses
from server.adapters.database.users import SqlUsers
from server.errors import ConversationFull, InvalidRequest, TooManyConversations, UnknownConversation, UnknownResponse
from server.model import Page, Role
from server.ports.conversations import ConversationRow, FeedbackRow, Size, Turn
from server.ports.responses import ResponseRow

ONE = ConversationRow("conv_1", "user:1", 5, 5_000_000, None, None, "s1:metadata")
TURN = ResponseRow("resp_1", "user:1", "completed", False, 6, None, "s1:sealed", "conv_1", began=6_000_000)


@pytest.fixture
def rows(database: Database) -> SqlConversations:
    found = SqlConversations(database)
    found.add(ONE, 10)
    return found


@pytest.fixture
def turns(database: Database, rows: SqlConversations) -> SqlResponses:
    return SqlResponses(database)


def turn(number: int, follows: str | None = None, began: int | None = None) -> ResponseRow:
    return replace(TURN, id=f"resp_{number}", follows=follows, began=began or number * 10_000_000)


def test_a_conversation_comes_back_as_it_was_stored_and_changed(rows: SqlConversations) -> None:
    assert rows.get("conv_1") == ONE
    rows.change("conv_1", "s1:title", None)
    rows.change("conv_1", None, "s1:other")
    rows.change("conv_1", None, None)
    assert rows.get("conv_1") == replace(ONE, title="s1:title", content="s1:other")
    assert rows.remove("conv_1") == rows.remove("conv_1") == []
    with pytest.raises(UnknownConversation):
        rows.get("conv_1")


@pytest.mark.parametrize("odd", ["conv_\x00", "\ud800", "x" * 300, "' OR 1=1 --", "\u202e"])
def test_odd_ids_are_unknown_ones(rows: SqlConversations, turns: SqlResponses, odd: str) -> None:
    with pytest.raises(UnknownConversation):
        rows.get(odd)
    with pytest.raises(UnknownResponse):
        turns.get(odd)
    with pytest.raises(InvalidRequest):
        rows.page("user:1", Page(after=odd))


def test_the_last_used_are_listed_first_and_nobody_elses(rows: SqlConversations, turns: SqlResponses) -> None:
    rows.add(replace(ONE, id="conv_2", used=7_000_000), 10)
    rows.add(replace(ONE, id="conv_3", owner="user:2", used=8_000_000), 10)
    listed = [one.id for one in rows.page("user:1", Page())]
    turns.add(turn(1))
    assert (listed, [one.id for one in rows.page("user:1", Page())]) == (["conv_2", "conv_1"], ["conv_1", "conv_2"])
    assert [one.id for one in rows.page("user:1", Page(after="conv_1"))] == ["conv_2"]
    with pytest.raises(InvalidRequest):
        rows.page("user:1", Page(after="conv_3"))
    assert rows.unused(8_000_000, 10) == ["conv_2"]


def test_those_of_deleted_users_are_known(database: Database, rows: SqlConversations) -> None:
    users = SqlUsers(database)
    ann = users.create("Ann", Role.READER)
    rows.add(replace(ONE, id="conv_2", owner=f"user:{ann.id}"), 10)
    rows.add(replace(ONE, id="conv_3", owner="key:1"), 10)
    assert rows.ownerless(10) == ["conv_1"]
    users.remove(ann.id)
    assert sorted(rows.ownerless(10)) == ["conv_1", "conv_2"]
    assert len(rows.ownerless(1)) == 1


def test_an_owner_has_so_many_and_no_more_however_fast_they_are_made(rows: SqlConversations) -> None:
    def add(number: int) -> bool:
        try:
            rows.add(replace(ONE, id=f"conv_more{number}"), 3)
        except TooManyConversations:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(add, range(6))) == [False] * 4 + [True] * 2


def test_turns_follow_each_other_and_the_first_gives_the_title(rows: SqlConversations, turns: SqlResponses) -> None:
    turns.add(turn(1), "s1:first")
    turns.add(turn(2, "resp_1"), "s1:second")
    assert rows.turns("conv_1") == [Turn("resp_1", None), Turn("resp_2", "resp_1")]
    found = rows.get("conv_1")
    assert (found.title, found.latest, found.used) == ("s1:first", "resp_2", 20_000_000)
    assert turns.get("resp_2") == turn(2, "resp_1")


def test_the_turn_that_was_begun_last_is_the_latest_whichever_ends_first(
    rows: SqlConversations, turns: SqlResponses
) -> None:
    turns.add(turn(1))
    turns.add(turn(3, "resp_1"))
    turns.add(turn(2, "resp_1"))  # begun before, ended later: a branch
    assert rows.get("conv_1").latest == "resp_3"
    turns.add(turn(4, "resp_1"))
    assert rows.get("conv_1").latest == "resp_4"
    turns.add(turn(5, "resp_4", began=1))  # by a slow clock
    assert rows.get("conv_1").latest == "resp_5"


def test_turns_that_come_at_once_are_all_there_each_behind_what_it_follows(
    rows: SqlConversations, turns: SqlResponses
) -> None:
    turns.add(turn(1))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: turns.add(turn(number, "resp_1")), range(2, 8)))
    assert {one.follows for one in rows.turns("conv_1")[1:]} == {"resp_1"}
    assert (len(rows.turns("conv_1")), rows.get("conv_1").latest) == (7, "resp_7")


def test_turns_that_come_at_once_never_overfill_a_conversation(rows: SqlConversations, turns: SqlResponses) -> None:
    def add(number: int, most: Size) -> bool:
        try:
            turns.add(turn(number), most=most)
        except ConversationFull:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        added = list(pool.map(lambda number: add(number, Size(3, 1000)), range(6)))
    assert (added.count(True), rows.size("conv_1")) == (3, Size(3, 3 * len(TURN.content)))
    assert not add(7, Size(9, 3 * len(TURN.content)))
    assert add(8, Size(9, 3 * len(TURN.content) + 1))
    assert rows.size("conv_2") == Size(0, 0)


def test_a_branch_can_be_gone_on_with_and_a_stranger_cannot(rows: SqlConversations, turns: SqlResponses) -> None:
    rows.add(replace(ONE, id="conv_2"), 10)
    turns.add(turn(1))
    turns.add(turn(2))
    turns.add(replace(turn(3), conversation_id="conv_2"))
    rows.go_on_behind("conv_1", "resp_1")
    assert rows.get("conv_1").latest == "resp_1"
    for unknown in ("resp_3", "resp_4"):
        with pytest.raises(UnknownResponse):
            rows.go_on_behind("conv_1", unknown)


def test_a_conversation_closes_behind_a_turn_that_goes(rows: SqlConversations, turns: SqlResponses) -> None:
    turns.add(turn(1))
    turns.add(turn(2, "resp_1"))
    turns.add(turn(3, "resp_2"))
    turns.remove("resp_2")
    assert rows.turns("conv_1") == [Turn("resp_1", None), Turn("resp_3", "resp_1")]
    turns.remove("resp_3")
    assert rows.get("conv_1").latest == "resp_1"
    turns.add(turn(4, "resp_3"))  # what it follows went while it was answered
    assert rows.turns("conv_1")[-1] == Turn("resp_4", "resp_1")
    turns.add(turn(5))
    turns.remove("resp_5")
    assert rows.get("conv_1").latest == "resp_4"  # of another branch, rather than none


def test_turns_go_with_their_conversation_and_come_to_none_that_has_gone(
    rows: SqlConversations, turns: SqlResponses
) -> None:
    turns.add(turn(1))
    turns.add(replace(turn(2), conversation_id=None))
    assert rows.remove("conv_1") == ["resp_1"]
    with pytest.raises(UnknownResponse):
        turns.get("resp_1")
    with pytest.raises(UnknownConversation):
        turns.add(turn(3))
    assert turns.get("resp_2").id == "resp_2"


def test_content_is_rewritten_only_where_it_is_what_was_read(turns: SqlResponses) -> None:
    turns.add(turn(1))
    assert turns.rewrite("resp_1", "s1:sealed", "s1:less")
    assert not turns.rewrite("resp_1", "s1:sealed", "s1:other")
    assert turns.get("resp_1").content == "s1:less"
    turns.share("resp_1", True)
    turns.share("resp_2", True)
    assert turns.get("resp_1").shared


def test_feedback_is_one_per_response_listed_by_time_and_goes_with_it(database: Database, turns: SqlResponses) -> None:
    feedback = SqlFeedback(database)
    for number in (1, 2, 3):
        turns.add(turn(number))
        feedback.put(FeedbackRow(f"resp_{number}", "up", number, number, None))
    later = FeedbackRow("resp_1", "down", 9, 9, "s1:comment")
    feedback.put(later)
    assert feedback.get(["resp_1", "resp_4"]) == {"resp_1": later}
    assert [one.response_id for one in feedback.page(Page(), None, None)] == ["resp_1", "resp_3", "resp_2"]
    assert [one.response_id for one in feedback.page(Page(after="resp_1"), None, None)] == ["resp_3", "resp_2"]
    assert [one.response_id for one in feedback.page(Page(), "up", 3)] == ["resp_3"]
    with pytest.raises(UnknownResponse):
        feedback.put(replace(later, response_id="resp_4"))
    turns.remove("resp_3")
    feedback.remove("resp_2")
    assert feedback.page(Page(), None, None) == [later]

"""What the routes of what was said hold at once, whom they say was told what, and who may change it."""

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, cast

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from server.adapters.database.conversations import SqlConversations
from server.adapters.database.engine import Database
from server.adapters.database.feedback import SqlFeedback
from server.adapters.database.responses import SqlResponses
from server.chat.answer import Answers
from server.chat.conversations import routes
from server.chat.conversations.conversations import Bounds, Conversations
from server.chat.conversations.items import Items
from server.chat.responses.background import Background
from server.chat.responses.feedback import Feedback
from server.chat.responses.feedback_routes import feedback_router
from server.chat.responses.history import History
from server.chat.responses.keep import Keep, Kept
from server.chat.responses.place import Place, Placing
from server.chat.responses.responses import Responses
from server.chat.responses.routes import responses_router
from server.chat.responses.views import Views
from server.errors import ConversationFull, UnknownFile
from server.http import render_errors
from server.model import LECTERN, Caller, Role
from server.ports import Gate, Rights
from server.ports.conversations import Size
from server.vault.keyring import Keyring

MINE = Caller("key-1", "me", Role.READER, owner="key:me")
OTHER = Caller("key-2", "other", Role.READER, owner="key:other")


class Doors:
    """Lets everybody in, as one caller, and keeps some files from it."""

    def __init__(self) -> None:
        self.caller = MINE
        self.closed: set[str] = set()
        self.requests: list[Request] = []

    def needs(self, role: Role) -> Callable[[Request], Caller]:
        def caller(request: Request) -> Caller:
            self.requests.append(request)
            return self.caller

        return caller

    def of_files(self, caller: Caller, file_ids: Collection[str], role: Role) -> None:
        if self.closed & set(file_ids):
            raise UnknownFile(file=min(self.closed))

    @property
    def told(self) -> list[tuple[str, str]]:
        """The documents of the last request's record."""
        return list(self.requests[-1].state.documents)


class Silent:
    """Answers nothing in the background."""

    def drop(self, response_ids: Collection[str]) -> None:
        """There is nothing to end."""


class House:
    """The routes of branches on real rows, and a conversation of three turns, of two documents each."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self.doors = Doors()
        rows, rights = SqlConversations(database), cast(Rights, self.doors)
        self.keep = Keep(SqlResponses(database), keyring, days=2)
        conversations = Conversations(rows, self.keep, keyring, Bounds(most=3, days=5))
        views = Views(rights)
        history = History(self.keep, views, rights, lambda file_id: (file_id, ""))
        placing = Placing(rows, SqlResponses(database))
        items = Items(conversations, self.keep, views, history, placing)
        feedback = Feedback(SqlFeedback(database), self.keep, views, keyring)
        app = FastAPI()
        app.include_router(routes.branches_router(conversations, items, feedback, cast(Gate, self.doors)))
        render_errors(app)
        background = cast(Background, Silent())
        app.include_router(routes.conversations_router(conversations, background, cast(Gate, self.doors)))
        responses = Responses(cast(Answers, None), self.keep, history, views, placing)
        app.include_router(responses_router(responses, background, feedback, cast(Gate, self.doors)))
        app.include_router(feedback_router(feedback, responses, cast(Gate, self.doors)))
        app.include_router(routes.items_router(conversations, items, cast(Gate, self.doors)))
        self.client = TestClient(app)
        self.talk = conversations.create({}, "Talk", MINE).id
        for number in range(3):
            place = Place(self.talk, f"resp_{number - 1}" if number else None, number)
            self.keep.add(turn(number, place))

    def get(self, way: str, **query: Any) -> Any:
        answer = self.client.get(f"/v1/conversations/{self.talk}/{way}" if way[0] != "/" else way, params=query)
        assert answer.is_success, answer.text
        return answer


def turn(number: int, place: Place | None) -> Kept:
    found = [{"file_id": f"file-{name}{number}", "text": "x"} for name in "ab"]
    output = [
        {"type": "file_search_call", "id": f"fs_{number}", "queries": ["q"], "results": found},
        {"type": "message", "id": f"msg_{number}_o", "role": "assistant", "content": []},
    ]
    part = {"type": "input_text", "text": "KWIBUS " * 200}
    asked = {"type": "message", "role": "user", "id": f"msg_{number}_i0", "content": [part]}
    # X: "input_text", "text": "KWIBUS " * 200}]}
    response = {
        "id": f"resp_{number}",
        "created_at": int(time.time()),
        "model": "m@s",
        "status": "completed",
        "background": False,
        "output": output,
    }
    return Kept("key:me", response, [asked], [("vs", one["file_id"]) for one in found], place=place)


@pytest.fixture
def house(sqlite: Database, keyring: Keyring) -> House:
    return House(sqlite, keyring)


def test_a_page_of_large_responses_is_shorter_and_says_that_there_is_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page(**query: Any) -> tuple[list[str], bool]:
        told = house.get("responses", **query).json()
        return [one["id"] for one in told["data"]], told["has_more"]

    assert page() == (["resp_0", "resp_1", "resp_2"], False)
    size = house.keep.get("resp_0", MINE).chars
    monkeypatch.setattr(routes, "_MOST_CHARS", int(2.5 * size))
    assert page() == (["resp_0", "resp_1"], True)
    assert house.doors.told == [("vs", f"file-{name}{number}") for number in range(2) for name in "ab"]
    assert page(after="resp_1") == (["resp_2"], False)
    assert page(before="resp_2", limit=1) == (["resp_1"], True)
    monkeypatch.setattr(routes, "_MOST_CHARS", 1)  # one is always told, whatever its size
    assert page() == (["resp_0"], True)
    assert page(before="resp_2") == (["resp_1"], True)


@pytest.mark.parametrize("kind", ["md", "json"])
def test_an_export_is_sent_piece_by_piece_and_on_record_before(house: House, kind: str) -> None:
    answer = house.get("export", format=kind)
    assert "content-length" not in answer.headers
    assert len(house.doors.told) == 6
    if kind == "json":
        whole = answer.json()
        assert [one["id"] for one in whole["responses"]] == ["resp_0", "resp_1", "resp_2"]
        assert whole["conversation"]["title"] == "Talk"
    else:
        assert answer.text.count("KWIBUS KWIBUS") == 300


@pytest.mark.parametrize(
    "way", ["responses", "items", "items/msg_1_o", "export", "/v1/responses/resp_1", "/v1/feedback"]
)
def test_nobody_is_said_to_have_been_told_what_was_withheld(house: House, way: str) -> None:
    house.client.post("/v1/responses/resp_1/feedback", json={"rating": "up"})
    house.doors.closed = {"file-a1"}
    house.get(way)
    told = {file_id for _, file_id in house.doors.told}
    assert "file-a1" not in told
    assert "file-b1" in told


def test_what_a_response_was_given_tells_of_what_it_refers_to_and_not_of_what_was_found_for_it(house: House) -> None:
    refers = replace(turn(9, None), items=[{"type": "item_reference", "id": "msg_1_o"}])
    house.keep.add(refers)
    house.doors.closed = {"file-a1"}
    house.get("/v1/responses/resp_9/input_items")
    assert house.doors.told == [("vs", "file-b1")]
    house.keep.share("resp_9", MINE, shared=True)
    house.doors.caller = OTHER
    house.get("/v1/responses/resp_9/input_items")
    assert house.doors.told == []


def test_what_administrators_look_at_is_told_not_to_be_theirs_and_they_do_not_change_it(house: House) -> None:
    assert {one["own"] for one in house.get("responses").json()["data"]} == {True}
    house.doors.caller = LECTERN
    assert {one["own"] for one in house.get("responses").json()["data"]} == {False}
    for change in ({"title": "Theirs"}, {"metadata": {"a": "b"}}, {"latest": "resp_0"}):
        refused = house.client.post(f"/v1/conversations/{house.talk}", json=change)
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "conversation_not_found")
    assert house.client.delete(f"/v1/conversations/{house.talk}").is_success


def test_a_conversation_that_is_full_takes_no_turn_and_refuses_a_question_before_it_is_answered(
    house: House, sqlite: Database, keyring: Keyring
) -> None:
    rows, chars = SqlResponses(sqlite), sum(len(SqlResponses(sqlite).get(f"resp_{one}").content) for one in range(3))
    for most in (Size(3, 10**9), Size(1000, chars)):
        with pytest.raises(ConversationFull):
            Placing(SqlConversations(sqlite), rows, most).behind(house.talk, None, MINE)
        with pytest.raises(ConversationFull):
            Keep(rows, keyring, days=2, most=most).add(turn(3, Place(house.talk, "resp_2", 3)))
    room = Size(4, chars + 1)
    assert Placing(SqlConversations(sqlite), rows, room).behind(house.talk, None, MINE).follows == "resp_2"
    Keep(rows, keyring, days=2, most=room).add(turn(3, Place(house.talk, "resp_2", 3)))

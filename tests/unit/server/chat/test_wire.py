from typing import Any

import pytest

from server.chat.knowledge import chosen
from server.chat.messages import text_of
from server.chat.wire import ChatRequest
from server.errors import InvalidRequest

SEARCH = {"type": "file_search", "vector_store_ids": ["vs_1"]}
OTHER = {"type": "function", "function": {"name": "f"}}


def request(**more: Any) -> ChatRequest:
    return ChatRequest.model_validate({"model": "m", "messages": [{"role": "user", "content": "q"}], **more})


def test_every_field_lectern_does_not_read_reaches_the_engine() -> None:
    sent = {"temperature": 0.2, "seed": 7, "response_format": {"type": "text"}, "x_new": [1], "stream": True}
    body = request(**sent).upstream("base", [{"role": "user", "content": "q"}], [])
    assert body == {"model": "base", "messages": [{"role": "user", "content": "q"}], **sent}


def test_knowledge_and_file_search_stay_here_and_other_tools_go_on() -> None:
    asked = request(tools=[SEARCH, OTHER], knowledge={"vector_store_ids": ["vs_2"]})
    knowledge, tools = chosen(asked, "vs_0")
    assert knowledge is not None
    assert knowledge.vector_store_ids == ["vs_0", "vs_1", "vs_2"]
    assert tools == [OTHER]
    assert "knowledge" not in asked.upstream("m", [], tools)


def test_a_tool_choice_without_its_tools_is_not_sent_on() -> None:
    asked = request(tools=[SEARCH], tool_choice="auto")
    assert "tool_choice" not in asked.upstream("m", [], [])


def test_plain_chat_names_no_knowledge() -> None:
    assert chosen(request(), None) == (None, [])


def test_a_file_search_without_stores_is_refused_by_name() -> None:
    with pytest.raises(InvalidRequest, match="vector_store_ids"):
        chosen(request(tools=[{"type": "file_search"}]), None)


def test_text_is_taken_from_parts() -> None:
    parts: list[dict[str, Any]] = [
        {"type": "text", "text": "a"},
        {"type": "image_url", "image_url": {}},
        {"type": "text", "text": "b"},
    ]
    assert text_of(parts) == "a\nb"
    assert text_of(None) == ""

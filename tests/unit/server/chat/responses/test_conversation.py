"""From items to what an engine reads."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.chat.responses.conversation import Attached, messages_of, shortened
from server.chat.responses.items import response_of, stored
from server.chat.responses.request import CreateResponse
from server.chat.responses.translate import chat_request
from server.errors import InvalidRequest


def request(**fields: Any) -> CreateResponse:
    return CreateResponse.model_validate({"model": "m", "input": "x"} | fields)


def messages(given: Any, instructions: str | None = None, **files: Attached) -> list[dict[str, Any]]:
    items = stored(request(input=given).input, "resp_1")
    return messages_of(items, instructions, files, pictures=True)


def test_all_that_is_no_turn_stands_in_one_message_at_the_beginning() -> None:
    given = [
        {"role": "user", "content": "one"},
        {"role": "system", "content": "Be kind."},
        {"role": "assistant", "content": "two"},
        {"role": "developer", "content": [{"type": "input_text", "text": "Be brief."}]},
        {"role": "user", "content": [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]},
    ]
    found = messages(given, "Be honest.", f=Attached("a.md", "It rains."))
    assert [message["role"] for message in found] == ["system", "user", "assistant", "user"]
    assert found[0]["content"].startswith("Be honest.\n\nBe kind.\n\nBe brief.\n\n")
    assert "a.md" in found[0]["content"]
    assert found[0]["content"].endswith("It rains.")
    assert found[3]["content"] == "a\nb"


def test_an_attached_file_is_presented_in_the_language_of_the_question() -> None:
    assert "附带" in messages("这是什么?", f=Attached("a.md", "It rains."))[0]["content"]


def test_what_a_model_thought_and_what_was_searched_is_not_told_to_it() -> None:
    given = [
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"},
        {"type": "file_search_call", "id": "fs_1", "queries": ["q"], "status": "completed"},
        {"role": "user", "content": "one"},
    ]
    assert messages(given) == [{"role": "user", "content": "one"}]


def test_a_call_is_answered_before_the_conversation_goes_on() -> None:
    call = {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "a", "output": [{"type": "input_text", "text": "1"}]}
    user = {"role": "user", "content": "x"}
    assert messages([user, call, output, user])[2] == {"role": "tool", "tool_call_id": "a", "content": "1"}
    for wrong in ([user, call], [user, call, user, output], [output, user], [user, call, user]):
        with pytest.raises(InvalidRequest):
            messages(wrong)


@settings(deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.integers(0, 200), st.booleans())
def test_shortening_keeps_the_newest_turns_and_what_is_no_turn(sizes: list[int], most: int, instructed: bool) -> None:
    turns = [{"role": "user" if number % 2 == 0 else "assistant", "content": "w" * n} for number, n in enumerate(sizes)]
    given = [{"role": "system", "content": "s" * 5}, *turns] if instructed else turns
    found = shortened(given, most, len)
    fixed = given[:1] if instructed else []
    left = found[len(fixed) :]
    assert found[: len(fixed)] == fixed
    assert left == turns[len(turns) - len(left) :]
    assert left[0]["role"] == "user"
    questions = sum(turn["role"] == "user" for turn in left)
    assert sum(len(one["content"]) for one in found) <= most or questions == 1


def test_stores_are_searched_unless_no_tool_may_be_used() -> None:
    search = {"type": "file_search", "vector_store_ids": ["vs_1"], "max_num_results": 3}
    function = {"type": "function", "name": "f", "parameters": {}}

    def tools(choice: Any) -> list[str]:
        found = chat_request(request(tools=[search, function], tool_choice=choice), [{"role": "user", "content": "x"}])
        return [tool.type for tool in found.tools or []]

    assert tools("auto") == tools("required") == tools({"type": "file_search"}) == ["file_search", "function"]
    assert tools({"type": "function", "name": "f"}) == ["file_search", "function"]
    assert tools("none") == ["function"]
    only = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "file_search"}]}
    assert tools(only) == ["file_search"]


def test_an_item_tells_which_response_it_belongs_to() -> None:
    [item] = stored(request().input, "resp_ab12")
    assert response_of(item["id"]) == "resp_ab12"
    for other in ("", "msg", "msg_1", "a_b_c_d"):
        assert response_of(other) is None

"""Responses that a model gives: what it is asked, what is made of what it says, and what happens when it breaks off.

The model server is a stand-in at the wire: a real one cannot be made to fail at will, or to call a tool.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import orjson
import pytest
from aiohttp import web
from openai.types.responses import Response, ResponseFunctionToolCall, ResponseReasoningItem
from pydantic import BaseModel

from tests.response_events import heard
from tests.serving import Serving, upload
from tests.upstream import DONE, Answer, Upstream, events, running, status

RENTAL = "# Travel\n\nThe price of the rental car is 140 EUR. Reports are sent every month.\n"
WEATHER: Any = {
    "type": "function",
    "name": "weather",
    "description": "The weather of a town",
    "parameters": {"type": "object", "properties": {"town": {"type": "string"}}},
    "strict": True,
}


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """A model server on an event loop of its own."""
    loop, made, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[Upstream] = []

    async def serve() -> None:
        async with running() as one:
            found.append(one)
            made.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    made.wait(30)
    yield found[0]
    loop.call_soon_threadsafe(over.set)
    thread.join(30)
    loop.close()


@pytest.fixture(scope="module")
def serving(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    data = tmp_path_factory.mktemp("lectern") / "data"
    started = Serving(data, engine_url=upstream.url, rewrite_seconds="0")
    yield started.wait()
    assert started.stop() == 0


@pytest.fixture(scope="module")
def client(serving: Serving) -> Iterator[openai.OpenAI]:
    with serving.client() as one:
        yield one


@pytest.fixture(scope="module")
def store(client: openai.OpenAI, tmp_path_factory: pytest.TempPathFactory) -> str:
    made = client.vector_stores.create(name="travel")
    path = tmp_path_factory.mktemp("travel") / "rental.md"
    path.write_text(RENTAL)
    upload(client, made.id, path)
    return made.id


@pytest.fixture(autouse=True)
def fresh(upstream: Upstream) -> None:
    upstream.requests.clear()
    upstream.left.clear()


def said(*deltas: dict[str, Any], finish: str = "stop", usage: dict[str, Any] | None = None, **more: Any) -> list[str]:
    """The events of one choice."""
    choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} | more for delta in deltas]
    chunks: list[Any] = [{"choices": [choice]} for choice in choices]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    told = usage or {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    chunks.append({"choices": [], "usage": told})
    return [f"data: {orjson.dumps(chunk).decode()}\n\n" for chunk in chunks]


def text(*pieces: str) -> list[dict[str, Any]]:
    return [{"content": piece} for piece in pieces]


def sent(upstream: Upstream) -> dict[str, Any]:
    """What the model server was asked last."""
    body = upstream.requests[-1][1]
    assert isinstance(body, dict)
    return body


def broken(piece: str) -> Answer:
    """An answer that breaks off after its first piece was read."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = await events(piece)(request)
        await asyncio.sleep(0.5)
        if request.transport is not None:
            request.transport.abort()
        return response

    return answer


def eventually(happens: Callable[[], bool], seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_the_model_is_asked_what_the_request_says_in_its_own_words(client: openai.OpenAI, upstream: Upstream) -> None:
    upstream.answer = events(*said(*text("Bon", "jour")), DONE)
    response = client.responses.create(
        model="other",
        instructions="Speak French.",
        input=[{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
        temperature=0.2,
        top_p=0.9,
        max_output_tokens=50,
        reasoning={"effort": "low"},
        user="u-1",
        safety_identifier="s-1",
        prompt_cache_key="k-1",
        metadata={"a": "b"},
        extra_body={"seed": 7, "top_k": 3},
    )
    assert response.output_text == "Bonjour"
    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.output_tokens) == (7, 3)
    assert (response.user, response.safety_identifier, response.prompt_cache_key) == ("u-1", "s-1", "k-1")
    assert sent(upstream) == {
        "model": "other",
        "messages": [{"role": "system", "content": "Speak French.\n\nBe brief."}, {"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.2,
        "top_p": 0.9,
        "max_completion_tokens": 50,
        "reasoning_effort": "low",
        "seed": 7,
        "top_k": 3,
    }


def test_a_conversation_is_told_to_the_model_but_not_the_instructions_of_before(
    client: openai.OpenAI, upstream: Upstream
) -> None:
    upstream.answer = events(*said(*text("Ann")), DONE)
    first = client.responses.create(model="other", instructions="Be kind.", input="My name is Ann. Who am I?")
    client.responses.create(model="other", input="And now?", previous_response_id=first.id)
    assert sent(upstream)["messages"] == [
        {"role": "user", "content": "My name is Ann. Who am I?"},
        {"role": "assistant", "content": "Ann"},
        {"role": "user", "content": "And now?"},
    ]


def test_a_function_is_called_and_its_output_goes_back_to_the_model(client: openai.OpenAI, upstream: Upstream) -> None:
    calls = [
        {"tool_calls": [{"index": 0, "id": "call_a", "function": {"name": "weather", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"town": '}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '"Bern"}'}}]},
        {"tool_calls": [{"index": 1, "id": "call_b", "function": {"name": "weather", "arguments": "{}"}}]},
    ]
    upstream.answer = events(*said({"content": "Let me see."}, *calls, finish="tool_calls"), DONE)
    asked: dict[str, Any] = {"model": "other", "tools": [WEATHER], "parallel_tool_calls": True}
    response = heard(client.responses.create(input="How is the weather?", tool_choice="required", stream=True, **asked))
    function = {name: value for name, value in WEATHER.items() if name != "type"}
    assert sent(upstream)["tools"] == [{"type": "function", "function": function}]
    assert sent(upstream)["tool_choice"] == "required"
    assert sent(upstream)["parallel_tool_calls"] is True
    made = [item for item in response.output if isinstance(item, ResponseFunctionToolCall)]
    assert [(call.call_id, call.name, call.arguments) for call in made] == [
        ("call_a", "weather", '{"town": "Bern"}'),
        ("call_b", "weather", "{}"),
    ]
    assert response.output_text == "Let me see."

    upstream.answer = events(*said(*text("It rains.")), DONE)
    outputs: Any = [{"type": "function_call_output", "call_id": f"call_{one}", "output": f"rain {one}"} for one in "ab"]
    last = client.responses.create(input=outputs, previous_response_id=response.id, **asked)
    assert last.output_text == "It rains."
    _, assistant, *tools = sent(upstream)["messages"]
    assert assistant["content"] == "Let me see."
    assert [call["id"] for call in assistant["tool_calls"]] == ["call_a", "call_b"]
    assert assistant["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"town": "Bern"}'}
    assert tools == [{"role": "tool", "tool_call_id": f"call_{one}", "content": f"rain {one}"} for one in "ab"]
    with pytest.raises(openai.BadRequestError, match="call_b"):
        client.responses.create(input=outputs[:1], previous_response_id=response.id, **asked)


def test_the_model_may_call_a_function_where_the_documents_hold_nothing(
    client: openai.OpenAI, upstream: Upstream, store: str
) -> None:
    call = {"tool_calls": [{"index": 0, "id": "call_a", "function": {"name": "weather", "arguments": "{}"}}]}
    upstream.answer = events(*said(call, finish="tool_calls"), DONE)
    search: Any = {"type": "file_search", "vector_store_ids": [store]}
    asked: dict[str, Any] = {"model": "other", "input": "Does it rain on Mount Erebus?", "stream": True}
    response = heard(client.responses.create(**asked, tools=[search, WEATHER]))
    assert [item.type for item in response.output] == ["file_search_call", "function_call"]
    assert "hold nothing about it" in sent(upstream)["messages"][0]["content"]
    upstream.requests.clear()
    response = heard(client.responses.create(**asked, tools=[search]))
    assert "I found nothing" in response.output_text
    assert upstream.requests == []
    only: Any = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "weather"}]}
    response = heard(client.responses.create(**asked, tools=[search, WEATHER], tool_choice=only))
    assert [item.type for item in response.output] == ["function_call"]


def test_a_schema_reaches_the_model_and_its_answer_is_parsed(client: openai.OpenAI, upstream: Upstream) -> None:
    class Price(BaseModel):
        euros: int

    upstream.answer = events(*said(*text('{"euros"', ": 140}")), DONE)
    parsed = client.responses.parse(model="other", input="The price?", text_format=Price)
    assert parsed.output_parsed == Price(euros=140)
    form = sent(upstream)["response_format"]
    assert (form["type"], form["json_schema"]["name"], form["json_schema"]["strict"]) == ("json_schema", "Price", True)
    assert form["json_schema"]["schema"]["required"] == ["euros"]
    client.responses.create(model="other", input="JSON", text={"format": {"type": "json_object"}})
    assert sent(upstream)["response_format"] == {"type": "json_object"}


def test_markers_are_checked_and_cited_once_the_text_is_said(
    client: openai.OpenAI, upstream: Upstream, store: str
) -> None:
    pieces = ("The price of the rental", " car is 140 EUR", " [", "1", "]", ". It is 999 EUR", " [1", "] a week.")
    upstream.answer = events(*said(*text(*pieces)), DONE)
    asked: dict[str, Any] = {"model": "other@travel", "input": "What is the price of the rental car?"}
    response = heard(client.responses.create(**asked, stream=True))
    assert response.output_text == "The price of the rental car is 140 EUR [1]. It is 999 EUR a week."
    message: Any = response.output[1]
    [citation] = message.content[0].annotations
    assert response.output_text[citation.index :].startswith("[1]")
    assert citation.quote == "The price of the rental car is 140 EUR."
    assert client.responses.create(**asked).output_text == response.output_text


def test_the_end_of_the_allowed_tokens_makes_a_response_incomplete(client: openai.OpenAI, upstream: Upstream) -> None:
    upstream.answer = events(*said(*text("It is"), finish="length"), DONE)
    response = heard(client.responses.create(model="other", input="x", max_output_tokens=2, stream=True))
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == "max_output_tokens"
    assert client.responses.create(model="other", input="x", max_output_tokens=2).status == "incomplete"


def test_what_a_model_thinks_is_an_item_of_its_own_and_not_told_to_it_again(
    client: openai.OpenAI, upstream: Upstream
) -> None:
    thought = [{"reasoning_content": "Let me "}, {"reasoning_content": "think."}]
    details = {"completion_tokens_details": {"reasoning_tokens": 2}, "prompt_tokens_details": {"cached_tokens": 5}}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10, **details}
    upstream.answer = events(*said(*thought, *text("Yes."), usage=usage), DONE)
    response = heard(client.responses.create(model="other", input="x", stream=True))
    [item] = [one for one in response.output if isinstance(one, ResponseReasoningItem)]
    assert item.content is not None
    assert item.content[0].text == "Let me think."
    assert response.usage is not None
    assert response.usage.output_tokens_details.reasoning_tokens == 2
    assert response.usage.input_tokens_details.cached_tokens == 5
    client.responses.create(model="other", input="y", previous_response_id=response.id)
    assert [message["content"] for message in sent(upstream)["messages"]] == ["x", "Yes.", "y"]


def test_probabilities_are_given_where_they_are_asked_for(client: openai.OpenAI, upstream: Upstream) -> None:
    probable = {"content": [{"token": "Yes", "logprob": -0.1, "bytes": [89], "top_logprobs": []}]}
    upstream.answer = events(*said(*text("Yes"), logprobs=probable), DONE)
    asked: dict[str, Any] = {"model": "other", "input": "x", "top_logprobs": 2}
    response = heard(client.responses.create(**asked, include=["message.output_text.logprobs"], stream=True))
    assert response.output[0].content[0].logprobs[0].token == "Yes"  # type: ignore[union-attr,index]
    assert (sent(upstream)["logprobs"], sent(upstream)["top_logprobs"]) == (True, 2)
    assert client.responses.retrieve(response.id).output[0].content[0].logprobs == []  # type: ignore[union-attr,index]


def test_pictures_and_files_reach_a_model_that_may_read_them(
    client: openai.OpenAI, upstream: Upstream, tmp_path: Path
) -> None:
    upstream.answer = events(*said(*text("A cat.")), DONE)
    path = tmp_path / "report.md"
    path.write_text("# Report\n\nThe turnover was 4711 EUR.\n")
    file = client.files.create(file=path, purpose="user_data")
    parts: Any = [
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_file", "file_id": file.id},
        {"type": "input_image", "image_url": "data:image/png;base64,aGk=", "detail": "low"},
    ]
    first = client.responses.create(model="other", input=[{"role": "user", "content": parts}])
    system, user = sent(upstream)["messages"]
    assert "The turnover was 4711 EUR." in system["content"]
    assert "report.md" in system["content"]
    assert user["content"][0] == {"type": "text", "text": "What is this?"}
    picture = {"url": "data:image/png;base64,aGk=", "detail": "low"}
    assert user["content"][1] == {"type": "image_url", "image_url": picture}
    client.responses.create(model="other", input="And?", previous_response_id=first.id)
    assert "The turnover was 4711 EUR." in sent(upstream)["messages"][0]["content"]
    client.files.delete(file.id)
    client.responses.create(model="other", input="And?", previous_response_id=first.id)
    assert "4711" not in str(sent(upstream))
    assert "A cat." not in str(sent(upstream))


def test_the_oldest_turns_are_left_out_where_that_is_wished(client: openai.OpenAI, upstream: Upstream) -> None:
    upstream.answer = events(*said(*text("ok")), DONE)
    turns: Any = [{"role": "user", "content": f"turn {number} " + "word " * 200} for number in range(60)]
    client.responses.create(model="other", input=[*turns, {"role": "user", "content": "the last"}], truncation="auto")
    messages = sent(upstream)["messages"]
    assert 1 < len(messages) < 61
    assert messages[-1]["content"] == "the last"
    assert messages[-2]["content"].startswith("turn 59 ")


def test_no_more_is_read_than_the_model_can(client: openai.OpenAI, upstream: Upstream, tmp_path: Path) -> None:
    """The stand-in tells no context: it is taken for 8,192 tokens, which 131,072 characters fill in any language."""
    upstream.answer = events(*said(*text("ok")), DONE)
    path = tmp_path / "long.md"
    path.write_text("word " * 20_000)
    files = [client.files.create(file=path, purpose="user_data").id for _ in range(2)]
    content: Any = [{"type": "input_file", "file_id": file_id} for file_id in files]
    with pytest.raises(openai.BadRequestError, match="longer than the model can read"):
        client.responses.create(model="other", input=[{"role": "user", "content": content}], truncation="auto")
    turns = [client.responses.create(model="other", input="word " * 20_000)]
    for _ in range(2):
        before = turns[-1].id
        turns.append(
            client.responses.create(
                model="other", input="word " * 20_000, previous_response_id=before, truncation="auto"
            )
        )
    assert len(sent(upstream)["messages"]) == 1
    with pytest.raises(openai.BadRequestError, match="longer than the model can read"):
        client.responses.create(model="other", input="And?", previous_response_id=turns[-1].id)
    items = [client.responses.input_items.list(turn.id).data[0].id for turn in turns]
    references: Any = [{"type": "item_reference", "id": item_id} for item_id in items]
    upstream.requests.clear()
    with pytest.raises(openai.BadRequestError, match="longer than the model can read"):
        client.responses.create(model="other", input=references)
    assert not upstream.requests


def test_a_response_whose_model_breaks_off_fails_as_its_last_event(client: openai.OpenAI, upstream: Upstream) -> None:
    upstream.answer = broken(said(*text("It is"))[0])
    response = heard(client.responses.create(model="other", input="x", stream=True))
    assert (response.status, response.error and response.error.code) == ("failed", "server_error")
    assert response.output[0].status == "incomplete"  # type: ignore[union-attr]
    kept = client.responses.retrieve(response.id)
    assert (kept.status, kept.output_text) == ("failed", "It is")
    with pytest.raises(openai.APIStatusError) as lost:
        client.responses.create(model="other", input="x")
    assert (lost.value.status_code, lost.value.code) == (503, "engine_lost")


def test_a_model_that_does_not_answer_is_told_before_the_first_event(client: openai.OpenAI, upstream: Upstream) -> None:
    upstream.answer = status(503, "{}")
    for stream in (False, True):
        with pytest.raises(openai.InternalServerError) as away:
            client.responses.create(model="other", input="x", stream=stream)
        assert away.value.code == "engine_unavailable"
    upstream.answer = status(400, '{"error": {"message": "no such template"}}')
    with pytest.raises(openai.BadRequestError, match="no such template"):
        client.responses.create(model="other", input="x", stream=True)


def test_a_client_that_leaves_ends_the_work_and_finds_what_was_said(client: openai.OpenAI, upstream: Upstream) -> None:
    upstream.answer = events(*said(*text("It is"))[:1], then="hang")
    with client.responses.create(model="other", input="x", stream=True) as stream:
        first = next(iter(stream))
        for event in stream:
            if event.type == "response.output_text.delta":
                break
    eventually(upstream.left.is_set)
    response_id = first.response.id  # type: ignore[union-attr]

    def kept() -> Response | None:
        try:
            return client.responses.retrieve(response_id)
        except openai.NotFoundError:
            return None

    eventually(lambda: kept() is not None)
    found = kept()
    assert found is not None
    assert (found.status, found.output_text) == ("cancelled", "It is")


def in_talk(client: openai.OpenAI, talk: str, **query: str) -> list[dict[str, Any]]:
    """The responses of a branch of a conversation."""
    path = f"/conversations/{talk}/responses"
    told = client.get(path, cast_to=httpx.Response, options={"params": query})
    found: list[dict[str, Any]] = told.json()["data"]
    return found


def test_the_model_is_told_the_branch_that_a_question_follows_and_no_other(
    client: openai.OpenAI, upstream: Upstream
) -> None:
    talk = client.conversations.create(items=[{"role": "user", "content": "My name is Ann."}]).id

    def ask(question: str, answer: str, **after: Any) -> str:
        upstream.answer = events(*said(*text(answer)), DONE)
        place: Any = {"id": talk, **after}
        return client.responses.create(model="other", input=question, conversation=place).id

    first = ask("Who am I?", "Ann.")
    ask("Where?", "In Bern.")
    ask("When?", "At noon.", after=first)
    ask("Why?", "I know not.")
    assert [message["content"] for message in sent(upstream)["messages"]] == [
        *("My name is Ann.", "Who am I?", "Ann.", "When?", "At noon.", "Why?"),
    ]
    ask("Hello?", "Hello.", after=None)
    assert [message["content"] for message in sent(upstream)["messages"]] == ["Hello?"]


def test_who_stops_an_answer_and_asks_again_goes_on_with_the_later_one(
    client: openai.OpenAI, upstream: Upstream
) -> None:
    talk = client.conversations.create().id
    upstream.answer = events(*said(*text("It is"))[:1], then="hang")
    with client.responses.create(model="other", input="x", conversation=talk, stream=True) as stream:
        stopped = next(iter(stream)).response.id  # type: ignore[union-attr]
        eventually(lambda: bool(upstream.requests))
        upstream.answer = events(*said(*text("Yes.")), DONE)
        later = client.responses.create(model="other", input="y", conversation=talk)
    eventually(lambda: len(in_talk(client, talk)[0]["siblings"]) == 2)  # the stopped one is kept after the later one
    assert [one["id"] for one in in_talk(client, talk)] == [later.id]
    assert [one["status"] for one in in_talk(client, talk, through=stopped)] == ["cancelled"]


def test_what_is_answered_while_its_conversation_is_deleted_goes_with_it(
    client: openai.OpenAI, upstream: Upstream
) -> None:
    talk, gone = client.conversations.create().id, threading.Event()
    upstream.answer = events(*said(*text("It is"))[:1], then="hang")
    waiting = client.responses.create(model="other", input="x", conversation=talk, background=True)
    eventually(lambda: bool(upstream.requests))
    with pytest.raises(openai.ConflictError) as busy:
        client.responses.create(model="other", input="y", conversation=talk)
    assert busy.value.code == "conversation_locked"
    client.conversations.delete(talk)
    eventually(upstream.left.is_set)  # the model is not kept busy with it
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(waiting.id)
    talk = client.conversations.create().id

    async def slowly(request: web.Request) -> web.StreamResponse:
        first, *rest = [*said(*text("It is", " so.")), DONE]
        response = await events(first)(request)
        await asyncio.to_thread(gone.wait, 30)
        for part in rest:
            await response.write(part.encode())
        return response

    upstream.answer = slowly
    with client.responses.create(model="other", input="x", conversation=talk, stream=True) as stream:
        told = iter(stream)
        response_id = next(told).response.id  # type: ignore[union-attr]
        client.conversations.delete(talk)
        gone.set()
        assert [event.type for event in told][-1] == "response.completed"
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(response_id)


def test_a_response_in_the_background_is_cancelled_at_the_model(client: openai.OpenAI, upstream: Upstream) -> None:
    upstream.answer = events(*said(*text("It is"))[:1], then="hang")
    queued = client.responses.create(model="other", input="x", background=True)
    eventually(lambda: bool(upstream.requests))
    assert client.responses.cancel(queued.id).status == "cancelled"
    eventually(upstream.left.is_set)
    assert client.responses.retrieve(queued.id).status == "cancelled"
    assert client.responses.cancel(queued.id).status == "cancelled"


def test_a_response_in_the_background_waits_for_the_model_but_not_for_who_may_not_come_in_any_more(
    serving: Serving, client: openai.OpenAI, upstream: Upstream
) -> None:
    upstream.answer = status(503, "{}")
    waiting = client.responses.create(model="other", input="x", background=True)
    with serving.http() as http:
        made = http.post("/v1/api_keys", json={"name": "short", "role": "reader"}).json()
        with serving.client(made["key"]) as other:
            revoked = other.responses.create(model="other", input="x", background=True)
        eventually(lambda: len(upstream.requests) >= 2)
        assert http.delete(f"/v1/api_keys/{made['id']}").is_success
    upstream.answer = events(*said(*text("Yes.")), DONE)
    eventually(lambda: client.responses.retrieve(waiting.id).status == "completed")
    eventually(lambda: client.responses.retrieve(revoked.id).status == "failed")
    assert client.responses.retrieve(revoked.id).output == []


def test_responses_in_the_background_outlive_the_server(upstream: Upstream, tmp_path: Path) -> None:
    upstream.answer = events(*said(*text("It is"))[:1], then="hang")
    serving = Serving(tmp_path / "data", engine_url=upstream.url).wait()
    with serving.client() as client:
        plain = client.responses.create(model="other", input="x", background=True)
        stream = client.responses.create(model="other", input="x", background=True, stream=True)
        streamed = next(iter(stream)).response.id  # type: ignore[union-attr]
        talks = [client.conversations.create(items=[{"role": "user", "content": "Begin."}]).id for _ in range(2)]
        asked: Any = {"model": "other", "input": "x"}
        answered = client.responses.create(**asked, conversation=talks[0], background=True)
        cut = client.responses.create(**asked, conversation=talks[1], stream=True)
        next(iter(cut))
        eventually(lambda: len(upstream.requests) == 4)
        time.sleep(0.5)
        serving.kill()
        stream.close()
        cut.close()
        upstream.answer = events(*said(*text("It is so.")), DONE)
        serving.restart().wait()
        eventually(lambda: client.responses.retrieve(plain.id).status == "completed")
        assert client.responses.retrieve(plain.id).output_text == "It is so."
        # What was told of it already cannot be told otherwise.
        eventually(lambda: client.responses.retrieve(streamed).status == "failed")
        heard(client.responses.retrieve(streamed, stream=True))
        # A conversation goes on where it stood: behind what was in the background, without what was only heard.
        eventually(lambda: client.responses.retrieve(answered.id).status == "completed")
        for talk, turns in zip(talks, (3, 2), strict=True):
            last = client.responses.create(**asked, conversation=talk)
            assert len(in_talk(client, talk)) == turns
            assert in_talk(client, talk)[-1]["id"] == last.id
    assert serving.stop() == 0

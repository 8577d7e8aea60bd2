"""Chat and completions by the official client, in front of a model server that says what a test tells it."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import openai
import orjson
import pytest
import pytest_asyncio
from openai.types import Completion
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from tests.serving import Serving, upload
from tests.upstream import DONE, Upstream, events, running, status

pytestmark = pytest.mark.asyncio(loop_scope="module")

RENTAL = "# Travel\n\nThe price of the rental car is 140 EUR. Reports are sent every month.\n"
QUESTION = [{"role": "user", "content": "What is the price of the rental car?"}]
NOWHERE = [{"role": "user", "content": "Who painted the ceiling of the chapel?"}]
TOOL = {"type": "function", "function": {"name": "rate", "parameters": {"type": "object", "properties": {}}}}
HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "other"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def upstream() -> AsyncIterator[Upstream]:
    async with running() as one:
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def serving(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    started = Serving(tmp_path_factory.mktemp("fields") / "data", engine_url=upstream.url)
    await asyncio.to_thread(started.wait)
    yield started
    assert await asyncio.to_thread(started.stop) == 0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def store(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("documents") / "rental.md"
    path.write_text(RENTAL)

    def make() -> str:
        client = serving.client()
        made = client.vector_stores.create(name="cars").id
        upload(client, made, path)
        return made

    return await asyncio.to_thread(make)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(serving: Serving) -> AsyncIterator[openai.AsyncOpenAI]:
    url = f"{serving.url}/v1"
    async with openai.AsyncOpenAI(base_url=url, api_key=serving.key, max_retries=0, timeout=60) as one:
        yield one


def whole(*messages: dict[str, Any], finish: str = "stop", logprobs: Any = None) -> Any:
    choices = [
        {
            "index": n,
            "message": {"role": "assistant", "content": None, **one},
            "finish_reason": finish,
            "logprobs": logprobs,
        }
        for n, one in enumerate(messages)
    ]
    usage = {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}
    answer = {**HEAD, "object": "chat.completion", "choices": choices, "usage": usage}
    return status(200, orjson.dumps(answer).decode(), {"Content-Type": "application/json"})


def chunks(*deltas: tuple[int, dict[str, Any], str | None], usage: bool = False) -> Any:
    sent = []
    for index, delta, finish in deltas:
        choice = {"index": index, "delta": delta, "finish_reason": finish, "logprobs": None}
        sent.append({**HEAD, "choices": [choice]})
    if usage:
        told = {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}
        sent.append({**HEAD, "choices": [], "usage": told})
    return events(*(f"data: {orjson.dumps(one).decode()}\n\n" for one in sent), DONE)


def read(found: list[ChatCompletionChunk], index: int = 0) -> str:
    return "".join(c.delta.content or "" for one in found for c in one.choices if c.index == index)


async def test_every_documented_field_reaches_the_model_as_it_was_sent(
    client: openai.AsyncOpenAI, upstream: Upstream
) -> None:
    sent: dict[str, Any] = {
        "temperature": 0.3,
        "top_p": 1,
        "presence_penalty": -1.5,
        "frequency_penalty": 2,
        "seed": 7,
        "stop": ["a", "b"],
        "n": 2,
        "logprobs": True,
        "top_logprobs": 3,
        "logit_bias": {"17": -100},
        "max_completion_tokens": 9,
        "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}},
        "tools": [TOOL],
        "tool_choice": "auto",
        "parallel_tool_calls": False,
        "reasoning_effort": "low",
        "verbosity": "low",
        "user": "u",
        "safety_identifier": "s",
        "prompt_cache_key": "k",
    }
    extra = {"top_k": 5, "chat_template_kwargs": {"enable_thinking": False}, "guided_json": {"type": "object"}}
    kept: dict[str, Any] = {
        "metadata": {"a": "b"},
        "store": False,
        "service_tier": "flex",
        "modalities": ["text"],
        "prediction": {"type": "content", "content": "x"},
    }
    upstream.answer = whole({"content": "{}"}, {"content": "{}"})
    messages: Any = [
        {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
        {"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "image_url", "image_url": {"url": "u"}}]},
        {
            "role": "assistant",
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "rate", "arguments": "{"}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "140"},
        {"role": "user", "content": "a\0b \U0001f600", "name": "ann"},
    ]
    answer = await client.chat.completions.create(model="other", messages=messages, **sent, **kept, extra_body=extra)
    assert len(answer.choices) == 2
    assert upstream.requests[-1][1] == {"model": "other", "messages": messages, "stream": False, **sent, **extra}


@pytest.mark.parametrize(
    ("param", "fields"),
    [
        ("model", {"model": ""}),
        ("model", {"model": 5}),
        ("messages", {"messages": []}),
        ("messages", {"messages": "hello"}),
        ("messages[0].role", {"messages": [{"role": "king", "content": "x"}]}),
        ("messages[0].content", {"messages": [{"role": "user", "content": 5}]}),
        ("messages[0].content", {"messages": [{"role": "user", "content": []}]}),
        ("messages[0]", {"messages": [{"role": "user"}]}),
        ("messages[0]", {"messages": [{"role": "assistant", "content": None}]}),
        ("messages[0]", {"messages": [{"role": "tool", "content": "x"}]}),
        ("messages[0].content[0].text", {"messages": [{"role": "user", "content": [{"type": "text"}]}]}),
        (
            "messages[0].content[0].image_url.url",
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": ""}}]}]},
        ),
        ("messages[0].content[0].type", {"messages": [{"role": "user", "content": [{"text": "x"}]}]}),
        ("n", {"n": 0}),
        ("n", {"n": 129}),
        ("n", {"n": "2"}),
        ("n", {"n": True}),
        ("temperature", {"temperature": 2.1}),
        ("temperature", {"temperature": "0.5"}),
        ("top_p", {"top_p": -0.1}),
        ("presence_penalty", {"presence_penalty": 2.5}),
        ("frequency_penalty", {"frequency_penalty": -3}),
        ("seed", {"seed": 1.5}),
        ("seed", {"seed": 2**63}),
        ("stop", {"stop": ["a"] * 5}),
        ("logit_bias.17", {"logit_bias": {"17": 101}}),
        ("logprobs", {"logprobs": 3}),
        ("top_logprobs", {"top_logprobs": 2}),
        ("top_logprobs", {"logprobs": True, "top_logprobs": 21}),
        ("max_tokens", {"max_tokens": 0}),
        ("max_completion_tokens", {"max_tokens": 5, "max_completion_tokens": 5}),
        ("response_format", {"response_format": "json"}),
        ("response_format.json_schema.name", {"response_format": {"type": "json_schema", "json_schema": {}}}),
        ("tools[0].type", {"tools": [{"function": {"name": "f"}}]}),
        ("tools[0].type", {"tools": [{"type": "web_search"}]}),
        ("tools[0].function.name", {"tools": [{"type": "function", "function": {"name": "a b"}}]}),
        ("tools[0].function.parameters", {"tools": [{"type": "function", "function": {"name": "f", "parameters": 1}}]}),
        ("tool_choice", {"tool_choice": "required"}),
        ("tool_choice", {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "other"}}}),
        ("stream_options", {"stream_options": {"include_usage": True}}),
        ("metadata", {"metadata": {str(n): "x" for n in range(17)}}),
        ("metadata.a", {"metadata": {"a": "x" * 513}}),
        ("service_tier", {"service_tier": "gold"}),
        ("store", {"store": True}),
        ("modalities", {"modalities": ["text", "audio"]}),
        ("audio", {"audio": {"voice": "alloy", "format": "wav"}}),
        ("web_search_options", {"web_search_options": {}}),
        ("functions", {"functions": [{"name": "f"}]}),
        ("function_call", {"function_call": {"name": "f"}}),
        ("knowledge.vector_store_ids", {"knowledge": {"vector_store_ids": []}}),
        ("knowledge.stores", {"knowledge": {"vector_store_ids": ["vs_1"], "stores": ["vs_1"]}}),
    ],
    ids=str,
)
async def test_a_wrong_field_is_refused_by_its_name_before_the_model_is_asked(
    client: openai.AsyncOpenAI, upstream: Upstream, param: str, fields: dict[str, Any]
) -> None:
    asked = len(upstream.requests)
    with pytest.raises(openai.BadRequestError) as caught:
        await client.post("/chat/completions", body={"model": "other", "messages": QUESTION} | fields, cast_to=object)
    assert caught.value.param == param, caught.value.message
    assert (caught.value.type, caught.value.code) == ("invalid_request_error", "invalid_request")
    assert len(upstream.requests) == asked


async def test_null_and_what_asks_for_nothing_passes(client: openai.AsyncOpenAI, upstream: Upstream) -> None:
    upstream.answer = whole({"content": "Yes"})
    names = (
        "n stop seed temperature top_p max_tokens tools tool_choice stream stream_options functions store audio user"
    )
    empty = dict.fromkeys(names.split()) | {"functions": [], "tools": [], "modalities": None, "model_dump": 1}
    body = {"model": "other", "messages": QUESTION} | empty
    answer = await client.post("/chat/completions", body=body, cast_to=ChatCompletion)
    assert answer.choices[0].message.content == "Yes"


async def test_choices_of_one_stream_keep_their_own_markers(
    client: openai.AsyncOpenAI, upstream: Upstream, store: str
) -> None:
    upstream.answer = chunks(
        (0, {"role": "assistant", "content": "The price of the rental car is"}, None),
        (1, {"role": "assistant", "content": "It is 999 EUR"}, None),
        (0, {"content": " 140 EUR [1"}, None),
        (1, {"content": " [1]"}, None),
        (0, {"content": "]."}, None),
        (1, {"content": " a week."}, None),
        (1, {}, "stop"),
        (0, {}, "length"),
        usage=True,
    )
    stream = await client.chat.completions.create(
        model="other@cars", messages=QUESTION, n=2, stream=True, stream_options={"include_usage": True}
    )  # type: ignore[call-overload]
    found = [one async for one in stream]
    assert read(found, 0) == "The price of the rental car is 140 EUR [1]."
    assert read(found, 1) == "It is 999 EUR a week."
    cited: dict[int, Any] = {}
    for one in found:
        for choice in one.choices:
            if "annotations" in (choice.delta.model_extra or {}):
                assert choice.index not in cited
                cited[choice.index] = choice.delta.model_extra["annotations"]
    assert [note["marker"] for note in cited[0]] == [1]
    assert cited[1] == []
    assert {(one.id, one.created, one.model, one.object) for one in found} == {
        ("chatcmpl-1", 1700000000, "other@cars", "chat.completion.chunk")
    }
    assert found[-1].choices == []
    assert found[-1].usage is not None
    assert found[-1].usage.total_tokens == 16
    assert upstream.requests[-1][1]["n"] == 2  # type: ignore[index]


async def test_a_call_of_a_tool_passes_whole_and_streamed_where_documents_are_searched(
    client: openai.AsyncOpenAI, upstream: Upstream, store: str
) -> None:
    search: Any = {"type": "file_search", "vector_store_ids": [store]}
    call = {"id": "c1", "type": "function", "function": {"name": "rate", "arguments": '{"a": [1]}'}}
    upstream.answer = whole({"tool_calls": [call]}, finish="tool_calls")
    asked: dict[str, Any] = {"model": "other", "messages": QUESTION, "tools": [TOOL, search], "tool_choice": "auto"}
    answer = await client.chat.completions.create(**asked)
    assert answer.choices[0].finish_reason == "tool_calls"
    [made] = answer.choices[0].message.tool_calls
    assert made.function.arguments == '{"a": [1]}'
    assert upstream.requests[-1][1]["tools"] == [TOOL]  # type: ignore[index]

    part = {"index": 0, "id": "c1", "type": "function", "function": {"name": "rate", "arguments": ""}}
    upstream.answer = chunks(
        (0, {"role": "assistant", "content": None, "tool_calls": [part]}, None),
        (0, {"tool_calls": [{"index": 0, "function": {"arguments": '{"a": '}}]}, None),
        (0, {"tool_calls": [{"index": 0, "function": {"arguments": "[1]}"}}]}, None),
        (0, {}, "tool_calls"),
    )
    arguments, reasons = "", []
    async for one in await client.chat.completions.create(**asked, stream=True):
        for choice in one.choices:
            arguments += "".join(call.function.arguments for call in choice.delta.tool_calls or [])
            reasons.append(choice.finish_reason)
    assert arguments == '{"a": [1]}'
    assert [reason for reason in reasons if reason] == ["tool_calls"]

    upstream.answer = whole({"content": "It was Michelangelo."})
    asked_elsewhere = asked | {"messages": NOWHERE}
    answer = await client.chat.completions.create(**asked_elsewhere)
    assert answer.choices[0].message.content == "It was Michelangelo."
    assert answer.knowledge["found"] is False


async def test_json_from_documents_stays_json_and_its_values_are_cited(
    client: openai.AsyncOpenAI, upstream: Upstream, store: str
) -> None:
    schema = {"type": "object", "properties": {"price": {"type": "string"}}}
    form: Any = {"type": "json_schema", "json_schema": {"name": "price", "schema": schema}}
    said = '{"price": "140 EUR", "car": "rental car", "odd": "[1] [9]"}'
    upstream.answer = whole({"content": said})
    answer = await client.chat.completions.create(model="other@cars", messages=QUESTION, response_format=form)
    message: Any = answer.choices[0].message
    assert message.content == said
    assert [(note.marker, note.index, note.filename) for note in message.annotations] == [(1, len(said), "rental.md")]
    assert message.annotations[0].quote == "The price of the rental car is 140 EUR."
    system = upstream.requests[-1][1]["messages"][0]["content"]  # type: ignore[index]
    assert "without the numbers of passages" in system
    assert "140 EUR" in system

    upstream.answer = chunks(
        (0, {"role": "assistant", "content": said[:20]}, None), (0, {"content": said[20:]}, "stop")
    )
    stream = await client.chat.completions.create(
        model="other@cars", messages=QUESTION, response_format=form, stream=True
    )
    found = [one async for one in stream]
    assert json.loads(read(found)) == json.loads(said)

    invented = '{"price": "999 EUR"}'
    upstream.answer = whole({"content": invented})
    answer = await client.chat.completions.create(model="other@cars", messages=QUESTION, response_format=form)
    assert answer.choices[0].message.annotations == []


@pytest.mark.parametrize("form", [None, {"type": "json_object"}])
async def test_as_many_choices_as_wished_say_that_nothing_was_found_and_their_tokens_count(
    client: openai.AsyncOpenAI, store: str, form: Any
) -> None:
    more = {"response_format": form} if form else {}
    answer = await client.chat.completions.create(model="other@cars", messages=NOWHERE, n=3, **more)
    said = [choice.message.refusal if form else choice.message.content for choice in answer.choices]
    assert len(said) == 3
    assert all(one.startswith("I found nothing") for one in said)
    assert [choice.message.content is None for choice in answer.choices] == [bool(form)] * 3
    assert answer.usage.prompt_tokens > 5
    assert answer.usage.completion_tokens > 3 * 5
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens

    stream = await client.chat.completions.create(
        model="other@cars", messages=NOWHERE, n=3, stream=True, stream_options={"include_usage": True}, **more
    )
    streamed: dict[int, str] = defaultdict(str)
    found = [one async for one in stream]
    for one in found:
        for choice in one.choices:
            streamed[choice.index] += (choice.delta.refusal if form else choice.delta.content) or ""
    assert list(streamed.values()) == said
    assert len({one.id for one in found}) == 1
    assert found[-1].usage == answer.usage


async def test_logprobs_are_the_models_own(client: openai.AsyncOpenAI, upstream: Upstream, store: str) -> None:
    token = {"token": "[1]", "logprob": -0.1, "bytes": [91], "top_logprobs": []}
    upstream.answer = whole({"content": "It is 999 EUR [1]."}, logprobs={"content": [token], "refusal": None})
    answer = await client.chat.completions.create(model="other@cars", messages=QUESTION, logprobs=True)
    assert answer.choices[0].message.content == "It is 999 EUR."
    assert [one.token for one in answer.choices[0].logprobs.content] == ["[1]"]


def text(*texts: str) -> Any:
    choices = [{"index": n, "text": one, "finish_reason": "stop", "logprobs": None} for n, one in enumerate(texts)]
    answer = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "other", "choices": choices}
    return status(200, orjson.dumps(answer).decode(), {"Content-Type": "application/json"})


@pytest.mark.parametrize("prompt", ["Once", ["Once", "Twice"], [1, 2, 3], [[1, 2], [3]]], ids=str)
async def test_a_completion_goes_to_the_model_as_it_is(
    client: openai.AsyncOpenAI, upstream: Upstream, prompt: Any
) -> None:
    upstream.answer = text(" upon", " a time")
    sent: dict[str, Any] = {"n": 2, "echo": True, "suffix": "end", "logprobs": 2, "max_tokens": 3, "temperature": 0}
    answer = await client.completions.create(model="other", prompt=prompt, **sent, best_of=2, extra_body={"top_k": 2})
    assert [choice.text for choice in answer.choices] == [" upon", " a time"]
    assert upstream.paths[-1] == "/v1/completions"
    assert upstream.requests[-1][1] == {"model": "other", "prompt": prompt, "stream": False, "top_k": 2, **sent}


WORDS = (("up", None), ("on", "stop"))


async def test_a_streamed_completion_passes(client: openai.AsyncOpenAI, upstream: Upstream) -> None:
    head = {"id": "c", "object": "text_completion", "created": 1, "model": "other"}
    parts = [{**head, "choices": [{"index": 0, "text": one, "finish_reason": end}]} for one, end in WORDS]
    upstream.answer = events(*(f"data: {orjson.dumps(one).decode()}\n\n" for one in parts), DONE)
    stream = await client.completions.create(model="other", prompt="Once", stream=True)
    assert "".join([one.choices[0].text async for one in stream]) == "upon"


@pytest.mark.parametrize(
    ("param", "fields"),
    [
        ("prompt", {"prompt": None}),
        ("prompt", {"prompt": []}),
        ("prompt", {"prompt": [[]]}),
        ("prompt", {"prompt": [-1]}),
        ("best_of", {"prompt": "a", "best_of": 3}),
        ("logprobs", {"prompt": "a", "logprobs": 21}),
        ("prompt", {"prompt": [1, 2], "model": "other@cars"}),
        ("prompt", {"prompt": ["a"] * 17, "model": "other@cars"}),
        ("suffix", {"prompt": "a", "suffix": "b", "model": "other@cars"}),
        ("logprobs", {"prompt": "a", "logprobs": 1, "model": "other@cars"}),
    ],
    ids=str,
)
async def test_a_wrong_field_of_a_completion_is_refused_by_its_name(
    client: openai.AsyncOpenAI, store: str, param: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.post("/completions", body={"model": "other"} | fields, cast_to=object)
    assert (caught.value.param or "").split("[")[0] == param, caught.value.message


async def test_prompts_are_questions_where_documents_are_searched(
    client: openai.AsyncOpenAI, upstream: Upstream, store: str
) -> None:
    question, elsewhere = QUESTION[0]["content"], NOWHERE[0]["content"]
    upstream.answer = whole({"content": "It is 140 EUR [1]."}, {"content": "It is 999 EUR [1]."})
    asked: dict[str, Any] = {"model": "other@cars", "prompt": [question, elsewhere], "n": 2, "echo": True}
    answer = Completion.model_validate((await client.completions.create(**asked)).model_dump())
    texts = [choice.text for choice in answer.choices]
    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]
    assert texts[:2] == [f"{question}It is 140 EUR [1].", f"{question}It is 999 EUR."]
    assert texts[2] == texts[3]
    assert texts[2].startswith(f"{elsewhere}I found nothing")
    [note] = (answer.choices[0].model_extra or {})["annotations"]
    assert texts[0][note["index"] :] == "[1]."
    assert answer.usage is not None
    assert answer.usage.completion_tokens > 5

    upstream.answer = chunks(
        (0, {"role": "assistant", "content": "It is 140"}, None),
        (1, {"role": "assistant", "content": "It is 999 EUR ["}, None),
        (0, {"content": " EUR [1]."}, "stop"),
        (1, {"content": "1]."}, "stop"),
        usage=True,
    )
    options: Any = {"include_usage": True}
    found = [one async for one in await client.completions.create(**asked, stream=True, stream_options=options)]
    said: dict[int, str] = defaultdict(str)
    for one in found:
        for choice in one.choices:
            said[choice.index] += choice.text
    assert [said[index] for index in range(4)] == texts
    assert found[-1].choices == []
    assert found[-1].usage == answer.usage
    assert len({one.id for one in found}) == 1
    notes = [
        c.model_extra["annotations"] for one in found for c in one.choices if "annotations" in (c.model_extra or {})
    ]
    assert [len(one) for one in notes] == [1, 0]

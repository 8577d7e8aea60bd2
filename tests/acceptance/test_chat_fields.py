"""Chat by the official client, in front of a model server that says what a test tells it."""

import json
from collections import defaultdict
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion

from tests.acceptance.conftest import NOWHERE, QUESTION
from tests.saying import chunks, read, whole
from tests.upstream import Upstream

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOOL = {"type": "function", "function": {"name": "rate", "parameters": {"type": "object", "properties": {}}}}


async def test_every_documented_field_reaches_the_model_as_it_was_sent(official: Any, model_server: Upstream) -> None:
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
    model_server.answer = whole({"content": "{}"}, {"content": "{}"})
    messages: Any = [
        {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Hi"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
            ],
        },
        {
            "role": "assistant",
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "rate", "arguments": "{"}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "140"},
        {"role": "user", "content": "a\0b \U0001f600", "name": "ann"},
    ]
    answer = await official.chat.completions.create(model="other", messages=messages, **sent, **kept, extra_body=extra)
    assert len(answer.choices) == 2
    assert model_server.requests[-1][1] == {"model": "other", "messages": messages, "stream": False, **sent, **extra}


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
            {
                "messages": [
                    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://10.0.0.1/"}}]}
                ]
            },
        ),
        (
            "messages[0].content[0]",
            {"messages": [{"role": "user", "content": [{"type": "video_url", "video_url": {"url": "FILE:///a"}}]}]},
        ),
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
        ("moderation", {"moderation": {"model": "omni-moderation-latest"}}),
        ("functions", {"functions": [{"name": "f"}]}),
        ("function_call", {"function_call": {"name": "f"}}),
        ("knowledge.vector_store_ids", {"knowledge": {"vector_store_ids": []}}),
        ("knowledge.stores", {"knowledge": {"vector_store_ids": ["vs_1"], "stores": ["vs_1"]}}),
    ],
    ids=str,
)
async def test_a_wrong_field_is_refused_by_its_name_before_the_model_is_asked(
    official: Any, model_server: Upstream, param: str, fields: dict[str, Any]
) -> None:
    asked = len(model_server.requests)
    with pytest.raises(openai.BadRequestError) as caught:
        await official.post("/chat/completions", body={"model": "other", "messages": QUESTION} | fields, cast_to=object)
    assert caught.value.param == param, caught.value.message
    assert (caught.value.type, caught.value.code) == ("invalid_request_error", "invalid_request")
    assert len(model_server.requests) == asked


async def test_null_and_what_asks_for_nothing_passes(official: Any, model_server: Upstream) -> None:
    model_server.answer = whole({"content": "Yes"})
    names = (
        "n stop seed temperature top_p max_tokens tools tool_choice stream stream_options functions store audio user"
    )
    empty = dict.fromkeys(names.split()) | {"functions": [], "tools": [], "modalities": None, "model_dump": 1}
    body = {"model": "other", "messages": QUESTION} | empty
    answer = await official.post("/chat/completions", body=body, cast_to=ChatCompletion)
    assert answer.choices[0].message.content == "Yes"


async def test_choices_of_one_stream_keep_their_own_markers(official: Any, model_server: Upstream, cars: str) -> None:
    model_server.answer = chunks(
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
    stream = await official.chat.completions.create(
        model="other@cars", messages=QUESTION, n=2, stream=True, stream_options={"include_usage": True}
    )
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
    assert model_server.requests[-1][1]["n"] == 2  # type: ignore[index]


async def test_a_call_of_a_tool_passes_whole_and_streamed_where_documents_are_searched(
    official: Any, model_server: Upstream, cars: str
) -> None:
    search: Any = {"type": "file_search", "vector_store_ids": [cars]}
    call = {"id": "c1", "type": "function", "function": {"name": "rate", "arguments": '{"a": [1]}'}}
    model_server.answer = whole({"tool_calls": [call]}, finish="tool_calls")
    asked: dict[str, Any] = {"model": "other", "messages": QUESTION, "tools": [TOOL, search], "tool_choice": "auto"}
    answer = await official.chat.completions.create(**asked)
    assert answer.choices[0].finish_reason == "tool_calls"
    [made] = answer.choices[0].message.tool_calls
    assert made.function.arguments == '{"a": [1]}'
    assert model_server.requests[-1][1]["tools"] == [TOOL]  # type: ignore[index]

    part = {"index": 0, "id": "c1", "type": "function", "function": {"name": "rate", "arguments": ""}}
    model_server.answer = chunks(
        (0, {"role": "assistant", "content": None, "tool_calls": [part]}, None),
        (0, {"tool_calls": [{"index": 0, "function": {"arguments": '{"a": '}}]}, None),
        (0, {"tool_calls": [{"index": 0, "function": {"arguments": "[1]}"}}]}, None),
        (0, {}, "tool_calls"),
    )
    arguments, reasons = "", []
    async for one in await official.chat.completions.create(**asked, stream=True):
        for choice in one.choices:
            arguments += "".join(call.function.arguments for call in choice.delta.tool_calls or [])
            reasons.append(choice.finish_reason)
    assert arguments == '{"a": [1]}'
    assert [reason for reason in reasons if reason] == ["tool_calls"]

    model_server.answer = whole({"content": "It was Michelangelo."})
    asked_elsewhere = asked | {"messages": NOWHERE}
    answer = await official.chat.completions.create(**asked_elsewhere)
    assert answer.choices[0].message.content == "It was Michelangelo."
    assert answer.knowledge["found"] is False


async def test_json_from_documents_stays_json_and_its_values_are_cited(
    official: Any, model_server: Upstream, cars: str
) -> None:
    schema = {"type": "object", "properties": {"price": {"type": "string"}}}
    form: Any = {"type": "json_schema", "json_schema": {"name": "price", "schema": schema}}
    said = '{"price": "140 EUR", "car": "rental car", "odd": "[1] [9]"}'
    model_server.answer = whole({"content": said})
    answer = await official.chat.completions.create(model="other@cars", messages=QUESTION, response_format=form)
    message: Any = answer.choices[0].message
    assert message.content == said
    assert [(note.marker, note.index, note.filename) for note in message.annotations] == [(1, len(said), "rental.md")]
    assert message.annotations[0].quote == "The price of the rental car is 140 EUR."
    system = model_server.requests[-1][1]["messages"][0]["content"]  # type: ignore[index]
    assert "without the numbers of passages" in system
    assert "140 EUR" in system

    model_server.answer = chunks(
        (0, {"role": "assistant", "content": said[:20]}, None), (0, {"content": said[20:]}, "stop")
    )
    stream = await official.chat.completions.create(
        model="other@cars", messages=QUESTION, response_format=form, stream=True
    )
    found = [one async for one in stream]
    assert json.loads(read(found)) == json.loads(said)

    invented = '{"price": "999 EUR"}'
    model_server.answer = whole({"content": invented})
    answer = await official.chat.completions.create(model="other@cars", messages=QUESTION, response_format=form)
    assert answer.choices[0].message.annotations == []


@pytest.mark.parametrize("form", [None, {"type": "json_object"}])
async def test_as_many_choices_as_wished_say_that_nothing_was_found_and_their_tokens_count(
    official: Any, cars: str, form: Any
) -> None:
    more = {"response_format": form} if form else {}
    answer = await official.chat.completions.create(model="other@cars", messages=NOWHERE, n=3, **more)
    said = [choice.message.refusal if form else choice.message.content for choice in answer.choices]
    assert len(said) == 3
    assert all(one.startswith("I found nothing") for one in said)
    assert [choice.message.content is None for choice in answer.choices] == [bool(form)] * 3
    assert answer.usage.prompt_tokens > 5
    assert answer.usage.completion_tokens > 3 * 5
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens

    stream = await official.chat.completions.create(
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


async def test_logprobs_are_the_models_own(official: Any, model_server: Upstream, cars: str) -> None:
    token = {"token": "[1]", "logprob": -0.1, "bytes": [91], "top_logprobs": []}
    model_server.answer = whole({"content": "It is 999 EUR [1]."}, logprobs={"content": [token], "refusal": None})
    answer = await official.chat.completions.create(model="other@cars", messages=QUESTION, logprobs=True)
    assert answer.choices[0].message.content == "It is 999 EUR."
    assert [one.token for one in answer.choices[0].logprobs.content] == ["[1]"]

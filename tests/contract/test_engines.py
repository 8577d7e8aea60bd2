"""What every engine does alike. The remote engine asks a server whose answers are the extractive engine's."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import orjson
import pytest
from aiohttp import web
from openai.types import Completion
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from server.adapters.extractive import ExtractiveEngine
from server.adapters.remote import RemoteEngine
from server.errors import EngineUnavailable
from server.model import Passage, Prompt
from server.ports import Engine
from tests.upstream import running

TEXT = "Rail fares are refunded in full. A hotel night is refunded up to 140 EUR. Meals are not refunded."
PASSAGE = Passage(id="c", store_id="s", file_id="f", filename="travel.docx", text=TEXT, score=0.9)


def prompt(**fields: Any) -> Prompt:
    question = "How much is refunded for a hotel night?"
    body = {"model": "extractive", "messages": [{"role": "user", "content": question}], **fields}
    return Prompt(body, question, (PASSAGE,), "en")


@asynccontextmanager
async def remote() -> AsyncIterator[RemoteEngine]:
    source = ExtractiveEngine()

    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        asked = text_prompt(**body) if request.path == "/v1/completions" else prompt(**body)
        if not body["stream"]:
            return web.json_response(await source.complete(asked))
        response = web.StreamResponse()
        await response.prepare(request)
        async with aclosing(await source.stream(asked)) as stream:
            async for event in stream:
                await response.write(event)
        await response.write(b"data: [DONE]\n\n")
        return response

    async with running() as upstream:
        upstream.answer = answer
        yield RemoteEngine(upstream.url, "key")


@pytest.fixture(params=["extractive", "remote"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    if request.param == "extractive":
        yield ExtractiveEngine()
    else:
        async with remote() as found:
            yield found


@pytest.fixture
async def started(engine: Engine) -> AsyncIterator[Engine]:
    await engine.start()
    await engine.models()
    yield engine
    await engine.stop()


async def chunks(engine: Engine, asked: Prompt) -> list[ChatCompletionChunk]:
    found = []
    async with aclosing(await engine.stream(asked)) as stream:
        async for event in stream:
            assert event.startswith(b"data: ")
            assert event.endswith(b"\n\n")
            assert event.count(b"\n\n") == 1
            found.append(ChatCompletionChunk.model_validate(orjson.loads(event[6:]), strict=True))
    return found


def content(found: list[ChatCompletionChunk], index: int = 0) -> str:
    return "".join(c.delta.content or "" for chunk in found for c in chunk.choices if c.index == index)


async def test_it_tells_its_state(engine: Engine) -> None:
    assert engine.state().phase == "stopped"
    await engine.start()
    await engine.models()
    assert engine.state().ready
    assert engine.state().name == engine.name
    await engine.stop()
    assert engine.state().phase == "stopped"


async def test_it_stops_twice_and_before_it_started(engine: Engine) -> None:
    await engine.stop()
    await engine.start()
    await engine.stop()
    await engine.stop()
    assert engine.state().phase == "stopped"


async def test_it_has_a_model_with_room(started: Engine) -> None:
    for model in await started.models():
        assert started.context_tokens(model) >= 1024


async def test_it_counts_no_token_too_few(started: Engine) -> None:
    assert started.count_tokens("") == 0
    assert started.count_tokens("A hotel night is refunded up to 140 EUR.") >= 10
    assert started.count_tokens("住宿费每晚最多报销六百元") >= 12


async def test_a_stream_is_openais(started: Engine) -> None:
    found = await chunks(started, prompt())
    assert found[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in found if chunk.choices[0].finish_reason] == ["stop"]
    assert found[-1].choices[0].finish_reason == "stop"
    assert len({chunk.id for chunk in found}) == 1
    assert content(found) == "A hotel night is refunded up to 140 EUR. [1]"


async def test_a_whole_answer_is_openais_and_the_same(started: Engine) -> None:
    answer = ChatCompletion.model_validate(await started.complete(prompt()), strict=True)
    assert answer.choices[0].finish_reason == "stop"
    assert answer.choices[0].message.content == content(await chunks(started, prompt()))
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_usage_comes_last_when_asked_for(started: Engine) -> None:
    found = await chunks(started, prompt(stream_options={"include_usage": True}))
    assert found[-1].choices == []
    assert found[-1].usage is not None
    assert found[-1].usage.completion_tokens > 0
    assert all(chunk.usage is None for chunk in found[:-1])


async def test_choices_of_a_stream_come_in_turn(started: Engine) -> None:
    found = await chunks(started, prompt(n=2))
    assert content(found, 0) == content(found, 1) == "A hotel night is refunded up to 140 EUR. [1]"
    order = [choice.index for chunk in found for choice in chunk.choices]
    assert order == [0, 1] * (len(order) // 2)
    assert len(order) > 4


def text_prompt(**fields: Any) -> Prompt:
    return Prompt({"model": "extractive", "prompt": ["One. ", "Two. "], **fields}, "", (), "en")


async def test_an_older_completion_is_openais(started: Engine) -> None:
    answer = Completion.model_validate(await started.complete(text_prompt(n=2, echo=True)), strict=True)
    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]
    assert [choice.text[:5] for choice in answer.choices] == ["One. ", "One. ", "Two. ", "Two. "]
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


async def test_a_streamed_completion_says_the_same(started: Engine) -> None:
    asked = text_prompt(n=2, echo=True, stream_options={"include_usage": True})
    whole = await started.complete(asked)
    said, usage = dict.fromkeys(range(4), ""), None
    async with aclosing(await started.stream(asked)) as stream:
        async for event in stream:
            payload = orjson.loads(event[6:])
            assert payload["object"] == "text_completion"
            usage = payload["usage"]
            for choice in payload["choices"]:
                said[choice["index"]] += choice["text"]
    assert said == {choice["index"]: choice["text"] for choice in whole["choices"]}
    assert usage == whole["usage"]


async def test_a_stream_may_be_left(started: Engine) -> None:
    stream = await started.stream(prompt())
    await anext(stream)
    await stream.aclose()
    assert content(await chunks(started, prompt()))


async def test_models_come_from_the_server_once_in_a_while() -> None:
    async with running() as upstream:
        engine = RemoteEngine(upstream.url, "key", probe_seconds=3600)
        await engine.start()
        assert await engine.models() == ["org/base", "other"]
        listings = upstream.listings
        assert await engine.models() == ["org/base", "other"]
        assert upstream.listings == listings
        assert engine.context_tokens("org/base") == 2048
        assert engine.context_tokens("other") == 8192
        await engine.stop()


async def test_a_remote_server_that_is_away_is_told() -> None:
    async with running() as upstream:
        url = upstream.url
    engine = RemoteEngine(url, "secret-key")
    await engine.start()
    with pytest.raises(EngineUnavailable, match="cannot connect"):
        await engine.models()
    with pytest.raises(EngineUnavailable, match="cannot connect") as caught:
        await engine.stream(prompt())
    assert "Retry-After" in caught.value.headers
    assert engine.state().phase == "failed"
    assert "cannot connect" in engine.state().detail
    assert "secret-key" not in repr(engine.state())
    await engine.stop()

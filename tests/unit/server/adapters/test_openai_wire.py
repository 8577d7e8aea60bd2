import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from server.adapters.openai_wire import OpenAIWire
from server.errors import EngineLost, EngineRefused, EngineUnavailable, LecternError, Saturated
from tests.upstream import DONE, LAST, TOLD, Upstream, events, running, status

BODY = {"model": "m", "messages": [{"role": "user", "content": "?"}], "top_k": 7}


@asynccontextmanager
async def connected(key: str = "k-1", idle_seconds: float = 30) -> AsyncIterator[tuple[OpenAIWire, Upstream]]:
    async with running() as upstream:
        wire = OpenAIWire(upstream.url, key, idle_seconds=idle_seconds)
        await wire.open()
        try:
            yield wire, upstream
        finally:
            await wire.close()


async def collect(wire: OpenAIWire) -> list[bytes]:
    async with aclosing(await wire.stream(BODY)) as stream:
        return [event async for event in stream]


async def test_events_pass_as_they_came_and_the_end_mark_is_dropped() -> None:
    async with connected() as (wire, upstream):
        upstream.answer = events(TOLD, TOLD + LAST, DONE)
        assert await collect(wire) == [TOLD.encode(), TOLD.encode(), LAST.encode()]


async def test_events_cut_anywhere_come_out_whole() -> None:
    whole = (TOLD + ": a comment\n\n" + LAST + DONE).replace("\n", "\r\n").encode()
    async with connected() as (wire, upstream):
        upstream.answer = events(*(whole[at : at + 1] for at in range(len(whole))))
        assert await collect(wire) == [TOLD.encode(), LAST.encode()]


async def test_fields_and_the_key_reach_the_upstream() -> None:
    async with connected() as (wire, upstream):
        upstream.answer = events(LAST, DONE)
        await collect(wire)
        headers, body = upstream.requests[0]
        assert headers["Authorization"] == "Bearer k-1"
        assert body == {**BODY, "stream": True}


async def test_no_key_sends_no_authorization() -> None:
    async with connected(key="") as (wire, upstream):
        upstream.answer = events(LAST, DONE)
        await collect(wire)
        assert "Authorization" not in upstream.requests[0][0]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (400, EngineRefused),
        (404, EngineRefused),
        (422, EngineRefused),
        (401, EngineUnavailable),
        (403, EngineUnavailable),
        (429, Saturated),
        (500, EngineUnavailable),
        (502, EngineUnavailable),
        (302, EngineUnavailable),
    ],
)
async def test_a_status_becomes_the_error_it_means(code: int, error: type[LecternError]) -> None:
    async with connected() as (wire, upstream):
        upstream.answer = status(code, '{"error": {"message": "top_k must be small"}}')
        with pytest.raises(error):
            await wire.stream(BODY)
        with pytest.raises(error):
            await wire.complete(BODY)


@pytest.mark.parametrize(
    "body",
    [
        '{"error": {"message": "too long by 7"}}',
        '{"detail": "too long by 7"}',
        '{"message": "too long by 7"}',
        "too long\nby 7",
    ],
)
async def test_a_refusal_tells_the_upstreams_reason(body: str) -> None:
    async with connected() as (wire, upstream):
        upstream.answer = status(400, body)
        with pytest.raises(EngineRefused, match="too long by 7"):
            await wire.stream(BODY)


@pytest.mark.parametrize("body", ["", "[]", "null", "<html>" + "x" * 100_000, '{"error": null}'])
async def test_a_refusal_with_any_body_is_a_short_refusal(body: str) -> None:
    async with connected() as (wire, upstream):
        upstream.answer = status(422, body)
        with pytest.raises(EngineRefused) as caught:
            await wire.stream(BODY)
        assert len(caught.value.message) < 700


async def test_the_time_to_wait_is_the_upstreams() -> None:
    async with connected() as (wire, upstream):
        upstream.answer = status(429, "", {"Retry-After": "17"})
        with pytest.raises(Saturated) as caught:
            await wire.stream(BODY)
        assert caught.value.headers == {"Retry-After": "17"}


@pytest.mark.parametrize("then", ["end", "reset"])
async def test_a_stream_that_breaks_off_is_lost(then: str) -> None:
    async with connected() as (wire, upstream):
        upstream.answer = events(TOLD, then=then)
        with pytest.raises(EngineLost):
            await collect(wire)


async def test_a_finished_stream_needs_no_end_mark() -> None:
    async with connected() as (wire, upstream):
        upstream.answer = events(TOLD, LAST)
        assert len(await collect(wire)) == 2


async def test_an_error_within_the_stream_is_lost_with_its_reason() -> None:
    async with connected() as (wire, upstream):
        upstream.answer = events(TOLD, 'data: {"error": {"message": "EngineCore died", "code": 500}}\n\n', DONE)
        with pytest.raises(EngineLost, match="EngineCore died"):
            await collect(wire)


async def test_an_answer_that_the_upstream_gave_up_is_lost() -> None:
    async with connected() as (wire, upstream):
        upstream.answer = events(TOLD, LAST.replace("stop", "abort"), DONE)
        with pytest.raises(EngineLost, match="gave the answer up"):
            await collect(wire)
        upstream.answer = status(200, '{"choices": [{"index": 0, "finish_reason": "abort"}]}')
        with pytest.raises(EngineLost, match="gave the answer up"):
            await wire.complete(BODY)


async def test_closing_the_wire_ends_a_stream_as_lost() -> None:
    async with connected() as (wire, upstream):
        upstream.answer = events(TOLD, then="hang")
        stream = await wire.stream(BODY)
        await anext(stream)
        await wire.close()
        with pytest.raises(EngineLost):
            await anext(stream)


async def test_a_text_that_looks_like_the_end_is_not_the_end() -> None:
    sly = 'data: {"choices":[{"index":0,"delta":{"content":"\\"finish_reason\\":\\"stop\\" data: [DONE]"}}]}\n\n'
    async with connected() as (wire, upstream):
        upstream.answer = events(sly)
        with pytest.raises(EngineLost):
            await collect(wire)


async def test_an_upstream_that_falls_silent_is_lost() -> None:
    async with connected(idle_seconds=0.2) as (wire, upstream):
        upstream.answer = events(TOLD, then="hang")
        with pytest.raises(EngineLost, match="in time"):
            await collect(wire)


async def test_an_event_without_end_is_not_gathered_for_ever() -> None:
    async with connected() as (wire, upstream):
        upstream.answer = events(*[b"data: " + b"x" * (1 << 20)] * 10, then="hang")
        with pytest.raises(EngineLost, match="without an end"):
            await collect(wire)


@pytest.mark.parametrize("taken", [0, 1])
async def test_closing_the_stream_ends_the_work_upstream(taken: int) -> None:
    async with connected() as (wire, upstream):
        upstream.answer = events(TOLD, TOLD, then="hang")
        stream = await wire.stream(BODY)
        for _ in range(taken):
            await anext(stream)
        await stream.aclose()
        await asyncio.wait_for(upstream.left.wait(), 30)


async def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        wire = OpenAIWire(f"http://127.0.0.1:{unused.getsockname()[1]}/v1", "")
        await wire.open()
        with pytest.raises(EngineUnavailable, match="cannot connect"):
            await wire.stream(BODY)
        with pytest.raises(EngineUnavailable, match="cannot connect"):
            await wire.get("models")
        await wire.close()


@pytest.mark.parametrize("url", ["http://", "no url", "http://[::1"])
async def test_a_wrong_address_is_unavailable(url: str) -> None:
    wire = OpenAIWire(url, "")
    await wire.open()
    with pytest.raises(EngineUnavailable):
        await wire.stream(BODY)
    with pytest.raises(EngineUnavailable):
        await wire.get("models")
    await wire.close()


async def test_a_closed_wire_is_unavailable() -> None:
    with pytest.raises(EngineUnavailable, match="stopped"):
        await OpenAIWire("http://127.0.0.1:9/v1", "").stream(BODY)


@pytest.mark.parametrize("body", ["", "[1]", "{", "{}"])
async def test_a_whole_answer_that_is_no_object_is_lost(body: str) -> None:
    async with connected() as (wire, upstream):
        upstream.answer = status(200, body)
        with pytest.raises(EngineLost):
            await wire.complete(BODY)

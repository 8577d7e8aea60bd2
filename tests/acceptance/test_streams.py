"""What happens to streams: they pass unchanged, are limited in number, are cancelled, break off and end in order."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving import Serving
from tests.upstream import DONE, LAST, TOLD, Upstream, events, running

ASKED: dict[str, Any] = {"model": "other", "messages": [{"role": "user", "content": "Hello"}], "stream": True}


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    async with running() as one:
        yield one


@pytest.fixture
async def serving(upstream: Upstream, tmp_path: Path) -> AsyncIterator[Serving]:
    """A Lectern in front of the upstream that gives two answers at once."""
    started = Serving(tmp_path / "data", engine_url=upstream.url, engine_key="upstream-key", max_streams="2")
    await asyncio.to_thread(started.wait)
    yield started
    started.process.kill()
    await asyncio.to_thread(started.process.wait)


def client(serving: Serving) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=serving.url, headers={"Authorization": f"Bearer {serving.key}"}, timeout=20)


async def test_the_bytes_of_a_plain_answer_pass_unchanged(serving: Serving, upstream: Upstream) -> None:
    odd = 'data: {"choices": [ {"index":0, "delta":{"content":"\\u4f60 x"},"unknown":1,"finish_reason":null}]}\n\n'
    upstream.answer = events(odd[:20], odd[20:], LAST, DONE)
    async with client(serving) as http:
        response = await http.post("/v1/chat/completions", json=ASKED | {"top_k": 3})
    assert response.text == odd + LAST + DONE
    headers, body = upstream.requests[0]
    assert headers["Authorization"] == "Bearer upstream-key"
    assert body == ASKED | {"top_k": 3}


async def test_more_answers_than_allowed_get_429_at_once_and_room_comes_back(
    serving: Serving, upstream: Upstream
) -> None:
    upstream.answer = events(TOLD, then="hang")
    async with client(serving) as http:
        async with (
            http.stream("POST", "/v1/chat/completions", json=ASKED) as first,
            http.stream("POST", "/v1/chat/completions", json=ASKED) as second,
        ):
            for held in (first, second):
                assert await anext(held.aiter_text()) == TOLD
            refused = await http.post("/v1/chat/completions", json=ASKED)
            assert (refused.status_code, refused.json()["error"]["code"]) == (429, "saturated")
            assert int(refused.headers["retry-after"]) > 0
        await asyncio.wait_for(upstream.left.wait(), 10)
        upstream.answer = events(TOLD, LAST, DONE)
        for _ in range(50):
            response = await http.post("/v1/chat/completions", json=ASKED)
            if response.status_code == 200:
                break
            await asyncio.sleep(0.1)
        assert response.text == TOLD + LAST + DONE


async def test_a_client_that_leaves_cancels_the_work_upstream(serving: Serving, upstream: Upstream) -> None:
    upstream.answer = events(TOLD, then="hang")
    async with client(serving) as http, http.stream("POST", "/v1/chat/completions", json=ASKED) as response:
        assert await anext(response.aiter_text()) == TOLD
    await asyncio.wait_for(upstream.left.wait(), 10)


async def test_an_answer_that_breaks_off_upstream_ends_with_an_error_event(
    serving: Serving, upstream: Upstream
) -> None:
    upstream.answer = events(TOLD, then="reset")
    async with client(serving) as http:
        response = await http.post("/v1/chat/completions", json=ASKED)
    assert response.text.startswith(TOLD)
    assert '"code":"engine_lost"' in response.text
    assert DONE not in response.text


async def test_a_stop_lets_the_answers_under_way_finish(serving: Serving, upstream: Upstream) -> None:
    go_on = asyncio.Event()

    async def slow(request: Any) -> Any:
        response = await events(TOLD)(request)
        await go_on.wait()
        await response.write((LAST + DONE).encode())
        return response

    upstream.answer = slow
    async with client(serving) as http, http.stream("POST", "/v1/chat/completions", json=ASKED) as response:
        parts = response.aiter_text()
        assert await anext(parts) == TOLD
        serving.process.terminate()
        await asyncio.sleep(1)
        go_on.set()
        assert "".join([part async for part in parts]) == LAST + DONE
    assert await asyncio.to_thread(serving.process.wait, 30) == 0

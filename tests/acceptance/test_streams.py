"""What happens to streams: they pass unchanged, are limited in number, are cancelled, break off and end in order."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from tests.serving import Serving, upload
from tests.upstream import DONE, LAST, TOLD, Upstream, events, running, status

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
    async with client(serving) as http:
        async with http.stream("POST", "/v1/chat/completions", json=ASKED) as response:
            assert await anext(response.aiter_text()) == TOLD
            assert (await http.get("/v1/limits/me")).json()["used"]["streams"] == 1
        await asyncio.wait_for(upstream.left.wait(), 10)
        used: dict[str, int] = {"streams": 1}
        while used["streams"]:
            used = (await http.get("/v1/limits/me")).json()["used"]
    # What broke off counts: the prompt, and the event that came.
    assert used["requests_this_month"] == 1
    assert used["tokens_this_month"] > 1


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


RENTAL = "# Travel\n\nThe price of the rental car is 140 EUR. Reports are sent every month.\n"
ANSWERED = ("The price of the rental", " car is 140 EUR", " [", "1", "]", ". It is 999 EUR", " [1", "] a week [", "9].")
LEFT = "The price of the rental car is 140 EUR [1]. It is 999 EUR a week."


def grounded_store(serving: Serving, folder: Path) -> str:
    """A store of one file, which becomes passage 1."""
    client = serving.client()
    store = client.vector_stores.create(name="grounded")
    path = folder / "rental.md"
    path.write_text(RENTAL)
    upload(client, store.id, path)
    return store.id


def told(*contents: str, choices: int = 1) -> list[str]:
    """The events of choices that say the same, a piece of each in turn."""
    made = []
    for content in [*contents, None]:
        for index in range(choices):
            delta = {} if content is None else {"content": content}
            choice = {"index": index, "delta": delta, "finish_reason": "stop" if content is None else None}
            made.append(f"data: {orjson.dumps({'choices': [choice]}).decode()}\n\n")
    return made


async def test_a_marker_without_support_does_not_reach_the_client(
    serving: Serving, upstream: Upstream, tmp_path: Path
) -> None:
    store = await asyncio.to_thread(grounded_store, serving, tmp_path)
    upstream.answer = events(*told(*ANSWERED, choices=2), DONE)
    asked = ASKED | {
        "messages": [{"role": "user", "content": "What is the price of the rental car?"}],
        "knowledge": {"vector_store_ids": [store]},
        "n": 2,
    }
    async with client(serving) as http, http.stream("POST", "/v1/chat/completions", json=asked) as response:
        sent = [orjson.loads(line[6:]) async for line in response.aiter_lines() if line.startswith("data: {")]
        metrics = (await http.get("/metrics")).text

    for index in (0, 1):
        choices = [(one, choice) for one in sent for choice in one["choices"] if choice["index"] == index]
        text = "".join(choice["delta"].get("content", "") for _, choice in choices)
        [(event, noted)] = [(one, choice) for one, choice in choices if "annotations" in choice["delta"]]
        [citation] = noted["delta"]["annotations"]
        assert text == LEFT
        assert text[citation["index"] :].startswith("[1]")
        assert citation["quote"] == "The price of the rental car is 140 EUR."
        assert (event["knowledge"]["dropped_markers"], event["knowledge"]["grounded"]) == (2, True)
    assert 'lectern_markers_total{result="supported"} 2.0' in metrics
    assert 'lectern_markers_total{result="unsupported"} 4.0' in metrics


async def test_the_whole_answer_loses_the_same_markers_and_tells_when_none_is_left(
    serving: Serving, upstream: Upstream, tmp_path: Path
) -> None:
    store = await asyncio.to_thread(grounded_store, serving, tmp_path)
    official = serving.client()

    def ask(*said: str, **more: Any) -> Any:
        message = {"role": "assistant", "content": "".join(said)}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        upstream.answer = status(200, orjson.dumps({"id": "c", "choices": [choice]}).decode())
        return official.chat.completions.create(
            model="other",
            messages=[{"role": "user", "content": "What is the price of the rental car?"}],
            extra_body={"knowledge": {"vector_store_ids": [store]}},
            **more,
        )

    answer = await asyncio.to_thread(ask, *ANSWERED)
    assert answer.choices[0].message.content == LEFT
    answer = await asyncio.to_thread(ask, "It is 999 EUR [1].")
    assert answer.choices[0].message.content == "It is 999 EUR."
    assert answer.choices[0].message.annotations == []
    assert (answer.knowledge["grounded"], answer.knowledge["dropped_markers"]) == (False, 1)
    program = '{"price": "999 EUR", "ids": [1]}'
    answer = await asyncio.to_thread(ask, program, response_format={"type": "json_object"})
    assert answer.choices[0].message.content == program

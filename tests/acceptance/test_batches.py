"""Batches by the official client: the whole path, what is refused, who may see it, people first, and a kill -9."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

import httpx
import openai
import pytest
import pytest_asyncio
from aiohttp import web
from openai.types import Batch

from tests.serving import Serving, upload
from tests.upstream import Upstream, running

CHAT: Literal["/v1/chat/completions"] = "/v1/chat/completions"
ENDED = {"completed", "failed", "expired", "cancelled"}


def asked(custom_id: str, text: str = "Hello", model: str = "extractive", **body: Any) -> dict[str, Any]:
    message = {"role": "user", "content": text}
    return {
        "custom_id": custom_id,
        "method": "POST",
        "url": CHAT,
        "body": {"model": model, "messages": [message]} | body,
    }


def jsonl(*rows: object) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def start(client: openai.OpenAI, content: bytes, endpoint: Any = CHAT, **more: Any) -> Batch:
    file = client.files.create(file=("in.jsonl", content), purpose="batch")
    return client.batches.create(input_file_id=file.id, endpoint=endpoint, completion_window="24h", **more)


def ended(client: openai.OpenAI, batch: Batch) -> Batch:
    while (found := client.batches.retrieve(batch.id)).status not in ENDED:
        time.sleep(0.05)
    return found


def answered_of(client: openai.OpenAI, batch: Batch) -> int:
    counts = client.batches.retrieve(batch.id).request_counts
    return counts.completed if counts else 0


def after(happened: Callable[[], bool]) -> None:
    """Until it has happened."""
    while not happened():
        time.sleep(0.02)


def told(client: openai.OpenAI, file_id: str | None) -> list[dict[str, Any]]:
    return [json.loads(line) for line in client.files.content(file_id or "none").text.splitlines()]


def new_key(serving: Serving, name: str, role: str = "editor") -> tuple[str, str]:
    with serving.http() as http:
        made = http.post("/v1/api_keys", json={"name": name, "role": role}).json()
    return made["id"], made["key"]


def test_every_request_is_answered_in_its_own_line(lectern: Serving, note: Path) -> None:
    client = lectern.client()
    store = client.vector_stores.create(name="batched")
    upload(client, store.id, note)
    knowledge = {"vector_store_ids": [store.id]}
    rows = [asked(f"r{number}") for number in range(20)]
    rows[3] = asked("wrong", model="nobody")
    rows[4] = asked("broken") | {"body": {"model": "extractive", "messages": "none"}}
    rows[5] = asked("ключ 停车", "访客停车位有多少个？", knowledge=knowledge)
    batch = start(client, jsonl(*rows), metadata={"team": "one"}, extra_body={
        "output_expires_after": {"anchor": "created_at", "seconds": 3600},
    })  # fmt: skip
    assert (batch.status, batch.metadata) == ("validating", {"team": "one"})
    done = ended(client, batch)
    assert done.status == "completed", done
    assert done.request_counts is not None
    assert done.request_counts.model_dump() == {"total": 20, "completed": 18, "failed": 2}
    assert None not in {done.in_progress_at, done.finalizing_at, done.completed_at}

    answers = told(client, done.output_file_id)
    assert [line["custom_id"] for line in answers] == [
        row["custom_id"] for row in rows if row["custom_id"] not in {"wrong", "broken"}
    ]
    cited = answers[3]["response"]["body"]["choices"][0]["message"]
    assert "十二个" in cited["content"]
    assert cited["annotations"][0]["filename"] == "note.md"
    assert {line["error"] for line in answers} == {None}
    errors = {line["custom_id"]: line["response"] for line in told(client, done.error_file_id)}
    assert (errors["wrong"]["status_code"], errors["wrong"]["body"]["error"]["code"]) == (404, "model_not_found")
    assert (errors["broken"]["status_code"], errors["broken"]["body"]["error"]["param"]) == (400, "messages")
    with lectern.http() as http:
        for name, status in (("wrong", 404), ("broken", 400)):
            recorded = http.get("/v1/audit", params={"request": errors[name]["request_id"]}).json()["data"]
            assert [(one["action"], one["outcome"]["status"]) for one in recorded] == [("answer_batch_line", status)]
    output = client.files.retrieve(done.output_file_id or "")
    assert output.purpose == "batch_output"
    assert (output.expires_at or 0) - output.created_at == 3600
    with lectern.http() as http:
        recorded = http.get("/v1/audit", params={"request": answers[3]["response"]["request_id"]}).json()["data"]
    assert [(one["action"], len(one["documents"])) for one in recorded] == [("answer_batch_line", 1)]
    client.vector_stores.delete(store.id)


def test_the_other_endpoints_are_answered_in_batches_too(lectern: Serving) -> None:
    client = lectern.client()
    embedder = next(model.id for model in client.models.list() if "MiniLM" in model.id)
    bodies: dict[str, dict[str, str]] = {
        "/v1/embeddings": {"model": embedder, "input": "one"},
        "/v1/responses": {"model": "extractive", "input": "Hello"},
        "/v1/completions": {"model": "extractive", "prompt": "Hello"},
    }
    batches = {
        url: start(client, jsonl({"custom_id": "e", "method": "POST", "url": url, "body": body}), url)
        for url, body in bodies.items()
    }
    made = {}
    for url, batch in batches.items():
        (line,) = told(client, ended(client, batch).output_file_id)
        made[url] = line["response"]["body"]
    assert len(made["/v1/embeddings"]["data"][0]["embedding"]) == 384
    assert made["/v1/responses"]["output"][0]["content"][0]["type"] == "output_text"
    assert made["/v1/completions"]["choices"][0]["text"]


def test_a_file_that_cannot_be_used_fails_the_batch_and_names_the_lines(lectern: Serving) -> None:
    client = lectern.client()
    content = b"\n".join([jsonl(asked("a")), b"{", jsonl(asked("a")), "{}".encode("utf-16"), jsonl({"custom_id": "b"})])
    failed = ended(client, start(client, content))
    assert (failed.status, failed.output_file_id) == ("failed", None)
    assert failed.errors is not None
    assert [(error.line, error.code) for error in failed.errors.data or []] == [
        (2, "invalid_json_line"), (3, "duplicate_custom_id"), (4, "invalid_encoding"), (5, "invalid_method"),
    ]  # fmt: skip
    other = {**asked("a"), "url": "/v1/embeddings"}
    assert "url must be /v1/chat/completions" in str(ended(client, start(client, jsonl(other))).errors)


def test_requests_that_no_batch_can_be_made_of_are_refused(lectern: Serving) -> None:
    client = lectern.client()
    file = client.files.create(file=("in.jsonl", jsonl(asked("a"))), purpose="assistants")
    body: dict[str, object] = {"input_file_id": file.id, "endpoint": CHAT, "completion_window": "24h"}
    with lectern.http() as http:
        assert "upload it with 'batch'" in http.post("/v1/batches", json=body).text
        wrong: list[tuple[dict[str, object], int]] = [
            ({"input_file_id": "file-none"}, 404),
            ({"endpoint": "/v1/models"}, 400),
            ({"completion_window": "1h"}, 400),
            ({"unheard_of": 1}, 400),
            ({"output_expires_after": {"anchor": "created_at", "seconds": 1}}, 400),
            ({"metadata": {"k": "v" * 513}}, 400),
        ]
        for changes, status in wrong:
            assert http.post("/v1/batches", json=body | changes).status_code == status, changes
    with pytest.raises(openai.NotFoundError):
        client.batches.cancel("batch_none")


def test_a_key_that_may_not_ask_gets_no_answers_by_a_batch(lectern: Serving) -> None:
    for scopes, status in ((["batches", "files.write"], 403), (["batches", "files.write", "chat"], 200)):
        with lectern.http() as http:
            body = {"name": "limited", "role": "editor", "scopes": scopes}
            key = http.post("/v1/api_keys", json=body).json()["key"]
        client = lectern.client(key)
        file = client.files.create(file=("in.jsonl", jsonl(asked("a"))), purpose="batch")
        sent = {"input_file_id": file.id, "endpoint": CHAT, "completion_window": "24h"}
        with lectern.http(key) as http:
            answer = http.post("/v1/batches", json=sent)
        assert answer.status_code == status, answer.text
        if status == 403:
            assert answer.json()["error"]["code"] == "out_of_scope"


def test_a_batch_is_there_for_its_owner_alone_and_sees_what_the_owner_may(lectern: Serving, note: Path) -> None:
    admin = lectern.client()
    _, mine = new_key(lectern, "mine")
    _, yours = new_key(lectern, "yours")
    store = admin.vector_stores.create(name="secret", extra_body={"access": {"shared": False}})
    upload(admin, store.id, note)
    one, other = lectern.client(mine), lectern.client(yours)
    rows = [asked(str(number), "When does the cantina open?") for number in range(3)]
    rows[0]["body"]["knowledge"] = {"vector_store_ids": [store.id]}
    rows[1]["body"]["model"] = "extractive@secret"
    done = ended(one, start(one, jsonl(*rows)))
    errors = told(one, done.error_file_id)
    assert [line["response"]["body"]["error"]["code"] for line in errors] == ["vector_store_not_found"] * 2
    for look in (other.batches.retrieve, other.batches.cancel):
        with pytest.raises(openai.NotFoundError):
            look(done.id)
    for file_id in (done.input_file_id, done.output_file_id or "", done.error_file_id or ""):
        with pytest.raises(openai.NotFoundError):
            other.files.content(file_id)
    with pytest.raises(openai.NotFoundError):
        start_of(other, done.input_file_id)
    assert other.batches.list().data == []
    assert [batch.id for batch in one.batches.list()] == [done.id]
    assert done.id in [batch.id for batch in admin.batches.list(limit=3)]
    admin.vector_stores.delete(store.id)


def start_of(client: openai.OpenAI, file_id: str) -> Batch:
    return client.batches.create(input_file_id=file_id, endpoint=CHAT, completion_window="24h")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def listening() -> AsyncIterator[Upstream]:
    async with running() as one:
        yield one


@pytest.fixture
def upstream(listening: Upstream) -> Upstream:
    listening.requests.clear()
    listening.left.clear()
    return listening


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def serving(listening: Upstream, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """A Lectern that gives two answers at once, of which a batch may take one."""
    started = Serving(
        tmp_path_factory.mktemp("batches") / "data", engine_url=listening.url, max_streams="2", batch_streams="1"
    )
    await asyncio.to_thread(started.wait)
    yield started
    started.process.kill()
    await asyncio.to_thread(started.process.wait)


def says(text: str, wait: Callable[[], Awaitable[Any]]) -> Any:
    async def answer(_request: web.Request) -> web.StreamResponse:
        await wait()
        message = {"role": "assistant", "content": text}
        usage = {"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return web.json_response({"id": "c", "object": "chat.completion", "choices": [choice], "usage": usage})

    return answer


@pytest.mark.asyncio(loop_scope="module")
async def test_people_go_before_a_batch_and_its_owner_can_end_it(serving: Serving, upstream: Upstream) -> None:
    client, never = serving.client(), asyncio.Event()
    upstream.answer = says("late", never.wait)
    batch = await asyncio.to_thread(start, client, jsonl(*[asked(str(number), model="other") for number in range(9)]))
    await asyncio.to_thread(after, lambda: bool(upstream.requests))
    upstream.answer = says("soon", lambda: asyncio.sleep(0))
    body = {"model": "other", "messages": [{"role": "user", "content": "Hello"}]}
    headers = {"Authorization": f"Bearer {serving.key}"}
    async with httpx.AsyncClient(base_url=serving.url, headers=headers, timeout=20) as http:
        for _ in range(5):
            assert (await http.post(CHAT, json=body)).json()["choices"][0]["message"]["content"] == "soon"
    assert len(upstream.requests) == 6  # the line under way, and what the person asked
    cancelled = await asyncio.to_thread(client.batches.cancel, batch.id)
    assert cancelled.status == "cancelling"
    await asyncio.wait_for(upstream.left.wait(), 10)
    done = await asyncio.to_thread(ended, client, batch)
    assert (done.status, done.output_file_id, done.cancelled_at is not None) == ("cancelled", None, True)
    assert done.request_counts is not None
    assert (done.request_counts.total, done.request_counts.completed) == (9, 0)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_revoked_key_ends_what_it_asked_for(serving: Serving, upstream: Upstream) -> None:
    key_id, key = await asyncio.to_thread(new_key, serving, "leaver")
    client, never = serving.client(key), asyncio.Event()
    answered: list[int] = []

    async def first_only() -> None:
        answered.append(1)
        if len(answered) > 1:
            await never.wait()

    upstream.answer = says("yes", first_only)
    batch = await asyncio.to_thread(start, client, jsonl(*[asked(str(number), model="other") for number in range(9)]))
    await asyncio.to_thread(after, lambda: len(answered) == 2)
    admin = serving.client()

    def revoke() -> None:
        with serving.http() as http:
            assert http.delete(f"/v1/api_keys/{key_id}").is_success

    await asyncio.to_thread(revoke)
    await asyncio.wait_for(upstream.left.wait(), 10)
    done = await asyncio.to_thread(ended, admin, batch)
    assert done.status == "failed"
    assert done.errors is not None
    assert [error.code for error in done.errors.data or []] == ["invalid_api_key"]
    assert [line["custom_id"] for line in await asyncio.to_thread(told, admin, done.output_file_id)] == ["0"]
    assert len(answered) == 2


@pytest.mark.asyncio(loop_scope="module")
async def test_a_kill_loses_no_line_and_answers_none_twice(serving: Serving, upstream: Upstream) -> None:
    client, lines = serving.client(), 60
    upstream.answer = says("yes", lambda: asyncio.sleep(0.03))
    content = jsonl(*[asked(f"r{number}", f"question {number}", "other") for number in range(lines)])
    batch = await asyncio.to_thread(start, client, content)
    await asyncio.to_thread(after, lambda: answered_of(client, batch) >= 10)
    await asyncio.to_thread(serving.kill)
    before = len(upstream.requests)
    assert 10 <= before < lines
    await asyncio.to_thread(serving.restart().wait)
    done = await asyncio.to_thread(ended, client, batch)
    assert done.status == "completed"
    answers = await asyncio.to_thread(told, client, done.output_file_id)
    assert Counter(line["custom_id"] for line in answers) == Counter(f"r{number}" for number in range(lines))
    assert len(upstream.requests) <= lines + 1  # the line under way when it was killed
    files = await asyncio.to_thread(client.files.list, purpose="batch_output")
    assert [file.filename for file in files.data].count(f"{batch.id}_output.jsonl") == 1

"""Every endpoint that OpenAI's client for Python knows, called by it, its answers held strictly against its types."""

import contextlib
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from tests.serving import Serving, upload

QUESTION = "What is the price of the rental car?"
ASKED: Any = [{"role": "user", "content": QUESTION}]
Route = tuple[str, str]
Client = openai.OpenAI


def chat(client: Client, store: str) -> None:
    answer = client.chat.completions.create(model="extractive", messages=ASKED)
    assert answer.choices[0].finish_reason == "stop"
    # OpenAI's type knows citations of web pages alone here.
    answer = at_ease(client).chat.completions.create(model="extractive@contract", messages=ASKED)
    assert "140 EUR" in (answer.choices[0].message.content or "")
    with client.chat.completions.create(model="extractive@contract", messages=ASKED, stream=True) as stream:
        assert "140 EUR" in "".join(one.choices[0].delta.content or "" for one in stream if one.choices)


def completions(client: Client, store: str) -> None:
    answer = client.completions.create(model="extractive@contract", prompt=QUESTION)
    assert "140 EUR" in answer.choices[0].text
    # OpenAI's type has a reason to end in every piece of a stream; its own answers have one in the last.
    with at_ease(client).completions.create(model="extractive@contract", prompt=QUESTION, stream=True) as stream:
        assert "140 EUR" in "".join(one.choices[0].text for one in stream if one.choices)


def models(client: Client, store: str) -> None:
    assert {client.models.retrieve(one.id).id for one in client.models.list()} >= {"extractive", "extractive@contract"}


def embeddings(client: Client, store: str) -> None:
    asked: Any = {"model": "all-MiniLM-L6-v2", "input": ["a", "b"]}
    for made in (
        client.embeddings.create(**asked, encoding_format="float"),
        at_ease(client).embeddings.create(**asked),
    ):
        assert [(one.index, len(one.embedding)) for one in made.data] == [(0, 384), (1, 384)]


def responses(client: Client, store: str) -> None:
    tools: Any = [{"type": "file_search", "vector_store_ids": [store]}]
    made = client.responses.create(model="extractive", input=QUESTION, tools=tools)
    assert "140 EUR" in made.output_text
    assert client.responses.retrieve(made.id).output_text == made.output_text
    assert [one.type for one in client.responses.input_items.list(made.id)] == ["message"]
    with client.responses.create(model="extractive", input=QUESTION, tools=tools, stream=True) as stream:
        assert [one.type for one in stream][-1] == "response.completed"
    waiting = client.responses.create(model="extractive", input=QUESTION, tools=tools, background=True)
    assert client.responses.cancel(waiting.id).status in {"cancelled", "completed"}
    assert client.responses.input_tokens.count(model="extractive", input=QUESTION).input_tokens > 0
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def conversations(client: Client, store: str) -> None:
    begin: Any = [{"type": "message", "role": "user", "content": "We speak of cars."}]
    talk = client.conversations.create(items=begin, metadata={"a": "b"})
    assert client.conversations.retrieve(talk.id).metadata == {"a": "b"}
    assert client.conversations.update(talk.id, metadata={"a": "c"}).metadata == {"a": "c"}
    tools: Any = [{"type": "file_search", "vector_store_ids": [store]}]
    about: Any = {"model": "extractive", "tools": tools}
    made = client.responses.create(**about, input=QUESTION, conversation=talk.id)
    assert "140 EUR" in made.output_text
    assert made.conversation is not None
    assert made.conversation.id == talk.id
    with client.responses.create(**about, input="Who?", conversation={"id": talk.id}, stream=True) as stream:
        assert [one.type for one in stream][-1] == "response.completed"
    assert client.responses.input_tokens.count(**about, input=QUESTION, conversation=talk.id).input_tokens > 0
    [added] = client.conversations.items.create(talk.id, items=[{"role": "user", "content": "one"}]).data
    kinds = [one.type for one in client.conversations.items.list(talk.id, order="asc", limit=3)]
    assert kinds == ["message", *["message", "file_search_call", "message"] * 2, "message"]
    last = client.conversations.items.list(talk.id, limit=1).data[0]
    assert last == client.conversations.items.retrieve(last.id or "", conversation_id=talk.id) == added
    assert client.conversations.items.delete(last.id or "", conversation_id=talk.id).id == talk.id
    assert client.conversations.delete(talk.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(talk.id)


def files(client: Client, store: str) -> None:
    made = client.files.create(file=("a.txt", io.BytesIO(b"abc")), purpose="user_data")
    assert client.files.retrieve(made.id).bytes == 3
    assert client.files.content(made.id).content == b"abc"
    assert made.id in {one.id for one in client.files.list(purpose="user_data")}
    assert client.files.delete(made.id).deleted


def uploads(client: Client, store: str) -> None:
    begun = client.uploads.create(bytes=4, filename="a.md", mime_type="text/markdown", purpose="assistants")
    part = client.uploads.parts.create(begun.id, data=b"text")
    ended = client.uploads.complete(begun.id, part_ids=[part.id])
    assert ended.status == "completed"
    other = client.uploads.create(bytes=4, filename="b.md", mime_type="text/markdown", purpose="assistants")
    assert client.uploads.cancel(other.id).status == "cancelled"


def vector_stores(client: Client, store: str) -> None:
    made = client.vector_stores.create(name="one", metadata={"team": "a"})
    assert client.vector_stores.update(made.id, name="two").name == "two"
    assert client.vector_stores.retrieve(made.id).name == "two"
    assert made.id in {one.id for one in client.vector_stores.list(limit=1)}
    assert client.vector_stores.search(store, query=QUESTION).data[0].filename == "handbook.md"
    assert client.vector_stores.delete(made.id).deleted


def store_files(client: Client, store: str) -> None:
    file = client.files.create(
        file=("more.md", io.BytesIO(b"# More\n\nThe canteen opens at noon.\n")), purpose="assistants"
    )
    here: Any = {"vector_store_id": store}
    entry = client.vector_stores.files.create_and_poll(file.id, **here, poll_interval_ms=100)
    assert entry.status == "completed"
    assert client.vector_stores.files.update(file.id, **here, attributes={"year": 2026}).attributes == {"year": 2026}
    assert client.vector_stores.files.retrieve(file.id, **here).attributes == {"year": 2026}
    assert file.id in {one.id for one in client.vector_stores.files.list(**here)}
    assert "noon" in "".join(one.text or "" for one in client.vector_stores.files.content(file.id, **here))
    assert client.vector_stores.files.delete(file.id, **here).deleted


def file_batches(client: Client, store: str) -> None:
    made = [client.files.create(file=(f"{n}.md", b"# One\n\nA text.\n"), purpose="assistants") for n in range(2)]
    batches = client.vector_stores.file_batches
    here: Any = {"vector_store_id": store}
    begun = batches.create(**here, file_ids=[one.id for one in made])
    ended = batches.poll(begun.id, **here, poll_interval_ms=100)
    assert (ended.status, ended.file_counts.completed) == ("completed", 2)
    assert {one.id for one in batches.list_files(begun.id, **here)} == {one.id for one in made}
    again = client.files.create(file=("3.md", b"# Three\n\nA text.\n"), purpose="assistants")
    assert batches.cancel(batches.create(**here, file_ids=[again.id]).id, **here).status in {"cancelled", "completed"}


def batches(client: Client, store: str) -> None:
    body = {"model": "extractive@contract", "messages": ASKED}
    line = {"custom_id": "one", "method": "POST", "url": "/v1/chat/completions", "body": body}
    file = client.files.create(file=("in.jsonl", json.dumps(line).encode()), purpose="batch")
    begin: Callable[[], Any] = lambda: client.batches.create(  # noqa: E731
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    made = begin()
    found = until(lambda: client.batches.retrieve(made.id), "completed")
    assert "140 EUR" in client.files.content(found.output_file_id).text
    assert made.id in {one.id for one in client.batches.list(limit=1)}
    assert client.batches.cancel(begin().id).status in {"cancelling", "cancelled", "completed"}


def evals(client: Client, store: str) -> None:
    client = at_ease(client)  # the criteria are Lectern's own
    config: Any = {"type": "custom", "item_schema": {}}
    made = client.evals.create(data_source_config=config, testing_criteria=[], extra_body={"vector_store_id": store})
    assert client.evals.update(made.id, name="new").name == "new"
    assert client.evals.retrieve(made.id).name == "new"
    assert made.id in {one.id for one in client.evals.list()}
    rows = [{"question": QUESTION, "answers": ["140"], "filename": "handbook.md"}]
    source: Any = {"type": "jsonl", "source": {"type": "file_content", "content": [{"item": row} for row in rows]}}
    run = client.evals.runs.create(made.id, data_source=source)
    until(lambda: client.evals.runs.retrieve(run.id, eval_id=made.id), "completed")
    assert [one.id for one in client.evals.runs.list(made.id)] == [run.id]
    item = next(iter(client.evals.runs.output_items.list(run.id, eval_id=made.id)))
    assert client.evals.runs.output_items.retrieve(item.id, eval_id=made.id, run_id=run.id).id == item.id
    other = client.evals.runs.create(made.id, data_source=source)
    with contextlib.suppress(openai.ConflictError):  # it may have ended
        client.evals.runs.cancel(other.id, eval_id=made.id)
    client.evals.runs.delete(run.id, eval_id=made.id)
    client.evals.delete(made.id)


def at_ease(client: Client) -> Client:
    """The client as it comes, which takes what does not fit its types as it is."""
    return client.copy(_extra_kwargs={"_strict_response_validation": False})


def until(told: Callable[[], Any], status: str) -> Any:
    limit = time.monotonic() + 60
    while (found := told()).status != status:
        assert time.monotonic() < limit, found
        time.sleep(0.1)
    return found


ONE = "/v1/vector_stores/{store_id}"
TALK = "/v1/conversations/{conversation_id}"
RUN = "/v1/evals/{eval_id}/runs/{run_id}"
WALKS: dict[Callable[[Client, str], None], set[Route]] = {
    chat: {("POST", "/v1/chat/completions")},
    completions: {("POST", "/v1/completions")},
    models: {("GET", "/v1/models"), ("GET", "/v1/models/{name}")},
    embeddings: {("POST", "/v1/embeddings")},
    responses: {
        ("POST", "/v1/responses"), ("POST", "/v1/responses/input_tokens"), ("GET", "/v1/responses/{response_id}"),
        ("DELETE", "/v1/responses/{response_id}"), ("POST", "/v1/responses/{response_id}/cancel"),
        ("GET", "/v1/responses/{response_id}/input_items"),
    },
    conversations: {
        ("POST", "/v1/conversations"), ("GET", TALK), ("POST", TALK), ("DELETE", TALK), ("GET", f"{TALK}/items"),
        ("POST", f"{TALK}/items"), ("GET", f"{TALK}/items/{{item_id}}"), ("DELETE", f"{TALK}/items/{{item_id}}"),
    },
    files: {
        ("GET", "/v1/files"), ("POST", "/v1/files"), ("GET", "/v1/files/{file_id}"), ("DELETE", "/v1/files/{file_id}"),
        ("GET", "/v1/files/{file_id}/content"),
    },
    uploads: {
        ("POST", "/v1/uploads"), ("POST", "/v1/uploads/{upload_id}/parts"),
        ("POST", "/v1/uploads/{upload_id}/complete"), ("POST", "/v1/uploads/{upload_id}/cancel"),
    },
    vector_stores: {
        ("GET", "/v1/vector_stores"), ("POST", "/v1/vector_stores"), ("GET", ONE), ("POST", ONE), ("DELETE", ONE),
        ("POST", f"{ONE}/search"),
    },
    store_files: {
        ("GET", f"{ONE}/files"), ("POST", f"{ONE}/files"), ("GET", f"{ONE}/files/{{file_id}}"),
        ("POST", f"{ONE}/files/{{file_id}}"), ("DELETE", f"{ONE}/files/{{file_id}}"),
        ("GET", f"{ONE}/files/{{file_id}}/content"),
    },
    file_batches: {
        ("POST", f"{ONE}/file_batches"), ("GET", f"{ONE}/file_batches/{{batch_id}}"),
        ("POST", f"{ONE}/file_batches/{{batch_id}}/cancel"), ("GET", f"{ONE}/file_batches/{{batch_id}}/files"),
    },
    batches: {
        ("GET", "/v1/batches"), ("POST", "/v1/batches"), ("GET", "/v1/batches/{batch_id}"),
        ("POST", "/v1/batches/{batch_id}/cancel"),
    },
    evals: {
        ("GET", "/v1/evals"), ("POST", "/v1/evals"), ("GET", "/v1/evals/{eval_id}"), ("POST", "/v1/evals/{eval_id}"),
        ("DELETE", "/v1/evals/{eval_id}"), ("GET", "/v1/evals/{eval_id}/runs"), ("POST", "/v1/evals/{eval_id}/runs"),
        ("GET", RUN), ("POST", f"{RUN}/cancel"), ("DELETE", RUN), ("GET", f"{RUN}/output_items"),
        ("GET", f"{RUN}/output_items/{{item_id}}"),
    },
}  # fmt: skip
"""What is called where; a new endpoint of OpenAI's belongs here."""
OWN = re.compile(
    r"/v1/(api_keys|users|groups|principals|audit|limits|engine|backup|rerank|feedback|search)\b"
    r"|/v1/(components|metrics|doctor|settings|jobs)\b"
    r"|/v1/conversations/\{conversation_id\}/(responses|export)\b|/v1/responses/\{response_id\}/(feedback|share|trace)\b"
    r"|/v1/(files/\{file_id\}|vector_stores/\{store_id\})/(access|sources|pages|elements|history)\b"
    r"|/v1/vector_stores/\{store_id\}/files/(\{file_id\}/chunks|detach)\b"
)
"""Paths of Lectern's own."""
UNSENT = {
    ("POST", RUN), ("GET", "/v1/conversations"), ("GET", "/v1/uploads"), ("GET", "/v1/uploads/{upload_id}"),
}  # fmt: skip
"""What stands on paths of OpenAI's and its client does not send: cancelling a run by a POST on it, and the lists of
conversations and uploads. Nor does it send `HEAD`."""


@pytest.fixture(scope="module")
def routes(lectern: Serving) -> set[Route]:
    """The routes of the running server, by its own OpenAPI document."""
    with lectern.http() as http:
        paths: dict[str, dict[str, Any]] = http.get("/openapi.json").json()["paths"]
    return {(method.upper(), path) for path, methods in paths.items() for method in methods if path.startswith("/v1/")}


@pytest.fixture(scope="module")
def store(lectern: Serving, handbook: Path) -> str:
    """A store with the small document."""
    client = lectern.client()
    made = client.vector_stores.create(name="contract").id
    upload(client, made, handbook)
    return made


@pytest.fixture
def called(lectern: Serving) -> Iterator[tuple[Client, list[Route]]]:
    """The client, which refuses what does not fit its types, and what it calls."""
    sent: list[Route] = []

    def note(request: httpx2.Request) -> None:
        sent.append((request.method, request.url.path))

    with httpx2.Client(event_hooks={"request": [note]}, timeout=120) as http:
        yield (
            Client(
                base_url=f"{lectern.url}/v1",
                api_key=lectern.key,
                max_retries=0,
                http_client=http,
                _strict_response_validation=True,
            ),
            sent,
        )


def test_every_endpoint_of_openais_is_walked(routes: set[Route]) -> None:
    theirs = {(method, path) for method, path in routes if not OWN.match(path) and method != "HEAD"}
    assert set().union(*WALKS.values()) | UNSENT == theirs


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_the_official_client_calls_it_and_reads_what_comes(
    called: tuple[Client, list[Route]], store: str, walk: Callable[[Client, str], None]
) -> None:
    client, sent = called
    walk(client, store)
    for method, path in WALKS[walk]:
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        assert any(one == method and pattern.fullmatch(way) for one, way in sent), (method, path)

"""A store in step with a folder, as its users see it: by the API, and over kill -9."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.serving import Serving, upload

QUESTION = "What is the code of the gate?"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Serving]:
    """A Lectern that may read below the folder `shared`."""
    serving = Serving(tmp_path_factory.mktemp("sources") / "data", source_roots=str(shared))
    yield serving.wait()
    assert serving.stop() == 0


def text(version: int) -> str:
    return f"# The gate\n\nThe code of the gate is {version:06}.\n"


def answering(client: openai.OpenAI, store_id: str) -> list[int]:
    """The versions that a search shows."""
    found = client.vector_stores.search(store_id, query=QUESTION, max_num_results=20)
    texts = [part.text for one in found.data for part in one.content]
    return [int(one.partition("gate is ")[2][:6]) for one in texts if "gate is " in one]


def until(test: Callable[[], bool], seconds: float = 60) -> float:
    """How long it took."""
    started = time.monotonic()
    while not test():
        assert time.monotonic() - started < seconds
        time.sleep(0.05)
    return time.monotonic() - started


def source_of(serving: Serving, store_id: str, folder: Path, **options: Any) -> dict[str, Any]:
    with serving.http() as http:
        answer = http.post(f"/v1/vector_stores/{store_id}/sources", json={"url": str(folder), **options})
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made


def test_every_search_shows_exactly_one_version_through_twenty_replacements(serving: Serving, tmp_path: Path) -> None:
    client = serving.client()
    store_id = client.vector_stores.create(name="gate").id
    path = tmp_path / "gate.md"
    path.write_text(text(0))
    current = upload(client, store_id, path)
    ended = threading.Event()
    seen: list[list[list[int]]] = [[], []]

    def look(found: list[list[int]]) -> None:
        mine = serving.client()
        while not ended.is_set():
            found.append(answering(mine, store_id))

    lookers = [threading.Thread(target=look, args=(found,)) for found in seen]
    for looker in lookers:
        looker.start()
    try:
        for version in range(1, 21):
            path.write_text(text(version))
            file = client.files.create(file=path, purpose="assistants")
            asked = {"replaces": current, "owned": True}
            client.vector_stores.files.create(store_id, file_id=file.id, extra_body=asked)
            entry = client.vector_stores.files.poll(file.id, vector_store_id=store_id, poll_interval_ms=50)
            assert entry.status == "completed"
            assert answering(client, store_id) == [version]
            current = file.id
    finally:
        ended.set()
        for looker in lookers:
            looker.join()
    for found in seen:
        assert len(found) > 20
        assert [versions for versions in found if len(versions) != 1] == []
        assert found == sorted(found)
    assert client.vector_stores.retrieve(store_id).file_counts.total == 1
    until(lambda: len([file for file in client.files.list() if file.filename == "gate.md"]) <= 2)


def test_a_version_that_cannot_be_read_leaves_the_one_before(serving: Serving, tmp_path: Path) -> None:
    client = serving.client()
    store_id = client.vector_stores.create(name="bad").id
    path = tmp_path / "gate.md"
    path.write_text(text(1))
    first = upload(client, store_id, path)
    bad = client.files.create(file=("gate.pdf", b"%PDF-1.7\n%%EOF"), purpose="assistants")
    attached = client.vector_stores.files.create(store_id, file_id=bad.id, extra_body={"replaces": first})
    assert (attached.model_extra or {})["replaces"] == first
    entry = client.vector_stores.files.poll(bad.id, vector_store_id=store_id, poll_interval_ms=50)
    assert entry.status == "failed"
    assert answering(client, store_id) == [1]
    retried = client.vector_stores.files.create(store_id, file_id=bad.id)
    assert (retried.model_extra or {})["replaces"] == first
    with pytest.raises(openai.NotFoundError) as raised:
        client.vector_stores.files.create(store_id, file_id=first, extra_body={"replaces": "file-none"})
    assert (raised.value.code, raised.value.param) == ("file_not_found", "replaces")
    with pytest.raises(openai.BadRequestError):
        client.vector_stores.files.create(store_id, file_id=first, extra_body={"replaces": first})


def test_a_folder_is_followed(serving: Serving, shared: Path) -> None:
    client = serving.client()
    store_id = client.vector_stores.create(name="followed").id
    folder = shared / "followed"
    folder.mkdir()
    (folder / "gate.md").write_text(text(1))
    (folder / "notes.txt").write_text("Not wanted.")
    source = source_of(serving, store_id, folder, include=["*.md"], interval=5)
    until(lambda: answering(client, store_id) == [1])
    (folder / "gate.md").write_text(text(2))
    until(lambda: answering(client, store_id) == [2])
    (folder / "gate.md").unlink()
    assert until(lambda: answering(client, store_id) == []) < 30
    with serving.http() as http:
        where = f"/v1/vector_stores/{store_id}/sources/{source['id']}"
        shown = http.get(where).json()
        assert shown["file_counts"]["total"] == 0
        assert http.get(where.removesuffix(f"/{source['id']}")).json()["data"][0]["id"] == source["id"]
        assert http.post(f"{where}/sync").json()["next_at"] <= time.time()
        assert http.delete(where).json()["deleted"]
        assert http.get(where).status_code == 404


def test_sources_that_may_not_be_are_refused(serving: Serving, shared: Path) -> None:
    store_id = serving.client().vector_stores.create(name="refused").id
    with serving.http() as http:

        def refusal(body: dict[str, Any], store: str = store_id) -> tuple[int, str]:
            answer: httpx.Response = http.post(f"/v1/vector_stores/{store}/sources", json=body)
            assert "hunter2" not in answer.text
            return answer.status_code, answer.json()["error"]["code"]

        assert refusal({"url": "/etc"}) == (400, "refused_source")
        assert refusal({"url": f"file://{shared}/../../etc"}) == (400, "refused_source")
        assert refusal({"url": "https://me:hunter2@example.com/"}) == (400, "refused_source")
        assert refusal({"url": "gopher://example.com/"}) == (400, "refused_source")
        assert refusal({"url": str(shared), "interval": 1}) == (400, "invalid_request")
        assert refusal({"url": str(shared), "unknown": 1}) == (400, "invalid_request")
        assert refusal({"url": str(shared), "credentials": {"password": 7}}) == (400, "invalid_request")
        assert refusal({"url": str(shared)}, "vs_none") == (404, "vector_store_not_found")
        made = http.post(
            f"/v1/vector_stores/{store_id}/sources",
            json={"url": "http://127.0.0.1:9/", "credentials": {"username": "me", "password": "hunter2"}},
        )
        assert made.json()["has_credentials"]
        where = f"/v1/vector_stores/{store_id}/sources/{made.json()['id']}"
        until(lambda: http.get(where).json()["status"] == "failed")
        assert "private address" in http.get(where).json()["message"]
        assert "hunter2" not in made.text + http.get(where).text + serving.log.read_text()


def test_one_version_answers_however_often_the_process_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "gate.md").write_text(text(0))
    serving = Serving(tmp_path / "data", source_roots=str(folder)).wait()
    try:
        client = serving.client()
        store_id = client.vector_stores.create(name="killed").id
        source_of(serving, store_id, folder, interval=5)
        until(lambda: answering(client, store_id) == [0])
        chance = random.Random(7)
        for version in range(1, 5):
            (folder / "gate.md").write_text(text(version))
            with serving.http() as http:
                (source,) = http.get(f"/v1/vector_stores/{store_id}/sources").json()["data"]
                http.post(f"/v1/vector_stores/{store_id}/sources/{source['id']}/sync")
            cut = time.monotonic() + chance.uniform(0.5, 3.0)
            while time.monotonic() < cut:
                assert len(answering(client, store_id)) == 1
            serving.kill()
            serving.restart().wait()
            assert len(answering(client, store_id)) == 1
        until(lambda: answering(client, store_id) == [4])
        until(lambda: len(list(client.files.list())) == 1)
        assert client.vector_stores.retrieve(store_id).file_counts.total == 1
    finally:
        assert serving.stop() == 0

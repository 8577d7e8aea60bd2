"""Files and vector stores through the official client, and what happens to bad ones."""

import io
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.serving import Serving, upload


def test_a_store_lives_its_whole_life(lectern: Serving, note: Path) -> None:
    client = lectern.client()
    store = client.vector_stores.create(name="life", metadata={"team": "ops"})
    file_id = upload(client, store.id, note)
    seen = client.vector_stores.retrieve(store.id)
    assert (seen.file_counts.completed, seen.file_counts.total, seen.status) == (1, 1, "completed")
    assert seen.usage_bytes > 0
    assert client.files.content(file_id).read() == note.read_bytes()
    found = client.vector_stores.search(store.id, query="When does the cantina open?")
    assert "11:45" in found.data[0].content[0].text
    assert found.data[0].filename == "note.md"
    assert [entry.id for entry in client.vector_stores.files.list(store.id)] == [file_id]
    texts = [part.text for part in client.vector_stores.files.content(file_id, vector_store_id=store.id)]
    assert any("北门" in (text or "") for text in texts)
    assert client.vector_stores.update(store.id, name="renamed").name == "renamed"
    client.vector_stores.files.delete(file_id, vector_store_id=store.id)
    assert client.vector_stores.search(store.id, query="cantina").data == []
    assert client.vector_stores.delete(store.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.vector_stores.retrieve(store.id)
    assert client.files.retrieve(file_id).filename == "note.md"
    assert client.files.delete(file_id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(file_id)


def test_a_deleted_file_is_gone_from_every_search(lectern: Serving, note: Path) -> None:
    client = lectern.client()
    stores = [client.vector_stores.create(name=name) for name in ("one", "two")]
    file = client.files.create(file=note, purpose="assistants")
    for store in stores:
        client.vector_stores.files.create_and_poll(file.id, vector_store_id=store.id, poll_interval_ms=100)
    client.files.delete(file.id)
    for store in stores:
        assert client.vector_stores.search(store.id, query="cantina").data == []


def test_attributes_filter_inside_the_search(lectern: Serving, tmp_path: Path) -> None:
    client = lectern.client()
    store = client.vector_stores.create(name="attributes")
    for year in (2024, 2025):
        path = tmp_path / f"{year}.md"
        path.write_text(f"The travel budget of the year {year} is {year * 3} EUR.")
        file = client.files.create(file=path, purpose="assistants")
        client.vector_stores.files.create_and_poll(
            file.id, vector_store_id=store.id, attributes={"year": year}, poll_interval_ms=100
        )
    found = client.vector_stores.search(
        store.id, query="travel budget", filters={"type": "eq", "key": "year", "value": 2024}
    )
    assert [one.filename for one in found.data] == ["2024.md"]
    assert found.data[0].attributes == {"year": 2024}


BAD: dict[str, tuple[str, bytes, str]] = {
    "empty": ("empty.pdf", b"", "empty"),
    "truncated": ("cut.docx", b"PK\x03\x04" + bytes(300), "damaged"),
    "executable": ("tool.pdf", b"MZ\x90\x00" + bytes(range(256)) * 4, "does not read"),
    "broken pdf": ("broken.pdf", b"%PDF-1.7\n%%EOF", "broken.pdf"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_fails_with_a_reason_that_names_it_and_others_go_on(lectern: Serving, note: Path, name: str) -> None:
    client = lectern.client()
    filename, content, reason = BAD[name]
    store = client.vector_stores.create(name=f"bad {name}")
    file = client.files.create(file=(filename, io.BytesIO(content)), purpose="assistants")
    entry = client.vector_stores.files.create_and_poll(file.id, vector_store_id=store.id, poll_interval_ms=100)
    assert entry.status == "failed"
    assert entry.last_error is not None
    assert filename in entry.last_error.message
    assert reason in entry.last_error.message
    upload(client, store.id, note)
    assert client.vector_stores.search(store.id, query="cantina").data


def test_a_name_that_climbs_out_of_its_folder_is_only_a_name(lectern: Serving) -> None:
    file = lectern.client().files.create(file=("../../escape.md", io.BytesIO(b"text")), purpose="assistants")
    assert file.filename == "escape.md"
    assert not list(lectern.data.parent.rglob("escape.md"))


def refusal(response: httpx.Response) -> tuple[int, Any]:
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return response.status_code, error["code"]


def test_what_cannot_be_used_is_refused_in_openais_shape(lectern: Serving) -> None:
    with lectern.http() as http:
        asked: dict[str, Any] = {"model": "extractive", "messages": [{"role": "user", "content": "q"}]}
        chat, json = "/v1/chat/completions", {"Content-Type": "application/json"}
        assert refusal(http.get("/v1/nothing")) == (404, "unknown_url")
        assert refusal(http.put("/v1/files")) == (405, "method_not_allowed")
        assert refusal(http.post(chat, content=b"{", headers=json)) == (400, "invalid_request")
        assert refusal(http.post(chat, json={"model": "extractive"})) == (400, "invalid_request")
        assert refusal(http.post(chat, json=asked | {"model": "gpt-9"})) == (404, "model_not_found")
        assert refusal(http.post(chat, json=asked | {"model": "extractive@no"})) == (404, "vector_store_not_found")
        unknown = asked | {"knowledge": {"vector_store_ids": ["vs_no"]}}
        assert refusal(http.post(chat, json=unknown)) == (404, "vector_store_not_found")
        mistyped = asked | {"knowledge": {"vector_store_id": "vs_no"}}
        assert refusal(http.post(chat, json=mistyped)) == (400, "invalid_request")
        assert refusal(http.post("/v1/vector_stores", json={"file_ids": ["file-no"]})) == (404, "file_not_found")
        assert refusal(http.get("/v1/files", params={"after": "file-no"}))[0] == 400
        assert refusal(http.post("/v1/files", json={})) == (400, "invalid_request")
        assert refusal(http.post(chat, content=b'"' + b"x" * 2**21 + b'"', headers=json)) == (413, "request_too_large")
        store = http.post("/v1/vector_stores", json={"name": "empty"}).json()["id"]
        long = {"model": f"extractive@{store}", "messages": [{"role": "user", "content": "why " * 200_000}]}
        assert refusal(http.post(chat, json=long)) == (400, "context_length_exceeded")

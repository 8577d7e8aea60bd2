"""One search for documents, passages and conversations, as far as the caller may read them; and what it leaves on
record."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from tests.serving import Serving

PUMPS = "# Pumps\n\nThe zephyrine pump needs eleven litres of oil a year.\n\n# 保养\n\n泵每年保养两次。\n"


@pytest.fixture(scope="module")
def http(lectern: Serving) -> Iterator[httpx.Client]:
    with lectern.http() as one:
        yield one


@pytest.fixture(scope="module")
def pumps(lectern: Serving, http: httpx.Client) -> tuple[str, str]:
    """A private store and a file in it, whose name is written in two scripts and widths."""
    body = {"name": "works", "access": {"shared": False}}
    store = http.post("/v1/vector_stores", json=body).json()["id"]
    form = {"file": ("Ｐumpen-Handbuch 水泵手册.md", PUMPS.encode())}
    file = http.post("/v1/files", data={"purpose": "assistants"}, files=form).json()["id"]
    lectern.client().vector_stores.files.create_and_poll(file, vector_store_id=store, poll_interval_ms=50)
    return str(store), str(file)


@pytest.fixture
def reader(lectern: Serving, http: httpx.Client) -> Iterator[tuple[httpx.Client, str]]:
    """Somebody who may read what is for everybody, and the principal that this is."""
    made = http.post("/v1/api_keys", json={"name": "one who finds", "role": "reader"}).json()
    with lectern.http(made["key"]) as one:
        yield one, f"key:{made['id']}"


def search(http: httpx.Client, q: str, **more: Any) -> dict[str, Any]:
    answer = http.get("/v1/search", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize("q", ["PUMPEN-hand", "pumpen", "水泵", "  handbuch 水 ", "ｐｕｍｐｅｎ"])
def test_a_document_is_found_by_a_part_of_its_name(http: httpx.Client, pumps: tuple[str, str], q: str) -> None:
    store, file = pumps
    found = search(http, q, kinds="documents")
    [one] = found["documents"]
    assert one["filename"][slice(*one.pop("match"))] != ""
    assert one == {
        "vector_store_id": store,
        "store": "works",
        "file_id": file,
        "filename": "Ｐumpen-Handbuch 水泵手册.md",
        "status": "completed",
    }
    assert (found["object"], found["query"], found["missing"]) == ("search", q.strip(), {})
    assert not {"passages", "conversations"} & set(found)


def test_a_passage_is_found_with_its_place_and_what_matches_in_it(http: httpx.Client, pumps: tuple[str, str]) -> None:
    store, file = pumps
    first = search(http, "How much oil does the zephyrine pump need?", kinds="passages")["passages"][0]
    assert (first["vector_store_id"], first["file_id"], first["headings"]) == (store, file, ["Pumps"])
    assert "eleven litres" in first["content"][0]["text"][slice(*first["match"])]
    assert first["score"] > 0.5


def test_ones_own_conversations_are_found_by_their_titles_and_no_others(
    lectern: Serving, http: httpx.Client, reader: tuple[httpx.Client, str]
) -> None:
    client, _ = reader
    made = client.post("/v1/conversations", json={}).json()["id"]
    client.post(f"/v1/conversations/{made}", json={"title": "Über Zephyrine"}).raise_for_status()
    [one] = search(client, "zephyrine", kinds="conversations")["conversations"]
    assert (one["id"], one["title"]) == (made, "Über Zephyrine")
    assert search(http, "zephyrine", kinds="conversations")["conversations"] == []  # not even the administrator's


def test_a_key_that_is_for_searching_alone_finds_no_conversations(lectern: Serving, http: httpx.Client) -> None:
    key = http.post("/v1/api_keys", json={"name": "searches", "role": "admin", "scopes": ["search"]}).json()["key"]
    with lectern.http(key) as limited:
        assert search(limited, "a")["conversations"] == []


def test_what_a_caller_may_not_read_is_not_found(
    http: httpx.Client, pumps: tuple[str, str], reader: tuple[httpx.Client, str]
) -> None:
    store, file = pumps
    client, principal = reader

    def found() -> tuple[int, int]:
        told = search(client, "zephyrine pump", limit=50), search(client, "handbuch", limit=50)
        passages = [one for one in told[0]["passages"] if one["file_id"] == file]
        return len(passages), len(told[1]["documents"])

    assert found() == (0, 0)
    grants = {"shared": False, "grants": [{"principal": principal, "role": "reader"}]}
    http.put(f"/v1/vector_stores/{store}/access", json=grants).raise_for_status()
    assert found() == (1, 1)
    http.put(f"/v1/files/{file}/access", json={"restricted": True}).raise_for_status()
    assert found() == (0, 0)
    http.put(f"/v1/files/{file}/access", json={"restricted": False}).raise_for_status()
    assert found() == (1, 1)
    http.put(f"/v1/vector_stores/{store}/access", json={"shared": False, "grants": []}).raise_for_status()
    assert found() == (0, 0)


def test_what_was_found_is_on_record(http: httpx.Client, pumps: tuple[str, str]) -> None:
    store, file = pumps
    answer = http.get("/v1/search", params={"q": "handbuch", "kinds": "documents"})
    [entry] = http.get("/v1/audit", params={"request": answer.headers["x-request-id"]}).json()["data"]
    assert entry["documents"] == [{"vector_store_id": store, "file_id": file}]


@pytest.mark.parametrize(
    "query", ["", "q=", "q=%20%20", f"q={'x' * 301}", "q=a&kinds=users", "q=a&kinds=,", "q=a&limit=51"]
)
def test_what_cannot_be_searched_is_refused(http: httpx.Client, query: str) -> None:
    answer = http.get(f"/v1/search?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("q", ["%", "_", "\\", "'", '"; DROP TABLE files; --', "(", "\u202e", "😀", "a" * 300])
def test_anything_can_be_searched_for(http: httpx.Client, q: str) -> None:
    assert search(http, q)["missing"] == {}


class TestWhy:
    """Why an answer is as it is."""

    @pytest.fixture
    def client(self, lectern: Serving) -> openai.OpenAI:
        return lectern.client()

    def ask(self, client: openai.OpenAI, pumps: tuple[str, str], question: str, **more: Any) -> Any:
        tool: Any = {"type": "file_search", "vector_store_ids": [pumps[0]]}
        return client.responses.create(model="extractive", input=question, tools=[tool], **more)

    def test_it_tells_what_was_searched_found_left_out_sent_and_how_long_it_took(
        self, http: httpx.Client, client: openai.OpenAI, pumps: tuple[str, str]
    ) -> None:
        response = self.ask(client, pumps, "What oil does the zephyrine pump need, and how much is a tea?")
        told = http.get(f"/v1/responses/{response.id}/trace").json()
        assert (told["object"], told["withheld"], told["engine"], told["model"]) == (
            "response.trace", False, "extractive", "extractive",
        )  # fmt: skip
        assert told["questions"] == response.knowledge["questions"]
        assert told["unanswered"] == response.knowledge["unanswered"] == ["how much is a tea?"]
        packed = [one for one in told["passages"] if one["packed"]]
        left_out = [one for one in told["passages"] if not one["packed"]]
        assert [one["marker"] for one in packed] == [one["marker"] for one in response.knowledge["passages"]]
        assert packed[0]["headings"] == ["Pumps"]
        assert packed[0]["score"] > 0.5 > packed[0]["dense_score"] - 1
        assert {one["left_out"] for one in left_out} == {"score"}
        assert all(one["marker"] is None and one["text"] for one in left_out)
        assert [message["role"] for message in told["prompt"]["messages"]] == ["system", "user"]
        assert "[1] (" in told["prompt"]["messages"][0]["content"]
        assert told["prompt"]["tokens"] == response.usage.input_tokens
        stages = ["rewrite", "embed", "search", "prompt", "first_token", "answer"]
        assert [stage["name"] for stage in told["stages"]] == stages
        assert all(stage["seconds"] >= 0 for stage in told["stages"])

    def test_it_tells_what_was_not_relevant_enough_where_nothing_was_found(
        self, http: httpx.Client, client: openai.OpenAI, pumps: tuple[str, str]
    ) -> None:
        response = self.ask(client, pumps, "Who painted the ceiling of the chapel?", stream=True)
        ids = [event.response.id for event in response if event.type == "response.completed"]
        told = http.get(f"/v1/responses/{ids[0]}/trace").json()
        assert (told["prompt"], told["engine"]) == (None, "none")
        assert {one["left_out"] for one in told["passages"]} == {"score"}

    def test_the_text_of_a_response_that_is_deleted_does_not_live_on_in_the_next_ones_trace(
        self, http: httpx.Client, client: openai.OpenAI, pumps: tuple[str, str]
    ) -> None:
        first = self.ask(client, pumps, "My name is Quillfeather. How much oil does the zephyrine pump need?")
        second = self.ask(
            client, pumps, "How many litres of oil a year does the zephyrine pump need?", previous_response_id=first.id
        )
        told = http.get(f"/v1/responses/{second.id}/trace").json()
        assert told["prompt"]["earlier"] == 2
        assert [message["role"] for message in told["prompt"]["messages"]] == ["system", "user"]
        assert "Quillfeather" not in str(told["prompt"])

    def test_of_an_answer_from_the_background_it_is_kept_too(
        self, http: httpx.Client, client: openai.OpenAI, pumps: tuple[str, str]
    ) -> None:
        response = self.ask(client, pumps, "How much oil does the zephyrine pump need?", background=True)
        while client.responses.retrieve(response.id).status in {"queued", "in_progress"}:
            time.sleep(0.05)
        told = http.get(f"/v1/responses/{response.id}/trace").json()
        assert [one["marker"] for one in told["passages"] if one["packed"]]

    def test_who_reads_but_does_not_edit_is_refused(
        self, lectern: Serving, http: httpx.Client, pumps: tuple[str, str], reader: tuple[httpx.Client, str]
    ) -> None:
        store, file = pumps
        client, principal = reader

        def grant(role: str | None) -> None:
            grants = [{"principal": principal, "role": role}] if role else []
            body = {"shared": False, "grants": grants}
            http.put(f"/v1/vector_stores/{store}/access", json=body).raise_for_status()

        grant("reader")
        tool = {"type": "file_search", "vector_store_ids": [store]}
        asked = {"model": "extractive", "input": "How much oil does the zephyrine pump need?", "tools": [tool]}
        response = client.post("/v1/responses", json=asked).json()["id"]
        refused = client.get(f"/v1/responses/{response}/trace")
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
        # An administrator sees to what was asked here.
        assert http.get(f"/v1/responses/{response}/trace").json()["passages"][0]["file_id"] == file
        grant("editor")
        told = client.get(f"/v1/responses/{response}/trace")
        if told.status_code == 200:  # a key's own role is the most that it has anywhere
            assert told.json()["passages"]
        grant(None)
        told = client.get(f"/v1/responses/{response}/trace").json()
        assert "eleven litres" not in str(told)
        assert "Pumps" not in str(told)
        assert file not in str(told)

    def test_where_nothing_is_kept_there_is_nothing(
        self, http: httpx.Client, client: openai.OpenAI, pumps: tuple[str, str]
    ) -> None:
        response = self.ask(client, pumps, "How much oil does the zephyrine pump need?", store=False)
        gone = http.get(f"/v1/responses/{response.id}/trace")
        assert (gone.status_code, gone.json()["error"]["code"]) == (404, "response_not_found")

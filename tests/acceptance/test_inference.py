"""Embeddings, reranking and the list of models by the official client, with what Lectern brings along."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import openai
import pytest

from tests.serving import Serving

EMBEDDER = "all-MiniLM-L6-v2"
TEXTS = ["Guests may park for two hours.", "How long may a visitor leave the car here?", "The soup is served cold."]


@pytest.fixture(scope="module")
def client(lectern: Serving) -> Iterator[openai.OpenAI]:
    with lectern.client() as one:
        yield one


def test_vectors_are_the_same_as_floats_and_as_base64_and_tell_what_is_alike(client: openai.OpenAI) -> None:
    floats = client.embeddings.create(model=EMBEDDER, input=TEXTS, encoding_format="float")
    packed = client.embeddings.create(model=EMBEDDER, input=TEXTS)  # the client asks for base64 and unpacks it
    assert [one.index for one in floats.data] == [0, 1, 2]
    vectors = np.array([one.embedding for one in floats.data], np.float32)
    assert vectors.shape == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert np.array_equal(vectors, np.array([one.embedding for one in packed.data], np.float32))
    assert vectors[0] @ vectors[1] > 0.4 > vectors[0] @ vectors[2]
    assert floats.model == EMBEDDER
    assert floats.usage.prompt_tokens == floats.usage.total_tokens > 20
    one = client.embeddings.create(model=EMBEDDER, input=TEXTS[0], dimensions=384)
    assert np.allclose(one.data[0].embedding, vectors[0])


def test_base64_is_of_little_endian_floats(lectern: Serving) -> None:
    with lectern.http() as http:
        body = {"model": EMBEDDER, "input": "Hello", "encoding_format": "base64"}
        answer = http.post("/v1/embeddings", json=body).json()
    assert len(base64.b64decode(answer["data"][0]["embedding"])) == 384 * 4
    assert answer["object"] == "list"
    assert answer["data"][0]["object"] == "embedding"


def test_as_many_texts_as_openai_takes_come_back_in_order(client: openai.OpenAI) -> None:
    many = [f"Number {number}" for number in range(2048)]
    found = client.embeddings.create(model=EMBEDDER, input=many)
    assert [one.index for one in found.data] == list(range(2048))
    alone = client.embeddings.create(model=EMBEDDER, input=many[1777])
    assert np.allclose(found.data[1777].embedding, alone.data[0].embedding, atol=1e-6)


@pytest.mark.parametrize(
    ("param", "told", "fields"),
    [
        ("input", "text 0 of input is empty", {"input": ""}),
        ("input", "text 1 of input is empty", {"input": ["a", " \n"]}),
        ("input", "", {"input": []}),
        ("input", "", {"input": ["a"] * 2049}),
        ("input[1]", "", {"input": ["a", 5]}),
        ("input", "check_embedding_ctx_length=False", {"input": [1, 2, 3]}),
        ("input", "send texts", {"input": [[1, 2], [3]]}),
        ("input", "text 1 of input has 302 tokens; the model reads 256", {"input": ["a", "word " * 300]}),
        ("input", "text 0 of input has far more tokens", {"input": "x" * 100_000}),
        ("dimensions", "384", {"input": "a", "dimensions": 256}),
        ("dimensions", "", {"input": "a", "dimensions": 0}),
        ("encoding_format", "", {"input": "a", "encoding_format": "int8"}),
        ("input", "300000 are read at once", {"input": ["a " * 200] * 1600}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_embedded_is_named(lectern: Serving, param: str, told: str, fields: dict[str, Any]) -> None:
    with lectern.http() as http:
        response = http.post("/v1/embeddings", json={"model": EMBEDDER} | fields)
    error = response.json()["error"]
    assert (response.status_code, error["type"]) == (400, "invalid_request_error"), error
    assert error["param"].split("[")[0] == param.split("[", maxsplit=1)[0]
    assert told in error["message"]


@pytest.mark.parametrize("model", ["text-embedding-3-small", "extractive"])
def test_another_models_name_is_not_found(client: openai.OpenAI, model: str) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.embeddings.create(model=model, input="a")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


def rerank(lectern: Serving, **fields: Any) -> httpx.Response:
    with lectern.http() as http:
        return http.post("/v1/rerank", json={"query": "How long may guests park?", "documents": TEXTS} | fields)


def test_texts_are_ranked_without_a_model_which_is_said(lectern: Serving) -> None:
    answer = rerank(lectern).json()
    assert answer["model"] == "lectern-terms"
    assert [one["index"] for one in answer["results"]] == [0, 1, 2]
    scores = [one["relevance_score"] for one in answer["results"]]
    assert 1 >= scores[0] > scores[1] > scores[2] >= 0
    assert "document" not in answer["results"][0]
    assert answer["usage"]["total_tokens"] > 20


def test_the_best_come_back_with_their_documents_as_they_were_given(lectern: Serving) -> None:
    documents = [{"title": "Soup", "text": TEXTS[2]}, {"title": "Parking", "text": TEXTS[0], "n": 1}, TEXTS[1]]
    answer = rerank(lectern, model="lectern-terms", documents=documents, top_n=1, return_documents=True).json()
    assert [(one["index"], one["document"]) for one in answer["results"]] == [(1, documents[1])]
    plain = rerank(lectern, documents=TEXTS[:1], return_documents=True).json()
    assert plain["results"][0]["document"] == {"text": TEXTS[0]}
    named = rerank(lectern, query="parking", documents=documents[:2], rank_fields=["title"]).json()
    assert named["results"][0]["index"] == 1


def test_chinese_texts_are_ranked_too(lectern: Serving) -> None:
    documents = ["食堂中午十一点半开门。", "访客停车位在北门，共十二个。", "打印机坏了请找信息部。"]
    answer = rerank(lectern, query="访客在哪里停车？", documents=documents).json()
    assert answer["results"][0]["index"] == 1


@pytest.mark.parametrize(
    ("param", "fields"),
    [
        ("query", {"query": ""}),
        ("query", {"query": None}),
        ("documents", {"documents": []}),
        ("documents", {"documents": ["a"] * 1001}),
        ("documents", {"documents": "a"}),
        ("documents[0]", {"documents": [5]}),
        ("documents[1]", {"documents": ["a", {"title": "b"}]}),
        ("top_n", {"top_n": 0}),
        ("rank_fields", {"rank_fields": []}),
    ],
    ids=str,
)
def test_what_cannot_be_ranked_is_named(lectern: Serving, param: str, fields: dict[str, Any]) -> None:
    response = rerank(lectern, **fields)
    assert response.status_code == 400
    assert response.json()["error"]["param"] == param


def test_hostile_documents_are_ranked(lectern: Serving) -> None:
    odd = ["", "\0", "a" * 200_000, "💥" * 1000, "a\n" * 20_000]
    answer = rerank(lectern, documents=odd, query="\0 park").json()
    assert sorted(one["index"] for one in answer["results"]) == [0, 1, 2, 3, 4]


def test_an_unknown_reranker_is_not_found(lectern: Serving) -> None:
    response = rerank(lectern, model="rerank-v3.5")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "model_not_found")


def test_models_are_listed_with_times_that_stay_put(lectern: Serving, client: openai.OpenAI) -> None:
    store = client.vector_stores.create(name="of the models")
    listed = {one.id: one for one in client.models.list()}
    assert {"extractive", "extractive@of the models", EMBEDDER, "lectern-terms"} <= set(listed)
    assert listed["extractive@of the models"].created == store.created_at
    with lectern.http() as http:
        first_key = min(key["created_at"] for key in http.get("/v1/api_keys").json()["data"])
    assert listed["extractive"].created == listed[EMBEDDER].created == first_key
    assert {one.owned_by for one in listed.values()} == {"lectern"}
    tasks = {name: (one.model_extra or {})["task"] for name, one in listed.items()}
    assert (tasks["extractive"], tasks[EMBEDDER], tasks["lectern-terms"]) == ("chat", "embed", "rerank")
    assert tasks["extractive@of the models"] == "chat"
    for name in ("extractive", "extractive@of the models", EMBEDDER):
        assert client.models.retrieve(name) == listed[name]
    client.vector_stores.delete(store.id)
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("extractive@of the models")
    assert caught.value.code == "model_not_found"


def test_an_embedder_does_not_chat(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model=EMBEDDER, messages=[{"role": "user", "content": "a"}])

"""Limits of keys and stores by the official client: what is refused, how it is told, and what counts."""

import time
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from tests.serving import Serving

EVERYBODYS = {"requests_per_minute": None, "tokens_per_minute": None, "streams": None, "tokens_per_month": None}


class Limited:
    """A key, and what it may."""

    def __init__(self, serving: Serving, name: str) -> None:
        self._serving = serving
        with serving.http() as http:
            made = http.post("/v1/api_keys", json={"name": name, "role": "editor"}).json()
        self.subject = f"key:{made['id']}"
        self.client = serving.client(made["key"])
        self.http = serving.http(made["key"])

    def may(self, **allowance: int | None) -> dict[str, Any]:
        with self._serving.http() as http:
            answer = http.put(f"/v1/limits/{self.subject}", json=allowance)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ask(self, **more: Any) -> Any:
        messages: Any = [{"role": "user", "content": "Hello, who are you?"}]
        return self.client.chat.completions.create(model="extractive", messages=messages, **more)

    def used(self) -> dict[str, int]:
        found: dict[str, int] = self.http.get("/v1/limits/me").json()["used"]
        return found

    def close(self) -> None:
        self.client.close()
        self.http.close()


@pytest.fixture
def limited(lectern: Serving, request: pytest.FixtureRequest) -> Iterator[Limited]:
    found = Limited(lectern, request.node.name)
    yield found
    found.close()


def test_requests_beyond_the_limit_get_429_with_openais_headers(lectern: Serving, limited: Limited) -> None:
    limited.may(requests_per_minute=2, tokens_per_minute=100_000)
    limited.ask()
    raw = limited.client.chat.completions.with_raw_response.create(
        model="extractive", messages=[{"role": "user", "content": "Hello"}], stream=True
    )
    raw.parse().close()
    told = {name: value for name, value in raw.headers.items() if name.startswith("x-ratelimit-")}
    assert (told["x-ratelimit-limit-requests"], told["x-ratelimit-remaining-requests"]) == ("2", "0")
    assert told["x-ratelimit-limit-tokens"] == "100000"
    assert 0 < int(told["x-ratelimit-remaining-tokens"]) <= 100_000
    assert told["x-ratelimit-reset-requests"].endswith("s")
    with pytest.raises(openai.RateLimitError) as refused:
        limited.client.embeddings.create(model="any", input="one")
    assert refused.value.code == "rate_limit_exceeded"
    assert 1 <= int(refused.value.response.headers["retry-after"]) <= 30
    assert refused.value.response.headers["x-ratelimit-remaining-requests"] == "0"
    with pytest.raises(openai.RateLimitError):  # a follow-up may be put to the model
        limited.client.responses.input_tokens.count(model="extractive", input="one")
    limited.client.models.list()
    other = Limited(lectern, "somebody else")
    other.ask()
    other.close()
    with lectern.http() as http:
        assert http.delete(f"/v1/limits/{limited.subject}").json()["deleted"]
        assert http.delete(f"/v1/limits/{limited.subject}").status_code == 404
    limited.ask()


def test_tokens_are_counted_whole_and_streamed_until_the_quota_is_spent(limited: Limited) -> None:
    whole = limited.ask()
    assert limited.used() == {"requests_this_month": 1, "tokens_this_month": whole.usage.total_tokens, "streams": 0}
    assert whole.usage.total_tokens > 0
    list(limited.ask(stream=True))
    streamed = limited.used()["tokens_this_month"] - whole.usage.total_tokens
    assert streamed > 0
    limited.may(tokens_per_month=whole.usage.total_tokens)
    with pytest.raises(openai.RateLimitError) as refused:
        limited.ask()
    assert (refused.value.code, refused.value.type) == ("insufficient_quota", "insufficient_quota")
    assert refused.value.response.headers["x-should-retry"] == "false"
    limited.may(tokens_per_month=10**12)
    limited.ask()


def test_an_upload_has_the_size_that_its_key_may(limited: Limited) -> None:
    limited.may(upload_bytes=10)
    limited.client.files.create(file=("a.txt", b"x" * 10), purpose="assistants")
    with pytest.raises(openai.APIStatusError) as refused:
        limited.client.files.create(file=("a.txt", b"x" * 11), purpose="assistants")
    assert (refused.value.status_code, refused.value.code) == (413, "request_too_large")
    with pytest.raises(openai.APIStatusError) as refused:
        limited.client.uploads.create(filename="a.txt", bytes=11, mime_type="text/plain", purpose="assistants")
    assert refused.value.status_code == 413


def test_a_store_takes_no_more_than_it_may_and_says_why(lectern: Serving) -> None:
    client = lectern.client()
    store = client.vector_stores.create(name="small")
    files = [
        client.files.create(file=(f"{name}.txt", f"The {name} box has 40 screws.\n".encode()), purpose="assistants")
        for name in ("red", "blue")
    ]

    def may(most: int | None) -> None:
        with lectern.http() as http:
            assert http.put(f"/v1/limits/store:{store.id}", json={"store_bytes": most}).is_success

    def attached(file_id: str) -> Any:
        client.vector_stores.files.create(vector_store_id=store.id, file_id=file_id)
        while (entry := client.vector_stores.files.retrieve(file_id, vector_store_id=store.id)).status == "in_progress":
            time.sleep(0.05)
        return entry

    may(20)
    entry = attached(files[0].id)
    assert entry.status == "failed"
    assert "red.txt has more text than the 20 bytes that are left of it" in entry.last_error.message
    may(40)
    assert attached(files[0].id).status == "completed"
    assert "14 bytes that are left" in attached(files[1].id).last_error.message
    may(client.vector_stores.retrieve(store.id).usage_bytes)
    with pytest.raises(openai.BadRequestError, match="may hold") as refused:
        client.vector_stores.files.create(vector_store_id=store.id, file_id=files[1].id)
    assert refused.value.code == "store_full"
    may(None)
    assert attached(files[1].id).status == "completed"
    client.vector_stores.delete(store.id)


def test_a_user_sees_the_limits_of_the_key_besides_the_own(lectern: Serving) -> None:
    with lectern.http() as http:
        user = http.post("/v1/users", json={"name": "limited user"}).json()["id"]
        made = http.post("/v1/api_keys", json={"name": "limited", "user_id": user}).json()
        http.put(f"/v1/limits/user:{user}", json={"streams": 5}).raise_for_status()
        with lectern.http(made["key"]) as mine:
            assert mine.get("/v1/limits/me").json()["key"] is None
            http.put(f"/v1/limits/key:{made['id']}", json={"requests_per_minute": 3}).raise_for_status()
            own = mine.get("/v1/limits/me").json()
    assert (own["id"], own["streams"], own["requests_per_minute"]) == (f"user:{user}", 5, None)
    assert (own["key"]["id"], own["key"]["requests_per_minute"]) == (f"key:{made['id']}", 3)


def test_everybody_sees_the_own_limits_and_nonsense_is_refused(lectern: Serving, limited: Limited) -> None:
    limited.may(streams=3)
    own = limited.http.get("/v1/limits/me").json()
    assert own["id"] == limited.subject
    assert {name: own[name] for name in EVERYBODYS} == EVERYBODYS | {"streams": 3}
    with lectern.http() as http:
        assert limited.subject in [one["id"] for one in http.get("/v1/limits").json()["data"]]
        assert {**http.get(f"/v1/limits/{limited.subject}").json(), "key": None} == own
        for subject in ("group:x", "key:", "key:../x", "key:a b", "key:" + "x" * 200):
            assert http.get(f"/v1/limits/{subject}").status_code == 404, subject
        refused: list[object] = [
            {"streams": 0},
            {"streams": -1},
            {"streams": 10**20},
            {"streams": "3"},
            {"other": 1},
            [],
        ]
        for body in refused:
            assert http.put(f"/v1/limits/{limited.subject}", json=body).status_code == 400, body

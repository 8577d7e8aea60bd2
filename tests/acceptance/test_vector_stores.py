"""Vector stores, how their files are parted, and batches of files, through the official client."""

import io
import sqlite3
import time
from typing import Any

import openai
import pytest

from server.bench import material
from tests.serving import Serving


def note(client: openai.OpenAI, name: str, text: str) -> str:
    return client.files.create(file=(name, io.BytesIO(text.encode())), purpose="assistants").id


def static(size: int, overlap: int) -> Any:
    return {"type": "static", "static": {"max_chunk_size_tokens": size, "chunk_overlap_tokens": overlap}}


def param(response: Any) -> tuple[int, str | None]:
    return response.status_code, response.json()["error"]["param"]


def unused_since(lectern: Serving, store_id: str, second: int) -> None:
    """Has a store be unused, as time would."""
    with sqlite3.connect(lectern.data / "lectern.db", timeout=30) as connection:
        connection.execute("UPDATE vector_stores SET last_active_at = ? WHERE id = ?", (second, store_id))
    connection.close()


class TestStores:
    def test_what_is_said_of_a_store_is_shown_and_changed(self, lectern: Serving) -> None:
        client = lectern.client()
        store = client.vector_stores.create(
            name="policies",
            metadata={"team": "ops"},
            expires_after={"anchor": "last_active_at", "days": 7},
            extra_body={"description": "What we agreed on."},
        )
        assert (store.name, store.metadata, store.status) == ("policies", {"team": "ops"}, "completed")
        assert store.expires_after is not None
        assert (store.expires_after.anchor, store.expires_after.days) == ("last_active_at", 7)
        assert store.last_active_at is not None
        assert store.expires_at == store.last_active_at + 7 * 86_400
        assert store.to_dict()["description"] == "What we agreed on."
        renamed = client.vector_stores.update(store.id, name="rules")
        assert (renamed.name, renamed.metadata, renamed.expires_after) == (
            "rules",
            {"team": "ops"},
            store.expires_after,
        )
        cleared = client.vector_stores.update(store.id, expires_after=None, metadata=None)
        assert (cleared.expires_after, cleared.expires_at, cleared.metadata) == (None, None, {})

    def test_a_store_that_is_to_expire_from_now_on_has_its_days_from_now_on(self, lectern: Serving) -> None:
        client = lectern.client()
        store = client.vector_stores.create(name="old")
        unused_since(lectern, store.id, int(time.time()) - 10 * 86_400)
        changed = client.vector_stores.update(store.id, expires_after={"anchor": "last_active_at", "days": 1})
        assert changed.status == "completed"
        assert changed.expires_at is not None
        assert changed.expires_at > time.time() + 80_000

    def test_what_a_store_cannot_be_is_refused(self, lectern: Serving) -> None:
        with lectern.http() as http:
            for body, named in (
                ({"expires_after": {"anchor": "created_at", "days": 1}}, "expires_after.anchor"),
                ({"expires_after": {"anchor": "last_active_at", "days": 0}}, "expires_after.days"),
                ({"expires_after": {"anchor": "last_active_at", "days": 366}}, "expires_after.days"),
                ({"name": "x" * 257}, "name"),
                ({"metadata": {f"key{number}": "x" for number in range(17)}}, "metadata"),
                ({"metadata": {"k" * 65: "x"}}, f"metadata.{'k' * 65}"),
                ({"metadata": {"k": "x" * 513}}, "metadata.k"),
                ({"metadata": {"k": 5}}, "metadata.k"),
                ({"file_ids": ["file-none"]}, "file_ids"),
                ({"file_ids": [f"file-{number}" for number in range(2001)]}, "file_ids"),
                ({"chunking_strategy": {"type": "other"}}, "chunking_strategy.type"),
                ({"chunking_strategy": static(99, 0)}, "chunking_strategy.static.max_chunk_size_tokens"),
                ({"chunking_strategy": static(4097, 0)}, "chunking_strategy.static.max_chunk_size_tokens"),
                ({"chunking_strategy": static(100, 51)}, "chunking_strategy.static.chunk_overlap_tokens"),
            ):
                sent = http.post("/v1/vector_stores", json=body)
                assert sent.status_code in {400, 404}
                assert sent.json()["error"]["param"] == named

    def test_a_store_that_nobody_used_expires_with_what_was_in_it(self, lectern: Serving) -> None:
        client = lectern.client()
        store = client.vector_stores.create(name="idle", expires_after={"anchor": "last_active_at", "days": 1})
        file_id = note(client, "a.md", "The forgotten semaphore stands at kilometre 14.")
        client.vector_stores.files.create_and_poll(file_id, vector_store_id=store.id, poll_interval_ms=50)
        assert client.vector_stores.search(store.id, query="semaphore").data
        unused_since(lectern, store.id, int(time.time()) - 86_401)
        assert f"extractive@{store.name}" not in {model.id for model in client.models.list()}
        for _ in range(2):  # asking does not wake it up
            with pytest.raises(openai.BadRequestError) as refused:
                client.vector_stores.search(store.id, query="semaphore")
            assert refused.value.code == "vector_store_expired"
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.create(
                model=f"extractive@{store.id}",
                messages=[{"role": "user", "content": "Where does the semaphore stand?"}],
            )
        for wish in ({"expires_after": None}, {"expires_after": {"anchor": "last_active_at", "days": 9}}):
            with pytest.raises(openai.BadRequestError):
                client.vector_stores.update(store.id, **wish)
        with pytest.raises(openai.BadRequestError):
            client.vector_stores.files.create(store.id, file_id=file_id)
        limit = time.monotonic() + 60
        while (seen := client.vector_stores.retrieve(store.id)).file_counts.total:
            assert time.monotonic() < limit
            time.sleep(0.1)
        assert (seen.status, seen.usage_bytes, seen.name) == ("expired", 0, "idle")
        assert client.files.retrieve(file_id).id == file_id
        assert client.vector_stores.delete(store.id).deleted

    def test_stores_are_walked_both_ways(self, lectern: Serving) -> None:
        client = lectern.client()
        made = [client.vector_stores.create(name=f"walk {number}").id for number in range(5)]
        forwards = [store.id for store in client.vector_stores.list(order="asc", after=made[0], limit=2)]
        assert forwards[:4] == made[1:]
        page = client.vector_stores.list(order="asc", before=made[4], limit=3)
        assert ([store.id for store in page.data], page.has_more) == (made[1:4], True)
        page = client.vector_stores.list(order="desc", before=made[0], limit=100)
        assert [store.id for store in page.data][-4:] == made[:0:-1]


@pytest.fixture(scope="module")
def store_id(lectern: Serving) -> str:
    """A store with three lamps."""
    client = lectern.client()
    store = client.vector_stores.create(name="lamps")
    for number, colour in enumerate(("red", "green", "blue")):
        client.vector_stores.files.create_and_poll(
            note(client, f"{colour}.md", f"The {colour} signal lamp costs {number + 17} EUR."),
            vector_store_id=store.id,
            attributes={"colour": colour, "price": number + 17, "new": number == 0},
            poll_interval_ms=50,
        )
    return store.id


class TestSearch:
    def found(self, lectern: Serving, store_id: str, **wish: Any) -> list[str]:
        page = lectern.client().vector_stores.search(store_id, **({"query": "signal lamp"} | wish))
        return sorted(one.filename for one in page.data)

    @pytest.mark.parametrize(
        ("filters", "names"),
        [
            ({"type": "gt", "key": "price", "value": 17}, "blue green"),
            ({"type": "lte", "key": "price", "value": 18}, "green red"),
            ({"type": "in", "key": "colour", "value": ["red", "blue"]}, "blue red"),
            ({"type": "nin", "key": "colour", "value": ["red"]}, "blue green"),
            ({"type": "eq", "key": "new", "value": True}, "red"),
            (
                {
                    "type": "or",
                    "filters": [
                        {"type": "eq", "key": "colour", "value": "blue"},
                        {
                            "type": "and",
                            "filters": [
                                {"type": "gte", "key": "price", "value": 17},
                                {"type": "lt", "key": "price", "value": 18},
                            ],
                        },
                    ],
                },
                "blue red",
            ),
        ],
    )
    def test_filters_choose_the_files(self, lectern: Serving, store_id: str, filters: Any, names: str) -> None:
        assert self.found(lectern, store_id, filters=filters) == [f"{name}.md" for name in names.split()]

    def test_a_search_takes_what_openais_takes(self, lectern: Serving, store_id: str) -> None:
        client = lectern.client()
        page = client.vector_stores.search(
            store_id,
            query=["What does the red lamp cost?", "the blue lamp"],
            max_num_results=2,
            ranking_options={"ranker": "default-2024-11-15", "score_threshold": 0.0},
        )
        assert {one.filename for one in page.data} == {"red.md", "blue.md"}
        (first, _) = page.data
        assert first.content[0].type == "text"
        assert first.attributes is not None
        assert 0 <= first.score <= 1
        assert self.found(lectern, store_id, ranking_options={"score_threshold": 1.0}) == []
        assert len(self.found(lectern, store_id, ranking_options={"ranker": "none"})) == 3
        with lectern.http() as http:
            asked = {"query": "What does the red lamp cost? And the blue one?", "rewrite_query": True}
            told = http.post(f"/v1/vector_stores/{store_id}/search", json=asked).json()
            assert len(told["search_query"]) == 2
            assert (told["object"], told["has_more"], told["next_page"]) == (
                "vector_store.search_results.page", False, None,
            )  # fmt: skip

    def test_what_cannot_be_searched_is_refused(self, lectern: Serving, store_id: str) -> None:
        nested: dict[str, Any] = {"type": "eq", "key": "colour", "value": "red"}
        for _ in range(50):
            nested = {"type": "and", "filters": [nested]}
        with lectern.http() as http:
            for body, named in (
                ({}, "query"), ({"query": ""}, "query"), ({"query": []}, "query"), ({"query": " "}, "query"),
                ({"query": "x" * 20_000}, "query"), ({"query": ["x"] * 17}, "query"), ({"query": 5}, "query"),
                ({"query": "x", "max_num_results": 0}, "max_num_results"),
                ({"query": "x", "max_num_results": 51}, "max_num_results"),
                ({"query": "x", "max_num_results": "5"}, "max_num_results"),
                ({"query": "x", "ranking_options": {"ranker": "best"}}, "ranking_options.ranker"),
                ({"query": "x", "ranking_options": {"score_threshold": 1.1}}, "ranking_options.score_threshold"),
                ({"query": "x", "filters": {"type": "gt", "key": "price", "value": [1]}}, "filters"),
                ({"query": "x", "filters": {"type": "like", "key": "price", "value": 1}}, "filters"),
                ({"query": "x", "filters": [1]}, "filters"),
                ({"query": "x", "filters": nested}, "filters"),
            ):  # fmt: skip
                status, told = param(http.post(f"/v1/vector_stores/{store_id}/search", json=body))
                assert (status, (told or "").split(".")[0]) == (400, named.split(".")[0]), body


class TestChunking:
    def test_a_file_is_parted_as_asked_and_anew_when_that_changes(self, lectern: Serving) -> None:
        client = lectern.client()
        store = client.vector_stores.create(name="parted")
        file_id = client.files.create(file=("long.md", material.markdown(7, 6)), purpose="assistants").id

        def attached(**wish: Any) -> Any:
            return client.vector_stores.files.create_and_poll(
                file_id, vector_store_id=store.id, poll_interval_ms=50, **wish
            )

        plain = attached()
        assert plain.chunking_strategy.to_dict() == static(200, 0)
        small = attached(chunking_strategy=static(100, 0))
        assert (small.status, small.chunking_strategy.to_dict()) == ("completed", static(100, 0))
        assert small.chunks > plain.chunks
        over = attached(chunking_strategy=static(100, 50))
        assert over.chunks > small.chunks
        assert over.usage_bytes > small.usage_bytes
        assert attached().chunks == over.chunks
        large = attached(chunking_strategy=static(800, 400))
        assert large.chunking_strategy.to_dict() == static(800, 400)
        assert "800 tokens were asked for; the embedder reads 256" in large.warnings[-1]
        assert client.vector_stores.files.retrieve(file_id, vector_store_id=store.id).chunking_strategy is not None
        with lectern.http() as http:
            body = {"file_id": file_id, "chunking_strategy": static(100, 60)}
            assert http.post(f"/v1/vector_stores/{store.id}/files", json=body).status_code == 400

    def test_a_store_made_with_files_parts_them(self, lectern: Serving) -> None:
        client = lectern.client()
        file_id = note(client, "a.md", "The narrow culvert is 80 cm wide.")
        store = client.vector_stores.create(file_ids=[file_id, file_id], chunking_strategy=static(120, 10))
        (entry,) = client.vector_stores.files.list(store.id)
        assert entry.chunking_strategy is not None
        assert entry.chunking_strategy.to_dict() == static(120, 10)


class TestBatches:
    def test_a_batch_puts_many_files_into_a_store(self, lectern: Serving) -> None:
        client = lectern.client()
        store = client.vector_stores.create(name="batched")
        good = [
            note(client, f"{number}.md", f"The valve number {number} opens at {number} bar.") for number in range(8)
        ]
        bad = note(client, "empty.md", "")
        begun = client.vector_stores.file_batches.create(
            store.id, file_ids=[*good, bad], attributes={"kind": "valve"}, chunking_strategy=static(150, 20)
        )
        assert (begun.status, begun.file_counts.total) == ("in_progress", 9)
        batch = client.vector_stores.file_batches.poll(begun.id, vector_store_id=store.id, poll_interval_ms=50)
        counts = batch.file_counts
        assert (batch.status, counts.completed, counts.failed, counts.total) == ("completed", 8, 1, 9)
        assert (batch.object, batch.vector_store_id) == ("vector_store.files_batch", store.id)
        listed = list(client.vector_stores.file_batches.list_files(batch.id, vector_store_id=store.id, limit=3))
        assert sorted(entry.id for entry in listed) == sorted([*good, bad])
        assert all(entry.attributes == {"kind": "valve"} for entry in listed)
        parted = [entry.chunking_strategy.to_dict() for entry in listed if entry.chunking_strategy]
        assert parted == [static(150, 20)] * 9
        failed = list(client.vector_stores.file_batches.list_files(batch.id, vector_store_id=store.id, filter="failed"))
        assert [entry.id for entry in failed] == [bad]
        page = client.vector_stores.file_batches.list_files(
            batch.id, vector_store_id=store.id, order="asc", before=listed[0].id, limit=2
        )
        assert [entry.id for entry in page.data] == [listed[2].id, listed[1].id]
        client.vector_stores.files.delete(good[0], vector_store_id=store.id)
        seen = client.vector_stores.file_batches.retrieve(batch.id, vector_store_id=store.id)
        assert (seen.file_counts.total, seen.file_counts.completed) == (8, 7)

    def test_each_file_of_a_batch_may_have_its_own(self, lectern: Serving) -> None:
        client = lectern.client()
        store = client.vector_stores.create(name="own")
        one, other = (note(client, name, f"The gate {name} is locked at 22:00.") for name in ("north", "south"))
        files = [
            {"file_id": one, "attributes": {"side": "north"}, "chunking_strategy": static(300, 100)},
            {"file_id": other},
        ]
        with lectern.http() as http:
            path = f"/v1/vector_stores/{store.id}/file_batches"
            batch = http.post(path, json={"files": files, "priority": "interactive"}).json()
            wrong: list[dict[str, Any]] = [{}, {"files": files, "file_ids": [one]}, {"files": []}, {"file_ids": []}]
            for body in wrong:
                assert param(http.post(path, json=body))[0] == 400
            assert http.post(path, json={"file_ids": [one, "file-none"]}).status_code == 404
            assert http.post(path, json={"file_ids": [one] * 2001}).status_code == 400
            assert http.get(f"{path}/vsfb_none").status_code == 404
        done = client.vector_stores.file_batches.poll(batch["id"], vector_store_id=store.id, poll_interval_ms=50)
        assert done.file_counts.completed == 2
        entries = {entry.id: entry for entry in client.vector_stores.files.list(store.id)}
        assert (entries[one].attributes, entries[other].attributes) == ({"side": "north"}, {})
        assert [entries[name].chunking_strategy.to_dict() for name in (one, other)] == [  # type: ignore[union-attr]
            static(300, 100), static(200, 0),
        ]  # fmt: skip

    def test_the_clients_own_helper_uploads_and_waits(self, lectern: Serving) -> None:
        client = lectern.client()
        store = client.vector_stores.create(name="helped")
        files = [(f"{number}.md", io.BytesIO(b"The sluice closes at dusk.")) for number in range(3)]
        batch = client.vector_stores.file_batches.upload_and_poll(store.id, files=files, poll_interval_ms=50)
        assert (batch.status, batch.file_counts.completed) == ("completed", 3)

    def test_what_a_cancelled_batch_has_not_read_answers_nothing(self, lectern: Serving) -> None:
        client = lectern.client()
        store = client.vector_stores.create(name="cancelled")
        files = [(f"{seed}.md", material.markdown(seed, 5)) for seed in range(30)]
        ids = [client.files.create(file=file, purpose="assistants").id for file in files]
        batch = client.vector_stores.file_batches.create(store.id, file_ids=ids)
        assert batch.status == "in_progress"
        cancelled = client.vector_stores.file_batches.cancel(batch.id, vector_store_id=store.id)
        counts = cancelled.file_counts
        assert (cancelled.status, counts.in_progress, counts.total) == ("cancelled", 0, 30)
        assert counts.cancelled > 0
        time.sleep(1)
        after = client.vector_stores.file_batches.retrieve(batch.id, vector_store_id=store.id)
        assert after.file_counts == counts
        read = {entry.id for entry in client.vector_stores.files.list(store.id, filter="completed")}
        found = client.vector_stores.search(store.id, query="maintenance of the machine", max_num_results=50)
        assert {one.file_id for one in found.data} <= read
        again = next(file_id for file_id in ids if file_id not in read)
        entry = client.vector_stores.files.create_and_poll(again, vector_store_id=store.id, poll_interval_ms=50)
        assert entry.status == "completed"


class TestAttributes:
    def test_attributes_are_replaced_and_kept_in_bounds(self, lectern: Serving) -> None:
        client = lectern.client()
        store = client.vector_stores.create(name="attributes")
        file_id = note(client, "a.md", "The dry dock is 210 m long.")
        client.vector_stores.files.create_and_poll(file_id, vector_store_id=store.id, attributes={"a": 1})
        changed = client.vector_stores.files.update(
            file_id, vector_store_id=store.id, attributes={"b": True, "c": "x" * 512, "k" * 64: 2.5}
        )
        assert changed.attributes == {"b": True, "c": "x" * 512, "k" * 64: 2.5}
        path = f"/v1/vector_stores/{store.id}/files/{file_id}"
        with lectern.http() as http:
            many = {f"key{number}": number for number in range(10_000)}
            wrong: list[Any] = [many, {"k" * 65: 1}, {"": 1}, {"a": "x" * 513}, {"a": None}, {"a": [1]}, {"a": {}}, [1]]
            for attributes in wrong:
                assert http.post(path, json={"attributes": attributes}).status_code == 400
            assert http.post(path, json={"attributes": {"a": "x" * 2**21}}).status_code == 413
            assert http.post(path, json={}).status_code == 400
        assert client.vector_stores.files.retrieve(file_id, vector_store_id=store.id).attributes == changed.attributes
        assert client.vector_stores.files.update(file_id, vector_store_id=store.id, attributes=None).attributes == {}

"""A store changes its embedder while Lectern is killed with kill -9 again and again."""

import random
import time
from pathlib import Path
from typing import Any

import pytest

from server.app import open_parts
from server.bench import material
from server.errors import IndexUnavailable
from server.settings import Settings
from tests.durability import wait_until_read
from tests.embedding import EmbeddingService
from tests.serving import Serving

MOST_SECONDS = 120
KILLS = 4


def _generation(serving: Serving, store_id: str) -> dict[str, Any]:
    with serving.http() as http:
        found: dict[str, Any] = http.get(f"/v1/vector_stores/{store_id}").json()["generation"]
        return found


def test_a_store_killed_while_it_changes_its_embedder_has_exactly_its_rows_in_the_end(tmp_path: Path) -> None:
    data, chance = tmp_path / "data", random.Random(4)
    serving = Serving(data).wait()
    client = serving.client()
    ids = []
    for seed in range(6):
        path = tmp_path / f"{seed}.md"
        path.write_bytes(material.markdown(seed, 8))
        ids.append(client.files.create(file=path, purpose="assistants").id)
    store_id = client.vector_stores.create(name="all", file_ids=ids).id
    wait_until_read(serving, store_id)
    assert serving.stop() == 0
    with EmbeddingService(delay=0.03) as service:
        settings = {"embedder_url": service.url, "embedder_model": "hashed"}
        serving = Serving(data, **settings)
        for number in range(KILLS):
            serving.wait()
            if number == 0:
                assert _generation(serving, store_id)["building"]["number"] == 1
                serving.client().vector_stores.files.delete(ids[0], vector_store_id=store_id)
            elif number == 1:
                path = tmp_path / "late.md"
                path.write_bytes(material.markdown(99, 8))
                late = serving.client().files.create(file=path, purpose="assistants").id
                serving.client().vector_stores.files.create(store_id, file_id=late)
            time.sleep(chance.uniform(0.1, 1.5))
            serving.kill()
            serving.restart()
        serving.wait()
        until = time.monotonic() + MOST_SECONDS
        while (now := _generation(serving, store_id))["number"] != 1 or now["building"]:
            assert time.monotonic() < until, now
            time.sleep(0.2)
        wait_until_read(serving, store_id)
        assert serving.stop() == 0
        with open_parts(Settings.read(data=data, **settings)) as parts:
            parts.rebuilder.start(builds=False)
            store = parts.catalog.store(store_id)
            while parts.statistics.look_up(store_id, [])[0]:  # the old one is removed after the switch
                assert time.monotonic() < until
                time.sleep(0.1)
            told = {entry.file_id: entry.chunks for entry in parts.catalog.all_store_files(store_id)}
            assert told.keys() == {*ids[1:], late}
            assert min(told.values()) > 0
            assert {file_id: len(parts.index.ids(store.collection, file_id)) for file_id in told} == told
            assert parts.index.count(store.collection) == sum(told.values())
            assert parts.statistics.look_up(store.collection, [])[0] == sum(told.values())
            assert (store.dimensions, store.fingerprint.startswith("remote/hashed/")) == (64, True)
            with pytest.raises(IndexUnavailable, match="missing"):
                parts.index.count(store_id)

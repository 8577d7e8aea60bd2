"""Looking through the files of a store, taking many out of it, and going on with an interrupted upload."""

import time

import httpx
from openai import OpenAI

from tests.serving import Serving

BROKEN = b"%PDF-1.7\n1 0 obj << /Type /Catalog >>"


def filled(client: OpenAI, name: str, files: dict[str, bytes]) -> tuple[str, dict[str, str]]:
    """A store, and its files' ids by name."""
    store = client.vector_stores.create(name=name).id
    ids = {}
    for filename, content in files.items():
        ids[filename] = client.files.create(file=(filename, content), purpose="assistants").id
        client.vector_stores.files.create_and_poll(ids[filename], vector_store_id=store)
    return store, ids


def test_a_list_tells_names_sizes_kinds_and_counts(lectern: Serving) -> None:
    store, ids = filled(lectern.client(), "lists", {"B.txt": b"Beta is here.", "a.txt": b"Alpha.", "bad.pdf": BROKEN})
    with lectern.http() as http:
        listed = http.get(f"/v1/vector_stores/{store}/files?sort=filename&order=asc&counts=true").json()
        assert [one["filename"] for one in listed["data"]] == ["a.txt", "B.txt", "bad.pdf"]
        assert [one["bytes"] for one in listed["data"]] == [6, 13, len(BROKEN)]
        assert listed["data"][0]["media_type"] == "text/plain"
        assert listed["counts"] == {
            "in_progress": 0,
            "completed": 2,
            "failed": 1,
            "cancelled": 0,
            "partial": 0,
            "duplicate": 0,
            "total": 3,
        }
        several = http.get(f"/v1/vector_stores/{store}/files?filter=failed&filter=partial").json()
        assert [one["id"] for one in several["data"]] == [ids["bad.pdf"]]
        assert "counts" not in several
        refused = http.get(f"/v1/vector_stores/{store}/files?filter=broken")
        assert (refused.status_code, refused.json()["error"]["param"].split(".")[0]) == (400, "filter")


def test_a_failed_file_is_read_again_when_it_is_put_into_the_store_again(lectern: Serving) -> None:
    store, ids = filled(lectern.client(), "again", {"bad.pdf": BROKEN})
    where = f"/v1/vector_stores/{store}/files"
    with lectern.http() as http:
        before = http.post(f"{where}/{ids['bad.pdf']}", json={"attributes": {"year": 2026}}).json()
        assert before["status"] == "failed"
        again = http.post(f"/v1/vector_stores/{store}/file_batches", json={"file_ids": [ids["bad.pdf"]]})
        assert again.json()["file_counts"]["total"] == 1
        found = http.get(f"{where}/{ids['bad.pdf']}").json()
        assert found["status"] in {"in_progress", "failed"}
        assert found["attributes"] == {"year": 2026}


def test_files_that_no_store_holds_any_more_are_deleted_with_their_places(lectern: Serving) -> None:
    client = lectern.client()
    store, ids = filled(client, "leaving", {"one.txt": b"One.", "two.txt": b"Two.", "three.txt": b"Three."})
    other = client.vector_stores.create(name="keeps").id
    client.vector_stores.files.create_and_poll(ids["two.txt"], vector_store_id=other)
    with lectern.http() as http:
        body = {"file_ids": [ids["one.txt"], ids["two.txt"], "file-none"], "delete": True}
        told = http.post(f"/v1/vector_stores/{store}/files/detach", json=body).json()
        assert sorted(told["file_ids"]) == sorted([ids["one.txt"], ids["two.txt"]])
        left = http.get(f"/v1/vector_stores/{store}/files").json()["data"]
        assert [one["id"] for one in left] == [ids["three.txt"]]
        limit = time.monotonic() + 90
        while http.get(f"/v1/files/{ids['one.txt']}").status_code != 404:
            assert time.monotonic() < limit
            time.sleep(0.2)
        assert http.get(f"/v1/vector_stores/{other}/files/{ids['two.txt']}").json()["status"] == "completed"


def test_a_store_tells_the_callers_own_role_in_it(lectern: Serving) -> None:
    with lectern.http() as http:
        store = http.post("/v1/vector_stores", json={"name": "roles", "access": {"shared": True}}).json()
        assert (store["role"], store["shared"]) == ("admin", True)
        for role in ("reader", "editor"):
            key = http.post("/v1/api_keys", json={"name": role, "role": role}).json()["key"]
            with lectern.http(key) as other:
                assert other.get(f"/v1/vector_stores/{store['id']}").json()["role"] == role


def test_an_interrupted_upload_tells_which_parts_have_come_and_goes_on_behind_them(lectern: Serving) -> None:
    def part(http: httpx.Client, upload: str, content: bytes) -> str:
        sent = http.post(f"/v1/uploads/{upload}/parts", files={"data": ("part", content)})
        return str(sent.json()["id"])

    with lectern.http() as http:
        wish = {"filename": "large.txt", "bytes": 9, "purpose": "assistants", "mime_type": "text/plain"}
        upload = http.post("/v1/uploads", json=wish).json()["id"]
        first = part(http, upload, b"One ")
        assert upload in [one["id"] for one in http.get("/v1/uploads").json()["data"]]
        found = http.get(f"/v1/uploads/{upload}").json()
        assert [(one["id"], one["bytes"]) for one in found["parts"]] == [(first, 4)]
        parts = [first, part(http, upload, b"more.")]
        done = http.post(f"/v1/uploads/{upload}/complete", json={"part_ids": parts}).json()
        assert http.get(f"/v1/files/{done['file']['id']}/content").content == b"One more."
        assert upload not in [one["id"] for one in http.get("/v1/uploads").json()["data"]]

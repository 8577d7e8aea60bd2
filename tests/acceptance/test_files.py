"""Files and uploads in parts through the official client."""

import hashlib
import io
import random
import socket
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import httpx
import openai
import pytest
from openai.types import FilePurpose

from server.bench import material
from tests.serving import Serving

FORM = "multipart/form-data; boundary=line"


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def change(lectern: Serving, statement: str, *values: object) -> None:
    """Changes a row behind Lectern's back, as time would."""
    with sqlite3.connect(lectern.data / "lectern.db", timeout=30) as connection:
        assert connection.execute(statement, values).rowcount == 1
    connection.close()


def until(told: Callable[[], object]) -> None:
    limit = time.monotonic() + 60
    while not told():
        assert time.monotonic() < limit
        time.sleep(0.1)


def begun(client: openai.OpenAI, size: int, **more: Any) -> str:
    wish: dict[str, Any] = {"filename": "a.md", "mime_type": "text/markdown", "purpose": "assistants"}
    return client.uploads.create(bytes=size, **(wish | more)).id


class TestFiles:
    def test_files_are_of_any_purpose_and_listed_by_it_both_ways(self, lectern: Serving) -> None:
        client = lectern.client()
        made: dict[str, list[str]] = {}
        for purpose in get_args(FilePurpose):
            for number in range(3):
                file = client.files.create(file=(f"{purpose}-{number}.txt", io.BytesIO(b"x")), purpose=purpose)
                made.setdefault(purpose, []).append(file.id)
                assert (file.purpose, file.object, file.bytes, file.status) == (purpose, "file", 1, "processed")
        assert {file.purpose for file in client.files.list(purpose="vision")} == {"vision"}
        listed = [file.id for file in client.files.list(purpose="vision", order="asc", limit=1)]
        assert listed[-3:] == made["vision"]
        assert [file.id for file in client.files.list(purpose="vision")] == listed[::-1]
        backwards = client.files.list(purpose="vision", order="asc", extra_query={"before": listed[-1], "limit": 2})
        assert [file.id for file in backwards.data] == listed[-3:-1]
        with lectern.http() as http:
            assert refusal(http.get("/v1/files", params={"purpose": "none"})) == (400, "invalid_request")
            assert refusal(http.get("/v1/files", params={"limit": 10_001})) == (400, "invalid_request")
            for purpose in ("none", "batch_output"):
                sent = http.post("/v1/files", data={"purpose": purpose}, files={"file": ("a", b"x")})
                assert (refusal(sent), sent.json()["error"]["param"]) == ((400, "invalid_request"), "purpose")
            assert refusal(http.post("/v1/files", files={"file": ("a", b"x")})) == (400, "invalid_request")

    def test_a_file_that_has_expired_is_gone_at_once_and_then_for_good(self, lectern: Serving) -> None:
        client = lectern.client()
        content = io.BytesIO(b"The ephemeral gasometer holds 900 cubic metres.")
        expires = {"anchor": "created_at", "seconds": 3600}
        file = client.files.create(file=("gas.md", content), purpose="assistants", expires_after=expires)  # type: ignore[arg-type]
        assert file.expires_at == file.created_at + 3600
        assert client.files.create(file=("b", io.BytesIO(b"x")), purpose="batch").expires_at is not None
        store = client.vector_stores.create(name="ephemeral")
        client.vector_stores.files.create_and_poll(file.id, vector_store_id=store.id, poll_interval_ms=50)
        assert client.vector_stores.search(store.id, query="gasometer").data
        change(lectern, "UPDATE files SET expires_at = ? WHERE id = ?", int(time.time()), file.id)
        assert client.vector_stores.search(store.id, query="gasometer").data == []
        assert list(client.vector_stores.files.list(store.id)) == []
        assert client.vector_stores.retrieve(store.id).file_counts.total == 0
        assert file.id not in {one.id for one in client.files.list()}
        for asked in (client.files.retrieve, client.files.content, client.files.delete):
            with pytest.raises(openai.NotFoundError):
                asked(file.id)
        with sqlite3.connect(lectern.data / "lectern.db") as connection:
            query = (
                "SELECT (SELECT count(*) FROM files WHERE id = ?) + (SELECT count(*) FROM file_keys WHERE file_id = ?)"
            )
            until(lambda: connection.execute(query, (file.id, file.id)).fetchone() == (0,))
        connection.close()

    def test_an_expiry_that_cannot_be_meant_is_refused(self, lectern: Serving) -> None:
        with lectern.http() as http:
            for fields, param in (
                ({"expires_after[anchor]": "created_at", "expires_after[seconds]": "3599"}, "expires_after.seconds"),
                ({"expires_after[anchor]": "created_at", "expires_after[seconds]": "2592001"}, "expires_after.seconds"),
                ({"expires_after[anchor]": "last_active_at", "expires_after[seconds]": "3600"}, "expires_after.anchor"),
                ({"expires_after[seconds]": "3600"}, "expires_after.anchor"),
            ):
                sent = http.post("/v1/files", data={"purpose": "evals"} | fields, files={"file": ("a", b"x")})
                assert (sent.status_code, sent.json()["error"]["param"]) == (400, param)

    def test_content_comes_in_parts_and_its_size_without_it(self, lectern: Serving) -> None:
        content = random.Random(1).randbytes(300_000)
        file = lectern.client().files.create(file=("蓝图 <b>.html", io.BytesIO(content)), purpose="user_data")
        path = f"/v1/files/{file.id}/content"
        with lectern.http() as http:
            head, whole = http.head(path), http.get(path)
            assert (head.status_code, head.content, whole.content) == (200, b"", content)
            for response in (head, whole):
                assert response.headers["content-length"] == "300000"
                assert response.headers["content-type"] == "application/octet-stream"
                assert response.headers["accept-ranges"] == "bytes"
                assert response.headers["content-disposition"].endswith(
                    "filename*=UTF-8''%E8%93%9D%E5%9B%BE%20%3Cb%3E.html"
                )
            part = http.get(path, headers={"Range": "bytes=70000-200000", "If-Range": whole.headers["etag"]})
            assert (part.status_code, part.content) == (206, content[70_000:200_001])
            assert part.headers["content-range"] == "bytes 70000-200000/300000"
            assert http.get(path, headers={"Range": "bytes=-5"}).content == content[-5:]
            behind = http.get(path, headers={"Range": "bytes=300000-"})
            assert refusal(behind) == (416, "range_not_satisfiable")
            assert behind.headers["content-range"] == "bytes */300000"
            assert http.head("/v1/files/file-none/content").status_code == 404


class TestUploads:
    def test_the_clients_own_helper_uploads_a_large_file(self, lectern: Serving) -> None:
        client, content = lectern.client(), material.markdown(3, 400)
        upload = client.uploads.upload_file_chunked(
            file=content,
            filename="crane.md",
            bytes=len(content),
            mime_type="text/markdown",
            purpose="assistants",
            part_size=len(content) // 5,
            md5=hashlib.md5(content).hexdigest(),
        )
        assert (upload.status, upload.object, upload.bytes) == ("completed", "upload", len(content))
        assert upload.expires_at == upload.created_at + 3600
        assert upload.file is not None
        assert upload.file.filename == "crane.md"
        assert client.files.content(upload.file.id).read() == content

    def test_parts_may_come_at_once(self, lectern: Serving) -> None:
        client, content = lectern.client(), random.Random(2).randbytes(400_000)
        upload_id = begun(client, len(content), expires_after={"anchor": "created_at", "seconds": 7200})
        pieces = [content[first : first + 50_000] for first in range(0, len(content), 50_000)]
        with ThreadPoolExecutor(4) as pool:
            parts = list(pool.map(lambda piece: client.uploads.parts.create(upload_id, data=piece), pieces))
        assert {(part.object, part.upload_id) for part in parts} == {("upload.part", upload_id)}
        done = client.uploads.complete(upload_id, part_ids=[part.id for part in parts])
        assert done.file is not None
        assert done.file.expires_at == done.file.created_at + 7200
        assert client.files.content(done.file.id).read() == content

    def test_what_cannot_be_used_is_refused(self, lectern: Serving) -> None:
        client = lectern.client()
        upload_id = begun(client, 6)
        part_id = client.uploads.parts.create(upload_id, data=b"abc").id
        path = f"/v1/uploads/{upload_id}"
        with lectern.http() as http:
            wish: dict[str, Any] = {"bytes": 1, "filename": "a", "mime_type": "text/plain", "purpose": "evals"}
            for broken, param in (
                ({"bytes": -1}, "bytes"), ({"bytes": "1"}, "bytes"), ({"filename": ""}, "filename"),
                ({"mime_type": ""}, "mime_type"), ({"purpose": "batch_output"}, "purpose"),
                ({"expires_after": {"anchor": "created_at", "seconds": 1}}, "expires_after.seconds"),
            ):  # fmt: skip
                sent = http.post("/v1/uploads", json=wish | broken)
                assert (sent.status_code, sent.json()["error"]["param"]) == (400, param)
            assert refusal(http.post("/v1/uploads", json=wish | {"bytes": 2**40})) == (413, "request_too_large")
            assert refusal(http.post(f"{path}/parts", files={"file": ("a", b"x")})) == (400, "invalid_request")
            assert refusal(http.post(f"{path}/parts", json={})) == (400, "invalid_request")
            torn = b'--line\r\nContent-Disposition: form-data; name="data"\r\n\r\nabc'
            sent = http.post(f"{path}/parts", content=torn, headers={"Content-Type": FORM})
            assert refusal(sent) == (400, "invalid_request")
            for part_ids in ([part_id], [part_id, part_id], ["part_none"], []):
                assert refusal(http.post(f"{path}/complete", json={"part_ids": part_ids})) == (400, "invalid_request")
            wrong: list[dict[str, Any]] = [{}, {"part_ids": part_id}, {"part_ids": [part_id], "md5": "x"}]
            for body in wrong:
                assert refusal(http.post(f"{path}/complete", json=body)) == (400, "invalid_request")
            acts: dict[str, dict[str, Any]] = {
                "parts": {"files": {"data": ("a", b"x")}},
                "complete": {"json": {"part_ids": []}},
                "cancel": {},
            }
            for act, sent_with in acts.items():
                sent = http.post(f"/v1/uploads/upload_none/{act}", **sent_with)
                assert refusal(sent) == (404, "upload_not_found")
        assert client.uploads.cancel(upload_id).status == "cancelled"
        for step in (
            lambda: client.uploads.parts.create(upload_id, data=b"def"),
            lambda: client.uploads.complete(upload_id, part_ids=[part_id]),
            lambda: client.uploads.cancel(upload_id),
        ):
            with pytest.raises(openai.BadRequestError, match="cancelled") as refused:
                step()
            assert refused.value.code == "upload_ended"

    def test_an_upload_is_its_owners_alone(self, lectern: Serving) -> None:
        with lectern.http() as http:
            keys = [http.post("/v1/api_keys", json={"name": name, "role": "editor"}).json()["key"] for name in "ab"]
        one, other = (lectern.client(key) for key in keys)
        upload_id = begun(one, 3)
        with pytest.raises(openai.NotFoundError):
            other.uploads.parts.create(upload_id, data=b"abc")
        with pytest.raises(openai.NotFoundError):
            other.uploads.cancel(upload_id)
        done = one.uploads.complete(upload_id, part_ids=[one.uploads.parts.create(upload_id, data=b"abc").id])
        assert done.file is not None
        with pytest.raises(openai.NotFoundError):
            other.files.retrieve(done.file.id)

    def test_an_upload_that_nobody_completes_expires_and_is_swept(self, lectern: Serving) -> None:
        client = lectern.client()
        upload_id = begun(client, 6)
        client.uploads.parts.create(upload_id, data=b"abc")
        change(lectern, "UPDATE uploads SET expires_at = ? WHERE id = ?", int(time.time()), upload_id)
        with pytest.raises(openai.BadRequestError, match="expired"):
            client.uploads.parts.create(upload_id, data=b"def")
        with sqlite3.connect(lectern.data / "lectern.db") as connection:
            query = (
                "SELECT (SELECT count(*) FROM upload_parts WHERE upload_id = ?)"
                " + (SELECT count(*) FROM file_keys WHERE file_id = ?)"
            )
            until(lambda: connection.execute(query, (upload_id, upload_id)).fetchone() == (0,))
        connection.close()

    def test_half_an_upload_outlives_a_kill(self, tmp_path: Path) -> None:
        serving = Serving(tmp_path / "data", samples="false").wait()
        secret = b"the unmistakable paternoster "
        content = secret * 120_000
        half = len(content) // 2
        client = serving.client()
        upload_id = begun(client, len(content))
        first = client.uploads.parts.create(upload_id, data=content[:half])
        # A part is under way when the server is killed.
        with socket.create_connection(("127.0.0.1", serving.port)) as torn:
            head = (
                f"POST /v1/uploads/{upload_id}/parts HTTP/1.1\r\nHost: 127.0.0.1:{serving.port}\r\n"
                f"Authorization: Bearer {serving.key}\r\nContent-Type: {FORM}\r\nContent-Length: {len(content)}\r\n\r\n"
                '--line\r\nContent-Disposition: form-data; name="data"\r\n\r\n'
            )
            torn.sendall(head.encode() + content[:2_000_000])
            until(lambda: list((serving.data / "files").glob("??/*.part")))
            serving.kill()
        serving.restart().wait()
        assert list((serving.data / "files").glob("??/*.part")) == []
        lying = b"".join(path.read_bytes() for path in serving.data.rglob("*") if path.is_file())
        assert len(lying) > half
        assert secret not in lying
        client = serving.client()
        second = client.uploads.parts.create(upload_id, data=content[half:])
        done = client.uploads.complete(
            upload_id, part_ids=[first.id, second.id], md5=hashlib.md5(content).hexdigest()
        )  # fmt: skip
        assert done.file is not None
        assert client.files.content(done.file.id).read() == content
        assert serving.stop() == 0
        with sqlite3.connect(serving.data / "lectern.db") as connection:
            assert connection.execute("SELECT count(*) FROM upload_parts").fetchone() == (0,)
        connection.close()

"""What a client may say about how a file is read, and what it is told while that goes on."""

import io
import time
from typing import Any

import httpx
import pytest
from pypdf import PdfReader, PdfWriter

from server.bench import material
from tests.serving import Serving


@pytest.fixture
def protected() -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(material.pdf(2))))
    writer.encrypt("open Sesame 鹤", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def attach(http: httpx.Client, store_id: str, file_id: str, **wishes: Any) -> dict[str, Any]:
    """Attaches the file and waits until it is read."""
    place = f"/v1/vector_stores/{store_id}/files"
    answer = http.post(place, json={"file_id": file_id, **wishes})
    assert answer.status_code == 200, answer.text
    while (entry := http.get(f"{place}/{file_id}").json())["status"] == "in_progress":
        time.sleep(0.1)
    found: dict[str, Any] = entry
    return found


def test_a_protected_file_says_so_and_is_read_once_its_password_comes(lectern: Serving, protected: bytes) -> None:
    with lectern.http() as http:
        store_id = http.post("/v1/vector_stores", json={"name": "protected"}).json()["id"]
        form = {"files": {"file": ("plan.pdf", protected)}, "data": {"purpose": "assistants"}}
        file_id = http.post("/v1/files", **form).json()["id"]  # type: ignore[arg-type]
        for wrong in ({}, {"password": "wr0ng pass"}):
            entry = attach(http, store_id, file_id, **wrong)
            assert (entry["status"], entry["last_error"]["reason"]) == ("failed", "password_needed")
            assert "password" in entry["last_error"]["message"]
        entry = attach(http, store_id, file_id, password="open Sesame 鹤")
        assert (entry["status"], entry["last_error"]) == ("completed", None)
        assert "password" not in entry
    assert not any(word in lectern.log.read_text() for word in ("Sesame", "wr0ng"))


def test_a_client_is_told_when_its_priority_is_none(lectern: Serving) -> None:
    with lectern.http() as http:
        store_id = http.post("/v1/vector_stores", json={"name": "urgent"}).json()["id"]
        answer = http.post(f"/v1/vector_stores/{store_id}/files", json={"file_id": "file-x", "priority": "asap"})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "priority"


def test_a_file_in_progress_tells_how_far_it_is_in_words_and_numbers(lectern: Serving) -> None:
    with lectern.http() as http:
        form = {"files": {"file": ("long.md", material.markdown(1, 400))}, "data": {"purpose": "assistants"}}
        file_id = http.post("/v1/files", **form).json()["id"]  # type: ignore[arg-type]
        store_id = http.post("/v1/vector_stores", json={"name": "long", "file_ids": [file_id]}).json()["id"]
        seen = []
        while (entry := http.get(f"/v1/vector_stores/{store_id}/files/{file_id}").json())["status"] == "in_progress":
            seen.append((entry["progress"], entry["progress_detail"]))
            time.sleep(0.2)
        assert entry["status"] == "completed"
        assert (entry["progress"], entry["progress_detail"]) == (None, None)
        words, detail = next((one for one in reversed(seen) if one[1]["rate"]), seen[-1])
        assert set(detail) == {"stage", "done", "total", "unit", "rate", "seconds_left"}
        assert words == f"embedding {detail['done']} chunks, {detail['rate']:.3g} chunks/s"

"""Requests on their way to the record, over the real middleware and a real SQLite."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from server.adapters.audit_head import HeadFile
from server.adapters.database.audit import SqlAudit
from server.adapters.database.engine import Database
from server.audit.chain import Signer
from server.audit.middleware import Recording
from server.audit.recorder import Recorder
from server.errors import EngineUnavailable, NoApiKey, Saturated
from server.face.hosts import Hosts
from server.face.intake import Intake
from server.face.middleware import Face
from server.http import render_errors
from server.model import AuditFilter, Caller, Page, Role
from server.settings import AuditContent

ADA = Caller("key-1", "Ada", Role.EDITOR, owner="user:ada", address="192.0.2.7")
SECRET = "the-password-of-ada"


class Recorded:
    """An application whose requests are recorded."""

    def __init__(self, database: Database, folder: Path, content: AuditContent, *, required: bool) -> None:
        signer = Signer(b"s" * 32)
        self.audit = SqlAudit(database, signer, HeadFile(folder, signer.public))
        self.recorder = Recorder(required=required)
        self.answers: list[str] = []

        @asynccontextmanager
        async def life(app: FastAPI) -> AsyncIterator[None]:
            async with self.recorder.recording(self.audit):
                yield

        app = FastAPI(lifespan=life)
        render_errors(app)
        app.add_middleware(Recording, recorder=self.recorder, content=content, seal=lambda text, _: text[::-1])
        app.add_middleware(Face, note=lambda *_: None, hosts=Hosts("testserver"), intake=Intake(65536, 65536))
        self._add_routes(app)
        self.app = app

    def _add_routes(self, app: FastAPI) -> None:
        @app.post("/v1/vector_stores/{store_id}/files")
        def attach(store_id: str, request: Request) -> dict[str, str]:
            request.state.caller = ADA
            return {"id": "file-1"}

        @app.post("/v1/completions")
        def complete(request: Request) -> None:
            request.state.caller = ADA
            raise Saturated(retry_after=2)

        @app.get("/v1/files/{file_id}")
        def read(file_id: str, request: Request) -> dict[str, str]:
            request.state.caller = ADA
            return {"id": file_id}

        @app.get("/v1/refused")
        def refused() -> None:
            raise NoApiKey

        @app.get("/v1/bug")
        def bug() -> None:
            raise RuntimeError("a bug")

        @app.get("/healthz")
        def healthz() -> None: ...

        @app.post("/v1/chat/completions")
        async def chat(request: Request, body: dict[str, Any]) -> StreamingResponse:
            request.state.caller = ADA
            request.state.documents = [("vs_1", "file-9")]
            if body.get("down"):
                raise EngineUnavailable(detail="it is starting", retry_after=7)

            async def events() -> AsyncIterator[str]:
                self.answers.append("begun")
                yield "data: one\n\n"
                yield "data: two\n\n"

            return StreamingResponse(events(), media_type="text/event-stream")

    def entries(self, **wanted: str) -> list[dict[str, Any]]:
        found = self.audit.page(AuditFilter(**wanted), Page(100, "asc"))  # type: ignore[arg-type]
        return [orjson.loads(entry.text) for entry in found]


@pytest.fixture
def recorded(sqlite: Database, tmp_path: Path) -> Recorded:
    return Recorded(sqlite, tmp_path, AuditContent.NONE, required=True)


@pytest.fixture
def client(recorded: Recorded) -> Iterator[TestClient]:
    with TestClient(recorded.app, raise_server_exceptions=False) as one:
        yield one


def test_a_change_is_recorded_with_who_what_and_from_where(recorded: Recorded, client: TestClient) -> None:
    response = client.post("/v1/vector_stores/vs_1/files")
    (entry,) = recorded.entries()
    assert entry["action"] == "attach"
    assert entry["route"] == "POST /v1/vector_stores/{store_id}/files"
    assert entry["actor"] == {"owner": "user:ada", "key_id": "key-1", "name": "Ada", "role": "editor"}
    assert entry["source"] == {"address": "192.0.2.7", "agent": "testclient"}
    assert entry["resources"] == ["vs_1", "file-1"]
    assert entry["outcome"] == {"status": 200, "code": None}
    assert entry["request_id"] == response.headers["x-request-id"]


def test_a_question_is_recorded_with_its_documents_before_the_answer_begins(
    recorded: Recorded, client: TestClient
) -> None:
    seen: list[int] = []
    wanted = recorded.audit.append

    def append(events: Any, *, durable: bool = True) -> None:
        seen.append(len(recorded.answers))
        wanted(events, durable=durable)

    recorded.audit.append = append  # type: ignore[method-assign]
    client.post("/v1/chat/completions", json={"q": SECRET})
    (entry,) = recorded.entries()
    assert entry["documents"] == [{"vector_store_id": "vs_1", "file_id": "file-9"}]
    assert seen == [0]


def test_nothing_of_a_question_is_recorded_unless_the_policy_says_so(recorded: Recorded, client: TestClient) -> None:
    client.post("/v1/chat/completions?token=x", json={"q": SECRET}, headers={"Authorization": f"Bearer {SECRET}"})
    (entry,) = recorded.entries()
    assert entry["content"] is None
    assert SECRET not in orjson.dumps(entry).decode()


@pytest.mark.parametrize("content", [AuditContent.QUESTIONS, AuditContent.ALL])
def test_content_is_recorded_sealed_where_the_policy_says_so(
    sqlite: Database, tmp_path: Path, content: AuditContent
) -> None:
    recorded = Recorded(sqlite, tmp_path, content, required=True)
    with TestClient(recorded.app) as client:
        client.post("/v1/chat/completions", json={"q": "who?"})
    asked, *answered = recorded.entries()
    assert asked["content"][::-1] == '{"q":"who?"}'
    assert len(answered) == (content is AuditContent.ALL)
    for entry in answered:
        assert (entry["action"], entry["request_id"]) == ("answered", asked["request_id"])
        assert entry["content"][::-1] == "data: one\n\ndata: two\n\n"


def test_an_id_that_the_client_sent_stands_beside_our_own(recorded: Recorded, client: TestClient) -> None:
    response = client.get("/v1/files/file-1", headers={"X-Request-Id": "theirs"})
    (entry,) = recorded.entries()
    assert entry["request_id"] == response.headers["x-request-id"] != "theirs"
    assert entry["detail"] == {"client_request_id": "theirs"}


def test_an_answer_that_fails_is_recorded_with_its_code(recorded: Recorded, client: TestClient) -> None:
    client.post("/v1/chat/completions", json={"down": True})
    assert [entry["outcome"] for entry in recorded.entries()] == [{"status": 503, "code": "engine_unavailable"}]


def test_a_bug_is_recorded_too(recorded: Recorded, client: TestClient) -> None:
    assert client.get("/v1/bug").status_code == 500
    assert [entry["outcome"]["status"] for entry in recorded.entries()] == [500]


def test_probes_and_addresses_that_are_none_are_not_recorded(recorded: Recorded, client: TestClient) -> None:
    client.get("/healthz")
    client.get("/v1/nothing")
    assert recorded.entries() == []


def test_what_says_the_same_is_counted_and_written_once(recorded: Recorded) -> None:
    with TestClient(recorded.app) as client:
        for _ in range(5):
            client.get("/v1/files/file-1")
            client.get("/v1/refused", headers={"Authorization": "Bearer guess"})
            client.post("/v1/completions", json={})
        client.get("/v1/files/file-2")
        for _ in range(2):
            client.post("/v1/vector_stores/vs_1/files")
    told = [(entry["action"], entry["repeats"]) for entry in recorded.entries()]
    counted = [(action, repeats) for action in ("read", "refused", "complete") for repeats in (0, 4)]
    assert sorted(told) == sorted([*counted, ("read", 0), ("attach", 0), ("attach", 0)])


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/vector_stores/vs_1/files"])
def test_what_cannot_be_recorded_is_not_answered(recorded: Recorded, client: TestClient, path: str) -> None:
    recorded.audit._head.path = Path("/nowhere/audit.head")
    response = client.post(path, json={})
    assert (response.status_code, response.json()["error"]["code"]) == (503, "audit_unavailable")
    assert "data:" not in response.text


def test_it_is_answered_all_the_same_where_the_operator_wants_that(sqlite: Database, tmp_path: Path) -> None:
    recorded = Recorded(sqlite, tmp_path, AuditContent.NONE, required=False)
    with TestClient(recorded.app) as client:
        recorded.audit._head.path = Path("/nowhere/audit.head")
        assert "data: two" in client.post("/v1/chat/completions", json={}).text

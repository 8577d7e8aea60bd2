"""The record of a running Lectern, and the commands that read and check it."""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from typer.testing import CliRunner

from server.commands import app
from tests.serving import Serving, upload

QUESTION = "When does the kantine of Hanlin open?"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    one = Serving(tmp_path_factory.mktemp("audit") / "data", audit_content="questions").wait()
    yield one
    one.stop()


def lectern(data: Path, *arguments: str, status: int = 0) -> str:
    """What a command says; in this process, for a new one costs seconds."""
    result = CliRunner().invoke(app, [*arguments], env={"LECTERN_DATA": str(data)}, catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result.output


def entries(serving: Serving, **wanted: str) -> list[dict[str, Any]]:
    with serving.http() as http:
        found: list[dict[str, Any]] = http.get("/v1/audit", params={"order": "asc", **wanted}).json()["data"]
    return found


@pytest.fixture(scope="module")
def asked(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A store and a file, of which a question was answered."""
    note = tmp_path_factory.mktemp("note") / "note.md"
    note.write_text("# Kantine\n\nThe kantine of Hanlin opens at 11:45 and closes at 14:15.\n")
    client = serving.client()
    store = client.vector_stores.create(name="house")
    file = upload(client, store.id, note)
    answer = client.chat.completions.create(
        model="extractive@house", messages=[{"role": "user", "content": QUESTION}], stream=True
    )
    assert "11:45" in "".join(part.choices[0].delta.content or "" for part in answer if part.choices)
    return store.id, file


def test_a_question_is_on_record_with_the_documents_behind_its_answer(serving: Serving, asked: tuple[str, str]) -> None:
    store, file = asked
    (entry,) = entries(serving, action="chat")
    assert entry["documents"] == [{"vector_store_id": store, "file_id": file}]
    assert entry["actor"]["name"] == "administrator"
    assert entry["source"]["address"] == "127.0.0.1"
    assert "11:45" not in orjson.dumps(entry).decode()
    assert QUESTION not in orjson.dumps(entry).decode()


def test_what_happened_to_a_file_is_found_by_its_id(serving: Serving, asked: tuple[str, str]) -> None:
    told = [entry["action"] for entry in entries(serving, resource=asked[1])]
    assert set(told) >= {"upload", "read_file", "chat"}


def test_every_download_is_on_record_and_none_is_counted_with_another(serving: Serving, asked: tuple[str, str]) -> None:
    store, file = asked
    with serving.http() as http:
        for path in (f"/v1/files/{file}/content", f"/v1/vector_stores/{store}/files/{file}/content"):
            for _ in range(2):
                assert http.get(path).is_success
    for action, held_in in (("file_content", ""), ("store_file_content", store)):
        found = entries(serving, action=action)
        assert [entry["documents"] for entry in found] == [[{"vector_store_id": held_in, "file_id": file}]] * 2


def test_a_question_can_be_read_by_who_holds_the_key_of_the_vault(serving: Serving, asked: tuple[str, str]) -> None:
    assert QUESTION in lectern(serving.data, "audit", "show", "--action", "chat", "--content")
    assert QUESTION not in lectern(serving.data, "audit", "show", "--action", "chat")


def test_keys_made_by_command_and_by_request_are_on_record(serving: Serving) -> None:
    secret = lectern(serving.data, "keys", "create", "made here").strip()
    with serving.http() as http:
        made = http.post("/v1/api_keys", json={"name": "made there"}).json()
    found = entries(serving, action="create_key")
    assert {"lectern keys create", "POST /v1/api_keys"} <= {entry["route"] for entry in found}
    assert made["id"] in [one for entry in found for one in entry["resources"]]
    assert secret not in orjson.dumps(found).decode()
    assert made["key"] not in orjson.dumps(found).decode()


def test_signing_in_is_on_record_whether_it_works_or_not(serving: Serving) -> None:
    httpx.post(f"{serving.url}/portal/sign_in", json={"key": serving.key}, headers={"X-Lectern-Portal": "1"})
    httpx.post(f"{serving.url}/portal/sign_in", json={"key": "lk-guessed-key"}, headers={"X-Lectern-Portal": "1"})
    worked, failed = entries(serving, action="sign_in")
    assert (worked["actor"]["name"], worked["outcome"]["status"]) == ("administrator", 204)
    assert (failed["actor"]["name"], failed["outcome"]["code"]) == (None, "invalid_api_key")
    assert "guessed" not in orjson.dumps(failed).decode()


def test_whom_somebody_tried_to_sign_in_as_is_on_record_if_it_is_a_user(serving: Serving) -> None:
    with serving.http() as http:
        user = http.post("/v1/users", json={"name": "ada"}).json()
    for name in ("ada", "a-password-in-the-wrong-field"):
        tried = {"name": name, "password": "wrong"}
        httpx.post(f"{serving.url}/portal/sign_in", json=tried, headers={"X-Lectern-Portal": "1"})
    wrong = [one for one in entries(serving, action="sign_in") if one["outcome"]["code"] == "wrong_credentials"]
    assert [entry["resources"] for entry in wrong] == [[f"user:{user['id']}"], []]
    assert "wrong-field" not in orjson.dumps(wrong).decode()


def test_auditors_read_the_record_and_editors_do_not(serving: Serving) -> None:
    with serving.http() as http:
        keys = {
            role: http.post("/v1/api_keys", json={"name": role, "role": role}).json()["key"]
            for role in ("auditor", "reader", "editor")
        }
    for role, key in keys.items():
        with serving.http(key) as http:
            for path in ("/v1/audit", "/v1/audit/export"):
                assert http.get(path).status_code == (200 if role == "auditor" else 403), (role, path)


def test_an_export_is_checked_elsewhere_and_found_out_when_changed(
    serving: Serving, tmp_path: Path, asked: tuple[str, str]
) -> None:
    with serving.http() as http:
        lines = http.get("/v1/audit/export").content.splitlines(keepends=True)
    whole, changed = tmp_path / "audit.jsonl", tmp_path / "changed.jsonl"
    whole.write_bytes(b"".join(lines))
    changed.write_bytes(b"".join([*lines[:3], *lines[4:]]))
    key = lectern(serving.data, "audit", "key").strip()
    away = tmp_path / "nothing"
    assert "is whole" in lectern(away, "audit", "verify", str(whole), "--key", key)
    assert "the first that is wrong is 3" in lectern(away, "audit", "verify", str(changed), status=1)
    assert not away.exists()


def test_a_killed_lectern_leaves_a_whole_record_and_a_changed_one_is_found_out(tmp_path: Path) -> None:
    one = Serving(tmp_path / "data").wait()
    stop = threading.Event()

    def write() -> None:
        with one.http() as http:
            while not stop.is_set():
                try:
                    http.post("/v1/vector_stores", json={"name": "x"})
                except httpx.TransportError:
                    return

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    while _count(one) < 30:
        time.sleep(0.05)
    os.kill(one.process.pid, signal.SIGKILL)
    one.process.wait()
    stop.set()
    for thread in threads:
        thread.join()
    assert "is whole" in lectern(one.data, "audit", "verify")
    with sqlite3.connect(one.data / "lectern.db") as database:
        database.execute("DELETE FROM audit WHERE sequence > 20")
    assert "entry 21: cut" in lectern(one.data, "audit", "verify", status=1)
    one.restart().wait()
    with one.http() as http:
        verified = http.get("/v1/audit/verification").json()
    assert (verified["whole"], verified["count"]) == (False, len(verified["faults"]))
    assert (verified["faults"][0]["sequence"], verified["faults"][0]["kind"]) == (21, "removed")
    assert one.stop() == 0
    told = lectern(one.data, "audit", "verify", status=1)
    assert "entry 21: removed" in told
    assert "Lectern noticed" in told
    assert "entries were removed" in lectern(one.data, "audit", "prune", "--before", "2099-01-01")
    assert "is whole: 1 entries" in lectern(one.data, "audit", "verify")


def _count(serving: Serving) -> int:
    path = serving.data / "lectern.db"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return int(database.execute("SELECT count(*) FROM audit").fetchone()[0])

"""Evaluations of a store by the official client, through a kill -9, and without a trace after they are deleted."""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from aiohttp import web

from tests.acceptance.test_commands import lectern_command
from tests.serving import Serving, upload
from tests.upstream import running

QUESTIONS: list[dict[str, Any]] = [
    {"question": "When does the cantina open?", "answers": ["11:45"], "filename": "note.md"},
    {"question": "访客停车位有多少个？", "answers": ["十二个"], "filename": "note.md", "checked": False},
    {"question": "Who painted the ceiling of the chapel?", "answerable": False},
]


def jsonl(*rows: object) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


class Judged:
    """A store with a note, and an evaluation of it."""

    def __init__(self, serving: Serving, note: Path) -> None:
        self.serving, self.client = serving, serving.client()
        self.store_id = self.client.vector_stores.create(name="judged").id
        upload(self.client, self.store_id, note)
        self.id: str = self.client.evals.create(
            data_source_config={"type": "custom", "item_schema": {}},
            testing_criteria=[],
            extra_body={"vector_store_id": self.store_id},
        ).id

    def start(self, *questions: dict[str, Any], kind: str = "jsonl") -> str:
        file = self.client.files.create(file=("questions.jsonl", jsonl(*questions)), purpose="evals")
        body = {"data_source": {"type": kind, "source": {"type": "file_id", "id": file.id}}}
        with self.serving.http() as http:
            answer = http.post(f"/v1/evals/{self.id}/runs", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def get(self, path: str, **query: object) -> dict[str, Any]:
        with self.serving.http() as http:
            found: dict[str, Any] = http.get(f"/v1/evals/{self.id}/{path}", params=query).json()  # type: ignore[arg-type]
        return found

    def ended(self, run_id: str) -> dict[str, Any]:
        while (run := self.get(f"runs/{run_id}"))["status"] in {"queued", "in_progress"}:
            time.sleep(0.1)
        return run


@pytest.fixture
def judged(lectern: Serving, note: Path) -> Iterator[Judged]:
    found = Judged(lectern, note)
    yield found
    found.client.vector_stores.delete(found.store_id)


def test_a_run_measures_search_answers_and_refusals(judged: Judged) -> None:
    run = judged.ended(judged.start(*QUESTIONS, kind="completions"))
    assert run["status"] == "completed"
    figures = run["figures"]
    assert (figures["questions"], figures["located"], figures["unchecked"]) == (3, 2, 1)
    assert figures["recall@1"] == figures["correctness"] == figures["groundedness"] == figures["refusal_rate"] == 1
    assert figures["wrong_refusals"] == 0
    assert figures["answer_p95_ms"] > 0
    assert run["result_counts"] == {"total": 3, "passed": 3, "failed": 0, "errored": 0}
    listed = judged.client.evals.runs.output_items.list(run["id"], eval_id=judged.id, limit=1)
    items = [item for page in listed.iter_pages() for item in page.data]
    assert [item.datasource_item["question"] for item in items] == [one["question"] for one in QUESTIONS]
    assert "11:45" in str(items[0].sample.output[0].content)
    one = judged.client.evals.runs.output_items.retrieve(items[1].id, eval_id=judged.id, run_id=run["id"])
    assert one.model_dump() == items[1].model_dump()


def test_two_runs_are_compared_question_by_question(judged: Judged) -> None:
    first, second = (judged.ended(judged.start(*QUESTIONS, kind=kind))["id"] for kind in ("jsonl", "completions"))
    found = judged.get(f"runs/{second}", against=first)["against"]
    assert (found["run_id"], found["questions"], found["won"], found["lost"]) == (first, 3, 0, 0)
    assert found["intervals"]["recall@1"] == [0, 0]
    missing = judged.get(f"runs/{second}", against="evalrun_none")
    assert missing["error"]["code"] == "eval_not_found"


@pytest.mark.parametrize("kind", ["jsonl", "completions"])
def test_a_run_finds_nothing_that_is_kept_from_who_began_it(judged: Judged, kind: str) -> None:
    with judged.serving.http() as http:
        held = http.get(f"/v1/vector_stores/{judged.store_id}/files").json()["data"]
        editor = http.post("/v1/api_keys", json={"name": "curious", "role": "editor"}).json()
        admitted = http.put(
            f"/v1/vector_stores/{judged.store_id}/access",
            json={"grants": [{"principal": f"key:{editor['id']}", "role": "editor"}]},
        )
        assert admitted.is_success, admitted.text
        assert http.put(f"/v1/files/{held[0]['id']}/access", json={"restricted": True}).is_success
    source = {"type": "file_content", "content": [QUESTIONS[0]]}
    with judged.serving.http(editor["key"]) as http:
        begun = http.post(f"/v1/evals/{judged.id}/runs", json={"data_source": {"type": kind, "source": source}})
        assert begun.status_code == 201, begun.text
    run = judged.ended(begun.json()["id"])
    assert (run["status"], run["result_counts"]["passed"], run["figures"]["recall@1"]) == ("completed", 0, 0)
    whole = judged.ended(judged.start(QUESTIONS[0], kind=kind))
    assert (whole["result_counts"]["passed"], whole["figures"]["recall@1"]) == (1, 1)


def test_a_run_ends_with_the_key_that_began_it(judged: Judged) -> None:
    with judged.serving.http() as http:
        editor = http.post("/v1/api_keys", json={"name": "leaving", "role": "admin"}).json()
    source = {"type": "file_content", "content": [QUESTIONS[0]] * 1000}
    with judged.serving.http(editor["key"]) as http:
        begun = http.post(f"/v1/evals/{judged.id}/runs", json={"data_source": {"type": "jsonl", "source": source}})
        assert begun.status_code == 201, begun.text
        assert http.delete(f"/v1/api_keys/{editor['id']}").is_success
    run = judged.ended(begun.json()["id"])
    assert (run["status"], run["error"]["code"]) == ("failed", "invalid_api_key")


def test_what_cannot_be_asked_is_refused_with_its_line(judged: Judged) -> None:
    with pytest.raises(AssertionError, match=r"questions\.jsonl line 2: the field 'question' is empty"):
        judged.start({"question": "Who?"}, {"question": ""})
    file = judged.client.files.create(file=("q.jsonl", jsonl({"question": "Who?"})), purpose="assistants")
    source = {"type": "jsonl", "source": {"type": "file_id", "id": file.id}}
    with pytest.raises(openai.BadRequestError, match="upload it with 'evals'"):
        judged.client.evals.runs.create(judged.id, data_source=source)  # type: ignore[arg-type]
    inline = {"type": "completions", "model": "gpt", "source": {"type": "file_content", "content": [QUESTIONS[0]]}}
    with pytest.raises(openai.NotFoundError, match="There is no model 'gpt'"):
        judged.client.evals.runs.create(judged.id, data_source=inline)  # type: ignore[arg-type]


def test_a_deleted_evaluation_is_gone_with_its_runs(judged: Judged) -> None:
    run_id = judged.start(*QUESTIONS)
    assert judged.client.evals.runs.cancel(run_id, eval_id=judged.id).status in {"canceled", "completed"}
    assert judged.client.evals.delete(judged.id).deleted
    with pytest.raises(openai.NotFoundError):
        judged.client.evals.runs.retrieve(run_id, eval_id=judged.id)


def test_a_killed_run_goes_on_and_gives_no_item_twice(tmp_path: Path, note: Path) -> None:
    serving = Serving(tmp_path / "data", embedder_threads="1").wait()
    judged = Judged(serving, note)
    secret = "Which day does the unmistakable paternoster run"
    questions = [{"question": f"{secret} {number}?", "answers": ["11:45"]} for number in range(90)]
    run_id = judged.start(*questions, kind="completions")
    done = 0
    while done < 10:
        counts = judged.get(f"runs/{run_id}")["result_counts"]
        done = counts["passed"] + counts["failed"]
    assert done < len(questions)
    serving.kill()
    judged.serving = serving.restart().wait()
    before = done
    after = judged.get(f"runs/{run_id}")["result_counts"]
    assert after["passed"] + after["failed"] >= before
    run = judged.ended(run_id)
    assert (run["status"], run["figures"]["questions"]) == ("completed", len(questions))
    assert run["result_counts"]["errored"] == 0
    numbers: list[int] = []
    while (page := judged.get(f"runs/{run_id}/output_items", limit=100, **_after(run_id, numbers)))["data"]:
        numbers += [item["datasource_item_id"] for item in page["data"]]
    assert numbers == list(range(len(questions)))
    assert serving.stop() == 0
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert b"paternoster" not in kept


def _after(run_id: str, numbers: list[int]) -> dict[str, str]:
    return {"after": f"outputitem_{run_id.removeprefix('evalrun_')}_{numbers[-1]}"} if numbers else {}


def test_readers_see_results_and_start_nothing(judged: Judged) -> None:
    with judged.serving.http() as http:
        key = http.post("/v1/api_keys", json={"name": "reader", "role": "reader"}).json()["key"]
    with httpx.Client(base_url=judged.serving.url, headers={"Authorization": f"Bearer {key}"}) as http:
        assert http.get(f"/v1/evals/{judged.id}").status_code == 200
        assert http.delete(f"/v1/evals/{judged.id}").status_code == 403


def test_a_store_is_asked_by_command(judged: Judged, tmp_path: Path) -> None:
    questions = tmp_path / "mine.jsonl"
    questions.write_bytes(jsonl(*QUESTIONS, {"question": "When does the cantina close?", "filename": "other.md"}))
    environment = (judged.serving.data, judged.serving.port, "eval")
    told = lectern_command(*environment, "run", "--store", judged.store_id, "--questions", str(questions), "--answers")
    assert "completed, 3 of 4 questions passed" in told
    assert "✗ When does the cantina close?: not right passage among the first 5" in told
    first = told.partition(":")[0]
    again = lectern_command(
        *environment, "run", "--store", judged.store_id, "--questions", str(questions), "--against", first
    )
    assert f"against {first}, over 4 questions of both: 0 first places won, 0 lost" in again
    shown = json.loads(lectern_command(*environment, "show", first, "--json"))
    assert (shown["id"], shown["figures"]["recall@1"]) == (first, 0.6667)
    assert "mine.jsonl" not in {file.filename for file in judged.client.files.list(purpose="evals").data}
    refused = lectern_command(*environment, "show", "evalrun_none", code=1)
    assert "There is no run 'evalrun_none'" in refused


def test_without_a_model_no_questions_are_written(judged: Judged, tmp_path: Path) -> None:
    out = tmp_path / "questions.jsonl"
    arguments = ("eval", "questions", "--store", judged.store_id, "--out", str(out))
    assert "Set LECTERN_MODEL" in lectern_command(judged.serving.data, judged.serving.port, *arguments, code=1)
    assert not out.exists()


async def test_a_model_writes_questions_that_a_person_corrects_and_the_store_is_asked(tmp_path: Path) -> None:
    filler = "Every department keeps its own list of rooms, and the list is renewed whenever somebody moves. "
    text = "".join(f"# Room {n}\n\nRoom {n} seats {n * 3 + 100} people. {filler * 3}\n\n" for n in range(1, 7))
    (tmp_path / "rooms.md").write_text(text)

    async def model(request: web.Request) -> web.StreamResponse:
        prompt = (await request.json())["messages"][-1]["content"]
        room = re.search(r"Room (\d+) seats (\d+)", prompt)
        said = "I would rather not." if room is None else json.dumps(
            {"question": f"How many fit into room {room[1]}?", "answer": "many" if room[1] == "3" else room[2]}
        )  # fmt: skip
        message = {"role": "assistant", "content": f"Here you are:\n{said}"}
        return web.json_response({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})

    async with running() as upstream:
        upstream.answer = model
        serving = Serving(tmp_path / "data", engine_url=upstream.url)
        try:
            await asyncio.to_thread(serving.wait)
            client, out = serving.client(), tmp_path / "questions.jsonl"
            store_id = (await asyncio.to_thread(client.vector_stores.create, name="rooms")).id
            await asyncio.to_thread(upload, client, store_id, tmp_path / "rooms.md")

            async def command(*arguments: str, code: int = 0) -> str:
                return await asyncio.to_thread(
                    lectern_command, serving.data, serving.port, "eval", *arguments, code=code
                )

            await command("questions", "--store", "rooms", "--count", "9", "--out", str(out))
            rows = [json.loads(line) for line in out.read_text().splitlines()]
            assert {row["question"] for row in rows} == {f"How many fit into room {n}?" for n in (1, 2, 4, 5, 6)}
            assert all(row["answers"][0] in row["quote"] and row["filename"] == "rooms.md" for row in rows)
            assert not any(row["checked"] for row in rows)
            assert "exists already" in await command("questions", "--store", "rooms", "--out", str(out), code=2)
            rows[0]["checked"] = True
            out.write_bytes(jsonl(*rows))
            told = json.loads(await command("run", "--store", "rooms", "--questions", str(out), "--json"))
            assert (told["figures"]["questions"], told["figures"]["unchecked"]) == (5, 4)
            assert told["figures"]["recall@5"] == 1
        finally:
            assert await asyncio.to_thread(serving.stop) == 0

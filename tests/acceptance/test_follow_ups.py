"""Follow-ups and several questions at once, in both languages, through the official client."""

import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.conversations import FOLDER, WAYS, load, messages, rank, recall
from tests.serving import Serving, upload

CONVERSATIONS = load(FOLDER / "samples.jsonl")


def ask(lectern: Serving, store: str, *turns: str) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """The answer to the last of the turns (user and assistant by turns), its citations and what is told of it."""
    answer = lectern.client().chat.completions.create(
        model="extractive",
        messages=messages({"turns": turns}),  # type: ignore[arg-type]
        extra_body={"knowledge": {"vector_store_ids": [store]}},
    )
    message = answer.choices[0].message
    return (
        message.content or "",
        [annotation.model_dump() for annotation in message.annotations or []],
        (answer.model_extra or {})["knowledge"],
    )


@pytest.mark.parametrize(
    ("turns", "fact"),
    [
        (("What is the hotel limit per night in Oslo?", "EUR 180 [1].", "And in Zurich?"), "210"),
        (("What does error code E-27 mean?", "The shutter is jammed [1].", "And E-34?"), "Lamp does not light"),
        (("Is there network maintenance in June?", "Yes, in building B [1].", "When is it exactly?"), "06:00 to 11:30"),
        (
            ("Which assets are in Bergen?", "- Milling machine\n- Delivery van [1]", "When was the second one bought?"),
            "2025",
        ),
        (("休息日加班的工资是多少？", "休息日加班按2倍工资计算 [1]。", "法定节假日呢？"), "3倍工资"),
        (("年假在哪里申请？", "在人事系统“墨笺”中申请 [1]。", "它由谁审批？"), "部门主管"),
        (("QM-7有哪些备件？", "有备用灯和备用电池 [1]。", "后者的单价是多少？"), "1,390"),
        (("合同SC-4471的客户是哪一家？", "Norrvik Water Laboratory [1]。", "SC-4480呢？"), "太湖水质监测站"),
    ],
)
def test_a_follow_up_is_answered(lectern: Serving, sampled: str, turns: tuple[str, ...], fact: str) -> None:
    text, cited, told = ask(lectern, sampled, *turns)
    assert fact in text, (text, told["questions"])
    assert cited
    assert told["questions"] != [turns[-1]]


def test_follow_ups_of_all_kinds_find_their_passage(lectern: Serving, sampled: str) -> None:
    client, missed = lectern.client(), []
    places: dict[str, list[int | None]] = {"en": [], "zh": []}
    for row in CONVERSATIONS:
        asked = WAYS["rule"](row)
        place = rank(client, sampled, asked, row)
        places[row["lang"]].append(place)
        if place is None or place > 3:
            missed.append((row["id"], place, asked))
    for language, found in places.items():
        assert recall(found, 1) >= 0.75, (language, recall(found, 1))
        assert recall(found, 3) >= 0.9, missed


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("What is the hotel limit in Oslo, and what does error code E-27 mean?", ("180", "Shutter is jammed")),
        (
            "1. What is the extension of the IT service desk?\n2. How long is the warranty on the QM-7?",
            ("4182", "30 months"),
        ),
        ("QM-7的蓝牙配对码是多少？当年未休完的年假最多可以结转几天？", ("730518", "5天")),
    ],
)
def test_several_questions_are_all_answered(
    lectern: Serving, sampled: str, question: str, facts: tuple[str, ...]
) -> None:
    text, cited, told = ask(lectern, sampled, question)
    assert all(fact in text for fact in facts), text
    assert len({citation["filename"] for citation in cited}) == len(facts)
    assert len(told["questions"]) == len(facts)
    assert told["unanswered"] == []


@pytest.mark.parametrize(
    ("question", "fact", "nothing"),
    [
        (
            "What is the hotel limit in Oslo? Which planet has the most moons?",
            "180",
            "I found nothing about: Which planet",
        ),
        ("QM-7的蓝牙配对码是多少？世界杯冠军是谁？", "730518", "没有找到相关内容：世界杯冠军是谁？"),
    ],
)
def test_a_question_that_finds_nothing_leaves_the_other_its_answer(
    lectern: Serving, sampled: str, question: str, fact: str, nothing: str
) -> None:
    text, cited, told = ask(lectern, sampled, question)
    assert fact in text
    assert nothing in text
    assert cited
    assert len(told["unanswered"]) == 1


def test_a_stores_query_is_split_on_request(lectern: Serving, sampled: str) -> None:
    client = lectern.client()
    query = "How long is the warranty on the QM-7? What is the extension of the IT service desk?"
    plain = client.vector_stores.search(sampled, query=query)
    rewritten = client.vector_stores.search(sampled, query=query, rewrite_query=True, max_num_results=2)
    assert orjson.loads(plain.to_json())["search_query"] == [query]
    assert orjson.loads(rewritten.to_json())["search_query"] == query.replace("? ", "?|").split("|")
    assert {one.filename for one in rewritten.data} == {"qm7-operating-guide.pdf", "network-maintenance-notice.png"}


class Model(ThreadingHTTPServer):
    """A model server that rewrites questions well or not in time, and answers with a marker."""

    daemon_threads = True
    written = ""
    seconds = 0.0


class Exchange(BaseHTTPRequestHandler):
    """One request to it."""

    server: Model

    def do_GET(self) -> None:
        """Its list of models."""
        self._send({"object": "list", "data": [{"id": "m", "max_model_len": 4096}]})

    def do_POST(self) -> None:
        """An answer, or a rewriting where the prompt asks for one."""
        asked = str(self.rfile.read(int(self.headers["Content-Length"])), "utf-8")
        content = "It says so [1]."
        if "Last message:" in asked or "最后一条消息:" in asked:
            time.sleep(self.server.seconds)
            content = self.server.written
        message = {"role": "assistant", "content": content}
        self._send(
            {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
        )

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""

    def _send(self, body: object) -> None:
        content = orjson.dumps(body)
        with suppress(OSError):  # the client may have left
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)


def test_a_models_rewriting_is_searched_and_one_that_comes_late_is_not(tmp_path: Path, note: Path) -> None:
    model = Model(("127.0.0.1", 0), Exchange)
    threading.Thread(target=model.serve_forever, daemon=True).start()
    serving = Serving(tmp_path / "data", engine_url=f"http://127.0.0.1:{model.server_port}/v1", rewrite_seconds="1")
    try:
        client = serving.wait().client()
        store = client.vector_stores.create(name="notes").id
        upload(client, store, note)

        def searched(written: str, *turns: str) -> tuple[list[str], str]:
            model.written = written
            answer = client.chat.completions.create(model="m@notes", messages=messages({"turns": turns}))  # type: ignore[arg-type]
            return (answer.model_extra or {})["knowledge"]["questions"], answer.choices[0].message.annotations[0].quote  # type: ignore[index,union-attr]

        english = ("Is there a cantina?", "Yes, there is a cantina [1].", "When does it close?")
        written = "When does the cantina close?"
        assert searched(f"<think>It: the cantina.</think>{written}", *english)[0] == [written]
        chinese = ("访客可以停车吗？", "访客可以停车 [1]。", "那在哪里，一共多少个？")
        questions, quote = searched("访客停车位在哪里？\n访客停车位一共多少个？", *chinese)
        assert questions == ["访客停车位在哪里？", "访客停车位一共多少个？"]
        assert "北门" in quote
        assert searched(written, *english[:1])[0] == [english[0]]
        model.seconds = 3
        assert searched(written, *english)[0] == ["\n".join([english[0], "Yes, there is a cantina.", english[2]])]
    finally:
        serving.stop()
        model.shutdown()
        model.server_close()

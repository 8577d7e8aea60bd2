"""Follow-ups and several questions at once, in both languages, through the official client."""

from typing import Any

import orjson
import pytest

from tests.conversations import FOLDER, WAYS, load, messages, rank, recall
from tests.serving import Serving

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

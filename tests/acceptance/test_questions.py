"""The main job: the sample documents, asked in both languages through the official client."""

from typing import Any

import orjson
import pytest

from server.samples import QUESTIONS as QUESTIONS_FILE
from tests.serving import Serving, upload

QUESTIONS = [orjson.loads(line) for line in QUESTIONS_FILE.read_bytes().splitlines()]


@pytest.fixture(scope="module")
def store(sampled: str) -> str:
    """A store with every sample document."""
    return sampled


def ask(lectern: Serving, store: str, question: str) -> tuple[str, list[Any]]:
    answer = lectern.client().chat.completions.create(
        model="extractive",
        messages=[{"role": "user", "content": question}],
        extra_body={"knowledge": {"vector_store_ids": [store]}},
    )
    message = answer.choices[0].message
    return message.content or "", list(message.annotations or [])


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q["answer"]], ids=lambda q: str(q["id"]))
def test_the_answer_holds_the_fact_and_cites_its_place(lectern: Serving, store: str, question: dict[str, Any]) -> None:
    text, annotations = ask(lectern, store, question["question"])
    assert question["answer"] in text, text
    cited = [a.model_extra or {} for a in annotations]
    places = {(c["filename"], c["page"], c["sheet"]) for c in cited}
    if question.get("sheet"):
        assert (question["filename"], None, question["sheet"]) in places, places
    elif question.get("page"):
        assert (question["filename"], question["page"], None) in places, places
    else:
        assert question["filename"] in {name for name, _, _ in places}, places


@pytest.mark.parametrize("question", [q for q in QUESTIONS if not q["answer"]], ids=lambda q: str(q["id"]))
def test_what_the_documents_do_not_tell_is_said_so_without_citation(
    lectern: Serving, store: str, question: dict[str, Any]
) -> None:
    text, annotations = ask(lectern, store, question["question"])
    assert annotations == []
    assert ("没有找到" if question["lang"] == "zh" else "found nothing") in text


def test_a_stream_says_the_same_as_the_whole_answer(lectern: Serving, store: str) -> None:
    question = QUESTIONS[0]
    whole, annotations = ask(lectern, store, question["question"])
    said, cited, reasons = "", [], []
    with lectern.client().chat.completions.create(
        model="extractive",
        messages=[{"role": "user", "content": question["question"]}],
        extra_body={"knowledge": {"vector_store_ids": [store]}},
        stream=True,
        stream_options={"include_usage": True},
    ) as stream:
        for event in stream:
            for choice in event.choices:
                said += choice.delta.content or ""
                cited += (choice.delta.model_extra or {}).get("annotations", [])
                reasons.append(choice.finish_reason)
    assert said == whole
    assert [c["quote"] for c in cited] == [(a.model_extra or {})["quote"] for a in annotations]
    assert [reason for reason in reasons if reason] == ["stop"]


def test_knowledge_is_chosen_in_three_ways(lectern: Serving, store: str) -> None:
    client, question = lectern.client(), QUESTIONS[0]
    messages: Any = [{"role": "user", "content": question["question"]}]
    assert "extractive@hanlin" in [model.id for model in client.models.list()]
    by_name = client.chat.completions.create(model="extractive@hanlin", messages=messages)
    tool: Any = {"type": "file_search", "vector_store_ids": [store]}
    by_tool = client.chat.completions.create(model="extractive", messages=messages, tools=[tool])
    for answer in (by_name, by_tool):
        assert question["answer"] in (answer.choices[0].message.content or "")


def test_a_follow_up_is_understood_from_the_question_before(lectern: Serving, note: Any) -> None:
    client = lectern.client()
    created = client.vector_stores.create(name="follow-up")
    upload(client, created.id, note)
    answer = client.chat.completions.create(
        model=f"extractive@{created.id}",
        messages=[
            {"role": "user", "content": "When does the cantina open?"},
            {"role": "assistant", "content": "At 11:45 [1]."},
            {"role": "user", "content": "And when does it close?"},
        ],
    )
    assert "14:15" in (answer.choices[0].message.content or "")

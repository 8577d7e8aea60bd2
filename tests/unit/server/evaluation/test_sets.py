"""Question sets: their files, cut contexts, and titles that are held out."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.errors import InvalidRequest
from server.evaluation.sets import Shape, cut, load, load_contexts, load_questions

CONTEXT = {"context_id": "c1", "title": "Travel", "text": "A hotel may cost 210 francs. Taxis are not paid at all."}


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n\n")
    return path


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "c.jsonl line 2 is not JSON"),
        ("[1]", "c.jsonl line 2 is not a JSON object"),
        ({"context_id": "c9"}, "line 2: the field 'text' is missing"),
        ({"text": "t"}, "line 2: the field 'context_id' is missing"),
        ({"context_id": 7, "text": "t"}, "line 2: the field 'context_id' is not a text"),
        ({"context_id": "c9", "text": " "}, "line 2: the field 'text' is empty"),
        (CONTEXT, "line 2: the context_id 'c1' was used before"),
    ],
)
def test_a_wrong_line_of_contexts_is_named(tmp_path: Path, line: object, reason: str) -> None:
    path = write(tmp_path / "c.jsonl", [CONTEXT, line])
    with pytest.raises(InvalidRequest) as raised:
        load_contexts(path)
    assert reason in raised.value.message


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"context_id": "c1"}, "line 2: the field 'question' is missing"),
        ({"question": "Who?"}, "line 2: the field 'context_id' is missing"),
        ({"context_id": "c7", "question": "Who?"}, "line 2: there is no context 'c7'"),
        ({"context_id": "c1", "question": "Who?", "answers": "me"}, "line 2: the field 'answers' is not a list"),
        ({"question": "Who?", "answerable": "no"}, "line 2: the field 'answerable' is not true or false"),
        ({"id": "1", "context_id": "c1", "question": "Who?"}, "line 2: the id '1' was used before"),
    ],
)
def test_a_wrong_line_of_questions_is_named(tmp_path: Path, line: object, reason: str) -> None:
    path = write(tmp_path / "q.jsonl", [{"id": "1", "question": "Why?", "context_id": None}, line])
    with pytest.raises(InvalidRequest) as raised:
        load_questions(path, {"c1"})
    assert reason in raised.value.message


def test_questions_may_say_that_nothing_answers_them(tmp_path: Path) -> None:
    rows = [{"question": "Who?", "answerable": False}, {"question": "Why?", "context_id": None}]
    found = load_questions(write(tmp_path / "q.jsonl", rows), {"c1"})
    assert [question.context_id for question in found] == [None, None]


def test_contexts_are_cut_between_sentences() -> None:
    assert cut("One two three. Four five six. Seven.", 6) == ["One two three. Four five six.", "Seven."]
    assert cut("One two three four five six.", 4) == ["One two three four", "five six."]
    assert cut("第一句话共八个字。第二句话也是八字。", 6) == ["第一句话共八个字。", "第二句话也是八字。"]
    assert cut("It costs 3.50 francs. No more.", 4) == ["It costs 3.50 francs.", "No more."]


def test_cutting_loses_nothing() -> None:
    text = "“Really?” he said… 3.5 km, 没有空格的句子也一样。\nA new line!? " * 20
    joined = "".join("".join(cut(text, 10)).split())
    assert joined == "".join(text.split())


def test_the_part_that_holds_the_answer_is_right(tmp_path: Path) -> None:
    questions = [
        {"question": "What may a hotel cost?", "context_id": "c1", "answers": ["three", "210  Francs"]},
        {"question": "Are taxis and hotels paid?", "context_id": "c1", "answers": ["francs. Taxis"]},
    ]
    asked = load(write(tmp_path / "c.jsonl", [CONTEXT]), write(tmp_path / "q.jsonl", questions), Shape(chunk_words=6))
    assert [document.text for document in asked.documents] == [
        "A hotel may cost 210 francs.",
        "Taxis are not paid at all.",
    ]
    assert asked.right == [{0}, {0, 1}]


def test_titles_held_out_make_their_questions_unanswerable(tmp_path: Path) -> None:
    contexts = [{"context_id": f"c{n}", "title": f"T{n // 2}", "text": f"Text {n}."} for n in range(8)]
    questions = [{"question": f"What is {n}?", "context_id": f"c{n}"} for n in range(8)]
    paths = write(tmp_path / "c.jsonl", contexts), write(tmp_path / "q.jsonl", questions)
    asked = load(*paths, Shape(hold_out=0.5))
    assert [bool(asked.right[n]) for n in (0, 2, 4, 6)] == [bool(asked.right[n]) for n in (1, 3, 5, 7)]
    assert sum(map(bool, asked.right)) == len(asked.documents) == asked.contexts == 4
    assert load(*paths, Shape(hold_out=0.5)).right == asked.right
    assert any(load(*paths, Shape(hold_out=0.5, seed=seed)).right != asked.right for seed in range(1, 5))


def test_a_set_without_titles_has_documents_without(tmp_path: Path) -> None:
    paths = write(tmp_path / "c.jsonl", [CONTEXT]), write(tmp_path / "q.jsonl", [{"question": "?", "context_id": "c1"}])
    assert load(*paths, Shape()).documents[0].title == "Travel"
    assert load(*paths, Shape(titles=False)).documents[0].title == ""


def test_nothing_to_ask_is_said(tmp_path: Path) -> None:
    contexts = write(tmp_path / "c.jsonl", [CONTEXT])
    empty = write(tmp_path / "q.jsonl", [{"question": " ", "context_id": "c1"}])
    with pytest.raises(InvalidRequest, match=r"every question in q\.jsonl is empty"):
        load(contexts, empty, Shape())
    lost = write(tmp_path / "lost.jsonl", [{"question": "Who?", "context_id": None}])
    with pytest.raises(InvalidRequest, match="no question has its context"):
        load(contexts, lost, Shape())

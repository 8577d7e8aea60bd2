"""The questions of a store's own set."""

from typing import Any

import pytest

from server.errors import InvalidRequest
from server.evals import questions
from server.evals.questions import StoreQuestion, store_questions


def read(*rows: dict[str, Any]) -> list[StoreQuestion]:
    return store_questions((f"line {number}", row) for number, row in enumerate(rows, 1))


def test_a_row_may_be_bare_or_wrapped_as_openai_does() -> None:
    plain, wrapped = read(
        {"question": " Who? ", "answers": ["me"], "filename": "a.pdf", "page": 3, "checked": False, "quote": "x"},
        {"item": {"question": "Why?", "answerable": False}},
    )
    assert plain == StoreQuestion("Who?", answers=("me",), filename="a.pdf", page=3, checked=False)
    assert (wrapped.question, wrapped.answerable, wrapped.located) == ("Why?", False, False)


def test_a_question_comes_back_from_its_sealed_form() -> None:
    (question,) = read({"id": 7, "question": "年假？", "answers": ["15天"], "file_id": "file-1"})
    assert StoreQuestion.from_json(question.as_json()) == question


def test_the_key_is_the_question_s_own_and_needs_the_secret() -> None:
    one, same, other = (StoreQuestion(text) for text in ("Who?", "Who?", "Why?"))
    assert one.key(b"s") == same.key(b"s") != other.key(b"s")
    assert one.key(b"s") != one.key(b"t")
    assert StoreQuestion("Who?", id="2").key(b"s") != one.key(b"s")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"question": " "}, "line 2: the field 'question' is empty"),
        ({"answers": []}, "line 2: the field 'question' is missing"),
        ({"question": "Who?", "answers": [1]}, "line 2: the field 'answers' is not a list of texts"),
        ({"question": "Who?", "page": 0}, "line 2: the field 'page' is not a page number"),
        ({"question": "Who?", "page": True}, "line 2: the field 'page' is not a page number"),
        ({"question": "Who?", "file_id": 3}, "line 2: the field 'file_id' is not a text"),
        ({"question": "Who?", "checked": 1}, "line 2: the field 'checked' is not true or false"),
        ({"question": "x" * 20_000}, "line 2: the question has more than 16384 characters"),
        ({"question": "Who?", "id": "1"}, "line 2: the id '1' was used before"),
    ],
)
def test_a_wrong_row_is_named(row: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        read({"question": "Who?", "id": 1}, row)
    assert reason in raised.value.message


def test_too_many_questions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "MOST_QUESTIONS", 3)
    with pytest.raises(InvalidRequest, match="more than 3 questions"):
        read(*({"question": f"Who is {number}?"} for number in range(4)))

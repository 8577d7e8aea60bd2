"""A follow-up is searched together with what it follows."""

from typing import Any

import pytest

from server.chat.follow_up import questions

FIRST = "How many days of paid leave do employees get?"


def _asked(*asked: str, answer: str = "An answer.") -> str:
    """The one question that is searched for when these were asked in turn."""
    messages: list[dict[str, Any]] = []
    for question in asked:
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    (found,) = questions(messages[:-1])
    return found


@pytest.mark.parametrize(
    "question",
    [
        "Who approves it?",
        "How much does it cost?",
        "Why?",
        "Is that also true for contractors?",
        "When do they expire?",
        "How do I apply for it there?",
        "Berlin?",
        "How long?",
        "它多少钱？",
        "为什么？",
        "他什么时候入职？",
        "上述规定适用于谁？",
        "这个怎么申请？",
        "多少钱？",
    ],
)
def test_a_follow_up_is_joined_with_the_question_before(question: str) -> None:
    assert _asked(FIRST, question) == f"{FIRST}\n{question}"


@pytest.mark.parametrize(
    "question",
    [
        "What is the warranty period of the X200 pump?",
        "Is it true that overtime is paid double?",
        "What is the policy that governs travel?",
        "Are there any rules for travel expenses?",
        "Why is the north line delayed today?",
        "What happened in the battle of Hastings?",
        "差旅报销的上限是多少？",
        "X200 水泵的保修期是多长？",
        "为什么北线晚点？",
        "其他部门的预算是多少？",
    ],
)
def test_a_new_question_stands_alone(question: str) -> None:
    assert _asked(FIRST, question) == question


def test_a_follow_up_of_a_follow_up_reaches_back() -> None:
    assert _asked(FIRST, "Who approves it?", "Why?") == f"{FIRST}\nWho approves it?\nWhy?"


def test_it_reaches_back_no_further_than_three_questions() -> None:
    assert _asked(FIRST, "Who?", "When?", "Where?", "Why?") == "Who?\nWhen?\nWhere?\nWhy?"


def test_a_first_question_is_left_alone() -> None:
    assert _asked("Why?") == "Why?"


def test_answers_before_the_first_question_and_instructions_are_not_searched() -> None:
    messages = [
        {"role": "system", "content": "Answer about cats."},
        {"role": "assistant", "content": "Hello!"},
        {"role": "user", "content": "And it?"},
    ]
    assert questions(messages) == ["And it?"]


def test_text_comes_out_of_parts() -> None:
    parts = [
        {"type": "text", "text": "Who is the"},
        {"type": "image_url", "image_url": {}},
        {"type": "text", "text": "chief?"},
    ]
    assert questions([{"role": "user", "content": parts}]) == ["Who is the\nchief?"]


@pytest.mark.parametrize("content", [None, 7, [], [{"type": "text"}], ["loose"], [{"type": "text", "text": 3}]])
def test_a_message_without_text_asks_nothing(content: object) -> None:
    assert questions([{"role": "user", "content": content}]) == []


def test_no_messages_ask_nothing() -> None:
    assert questions([]) == []

"""What is suggested to ask next."""

from typing import Any

import pytest

from server.chat.suggestions import suggested
from server.model import Passage, Prompt

QUESTION = "What is the hotel limit in Zurich?"


def a_passage(heading: str, score: float = 0.9, file: str = "travel-policy.docx", **more: Any) -> Passage:
    headings = (heading,) if heading else ()
    return Passage(f"{file} {heading} {score}", "vs_1", f"file-{file}", file, "Text.", score, headings=headings, **more)


def a_prompt(*passages: Passage, question: str = QUESTION, language: str = "en", **body: Any) -> Prompt:
    messages = [{"role": "system", "content": "…"}, {"role": "user", "content": question}]
    return Prompt({"messages": messages, **body}, question, passages, language)


def test_what_was_shown_and_not_cited_is_suggested_best_first() -> None:
    prompt = a_prompt(a_passage("Hotel limits"), a_passage("Rail", 0.5), a_passage("3.2 Private car", 0.7))
    assert suggested(prompt, (), {1}) == [
        "What does “travel policy” say about “Private car”?",
        "What does “travel policy” say about “Rail”?",
    ]


def test_it_is_suggested_in_the_language_of_the_question() -> None:
    prompt = a_prompt(a_passage("第二章 加班", file="年假制度.docx"), question="年假有几天？", language="zh")
    assert suggested(prompt, (), ()) == ["《年假制度》里关于“加班”是怎么说的？"]


def test_what_stands_near_by_is_suggested_too_but_nothing_of_other_files() -> None:
    others = (a_passage("Guests", 0.1), a_passage("Salaries", 0.2, "secret.docx"), a_passage("Air", 0.15))
    assert suggested(a_prompt(a_passage("Hotel limits")), others, {1}) == [
        "What does “travel policy” say about “Air”?",
        "What does “travel policy” say about “Guests”?",
    ]


def test_where_nothing_was_found_nothing_is_suggested() -> None:
    assert suggested(a_prompt(), (a_passage("Guests", 0.1),), ()) == []


def test_at_most_three_are_suggested_and_no_heading_twice() -> None:
    passages = [a_passage(name, score) for name in ("Rail", "Air", "Car", "Ship") for score in (0.9, 0.8)]
    assert len(suggested(a_prompt(*passages), (), ())) == 3


def test_a_heading_that_is_a_question_is_asked_as_it_stands() -> None:
    prompt = a_prompt(a_passage("1) What is in the case?"))
    assert suggested(prompt, (), ()) == ["What is in the case?"]


@pytest.mark.parametrize(
    "heading",
    [
        "",
        "Introduction",
        "目录",
        "Travel policy",
        "Hotel limit",
        "2026",
        "4.1",
        "Section 12",
        "x" * 71,
        "<img src=x onerror=alert(1)>",
        "Read [this](https://evil.example)",
        "see www.evil.example",
        "fold\u202eed",
        "a | b | c",
    ],
)
def test_nothing_silly_is_suggested(heading: str) -> None:
    assert suggested(a_prompt(a_passage(heading)), (), ()) == []


def test_what_was_asked_before_is_not_suggested_again() -> None:
    prompt = a_prompt(a_passage("Rail"), a_passage("Air"))
    again = "What does “travel policy” say about “rail”?"
    messages = [*prompt.body["messages"], {"role": "user", "content": again}]
    asked = Prompt({"messages": messages}, again, prompt.passages, "en")
    assert suggested(asked, (), ()) == ["What does “travel policy” say about “Air”?"]


def test_programs_get_no_suggestions() -> None:
    prompt = a_prompt(a_passage("Rail"), response_format={"type": "json_object"})
    assert suggested(prompt, (), ()) == []


@pytest.mark.parametrize(
    ("file", "title"),
    [
        ("travel-and-expense-policy.docx", "travel and expense policy"),
        ("prices_and_budget-2026.xlsx", "prices and budget 2026"),
        ("qm7-operating-guide.pdf", "qm7 operating guide"),
        ("AC-2026-118.pdf", "AC-2026-118"),
    ],
)
def test_files_are_named_as_people_would(file: str, title: str) -> None:
    assert suggested(a_prompt(a_passage("Rail", file=file)), (), ()) == [f"What does “{title}” say about “Rail”?"]

"""Several questions of one message are told apart, and one question is left whole."""

import pytest

from server.chat.split import MOST_QUESTIONS, split


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        (
            "How many vacation days do I get, and who approves them?",
            ["How many vacation days do I get", "who approves them?"],
        ),
        ("年假有几天？谁批准？", ["年假有几天？", "谁批准？"]),
        ("年假有几天，由谁批准？", ["年假有几天", "由谁批准？"]),
        ("请问年假有几天以及加班工资怎么算？", ["请问年假有几天", "加班工资怎么算？"]),
        ("What is E-27? What should I do?", ["What is E-27?", "What should I do?"]),
        ("How long is the warranty and what does it cover?", ["How long is the warranty", "what does it cover?"]),
        ("Can I charge it, or must I buy a new one?", ["Can I charge it", "must I buy a new one?"]),
        (
            "How much is it worth, how long does it last, and where can I buy it?",
            ["How much is it worth", "how long does it last", "where can I buy it?"],
        ),
        (
            "1. How many days are there?\n2. Who approves them?\n3) What is the limit in Oslo?",
            ["How many days are there?", "Who approves them?", "What is the limit in Oslo?"],
        ),
        (
            "Please tell me:\n- what is the limit in Zurich?\n- what is the limit in Lyon?",
            ["Please tell me: what is the limit in Zurich?", "what is the limit in Lyon?"],
        ),
        (
            "I was in Oslo. What is the limit there? How do I claim it? Thank you.",
            ["I was in Oslo. What is the limit there?", "How do I claim it? Thank you."],
        ),
        ("What is 3.5 kg in lbs? Is it much?", ["What is 3.5 kg in lbs?", "Is it much?"]),
    ],
)
def test_several_questions_are_told_apart(message: str, questions: list[str]) -> None:
    assert split(message) == questions


@pytest.mark.parametrize(
    "message",
    [
        "What are the rules and regulations of the canteen?",
        "When and where was it signed?",
        "Which lamp and which battery does the QM-7 need?",
        "What is the difference between the QM-7 and the QM-3?",
        "Who is the engineer that built it and that sold it?",
        "In 1998, who led the company and its branches?",
        "I have worked here for ten years. How many days of leave do I get?",
        "What did Dr. Who say to Mr. What?",
        "What is the price in U.S. dollars?",
        "工龄满10年，年假有几天？",
        "2026年的销售目标和预算是多少？",
        "在苏州，谁负责售后服务？",
        "Tell me about the warranty.",
        "Hello",
        "?",
        "??? !!!",
        "1. 2. 3.",
        "谢谢。",
    ],
)
def test_one_question_is_left_whole(message: str) -> None:
    assert split(message) == [message]


def test_no_more_than_four_are_told_apart_and_none_is_lost() -> None:
    message = " ".join(f"What does error E-{number} mean?" for number in range(9))
    found = split(message)
    assert len(found) == MOST_QUESTIONS
    assert " ".join(found) == message


@pytest.mark.parametrize("message", ["a? " * 20_000, "what and " * 8_000, "，" * 20_000 + "？", "1.\n" * 20_000])
def test_long_messages_take_no_long_time(message: str) -> None:
    assert len(split(message)) <= MOST_QUESTIONS

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


@pytest.mark.parametrize(
    ("first", "question", "searched"),
    [
        ("What is the hotel limit in Oslo?", "And in Zurich?", "What is the hotel limit in Zurich?"),
        ("What is the hotel limit in Oslo per night?", "In Lyon?", "What is the hotel limit in Lyon per night?"),
        ("What is the hotel limit in Oslo?", "Lyon?", "What is the hotel limit in Lyon?"),
        ("What is the hotel limit in Oslo?", "What about Zurich?", "What is the hotel limit in Zurich?"),
        ("What does E-27 mean?", "And E-34?", "What does E-34 mean?"),
        ("In MEDDPPICC, what does the 'E' stand for?", "And the 'I'?", "In MEDDPPICC, what does the 'I' stand for?"),
        (
            "How many days of annual leave are there?",
            "What about sick leave?",
            "How many days of sick leave are there?",
        ),
        ("What does it cost for schools?", "And for hospitals?", "What does it cost for hospitals?"),
        ("年假有几天？", "那病假呢？", "病假有几天？"),
        ("合同SC-4471的客户是谁？", "SC-4480呢？", "合同SC-4480的客户是谁？"),
        (FIRST, "What about part-timers?", f"{FIRST}\npart-timers"),
        (FIRST, "Berlin?", f"{FIRST}\nBerlin"),
        ("What is the fee for groups?", "And for the next one?", "What is the fee for groups?\nfor the next one"),
        (FIRST, "And the next one?", f"{FIRST}\nthe next one"),
        (FIRST, "那加班呢？", f"{FIRST}\n加班"),
        (FIRST, "And who is the owner of policy 14?", "And who is the owner of policy 14?"),
    ],
)
def test_what_is_named_anew_takes_the_place_of_what_it_is_like(first: str, question: str, searched: str) -> None:
    assert _asked(first, question) == searched


def test_what_took_a_place_can_be_replaced_in_turn() -> None:
    asked = _asked("What is the hotel limit in Oslo?", "And in Zurich?", "And in Lyon?")
    assert asked == "What is the hotel limit in Lyon?"
    assert _asked("年假有几天？", "病假呢？", "事假呢？") == "事假有几天？"


LIST = "There are two [1]:\n1. Milling machine\n2. Delivery van"
LIST_ZH = "加班分为三类：1. 工作日加班；2. 休息日加班；3. 法定节假日加班 [1]。"


@pytest.mark.parametrize(
    ("first", "answer", "question", "named"),
    [
        ("Which assets are there?", LIST, "When was the second one bought?", "When was Delivery van bought?"),
        ("Which assets are there?", LIST, "What does the last cost?", "What does Delivery van cost?"),
        ("Which assets are there?", "- A lathe\n- A van", "And the first?", "And A lathe?"),
        (
            "Which spare parts?",
            "The lamp HL-70 and the battery BT-7 [1].",
            "What does the former cost?",
            "The lamp HL-70",
        ),
        ("Which spare parts?", "There are a lamp, a tile, and a battery.", "What of the latter?", "a battery"),
        (
            "What does the lamp cost?",
            "The lamp HL-70 for EUR 245, and the battery [1].",
            "And the other one?",
            "battery",
        ),
        ("有哪几类加班？", LIST_ZH, "第二个怎么算？", "休息日加班怎么算？"),
        ("有哪几类加班？", LIST_ZH, "最后一种呢？", "法定节假日加班呢？"),
        ("有哪几类加班？", "有工作日加班、休息日加班和法定节假日加班 [1]。", "前者怎么算？", "工作日加班怎么算？"),
        ("有哪些备件？", "有备用灯和备用电池 [1]。", "后者多少钱？", "备用电池多少钱？"),
    ],
)
def test_an_item_of_the_answer_can_be_pointed_at(first: str, answer: str, question: str, named: str) -> None:
    found = _asked(first, question, answer=answer)
    assert found.startswith(f"{first}\n")
    assert named in found.splitlines()[1]


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("There is one [1].", "What does the fifth one cost?"),
        ("", "What does the second one cost?"),
        (LIST, "What happens in the first month of the new contract of employment?"),
        (LIST_ZH, "法国第五大城市的面积与人口是多少？"),
    ],
)
def test_an_item_that_is_not_there_is_not_made_up(answer: str, question: str) -> None:
    assert _asked(FIRST, question, answer=answer).endswith(question)


def test_a_short_answer_that_cites_helps_to_find_what_it_names() -> None:
    answer = "It needs the approval of Marit Solheim [1]."
    asked = _asked(FIRST, "What is her position?", answer=answer)
    assert asked == f"{FIRST}\nIt needs the approval of Marit Solheim.\nWhat is her position?"
    for useless in ("I found nothing about this in your documents.", f"{'Very long. ' * 30}[1]"):
        assert _asked(FIRST, "What is her position?", answer=useless) == f"{FIRST}\nWhat is her position?"


@pytest.mark.parametrize(
    "question",
    [
        "How old was Peyton Manning when he played in the Super Bowl?",
        "What did Tesla do after starting his company?",
        "What is the extension of the IT service desk?",
        "What are clades?",
        "NASUWT是什么？",
        "什么是“乡里制”？",
        "Who approves a trip?",
        "Which planet has the most moons?",
        "What is the last name of the player who scored?",
        "牛车水是位于哪个国家？",
    ],
)
def test_a_question_that_names_what_it_is_about_stands_alone(question: str) -> None:
    assert _asked(FIRST, question) == question


@pytest.mark.parametrize(
    ("message", "searched"),
    [
        (
            "How many vacation days do I get, and who approves them?",
            ["How many vacation days do I get", "How many vacation days do I get\nwho approves them?"],
        ),
        ("年假有几天？谁批准？", ["年假有几天？", "年假有几天？\n谁批准？"]),
        ("What does E-27 mean? How long is the warranty?", ["What does E-27 mean?", "How long is the warranty?"]),
    ],
)
def test_the_second_question_of_a_message_may_lean_on_the_first(message: str, searched: list[str]) -> None:
    assert questions([{"role": "user", "content": message}]) == searched


def test_each_question_of_a_follow_up_is_resolved() -> None:
    messages = [
        {"role": "user", "content": "What is the QM-7?"},
        {"role": "assistant", "content": "A spectrometer."},
        {"role": "user", "content": "What does it cost? And the QM-3?"},
    ]
    first = "What is the QM-7?\nWhat does it cost?"
    assert questions(messages) == [first, first.replace("QM-7", "QM-3")]


@pytest.mark.parametrize(
    "text",
    ["and " * 100_000, "what about " + " " * 200_000 + "x", "1. " * 100_000, "、" * 300_000, "the second " * 30_000,
     "呢" * 200_000, "A, and " * 50_000, "'" * 200_000, "a-1-" * 60_000],
)  # fmt: skip
def test_hostile_conversations_take_no_long_time(text: str) -> None:
    messages = [
        {"role": "user", "content": text},
        {"role": "assistant", "content": text},
        {"role": "user", "content": text[:400]},
        {"role": "assistant", "content": text},
        {"role": "user", "content": "And the second one?"},
    ]
    assert questions(messages)
    assert questions(messages[:3])
    assert questions(messages[:1])

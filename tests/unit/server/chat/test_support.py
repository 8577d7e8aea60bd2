import pytest

from server.chat.markers import Verdict
from server.chat.support import Support
from server.model import Passage

TRAVEL = "The hotel limit in Shanghai is 850 CNY a night. Receipts are handed in within fifteen days."
LEAVE = "Employees have a holiday of 24 days. Who falls ill tells the office before noon."
CARS = "The rental car costs 140 EUR a day. Fuel is paid by the company card."
GERMAN = (
    "Die Mitarbeiter reichen ihre Belege innerhalb von 15 Tagen nach der Reise ein und erhalten das Geld mit dem "
    "nächsten Gehalt zurück, wenn die Leitung zustimmt."
)


def support(*texts: str, question: str = "") -> Support:
    passages = [Passage(str(n), "vs", f"file-{n}", f"{n}.docx", text, 0.9) for n, text in enumerate(texts)]
    return Support(passages, question)


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("The limit for a hotel in Shanghai is 850 CNY.", "supported"),
        ("Up to 850 CNY are paid for hotels", "supported"),
        ("Receipts must be handed in within 15 days", "supported"),
        ("The limit for a hotel in Shanghai is 900 CNY.", "unsupported"),
        ("The rental car costs 140 EUR a day", "unsupported"),
        ("Who falls ill has to tell the office", "unsupported"),
        ("According to", "unknown"),
        ("Yes", "unknown"),
    ],
)
def test_a_statement_is_supported_by_the_passage_that_holds_it(statement: str, verdict: Verdict) -> None:
    assert support(TRAVEL, LEAVE, CARS)(statement, 1) == verdict


def test_numbers_of_the_question_need_not_stand_in_the_passage() -> None:
    asked = support(TRAVEL, LEAVE, question="I stayed in a hotel in Shanghai for 1,300 CNY. What is the limit?")
    assert asked("Of 1,300 CNY for the hotel in Shanghai the limit pays 850 CNY", 1) == "supported"


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("上海的酒店限额是每晚850元", "supported"),
        ("上海的酒店限额是每晚900元", "unsupported"),
        ("酒店费用有上限", "unknown"),
        ("住宿限额适用于位于Shanghai的酒店", "supported"),
    ],
)
def test_across_scripts_only_numbers_and_names_are_compared(statement: str, verdict: Verdict) -> None:
    assert support(TRAVEL, LEAVE)(statement, 1) == verdict


def test_a_value_that_was_worked_out_is_supported_only_with_the_values_it_comes_from() -> None:
    answered = support("Revenue: products 120, services 30.", CARS)
    assert answered("Revenue of products and services is 150 together", 1) == "unsupported"
    assert answered("Revenue of products, 120, and services, 30, is 150 together", 1) == "supported"


def test_a_language_that_shares_only_the_script_is_not_compared_by_its_words() -> None:
    answered = support(GERMAN, CARS)
    assert answered("Receipts are handed in after the trip", 1) == "unknown"
    assert answered("Receipts are handed in within 15 days of the trip", 1) == "supported"
    assert answered("Receipts are handed in within 30 days of the trip", 1) == "unsupported"


def test_chinese_statements_are_compared_with_chinese_passages() -> None:
    answered = support("年假为十五天。加班需提前申请。", "报销单应在出差后三十天内提交。")
    assert answered("员工每年有15天年假", 1) == "supported"
    assert answered("员工每年有15天年假", 2) == "unsupported"
    assert answered("出差后应提交报销单", 1) == "unsupported"

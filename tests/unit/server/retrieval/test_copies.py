"""Whether a passage says anything new."""

from dataclasses import replace

import pytest

from server.model import Passage
from server.retrieval.copies import Said

LONG = (
    "Employees who travel on business outside Europe need the written approval of their head of department at least "
    "two weeks before the journey begins, and hand in all receipts within 30 days after they have come back to their "
    "office."
)


def said(text: str, **fields: object) -> Said:
    return Said(replace(Passage("id", "vs", "file", "a.md", text, 0.5), **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A hotel in Zurich.", "a HOTEL,\nin Zurich"),
        ("The recog-\nnition of text", "the recognition of text"),
        ("ﬁne print", "Fine print"),
        ("年假可以结转5天。", "年假可以结转 5 天"),
        (LONG[40:], LONG),
        (LONG.replace("hand in", "also hand in"), LONG),
        (LONG.replace("at least two", "two"), LONG),
    ],
)
def test_another_form_of_a_text_repeats_it(one: str, other: str) -> None:
    assert said(one).repeats(said(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It costs 1.5 EUR", "It costs 15 EUR"),
        ("It costs 10 %", "It costs 10 €"),
        ("Store below -5 degrees", "Store below 5 degrees"),
        ("Seats 3 4", "Seats 34"),
        (LONG, LONG[40:]),  # says more
        ("Not included.", "Breakfast is not included."),  # too short to be sure
        (LONG.replace("30", "31"), LONG),
        (LONG.replace("hand in", "may hand in"), LONG),
        (LONG.replace("need", "do not need"), LONG),
        (LONG.replace("Europe", "Europe or Turkey"), LONG),
        (LONG.replace("Employees", "Employers"), LONG),
        (LONG.replace("before", "after"), LONG),
        (LONG.replace("head of department", "department of head"), LONG),
        ("经理批准后可以报销差旅费。" * 12 + "财务部负责。", "经理批准后可以报销差旅费。" * 12 + "人事部负责。"),
        ("经理批准后可以报销差旅费。" * 12, "经理不批准后可以报销差旅费。" + "经理批准后可以报销差旅费。" * 11),
    ],
)
def test_what_may_mean_something_else_is_another_text(one: str, other: str) -> None:
    assert not said(one).repeats(said(other))


def test_the_same_text_under_another_heading_is_another_one() -> None:
    under = said("Ask your manager.", headings=("Rules", "Travel"))
    assert not under.repeats(said("Ask your manager.", headings=("Rules", "Overtime")))
    assert under.repeats(said("Ask your manager.", headings=("House rules", "Travel")))
    assert under.repeats(said("Ask your manager."))
    assert not said("Lamp: 120", sheet="2025").repeats(said("Lamp: 120", sheet="2026"))


def test_a_word_more_where_the_question_is_answered_makes_another_text() -> None:
    more = LONG.replace("all receipts", "all original receipts")
    start = more.index("hand in")
    assert said(more).repeats(said(LONG))
    assert not said(more, best=(start, start + 40)).repeats(said(LONG))

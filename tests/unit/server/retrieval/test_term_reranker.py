import math

from hypothesis import given, settings
from hypothesis import strategies as st

from server.retrieval.term_reranker import TermReranker

score = TermReranker().score


def test_the_text_that_holds_more_of_the_question_is_more_relevant() -> None:
    scores = score(
        "How long is the warranty of the pump?",
        ["The warranty of the pump is 24 months.", "The pump is blue.", "Lunch is at noon."],
    )
    assert scores[0] > scores[1] > scores[2]
    assert scores[0] > 0.3
    assert scores[2] < 0.05


def test_a_rare_term_tells_more_than_a_common_one() -> None:
    texts = ["The valve of the compressor", "The valve of the boiler", "The valve of the pump", "A compressor"]
    scores = score("compressor valve", texts)
    assert scores[0] == max(scores)
    assert scores[3] > scores[1]


def test_a_number_of_the_question_counts() -> None:
    scores = score("What is the limit of item 17?", ["The limit of item 16 is 5.", "The limit of item 17 is 5."])
    assert scores[1] > scores[0]


def test_a_text_by_itself_is_judged_too() -> None:
    (met,), (missed,) = (
        score("rental car price", ["The rental car price is 140."]),
        score("rental car price", ["Soup."]),
    )
    assert met > 0.5 > missed


def test_nothing_and_no_text_do_no_harm() -> None:
    assert score("what", []) == []
    assert all(0 <= one <= 1 for one in score("", ["a", ""]))


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=100), st.lists(st.text(max_size=200), max_size=5))
def test_any_text_gets_a_share(question: str, texts: list[str]) -> None:
    scores = score(question, texts)
    assert len(scores) == len(texts)
    assert all(math.isfinite(one) and 0 <= one <= 1 for one in scores)

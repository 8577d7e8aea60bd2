"""What counts as right, as correct and as grounded."""

import pytest

from server.evals.judging import grounded, is_correct, rank_of
from server.evals.questions import StoreQuestion
from server.model import Passage, Span


def passage(file_id: str, text: str = "", page: int | None = None, *pages: int) -> Passage:
    spans = tuple(Span(0, 1, number) for number in pages)
    return Passage(f"{file_id}{page}{pages}", "vs", file_id, f"{file_id}.pdf", text, 0.5, page=page, spans=spans)


def cited(index: int, quote: str, *headings: str) -> dict[str, object]:
    return {"index": index, "quote": quote, "headings": list(headings)}


def test_the_named_file_and_page_are_right() -> None:
    found = [passage("a", page=1), passage("b", page=1), passage("b", "", 2, 2, 3)]
    assert rank_of(StoreQuestion("?", file_id="b"), found) == 2
    assert rank_of(StoreQuestion("?", filename="b.pdf"), found) == 2
    assert rank_of(StoreQuestion("?", filename="b.pdf", page=3), found) == 3
    assert rank_of(StoreQuestion("?", filename="b.pdf", page=9), found) is None


def test_without_a_file_the_passage_with_an_answer_is_right() -> None:
    found = [passage("a", "Nothing here."), passage("b", "It costs 210\nFrancs.")]
    assert rank_of(StoreQuestion("?", answers=("200 francs", "210 francs")), found) == 2


@pytest.mark.parametrize(
    ("answer", "said", "correct"),
    [
        ("210 Francs", "Up to 210 francs [1].", True),
        ("11:45", "It opens at 11:45. [2]", True),
        ("1", "It opens at 11 [1].", False),
        ("15 天", "每年可享受15天年假【1】。", True),
        ("Zürich", "In ZÜRICH.", True),
        ("ten", "often", False),
    ],
)
def test_an_answer_is_correct_whatever_case_and_punctuation(answer: str, said: str, correct: bool) -> None:
    assert is_correct(StoreQuestion("?", answers=(answer,)), said) is correct


def test_statements_need_a_quote_with_their_numbers_and_terms() -> None:
    said = "The hotel costs 210 francs [1]. Breakfast is free of charge [2]. Dogs are welcome."
    quotes = [cited(27, "A hotel may cost 210 francs."), cited(60, "The pool closes at nine.")]
    assert grounded(said, quotes) == (3, 1)
    assert grounded("The hotel costs 230 francs [1].", [cited(27, "A hotel may cost 210 francs.")]) == (1, 0)
    assert grounded("It costs 3.50 francs. [1]", [cited(22, "Coffee costs 3.50 francs.")]) == (1, 1)
    assert grounded("年假有15天 [1]。病假另计。", [cited(7, "员工每年可享受15天年假。")]) == (2, 1)
    assert grounded("", []) == (0, 0)

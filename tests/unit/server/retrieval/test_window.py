"""The few sentences of a passage that match a question best."""

import pytest

from ingest.terms import terms
from server.retrieval.window import Question, best_window, sentences

TEXT = "The canteen opens at eleven. Trips to Zurich need approval by the head of department. Receipts are kept."


def test_the_sentence_that_holds_the_rare_terms_is_the_window() -> None:
    asked = Question("Who approves trips to Zurich?", {"approv": 3.0, "trip": 3.0, "zurich": 5.0})
    window = best_window(asked, TEXT, {})
    assert TEXT[window.start : window.end].strip() == TEXT.split(". ")[1] + "."
    assert window.coverage == pytest.approx(1.0)  # approval and approves share a stem


def test_headings_take_part() -> None:
    asked = Question("Zurich canteen", {"zurich": 1.0, "canteen": 1.0})
    above = asked.read("Zurich office")[1]
    assert best_window(asked, "The canteen opens at eleven.", above).coverage == pytest.approx(1.0)


def test_a_misspelt_word_is_met_in_part() -> None:
    asked = Question("septicemia", dict.fromkeys(terms("septicemia"), 1.0))
    assert 0 < best_window(asked, "Some are septicemic forms.", {}).coverage < 1
    assert best_window(asked, "Some are serious forms.", {}).coverage == 0


def test_chinese_sentences_end_without_spaces() -> None:
    text = "食堂十一点开门。出差须由部门主管批准！"
    assert [text[start:end] for start, end in sentences(text)] == ["食堂十一点开门。", "出差须由部门主管批准！"]


def test_a_question_without_terms_has_an_empty_coverage() -> None:
    window = best_window(Question("?", {}), TEXT, {})
    assert (window.coverage, window.runs) == (0.0, 0.0)
    assert best_window(Question("?", {}), "", {}).end == 0

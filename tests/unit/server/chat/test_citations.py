from dataclasses import replace

import pytest

from server.chat.citations import best_sentence, cite
from server.chat.markers import Markers
from server.chat.prompt import render_passage
from server.model import Citation, Passage, Span

TEXT = "The hotel limit in Shanghai is 850 CNY. Meals are paid up to 120 CNY a day.\n年假为十五天。加班需提前申请。"


def passage(text: str = TEXT) -> Passage:
    cut = text.index("Meals")
    spans = (Span(0, cut, 3, (0.1, 0.1, 0.9, 0.2)), Span(cut, len(text), 4, (0.1, 0.5, 0.9, 0.6)))
    return Passage("c", "vs", "file-1", "policy.docx", text, 0.9, spans=spans, page=3)


def cited(answer: str, *passages: Passage) -> list[Citation]:
    """The citations of an answer all of whose markers are supported."""
    markers = Markers([one.text for one in passages], lambda _statement, _number: "supported")
    markers.feed(answer, end=True)
    return cite(markers.kept, passages)


def test_a_marker_becomes_the_sentence_it_stands_for_with_its_page_and_box() -> None:
    [citation] = cited("Meals are paid up to 120 CNY [1].", passage())
    assert citation.quote == "Meals are paid up to 120 CNY a day."
    assert (citation.page, citation.box) == (4, (0.1, 0.5, 0.9, 0.6))
    assert citation.annotation()["filename"] == "policy.docx"


def test_a_chinese_answer_finds_its_chinese_sentence() -> None:
    [citation] = cited("员工每年有十五天年假【1】。", passage())
    assert citation.quote == "年假为十五天。"


def test_one_marker_may_name_several_passages() -> None:
    found = cited("Both say so [1, 2].", passage(), passage())
    assert [citation.marker for citation in found] == [1, 2]


def test_a_marker_without_a_passage_is_passed_over() -> None:
    assert cited("As [7] and [0] say, arr[1] too.") == []
    assert [c.marker for c in cited("See [3] and [1].", passage())] == [1]


def test_decimal_points_do_not_end_a_sentence() -> None:
    text = "The rate is 3.5 percent. The other is 4.75 percent."
    start, end = best_sentence(text, "the other rate 4.75")
    assert text[start:end].strip() == "The other is 4.75 percent."


@pytest.mark.parametrize(("confidence", "low"), [(0.95, False), (0.6, True)])
def test_text_that_recognition_was_not_sure_of_is_marked(confidence: float, *, low: bool) -> None:
    scanned = replace(passage(), confidence=confidence)

    [citation] = cited("Meals are paid up to 120 CNY [1].", scanned)

    assert (citation.annotation()["confidence"], citation.annotation()["low_confidence"]) == (confidence, low)
    assert ("may be misread" in render_passage(1, scanned)) == low


def test_text_that_was_not_recognised_has_no_confidence() -> None:
    [citation] = cited("Meals are paid up to 120 CNY [1].", passage())
    assert citation.annotation().keys().isdisjoint({"confidence", "low_confidence"})

from collections.abc import Iterable, Sequence

import pytest

from ingest.cleaning import Cleaning
from ingest.model import Element, Kind, Loss, Quality

PAGE = "A page of a report says a good many things about the year that has passed. " * 10


def quality(elements: Iterable[Element], pages: int = 1, losses: Sequence[Loss] = ()) -> Quality:
    cleaning = Cleaning()
    for _ in cleaning.elements(elements):
        pass
    found = cleaning.quality(pages, losses)
    assert found is not None
    return found


def pages(number: int, text: str = PAGE, confidence: float | None = None) -> list[Element]:
    texts = (f"{page}. {text}" for page in range(1, number + 1))
    return [Element(Kind.TEXT, text, page=page, confidence=confidence) for page, text in enumerate(texts, 1)]


def test_a_clean_document_is_worth_1_and_needs_no_reason() -> None:
    assert quality(pages(10), 10) == Quality(1.0, ())
    assert quality([Element(Kind.TEXT, "A short note.")], 0) == Quality(1.0, ())


def test_sure_recognition_takes_nothing_off() -> None:
    assert quality(pages(3, confidence=0.93), 3) == Quality(1.0, ())


@pytest.mark.parametrize(
    ("elements", "total", "losses", "reason"),
    [
        (pages(7), 10, [Loss("x", page=page) for page in (8, 9, 10)], "3 of 10 pages could not be read"),
        (pages(3), 3, [Loss("an attachment")], "1 part could not be read"),
        ([*pages(3), Element(Kind.TEXT, "-", page=4)], 10, [], "7 of 10 pages hold hardly any text"),
        (pages(4, confidence=0.6), 4, [], "recognised text is unsure (mean confidence 60%)"),
        (pages(3, "\ufffd\ufffd\ufffd word " * 40), 3, [], "33% of the characters are garbage"),
        (pages(2, "fÃ¼r die PrÃ¼fung " * 20), 2, [], "of the characters are garbage"),
        ([Element(Kind.TEXT, PAGE)] * 4, 0, [], "75% of the text only repeats what the document says before"),
        ([Element(Kind.FOOTER, PAGE), Element(Kind.TEXT, PAGE)], 0, [], "50% of the text stands around the content"),
    ],
)
def test_every_point_off_has_a_reason(elements: list[Element], total: int, losses: list[Loss], reason: str) -> None:
    found = quality(elements, total, losses)
    assert 0 <= found.score < 1
    assert len(found.reasons) == 1
    assert reason in found.reasons[0]


def test_worse_documents_score_lower() -> None:
    scores = [quality(pages(9, confidence=sure), 9).score for sure in (0.9, 0.8, 0.7, 0.5)]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4
    lost = [
        quality(pages(10 - n), 10, [Loss("x", page=page) for page in range(11 - n, 11)]).score for n in (0, 1, 5, 9)
    ]
    assert lost == sorted(lost, reverse=True)


def test_chinese_and_symbols_are_no_garbage() -> None:
    assert quality(pages(2, "员工出差住宿标准为每晚五百元——超出部分自理。" * 9), 2).score == 1.0
    assert quality(pages(2, "½ × 3 m² ≥ 5 €, “naïve” café – ångström ΔE ✓ • ★ " * 9), 2).score == 1.0

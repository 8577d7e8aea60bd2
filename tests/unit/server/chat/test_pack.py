from typing import Any

import pytest

from server.chat.pack import Room, pack
from server.errors import QuestionTooLong
from server.model import Passage, Span

ASKED: list[dict[str, Any]] = [{"role": "user", "content": "what"}]


def passages(*words: int) -> list[Passage]:
    return [Passage(str(n), "vs", "file-1", "a.md", "word " * count, 0.9) for n, count in enumerate(words)]


def count(text: str) -> int:
    return len(text.split())


def test_the_best_passages_are_packed_and_the_first_that_does_not_fit_is_cut() -> None:
    packed = pack(passages(100, 5000, 100), ASKED, Room(8000, 500, 1000), count)
    assert [passage.id for passage in packed] == ["0", "1"]
    assert 700 < sum(count(passage.text) for passage in packed) <= 1000


def test_where_only_a_few_words_of_a_passage_would_fit_a_shorter_one_is_packed() -> None:
    packed = pack(passages(100, 100, 20), ASKED, Room(8000, 500, 160), count)
    assert [passage.id for passage in packed] == ["0", "2"]


def test_headings_that_leave_no_room_for_text_leave_the_passage_out() -> None:
    long = Passage("0", "vs", "f", "a.md", "word " * 100, 0.9, headings=("heading " * 100,))
    packed = pack([long, *passages(20)], ASKED, Room(8000, 500, 110), count)
    assert [count(passage.text) for passage in packed] == [20]


def test_what_is_packed_leaves_less_room_for_the_next() -> None:
    packed = pack(passages(100, 100, 100), ASKED, Room(8000, 500, 260), count)
    assert [passage.id for passage in packed] == ["0", "1"]


def test_a_first_passage_that_does_not_fit_is_cut() -> None:
    [packed] = pack(passages(5000), ASKED, Room(8000, 500, 300), count)
    assert 100 < count(packed.text) <= 300


def test_the_order_does_not_depend_on_the_question() -> None:
    first, second, third = passages(100, 100, 100)
    room = Room(8000, 500, 1000)
    assert pack([third, first, second], ASKED, room, count) == pack([second, third, first], ASKED, room, count)


def test_what_is_cut_keeps_the_window_that_matches_best_and_its_place() -> None:
    text = "word " * 5000 + "the answer " + "word " * 5000
    at = text.index("the answer")
    long = Passage(
        "0", "vs", "f", "a.md", text, 0.9, spans=(Span(0, at, 1), Span(at, len(text), 2)), best=(at, at + 10)
    )
    [packed] = pack([long], ASKED, Room(8000, 500, 300), count)
    assert packed.text.startswith("the answer")
    assert [(span.start, span.end, span.page) for span in packed.spans] == [(0, len(packed.text), 2)]


def test_a_conversation_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(QuestionTooLong):
        pack(passages(100), [{"role": "user", "content": "w " * 9000}], Room(8000, 500, 300), count)

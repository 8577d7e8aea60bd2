"""Joining what was found."""

from dataclasses import replace

import pytest

from server.model import Passage, Span
from server.retrieval.candidate import Candidate
from server.retrieval.neighbours import MOST_BYTES, joined


def passage(number: int, text: str, score: float, follows: int | None = None, **fields: object) -> Passage:
    """Chunk `number` of a file, which follows that other one."""
    before = "" if follows is None else f"{follows:08x}"[:8]
    found = Passage(f"{number:08x}-place", "vs", "file", "a.md", text, score, follows=before)
    return replace(found, **fields)  # type: ignore[arg-type]


def ranked(*passages: Passage) -> list[Candidate]:
    return [Candidate(one, one.score) for one in passages]


def texts(*found: list[Candidate], limit: int = 6) -> list[str]:
    return [one.passage.text for one in joined(found, limit)]


def test_neighbours_become_one_passage_in_reading_order_in_the_place_of_the_better() -> None:
    found = ranked(passage(7, "Other.", 0.9), passage(2, "Second.", 0.8), passage(1, "First.", 0.5))
    follows = [replace(one, passage=replace(one.passage, follows="00000001")) for one in found[1:2]]
    first, merged = joined([[found[0], *follows, found[2]]], 6)
    assert first.passage.text == "Other."
    assert (merged.passage.text, merged.passage.score) == ("First.\nSecond.", 0.8)
    assert merged.passage.id == "00000002-place"


def test_a_chunk_between_two_others_closes_the_gap() -> None:
    found = ranked(passage(1, "One.", 0.8), passage(3, "Three.", 0.7, 2), passage(2, "Two.", 0.6, 1))
    assert texts(found) == ["One.\nTwo.\nThree."]


def test_places_in_the_text_move_with_it() -> None:
    box = (0.1, 0.1, 0.2, 0.2)
    one = passage(1, "Erste Zeile", 0.6, page=3, spans=(Span(0, 11, 3, box),), confidence=0.9)
    two = passage(2, "Zweite", 0.8, 1, page=4, spans=(Span(0, 6, 4, box),), best=(0, 3), confidence=0.7)
    (merged,) = joined([ranked(two, one)], 6)
    found = merged.passage
    assert [found.text[span.start : span.end] for span in found.spans] == ["Erste Zeile", "Zweite"]
    assert [span.page for span in found.spans] == [3, 4]
    assert found.best is not None
    assert found.text[slice(*found.best)] == "Zwe"
    assert (found.page, found.confidence) == (3, 0.7)


def test_what_overlapping_chunks_have_in_common_stands_once_in_the_joined_text() -> None:
    one = passage(1, "Alpha one.\nBeta two.", 0.6, spans=(Span(0, 10, 1), Span(11, 20, 2)))
    two = passage(
        2, "Beta two. Gamma three.", 0.8, 1, spans=(Span(0, 9, 2), Span(10, 22, 3)), repeated=9, best=(10, 15)
    )
    (merged,) = joined([ranked(two, one)], 6)
    found = merged.passage
    assert found.text == "Alpha one.\nBeta two. Gamma three."
    assert [found.text[span.start : span.end] for span in found.spans] == ["Alpha one.", "Beta two.", "Gamma three."]
    assert found.best is not None
    assert found.text[slice(*found.best)] == "Gamma"


def test_chunks_that_only_claim_to_overlap_lose_nothing() -> None:
    assert texts(ranked(passage(1, "Alpha one.", 0.6), passage(2, "Beta two.", 0.8, 1, repeated=4))) == [
        "Alpha one.\nBeta two."
    ]


@pytest.mark.parametrize(
    ("cells", "merged"),
    [
        (("A2:F9", "A10:F20"), "A2:F20"),
        (("A2:F9", "A9:F20"), "A2:F20"),
        (("A2:F9", "A12:F20"), "A2:F9,A12:F20"),
        (("A2:F9", "H2:K9"), "A2:F9,H2:K9"),
        ((None, "A2:F9"), "A2:F9"),
        ((None, None), None),
    ],
)
def test_rows_that_follow_each_other_are_one_range(cells: tuple[str | None, ...], merged: str | None) -> None:
    one = passage(1, "Lamp: 1", 0.6, sheet="List", cells=cells[0])
    two = passage(2, "Bulb: 2", 0.8, 1, sheet="List", cells=cells[1])
    (found,) = joined([ranked(two, one)], 6)
    assert (found.passage.cells, found.passage.sheet) == (merged, "List")


@pytest.mark.parametrize(
    "apart",
    [
        {"headings": ("Another",)},
        {"sheet": "Another"},
        {"file_id": "another"},
        {"store_id": "another"},
        {"hidden": True},
        {"follows": "0000000a"},
        {"follows": ""},
        {"score": 0.39},
        {"text": "x" * MOST_BYTES},
    ],
)
def test_what_does_not_belong_together_stays_apart(apart: dict[str, object]) -> None:
    found = ranked(passage(1, "First.", 0.8), replace(passage(2, "Second.", 0.8, 1), **apart))  # type: ignore[arg-type]
    assert len(joined([found], 6)) == 2


def test_a_piece_grows_no_further_than_its_limit() -> None:
    found = ranked(*(passage(number, f"{number}" * 1000, 0.8, number - 1) for number in range(1, 10)))
    pieces = joined([found], 9)
    assert [len(one.passage.text.encode()) for one in pieces] == [3002, 3002, 3002]
    assert "".join(one.passage.text for one in pieces).replace("\n", "") == "".join(f"{n}" * 1000 for n in range(1, 10))


def test_questions_take_turns_and_share_what_both_found() -> None:
    shared = passage(5, "Shared by both.", 0.6)
    one = ranked(passage(1, "A", 0.9), shared, passage(2, "B", 0.5))
    other = ranked(passage(3, "C", 0.7), passage(4, "D", 0.65), replace(shared, score=0.64))
    found = joined([one, other], 6)
    assert [each.passage.text for each in found] == ["A", "C", "Shared by both.", "D", "B"]
    assert found[2].passage.score == 0.64


def test_every_question_keeps_its_best() -> None:
    many = ranked(*(passage(number, f"Text {number}", 0.9) for number in range(10)))
    assert "Lonely" in texts(many, ranked(passage(99, "Lonely", 0.1)), limit=2)


def test_the_limit_is_filled_after_neighbours_and_copies_took_less_room() -> None:
    copies = [passage(number, "Same text.", 0.9) for number in range(10, 14)]
    neighbours = [passage(number, f"Part {number}.", 0.8, number - 1) for number in range(1, 4)]
    others = [passage(number, f"Other {number}.", 0.5) for number in range(20, 30)]
    assert len(texts(ranked(*copies, *neighbours, *others), limit=6)) == 6


def test_where_a_text_also_stands_is_told() -> None:
    one, two = passage(1, "Same text.", 0.9), passage(2, "same TEXT", 0.8, file_id="copy")
    (found,) = joined([ranked(one, two, replace(one, score=0.2))], 6)
    assert found.passage.also == ("copy",)


def test_nothing_found_joins_to_nothing() -> None:
    assert joined([], 6) == []
    assert joined([[], []], 6) == []

"""Joins what was found for several questions: each text once, and neighbours of one file in one piece."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from server.model import Passage
from server.retrieval.candidate import Candidate
from server.retrieval.copies import Said

# UTF-8 bytes of the longest piece, which cost about as many tokens in every script: 800 English, 1,000 Chinese.
MOST_BYTES: Final = 3200
# A neighbour this much less relevant than the better one would only take room.
_LEAST_SHARE: Final = 0.5
_RANGE: Final = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")

_Piece = list[Candidate]


def joined(found: Sequence[Sequence[Candidate]], limit: int) -> list[Candidate]:
    """The best of each question in turn, `limit` of them if there are as many. What a better one says already is left
    out; chunks that stand one after the other in a file become one passage in reading order, in the place and with the
    score of the best."""
    pieces: list[_Piece] = []
    for candidate in _once(_in_turn(found)):
        _put(pieces, candidate)
    return [_whole(piece) for piece in pieces[:limit]]


def _in_turn(found: Sequence[Sequence[Candidate]]) -> Iterator[Candidate]:
    for row in zip_longest(*found):
        yield from (candidate for candidate in row if candidate is not None)


def _once(candidates: Iterator[Candidate]) -> list[Candidate]:
    """Those that say something new. The score of a text is the best it got for any question."""
    said: list[Said] = []
    kept: list[Candidate] = []
    for candidate in candidates:
        new = Said(candidate.passage)
        place = next((number for number, known in enumerate(said) if new.repeats(known)), None)
        if place is None:
            said.append(new)
            kept.append(candidate)
        else:
            kept[place] = _seen_again(kept[place], candidate.passage)
    return kept


def _seen_again(candidate: Candidate, copy: Passage) -> Candidate:
    passage = candidate.passage
    others = dict.fromkeys(file_id for file_id in (*passage.also, copy.file_id) if file_id != passage.file_id)
    return replace(candidate, passage=replace(passage, score=max(passage.score, copy.score), also=tuple(others)))


def _put(pieces: list[_Piece], candidate: Candidate) -> None:
    """Adds a candidate: to the piece it continues or precedes, both if it closes a gap, or as a new one."""
    piece, place = [candidate], len(pieces)
    for number in range(len(pieces) - 1, -1, -1):
        longer = _together(pieces[number], piece)
        if longer:
            piece, place = longer, number
            del pieces[number]
    pieces.insert(place, piece)


def _together(one: _Piece, other: _Piece) -> _Piece | None:
    """Both in reading order, if one follows the other and both are worth showing together."""
    if _follows(other[0].passage, one[-1].passage):
        longer = [*one, *other]
    elif _follows(one[0].passage, other[-1].passage):
        longer = [*other, *one]
    else:
        return None
    scores = [max(candidate.passage.score for candidate in piece) for piece in (one, other)]
    size = sum(len(candidate.passage.text.encode()) for candidate in longer)
    return longer if size <= MOST_BYTES and min(scores) >= _LEAST_SHARE * max(scores) else None


def _follows(passage: Passage, before: Passage) -> bool:
    return passage.follows != "" and before.id.startswith(passage.follows) and _place(passage) == _place(before)


def _place(passage: Passage) -> tuple[object, ...]:
    return passage.store_id, passage.file_id, passage.headings, passage.sheet, passage.hidden


def _whole(piece: _Piece) -> Candidate:
    """The piece as one candidate: the best of it, with the text of all."""
    if len(piece) == 1:
        return piece[0]
    number = max(range(len(piece)), key=lambda number: piece[number].passage.score)
    best = piece[number]
    passages = [candidate.passage for candidate in piece]
    text, starts = _in_one(passages)
    offset = starts[number]
    window = best.passage.best
    others = dict.fromkeys(file_id for passage in passages for file_id in passage.also)
    merged = replace(
        best.passage,
        text=text,
        spans=tuple(
            replace(span, start=span.start + start, end=span.end + start)
            for passage, start in zip(passages, starts, strict=True)
            for span in passage.spans
            if passage is passages[0] or span.end > passage.repeated
        ),
        page=next((passage.page for passage in passages if passage.page is not None), None),
        cells=_cells([passage.cells for passage in passages]),
        confidence=min((one.confidence for one in passages if one.confidence is not None), default=None),
        best=window and (window[0] + offset, window[1] + offset),
        also=tuple(others),
        follows=passages[0].follows,
        repeated=passages[0].repeated,
    )
    return replace(best, passage=merged)


def _in_one(passages: Sequence[Passage]) -> tuple[str, list[int]]:
    """The text of all, where chunks overlap only once; and where each begins in it."""
    text, starts = "", [0]
    for number, passage in enumerate(passages):
        if number:
            shared = passage.repeated if text.endswith(passage.text[: passage.repeated]) else 0
            text = text if shared else f"{text}\n"
            starts.append(len(text) - shared)
            text += passage.text[shared:]
        else:
            text = passage.text
    return text, starts


def _cells(ranges: Sequence[str | None]) -> str | None:
    """One range where rows of the same columns follow each other ("A2:F9" and "A10:F20"), else all, by commas."""
    merged: list[str] = []
    for cells in filter(None, ranges):
        last, this = _RANGE.fullmatch(merged[-1]) if merged else None, _RANGE.fullmatch(cells)
        if (
            last
            and this
            and (last[1], last[3]) == (this[1], this[3])
            and int(last[2]) <= int(this[2]) <= int(last[4]) + 1
        ):
            merged[-1] = f"{this[1]}{last[2]}:{this[3]}{max(int(last[4]), int(this[4]))}"
        elif cells not in merged:
            merged.append(cells)
    return ",".join(merged) or None

"""Chunks put in the order of their document."""

from dataclasses import replace
from unittest.mock import Mock

import pytest

from server.documents import chunks
from server.documents.chunks import FoundChunk, in_order
from server.payload import Payload


def chunk(content: str, follows: str, page: int = 1, number: int = 0) -> FoundChunk:
    begin = content * 12
    name = follows * 12 if follows else ""
    payload = Payload(content, (), (), page, None, None, hidden=False, confidence=None, follows=name)
    return FoundChunk(f"{begin}{number}", payload)


def told(chunks: list[FoundChunk]) -> str:
    return "".join(one.payload.text for one in in_order(chunks))


def test_each_comes_behind_the_one_it_follows() -> None:
    assert told([chunk("c", "b"), chunk("a", ""), chunk("d", "c"), chunk("b", "a")]) == "abcd"
    assert in_order([]) == []


def test_equal_chunks_come_by_page() -> None:
    chunks = [chunk("a", ""), chunk("b", "a", 1), chunk("a", "b", 2, 1), chunk("c", "a", 2), chunk("a", "c", 3, 2)]
    for turn in range(5):
        assert told([*chunks[turn:], *chunks[:turn]]) == "abaca"


def test_none_is_lost_where_the_chain_is_broken_or_a_circle() -> None:
    assert told([chunk("z", "y", 2), chunk("b", "a", 1), chunk("a", "")]) == "abz"
    assert sorted(told([chunk("a", "b"), chunk("b", "a")])) == ["a", "b"]


def test_many_broken_chains_are_put_in_order_by_looking_at_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    payload = Payload("", (), (), 1, None, None, hidden=False, confidence=None, follows="")
    broken = [FoundChunk(f"{n:012}", replace(payload, page=1000 - n, follows=f"gone {n}")) for n in range(1000)]
    look = Mock(wraps=chunks._place)
    monkeypatch.setattr(chunks, "_place", look)
    assert in_order(broken) == broken[::-1]
    assert look.call_count == 1000

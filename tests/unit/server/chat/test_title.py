"""A title is one visible line."""

from typing import Any

import pytest

from server.chat.title import in_a_line, title_of


def said(*texts: str, role: str = "user") -> dict[str, Any]:
    return {"type": "message", "role": role, "content": [{"type": "input_text", "text": text} for text in texts]}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  a\n\tb ", "a b"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("\u2067x\u2069\u200f", "x"),
        ("a\u0000b\u2028c", "a b c"),
        ("👩‍👩‍👧 ناصع", "👩‍👩‍👧 ناصع"),
        ("\u202e \n", ""),
    ],
)
def test_what_cannot_be_seen_is_left_out(text: str, line: str) -> None:
    assert in_a_line(text) == line


def test_the_first_thing_a_user_says_is_the_title_cut_at_a_word() -> None:
    items = [
        said("be kind", role="system"),
        said("\n"),
        {"type": "item_reference", "id": "msg_1"},
        said("Is it", "so?"),
    ]
    assert title_of(items) == "Is it so?"
    assert title_of(items[:3]) is None
    long = title_of([said("word " * 1000)])
    assert long is not None
    assert (long[-5:], len(long) <= 80) == ("word…", True)
    assert title_of([said("字" * 500)]) == "字" * 79 + "…"

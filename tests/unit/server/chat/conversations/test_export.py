"""A conversation as a document: readable, in its language, and harmless."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from markdown_it import MarkdownIt

from server.chat.conversations import export
from server.chat.conversations.conversations import Conversation

TALK = Conversation("conv_1", "user:1", 0, 0, None, "Leave", {})


def markdown(conversation: Conversation, turns: list[tuple[dict[str, Any], list[dict[str, Any]]]]) -> str:
    return "".join(export.markdown(conversation, turns))


def turn(question: str, answer: str, *sources: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    part = {"type": "output_text", "text": answer, "annotations": [{"type": "file_citation", **one} for one in sources]}
    output = [{"type": "file_search_call", "id": "fs"}, {"type": "message", "role": "assistant", "content": [part]}]
    asked = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": question}]}
    return {"output": output}, [asked]


def test_turns_are_numbered_with_their_sources_once_each() -> None:
    book = {"marker": 1, "filename": "book.pdf", "page": 3, "headings": ["Leave"], "quote": "Thirty  days."}
    sheet = {"marker": 2, "filename": "a.xlsx", "sheet": "Staff", "cells": "A1:B2"}
    text = markdown(TALK, [turn("How many?\nAnd why?", "Thirty [1], by [2] and [1].", book, sheet, book)])
    assert text == (
        "# Leave\n\n1970-01-01 00:00 UTC\n\n## 1\n\n**Question**\n\n> How many?\n> And why?\n\n**Answer**\n\n"
        "Thirty [1], by [2] and [1].\n\n**Sources**\n\n1. book.pdf, p. 3, Leave: “Thirty days.”\n"
        "2. a.xlsx, Staff A1:B2\n"
    )


def test_the_words_are_those_of_the_title() -> None:
    chinese = Conversation("conv_1", "user:1", 0, 0, None, "年假有多少天", {})
    text = markdown(chinese, [turn("年假?", "", {"filename": "a.pdf", "page": 2})])
    assert "**提问**" in text
    assert "没有回答。" in text
    assert "1. a.pdf, 第 2 页" in text


def test_nothing_in_it_becomes_a_tag_and_code_stays_code() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    name = {"filename": f"[x](javascript:1){hostile}.pdf", "headings": ["# h"], "quote": f"`{hostile}`"}
    text = markdown(TALK, [turn(hostile, f"{hostile} \\`{hostile}\\` and\n```html\n<b>\n```\nthen <i>", name)])
    assert "```html\n<b>\n```" in text
    assert "<" not in text.replace("```html\n<b>\n```", "")
    assert "1. \\[x\\](javascript:1)" in text
    assert ", \\# h: “\\`" in text


@pytest.mark.parametrize(
    "begun",
    ["```", "~~~~", "```\n~~~", "````\n```", "  ```\n``", "\t```", "- x\n  ```", "> ```", "``` `", "```x\u2028y"],
    ids=[
        "open",
        "tildes",
        "tildes in it",
        "shorter in it",
        "indented",
        "by a tab",
        "in a list",
        "quoted",
        "none",
        "odd",
    ],
)
@pytest.mark.parametrize("asked", [True, False], ids=["question", "answer"])
def test_code_that_a_turn_leaves_open_does_not_reach_into_what_follows(begun: str, asked: bool) -> None:
    question, answer = (f"{begun}\nx", "y") if asked else ("y", f"{begun}\nx")
    page = MarkdownIt().render(markdown(TALK, [turn(question, answer), turn("```\n<b>", "<i> ```\n<s>\n```\n<u>")]))
    assert page.count("<h2>") == 2
    assert re.findall("<(?:b|i|s|u|img)>", page) == []
    assert "&lt;u&gt;" in page


def test_pictures_which_would_tell_who_opens_it_are_links() -> None:
    for picture in ("![x](https://evil.example/1.png)", "\\![x](https://evil.example/1.png)", "![x][1]\n\n[1]: /a.png"):
        page = MarkdownIt().render(markdown(TALK, [turn(picture, f"see {picture}", {"filename": picture})]))
        assert "<img" not in page
    assert "![" not in markdown(TALK, [turn("", "![x](https://evil.example/1.png)")])


def test_many_fences_are_read_in_one_pass() -> None:
    # Two patterns' worth of looking back at each fence would be minutes here.
    text = markdown(TALK, [turn("", "```x\n" * 200_000 + "`" * 200_000 + "x`")])
    assert text.endswith("```\n")


def test_it_is_made_one_turn_at_a_time() -> None:
    made: list[int] = []

    def turns() -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
        for number in range(3):
            made.append(number)
            yield turn("x", "y")

    pieces = export.markdown(TALK, turns())
    assert [list(made) for _ in pieces] == [[], [0], [0, 1], [0, 1, 2]]

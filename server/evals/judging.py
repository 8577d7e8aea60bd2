"""Judges what a question found and what was answered."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ingest.terms import terms
from server.evals.questions import StoreQuestion
from server.model import Passage

_MARKER: Final = re.compile(r"[\[【]\s*\d{1,2}(?:\s*[,，、]\s*\d{1,2})*\s*[\]】]")
_MARKERS: Final = rf"(?:\s*{_MARKER.pattern})*"
_STATEMENT: Final = re.compile(rf"\S.*?(?:[.!?](?={_MARKERS}(?:\s|$)){_MARKERS}|[。！？；]{_MARKERS}|\n|$)")
_NOT_WORD: Final = re.compile(r"\W+")
_NUMBER: Final = re.compile(r"\d+")
# Of the terms of a statement, so many must stand in what it cites.
_SUPPORT: Final = 0.5


def rank_of(question: StoreQuestion, passages: Sequence[Passage]) -> int | None:
    """The place, from 1, of the first passage that comes from the file and page that are named; where none is named,
    of the first that holds an answer."""
    return next((place for place, passage in enumerate(passages, 1) if _is_right(question, passage)), None)


def is_correct(question: StoreQuestion, said: str) -> bool:
    """Whether one of the answers stands in what was said, whatever the case and the punctuation."""
    plain = _plain(_MARKER.sub(" ", said))
    return any(f" {_plain(answer)} " in f" {plain} " for answer in question.answers) or any(
        _plain(answer).replace(" ", "") in plain.replace(" ", "") for answer in question.answers if not answer.isascii()
    )


def grounded(said: str, annotations: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """How many statements were made, and how many of them cite a quote that supports them: with every number, and at
    least half of the terms, of the statement."""
    statements = supported = 0
    for match in _STATEMENT.finditer(said):
        statement = _MARKER.sub(" ", match[0])
        wanted = set(terms(statement))
        if not wanted:
            continue
        statements += 1
        own = [one for one in annotations if match.start() <= int(one["index"]) < match.end()]
        quoted = " ".join([*(str(one["quote"]) for one in own), *(" ".join(one["headings"]) for one in own)])
        numbers = set(_NUMBER.findall(statement)) <= set(_NUMBER.findall(quoted))
        shared = len(wanted & set(terms(quoted))) / len(wanted)
        supported += bool(own) and numbers and shared >= _SUPPORT
    return statements, supported


def _is_right(question: StoreQuestion, passage: Passage) -> bool:
    if not (question.file_id or question.filename):
        return is_correct(question, passage.text)
    if passage.file_id != question.file_id and passage.filename != question.filename:
        return False
    pages = {passage.page, *(span.page for span in passage.spans)}
    return question.page is None or question.page in pages


def _plain(text: str) -> str:
    """The words alone, in one spelling."""
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()

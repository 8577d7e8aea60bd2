"""Has a model write questions about the passages of a store, and leaves out those that would test nothing."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

import orjson

from ingest.model import Kind
from ingest.terms import terms
from server.chat.language import language_of
from server.chat.prompt import template
from server.evals.judging import is_correct
from server.evals.questions import StoreQuestion

_LEAST_CHARACTERS, _MOST_CHARACTERS = 200, 1500
_MOST_QUESTION, _MOST_ANSWER = 300, 200
# A question that repeats so many terms of the passage in a row tests whether text is found by itself.
_MOST_RUN: Final = 6
_POINTING: Final = re.compile(
    r"\b(?:passage|text above|excerpt|paragraph|the text)\b|段落|文中|上文|本文", re.IGNORECASE
)
_OBJECT: Final = re.compile(r"\{.*?\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """A passage of a file of the store."""

    file_id: str
    filename: str
    page: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """What the model wrote of a passage: a row for the file of questions, or why it is left out."""

    row: Mapping[str, Any] | None
    reason: str = ""


def sources(file_id: str, filename: str, elements: Sequence[Mapping[str, Any]]) -> list[Source]:
    """The passages of a file, of its elements {text, page, kind}: neighbours under one title and on one page, 200 to
    1,500 characters."""
    found: list[Source] = []
    text, page = "", None
    for element in [*elements, {"text": "", "page": -1}]:
        own = str(element["text"]).strip()
        ends = element.get("page") != page or element.get("kind") == Kind.TITLE
        if text and (ends or len(text) + len(own) > _MOST_CHARACTERS):
            if len(text) >= _LEAST_CHARACTERS:
                found.append(Source(file_id, filename, page, text[:_MOST_CHARACTERS]))
            text = ""
        page = element.get("page")
        text = f"{text}\n{own}".strip()
    return found


def spread(of_files: Sequence[Sequence[Source]], seed: int) -> list[Source]:
    """All passages in an order chosen by chance in which every file comes before any comes again."""
    chance = random.Random(seed)  # noqa: S311 - a choice, not a secret
    shuffled = [chance.sample(own, len(own)) for own in of_files]
    chance.shuffle(shuffled)
    return [source for turn in zip_longest(*shuffled) for source in turn if source is not None]


def written(found: Sequence[Source], ask: Callable[[str], str]) -> Iterator[Written]:
    """What the model makes of each passage; `ask` gives its answer to a prompt."""
    seen: set[str] = set()
    for source in found:
        language = language_of(source.text)
        reply = ask(template("question", language).format(filename=source.filename, passage=source.text))
        question, answer = _read(reply)
        reason = "it was asked before" if question in seen else fault(question, answer, source.text)
        seen.add(question)
        if reason:
            yield Written(None, reason)
            continue
        row = {"question": question, "answers": [answer], "file_id": source.file_id, "filename": source.filename}
        yield Written({**row, "page": source.page, "lang": language, "quote": source.text, "checked": False})


def fault(question: str, answer: str, passage: str) -> str:
    """Why a question and its answer test nothing; empty: they do."""
    if not question or not answer:
        return "the model wrote no question with an answer"
    wanted = StoreQuestion(question, answers=(answer,))
    faults = {
        "the question or the answer is too long": len(question) > _MOST_QUESTION or len(answer) > _MOST_ANSWER,
        "the answer does not stand in the passage": not is_correct(wanted, passage),
        "the question gives its answer away": is_correct(wanted, question),
        "the question speaks of the passage": bool(_POINTING.search(question)),
        "the question copies the passage": _longest_run(terms(question), terms(passage)) > _MOST_RUN,
    }
    return next((reason for reason, found in faults.items() if found), "")


def _longest_run(wanted: Sequence[str], held: Sequence[str]) -> int:
    """The most terms that stand in both side by side."""
    longest, before = 0, [0] * (len(held) + 1)
    for term in wanted:
        now = [0] * (len(held) + 1)
        for place, other in enumerate(held, 1):
            if term == other:
                now[place] = before[place - 1] + 1
        longest, before = max(longest, *now), now
    return longest


def _read(reply: str) -> tuple[str, str]:
    """The question and the answer; empty where the model wrote none."""
    for match in _OBJECT.finditer(reply):
        try:
            told = orjson.loads(match[0])
        except orjson.JSONDecodeError:
            continue
        question, answer = told.get("question"), told.get("answer")
        if isinstance(question, str) and isinstance(answer, str):
            return question.strip(), answer.strip()
    return "", ""

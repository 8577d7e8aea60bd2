"""Chooses the sentences and table rows of passages that answer a question best. Nothing is written anew."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ingest.sentences import sentences
from ingest.terms import terms
from server.model import Passage

MOST_QUOTES: Final = 3
_MOST_CHARS: Final = 600
_CONTEXT_WEIGHT: Final = 0.35
_WANTED: Final = 1.3
_CLOSE: Final = 0.72
_EQUAL: Final = 0.93
_HEADING: Final = 0.5

_DIGIT: Final = re.compile(r"\d|[一二三四五六七八九十百千两]")
_DATE: Final = re.compile(
    r"\d{4}|\d{1,2}:\d{2}|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tues|wednes|thurs|fri|satur|sun)"
    r"|\d\s*[年月日点时号]|[周星期][一二三四五六日天]|\d{1,2}[./-]\d{1,2}",
    re.IGNORECASE,
)
_ASKS_WHEN: Final = re.compile(
    r"\b(?:when|date|deadline|until|by what time)\b|何时|什么时候|哪天|日期|几点|哪一年|截止", re.IGNORECASE
)
_ASKS_HOW_MUCH: Final = re.compile(
    r"\bhow (?:much|many|long|high|large|often|far|old|big|soon)\b|\bmeasured\b"
    r"|\b(?:limit|price|cost|number|amount|budget|rate|fee)\b|多少|几|多久|多长|多大|多高|限额|价格|金额|编号",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[A-Za-z0-9]+(?:[-./:][A-Za-z0-9]+)*")
_MARKER: Final = re.compile(r"[\[【](\s*\d{1,2}(?:\s*[,\uff0c、]\s*\d{1,2})*\s*)[\]】]")


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence or row of the passage with this number (from 1), as it stands there."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _Unit:
    number: int
    order: int
    text: str
    own: frozenset[str]
    context: frozenset[str]


def choose_quotes(question: str, passages: Sequence[Passage]) -> list[Quote]:
    """One to three quotes that fit the question, best first; none if there are no passages with text.

    A unit is weighed by the rarity of the question's terms it holds, a little by those its headings, its file's name
    and its neighbours hold, and by whether it holds a number or a date where the question asks for one.
    """
    units = _units(passages)
    if not units:
        return []
    wanted = frozenset(terms(question))
    counts = Counter(term for unit in units for term in unit.own)
    rarity = {term: math.log(1 + len(units) / (0.5 + counts[term])) for term in wanted}
    scored = sorted(
        (
            (_score(unit, question, rarity) * (1 + 0.3 * passages[unit.number - 1].score), -unit.order, unit)
            for unit in units
        ),
        key=lambda one: one[:2],
        reverse=True,
    )
    best, _, first = scored[0]
    if best <= 0:
        first = max(units, key=lambda unit: (passages[unit.number - 1].score, -unit.order))
        return [Quote(first.number, _shown(first.text))]
    chosen, covered = [first], wanted & first.own
    for score, _, unit in scored[1:]:
        if len(chosen) == MOST_QUOTES or score < _CLOSE * best:
            break
        new = (wanted & unit.own) - covered
        if (new or score >= _EQUAL * best) and unit.text not in {one.text for one in chosen}:
            chosen.append(unit)
            covered |= new
    return [Quote(unit.number, _shown(unit.text)) for unit in chosen]


def _units(passages: Sequence[Passage]) -> list[_Unit]:
    found: list[_Unit] = []
    for number, passage in enumerate(passages, 1):
        place = frozenset(terms(" ".join((passage.filename, passage.sheet or "", *passage.headings))))
        texts = [passage.text[start:end] for start, end in sentences(passage.text)]
        owns = [frozenset(terms(text)) for text in texts]
        for index, (text, own) in enumerate(zip(texts, owns, strict=True)):
            around = owns[max(0, index - 1) : index] + owns[index + 1 : index + 2]
            found.append(_Unit(number, len(found), text, own, place.union(*around)))
    return found


def _score(unit: _Unit, question: str, rarity: dict[str, float]) -> float:
    own = sum(weight for term, weight in rarity.items() if term in unit.own)
    context = sum(weight for term, weight in rarity.items() if term in unit.context and term not in unit.own)
    score = own + _CONTEXT_WEIGHT * context
    asks_when, asks_how_much = _ASKS_WHEN.search(question), _ASKS_HOW_MUCH.search(question)
    told = _beyond(question, unit.text)
    if (asks_when and _DATE.search(told)) or (asks_how_much and _DIGIT.search(told)):
        score *= _WANTED
    if unit.text.endswith(("?", "\uff1f")) or _is_heading(unit.text):
        score *= _HEADING
    return score / (1 + len(unit.own) / 60)  # between equals, the shorter


def _beyond(question: str, text: str) -> str:
    """The text without the words of the question: a number that was asked about is not the number asked for."""
    asked = set(_WORD.findall(question.lower()))
    return _WORD.sub(lambda word: "" if word.group().lower() in asked else word.group(), text)


def _is_heading(text: str) -> bool:
    """Whether the unit looks like a title: short, no end mark, nothing that could be an answer."""
    return (
        len(text) < 60
        and text[-1] not in ".!?。\uff01\uff1f\uff1b|"
        and "|" not in text
        and ":" not in text
        and "\uff1a" not in text
        and not _DIGIT.search(text)
    )


def _shown(text: str) -> str:
    """The quote; numbers in square brackets get round ones, since they would be read as markers of this answer."""
    if len(text) > _MOST_CHARS:
        text = text[:_MOST_CHARS].rsplit(" ", 1)[0] + " …"
    return _MARKER.sub(r"(\1)", text)

"""Stores filled with a part of a question set, and questions of which some have no answer there."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.evaluation.sets import Context, Question
from tests.relevance.talk import SMALL_TALK

_MOST = 120
_GAPS = 4
_SMALL_STORES = 8
_SMALL = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """`kind` tells how hard it is: other (articles are missing), gap (only the answering paragraph is missing), small
    (a store of five texts), large (all sets in one store, small talk among the questions). `part` A is for fitting, B
    for reporting."""

    name: str
    part: str
    kind: str
    documents: Sequence[Context]
    asked: Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Material:
    """A question set, split by title: every second one belongs to part A, the rest to part B."""

    name: str
    contexts: Sequence[Context]
    questions: Sequence[Question]

    def part(self, part: str) -> "Material":
        """The half."""
        titles = sorted({_title(context) for context in self.contexts})
        own = set(titles["AB".index(part) :: 2])
        contexts = [context for context in self.contexts if _title(context) in own]
        ids = {context.id for context in contexts}
        return Material(self.name, contexts, [one for one in self.questions if one.context_id in ids])

    def split(self, number: int) -> tuple[list[Context], list[tuple[str, bool]]]:
        """Every second title (from the first or the second) as documents, and all questions."""
        titles = sorted({_title(context) for context in self.contexts})
        own = set(titles[number::2])
        documents = [context for context in self.contexts if _title(context) in own]
        return documents, _asked(self.questions, {context.id for context in documents})


def trials_of(material: Material, part: str) -> Iterator[Trial]:
    """The trials of one half of a set."""
    name, half, chance = material.name, material.part(part), random.Random(1)
    for number in (0, 1):
        documents, asked = half.split(number)
        yield Trial(name, part, "other", documents, _some(asked, chance))
    by_title: dict[str, list[Context]] = defaultdict(list)
    for context in half.contexts:
        by_title[_title(context)].append(context)
    if any(len(own) > 1 for own in by_title.values()):
        for number in range(_GAPS):
            gone = {own[number % len(own)].id for own in by_title.values() if len(own) > 1}
            documents = [context for context in half.contexts if context.id not in gone]
            asked = _asked(half.questions, {context.id for context in documents})
            yield Trial(name, part, "gap", documents, _some(asked, chance))
    for _ in range(_SMALL_STORES):
        documents = chance.sample(list(half.contexts), min(_SMALL, len(half.contexts)))
        ids, titles = {one.id for one in documents}, {_title(one) for one in documents}
        near = {context.id for context in half.contexts if _title(context) in titles} - ids
        asked = _asked([one for one in half.questions if one.context_id not in near], ids)
        yield Trial(name, part, "small", documents, _some(asked, chance, 12))


def large_trial(materials: Sequence[Material], part: str) -> Trial:
    """One store of half a half of every set."""
    chance = random.Random(2)
    documents: list[Context] = []
    asked = [(question, False) for question in SMALL_TALK["AB".index(part) :: 2]]
    for material in materials:
        own, questions = material.part(part).split(0)
        documents += own
        asked += _some(questions, chance)
    return Trial("all together", part, "large", documents, asked)


def _asked(questions: Sequence[Question], ids: set[str]) -> list[tuple[str, bool]]:
    return [(one.text, one.context_id in ids) for one in questions if one.text.strip()]


def _some(asked: Sequence[tuple[str, bool]], chance: random.Random, most: int = _MOST) -> list[tuple[str, bool]]:
    """At most so many with and without an answer."""
    sides = [[one for one in asked if one[1] is answerable] for answerable in (True, False)]
    return [one for side in sides for one in chance.sample(side, min(most, len(side)))]


def _title(context: Context) -> str:
    return context.title or context.id

"""Finds the few sentences of a passage that match a question best."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ingest.terms import piece_terms, pieces, terms

# Full stops end a sentence before a space and what may begin one; Chinese ones always; so does a line.
_END: Final = re.compile(r"[.!?][\"'”’)\]]*(?<!\b[A-Z]\.)\s+(?=[^\sa-z])|[\u3002\uff01\uff1f\uff1b][”’」』）]*|\n+")
_MOST_SENTENCES: Final = 3
# What a further sentence must add, as a share of the question's weight, to belong into the window.
_SENTENCE_COST: Final = 0.1
# Words of at least so many letters are alike if they begin alike and share so many of their runs of three letters; one
# like the question's counts by this much as the same.
_LEAST_LETTERS: Final = 5
_BEGINNING: Final = 2
_LEAST_ALIKE: Final = 0.5
_ALIKE_WORTH: Final = 0.55
_OTHER: Final = ("",)
_NOTHING: Final[Mapping[str, float]] = {}


@dataclass(frozen=True, slots=True)
class Window:
    """Characters [start, end) of a text. `coverage` (0..1) is the share of the weight of the question's terms that
    stands in them or in the headings, `runs` (0..1) the share of its neighbouring terms that stand side by side in the
    text."""

    start: int
    end: int
    coverage: float
    runs: float


class Question:
    """The terms of a question and what each weighs, made to be looked up in many passages; not for several threads."""

    def __init__(self, text: str, weights: Mapping[str, float]) -> None:
        order = terms(text)
        self.weights = {term: weights.get(term, 0.0) for term in dict.fromkeys(order)}
        self._asked = frozenset(order)
        self.total = sum(self.weights.values()) or 1.0
        self._runs = {pair: self.weights[pair[0]] + self.weights[pair[1]] for pair in pairwise(order)}
        self._total_runs = sum(self._runs.values()) or 1.0
        self._alike: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for term in self.weights:
            if len(term) >= _LEAST_LETTERS and term.isascii() and term.isalpha():
                self._alike.setdefault(term[:_BEGINNING], []).append((term, _triples(term)))
        self._seen: dict[str, tuple[Sequence[str], Mapping[str, float]]] = {}

    def read(self, text: str) -> tuple[list[str], dict[str, float]]:
        """The terms of a text in order, those that are not the question's as "", and how well each of the question's
        terms is met there (0..1)."""
        order: list[str] = []
        met: dict[str, float] = {}
        seen = self._seen
        for piece in pieces(text):
            known = seen.get(piece)
            if known is None:
                known = seen[piece] = self._look_up(piece)
            own, shares = known
            order += own
            if shares:
                for term, share in shares.items():
                    if share > met.get(term, 0.0):
                        met[term] = share
        return order, met

    def coverage(self, met: Mapping[str, float]) -> float:
        """How much of the question's weight terms have that are met so well."""
        return sum(self.weights[term] * share for term, share in met.items()) / self.total

    def together(self, held: set[tuple[str, str]]) -> float:
        """How much of the weight of the question's neighbouring terms these have."""
        return sum(self._runs[pair] for pair in self._runs.keys() & held) / self._total_runs

    def _look_up(self, piece: str) -> tuple[Sequence[str], Mapping[str, float]]:
        found = piece_terms(piece)
        if self._asked.isdisjoint(found):
            others = _OTHER if found else ()
            if len(piece) < _LEAST_LETTERS or piece[:_BEGINNING] not in self._alike:
                return others, _NOTHING
            return others, {term: _ALIKE_WORTH * share for own in found for term, share in self._like(own)}
        order = [term if term in self._asked else "" for term in found]
        return order, {term: 1.0 for term in order if term}

    def _like(self, own: str) -> Iterator[tuple[str, float]]:
        for term, triples in self._alike.get(own[:_BEGINNING], ()):
            mine = _triples(own)
            share = 2 * len(mine & triples) / (len(mine) + len(triples))
            if share >= _LEAST_ALIKE:
                yield term, share


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences and lines of a text stand: characters [start, end)."""
    start = 0
    for end in _END.finditer(text):
        if not text[start : end.end()].isspace():
            yield start, end.end()
            start = end.end()
    if text[start:].strip():
        yield start, len(text)


def best_window(question: Question, text: str, above: Mapping[str, float]) -> Window:
    """The window of one to three sentences that meets most of the question's weight, the shorter of equals; `above` are
    the terms that are met in the headings."""
    spans = list(sentences(text))
    read = [question.read(text[start:end]) for start, end in spans]
    runs = question.together({pair for order, _ in read for pair in pairwise(order)})
    best, best_worth = Window(0, len(text), question.coverage(above), runs), -1.0
    for first in range(len(spans)):
        here = dict(above)
        for last in range(first, min(first + _MOST_SENTENCES, len(spans))):
            met = read[last][1]
            if last > first and not met:
                continue
            for term, share in met.items():
                if share > here.get(term, 0.0):
                    here[term] = share
            coverage = question.coverage(here)
            worth = coverage - _SENTENCE_COST * (last - first)
            if worth > best_worth + 1e-9:
                best, best_worth = Window(spans[first][0], spans[last][1], coverage, runs), worth
    return best


def _triples(word: str) -> frozenset[str]:
    marked = f"^{word}"
    return frozenset(marked[start : start + 3] for start in range(len(marked) - 2))

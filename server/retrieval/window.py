"""Finds the few sentences of a passage that match a question best."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ingest.terms import terms

# Full stops end a sentence before a space and what may begin one; Chinese ones always; so does a line.
_END: Final = re.compile(r"[.!?][\"'”’)\]]*(?<!\b[A-Z]\.)\s+(?=[^\sa-z])|[\u3002\uff01\uff1f\uff1b][”’」』）]*|\n+")
_MOST_SENTENCES: Final = 3
# What a further sentence must add, as a share of the question's weight, to belong into the window.
_SENTENCE_COST: Final = 0.04


@dataclass(frozen=True, slots=True)
class Window:
    """Characters [start, end) of a text. `coverage` (0..1) is the share of the weight of the question's terms that
    stands in them or in the headings, `runs` (0..1) the share of its neighbouring terms that stand side by side."""

    start: int
    end: int
    coverage: float
    runs: float


class Question:
    """The terms of a question in their order, and what each weighs."""

    def __init__(self, text: str, weights: Mapping[str, float]) -> None:
        order = terms(text)
        self.weights = {term: weights.get(term, 0.0) for term in dict.fromkeys(order)}
        self.total = sum(self.weights.values())
        self.runs = {pair: self.weights[pair[0]] + self.weights[pair[1]] for pair in pairwise(order)}
        self.total_runs = sum(self.runs.values())

    def share(self, held: set[str]) -> float:
        """How much of the question's weight these of its terms have."""
        return sum(map(self.weights.__getitem__, held)) / self.total if self.total else 0.0

    def runs_share(self, held: set[tuple[str, str]]) -> float:
        """How much of the weight of its neighbouring terms these have."""
        return sum(map(self.runs.__getitem__, held)) / self.total_runs if self.total_runs else 0.0


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences and lines of a text stand: characters [start, end)."""
    start = 0
    for end in _END.finditer(text):
        if text[start : end.end()].strip():
            yield start, end.end()
            start = end.end()
    if text[start:].strip():
        yield start, len(text)


def best_window(question: Question, text: str, headings: str) -> Window:
    """The window of one to three sentences that holds most of the question's weight, the shorter of equals."""
    above = question.weights.keys() & set(terms(headings))
    spans = list(sentences(text))
    order = [terms(text[start:end]) for start, end in spans]
    held = [question.weights.keys() & set(own) for own in order]
    runs = [question.runs.keys() & set(pairwise(own)) for own in order]
    best, best_worth = Window(0, len(text), question.share(above), 0.0), -1.0
    for first in range(len(spans)):
        here, pairs = set(above), set[tuple[str, str]]()
        for last in range(first, min(first + _MOST_SENTENCES, len(spans))):
            here |= held[last]
            pairs |= runs[last]
            coverage, together = question.share(here), question.runs_share(pairs)
            worth = coverage + together - _SENTENCE_COST * (last - first)
            if worth > best_worth:
                best, best_worth = Window(spans[first][0], spans[last][1], coverage, together), worth
    return best

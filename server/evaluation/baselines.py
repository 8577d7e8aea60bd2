"""What others do by default, on the same chunks and vectors: dense search, textbook BM25, and two ways to join them.

They look at every chunk; an index that approximates would find no more.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.ports import Vectors
from ingest.stems import stem
from server.evals.metrics import Ranks

Scores = npt.NDArray[np.float64]

# BM25 as most libraries have it by default (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009).
_K1: Final = 1.5
_B: Final = 0.75
_RRF_K: Final = 60  # Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion", 2009
_LISTED: Final = 100  # of either side's list, as many take part in a fusion
_WEIGHTS: Final = np.linspace(0, 1, 21)

_TERM: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_STOP_WORDS: Final = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this "
    "to was will with what which who whom when where why how did do does were has have had from"
)
_STOP: Final = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, slots=True)
class Corpus:
    """The chunks: text, vectors of shape (chunks, dimensions), and the number of the document each belongs to."""

    texts: Sequence[str]
    vectors: Vectors
    owners: npt.NDArray[np.int64]
    documents: int


class Bm25:
    """BM25 over whole texts. English words are stemmed and freed of stop words; Chinese and Japanese become pairs of
    characters."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(words(text)) for text in texts]
        lengths = np.array([sum(one.values()) for one in counts], np.float64)
        norms = _K1 * (1 - _B + _B * lengths / max(1.0, lengths.mean()))
        postings: dict[str, tuple[list[int], list[int]]] = {}
        for number, one in enumerate(counts):
            for word, count in one.items():
                places, times = postings.setdefault(word, ([], []))
                places.append(number)
                times.append(count)
        self._size = len(texts)
        self._postings: dict[str, tuple[npt.NDArray[np.int64], Scores]] = {}
        for word, (numbers, often) in postings.items():
            where, held = np.array(numbers), np.array(often, np.float64)
            rarity = np.log(1 + (self._size - len(where) + 0.5) / (len(where) + 0.5))
            self._postings[word] = where, rarity * held * (_K1 + 1) / (held + norms[where])

    def scores(self, question: str) -> Scores:
        """The score of every text; 0 where no word is shared."""
        found = np.zeros(self._size)
        for word in words(question):
            if word in self._postings:
                where, weights = self._postings[word]
                found[where] += weights
        return found


def words(text: str) -> Iterator[str]:
    """The words BM25 counts."""
    for term in _TERM.findall(text.lower()):
        if _UNSPACED.match(term):
            yield from (term[start : start + 2] for start in range(max(1, len(term) - 1)))
        elif term not in _STOP:
            yield stem(term)


def baselines(
    corpus: Corpus, questions: Sequence[str], vectors: Vectors, right: Sequence[AbstractSet[int]]
) -> dict[str, Ranks]:
    """The place of the first right document by each way; the weight of the weighted sum is the one that finds most
    at the first place, and stands in the name."""
    bm25 = Bm25(corpus.texts)
    ranks: dict[str, list[int | None]] = {"dense": [], "BM25": [], "RRF": []}
    weighted: list[list[int | None]] = [[] for _ in _WEIGHTS]
    for question, vector, wanted in zip(questions, vectors, right, strict=True):
        dense, sparse = (corpus.vectors @ vector).astype(np.float64), bm25.scores(question)
        near, shared = _listed(dense, -np.inf), _listed(sparse, 0.0)
        owners = corpus.owners
        ranks["dense"].append(_rank(dense, np.arange(len(dense)), owners, wanted))
        ranks["BM25"].append(_rank(sparse, np.flatnonzero(sparse > 0), owners, wanted))
        both = np.union1d(near, shared)
        joined = np.zeros(len(dense))
        for side in (near, shared):
            joined[side] += 1 / (_RRF_K + np.arange(1, len(side) + 1))
        ranks["RRF"].append(_rank(joined, both, owners, wanted))
        dense, sparse = _spread(dense, near), _spread(sparse, shared)
        for number, weight in enumerate(_WEIGHTS):
            weighted[number].append(_rank(weight * dense + (1 - weight) * sparse, both, owners, wanted))
    best = max(range(len(_WEIGHTS)), key=lambda number: sum(rank == 1 for rank in weighted[number]))
    return {**ranks, f"weighted sum ({_WEIGHTS[best]:.2f} dense)": weighted[best]}


def _listed(scores: Scores, above: float) -> npt.NDArray[np.int64]:
    """The numbers of the best chunks, best first."""
    found = np.flatnonzero(scores > above)
    return found[np.argsort(-scores[found], kind="stable")[:_LISTED]]


def _spread(scores: Scores, listed: npt.NDArray[np.int64]) -> Scores:
    """The scores of the listed chunks between 0 (the last) and 1 (the first); of others 0."""
    spread = np.zeros(len(scores))
    if len(listed):
        least, most = scores[listed[-1]], scores[listed[0]]
        spread[listed] = (scores[listed] - least) / (most - least) if most > least else 1.0
    return spread


def _rank(
    scores: Scores, found: npt.NDArray[np.int64], owners: npt.NDArray[np.int64], wanted: AbstractSet[int]
) -> int | None:
    """The place of the first of the wanted documents, which stand in the order of their best chunk."""
    here = np.isin(owners[found], list(wanted))
    if not here.any():
        return None
    ahead = scores[found] > scores[found][here].max()
    return len(np.unique(owners[found][ahead])) + 1

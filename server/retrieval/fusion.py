"""Joins the dense and the sparse side of a search by their scores."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.model import Hit
from server.retrieval.calibration import Calibration, Scale

# Weight of the dense side when the embedder knows the question's language (half of the XQuAD articles decided).
_DENSE_WEIGHT: Final = 0.68
# A side whose list is full would have given a candidate it does not list at most what it gave its last one.
# Similarities lie close together there; sparse scores thin out.
_UNLISTED_SHARE: Final = 0.5

_LATIN_WORD: Final = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_OTHER_LETTER: Final = re.compile(r"[^\W\d_A-Za-z\u00c0-\u024f]")
_LETTERS_PER_SIGN: Final = 2.5  # a Chinese character says as much as so many letters


@dataclass(frozen=True, slots=True)
class Trust:
    """How much the dense side counts for a question, and how its similarities are read."""

    weight: float
    scale: Scale


@dataclass(frozen=True, slots=True)
class Fused:
    """A candidate: `worth` ranks and may exceed 1; `dense` and `sparse` are what either side gave (0 if nothing),
    `near` the similarity on the embedder's scale (what an unlisted one is taken to have), `trust` the dense weight."""

    hit: Hit
    worth: float
    dense: float
    sparse: float
    near: float
    trust: float


def trust_in(calibration: Calibration, question: str) -> Trust:
    """By how much of the question is in scripts whose languages the embedder has shown to know."""
    latin = sum(len(word) for word in _LATIN_WORD.findall(question))
    other = len(_OTHER_LETTER.findall(question)) * _LETTERS_PER_SIGN
    share = latin / (latin + other) if latin + other else 0.0
    scale = calibration.latin if share >= 0.5 else calibration.other
    trust = share * calibration.latin.trust + (1 - share) * calibration.other.trust
    if share < 0.5:
        # A name in Latin letters does not teach the embedder the language around it.
        trust = min(trust, calibration.other.trust)
    return Trust(_DENSE_WEIGHT * trust, scale)


def fuse(dense: Sequence[Hit], sparse: Sequence[Hit], limit: int, highest: float, trust: Trust) -> list[Fused]:
    """All candidates by falling worth. Either side listed its best `limit`, or all it had.

    A sparse score is read as the share of `highest`, what a chunk would get that holds every term of the question
    once; a similarity as its place between unrelated texts and answers.
    """
    highest = highest or 1.0
    by_id = {hit.id: hit for hit in (*dense, *sparse)}
    similarities = {hit.id: hit.score for hit in dense}
    shares = {hit.id: hit.score / highest for hit in sparse}
    unlisted_near = max(0.0, trust.scale.worth(dense[-1].score)) if len(dense) >= limit else 0.0
    unlisted_share = _UNLISTED_SHARE * sparse[-1].score / highest if len(sparse) >= limit else 0.0
    fused = []
    for chunk_id, hit in by_id.items():
        near = trust.scale.worth(similarities[chunk_id]) if chunk_id in similarities else unlisted_near
        share = shares.get(chunk_id, unlisted_share)
        worth = trust.weight * near + (1 - trust.weight) * share
        fused.append(Fused(hit, worth, similarities.get(chunk_id, 0.0), shares.get(chunk_id, 0.0), near, trust.weight))
    return sorted(fused, key=lambda candidate: (-candidate.worth, candidate.hit.id))

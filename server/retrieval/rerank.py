"""Ranks candidates by a model that reads question and passage together."""

from collections.abc import Sequence
from dataclasses import replace

from server.ports import Reranker
from server.retrieval.candidate import Candidate


def reranked(reranker: Reranker, question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates in the model's order. Raises RerankerUnavailable."""
    texts = ["\n".join([*one.passage.headings, one.passage.text]) for one in candidates]
    scored = zip(candidates, reranker.score(question, texts), strict=True)
    ranked = [replace(candidate, worth=score) for candidate, score in scored]
    return sorted(ranked, key=lambda candidate: (-candidate.worth, candidate.passage.id))

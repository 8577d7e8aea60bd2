"""Tells how relevant texts are without any model, as `/v1/rerank` does where no reranker is configured."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from ingest.terms import terms
from server.model import Passage
from server.retrieval.candidate import Candidate
from server.retrieval.relevance import relevance
from server.retrieval.window import Question, best_window
from server.sparse import document_weights, query_weights, rarity

NAME: Final = "lectern-terms"


class TermReranker:
    """The port `Reranker`: judges texts as passages are judged whose meaning the embedder says nothing about. A term
    of the question tells the more the fewer of the texts hold it, for there is nothing else to learn its rarity from.
    """

    @property
    def name(self) -> str:
        """lectern-terms."""
        return NAME

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """See `Reranker.score`; it does not fail."""
        numbers = {term: number for number, term in enumerate(dict.fromkeys(terms(question)))}
        counts = [_counted(text, numbers) for text in texts]
        holding = Counter(number for count in counts for number in count if number >= 0)
        weights = query_weights(numbers.values(), len(texts), holding)
        asked = Question(question, {term: weights.get(number, 0.0) for term, number in numbers.items()})
        whole = sum(weights.values())

        def judged(text: str, count: Mapping[int, int]) -> float:
            told = document_weights(count)
            share = sum(weight * told.get(number, 0.0) for number, weight in weights.items())
            window = best_window(asked, text, {})
            candidate = Candidate(
                passage=Passage(id="", store_id="", file_id="", filename="", text=text, score=0.0),
                worth=0.0,
                share=share / (whole or 1.0),
                coverage=window.coverage,
                runs=window.runs,
                asked=whole / rarity(max(1, len(texts)), 1),
            )
            return relevance(question, candidate)

        return [judged(text, count) for text, count in zip(texts, counts, strict=True)]


def _counted(text: str, numbers: Mapping[str, int]) -> Counter[int]:
    """How often the question's terms occur in a text, and, below zero, each other one: they make its length."""
    others: dict[str, int] = {}
    return Counter(
        numbers[term] if term in numbers else others.setdefault(term, -1 - len(others)) for term in terms(text)
    )

"""A passage on its way to being an answer."""

from dataclasses import dataclass

from server.model import Passage


@dataclass(frozen=True, slots=True)
class Candidate:
    """`worth` ranks candidates of one question among themselves and may exceed 1; the rest is the evidence.

    `near` is the similarity of question and chunk (0: as unrelated texts, 0.5: as a typical answer) and `trust` how
    much it counted beside `share` (0: the embedder is not believed about this question). Shares are of the weight
    (rarity) of the question's terms, so that a missing rare term costs more than a missing common one: `share` is the
    chunk's BM25 score (about 1: holds every term), `coverage` (0..1) what stands in the passage's best window, `runs`
    (0..1) which of the question's neighbouring terms stand side by side there. `asked` is the weight of all terms of
    the question, counted in terms that only one chunk of the store holds. What a reranker gave stands in the passage.
    """

    passage: Passage
    worth: float
    near: float = 0.0
    trust: float = 0.0
    share: float = 0.0
    coverage: float = 0.0
    runs: float = 0.0
    asked: float = 0.0

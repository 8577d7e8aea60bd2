"""The relevance of passages."""

import pytest

from server.model import Passage
from server.retrieval.candidate import Candidate
from server.retrieval.relevance import judged


def test_scores_stay_below_one_and_keep_the_order() -> None:
    passage = Passage("a", "vs", "file", "a.md", "text", 0.0)
    worths = [step / 10 for step in range(-5, 40)]
    scores = [one.passage.score for one in judged("?", [Candidate(passage, worth) for worth in worths])]
    assert scores == sorted(scores)
    assert min(scores) == 0
    assert max(scores) < 1
    assert scores[worths.index(0.3)] == pytest.approx(0.3)

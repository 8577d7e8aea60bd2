"""Tells how likely a passage answers the question."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from server.retrieval.candidate import Candidate

_LINEAR: Final = 0.5


def judged(question: str, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The candidates in their order, each with its relevance (0 to 1) as the passage's score."""
    return [replace(one, passage=replace(one.passage, score=_score(one.worth))) for one in ranked]


def _score(worth: float) -> float:
    """The same up to one half, and slowly nearing 1 above."""
    if worth <= _LINEAR:
        return max(0.0, worth)
    return 1 - _LINEAR * math.exp((_LINEAR - worth) / _LINEAR)

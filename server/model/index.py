"""What lies in the index."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One chunk as it lies in the vector store: its vectors in clear, its text and place sealed."""

    id: str
    file_id: str
    dense: Any
    sparse: Mapping[int, float]
    sealed: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One result of one side of a search; `score` is the inner product."""

    id: str
    file_id: str
    score: float
    sealed: str

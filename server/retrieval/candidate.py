"""A passage on its way to being an answer."""

from dataclasses import dataclass

from server.model import Passage


@dataclass(frozen=True, slots=True)
class Candidate:
    """`worth` ranks candidates of one question among themselves and may exceed 1."""

    passage: Passage
    worth: float

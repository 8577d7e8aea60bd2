"""Joins what was found for several questions: each text once."""

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from server.retrieval.candidate import Candidate

_NOT_WORD: Final = re.compile(r"\W+")


def joined(found: Sequence[Sequence[Candidate]], limit: int) -> list[Candidate]:
    """The best of each question in turn, without those that say, but for case and punctuation, what a better one says
    already. A digit or word more or less makes another text: forms and tables differ by no more."""
    seen: set[str] = set()
    kept: list[Candidate] = []
    for row in zip_longest(*found):
        for candidate in row:
            if candidate is None or len(kept) == limit:
                continue
            said = _NOT_WORD.sub("", candidate.passage.text).casefold()
            if said not in seen:
                seen.add(said)
                kept.append(candidate)
    return kept

"""Ranks opened passages by what the index does not know."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from ingest.terms import terms
from server.retrieval.candidate import Candidate

_RUN_WORTH: Final = 0.2
_NAME_WORTH: Final = 0.1
_EXTENSION: Final = re.compile(r"\.\w{1,5}$")


def looked_again(question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, best first, judged also by whether the question's terms stand side by side in the passage and
    whether the file is named for what is asked."""
    asked = terms(question)
    runs, distinct = set(pairwise(asked)), set(asked)
    ranked = []
    for candidate in candidates:
        passage, worth = candidate.passage, candidate.worth
        if worth > 0:
            own = set(pairwise(terms("\n".join([*passage.headings, passage.text]))))
            named = distinct & set(terms(_EXTENSION.sub("", passage.filename)))
            worth += _RUN_WORTH * len(runs & own) / max(1, len(runs))
            worth += _NAME_WORTH * len(named) / max(1, len(distinct))
        ranked.append(replace(candidate, worth=worth))
    return sorted(ranked, key=lambda candidate: (-candidate.worth, candidate.passage.id))

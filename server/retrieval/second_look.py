"""Ranks opened passages by what the index does not know."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from ingest.terms import terms
from server.retrieval.candidate import Candidate
from server.retrieval.window import Question, best_window

_RUN_WORTH: Final = 0.2
_NAME_WORTH: Final = 0.1
_EXTENSION: Final = re.compile(r"\.\w{1,5}$")


def looked_again(question: str, weights: Mapping[str, float], candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, best first, judged also by whether the question's terms stand side by side in the passage and
    whether the file is named for what is asked; each with its best window. `weights` tell how rare each term is."""
    asked = Question(question, weights)
    distinct = set(asked.weights)
    ranked = []
    for candidate in candidates:
        passage, worth = candidate.passage, candidate.worth
        headings = "\n".join(passage.headings)
        window = best_window(asked, passage.text, headings)
        if worth > 0:
            own = set(pairwise(terms(f"{headings}\n{passage.text}")))
            named = distinct & set(terms(_EXTENSION.sub("", passage.filename)))
            worth += _RUN_WORTH * len(asked.runs.keys() & own) / max(1, len(asked.runs))
            worth += _NAME_WORTH * len(named) / max(1, len(distinct))
        marked = replace(passage, best=(window.start, window.end))
        ranked.append(replace(candidate, passage=marked, worth=worth, coverage=window.coverage, runs=window.runs))
    return sorted(ranked, key=lambda candidate: (-candidate.worth, candidate.passage.id))

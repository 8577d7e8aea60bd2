"""Ranks opened passages by what the index does not know."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from server.retrieval.candidate import Candidate
from server.retrieval.window import Question, best_window

_COVERAGE_WORTH: Final = 0.05
_RUN_WORTH: Final = 0.05
_NAME_WORTH: Final = 0.1
_EXTENSION: Final = re.compile(r"\.\w{1,5}$")


def looked_again(question: str, weights: Mapping[str, float], candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, best first, judged also by how much of the question stands close together in the passage and
    whether the file is named for what is asked; each with its best window. `weights` tell how rare each term is."""
    asked = Question(question, weights)
    above: dict[tuple[str, ...], dict[str, float]] = {}
    named: dict[str, float] = {}
    ranked = []
    for candidate in candidates:
        passage, worth = candidate.passage, candidate.worth
        if passage.headings not in above:
            above[passage.headings] = asked.read("\n".join(passage.headings))[1]
        if passage.filename not in named:
            named[passage.filename] = asked.coverage(asked.read(_EXTENSION.sub("", passage.filename))[1])
        window = best_window(asked, passage.text, above[passage.headings])
        if worth > 0:
            worth += _COVERAGE_WORTH * window.coverage + _RUN_WORTH * window.runs
            worth += _NAME_WORTH * named[passage.filename]
        marked = replace(passage, best=(window.start, window.end))
        ranked.append(replace(candidate, passage=marked, worth=worth, coverage=window.coverage, runs=window.runs))
    return sorted(ranked, key=lambda candidate: (-candidate.worth, candidate.passage.id))

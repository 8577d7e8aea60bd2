"""Tells how likely a passage answers the question, from evidence that means the same in every store and language.

The model is a logistic one; `python -m tests.relevance` fits its weights and shows how well it knows what is not there
(docs/howto/honest-no.md).
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final, NamedTuple

from server.retrieval.candidate import Candidate

# Beyond these, more says nothing more.
_MOST_SHARE: Final = 1.5
_MOST_NEAR: Final = 1.25
# Log-odds beyond which a reranker is not believed: 0.998.
_MOST_CERTAIN: Final = 6.0
# Log-odds against an answer if the question names something, such as a part, that nothing found has heard of. Not
# fitted, as no public set asks for parts that do not exist. It outweighs all that is said about the part's neighbours.
_UNHEARD: Final = 8.0
# In capitals, unlike top-10 and Mar-2024; financial years are written in too many ways.
_NAME: Final = re.compile(r"(?<![A-Za-z\d-])(?!FY|CY)[A-Z]{1,5}(?:-\d|\d\d)[A-Za-z\d-]*(?<!-)")
_JOINTS: Final = re.compile(r"[-\s]+")
_NUMBER: Final = re.compile(r"\d+")
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3})")


class Evidence(NamedTuple):
    """What speaks for a passage; the more of each, the more likely it answers.

    `coverage`, `share` and `runs` are the candidate's: which of the question's terms, by rarity, stand in the best
    window and in the chunk, and which of them side by side. `meaning` grows with the similarity to the question, as far
    as the embedder is believed. `found` grows with the weight of what was found: a question of common words alone is
    met by anything. `numbers` (0..1) is how many of the question's numbers stand in the passage.
    """

    coverage: float
    share: float
    runs: float
    meaning: float
    found: float
    numbers: float


# Made by `python -m tests.relevance` (docs/howto/honest-no.md). All are positive: no passage loses by more evidence.
WEIGHTS: Final = Evidence(coverage=2.52, share=2.91, runs=3.41, meaning=4.41, found=1.18, numbers=1.52)
BIAS: Final = -6.43


def judged(question: str, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The candidates in their order, each with its relevance (0 to 1, never rising along the list) as the passage's
    score."""
    asked = _numbers(question)
    against = _UNHEARD if _names_unheard(question, ranked) else 0.0
    scores = [_score(asked, one, against) for one in ranked]
    seen = [score for score, one in zip(scores, ranked, strict=True) if one.passage.rerank is not None]
    if seen:  # a reranker's doubt also holds for what it was not shown, which it is ranked behind
        least = min(seen)
        scores = [
            score if one.passage.rerank is not None else min(score, least)
            for score, one in zip(scores, ranked, strict=True)
        ]
    falling = list(accumulate(reversed(scores), max))[::-1]
    return [replace(one, passage=replace(one.passage, score=score)) for one, score in zip(ranked, falling, strict=True)]


def relevance(question: str, candidate: Candidate) -> float:
    """The relevance (0 to 1) of one candidate by itself."""
    return _score(_numbers(question), candidate, 0.0)


def evidence(question: str, candidate: Candidate) -> Evidence:
    """What speaks for the candidate."""
    return _evidence(_numbers(question), candidate)


def _names_unheard(question: str, ranked: Sequence[Candidate]) -> bool:
    """Whether the question names a part, a form or the like (E-27, AC-2026-118) that stands in nothing of what was
    found. Had the store any, it would have been found: few words are as rare."""
    names = _NAME.findall(unicodedata.normalize("NFKC", question))
    if not names:
        return False
    texts = [_JOINTS.sub("", unicodedata.normalize("NFKC", _whole(one)).lower()) for one in ranked]
    written = [re.compile(re.escape(_JOINTS.sub("", name).lower()) + r"(?!\d)") for name in names]
    return any(not any(name.search(text) for text in texts) for name in written)


def _whole(candidate: Candidate) -> str:
    passage = candidate.passage
    return " ".join([passage.filename, *passage.headings, passage.text])


def _evidence(asked: frozenset[str], candidate: Candidate) -> Evidence:
    near = min(max(candidate.near, 0.0), _MOST_NEAR)
    held = _numbers(_whole(candidate)) if asked else asked
    return Evidence(
        coverage=candidate.coverage,
        share=min(candidate.share, _MOST_SHARE),
        runs=candidate.runs,
        meaning=candidate.trust * near * (1 + near),
        found=math.log1p(candidate.coverage * candidate.asked),
        numbers=len(asked & held) / len(asked) if asked else 1.0,
    )


def _score(asked: frozenset[str], candidate: Candidate, against: float) -> float:
    odds = (
        BIAS - against + sum(weight * value for weight, value in zip(WEIGHTS, _evidence(asked, candidate), strict=True))
    )
    if candidate.passage.rerank is not None:  # another witness, who has read question and passage together
        odds += _log_odds(candidate.passage.rerank)
    return 1 / (1 + math.exp(-odds))


def _log_odds(probability: float) -> float:
    least = 1 / (1 + math.exp(_MOST_CERTAIN))
    inside = min(1 - least, max(least, probability))
    return math.log(inside / (1 - inside))


def _numbers(text: str) -> frozenset[str]:
    """The numbers of a text, those inside part codes too."""
    return frozenset(_NUMBER.findall(_THOUSANDS.sub("", unicodedata.normalize("NFKC", text))))

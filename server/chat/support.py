"""Tells whether a passage supports what an answer says.

By shared terms, weighed by their rarity among the passages shown, and by numbers. What would need understanding, such
as a negation, is not decided; where nothing can be compared, the verdict is `unknown`.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

from ingest.sentences import sentences
from ingest.terms import terms
from server.chat.language import language_of
from server.chat.markers import Verdict
from server.chat.numbers import figures, numbers
from server.model import Passage

# Tuned on half the articles of XQuAD and CMRC: of supported statements none was refused there.
_LEAST: Final = 0.3
_LEAST_OF_BEST: Final = 0.6
# A term that stands in no passage may be a paraphrase as well as an invention.
_NOWHERE: Final = 0.5
# Smaller whole numbers are often counted or written out, and months are named.
_COUNTED: Final = 12
# After these, what is stated follows the marker: "according to [1], …".
_LEAD_IN: Final = re.compile(
    r"(?:\b(?:according to|see|per|in|from|by|passages?|sources?)|根据|依据|按照|参见|见|段落)\W*$", re.IGNORECASE
)
_LATIN: Final = re.compile(r"[a-z][a-z0-9]+")
_SMALL: Final = "the of and to in is was are for that with as on by at be or from it an a not"
_SMALL_WORDS: Final = frozenset(_SMALL.split())
_WORD: Final = re.compile(r"[^\W\d_]+")
_ENGLISH: Final = 0.15
_FEW_WORDS: Final = 12


@dataclass(frozen=True)
class _Read:
    """A passage as it is compared: the text that the engine is shown, and what is in it."""

    text: str

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(terms(self.text))

    @cached_property
    def sentences(self) -> list[frozenset[str]]:
        return [frozenset(terms(self.text[start:end])) for start, end in sentences(self.text)]

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        return numbers(self.text)


class Support:
    """The passages of one prompt, numbered from 1. Reads them when the first statement comes to be checked."""

    def __init__(self, passages: Sequence[Passage], question: str) -> None:
        self._read = [_Read("\n".join([one.filename, *one.headings, one.sheet or "", one.text])) for one in passages]
        self._question = question

    @cached_property
    def _asked(self) -> frozenset[Decimal]:
        return numbers(self._question)

    @cached_property
    def _holding(self) -> Counter[str]:
        """Term -> how many sentences of all passages hold it."""
        return Counter(term for one in self._read for held in one.sentences for term in held)

    @cached_property
    def _sentences(self) -> int:
        return sum(len(one.sentences) for one in self._read)

    def __call__(self, statement: str, number: int) -> Verdict:
        """Whether passage `number` supports the statement.

        It does not where half the numbers are neither in it nor in the question, where it holds too little of what is
        said, or where another passage holds much more of it.
        """
        if _LEAD_IN.search(statement):
            return "unknown"
        passage = self._read[number - 1]
        needed = [one for one in figures(statement) if not one & self._asked and not _is_count(one)]
        missing = [one for one in needed if not one & passage.numbers]
        if missing and 2 * len(missing) >= len(needed):
            return "unsupported"
        said = frozenset(terms(statement))
        if _language(passage.text) != _language(statement):
            names = {term for term in said if _LATIN.fullmatch(term)}
            return "supported" if needed or names & passage.terms else "unknown"
        weights = {term: self._weight(term) for term in said}
        shares = [sum(weights[term] for term in said & one.terms) for one in self._read]
        best, own, whole = max(shares), shares[number - 1], sum(weights.values())
        if not best:
            return "unknown"  # nothing that any passage could be compared by
        return "supported" if own >= _LEAST * whole and own >= _LEAST_OF_BEST * best else "unsupported"

    def _weight(self, term: str) -> float:
        holding = self._holding[term]
        weight = math.log(1 + self._sentences / (0.5 + holding))
        return weight if holding else _NOWHERE * weight


def _is_count(readings: frozenset[Decimal]) -> bool:
    return all(value <= _COUNTED and value == value.to_integral_value() for value in readings)


def _language(text: str) -> str:
    """`zh` or `en`; nothing for other languages of the Latin script, in which English's small words are missing. Few
    words, such as a table's row, are taken for English."""
    if language_of(text) == "zh":
        return "zh"
    words = _WORD.findall(text.lower())
    small = sum(word in _SMALL_WORDS for word in words)
    return "en" if len(words) < _FEW_WORDS or small >= _ENGLISH * len(words) else ""

"""Tells whether a passage says anything that another one does not."""

import re
from collections import Counter
from typing import Final
from unicodedata import normalize

from rapidfuzz.distance import LCSseq

from server.model import Passage

# What counts: letters, and numbers as they stand with their signs.
_COUNTS: Final = re.compile(r"[^\W\d_]+|[-−+±<>≤≥]?\d+(?:[.,:/]\d+)*|[%‰€$£¥]")
_LATIN: Final = re.compile(r"[a-z\u00df-\u024f]+")
_LEAST_CONTAINED: Final = 80  # characters; a shorter text may stand in another by chance, and mean something else
_MORE_WORDS: Final = 0.05  # share of words that one of two versions may have more
# Words that turn a sentence round or narrow it.
_TURNS: Final = frozenset(
    re.findall(
        r"\w+",
        """
        no not none never nor neither without except excluding unless until only but if before after must may shall
        should cannot can
        nicht kein keine keinen nie ohne außer nur wenn vor nach muss darf soll
        ne pas jamais sans sauf aucun seulement si avant après doit peut
        nunca ni sin excepto salvo solo sólo antes después debe puede
        non mai senza tranne se prima dopo deve può
        não nem sem exceto somente depois pode
        """,
    )
)


class Said:
    """What a passage says, prepared for comparison."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self._words: list[str] = _COUNTS.findall(normalize("NFKC", passage.text))
        # Letters without what parts them, for a line may end anywhere; numbers apart from each other.
        self.key = "".join([word if word.isalpha() else f" {word} " for word in self._words]).casefold()

    def repeats(self, better: "Said") -> bool:
        """Whether a reader of `better` learns nothing more here: the same text but for case, punctuation and hyphens,
        a part of it, or another version of it with a few words more or less.

        A number, a name, a negation or a condition more, or one word in place of another, makes another text; so does
        another heading or sheet above the same text, where both have one.
        """
        one, other = self.passage, better.passage
        if _differ(one.headings[-1:], other.headings[-1:]) or _differ(one.sheet, other.sheet):
            return False
        if self.key == better.key or (len(self.key) >= _LEAST_CONTAINED and self.key in better.key):
            return True
        return self._is_version_of(better)

    def _is_version_of(self, other: "Said") -> bool:
        longer, shorter = (self, other) if len(self._words) >= len(other._words) else (other, self)
        room = int(_MORE_WORDS * len(longer._words))
        if not 0 < len(longer._words) - len(shorter._words) <= room:
            return False
        more = Counter(longer._words)
        more.subtract(shorter._words)
        if min(more.values()) < 0:
            return False
        added = {word for word, count in more.items() if count}
        if not all(_LATIN.fullmatch(word) and word not in _TURNS for word in added) or added & longer._asked():
            return False
        same = LCSseq.similarity(self._words, other._words)
        return bool(same == len(shorter._words))

    def _asked(self) -> set[str]:
        """The words where the passage matches the question best."""
        return set(_COUNTS.findall(self.passage.text[slice(*self.passage.best)])) if self.passage.best else set()


def _differ(one: object, other: object) -> bool:
    return bool(one and other and one != other)

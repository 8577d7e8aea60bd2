"""Takes endings of German, French, Spanish, Italian, Portuguese and Dutch off, whatever language a text is in.

A word has one stem wherever it stands: a question's language need not be known, nor a document's. The rules come after
Porter's, which already take -s and most -e off, and leave so much of a word that few English words fall together.
"""

from functools import lru_cache
from typing import Final

from ingest.stems import stem

# Ending, what takes its place, and how many letters must be left before it. After Porter's rules a y is an i: only a
# word that was written with i loses it ("contratti", not "policy", which would become "polic" as "police" does).
_ENDINGS: Final = (
    ("eaux", "eau", 2), ("aux", "al", 3), ("ern", "", 5), ("en", "", 4), ("ao", "", 4), ("ai", "al", 3),
    ("o", "", 4), ("i", "", 4), ("a", "", 5),
)  # fmt: skip


@lru_cache(maxsize=100_000)
def root(word: str) -> str:
    """The stem of a lower-case word without accents, in any Latin-script language."""
    found = stem(word)
    if not found.isascii():
        return found
    for ending, other, least in _ENDINGS:
        if found.endswith(ending):
            if len(found) < least + len(ending) or (ending[-1] == "i" and not word.removesuffix("s").endswith("i")):
                return found
            shorter = found.removesuffix(ending) + other
            return shorter if len(ending) == 1 else stem(shorter)
    return found

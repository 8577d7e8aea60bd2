"""Term weights of the sparse side: BM25 whose document half lies in the index and whose query half is made when asked.

Term ids are keyed hashes, so that the index holds no readable word.
"""

import hmac
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from ingest.terms import terms

# Saturation and length normalisation of BM25 and the length, in terms, at which a chunk counts as neither long nor
# short. A constant instead of the store's mean keeps the weights of old chunks right when new ones come.
_K1: Final = 0.9
_B: Final = 0.4
_TYPICAL_LENGTH: Final = 150
_MOST_QUERY_TERMS: Final = 128
_MOST_REMEMBERED: Final = 200_000
# Milvus takes dimensions from 0 to 2^32 - 2.
_IDS: Final = 2**32 - 1


class Sparse:
    """Turns text into weighted term ids under a secret. Safe to use from several threads."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._ids: dict[str, int] = {}

    def count(self, text: str) -> Counter[int]:
        """Term id -> how often it occurs."""
        return Counter(map(self._id, terms(text)))

    def query_terms(self, text: str) -> dict[str, int]:
        """The distinct terms of a question, in order, with their ids."""
        return {term: self._id(term) for term in terms(text)}

    def _id(self, term: str) -> int:
        known = self._ids.get(term)
        if known is None:
            digest = hmac.digest(self._secret, term.encode("utf-8", "surrogatepass"), "sha256")
            known = int.from_bytes(digest[:8]) % _IDS
            if len(self._ids) >= _MOST_REMEMBERED:
                self._ids = {}
            self._ids[term] = known
        return known


def document_weights(counts: Mapping[int, int]) -> dict[int, float]:
    """How much a chunk says about each of its terms: about 1 for a term that occurs once."""
    length = sum(counts.values())
    damping = _K1 * (1 - _B + _B * length / _TYPICAL_LENGTH)
    return {term: (_K1 + 1) * count / (count + damping) for term, count in counts.items()}


def query_weights(query: Iterable[int], chunks: int, holding: Mapping[int, int]) -> dict[int, float]:
    """How much each term of a question tells: its rarity among the chunks. Of a very long one, the rarest terms."""
    weights = {}
    for term in query:
        held = min(holding.get(term, 0), chunks)
        weights[term] = rarity(chunks, held)
    rarest = sorted(weights, key=weights.__getitem__, reverse=True)[:_MOST_QUERY_TERMS]
    return {term: weights[term] for term in rarest}


def rarity(chunks: int, holding: int) -> float:
    """How much a term tells that so many of the chunks hold."""
    return math.log(1 + (chunks - holding + 0.5) / (holding + 0.5))

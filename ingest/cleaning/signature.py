"""MinHash: a short signature of a text that tells how much of it another text shares.

A text is the set of its shingles: runs of 16 letters and digits (of 8 in Chinese and the like), case, spaces and signs
aside, so that the same words are the same set however they were laid out. Each shingle falls into one of 256 bins by a
hash; the signature is the least hash of every bin (one permutation hashing, Li, Owen and Zhang 2012, with empty bins
filled from their neighbours, Shrivastava and Li 2014). The share of equal bins estimates the share of equal shingles,
to about two points.

Everything depends on a secret: signatures lie beside sealed text and must not tell who holds the secret not which known
text they belong to.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.cleaning.tally import Tally
from ingest.model import Element

BINS: Final = 256
_BAND_BINS: Final = 8
_NO_SIGNS: Final = re.compile(r"[\W_]+")
_PORTION: Final = 65_536  # letters that are hashed at once
_LONG: Final = 16
_SHORT: Final = 8
_UNSPACED: Final = 0x2E80  # from this code point on
_FEWEST: Final = 64  # shingles; a shorter text is like too many others by chance
_EMPTY: Final = np.uint64(2**64 - 1)

Words = npt.NDArray[np.uint64]


class Signer:
    """Collects the text of one document, in memory that does not grow with it, and signs it."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        seeds = np.frombuffer(hashlib.blake2b(secret, digest_size=24, person=b"shingles").digest(), np.uint64)
        self._base, self._mask, self._stir = (seed | np.uint64(1) for seed in seeds)
        self._least = np.full(BINS, _EMPTY)
        self._shingles = 0
        self._waiting: list[str] = []
        self._size = 0

    def watch(self, elements: Iterable[Element], tally: Tally) -> Iterator[Element]:
        """The elements as they are, whose text is added."""
        for element in elements:
            self.add(element.text)
            tally.note(element, element)
            yield element

    def add(self, text: str) -> None:
        """Adds text to what is signed."""
        letters = _NO_SIGNS.sub("", text.lower())
        self._waiting.append(letters)
        self._size += len(letters)
        if self._size >= _PORTION:
            self._hash()

    def signature(self) -> bytes | None:
        """256 numbers of 4 bytes; None for a text too short to compare."""
        self._hash()
        if self._shingles < _FEWEST:
            return None
        least = _filled(self._least)
        # What is kept is a keyed digest of each least hash: nothing of the hashes themselves can be worked out of it.
        digests = (
            hmac.digest(self._secret, bin_.to_bytes(2) + value.tobytes(), "sha256")[:4]
            for bin_, value in enumerate(least)
        )
        return b"".join(digests)

    def _hash(self) -> None:
        letters = "".join(self._waiting)
        self._waiting, self._size = [letters[-_LONG + 1 :]], 0
        codes = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
        if len(codes) < _LONG:
            return
        hashes = self._rolled(codes)
        bins = (hashes >> np.uint64(56)).astype(np.intp)
        np.minimum.at(self._least, bins, hashes << np.uint64(8))
        self._shingles += len(hashes)

    def _rolled(self, codes: Words) -> Words:
        """The hash of the shingle at each place where a long one fits; polynomials by doubling, then mixed."""
        with np.errstate(over="ignore"):
            mixed = (codes ^ self._mask) * self._stir
            base, width, rolled, short = self._base, 1, mixed, mixed
            while width < _LONG:
                rolled = rolled[:-width] * base + rolled[width:]
                base, width = base * base, 2 * width
                if width == _SHORT:
                    short = rolled
            chosen = np.where(codes[: len(rolled)] >= _UNSPACED, short[: len(rolled)], rolled)
            chosen = (chosen ^ (chosen >> np.uint64(31))) * self._stir
            stirred: Words = (chosen ^ (chosen >> np.uint64(29))) * self._base
            return stirred


def similarity(one: bytes, other: bytes) -> float:
    """The share (0..1) of their shingles that two texts have in common, as their signatures tell."""
    return float((np.frombuffer(one, np.uint32) == np.frombuffer(other, np.uint32)).mean())


def bands(signature: bytes) -> list[int]:
    """Numbers of which two texts that are nearly the same have at least one in common.

    32 bands of 8 bins: a pair of similarity 0.8 shares one with a probability of 0.997, one of 0.5 with 0.12.
    """
    size = 4 * _BAND_BINS
    parts = (signature[start : start + size] for start in range(0, len(signature), size))
    return [
        int.from_bytes(hashlib.blake2b(bytes([number]) + part, digest_size=8).digest(), signed=True)
        for number, part in enumerate(parts)
    ]


def _filled(least: Words) -> Words:
    """Every empty bin takes the value of the next one on the right that is not, told apart by the distance."""
    full = np.flatnonzero(least != _EMPTY)
    places = np.arange(BINS)
    following = full[np.searchsorted(full, places) % len(full)]
    distance = ((following - places) % BINS).astype(np.uint64)
    filled: Words = least[following] + distance * np.uint64(0x9E3779B97F4A7C15)
    return filled

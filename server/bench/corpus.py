"""Chunks for searching in: sentences of real documents in new mixtures, each with the vector the mixture has."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from ingest.ports import Embedder
from server.ports import Vector
from server.sparse import Sparse

_END: Final = re.compile(r"(?<=[.!?。！？])\s*|\n+")
_LEAST_CHARS: Final = 12
_MOST_CHARS: Final = 600
_MOST_SENTENCES: Final = 4_000
_TOGETHER: Final = 32
# The first two sentences of a chunk stand together in their document and say most of it.
_WHOLE: Final = np.float32(0.3)
_NOISE: Final = np.float32(0.01)


@dataclass(frozen=True, slots=True)
class Mixture:
    """A chunk: its text, how often it has each term, and its vector of length 1."""

    text: str
    counts: Counter[int]
    vector: Vector


class Corpus:
    """Endless chunks from the documents of a folder (.md, .txt; .jsonl with a `text` in every line).

    Its vectors are sums of the embedder's vectors of the sentences and some noise: real ones of 100,000 chunks would
    take an hour and lie alike. Raises ValueError if the folder has too little text.
    """

    def __init__(self, folder: Path, embedder: Embedder, sparse: Sparse) -> None:
        found = list(dict.fromkeys(_sentences(folder)))
        if len(found) < _TOGETHER:
            raise ValueError(f"{folder} has fewer than {_TOGETHER} sentences in .md, .txt and .jsonl files")
        step = max(1, len(found) // _MOST_SENTENCES)
        # Pairs that stand together stay together.
        self._said = [one for first in range(0, len(found), 2 * step) for one in found[first : first + 2]]
        self._vectors = np.concatenate(
            [embedder.embed(self._said[first : first + _TOGETHER]) for first in range(0, len(self._said), _TOGETHER)]
        )
        self._counts = [sparse.count(sentence) for sentence in self._said]
        self._noise = np.random.default_rng(3)

    def chunks(self, count: int) -> Iterator[Mixture]:
        """The next so many."""
        for _ in range(count):
            start = int(self._noise.integers(0, len(self._said) - 1))
            others = self._noise.integers(0, len(self._said), int(self._noise.integers(1, 6)))
            ids = [start, start + 1, *map(int, others)]
            vector = self._vectors[ids[:2]].sum(0) + _WHOLE * self._vectors[ids].sum(0)
            vector /= np.linalg.norm(vector)
            vector += _NOISE * self._noise.standard_normal(vector.shape, np.float32)
            counts: Counter[int] = Counter()
            for one in ids:
                counts.update(self._counts[one])
            yield Mixture(" ".join(self._said[one] for one in ids), counts, vector / np.linalg.norm(vector))

    def questions(self, count: int) -> list[str]:
        """So many pieces of sentences, each about half of one."""
        chance = random.Random(7)  # noqa: S311 - material, not a secret
        asked = []
        for _ in range(count):
            sentence = chance.choice(self._said)[:160]
            start = chance.randint(0, len(sentence) // 2)
            asked.append(sentence[start : start + max(_LEAST_CHARS, len(sentence) // 2)] + "?")
        return asked


def _sentences(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".jsonl":
            lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            texts = [str(line["text"]) for line in lines if isinstance(line, dict) and "text" in line]
        else:
            texts = [path.read_text("utf-8")] if path.suffix in {".md", ".txt"} else []
        for text in texts:
            parts = (part.strip() for part in _END.split(text))
            yield from (part[:_MOST_CHARS] for part in parts if len(part) >= _LEAST_CHARS)

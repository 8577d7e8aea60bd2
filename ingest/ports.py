"""What reading needs from outside."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ingest.model import Chunk

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """Most tokens of one text, special tokens included; what is longer would be cut silently."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text would get another vector."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions), each of length 1, in the order of the texts."""
        ...


class Sink(Protocol):
    """Takes the chunks of one file. Writing the same chunk again changes nothing."""

    def missing(self, chunks: Sequence[Chunk]) -> list[Chunk]:
        """Those of the chunks whose vectors are not known yet; every chunk of the file passes here once, in order."""
        ...

    def write(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Stores the chunks with their vectors, durably, before it returns."""
        ...

    def publish(self) -> None:
        """Makes what was written so far count in searches, although the file is not at its end."""
        ...

    def finish(self) -> None:
        """Removes what is stored of this file but did not pass `missing` in this run."""
        ...

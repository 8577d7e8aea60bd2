"""Short codes of vectors: where the codes differ in few bits, the vectors are near.

Each number of a vector becomes four bits, one for each threshold that it exceeds, so that the Hamming distance of two
codes is the distance of the coarsened vectors, number by number. A code takes an eighth of the bytes of its vector, and
a search that reads all of them is so much quicker; the nearest by code are then compared exactly.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from server.ports import Vector

# They part numbers that are spread like a normal distribution into five equal shares.
_THRESHOLDS: Final = (-0.84, -0.25, 0.25, 0.84)


def code_bits(dimensions: int) -> int:
    """Bits of a code; a multiple of eight, as Milvus wants it."""
    return -(-len(_THRESHOLDS) * dimensions // 8) * 8


def codes(vectors: npt.NDArray[np.float32] | Sequence[Vector]) -> list[bytes]:
    """The code of each vector; how long a vector is makes no difference."""
    rows = np.asarray(vectors, np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    spread = rows / np.where(lengths > 0, lengths, 1.0) * np.float32(np.sqrt(rows.shape[1]))
    bits = np.concatenate([spread > threshold for threshold in _THRESHOLDS], axis=1)
    return [row.tobytes() for row in np.packbits(bits, axis=1)]

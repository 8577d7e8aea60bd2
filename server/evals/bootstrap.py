"""How sure a mean over questions is: bootstrap intervals (Efron, "Bootstrap Methods", 1979)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

ROUNDS: Final = 2000
_LOW, _HIGH = 2.5, 97.5
_AT_ONCE: Final = 2_000_000  # draws held in memory


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def estimates(values: Values, seed: int = 0) -> list[Estimate]:
    """The mean of each column of values (questions, measures), with the 2.5th and 97.5th percentile of the means of
    2,000 samples of as many questions, drawn with replacement. The same seed and number draw the same questions.

    Raises ValueError if there is no question.
    """
    count = len(values)
    if not count:
        raise ValueError("there is nothing to estimate from")
    chance = np.random.default_rng(seed)
    rounds = max(1, _AT_ONCE // count)
    means = [_means(values, chance, min(rounds, ROUNDS - first)) for first in range(0, ROUNDS, rounds)]
    low, high = np.percentile(np.concatenate(means), (_LOW, _HIGH), axis=0)
    columns = zip(values.mean(axis=0), low, high, strict=True)
    return [Estimate(float(value), float(least), float(most)) for value, least, most in columns]


def _means(values: Values, chance: np.random.Generator, rounds: int) -> Values:
    count = len(values)
    drawn = chance.integers(0, count, (rounds, count)) + count * np.arange(rounds)[:, None]
    times = np.bincount(drawn.ravel(), minlength=rounds * count).reshape(rounds, count)
    means: Values = times.astype(np.float64) @ values / count
    return means

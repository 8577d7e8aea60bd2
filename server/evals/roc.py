"""How well a score tells questions with an answer from those without: the ROC (Fawcett, 2006)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from server.evals.bootstrap import Estimate, Values
from server.evals.metrics import share

WRONG_SHARES: Final = (0.01, 0.02, 0.05, 0.10)


@dataclass(frozen=True, slots=True)
class Refusals:
    """At a threshold: the share of unanswerable questions that are refused, and of answerable ones that are refused
    wrongly; a question is refused if its score lies below."""

    threshold: float
    right: Estimate
    wrong: Estimate

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "threshold": round(self.threshold, 4),
            "refused": round(self.right.value, 4),
            "wrongly_refused": round(self.wrong.value, 4),
            "intervals": {
                "refused": [round(self.right.low, 4), round(self.right.high, 4)],
                "wrongly_refused": [round(self.wrong.low, 4), round(self.wrong.high, 4)],
            },
        }


class Roc:
    """The scores of questions with an answer and of those without. Raises ValueError if one of them has none."""

    def __init__(self, answerable: Sequence[float], unanswerable: Sequence[float]) -> None:
        if not answerable or not unanswerable:
            raise ValueError("questions with an answer and without one are needed")
        self._answerable: Values = np.sort(np.asarray(answerable, np.float64))
        self._unanswerable: Values = np.sort(np.asarray(unanswerable, np.float64))

    @cached_property
    def auc(self) -> float:
        """The chance that a question with an answer has the higher score; equal ones count half."""
        below = np.searchsorted(self._unanswerable, self._answerable, "left")
        up_to = np.searchsorted(self._unanswerable, self._answerable, "right")
        return float((below + up_to).mean() / 2 / len(self._unanswerable))

    def at(self, threshold: float) -> Refusals:
        """What is refused at a threshold."""
        right = share([bool(score < threshold) for score in self._unanswerable])
        wrong = share([bool(score < threshold) for score in self._answerable])
        assert right is not None and wrong is not None  # noqa: S101, PT018 - neither side is empty
        return Refusals(threshold, right, wrong)

    def threshold(self, wrong: float) -> float:
        """The highest threshold at which at most this share of the questions with an answer is refused."""
        allowed = int(wrong * len(self._answerable) + 1e-9)
        return float(self._answerable[min(allowed, len(self._answerable) - 1)])

    def table(self) -> list[Refusals]:
        """What can be refused at 1, 2, 5 and 10 % refused wrongly."""
        return [self.at(self.threshold(wrong)) for wrong in WRONG_SHARES]

    def curve(self) -> list[tuple[float, float]]:
        """(refused wrongly, refused), both rising, for every threshold that makes a difference."""
        thresholds = np.append(np.union1d(self._answerable, self._unanswerable), np.inf)
        wrong = np.searchsorted(self._answerable, thresholds, "left") / len(self._answerable)
        right = np.searchsorted(self._unanswerable, thresholds, "left") / len(self._unanswerable)
        return [(float(x), float(y)) for x, y in zip(wrong, right, strict=True)]

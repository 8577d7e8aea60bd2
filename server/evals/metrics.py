"""From the places of the right documents to recall, MRR and nDCG, and from two such rows to what lies between them.

A question counts as answered at the place of the first right document; nDCG takes that one alone for relevant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from server.evals.bootstrap import Estimate, Values, estimates

DEPTH: Final = 10
RECALLS: Final = (1, 3, 5, 10)
Ranks = Sequence[int | None]
"""Per question, the place of the first right document, from 1; None: not among those that were looked at."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over questions by their usual names, and milliseconds a search took where that was measured."""

    questions: int
    means: Mapping[str, Estimate]
    times: Mapping[str, float]

    def as_dict(self) -> dict[str, Any]:
        """For programs: the means, the ends of their intervals, and the times."""
        means = {name: round(mean.value, 4) for name, mean in self.means.items()}
        intervals = {name: [round(mean.low, 4), round(mean.high, 4)] for name, mean in self.means.items()}
        return {"questions": self.questions, **means, **self.times, "intervals": intervals}


@dataclass(frozen=True, slots=True)
class Difference:
    """What one way of searching has over another with the same questions: by how much its means are higher, and how
    many questions it alone answers at the first place (won), or the other alone (lost)."""

    means: Mapping[str, Estimate]
    won: int
    lost: int

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        means = {name: round(mean.value, 4) for name, mean in self.means.items()}
        intervals = {name: [round(mean.low, 4), round(mean.high, 4)] for name, mean in self.means.items()}
        return {**means, "won": self.won, "lost": self.lost, "intervals": intervals}


def figures(ranks: Ranks, seconds: Sequence[float] = ()) -> Figures:
    """The figures of some searches. Raises ValueError if there is none."""
    return Figures(len(ranks), _estimated(_measures(ranks)), times(seconds))


def difference(ranks: Ranks, others: Ranks) -> Difference:
    """How `ranks` compare with `others`, of the same questions: the interval is of the difference question by question.

    Raises ValueError if there is no question, or not as many on both sides.
    """
    if len(ranks) != len(others):
        raise ValueError("only the same questions can be compared")
    ours, theirs = _measures(ranks), _measures(others)
    first, first_of_others = ours["recall@1"], theirs["recall@1"]
    return Difference(
        means=_estimated({name: ours[name] - theirs[name] for name in ours}),
        won=int((first > first_of_others).sum()),
        lost=int((first < first_of_others).sum()),
    )


def times(seconds: Sequence[float], name: str = "") -> dict[str, float]:
    """p50_ms and p95_ms of what was measured, if anything was; `name` stands before them."""
    if not seconds:
        return {}
    p50, p95 = np.percentile(seconds, (50, 95)) * 1000
    return {f"{name}p50_ms": round(float(p50), 2), f"{name}p95_ms": round(float(p95), 2)}


def share(passed: Sequence[bool]) -> Estimate | None:
    """The share of those that passed; None of nobody."""
    return estimates(np.array(passed, np.float64)[:, None])[0] if passed else None


def _measures(ranks: Ranks) -> dict[str, Values]:
    """Per measure, its value of each question."""
    places = np.array([np.inf if rank is None or rank > DEPTH else rank for rank in ranks], np.float64)
    found = {f"recall@{depth}": (places <= depth).astype(np.float64) for depth in RECALLS}
    return {**found, f"mrr@{DEPTH}": 1 / places, f"ndcg@{DEPTH}": 1 / np.log2(places + 1)}


def _estimated(measures: Mapping[str, Values]) -> dict[str, Estimate]:
    return dict(zip(measures, estimates(np.stack(list(measures.values()), axis=1)), strict=True))

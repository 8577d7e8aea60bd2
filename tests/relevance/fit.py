"""Fits the logistic model of server/retrieval/relevance.py."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from server.retrieval.relevance import Evidence

Array = npt.NDArray[np.float64]

_RIDGE = 1e-3
_ROUNDS = 50
_CHOICES = 3
# People ask in other words than those who write questions about a text they see. As if a part of the questions did so,
# each counts once more, a little, with less of what words tell.
_REWORDED = 0.3
_WORDS_LEFT = Evidence(coverage=0.3, share=0.3, runs=0.3, meaning=1.0, found=0.3, numbers=1.0)
# Where the embedder does not know the language, words are all there is.
_TRUSTED = 0.3


@dataclass(frozen=True, slots=True)
class Example:
    """A question asked of a store: what speaks for each passage that was found, shape (passages, evidence); whether the
    store answers it; how far the embedder was believed; and the trial it is of."""

    evidence: Array
    answerable: bool
    trust: float
    trial: str
    weight: float


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of the evidence, and the bias."""

    weights: Array
    bias: float

    def score(self, example: Example) -> float:
        """The highest relevance of a passage."""
        return float(1 / (1 + np.exp(-(example.evidence @ self.weights).max(initial=0.0) - self.bias)))


def fitted(examples: Sequence[Example]) -> Model:
    """The model that tells best which questions have an answer by the best of their passages. Every trial counts by
    its weight, and its questions with an answer as much as those without."""
    sizes = Counter((one.trial, one.answerable) for one in examples)
    found = [one for one in examples if len(one.evidence)]
    chosen = np.array([one.evidence[0] for one in found])
    answers = np.array([one.answerable for one in found], np.float64)
    counts = np.array([one.weight / sizes[one.trial, one.answerable] for one in found])
    reworded = counts * _REWORDED * np.array([one.trust > _TRUSTED for one in found])
    model = Model(np.zeros(0), 0.0)
    for _ in range(_CHOICES):  # which passage is the best, the model says
        rows = np.concatenate([chosen, chosen * np.array(_WORDS_LEFT)])
        model = _logistic(rows, np.tile(answers, 2), np.concatenate([counts, reworded]))
        chosen = np.array([one.evidence[int((one.evidence @ model.weights).argmax())] for one in found])
    return model


def _logistic(rows: Array, answers: Array, counts: Array) -> Model:
    """Logistic regression by Newton's method, with a small ridge; a weight that would be negative is left at 0."""
    counts = counts / counts.sum()
    table = np.hstack([rows, np.ones((len(rows), 1))])
    ridge = np.append(np.full(rows.shape[1], _RIDGE), 1e-9)
    used = np.ones(table.shape[1], bool)
    while True:
        weights = np.zeros(table.shape[1])
        own: Any = table[:, used]
        for _ in range(_ROUNDS):
            told = 1 / (1 + np.exp(-own @ weights[used]))
            slope = own.T @ (counts * (told - answers)) + ridge[used] * weights[used]
            bend = (own * (counts * told * (1 - told))[:, None]).T @ own + np.diag(ridge[used])
            step = np.linalg.solve(bend, slope)
            weights[used] -= step
            if np.abs(step).max() < 1e-8:
                break
        worst = int(weights[:-1].argmin())
        if weights[worst] >= 0:
            return Model(weights[:-1], float(weights[-1]))
        used[worst] = False

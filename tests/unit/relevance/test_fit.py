"""The fit of relevance."""

import numpy as np
import pytest

from server.retrieval.relevance import Evidence
from tests.relevance.fit import Example, Model, fitted

TRUE = np.array(Evidence(coverage=3.0, share=2.0, runs=1.0, meaning=4.0, found=0.0, numbers=0.5))
SIZE = len(TRUE)


def examples(weights: "np.typing.NDArray[np.float64]", number: int = 4000) -> list[Example]:
    chance = np.random.default_rng(1)
    rows = chance.random((number, 1, SIZE))
    answerable = chance.random(number) < 1 / (1 + np.exp(3.0 - rows[:, 0] @ weights))
    return [Example(row, bool(yes), 0.0, "trial", 1.0) for row, yes in zip(rows, answerable, strict=True)]


def test_it_finds_what_the_answers_depend_on() -> None:
    model = fitted(examples(TRUE))
    assert model.weights == pytest.approx(TRUE, abs=0.8)


def test_no_weight_is_negative() -> None:
    weights = TRUE.copy()
    weights[2] = -3.0
    model = fitted(examples(weights))
    assert model.weights[2] == 0.0
    assert (model.weights >= 0).all()


def test_a_question_is_judged_by_its_best_passage() -> None:
    model = Model(np.ones(SIZE), -2.0)
    worse, better = np.full(SIZE, 0.1), np.full(SIZE, 0.5)
    both = Example(np.array([worse, better]), True, 0.0, "trial", 1.0)
    alone = Example(np.array([better]), True, 0.0, "trial", 1.0)
    nothing = Example(np.zeros((0, SIZE)), False, 0.0, "trial", 1.0)
    assert model.score(both) == model.score(alone)
    assert model.score(nothing) == pytest.approx(1 / (1 + np.exp(2.0)))

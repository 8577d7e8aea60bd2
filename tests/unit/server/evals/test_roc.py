"""What a threshold refuses, and how well the score parts the questions."""

import numpy as np
import pytest

from server.evals.roc import Roc


def test_the_area_is_the_chance_that_an_answerable_question_has_the_higher_score() -> None:
    assert Roc([0.9, 0.8], [0.1, 0.2]).auc == 1
    assert Roc([0.1, 0.2], [0.9, 0.8]).auc == 0
    assert Roc([0.5], [0.5]).auc == 0.5
    chance = np.random.default_rng(2)
    ours, theirs = chance.random(50).round(1), chance.random(40).round(1)
    pairs = [(a > b) + (a == b) / 2 for a in ours for b in theirs]
    assert Roc(list(ours), list(theirs)).auc == pytest.approx(np.mean(pairs))


def test_what_lies_below_the_threshold_is_refused() -> None:
    found = Roc([0.3, 0.5, 0.7, 0.9], [0.1, 0.5]).at(0.5)
    assert (found.wrong.value, found.right.value) == (0.25, 0.5)


def test_the_threshold_for_a_share_refuses_no_more_than_that_wrongly() -> None:
    answerable = [number / 100 for number in range(100)]
    roc = Roc(answerable, [0.0, 0.04])
    for wrong in (0.0, 0.01, 0.05, 1.0):
        assert roc.at(roc.threshold(wrong)).wrong.value <= wrong
    assert roc.at(roc.threshold(0.05)).wrong.value == 0.05
    assert [round(one.wrong.value, 2) for one in roc.table()] == [0.01, 0.02, 0.05, 0.10]


def test_the_curve_rises_from_nothing_to_all() -> None:
    curve = Roc([0.2, 0.6, 0.6], [0.1, 0.6]).curve()
    assert curve[0] == (0.0, 0.0)
    assert curve[-1] == (1.0, 1.0)
    assert curve == sorted(curve)


def test_both_kinds_of_questions_are_needed() -> None:
    for answerable, unanswerable in ([0.5], []), ([], [0.5]):
        with pytest.raises(ValueError, match="without one"):
            Roc(answerable, unanswerable)

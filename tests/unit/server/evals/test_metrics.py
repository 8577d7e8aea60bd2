"""Figures, intervals and differences, of ranks whose figures are known."""

import math

import numpy as np
import pytest

from server.evals.bootstrap import estimates
from server.evals.metrics import difference, figures, share, times


def test_figures_are_counted_by_rank() -> None:
    found = figures([1, 2, None, 10], [0.010, 0.020, 0.030, 0.040])
    told = found.as_dict()
    assert [told[f"recall@{depth}"] for depth in (1, 3, 5, 10)] == [0.25, 0.5, 0.5, 0.75]
    assert found.means["mrr@10"].value == pytest.approx((1 + 0.5 + 0.1) / 4)
    assert found.means["ndcg@10"].value == pytest.approx((1 + 1 / math.log2(3) + 1 / math.log2(11)) / 4)
    assert told["p50_ms"] == 25
    assert figures([11]).as_dict()["recall@10"] == 0


def test_times_are_told_only_where_they_were_measured() -> None:
    assert times([]) == {}
    assert "p50_ms" not in figures([1]).as_dict()


def test_the_interval_of_a_share_is_that_of_the_binomial_distribution() -> None:
    found = share([True] * 300 + [False] * 100)
    assert found is not None
    deviation = math.sqrt(0.75 * 0.25 / 400)
    assert found.value == 0.75
    assert found.low == pytest.approx(0.75 - 1.96 * deviation, abs=0.006)
    assert found.high == pytest.approx(0.75 + 1.96 * deviation, abs=0.006)
    assert share([]) is None


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    chance = np.random.default_rng(5)
    samples = (chance.random((60, 200)) < 0.8).astype(np.float64)
    covered = sum(one.low <= 0.8 <= one.high for sample in samples for one in estimates(sample[:, None]))
    assert 50 <= covered <= 60


def test_the_same_seed_gives_the_same_interval_also_when_it_is_drawn_in_parts() -> None:
    values = np.random.default_rng(1).random((1500, 2))
    assert estimates(values, seed=3) == estimates(values, seed=3)
    assert estimates(values, seed=3) != estimates(values, seed=4)


def test_a_difference_is_counted_question_by_question() -> None:
    ours, theirs = [1, 1, 2, None] * 50, [1, 2, 1, None] * 50
    found = difference(ours, theirs)
    assert (found.won, found.lost) == (50, 50)
    assert found.means["recall@1"].value == 0
    same = difference(ours, ours)
    assert (same.means["mrr@10"].low, same.means["mrr@10"].high) == (0, 0)
    better = difference([1] * 40, [2] * 40)
    assert better.as_dict()["recall@1"] == 1
    with pytest.raises(ValueError, match="the same questions"):
        difference([1], [1, 2])

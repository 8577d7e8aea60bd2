"""The ways others search, on vectors and texts whose order is known."""

import math

import numpy as np
import pytest

from server.evaluation.baselines import Bm25, Corpus, baselines, words


def test_words_are_stemmed_and_chinese_becomes_pairs() -> None:
    assert list(words("The hotels of Zürich")) == ["hotel", "zürich"]
    assert list(words("年假15天")) == ["年假", "15", "天"]


def test_bm25_gives_what_its_formula_says() -> None:
    scores = Bm25(["cat cat dog", "dog", "bird fish"]).scores("cats")
    rarity = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    assert scores[0] == pytest.approx(rarity * 2 * 2.5 / (2 + 1.5 * (0.25 + 0.75 * 3 / 2)))
    assert list(scores[1:]) == [0, 0]


def test_each_way_ranks_documents_by_their_best_chunk() -> None:
    vectors = np.array([[0.9, 0.1], [0.8, 0.2], [1.0, 0.0], [0.0, 1.0]], np.float32)
    corpus = Corpus(["red apple", "green apple", "apple", "pear"], vectors, np.array([0, 0, 1, 2]), 3)
    questions = ["green apple", "pear"]
    asked = np.array([[1.0, 0.0], [1.0, 0.0]], np.float32)
    found = baselines(corpus, questions, asked, [{0}, {2}])
    assert found["dense"] == [2, 3]
    assert found["BM25"] == [1, 1]
    assert found["RRF"][0] == 2  # the better side's knowledge is thrown away
    (name,) = [name for name in found if name.startswith("weighted sum")]
    assert found[name] == [1, 1]


def test_what_shares_no_word_is_not_found_by_words() -> None:
    corpus = Corpus(["pear"], np.ones((1, 2), np.float32), np.array([0]), 1)
    assert baselines(corpus, ["apple"], np.ones((1, 2), np.float32), [{0}])["BM25"] == [None]

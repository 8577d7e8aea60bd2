"""The two sides of a search, joined by score."""

import pytest

from server.model import Hit
from server.retrieval.calibration import Calibration, Scale
from server.retrieval.fusion import Trust, fuse, trust_in

LIMIT = 3
ENGLISH = Scale(unrelated=0.0, answer=0.5, trust=1.0)
CHINESE = Scale(unrelated=0.5, answer=0.6, trust=0.0)
CALIBRATION = Calibration(latin=ENGLISH, other=CHINESE)


def _hits(**scores: float) -> list[Hit]:
    return [Hit(name, "file-a", score, "sealed") for name, score in scores.items()]


def _order(dense: list[Hit], sparse: list[Hit], trust: Trust, highest: float = 10.0) -> list[str]:
    return [candidate.hit.id for candidate in fuse(dense, sparse, LIMIT, highest, trust)]


def test_a_candidate_of_both_sides_comes_before_one_of_either() -> None:
    trust = Trust(0.6, ENGLISH)
    assert _order(_hits(near=0.6, both=0.55), _hits(words=6.0, both=5.5), trust)[0] == "both"


def test_a_clear_score_counts_more_than_a_rank() -> None:
    trust = Trust(0.6, ENGLISH)
    dense = _hits(a=0.40, b=0.39, c=0.38)
    assert _order(dense, _hits(c=9.0, a=2.0, b=2.0), trust)[0] == "c"


def test_an_embedder_without_trust_does_not_change_the_order() -> None:
    dense = _hits(noise=0.9, words=0.1)
    assert _order(dense, _hits(words=5.0, noise=4.9), Trust(0.0, CHINESE)) == ["words", "noise"]


def test_what_either_side_gave_is_told() -> None:
    first, second = fuse(_hits(a=0.4), _hits(b=2.0, a=2.0), LIMIT, 10.0, Trust(0.6, ENGLISH))
    assert (first.hit.id, first.dense, first.sparse) == ("a", 0.4, 0.2)
    assert (second.hit.id, second.dense, second.sparse) == ("b", 0.0, 0.2)


def test_what_a_full_list_leaves_out_is_not_taken_for_nothing() -> None:
    trust, full = Trust(0.6, ENGLISH), _hits(a=0.5, b=0.49, c=0.48)
    short = fuse(full[:2], _hits(words=5.0), LIMIT, 10.0, trust)
    long = fuse(full, _hits(words=5.0), LIMIT, 10.0, trust)
    worth = [next(one.worth for one in found if one.hit.id == "words") for found in (short, long)]
    assert worth[0] == pytest.approx(0.2)
    assert worth[1] == pytest.approx(0.2 + 0.6 * 0.48)


def test_no_candidates_and_no_terms_are_no_error() -> None:
    assert fuse([], [], LIMIT, 0.0, Trust(0.6, ENGLISH)) == []
    assert [one.hit.id for one in fuse(_hits(a=0.4), [], LIMIT, 0.0, Trust(0.6, ENGLISH))] == ["a"]


def test_an_unrelated_passage_is_worth_nothing() -> None:
    (found,) = fuse(_hits(a=0.0), [], LIMIT, 10.0, Trust(0.6, ENGLISH))
    assert found.worth == 0.0


@pytest.mark.parametrize(
    ("question", "weight"),
    [("Who approves travel?", 1.0), ("谁批准出差？", 0.0), ("2024?", 0.0), ("", 0.0), ("Кто одобряет?", 0.0)],
)
def test_the_embedder_is_trusted_in_scripts_it_knows(question: str, weight: float) -> None:
    assert trust_in(CALIBRATION, question).weight == pytest.approx(0.68 * weight)


def test_a_name_in_latin_letters_earns_no_trust_in_another_language() -> None:
    assert trust_in(CALIBRATION, "vLLM 的默认端口是多少").weight == 0


def test_a_foreign_name_lessens_the_trust_in_a_language_that_is_known() -> None:
    whole = trust_in(CALIBRATION, "Who signs the contracts of the company?").weight
    assert 0 < trust_in(CALIBRATION, "Who signs the contracts of 小米?").weight < whole

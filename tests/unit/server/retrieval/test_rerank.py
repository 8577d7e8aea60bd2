"""Ranking by a model, and doing without it."""

from collections.abc import Sequence

import pytest

from server.errors import RerankerUnavailable
from server.model import Passage
from server.retrieval import rerank
from server.retrieval.candidate import Candidate
from server.retrieval.rerank import Reranking


class Model:
    """A reranker whose scores are given, by text."""

    name = "model"

    def __init__(self, scores: dict[str, float]) -> None:
        self.scores = scores
        self.works = True
        self.asked: list[list[str]] = []

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        self.asked.append(list(texts))
        if not self.works:
            raise RerankerUnavailable(reranker=self.name, detail="out of order")
        return [self.scores[text.splitlines()[-1]] for text in texts]


def candidates(**worths: float) -> list[Candidate]:
    found = [
        Candidate(Passage(text, "vs", "f", "f.md", text, 0, headings=("A", "B")), worth)
        for text, worth in worths.items()
    ]
    return sorted(found, key=lambda one: -one.worth)


def order(found: Sequence[Candidate]) -> str:
    return "".join(one.passage.text for one in found)


def reranking(model: Model, most: int = 10) -> Reranking:
    return Reranking(model, most, lambda *_: None)


def test_a_model_that_is_sure_decides() -> None:
    found = reranking(Model({"a": 0.001, "b": 0.4, "c": 0.999}))("?", candidates(a=0.9, b=0.5, c=0.2))
    assert order(found) == "cba"
    assert [one.passage.rerank for one in found] == [0.999, 0.4, 0.001]
    assert all(0 < one.worth < 1 for one in found)


@pytest.mark.parametrize("said", [0.01, 0.5, 0.97])
def test_a_model_that_tells_nothing_apart_changes_nothing(said: float) -> None:
    found = reranking(Model(dict.fromkeys("abc", said)))("?", candidates(a=0.9, b=0.5, c=0.2))
    assert order(found) == "abc"


def test_a_weak_doubt_does_not_ruin_a_clear_hit() -> None:
    assert order(reranking(Model({"a": 0.4, "b": 0.6}))("?", candidates(a=1.1, b=0.4))) == "ab"


def test_worth_beyond_the_scale_and_scores_at_its_ends_are_weighed() -> None:
    found = reranking(Model({"a": 0.0, "b": 1.0, "c": 0.5}))("?", candidates(a=1.7, b=-0.3, c=0.5))
    assert {one.passage.text for one in found} == set("abc")


def test_the_model_sees_so_many_and_the_rest_stays_behind() -> None:
    model = Model({"a": 0.1, "b": 0.2})
    found = reranking(model, 2)("?", candidates(a=0.9, b=0.8, c=0.7, d=0.6))
    assert model.asked == [["A › B\na", "A › B\nb"]]
    assert order(found) == "bacd" or order(found) == "abcd"
    worths = [one.worth for one in found]
    assert worths == sorted(worths, reverse=True)
    assert [one.passage.rerank for one in found[2:]] == [None, None]


def test_of_a_long_passage_the_model_reads_around_its_best_part() -> None:
    class Reader(Model):
        def score(self, question: str, texts: Sequence[str]) -> list[float]:
            self.asked.append(list(texts))
            return [0.5] * len(texts)

    model = Reader({})
    text = "x" * 9_000 + "needle" + "y" * 9_000
    one = Passage("a", "vs", "f", "f.md", text, 0, best=(9_000, 9_006))
    reranking(model)("?", [Candidate(one, 0.5)])
    ((read,),) = model.asked
    assert "needle" in read
    assert len(read) <= 2_400


def test_without_an_answer_the_order_stays_and_the_model_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model({"a": 0.01, "b": 0.99})
    ranks = reranking(model)
    given = candidates(a=0.6, b=0.5)
    model.works = False
    assert ranks("?", given) == given
    assert "out of order" in ranks.problem
    assert ranks("?", given) == given
    assert len(model.asked) == 1  # not asked in vain a second time
    model.works = True
    monkeypatch.setattr(rerank, "REST_SECONDS", 0.0)
    ranks._again_at = 0.0
    assert order(ranks("?", given)) == "ba"
    assert ranks.problem == ""


def test_nothing_is_asked_about_nothing() -> None:
    model = Model({})
    assert reranking(model)("?", []) == []
    assert model.asked == []

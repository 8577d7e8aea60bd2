"""The figures of runs, and what lies between two."""

from typing import Any

from server.evals.summary import comparison, summary


def marks(**changes: Any) -> dict[str, Any]:
    usual = {"answerable": True, "located": True, "checked": True, "rank": 1, "score": 0.8, "refused": False}
    return {**usual, "search_seconds": 0.01, **changes}


def test_a_summary_counts_each_figure_over_the_questions_it_applies_to() -> None:
    found = summary(
        [
            marks(correct=True, statements=2, supported=1, answer_seconds=0.5),
            marks(rank=None, refused=True, score=0.2, correct=False, statements=0, supported=0, answer_seconds=0.1),
            marks(located=False, rank=None, checked=False),
            marks(answerable=False, located=False, rank=None, refused=True, score=0.1),
        ]
    )
    assert (found["questions"], found["located"], found["unchecked"]) == (4, 2, 1)
    assert found["recall@1"] == 0.5
    assert found["wrong_refusals"] == 0.3333
    assert found["refusal_rate"] == 1
    assert found["groundedness"] == 0.5
    assert found["correctness"] == 0.5
    assert found["auc"] == 1
    assert (found["search_p50_ms"], found["answer_p50_ms"]) == (10, 300)
    assert found["intervals"]["correctness"] == [0, 1]


def test_figures_that_apply_to_no_question_are_left_out() -> None:
    found = summary([marks(located=False, rank=None)])
    assert {"recall@1", "refusal_rate", "groundedness", "auc"}.isdisjoint(found)


def test_runs_are_compared_over_the_questions_of_both() -> None:
    ours = {"a": marks(), "b": marks(rank=2, refused=True), "c": marks(), "only ours": marks()}
    theirs = {"a": marks(rank=2), "b": marks(), "c": marks(), "only theirs": marks()}
    found = comparison(ours, theirs)
    assert (found["questions"], found["won"], found["lost"]) == (3, 1, 1)
    assert found["recall@1"] == 0
    assert found["wrong_refusals"] == 0.3333
    assert "groundedness" not in found
    assert comparison({}, theirs) == {"questions": 0, "intervals": {}}

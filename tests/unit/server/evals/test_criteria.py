"""What a question must meet to pass."""

from typing import Any

import pytest

from server.errors import InvalidRequest
from server.evals.criteria import checked, results

MARKS: dict[str, Any] = {"answerable": True, "located": True, "rank": 3, "refused": False}


def passed(marks: dict[str, Any], *criteria: dict[str, Any]) -> dict[str, bool]:
    return {one["type"]: one["passed"] for one in results(checked(criteria), {**MARKS, **marks})}


def test_without_criteria_all_there_are_count_where_they_apply() -> None:
    assert passed({}) == {"recall": True, "refusal": True}
    assert passed({"correct": False, "statements": 4, "supported": 3}) == {
        "recall": True,
        "refusal": True,
        "correctness": False,
        "groundedness": False,
    }


def test_a_criterion_can_be_stricter_or_milder() -> None:
    assert passed({}, {"type": "recall", "k": 2}) == {"recall": False}
    milder = {"type": "groundedness", "name": "mostly", "pass_threshold": 0.7}
    assert passed({"statements": 4, "supported": 3}, milder) == {"groundedness": True}


def test_refusing_is_right_only_where_there_is_no_answer() -> None:
    only = {"type": "refusal"}
    assert passed({"refused": True}, only) == {"refusal": False}
    assert passed({"answerable": False, "refused": True}, only) == {"refusal": True}
    assert passed({"answerable": False, "refused": False}, only) == {"refusal": False}


@pytest.mark.parametrize(
    ("criterion", "reason"),
    [
        ({"type": "string_check"}, r"testing_criteria\[0\]: the type must be one of recall, refusal"),
        ({}, "not None"),
        ({"type": "recall", "k": 11}, "k must be 1 to 10"),
        ({"type": "groundedness", "pass_threshold": "high"}, "pass_threshold must be 0 to 1"),
    ],
)
def test_what_lectern_does_not_judge_by_is_refused(criterion: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidRequest, match=reason):
        checked([criterion])
